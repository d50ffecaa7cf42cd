"""Approve, publish, correct and retract a draft. Only people do any of this. Pure."""

from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from panel.desk.acts.change import PANEL, Before, Change, DeskAct, Need, SigningAct, refuse_changed, refuse_put_away
from panel.desk.approval.approval_file import point_row
from panel.desk.drafts.points import edition_of, refuse_unless_approvable
from panel.desk.drafts.text_fields import told
from panel.errors import EditConflict, Mistake
from panel.records import Account, Approval, Publication


@dataclass(frozen=True)
class Approve(DeskAct):
    """Sign the revision `number`, which must be the newest, byte for byte. reason: what was wrong with what is out.

    Where checks say otherwise of the text than when it was saved, it is signed as a revision of today: the database
    holds an approval to the points that were kept with its revision.
    """

    may: ClassVar[str] = "approve"
    needs: ClassVar[tuple[Need, ...]] = ("signing", "points")
    _: KW_ONLY
    number: int
    edition: str = ""
    reason: str = ""

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        opened, known, reason = before.opened, before.signature, told(self.reason)
        refuse_changed(opened, self.number, "Read it again, then approve.")
        refuse_unless_approvable(opened.left, opened.hindrance)
        checked = Change()
        if before.points != opened.keys:
            checked = Change(text=opened.text, what="checked again", by=PANEL, reason="checks say otherwise today")
        edition = edition_of(opened.counted.grade, self.edition)
        if not checked and known and known.edition == edition and reason in ("", known.reason):
            raise Mistake(f"{known.name} has approved exactly this already.")
        decided = [opened.decided[p.scope, p.key].decision_id for p in opened.points]
        approval = Approval(
            draft_id=opened.draft.draft_id, number=opened.revision.number, revision_hash=opened.revision_hash,
            edition=edition, by=who.account_id, name=who.name, role=who.role,
            responsible=before.responsible or who.name, began_at=before.began_at or now, at=now,
            decisions=tuple(dict.fromkeys(decided)), points=tuple(point_row(opened, p) for p in opened.points),
            reason=reason,
        )  # fmt: skip
        state = "published" if opened.draft.state == "published" else "approved"
        return replace(checked, approval=approval, cancels="it was approved anew", draft={"state": state})


@dataclass(frozen=True)
class Publish(SigningAct):
    """Let what was approved go out, now or at a time. What is out already is corrected by it, with a reason.

    approval: the signature that was read under the text.
    """

    may: ClassVar[str] = "publish"
    needs: ClassVar[tuple[Need, ...]] = ("signing", "twin")
    _: KW_ONLY
    at: datetime | None = None
    reason: str = ""
    approval: int | None = None

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        self.refuse_unread(before)
        refuse_put_away(before.opened)
        signature, draft_id, out = before.signature, before.opened.draft.draft_id, before.out
        if self.approval is not None and (signature is None or signature.approval_id != self.approval):
            raise EditConflict(
                "That approval is no longer the one under this text.", hint="Read it again, then publish."
            )
        if signature is None:
            raise Mistake("This text was not approved.", hint="Approve it first.")
        goes_out_at = to_come(self.at or now, now)
        if before.embargo and goes_out_at < before.embargo:
            raise Mistake(
                f"It is embargoed until {before.times.told(before.embargo)}.", hint="Publish it at that time or later."
            )
        if before.twin:
            raise Mistake(
                f"{before.twin!r} is of the same launch, and goes out.", hint="Retract it or call it off, then publish."
            )
        why = told(self.reason) or signature.reason
        if out and _is_same(before.out_as, signature):
            raise Mistake("Exactly this text was published already.")
        if out and not why:
            raise Mistake(
                "A correction needs a reason.", hint="Say what was wrong: readers see it beside the old words."
            )
        publication = Publication(
            draft_id=draft_id, kind="corrected" if out else "published", approval_id=signature.approval_id,
            edition=signature.edition, goes_out_at=goes_out_at, by=who.account_id, at=now, reason=why,
        )  # fmt: skip
        waits = not out and goes_out_at > now
        draft: dict[str, Any] = {"state": "scheduled", "until": goes_out_at} if waits else {"state": "published"}
        if out:
            shown = before.opened.draft.shown
            draft["shown"] = shown.model_copy(update={"corrections": shown.corrections + 1})
        return Change(cancels="another hour was set", publication=publication, draft=draft)


def _is_same(out_as: Approval | None, approval: Approval) -> bool:
    """Whether what is out is this text in this edition, whoever signed it."""
    return out_as is not None and (out_as.number, out_as.edition) == (approval.number, approval.edition)


def to_come(at: datetime, now: datetime) -> datetime:
    """The moment in UTC. Raises Mistake for one that has passed, or without a zone, which could be any of 26 hours."""
    if at.tzinfo is None:
        raise Mistake(f"{at.isoformat()} has no time zone.", hint="Write it like 2026-11-25T09:00+01:00.")
    if at < now:
        raise Mistake("That time has passed.", hint="Give one to come.")
    return at.astimezone(UTC)


@dataclass(frozen=True)
class Retract(SigningAct):
    """Take back what went out. Its words stay on record, and readers see that it was taken back, and why."""

    may: ClassVar[str] = "retract"
    reason: str

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        self.refuse_unread(before)
        if before.out is None:
            is_due = before.opened.draft.state == "scheduled"
            hint = "It is to go out: fetch it back, and it doesn't." if is_due else ""
            raise Mistake("Nothing of this draft is public.", hint=hint)
        why = told(self.reason)
        if not why:
            raise Mistake("A retraction needs a reason.", hint="Say why: readers see it.")
        changed = {"kind": "retracted", "approval_id": None, "goes_out_at": now, "by": who.account_id, "at": now}
        publication = before.out.model_copy(update=changed | {"reason": why})
        return Change(cancels="it was retracted", publication=publication, draft={"state": "retracted"})
