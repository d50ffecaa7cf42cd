"""What became of a draft, and the log of everything."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import audit
from panel.web.access import AsEditor, AsWriter
from panel.web.deps import Deps, DraftId, Given
from panel.web.respond import show
from panel.web.views.history import history_page, log_page

router = APIRouter()
LINES = 200


@router.get("/drafts/{draft_id}/history", response_class=HTMLResponse)
def history(request: Request, deps: Given, me: AsWriter, draft_id: DraftId) -> Response:
    """Each revision with what it changed."""
    opened = deps.desk.open(me, draft_id)
    return show(request, history_page(opened, deps.desk.history(me, draft_id), names_of(deps), deps.times))


@router.get("/log", response_class=HTMLResponse)
def log(
    request: Request, deps: Given, me: AsEditor, check: bool = False, before: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> Response:
    """The newest lines; `check` holds all of them, and every row they tell of, against one another."""
    lines = deps.desk.log(before=before, most=LINES + 1)
    older = f"/log?before={lines[LINES - 1][0].seq}" if len(lines) > LINES else ""
    problems = audit(deps.desk.store).broken if check else ()
    page = log_page(lines[:LINES], names_of(deps), deps.times, problems=problems, checked=check, older=older)
    return show(request, page)


def names_of(deps: Deps) -> dict[str, str]:
    """By-lines by account_id."""
    return deps.accounts.rows.names() | {"panel": "the panel"}
