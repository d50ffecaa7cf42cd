"""Learn from the edits: what `panel desk stats` tells, as a page and as the same JSON."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from panel.web.access import Writer
from panel.web.deps import Given
from panel.web.render import show
from panel.web.views.stats import stats_page

router = APIRouter()
OBJECT: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/stats", response_class=HTMLResponse)
def stats(request: Request, deps: Given, me: Writer) -> Response:
    """Critics, checks and editors, a table each."""
    return show(request, stats_page(deps.stats()))


@router.get("/stats.json", response_class=JSONResponse, responses=OBJECT)
def stats_json(deps: Given, me: Writer) -> Response:
    """The same for programs: what `panel desk stats --json` prints."""
    found = deps.stats()
    editors = [e.model_dump(mode="json") | {"rejection_rate": e.rejection_rate} for e in found.editors]
    return JSONResponse(found.model_dump(mode="json") | {"editors": editors})
