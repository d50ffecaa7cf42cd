"""What editors did with drafts, read one draft at a time: enough to learn from, nothing of what is still in work."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from panel.records import Act, Approval, Decision, Draft, DraftText
from panel.store import draft_rows as rows
from panel.store.desk.act_log import read_acts
from panel.store.tables.desk_tables import approvals, drafts


@dataclass(frozen=True)
class Finished:
    """A review's draft that somebody approved, as it was signed last."""

    draft: Draft
    base_json: str  # of the Review its text was written over
    text: DraftText
    approval: Approval
    decisions: tuple[Decision, ...]  # made on this draft, oldest first
    acts: tuple[Act, ...]  # of this draft, oldest first


def read_finished(conn: Connection) -> Iterator[Finished]:
    """Every approved review's draft, the one approved first before the others; one in memory at a time."""
    first = func.min(approvals.c.approval_id)
    wanted = (
        select(approvals.c.draft_id)
        .join(drafts, drafts.c.draft_id == approvals.c.draft_id)
        .where(drafts.c.kind == "review")
        .group_by(approvals.c.draft_id)
        .order_by(first)
    )
    for draft_id in conn.execute(wanted).scalars().all():
        draft, approval = rows.load_draft(conn, draft_id), rows.list_approvals(conn, draft_id)[-1]
        revision = rows.load_revision(conn, draft_id, approval.number)
        if draft is None or revision is None:
            continue
        made = tuple(act for act, _ in read_acts(conn, draft_id=draft_id))
        yield Finished(
            draft, rows.base_json(conn, revision.base_hash), revision.text, approval,
            tuple(rows.decisions_of(conn, draft_id)), made,
        )  # fmt: skip
