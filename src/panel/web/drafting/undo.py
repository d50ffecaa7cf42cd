"""Where a person's newest decision is: a comparison's sentences are decided on the drafts of its reviews."""

from panel.desk.desk import Desk
from panel.desk.opened import OpenComparison
from panel.records.desk import Account, Decision


def last_decided(desk: Desk, me: Account, draft_id: str) -> str:
    """The draft of this person's newest decision that still stands, among a comparison and its reviews.

    draft_id itself when it is a review's, or when nothing of theirs stands.
    """
    opened = desk.open(me, draft_id)
    if not isinstance(opened, OpenComparison):
        return draft_id
    newest: dict[tuple[str, str], Decision] = {}
    for draft in (opened.a.draft, opened.b.draft, opened.draft):
        newest |= {(d.scope, d.key): d for d in desk.history(me, draft.draft_id).decisions}
    mine = [d for d in newest.values() if d.by == me.account_id and d.decision != "undone"]
    return max(mine, key=lambda d: d.decision_id).draft_id if mine else draft_id
