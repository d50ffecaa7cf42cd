"""Do the excerpts stand word for word in the passages they cite?"""

from collections.abc import Iterator

from panel.checks.case import Case, DossierIndex
from panel.checks.catalogue import flag
from panel.checks.language.compared_text import LEAST_WORDS, is_quotable, quotable, stands_in
from panel.checks.language.mentions import HARD
from panel.records import Answered, Flag, Ground

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
        yield found(
            "unknown_passage", f"Ground {ground.number} cites {ground.passage_id!r}, which is not in the dossier."
        )
        return
    if not is_quotable(needle, passage, is_code=ground.passage_id in index.code):
        yield found("excerpt_too_short", f"Ground {ground.number} quotes under {LEAST_WORDS} words: {needle!r}.")
        return
    if not stands_in(needle, passage):
        yield found("excerpt_not_in_passage", _where_instead(ground, needle, index))
        return
    others = index.passages.holding(needle, besides=ground.passage_id)
    if others:
        yield found("excerpt_elsewhere_too", f"Ground {ground.number}'s words also stand in {', '.join(others[:3])}.")


def _where_instead(ground: Ground, needle: str, index: DossierIndex) -> str:
    start = f"Ground {ground.number}'s excerpt does not stand in {ground.passage_id}"
    others = index.passages.holding(needle)
    if others:
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
            yield flag(
                "claim_number_not_in_excerpt", case.persona_id, "claim", message, index=claim.index, excerpt=fact.text
            )
