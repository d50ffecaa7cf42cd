"""Approve, publish, correct, retract; and put a draft away or fetch it back. Only people do any of this."""

from dataclasses import replace
from datetime import datetime

from panel.desk.acting import PANEL, Tx, finish, refuse_put_away, write
from panel.desk.fields import told
from panel.desk.opened import OpenComparison, Opened
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
    refuse_unless_approvable(opened.left, opened.hindrance)
    opened = _checked_today(tx, opened)
    approval = _approval(tx, opened, edition)
    known = signed(tx, opened)
    if known and known.edition == approval.edition:
        raise Mistake(f"{known.name} has approved exactly this already.")
    kept = rows.add_approval(tx.conn, approval)
    tx.log(
        "approved", draft_id, approval=kept.approval_id, revision=kept.number, hash=kept.revision_hash,
        edition=kept.edition, name=kept.name, row=content_hash(kept),
    )  # fmt: skip
    return finish(tx, opened, state="published" if opened.draft.state == "published" else "approved")


def _checked_today(tx: Tx, opened: Opened) -> Opened:
    """The same text as a revision of today where checks say otherwise of it than when it was saved.

    The database holds an approval to the points that were kept with its revision.
    """
    kept = rows.points_kept(tx.conn, opened.draft.draft_id, opened.revision.number)
    if kept == opened.keys:
        return opened
    return write(tx, opened, opened.text, "checked again", by=PANEL, reason="checks say otherwise today")


def _approval(tx: Tx, opened: Opened, edition: str) -> Approval:
    decided = [opened.decided[p.scope, p.key].decision_id for p in opened.points]
    return Approval(
        draft_id=opened.draft.draft_id, number=opened.revision.number, revision_hash=opened.revision_hash,
        edition=edition_of(opened.counted.grade, edition), by=tx.who.account_id, name=tx.who.name, role=tx.who.role,
        responsible=tx.responsible or tx.who.name, began_at=_began(tx, opened.draft.draft_id), at=tx.now,
        decisions=tuple(dict.fromkeys(decided)),
    )  # fmt: skip


def _began(tx: Tx, draft_id: str) -> datetime:
    """When somebody first opened or changed the draft since its last approval; now, when nobody did."""
    began: datetime | None = None
    for act, _ in read_acts(tx.conn, draft_id=draft_id):
        if act.what == "approved":
            began = None
        elif began is None and (act.by != PANEL or act.what == "began"):
            began = act.at
    return began or tx.now


def signed(tx: Tx, opened: Opened) -> Approval | None:
    """The approval of exactly what stands there now; None when it was never given, lapsed, or was put away since."""
    newest = next(reversed(rows.list_approvals(tx.conn, opened.draft.draft_id)), None)
    if newest is None or newest.revision_hash != opened.revision_hash or opened.left or opened.hindrance:
        return None
    stale = isinstance(opened, OpenComparison) and opened.revision.base_hash != opened.prints_hash
    return None if stale or opened.draft.state not in ("approved", "published") else newest


def publish(tx: Tx, draft_id: str, *, at: datetime | None = None, reason: str = "") -> Opened:
    """Let what was approved go out, now or at a time. What is out already is corrected by it, with a reason."""
    tx.allow("publish")
    opened = tx.open(draft_id)
    refuse_put_away(opened)
    approval = signed(tx, opened)
    if approval is None:
        raise Mistake("This text was not approved.", hint="Approve it first.")
    goes_out_at = max(at or tx.now, tx.now)
    _refuse_embargoed(opened, goes_out_at)
    why, out_now = told(reason), _out_now(tx, draft_id)
    if out_now and (out_now.number, out_now.edition) == (approval.number, approval.edition):
        raise Mistake("Exactly this text was published already.")
    if out_now and not why:
        raise Mistake("A correction needs a reason.", hint="Say what was wrong: readers see it beside the old words.")
    out = Publication(
        draft_id=draft_id, kind="corrected" if out_now else "published", approval_id=approval.approval_id,
        edition=approval.edition, goes_out_at=goes_out_at, by=tx.who.account_id, at=tx.now, reason=why,
    )  # fmt: skip
    kept = rows.add_publication(tx.conn, out)
    tx.log(
        kept.kind, draft_id, publication=kept.publication_id, approval=approval.approval_id,
        goes_out_at=goes_out_at.isoformat(), reason=kept.reason, row=content_hash(kept),
    )  # fmt: skip
    return finish(tx, opened, state="published")


def _out_now(tx: Tx, draft_id: str) -> Approval | None:
    """The approval of what went out last, None when nothing did or it was taken back."""
    newest = next(reversed(rows.list_publications(tx.conn, draft_id)), None)
    if newest is None or newest.kind == "retracted":
        return None
    return next(a for a in rows.list_approvals(tx.conn, draft_id) if a.approval_id == newest.approval_id)


def _refuse_embargoed(opened: Opened, goes_out_at: datetime) -> None:
    drafts = [opened.draft, *(s.draft for s in opened.sides)] if isinstance(opened, OpenComparison) else [opened.draft]
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
    why = told(reason)
    if not why:
        raise Mistake("A retraction needs a reason.", hint="Say why: readers see it.")
    out = Publication(
        draft_id=draft_id, kind="retracted", approval_id=None, edition=earlier[-1].edition, goes_out_at=tx.now,
        by=tx.who.account_id, at=tx.now, reason=why,
    )  # fmt: skip
    kept = rows.add_publication(tx.conn, out)
    tx.log(
        "retracted", opened.draft.draft_id, publication=kept.publication_id, reason=kept.reason, row=content_hash(kept)
    )
    return finish(tx, opened, state="retracted")


def reject(tx: Tx, draft_id: str, reason: str, why: str = "") -> Opened:
    """Turn a draft down, with a reason from the list. What is public must be retracted instead."""
    tx.allow("reject")
    return _put_away(tx, draft_id, "rejected", one_of(REJECT_REASONS, reason), why)


def pass_over(tx: Tx, draft_id: str, reason: str, why: str = "") -> Opened:
    """Not for us, with a reason from the list: the draft leaves the queue and can be fetched back. No rejection."""
    tx.allow("pass")
    opened = tx.open(draft_id)
    if opened.draft.state in ("approved", "rejected"):
        raise Mistake(f"An editor has {opened.draft.state} it.", hint="An editor may reject it, or fetch it back.")
    return _put_away(tx, draft_id, "passed", one_of(PASS_REASONS, reason), why)


def _put_away(tx: Tx, draft_id: str, state: DraftState, reason: str, why: str) -> Opened:
    opened = tx.open(draft_id)
    if opened.draft.state in ("published", "retracted"):
        is_out = opened.draft.state == "published"
        raise Mistake(f"It is {opened.draft.state}.", hint="Retract it instead." if is_out else "Fetch it back first.")
    if opened.draft.state == state:
        raise Mistake(f"It is {state} already.")
    tx.log(state, draft_id, reason=reason, why=told(why))
    return finish(tx, opened, state=state)


def put_off(tx: Tx, draft_id: str, until: datetime) -> Opened:
    """Look at it later: it comes back into the queue at that time."""
    tx.allow("later")
    opened = tx.open(draft_id)
    if opened.draft.state not in ("open", "later"):
        raise Mistake(f"This draft is {opened.draft.state}.", hint="Only what waits in the queue is put off.")
    if until <= tx.now:
        raise Mistake("That time has passed.", hint="Give one to come.")
    tx.log("put off", draft_id, until=until.isoformat())
    return finish(tx, _with(opened, until=until), state="later")


def hold_until(tx: Tx, draft_id: str, until: datetime | None) -> Opened:
    """Embargo a draft: it is nowhere public before that time, in no comparison either. None lifts it."""
    tx.allow("hold")
    opened = tx.open(draft_id)
    if opened.draft.state == "published":
        raise Mistake("It is public already.", hint="Retract it instead.")
    if until:
        _refuse_told_already(tx, draft_id, until)
    tx.log("embargoed" if until else "embargo lifted", draft_id, until=until.isoformat() if until else "")
    return finish(tx, _with(opened, embargo_until=until))


def _refuse_told_already(tx: Tx, draft_id: str, until: datetime) -> None:
    """Raises Mistake when a comparison that prints this draft is public, or will be, before that time."""
    for printing in rows.comparisons_with(tx.conn, draft_id):
        out = next(reversed(rows.list_publications(tx.conn, printing.draft_id)), None)
        if out and out.kind != "retracted" and out.goes_out_at < until:
            raise Mistake(f"{printing.draft_id!r} prints it, and is public.", hint="Retract that comparison first.")


def fetch_back(tx: Tx, draft_id: str) -> Opened:
    """Put a passed, rejected, put-off, aged or retracted draft into the queue again."""
    tx.allow("fetch back")
    opened = tx.open(draft_id)
    if opened.draft.state in ("published", "approved"):
        raise Mistake(f"It is {opened.draft.state}, and open for corrections as it is.")
    if opened.draft.state == "rejected":
        tx.allow("reject")  # nobody undoes what they may not do
    tx.log("fetched back", draft_id, was=opened.draft.state)
    return finish(tx, _with(opened, created_at=tx.now), state="open")


def _with(opened: Opened, **changes: datetime | None) -> Opened:
    return replace(opened, draft=opened.draft.model_copy(update=changes))
