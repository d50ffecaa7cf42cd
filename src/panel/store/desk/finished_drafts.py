"""What editors did with drafts, read one draft at a time: enough to learn from, nothing of what is still in work."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from panel.records import Act, Approval, Decision, Draft, DraftText
from panel.store import draft_rows as rows
from panel.store.desk.act_log import read_acts
from panel.store.tables.desk_tables import approvals


@dataclass(frozen=True)
class Finished:
    """A review's draft as somebody signed it."""

    draft: Draft
    base_json: str  # of the Review its text was written over
    text: DraftText
    approval: Approval
    decisions: tuple[Decision, ...]  # made on this draft by then, oldest first
    acts: tuple[Act, ...]  # of this draft, oldest first


def read_finished(conn: Connection) -> Iterator[Finished]:
    """Every approved review's draft as it was signed last, the one approved first before the others; one in memory."""
    first = func.min(approvals.c.approval_id)
    wanted = select(approvals.c.draft_id).group_by(approvals.c.draft_id).order_by(first)
    for draft_id in conn.execute(wanted).scalars().all():
        if one := finished_at(conn, rows.list_approvals(conn, draft_id)[-1]):
            yield one


def signatures_after(conn: Connection, number: int, most: int) -> Sequence[Approval]:
    """The next approvals after one, by their numbers."""
    wanted = select(approvals.c.json).where(approvals.c.approval_id > number)
    found = conn.execute(wanted.order_by(approvals.c.approval_id).limit(most)).scalars()
    return [Approval.model_validate_json(json) for json in found]


def finished_at(conn: Connection, approval: Approval) -> Finished | None:
    """The review's draft as it was signed; None for a comparison's, and where its text is gone."""
    draft = rows.load_draft(conn, approval.draft_id)
    revision = rows.load_revision(conn, approval.draft_id, approval.number)
    if draft is None or revision is None or draft.kind == "comparison":
        return None
    return Finished(
        draft, rows.base_json(conn, revision.base_hash), revision.text, approval,
        tuple(d for d in rows.decisions_of(conn, draft.draft_id) if d.at <= approval.at),
        tuple(act for act, _ in read_acts(conn, draft_id=draft.draft_id)),
    )  # fmt: skip
