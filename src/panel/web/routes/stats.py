"""What editors change: what `panel desk stats` tells, as a page and as the same JSON."""

from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from panel.desk import DeskStats, summary_sentence, tables_of
from panel.pages import clean
from panel.web.access import AsWriter
from panel.web.deps import Given
from panel.web.respond import View, show

router = APIRouter()
OBJECT: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class StatsPage(View):
    """Critics and checks, a table each."""

    template: ClassVar[str] = "stats.html"
    title: str
    lede: str
    tables: tuple[tuple[str, tuple[str, ...], Rows], ...]  # title, head, rows


def stats_page(found: DeskStats) -> StatsPage:
    tables = tuple((t.title, t.head, tuple(tuple(map(clean, row)) for row in t.rows)) for t in tables_of(found))
    return StatsPage(title="Stats", lede=summary_sentence(found), tables=tables)


@router.get("/stats", response_class=HTMLResponse)
def stats(request: Request, deps: Given, me: AsWriter) -> Response:
    """Critics and checks, a table each."""
    return show(request, stats_page(deps.stats()))


@router.get("/stats.json", response_class=JSONResponse, responses=OBJECT)
def stats_json(deps: Given, me: AsWriter) -> Response:
    """The same for programs: what `panel desk stats --json` prints."""
    return JSONResponse(deps.stats().model_dump(mode="json"))
