"""What should be asked about again, over the whole desk."""

from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from panel.desk.rules import may
from panel.desk.stale_drafts import stale_drafts
from panel.pages.text import clean
from panel.web.access import Writer
from panel.web.deps import Given
from panel.web.drafting.page import STATES
from panel.web.render import View, show

router = APIRouter()
MOST = 200  # rows of the page; a desk with more is asked by the terminal


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
    more: bool
    may_ask: bool


@router.get("/stale", response_class=HTMLResponse)
def stale(request: Request, deps: Given, me: Writer) -> Response:
    """Published reviews first: readers see those."""
    with deps.desk.store.reading() as conn:
        found = list(islice(stale_drafts(conn, deps.desk.now.date()), MOST + 1))
    rows = [
        StaleRow(
            draft.draft_id, clean(draft.shown.name), STATES[draft.state], draft.state == "published",
            bool(draft.offered_hash), tuple(clean(reason) for reason in reasons),
        )
        for draft, reasons in found[:MOST]
    ]  # fmt: skip
    rows.sort(key=lambda row: not row.is_public)
    return show(request, StalePage("Stale", tuple(rows), len(found) > MOST, may(me.role, "ask again")))
