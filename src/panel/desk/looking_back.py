"""A draft as it was at an earlier revision: its text on the review it was written over, with today's decisions."""

from sqlalchemy import Connection

from panel.desk.archive import Archive
from panel.desk.opened import (
    OpenComparison,
    Opened,
    OpenReview,
    find_draft,
    open_comparison,
    open_review,
    texts_hash,
)
from panel.errors import Mistake
from panel.records.desk import Draft, Pair, Revision
from panel.store import draft_rows as rows


def open_at(conn: Connection, draft_id: str, number: int, archive: Archive) -> Opened:
    """Raises Mistake for no such draft or revision."""
    draft = find_draft(conn, draft_id)
    revision = rows.load_revision(conn, draft_id, number)
    if revision is None:
        raise Mistake(f"{draft_id!r} has no revision {number}.", hint=f"Its newest is {draft.head}.")
    if draft.kind == "review":
        return _review_at(conn, draft, revision, archive)
    return _comparison_at(conn, draft, revision, archive)


def _review_at(conn: Connection, draft: Draft, revision: Revision, archive: Archive) -> OpenReview:
    then = draft.model_copy(update={"base_hash": revision.base_hash})
    return open_review(conn, then, revision, archive)


def _comparison_at(conn: Connection, draft: Draft, revision: Revision, archive: Archive) -> OpenComparison:
    """With each side at the revision whose text the comparison's revision printed; at its newest where none fits."""
    pair = Pair.model_validate_json(rows.base_json(conn, draft.base_hash))
    a, b = (rows.list_revisions(conn, side)[::-1] for side in (pair.draft_a, pair.draft_b))  # the newest first
    fits = ((x, y) for x in a for y in b if texts_hash(x, y) == revision.base_hash)
    one, other = next(fits, (a[0], b[0]))
    first, second = (_review_at(conn, find_draft(conn, r.draft_id), r, archive) for r in (one, other))
    return open_comparison(conn, draft, revision, first, second)
