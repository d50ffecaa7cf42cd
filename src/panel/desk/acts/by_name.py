"""Points of a draft by the names people type, what is read before one is decided, and the act that decides. Pure."""

from collections.abc import Iterator
from textwrap import TextWrapper
from typing import cast

from panel.desk.acts.change import DeskAct
from panel.desk.acts.decide import Confirm, Decide, Dismiss, SetStanding, target_of
from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.drafts.text_fields import plain
from panel.errors import Mistake
from panel.records import Decided, Point, Shown

LINES = TextWrapper(width=100, break_long_words=False, break_on_hyphens=False)  # for reading; addresses stay whole
VOICES = {
    "maker": "the maker's word", "third_party": "somebody else's word", "rival": "another product's word",
    "us": "our word",
}  # fmt: skip
ALONE = {"flag": "dismissed", "held": "confirmed"}  # kinds of points of which one thing alone can be decided


def point_name(point: Point) -> str:
    """The name of a point: "futurist:2", "futurist:line", "futurist:views", "flag:0123456789" or "held"."""
    if point.kind == "flag":
        return f"flag:{point.key.removeprefix('sha256:')[:10]}"
    if point.kind == "held":
        return "held"
    return f"{point.persona_id}:{'views' if point.kind == 'views' else point.field or point.place}"


def named_point(opened: Opened, name: str) -> Point | None:
    """The point of this draft that goes by a name; None when nothing that is printed does."""
    mine = (p for p in opened.points if p.draft_id == opened.draft.draft_id)
    return next((point for point in mine if point_name(point) == name), None)


def act_on(opened: Opened, name: str, decided: str, *, number: int, reason: str = "") -> DeskAct:
    """The act that decides so of what goes by a name, whose passages were shown where it is printed.

    decided: accurate, attributed or removed of claims, picks and views; printed or set_aside of a sentence or pick;
    dismissed of a flag, for a reason; confirmed of held words. number: of the revision that was read.
    Raises Mistake for a name of nothing; whatever else can't be, the act refuses.
    """
    point = named_point(opened, name)
    if point and point.kind in ALONE and decided != ALONE[point.kind]:
        raise Mistake(f"{name} can't be {decided}.", hint=f"Decide {ALONE[point.kind]}.")
    if name == "held":
        return Confirm(point.key if point else "")
    if (point and point.kind == "flag") or decided == "dismissed":
        return Dismiss(point.key if point else name, reason)
    if decided in ("printed", "set_aside"):
        return SetStanding(target_of(name), decided, number=number)
    known = cast("Decided", decided)  # the act refuses any other
    return Decide(target_of(name), known, number=number, seen="shown" if point else False)


def told_point(opened: Opened, point: Point) -> Iterator[str]:
    """A point by its name, with what is read before it is decided; in a comparison, of which draft it is."""
    if isinstance(opened, OpenReview):
        yield f"{point_name(point)}: {point.text}"
        yield from (f"  {line}" for line in lines_under(opened, point))
    else:
        yield f"{point.draft_id} {point_name(point)}: {point.text}"


def lines_under(opened: OpenReview, point: Point) -> Iterator[str]:
    """What is read before a point is decided: the passages under a claim, the words that speak to reviewers."""
    if point.kind == "pick":
        yield f"Picked as a reason {point.side} it:"
    for passage in point.passages:
        yield from _passage(passage)
    if point.kind == "held":
        for found in opened.review.dossier.suspicions:
            yield f"{found.passage_id}, {found.why or found.kind}:"
            yield from LINES.wrap(plain(found.excerpt))
    elif point.kind == "claim" and not point.passages:
        no_source = "What it gives stands in no passage this critic cites."
        yield no_source if point.field else "From memory: no passage stands under it."


def _passage(passage: Shown) -> list[str]:
    """Where it is from and what it says, with what the critic cites of it between ** and **."""
    whose = VOICES.get(passage.voice, "nobody knows whose word")
    head = ", ".join(part for part in (passage.passage_id, whose, plain(passage.title), passage.url) if part)
    text, unlit = plain(passage.text), []
    for excerpt in map(plain, passage.excerpts):
        if excerpt and excerpt in text:
            text = text.replace(excerpt, f"**{excerpt}**", 1)
        else:
            unlit.append(f"Cited: {excerpt}")
    return [head, *LINES.wrap(text), *unlit]
