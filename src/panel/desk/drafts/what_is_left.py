"""What is left to decide of a draft before it may be approved. Pure."""

from collections.abc import Mapping, Sequence

from panel.errors import Mistake
from panel.records import Decision, Edition, Point

LEFT_DAYS = 14  # open drafts older than this leave the queue


def left(points: Sequence[Point], decided: Mapping[tuple[str, str], Decision]) -> tuple[Point, ...]:
    """Points that nobody has settled, in order; `decided` is by scope and key."""
    return tuple(p for p in points if not is_settled(p, decided))


def is_settled(point: Point, decided: Mapping[tuple[str, str], Decision]) -> bool:
    found = decided.get((point.scope, point.key))
    return found is not None and found.settles


def what_is_left(points: Sequence[Point]) -> str:
    """ "7 claims left, 5 critics' views, 2 flags"; "" when nothing is."""
    names = (
        ("claim", "claims", ("claim", "pick")),
        ("critic's views", "critics' views", ("views",)),
        ("flag", "flags", ("flag",)),
        ("held span", "held spans", ("held",)),
    )
    counts = ((sum(p.kind in kinds for p in points), one, many) for one, many, kinds in names)
    told = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    return f"{told[0]} left" + "".join(f", {more}" for more in told[1:]) if told else ""


def edition_of(grade: str, wanted: str = "") -> Edition:
    """The edition a draft of this grade is approved for. Raises Mistake for the main one when it is a trial's."""
    if wanted not in ("", "main", "trial"):
        raise Mistake(f"There is no edition {wanted!r}.", hint="There are: main, trial.")
    if grade != "full" and wanted == "main":
        raise Mistake(f"A {grade} goes into the trial edition only.", hint="Approve it with edition trial.")
    return "main" if grade == "full" and wanted != "trial" else "trial"


def refuse_unless_approvable(unsettled: Sequence[Point], hindrance: str) -> None:
    """Raises Mistake that says what is left, or what is in the way."""
    if hindrance:
        raise Mistake(hindrance, hint="Fetch it back, or print a claim; or reject the draft.")
    if unsettled:
        raise Mistake(f"It can't be approved yet: {what_is_left(unsettled)}.", hint=f"First: {unsettled[0].text!r}.")
