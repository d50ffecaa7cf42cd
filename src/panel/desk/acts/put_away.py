"""Put a draft away: pass it, reject it, put it off, hold it until a time, fetch it back."""

from datetime import datetime

from panel.desk.acts.commit import Tx, cancel, finish
from panel.desk.acts.sign import _to_come, _with
from panel.desk.drafts.opened import Opened
from panel.desk.drafts.publications import public_at, to_go_out
from panel.desk.drafts.text_fields import told
from panel.desk.permissions import TO_FETCH_BACK
from panel.desk.reasons import PASS_REASONS, REJECT_REASONS, one_of
from panel.errors import Mistake
from panel.records import DraftState
from panel.store import draft_rows as rows


def _put_away(tx: Tx, opened: Opened, state: DraftState, reason: str, why: str) -> Opened:
    if opened.draft.state in ("published", "retracted"):
        is_out = opened.draft.state == "published"
        raise Mistake(f"It is {opened.draft.state}.", hint="Retract it instead." if is_out else "Fetch it back first.")
    cancel(tx, opened.draft, f"it was {state}")
    if opened.draft.state == state:
        raise Mistake(f"It is {state} already.")
    tx.log(state, opened.draft.draft_id, reason=reason, why=told(why))
    return finish(tx, opened, state=state)


def reject(tx: Tx, draft_id: str, reason: str, why: str = "", *, number: int | None = None) -> Opened:
    """Turn a draft down, with a reason from the list. What is public must be retracted instead."""
    tx.allow("reject")
    return _put_away(tx, tx.open(draft_id, number), "rejected", one_of(REJECT_REASONS, reason), why)


def pass_over(tx: Tx, draft_id: str, reason: str, why: str = "", *, number: int | None = None) -> Opened:
    """Not for us, with a reason from the list: the draft leaves the queue and can be fetched back. No rejection."""
    tx.allow("pass")
    opened = tx.open(draft_id, number)
    if opened.draft.state in ("approved", "scheduled", "rejected"):
        tx.allow("reject")  # nobody undoes what they may not do
    return _put_away(tx, opened, "passed", one_of(PASS_REASONS, reason), why)


def put_off(tx: Tx, draft_id: str, until: datetime, *, number: int | None = None) -> Opened:
    """Look at it later: it comes back into the queue at that time."""
    tx.allow("later")
    opened = tx.open(draft_id, number)
    if opened.draft.state in ("approved", "scheduled"):
        tx.allow("reject")
    elif opened.draft.state not in ("open", "later"):
        raise Mistake(f"This draft is {opened.draft.state}.", hint="Only what waits in the queue is put off.")
    until = _to_come(tx, until)
    cancel(tx, opened.draft, "it was put off")
    tx.log("put off", draft_id, until=until.isoformat())
    return finish(tx, _with(opened, until=until), state="later")


def hold_until(tx: Tx, draft_id: str, until: datetime | None, reason: str = "", *, number: int | None = None) -> Opened:
    """Embargo a draft: it is nowhere public before that time, in no comparison either. None lifts it.

    Whoever lifts or shortens one, the maker's too, says why.
    """
    tx.allow("hold")
    opened = tx.open(draft_id, number)
    if public_at(tx.conn, opened.draft, tx.now):
        raise Mistake("It is public already.", hint="Retract it instead.")
    known, why = opened.draft.embargo_until, told(reason)
    if until:
        until = _to_come(tx, until)
        _refuse_told_already(tx, draft_id)
    elif not known:
        raise Mistake("It is under no embargo.")
    if known and (until is None or until < known) and not why:
        raise Mistake("An embargo is lifted or shortened with a reason.", hint="Say who agreed; it stays in the log.")
    what = "embargoed" if until else "embargo lifted"
    tx.log(what, draft_id, until=until.isoformat() if until else "", reason=why)
    return finish(tx, _with(opened, embargo_until=until))


def fetch_back(tx: Tx, draft_id: str, *, number: int | None = None) -> Opened:
    """Put a passed, rejected, put-off, aged or retracted draft into the queue again. What is to go out stays signed."""
    tx.allow("fetch back")
    opened = tx.open(draft_id, number)
    state = opened.draft.state
    if state == "published" and to_go_out(tx.conn, opened.draft, tx.now):
        tx.allow(TO_FETCH_BACK["scheduled"])
        cancel(tx, opened.draft, "it was called off")
        return finish(tx, opened)
    if state in ("published", "approved"):
        raise Mistake(f"It is {state}, and open for corrections as it is.")
    tx.allow(TO_FETCH_BACK.get(state, "fetch back"))
    tx.log("fetched back", draft_id, was=state)
    if state == "scheduled":
        cancel(tx, opened.draft, "it was fetched back")
        return finish(tx, opened, state="approved")
    return finish(tx, _with(opened, created_at=tx.now), state="open")


def _refuse_told_already(tx: Tx, draft_id: str) -> None:
    """Raises Mistake when a comparison that prints this draft is public."""
    for printing in rows.comparisons_with(tx.conn, draft_id):
        if public_at(tx.conn, printing, tx.now):
            raise Mistake(f"{printing.draft_id!r} prints it, and is public.", hint="Retract that comparison first.")
