"""Whether what was signed had been decided: an approval's points held against the text that it prints.

The database refuses an approval with a point unsettled, but believes whoever inserts the list of points. Here the list
is made again, by the rules that every day had: each printed sentence, pick and view, and held words. Flags are of the
checks of their day, and are not.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from panel.desk.drafts.opened import OpenReview, open_at
from panel.desk.drafts.points import SPEAKS_TO_REVIEWERS, VIEW_FIELDS, points_of
from panel.desk.drafts.written_before import NO_ARCHIVE
from panel.records import Approval, Decision, canonical_json, sha256_of
from panel.store import draft_rows as rows

Json = dict[str, Any]


def points_hash(points: Sequence[tuple[str, str, str]]) -> str:
    """Of kind, scope and key of a revision's points, in order."""
    return sha256_of(canonical_json([list(point) for point in points]))


def undecided(conn: Connection, approval: Approval) -> Iterator[str]:
    """A sentence for each thing an approval prints that it names no decision on."""
    name = f"Approval {approval.approval_id}"
    made = rows.decisions_by_id(conn, approval.decisions)
    keys = {(d.scope, d.key) for d in made.values() if d.settles}
    if keys != rows.points_kept(conn, approval.draft_id, approval.number):
        yield f"{name} does not name a decision on each point of its revision."
    opened = open_at(conn, approval.draft_id, approval.number, NO_ARCHIVE)
    for side in opened.reviews:
        yield from (f"{name} prints what nobody decided on: {what}." for what in _bare(side, approval, made, keys))


def _bare(side: OpenReview, approval: Approval, made: dict[int, Decision], keys: set[tuple[str, str]]) -> Iterator[str]:
    """What of a review's text no point of the approval covers."""
    speaks = [f for f in side.review.flags if f.check in SPEAKS_TO_REVIEWERS]
    mine = [row for row in approval.points if row["draft_id"] == side.draft.draft_id]
    viewed = {d.persona_id for d in made.values() if d.kind == "views" and d.scope == side.draft.scope}
    for point in points_of(side.review, side.text, speaks, scope=side.draft.scope):
        who = point.persona_id
        if point.kind in ("claim", "pick") and not point.field and (point.scope, point.key) not in keys:
            yield f"{who}, {point.text[:60]!r}"
        if point.kind == "held" and not any(d.kind == "held" for d in made.values()):
            yield "words for reviewers"
        if point.kind == "views" and (who not in viewed or (mine and not _covers(side, who, mine))):
            yield f"{who}, line, advice and views"


def _covers(side: OpenReview, who: str, points: Sequence[Json]) -> bool:
    """Whether a critic's short texts stand in its views as they were decided, or in points of their own."""
    words = side.text.words_of(who)
    told = words.model_dump(mode="json", include=VIEW_FIELDS) if words else {}
    own = [row for row in points if row["persona_id"] == who]
    views = next((row for row in own if row["kind"] == "views"), {})
    single = {row["field"]: row["text"] for row in own if row["kind"] == "claim" and row["field"]}
    return all(value in (views.get("named", {}).get(name), single.get(name)) for name, value in told.items() if value)
