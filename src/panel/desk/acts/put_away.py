"""Put a draft away: pass it, reject it, put it off, hold it until a time, fetch it back. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from panel.desk.acts.change import Before, Change, Need, SigningAct
from panel.desk.acts.sign import to_come
from panel.desk.drafts.text_fields import told
from panel.desk.permissions import TO_FETCH_BACK, allow
from panel.desk.reasons import PASS_REASONS, REJECT_REASONS, one_of
from panel.errors import Mistake
from panel.records import Account, DraftState
from panel.store import Detail


def _put_away(before: Before, state: DraftState, reason: str, why: str) -> Change:
    was = before.opened.draft.state
    if was in ("published", "retracted"):
        raise Mistake(f"It is {was}.", hint="Retract it instead." if was == "published" else "Fetch it back first.")
    if was == state:
        raise Mistake(f"It is {state} already.")
    detail: Detail = {"reason": reason, "why": told(why)}
    return Change(what=state, detail=detail, cancels=f"it was {state}", draft={"state": state})


@dataclass(frozen=True)
class Reject(SigningAct):
    """Turn a draft down, with a reason from the list. What is public must be retracted instead."""

    may: ClassVar[str] = "reject"
    reason: str
    why: str = ""

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        self.refuse_unread(before)
        return _put_away(before, "rejected", one_of(REJECT_REASONS, self.reason), self.why)


@dataclass(frozen=True)
class PassOver(SigningAct):
    """Not for us, with a reason from the list: the draft leaves the queue and can be fetched back. No rejection."""

    may: ClassVar[str] = "pass"
    reason: str
    why: str = ""

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        self.refuse_unread(before)
        if before.opened.draft.state in ("approved", "scheduled", "rejected"):
            allow(who, "reject")  # nobody undoes what they may not do
        return _put_away(before, "passed", one_of(PASS_REASONS, self.reason), self.why)


@dataclass(frozen=True)
class PutOff(SigningAct):
    """Look at it later: it comes back into the queue at that time."""

    may: ClassVar[str] = "later"
    until: datetime

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        self.refuse_unread(before)
        state = before.opened.draft.state
        if state in ("approved", "scheduled"):
            allow(who, "reject")
        elif state not in ("open", "later"):
            raise Mistake(f"This draft is {state}.", hint="Only what waits in the queue is put off.")
        until = to_come(self.until, now)
        detail: Detail = {"until": until.isoformat()}
        return Change(what="put off", detail=detail, cancels="it was put off", draft={"state": "later", "until": until})


@dataclass(frozen=True)
class HoldUntil(SigningAct):
    """Embargo a draft: it is nowhere public before that time, in no comparison either. None lifts it.

    Whoever lifts or shortens one, the maker's too, says why.
    """

    may: ClassVar[str] = "hold"
    needs: ClassVar[tuple[Need, ...]] = ("signing", "printing")
    until: datetime | None
    reason: str = ""

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        self.refuse_unread(before)
        if before.is_public:
            raise Mistake("It is public already.", hint="Retract it instead.")
        until, known, why = self.until, before.opened.draft.embargo_until, told(self.reason)
        if until:
            until = to_come(until, now)
            if before.printing:
                raise Mistake(f"{before.printing!r} prints it, and is public.", hint="Retract that comparison first.")
        elif not known:
            raise Mistake("It is under no embargo.")
        if known and (until is None or until < known) and not why:
            raise Mistake(
                "An embargo is lifted or shortened with a reason.", hint="Say who agreed; it stays in the log."
            )
        what = "embargoed" if until else "embargo lifted"
        detail: Detail = {"until": until.isoformat() if until else "", "reason": why}
        return Change(what=what, detail=detail, draft={"embargo_until": until})


@dataclass(frozen=True)
class FetchBack(SigningAct):
    """Put a passed, rejected, put-off, aged or retracted draft into the queue again. What is to go out stays signed."""

    may: ClassVar[str] = "fetch back"

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        self.refuse_unread(before)
        state = before.opened.draft.state
        if state == "published" and before.due:
            allow(who, TO_FETCH_BACK["scheduled"])
            return Change(cancels="it was called off")
        if state in ("published", "approved"):
            raise Mistake(f"It is {state}, and open for corrections as it is.")
        allow(who, TO_FETCH_BACK.get(state, "fetch back"))
        if state == "scheduled":
            cancels, draft = "it was fetched back", {"state": "approved"}
            return Change(what="fetched back", detail={"was": state}, cancels=cancels, draft=draft)
        return Change(what="fetched back", detail={"was": state}, draft={"state": "open", "created_at": now})
