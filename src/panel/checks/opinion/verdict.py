"""Does the verdict follow from its own grounds, and does it name the other side?"""

from collections.abc import Iterator

from panel.checks.case import Case
from panel.checks.catalogue import flag
from panel.checks.language.compared_text import _phrases
from panel.records import Flag, Side

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
        yield flag(
            "verdict_outweighed", case.persona_id, "verdict", f"The verdict is {verdict} on grounds {counts} the tool."
        )


def _other_side_named(case: Case, other: Side) -> Iterator[Flag]:
    """A ship says what it costs, a skip what is good: by a ground, or by a sentence that marks it."""
    if any(g.side == other for g in case.standing):
        return
    marks, check, thing = (
        (COST, "ship_without_cost", "cost") if other == "against" else (MERIT, "skip_without_merit", "merit")
    )
    if any(marks.search(p.bare) for p in case.sentences):
        return
    yield flag(check, case.persona_id, "quote", f"This {case.opinion.verdict} names no {thing}.")
