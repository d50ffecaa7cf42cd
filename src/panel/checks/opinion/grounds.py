"""Do the excerpts stand word for word in the passages they cite, and does the verdict follow from them?"""

from collections.abc import Iterator

from panel.checks.case import Case, DossierIndex
from panel.checks.catalogue import flag
from panel.checks.language.compared_text import LEAST_WORDS, _phrases, is_quotable, quotable, stands_in
from panel.checks.language.mentions import HARD
from panel.records import Answered, Flag, Ground, Side

MOST_GROUNDS = 4


def check_grounds(opinion: Answered, index: DossierIndex) -> Iterator[Flag]:
    """Flags on the grounds themselves, made first: a high one voids its ground for every later check."""
    persona_id = opinion.juror.persona_id
    if not 1 <= len(opinion.grounds) <= MOST_GROUNDS:
        yield flag("ground_count", persona_id, "verdict", f"{len(opinion.grounds)} grounds; 1 to 4 were asked for.")
    for ground in opinion.grounds:
        yield from _check_ground(ground, index, persona_id)


def _check_ground(ground: Ground, index: DossierIndex, persona_id: str) -> Iterator[Flag]:
    passage = index.passages.by_id.get(ground.passage_id)
    needle = quotable(ground.excerpt)

    def found(check: str, message: str) -> Flag:
        return flag(check, persona_id, "grounds", message, index=ground.number, excerpt=ground.excerpt)

    if passage is None:
        message = f"Ground {ground.number} cites {ground.passage_id!r}, which is not in the dossier."
        yield found("unknown_passage", message)
    elif not is_quotable(needle, passage, is_code=ground.passage_id in index.code):
        yield found("excerpt_too_short", f"Ground {ground.number} quotes under {LEAST_WORDS} words: {needle!r}.")
    elif not stands_in(needle, passage):
        yield found("excerpt_not_in_passage", _where_instead(ground, needle, index))
    elif others := index.passages.holding(needle, besides=ground.passage_id):
        yield found("excerpt_elsewhere_too", f"Ground {ground.number}'s words also stand in {', '.join(others[:3])}.")


def _where_instead(ground: Ground, needle: str, index: DossierIndex) -> str:
    start = f"Ground {ground.number}'s excerpt does not stand in {ground.passage_id}"
    if others := index.passages.holding(needle):
        return f"{start}; it stands in {', '.join(others[:3])}."
    if stands_in(needle, index.passages.running):
        return f"{start}; it runs over the edge of two passages."
    return f"{start}."


def check_claims(case: Case) -> Iterator[Flag]:
    """A claim may say less than its excerpt, never a number more."""
    for claim in case.claims:
        if claim.index in case.void:
            continue
        excerpt = case.dossier_index.facts(case.excerpts[claim.index])
        for fact in claim.facts.found:
            if fact.kind not in HARD or excerpt.hold(fact) or case.dossier_index.is_own(fact):
                continue
            message = f"Ground {claim.index}'s claim gives {fact.text!r}; its excerpt does not."
            yield case.on(claim, "claim_number_not_in_excerpt", message, fact.text)


COST = _phrases(
    r"but | though | although | however | except | unless | yet | despite | lacks? | lacking | missing | the catch",
    r"costs? | giv(?:e|es|ing) up | you lose | you pay | in exchange | the price is | downside | trade-?off",
    r"requires? | needs? | must | nothing (?:says|shows|is) | no word | silent | unclear | unknown | does not",
    r"doesn't",
    r"cannot | can't | is not | isn't | are not | aren't",
)

MERIT = _phrases(
    r"but | though | although | however | despite | while | still | yet | at least | granted | admittedly",
    r"to its credit | does well | gets right | works for | useful | good for | helps? | saves? | worth",
    r"honest | clear | fair",
    r"the best (?:thing|part)",
)


def check_verdict(case: Case) -> Iterator[Flag]:
    """Grounds on the verdict's side, a cost for a ship, a merit for a skip."""
    verdict = case.opinion.verdict
    if verdict != "abstain":
        sides: tuple[Side, Side] = ("for", "against") if verdict == "ship" else ("against", "for")
        yield from _sides(case, *sides)
        yield from _other_side_named(case, sides[1])
    if case.opinion.confidence in (0.0, 1.0):
        yield flag("absolute_confidence", case.persona_id, "confidence", f"Confidence is {case.opinion.confidence:g}.")


def _sides(case: Case, own: Side, other: Side) -> Iterator[Flag]:
    given = {g.side for g in case.opinion.grounds}
    standing = [g.side for g in case.standing]
    verdict = case.opinion.verdict
    if given == {other}:
        message = f"The verdict is {verdict}, and every ground given is {other} the tool."
        yield flag("verdict_against_grounds", case.persona_id, "verdict", message)
    if own not in standing:
        message = f"No ground {own} the tool stands, so this {verdict} does not count."
        yield flag("ungrounded", case.persona_id, "verdict", message)
    elif standing.count(other) > standing.count(own):
        counts = f"{standing.count(own)} {own} and {standing.count(other)} {other}"
        message = f"The verdict is {verdict} on grounds {counts} the tool."
        yield flag("verdict_outweighed", case.persona_id, "verdict", message)


def _other_side_named(case: Case, other: Side) -> Iterator[Flag]:
    """A ship says what it costs, a skip what is good: by a ground, or by a sentence that marks it."""
    if any(g.side == other for g in case.standing):
        return
    named = {"against": (COST, "ship_without_cost", "cost"), "for": (MERIT, "skip_without_merit", "merit")}
    marks, check, thing = named[other]
    if not any(marks.search(p.bare) for p in case.sentences):
        yield flag(check, case.persona_id, "quote", f"This {case.opinion.verdict} names no {thing}.")
