"""Approve, publish, correct, retract; and put a draft away or fetch it back. Only people do any of this."""

from datetime import datetime

from panel.desk.acting import Tx, refresh, write
from panel.desk.opened import OpenComparison, Opened, OpenReview
from panel.desk.rules import PASS_REASONS, REJECT_REASONS, edition_of, one_of, refuse_unless_approvable
from panel.errors import EditConflict, Mistake
from panel.records import content_hash
from panel.records.desk import Approval, DraftState, Publication
from panel.store import desk as rows
from panel.store.desk_log import read_acts


def approve(tx: Tx, draft_id: str, *, number: int, edition: str = "") -> Opened:
    """Sign the revision `number`, which must be the newest, byte for byte.

    Raises EditConflict when somebody saved since, Mistake that says what is left to settle.
    """
    tx.allow("approve")
    opened = tx.open(draft_id)
    if number != opened.draft.head:
        raise EditConflict("Somebody changed this draft since you read it.", hint="Read it again, then approve.")
    if isinstance(opened, OpenComparison) and opened.revision.base_hash != opened.prints_hash:
        opened = write(
            tx, opened, opened.text, "refreshed", reason="its reviews were changed", base_hash=opened.prints_hash
        )
    refuse_unless_approvable(opened.points, opened.left, opened.draft.state)
    approval = rows.add_approval(tx.conn, _approval(tx, opened, edition))
    tx.log(
        "approved", draft_id, approval=approval.approval_id, revision=approval.number, hash=approval.revision_hash,
        edition=approval.edition, name=approval.name, row=content_hash(approval),
    )  # fmt: skip
    was = opened.draft.state
    return refresh(tx, draft_id, state="published" if was == "published" else "approved")


def _approval(tx: Tx, opened: Opened, edition: str) -> Approval:
    decided = [opened.decided[p.scope, p.key].decision_id for p in opened.points]
    return Approval(
        draft_id=opened.draft.draft_id, number=opened.revision.number, revision_hash=opened.revision.revision_hash,
        edition=edition_of(opened.draft.grade, edition), by=tx.who.account_id, name=tx.who.name, role=tx.who.role,
        responsible=tx.responsible or tx.who.name, began_at=_began(tx, opened.draft.draft_id), at=tx.now,
        decisions=tuple(dict.fromkeys(decided)),
    )  # fmt: skip


def _began(tx: Tx, draft_id: str) -> datetime:
    """The first act on the draft since its last approval."""
    began = tx.now
    for act, _ in read_acts(tx.conn, draft_id=draft_id):
        if act.what == "approved":
            began = tx.now
        elif began == tx.now:
            began = act.at
    return began


def signed(tx: Tx, opened: Opened) -> Approval | None:
    """The approval of exactly what stands there now; None when it was never given, or lapsed."""
    newest = next(reversed(rows.list_approvals(tx.conn, opened.draft.draft_id)), None)
    if newest is None or newest.revision_hash != opened.revision.revision_hash or opened.left:
        return None
    stale = isinstance(opened, OpenComparison) and opened.revision.base_hash != opened.prints_hash
    return None if stale else newest


def publish(tx: Tx, draft_id: str, *, at: datetime | None = None, reason: str = "") -> Opened:
    """Let what was approved go out, now or at a time. What is out already is corrected by it, with a reason."""
    tx.allow("publish")
    opened = tx.open(draft_id)
    approval = signed(tx, opened)
    if approval is None:
        raise Mistake("This text was not approved.", hint="Approve it first.")
    goes_out_at = max(at or tx.now, tx.now)
    _refuse_embargoed(opened, goes_out_at)
    earlier = rows.list_publications(tx.conn, draft_id)
    is_out = bool(earlier) and earlier[-1].kind != "retracted"
    if is_out and earlier[-1].approval_id == approval.approval_id:
        raise Mistake("Exactly this text was published already.")
    if is_out and not reason.strip():
        raise Mistake("A correction needs a reason.", hint="Say what was wrong: readers see it beside the old words.")
    out = Publication(
        draft_id=draft_id, kind="corrected" if is_out else "published", approval_id=approval.approval_id,
        edition=approval.edition, goes_out_at=goes_out_at, by=tx.who.account_id, at=tx.now, reason=reason.strip(),
    )  # fmt: skip
    kept = rows.add_publication(tx.conn, out)
    tx.log(
        kept.kind, draft_id, publication=kept.publication_id, approval=approval.approval_id,
        goes_out_at=goes_out_at.isoformat(), reason=kept.reason, row=content_hash(kept),
    )  # fmt: skip
    return refresh(tx, draft_id, state="published")


def _refuse_embargoed(opened: Opened, goes_out_at: datetime) -> None:
    drafts = [opened.draft] if isinstance(opened, OpenReview) else [opened.draft, opened.a.draft, opened.b.draft]
    until = max((d.embargo_until for d in drafts if d.embargo_until), default=None)
    if until and goes_out_at < until:
        raise Mistake(f"It is embargoed until {until:%Y-%m-%d %H:%M} UTC.", hint="Publish it at that time or later.")


def retract(tx: Tx, draft_id: str, reason: str) -> Opened:
    """Take back what went out. Its words stay on record, and readers see that it was taken back, and why."""
    tx.allow("retract")
    opened = tx.open(draft_id)
    earlier = rows.list_publications(tx.conn, draft_id)
    if not earlier or earlier[-1].kind == "retracted":
        raise Mistake("Nothing of this draft is public.")
    if not reason.strip():
        raise Mistake("A retraction needs a reason.", hint="Say why: readers see it.")
    out = Publication(
        draft_id=draft_id, kind="retracted", approval_id=None, edition=earlier[-1].edition, goes_out_at=tx.now,
        by=tx.who.account_id, at=tx.now, reason=reason.strip(),
    )  # fmt: skip
    kept = rows.add_publication(tx.conn, out)
    tx.log(
        "retracted", opened.draft.draft_id, publication=kept.publication_id, reason=kept.reason, row=content_hash(kept)
    )
    return refresh(tx, draft_id, state="retracted")


def reject(tx: Tx, draft_id: str, reason: str, why: str = "") -> Opened:
    """Turn a draft down, with a reason from the list. What is public must be retracted instead."""
    tx.allow("reject")
    return _put_away(tx, draft_id, "rejected", one_of(REJECT_REASONS, reason), why)


def pass_over(tx: Tx, draft_id: str, reason: str, why: str = "") -> Opened:
    """Not for us, with a reason from the list: the draft leaves the queue and can be fetched back. No rejection."""
    tx.allow("pass")
    return _put_away(tx, draft_id, "passed", one_of(PASS_REASONS, reason), why)


def _put_away(tx: Tx, draft_id: str, state: DraftState, reason: str, why: str) -> Opened:
    opened = tx.open(draft_id)
    if opened.draft.state in ("published", "retracted"):
        raise Mistake("It is public.", hint="Retract it instead.")
    if opened.draft.state == state:
        raise Mistake(f"It is {state} already.")
    tx.log(state, draft_id, reason=reason, why=why.strip())
    return refresh(tx, draft_id, state=state)


def put_off(tx: Tx, draft_id: str, until: datetime) -> Opened:
    """Look at it later: it comes back into the queue at that time."""
    tx.allow("later")
    opened = tx.open(draft_id)
    if opened.draft.state not in ("open", "later", "approved"):
        raise Mistake(f"This draft is {opened.draft.state}.", hint="Fetch it back first.")
    if until <= tx.now:
        raise Mistake("That time has passed.", hint="Give one to come.")
    rows.put_draft(tx.conn, opened.draft.model_copy(update={"until": until}))
    tx.log("put off", draft_id, until=until.isoformat())
    return refresh(tx, draft_id, state="later")


def hold_until(tx: Tx, draft_id: str, until: datetime | None) -> Opened:
    """Embargo a draft: it is nowhere public before that time. None lifts it."""
    tx.allow("hold")
    opened = tx.open(draft_id)
    if opened.draft.state == "published":
        raise Mistake("It is public already.", hint="Retract it instead.")
    rows.put_draft(tx.conn, opened.draft.model_copy(update={"embargo_until": until}))
    tx.log("embargoed" if until else "embargo lifted", draft_id, until=until.isoformat() if until else "")
    return refresh(tx, draft_id)


def fetch_back(tx: Tx, draft_id: str) -> Opened:
    """Put a passed, rejected, put-off, aged or retracted draft into the queue again."""
    tx.allow("fetch back")
    opened = tx.open(draft_id)
    if opened.draft.state == "published":
        raise Mistake("It is public, and open for corrections as it is.")
    rows.put_draft(tx.conn, opened.draft.model_copy(update={"until": None, "created_at": tx.now}))
    tx.log("fetched back", draft_id, was=opened.draft.state)
    return refresh(tx, draft_id, state="open")
