"""Acts on a draft: each a form that names the revision it was read at, and leads back to the page."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Path
from starlette.responses import RedirectResponse, Response

from panel.desk.deciding import spot_of
from panel.web.access import Editor, Publisher, Writer
from panel.web.deps import Deps, Given
from panel.web.drafting.undo import last_decided
from panel.web.render import redirect

router = APIRouter(prefix="/drafts/{draft_id}")
DraftId = Annotated[str, Path(max_length=140, pattern=r"^[a-z0-9][a-z0-9-]*$")]
At = Annotated[str, Form(max_length=200, pattern=r"^([a-z][a-z0-9-]{1,40}:([0-9]{1,3}|views|line|for_whom|not_for))?$")]
Back = Annotated[str, Form(max_length=140, pattern=r"^([a-z0-9][a-z0-9-]*)?$")]  # the comparison it was done on
Number = Annotated[int, Form(ge=0, le=1_000_000)]
Flag = Annotated[bool, Form()]
Reason = Annotated[str, Form(max_length=40)]
Why = Annotated[str, Form(max_length=600)]
Time = Annotated[str, Form(max_length=40)]
POSTED: dict[str, Any] = {"status_code": 303, "response_class": RedirectResponse}


def on(draft_id: str, back: str, said: str = "", at: str = "") -> Response:
    """Back to the page it was done on: at what is left next, or at a place."""
    where = f"/drafts/{back or draft_id}"
    return redirect(where + (f"?at={quote(f'{draft_id}/{at}', safe='/:')}" if at else ""), said)


@router.post("/decide", **POSTED)
def decide(
    deps: Given, me: Writer, draft_id: DraftId, at: At, number: Number,
    decision: Annotated[Literal["accurate", "attributed", "removed"], Form()], seen: Flag = False,
    opened: Flag = False, back: Back = "",
) -> Response:  # fmt: skip
    """Decide of a claim, a pick or a critic's views."""
    deps.desk.decide(me, draft_id, spot_of(at), decision, number=number, seen=seen, opened_page=opened)
    return on(draft_id, back)


@router.post("/save", **POSTED)
def save(
    deps: Given, me: Writer, draft_id: DraftId, field: Annotated[str, Form(max_length=200)], number: Number,
    text: Annotated[str, Form(max_length=20_000)] = "", seen: Flag = False, opened: Flag = False,
    reason: Why = "", tab: Annotated[str, Form(max_length=40)] = "", back: Back = "",
) -> Response:  # fmt: skip
    """Change words in place. What was typed is kept first, so that nothing that goes wrong loses it."""
    deps.desk.keep_unsaved(me, draft_id, field, text[:4000], number=number, tab=tab or "form")
    deps.desk.save(me, draft_id, field, text, number=number, seen=seen, opened_page=opened, reason=reason)
    return on(draft_id, back, "saved")


@router.post("/unsaved", status_code=204, response_class=Response)
def unsaved(
    deps: Given, me: Writer, draft_id: DraftId, field: Annotated[str, Form(max_length=200)], number: Number,
    tab: Annotated[str, Form(min_length=1, max_length=40)], text: Annotated[str, Form(max_length=4000)] = "",
    drop: Flag = False,
) -> Response:  # fmt: skip
    """Keep what is being typed in one window, or nothing of it once it is as it was."""
    if drop:
        deps.desk.drop_unsaved(me, draft_id, field, tab)
    else:
        deps.desk.keep_unsaved(me, draft_id, field, text, number=number, tab=tab)
    return Response(status_code=204)


@router.post("/discard", **POSTED)
def discard(
    deps: Given, me: Writer, draft_id: DraftId, field: Annotated[str, Form(max_length=200)], back: Back = ""
) -> Response:
    """Throw away what was typed into a field and not saved, in all windows."""
    deps.desk.drop_unsaved(me, draft_id, field)
    return on(draft_id, back, "discarded", at=field if ":" in field else "")


@router.post("/standing", **POSTED)
def standing(
    deps: Given, me: Writer, draft_id: DraftId, at: At, number: Number,
    standing: Annotated[Literal["printed", "set_aside"], Form()], back: Back = "",
) -> Response:  # fmt: skip
    """Print a sentence that was set aside, or set one aside."""
    deps.desk.set_standing(me, draft_id, spot_of(at), standing, number=number)
    return on(draft_id, back, at=at if standing == "printed" else "")


@router.post("/undo", **POSTED)
def undo(deps: Given, me: Writer, draft_id: DraftId, back: Back = "") -> Response:
    """Take back one's newest decision here; on a comparison, the newest on any draft it prints."""
    deps.desk.undo(me, last_decided(deps.desk, me, draft_id))
    return on(draft_id, back, "undone")


@router.post("/dismiss", **POSTED)
def dismiss(
    deps: Given, me: Editor, draft_id: DraftId, key: Annotated[str, Form(max_length=80)], reason: Reason,
    back: Back = "",
) -> Response:  # fmt: skip
    """Dismiss a flag, with a reason from the list."""
    deps.desk.dismiss(me, draft_id, key, reason)
    return on(draft_id, back)


@router.post("/confirm", **POSTED)
def confirm(deps: Given, me: Editor, draft_id: DraftId, back: Back = "") -> Response:
    """Say that the words for reviewers were read."""
    deps.desk.confirm_held(me, draft_id)
    return on(draft_id, back)


@router.post("/strike", **POSTED)
def strike(
    deps: Given, me: Editor, draft_id: DraftId, persona: Annotated[str, Form(max_length=60)], reason: Reason = "",
    why: Why = "", undo: Flag = False, back: Back = "",
) -> Response:  # fmt: skip
    """Take an opinion out of the count, or count it again."""
    if undo:
        deps.desk.unstrike(me, draft_id, persona)
        return on(draft_id, back, "counted")
    deps.desk.strike(me, draft_id, persona, reason, why)
    return on(draft_id, back, "struck")


@router.post("/run-log", **POSTED)
def run_log(
    deps: Given, me: Writer, draft_id: DraftId, title: Annotated[str, Form(max_length=400)],
    text: Annotated[str, Form(max_length=200_000)], on_day: Annotated[date, Form()],
) -> Response:  # fmt: skip
    """Bring a terminal session or a test note."""
    deps.desk.bring_run_log(me, draft_id, title, text, on_day)
    return on(draft_id, "", "run_log")


@router.post("/take-over", **POSTED)
def take_over(deps: Given, me: Editor, draft_id: DraftId, number: Number) -> Response:
    """Make the newer review the base of this draft."""
    deps.desk.take_over(me, draft_id, number=number)
    return on(draft_id, "", "taken_over")


@router.post("/approve", **POSTED)
def approve(
    deps: Given, me: Editor, draft_id: DraftId, number: Number,
    edition: Annotated[Literal["", "main", "trial"], Form()] = "", publish: Flag = False, reason: Why = "",
) -> Response:  # fmt: skip
    """Sign exactly what was read; alone at the desk, let it go out in the same act."""
    if publish:
        deps.desk.approve_and_publish(me, draft_id, number=number, edition=edition, reason=reason)
        return on(draft_id, "", "published")
    deps.desk.approve(me, draft_id, number=number, edition=edition, reason=reason)
    return on(draft_id, "", "approved")


@router.post("/publish", **POSTED)
def publish(deps: Given, me: Publisher, draft_id: DraftId, time: Time = "", reason: Why = "") -> Response:
    """Let what was approved go out, now or at a time."""
    at = moment(deps, time) if time else None
    deps.desk.publish(me, draft_id, at=at, reason=reason)
    return on(draft_id, "", "scheduled" if at else "published")


@router.post("/retract", **POSTED)
def retract(deps: Given, me: Publisher, draft_id: DraftId, reason: Why = "") -> Response:
    """Take back what went out."""
    deps.desk.retract(me, draft_id, reason)
    return on(draft_id, "", "retracted")


@router.post("/reject", **POSTED)
def reject(deps: Given, me: Editor, draft_id: DraftId, reason: Reason, why: Why = "") -> Response:
    """Turn it down."""
    deps.desk.reject(me, draft_id, reason, why)
    return redirect("/", "rejected")


@router.post("/pass", **POSTED)
def pass_over(deps: Given, me: Writer, draft_id: DraftId, reason: Reason, why: Why = "") -> Response:
    """Not for us."""
    deps.desk.pass_over(me, draft_id, reason, why)
    return redirect("/", "passed")


@router.post("/later", **POSTED)
def later(deps: Given, me: Writer, draft_id: DraftId, time: Time) -> Response:
    """Look at it later."""
    deps.desk.put_off(me, draft_id, moment(deps, time))
    return redirect("/", "put_off")


@router.post("/hold", **POSTED)
def hold(deps: Given, me: Editor, draft_id: DraftId, time: Time, reason: Why = "") -> Response:
    """Embargo it until a time."""
    deps.desk.hold_until(me, draft_id, moment(deps, time), reason)
    return on(draft_id, "", "embargoed")


@router.post("/lift", **POSTED)
def lift(deps: Given, me: Editor, draft_id: DraftId, reason: Why = "") -> Response:
    """Lift the embargo."""
    deps.desk.hold_until(me, draft_id, None, reason)
    return on(draft_id, "", "embargo_lifted")


@router.post("/fetch-back", **POSTED)
def fetch_back(deps: Given, me: Writer, draft_id: DraftId) -> Response:
    """Put it into the queue again."""
    deps.desk.fetch_back(me, draft_id)
    return on(draft_id, "", "fetched_back")


def moment(deps: Deps, text: str) -> datetime:
    """A day or a time, in the desk's zone unless it names one. Raises Mistake."""
    return deps.desk.times.read(text, now=deps.desk.now)
