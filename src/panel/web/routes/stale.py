"""What should be asked about again, over the whole desk."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import role_may, stale_page
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
