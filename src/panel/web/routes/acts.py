"""Acts on a draft: each a form that names the revision it was read at, and leads back to the page."""

from datetime import date, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from panel import desk
from panel.desk import Unchanged, target_of
from panel.records import PassageSeen
from panel.web.access import AsEditor, AsPublisher, AsWriter
from panel.web.deps import POSTED, Deps, DraftId, Given
from panel.web.respond import redirect

router = APIRouter(prefix="/drafts/{draft_id}")
At = Annotated[str, Form(max_length=200, pattern=r"^([a-z][a-z0-9-]{1,40}:([0-9]{1,3}|views|line|for_whom|not_for))?$")]
Number = Annotated[int, Form(ge=-1, le=1_000_000)]  # of the revision that was read; -1: nobody had opened it
Id = Annotated[int, Form(ge=0, le=2**31 - 1)]
Line = Annotated[int, Form(ge=0, le=2**31 - 1)]  # of the log, its newest when the page was drawn; 0: nobody says
Flag = Annotated[bool, Form()]
Sight = Annotated[Literal["", "shown", "seen"], Form()]  # of the passages: what the page knows
SEEN: dict[str, PassageSeen] = {"": False, "shown": "shown", "seen": True}
Reason = Annotated[str, Form(max_length=40)]
Why = Annotated[str, Form(max_length=600)]
Time = Annotated[str, Form(max_length=40)]


def came_from(
    request: Request, back: Annotated[str, Form(max_length=140, pattern=r"^([a-z0-9][a-z0-9-]*)?$")] = ""
) -> str:
    """The comparison it was done on, "" for the draft itself; a refusal leads back there, too."""
    request.state.back = back
    return back


Back = Annotated[str, Depends(came_from)]


def on(draft_id: str, back: str, said: str = "", at: str = "") -> Response:
    """Back to the page it was done on: at what is left next, or at a place."""
    where = f"/drafts/{back or draft_id}"
    return redirect(where + (f"?at={quote(f'{draft_id}/{at}', safe='/:')}" if at else ""), said)


@router.post("/decide", **POSTED)
def decide(
    deps: Given, me: AsWriter, draft_id: DraftId, at: At, number: Number,
    decision: Annotated[Literal["accurate", "attributed", "removed"], Form()], back: Back, seen: Sight = "",
    opened: Flag = False, known: Annotated[int | None, Form(ge=0, le=2**31 - 1)] = None,
) -> Response:  # fmt: skip
    """Decide of a claim, a pick or a critic's views."""
    act = desk.Decide(target_of(at), decision, number=number, seen=SEEN[seen], opened_page=opened, known=known)
    deps.desk.act(me, draft_id, act)
    return on(draft_id, back)


@router.post("/save", **POSTED)
def save(
    deps: Given, me: AsWriter, draft_id: DraftId, field: Annotated[str, Form(max_length=200)], number: Number,
    back: Back, text: Annotated[str, Form(max_length=200_000)] = "", seen: Sight = "",
    opened: Flag = False, reason: Why = "",
) -> Response:  # fmt: skip
    """Change words in place."""
    act = desk.Save(field, text, number=number, seen=SEEN[seen], opened_page=opened, reason=reason)
    try:
        deps.desk.act(me, draft_id, act)
    except Unchanged:
        return on(draft_id, back, "unchanged")
    return on(draft_id, back, "saved")


@router.post("/standing", **POSTED)
def standing(
    deps: Given, me: AsWriter, draft_id: DraftId, at: At, number: Number,
    standing: Annotated[Literal["printed", "set_aside"], Form()], back: Back,
) -> Response:  # fmt: skip
    """Print a sentence that was set aside, or set one aside."""
    deps.desk.act(me, draft_id, desk.SetStanding(target_of(at), standing, number=number))
    return on(draft_id, back, at=at if standing == "printed" else "")


@router.post("/undo", **POSTED)
def undo(deps: Given, me: AsWriter, draft_id: DraftId, decision: Id, back: Back) -> Response:
    """Take back one's newest decision here, the one that the page named."""
    deps.desk.act(me, draft_id, desk.Undo(decision))
    return on(draft_id, back, "undone")


@router.post("/dismiss", **POSTED)
def dismiss(
    deps: Given, me: AsEditor, draft_id: DraftId, key: Annotated[str, Form(max_length=80)], reason: Reason,
    back: Back,
) -> Response:  # fmt: skip
    """Dismiss a flag, with a reason from the list."""
    deps.desk.act(me, draft_id, desk.Dismiss(key, reason))
    return on(draft_id, back)


@router.post("/confirm", **POSTED)
def confirm(
    deps: Given, me: AsEditor, draft_id: DraftId, key: Annotated[str, Form(min_length=1, max_length=80)], back: Back
) -> Response:
    """Say that the words for reviewers were read."""
    deps.desk.act(me, draft_id, desk.Confirm(key))
    return on(draft_id, back)


@router.post("/strike", **POSTED)
def strike(
    deps: Given, me: AsEditor, draft_id: DraftId, persona: Annotated[str, Form(max_length=60)], number: Number,
    back: Back, reason: Reason = "", why: Why = "", undo: Flag = False,
) -> Response:  # fmt: skip
    """Take an opinion out of the count, or count it again."""
    if undo:
        deps.desk.act(me, draft_id, desk.Unstrike(persona, number=number))
        return on(draft_id, back, "counted")
    deps.desk.act(me, draft_id, desk.Strike(persona, reason, why, number=number))
    return on(draft_id, back, "struck")


@router.post("/run-log", **POSTED)
def run_log(
    deps: Given, me: AsWriter, draft_id: DraftId, title: Annotated[str, Form(max_length=400)],
    text: Annotated[str, Form(max_length=200_000)], on_day: Annotated[date, Form()],
) -> Response:  # fmt: skip
    """Bring a terminal session or a test note."""
    deps.desk.act(me, draft_id, desk.BringRunLog(title, text, on_day))
    return on(draft_id, "", "run_log")


@router.post("/take-over", **POSTED)
def take_over(
    deps: Given, me: AsEditor, draft_id: DraftId, number: Number,
    offered: Annotated[str, Form(min_length=1, max_length=80)],
) -> Response:  # fmt: skip
    """Make the newer review that was read the base of this draft."""
    deps.desk.act(me, draft_id, desk.TakeOver(number=number, offered=offered))
    return on(draft_id, "", "taken_over")


@router.post("/approve", **POSTED)
def approve(
    deps: Given, me: AsEditor, draft_id: DraftId, number: Number,
    edition: Annotated[Literal["", "main", "trial"], Form()] = "", publish: Flag = False, reason: Why = "",
) -> Response:  # fmt: skip
    """Sign exactly what was read; alone at the desk, let it go out in the same act."""
    if publish:
        deps.desk.act(me, draft_id, desk.Approve(number=number, edition=edition), desk.Publish(reason=reason))
        return on(draft_id, "", "published")
    deps.desk.act(me, draft_id, desk.Approve(number=number, edition=edition, reason=reason))
    return on(draft_id, "", "approved")


@router.post("/publish", **POSTED)
def publish(
    deps: Given, me: AsPublisher, draft_id: DraftId, approval: Id, time: Time = "", reason: Why = ""
) -> Response:
    """Let what was approved go out, now or at a time: the approval that was on the page, no other."""
    at = moment(deps, time) if time else None
    deps.desk.act(me, draft_id, desk.Publish(at=at, reason=reason, approval=approval))
    return on(draft_id, "", "scheduled" if at else "published")


@router.post("/retract", **POSTED)
def retract(
    deps: Given, me: AsPublisher, draft_id: DraftId, number: Number, read: Line = 0, reason: Why = ""
) -> Response:
    """Take back what went out."""
    deps.desk.act(me, draft_id, desk.Retract(reason, number=number, read=read))
    return on(draft_id, "", "retracted")


@router.post("/reject", **POSTED)
def reject(
    deps: Given, me: AsEditor, draft_id: DraftId, number: Number, reason: Reason, read: Line = 0, why: Why = ""
) -> Response:
    """Turn it down."""
    deps.desk.act(me, draft_id, desk.Reject(reason, why, number=number, read=read))
    return redirect("/", "rejected")


@router.post("/pass", **POSTED)
def pass_over(
    deps: Given, me: AsWriter, draft_id: DraftId, number: Number, reason: Reason, read: Line = 0, why: Why = ""
) -> Response:
    """Not for us."""
    deps.desk.act(me, draft_id, desk.PassOver(reason, why, number=number, read=read))
    return redirect("/", "passed")


@router.post("/later", **POSTED)
def later(deps: Given, me: AsWriter, draft_id: DraftId, number: Number, time: Time, read: Line = 0) -> Response:
    """Look at it later."""
    deps.desk.act(me, draft_id, desk.PutOff(moment(deps, time), number=number, read=read))
    return redirect("/", "put_off")


@router.post("/hold", **POSTED)
def hold(
    deps: Given, me: AsEditor, draft_id: DraftId, number: Number, time: Time, read: Line = 0, reason: Why = ""
) -> Response:
    """Embargo it until a time."""
    deps.desk.act(me, draft_id, desk.HoldUntil(moment(deps, time), reason, number=number, read=read))
    return on(draft_id, "", "embargoed")


@router.post("/lift", **POSTED)
def lift(deps: Given, me: AsEditor, draft_id: DraftId, number: Number, read: Line = 0, reason: Why = "") -> Response:
    """Lift the embargo."""
    deps.desk.act(me, draft_id, desk.HoldUntil(None, reason, number=number, read=read))
    return on(draft_id, "", "embargo_lifted")


@router.post("/fetch-back", **POSTED)
def fetch_back(deps: Given, me: AsWriter, draft_id: DraftId, number: Number, read: Line = 0) -> Response:
    """Put it into the queue again."""
    opened = deps.desk.act(me, draft_id, desk.FetchBack(number=number, read=read))
    return on(draft_id, "", "called_off" if opened.draft.state in ("approved", "published") else "fetched_back")


def moment(deps: Deps, text: str) -> datetime:
    """A day or a time, in the desk's zone unless it names one. Raises Mistake."""
    return deps.desk.times.read(text, now=deps.desk.now)
