"""What an approval file is made from, read in one transaction: the signed text, its history, the decisions under it."""

from panel.desk.approval.approval_file import Json, approval_file
from panel.desk.desk import Desk
from panel.desk.drafts.opened import History, OpenReview
from panel.errors import Mistake
from panel.records import Account, Approval
from panel.store import AccountRows, decisions_by_id


def read_approval_file(desk: Desk, who: Account, draft_id: str, approval_id: int | None = None) -> Json:
    """The file of an approval, the newest when none is named. Raises Mistake when there is none."""
    history = desk.history(who, draft_id)
    approval = _chosen(history, draft_id, approval_id)
    opened = desk.open_at(who, draft_id, approval.number)
    if not isinstance(opened, OpenReview):
        sides = [desk.history(who, side.draft.draft_id) for side in (opened.a, opened.b)]
        history = _together(history, sides)
    with desk.store.reading() as conn:
        decisions = decisions_by_id(conn, approval.decisions)
    names = AccountRows(desk.store.engine).names()
    return approval_file(opened, history, approval, decisions, names)


def _chosen(history: History, draft_id: str, approval_id: int | None) -> Approval:
    if not history.approvals:
        raise Mistake(f"{draft_id!r} was never approved.", hint=f"See what is left: panel drafts show {draft_id}")
    if approval_id is None:
        return history.approvals[-1]
    found = next((a for a in history.approvals if a.approval_id == approval_id), None)
    if found is None:
        there = ", ".join(str(a.approval_id) for a in history.approvals)
        raise Mistake(f"{draft_id!r} has no approval {approval_id}.", hint=f"It has: {there}.")
    return found


def _together(own: History, sides: list[History]) -> History:
    """A comparison's own history, with decisions and acts of the reviews it prints."""
    decisions = sorted((d for h in (own, *sides) for d in h.decisions), key=lambda d: d.decision_id)
    acts = sorted((a for h in (own, *sides) for a in h.acts), key=lambda a: a.seq)
    return History(own.revisions, tuple(decisions), own.approvals, own.publications, own.run_logs, tuple(acts))
