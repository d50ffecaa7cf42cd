"""The desk as a whole: what should be asked about again, and what editors change."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import DeskStats, role_may, stale_page, summary_sentence, tables_of
from panel.pages import clean
from panel.web.access import AsWriter
from panel.web.deps import Given
from panel.web.respond import View, show
from panel.web.views.draft import STATES

router = APIRouter()


@dataclass(frozen=True, slots=True)
class StaleRow:
    """A draft or published review, and why."""

    draft_id: str
    name: str
    state: str
    is_public: bool
    is_offered: bool  # somebody asked already
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class StalePage(View):
    """The context of stale.html."""

    template: ClassVar[str] = "stale.html"
    title: str
    rows: tuple[StaleRow, ...]
    later: str  # the address of the next drafts; "" after the last
    is_first: bool
    may_ask: bool


@router.get("/stale", response_class=HTMLResponse)
def stale(request: Request, deps: Given, me: AsWriter, after: Annotated[str, Query(max_length=140)] = "") -> Response:
    """Published reviews first: readers see those."""
    with deps.desk.store.reading() as conn:
        found, last = stale_page(conn, deps.desk.now.date(), after)
    rows = [
        StaleRow(
            draft.draft_id, clean(draft.shown.name), STATES[draft.state], draft.state == "published",
            bool(draft.offered_hash), tuple(clean(reason) for reason in reasons),
        )
        for draft, reasons in found
    ]  # fmt: skip
    later = f"/stale?after={last}" if last else ""
    return show(request, StalePage("Stale", tuple(rows), later, not after, role_may(me.role, "ask again")))


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
