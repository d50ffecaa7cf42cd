"""What editors change: what `panel desk stats` tells, as a page and as the same JSON."""

from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from panel.desk import DeskStats, summary_sentence, tables_of
from panel.errors import StoreError
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


def stats_page(found: DeskStats, left: int = 0) -> StatsPage:
    """left: signatures that are still to be counted."""
    more = f" {left} signatures are still being counted: load this page again." if left else ""
    tables = tuple((t.title, t.head, tuple(tuple(map(clean, row)) for row in t.rows)) for t in tables_of(found))
    return StatsPage(title="Stats", lede=summary_sentence(found) + more, tables=tables)


@router.get("/stats", response_class=HTMLResponse)
def stats(request: Request, deps: Given, me: AsWriter) -> Response:
    """Critics and checks, a table each."""
    return show(request, stats_page(*deps.stats.look()))


@router.get("/stats.json", response_class=JSONResponse, responses=OBJECT)
def stats_json(deps: Given, me: AsWriter) -> Response:
    """The same for programs, once it is whole: what `panel desk stats --json` prints."""
    found, left = deps.stats.look()
    if left:
        raise StoreError(f"{left} signatures are still being counted.", hint="Ask again in a while.")
    return JSONResponse(found.model_dump(mode="json"))
