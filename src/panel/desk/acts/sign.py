"""Approve, publish, correct and retract a draft. Only people do any of this."""

from dataclasses import replace
from datetime import UTC, datetime

from panel.desk.acts.commit import PANEL, Tx, add_publication, cancel, finish, refuse_put_away, write
from panel.desk.approval.approval_file import point_row
from panel.desk.drafts.opened import Opened
from panel.desk.drafts.publications import embargo_of, signed, standing
from panel.desk.drafts.text_fields import told
from panel.desk.drafts.what_is_left import edition_of, refuse_unless_approvable
from panel.errors import EditConflict, Mistake
from panel.records import Approval, Publication, content_hash
from panel.store import draft_rows as rows
from panel.store import read_acts


def approve(tx: Tx, draft_id: str, *, number: int, edition: str = "", reason: str = "") -> Opened:
    """Sign the revision `number`, which must be the newest, byte for byte. reason: what was wrong with what is out.

    Raises EditConflict when somebody saved since, Mistake that says what is left to settle.
    """
    tx.allow("approve")
    opened = tx.open(draft_id)
    if number != opened.draft.head:
        raise EditConflict("Somebody changed this draft since you read it.", hint="Read it again, then approve.")
    refuse_unless_approvable(opened.left, opened.hindrance)
    opened = _checked_today(tx, opened)
    approval = _approval(tx, opened, edition, told(reason))
    known = signed(tx.conn, opened)
    if known and known.edition == approval.edition and approval.reason in ("", known.reason):
        raise Mistake(f"{known.name} has approved exactly this already.")
    kept = rows.add_approval(tx.conn, approval)
    tx.log(
        "approved", draft_id, approval=kept.approval_id, revision=kept.number, hash=kept.revision_hash,
        edition=kept.edition, name=kept.name, reason=kept.reason, row=content_hash(kept),
    )  # fmt: skip
    cancel(tx, opened.draft, "it was approved anew")
    return finish(tx, opened, state="published" if opened.draft.state == "published" else "approved")


def _checked_today(tx: Tx, opened: Opened) -> Opened:
    """The same text as a revision of today where checks say otherwise of it than when it was saved.

    The database holds an approval to the points that were kept with its revision.
    """
    kept = rows.points_kept(tx.conn, opened.draft.draft_id, opened.revision.number)
    if kept == opened.keys:
        return opened
    return write(tx, opened, opened.text, "checked again", by=PANEL, reason="checks say otherwise today")


def _approval(tx: Tx, opened: Opened, edition: str, reason: str) -> Approval:
    decided = [opened.decided[p.scope, p.key].decision_id for p in opened.points]
    return Approval(
        draft_id=opened.draft.draft_id, number=opened.revision.number, revision_hash=opened.revision_hash,
        edition=edition_of(opened.counted.grade, edition), by=tx.who.account_id, name=tx.who.name, role=tx.who.role,
        responsible=tx.responsible or tx.who.name, began_at=_began(tx, opened.draft.draft_id), at=tx.now,
        decisions=tuple(dict.fromkeys(decided)), points=tuple(point_row(opened, p) for p in opened.points),
        reason=reason,
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


def publish(
    tx: Tx, draft_id: str, *, at: datetime | None = None, reason: str = "", number: int | None = None,
    approval: int | None = None,
) -> Opened:  # fmt: skip
    """Let what was approved go out, now or at a time. What is out already is corrected by it, with a reason.

    number, approval: the revision that was read and the signature under it. Raises EditConflict when they are not
    today's.
    """
    tx.allow("publish")
    opened = tx.open(draft_id, number)
    refuse_put_away(opened)
    signature = signed(tx.conn, opened)
    if approval is not None and (signature is None or signature.approval_id != approval):
        raise EditConflict("That approval is no longer the one under this text.", hint="Read it again, then publish.")
    if signature is None:
        raise Mistake("This text was not approved.", hint="Approve it first.")
    goes_out_at = _to_come(tx, at or tx.now)
    _refuse_embargoed(tx, opened, goes_out_at)
    why, out_now = told(reason) or signature.reason, _is_out(tx, draft_id)
    if out_now and _is_same(tx, out_now, signature):
        raise Mistake("Exactly this text was published already.")
    if out_now and not why:
        raise Mistake("A correction needs a reason.", hint="Say what was wrong: readers see it beside the old words.")
    cancel(tx, opened.draft, "another hour was set")
    out = Publication(
        draft_id=draft_id, kind="corrected" if out_now else "published", approval_id=signature.approval_id,
        edition=signature.edition, goes_out_at=goes_out_at, by=tx.who.account_id, at=tx.now, reason=why,
    )  # fmt: skip
    add_publication(tx, out)
    if out_now or goes_out_at <= tx.now:
        return finish(tx, opened, state="published")
    return finish(tx, _with(opened, until=goes_out_at), state="scheduled")


def _is_out(tx: Tx, draft_id: str) -> Publication | None:
    """What went out last and was not taken back, whatever embargo came since."""
    return standing(tx.conn, draft_id, tx.now)


def _is_same(tx: Tx, out: Publication, approval: Approval) -> bool:
    """Whether what is out is this text in this edition, whoever signed it."""
    then = next(a for a in rows.list_approvals(tx.conn, out.draft_id) if a.approval_id == out.approval_id)
    return (then.number, then.edition) == (approval.number, approval.edition)


def _to_come(tx: Tx, at: datetime) -> datetime:
    """The moment in UTC. Raises Mistake for one that has passed, or without a zone, which could be any of 26 hours."""
    if at.tzinfo is None:
        raise Mistake(f"{at.isoformat()} has no time zone.", hint="Write it like 2026-11-25T09:00+01:00.")
    if at < tx.now:
        raise Mistake("That time has passed.", hint="Give one to come.")
    return at.astimezone(UTC)


def _refuse_embargoed(tx: Tx, opened: Opened, goes_out_at: datetime) -> None:
    until = embargo_of(tx.conn, opened.draft)
    if until and goes_out_at < until:
        raise Mistake(f"It is embargoed until {tx.times.told(until)}.", hint="Publish it at that time or later.")


def retract(tx: Tx, draft_id: str, reason: str, *, number: int | None = None) -> Opened:
    """Take back what went out. Its words stay on record, and readers see that it was taken back, and why."""
    tx.allow("retract")
    opened, out = tx.open(draft_id, number), _is_out(tx, draft_id)
    if out is None:
        hint = "It is to go out: fetch it back, and it doesn't." if opened.draft.state == "scheduled" else ""
        raise Mistake("Nothing of this draft is public.", hint=hint)
    why = told(reason)
    if not why:
        raise Mistake("A retraction needs a reason.", hint="Say why: readers see it.")
    cancel(tx, opened.draft, "it was retracted")
    changed = {"kind": "retracted", "approval_id": None, "goes_out_at": tx.now, "by": tx.who.account_id}
    add_publication(tx, out.model_copy(update={**changed, "at": tx.now, "reason": why}))
    return finish(tx, opened, state="retracted")


def _with(opened: Opened, **changes: datetime | None) -> Opened:
    return replace(opened, draft=opened.draft.model_copy(update=changes))
