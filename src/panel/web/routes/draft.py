"""One draft: its page, and the printed page it would become."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import OpenComparison, Opened
from panel.pages import comparison_html, page_policy, review_html
from panel.records import Account, Decision
from panel.web.access import AsWriter
from panel.web.deps import Deps, DraftId, Given
from panel.web.respond import show
from panel.web.views.draft import DraftPage, draft_page, told_undone

router = APIRouter(prefix="/drafts")


def build_page(deps: Deps, me: Account, draft_id: str, at: str = "", said: str = "") -> DraftPage:
    """The draft as it lies now, for this person. said: what was just done. Raises NotFound."""
    desk = deps.desk
    desk.bring_back_due()
    read, opened = desk.line, desk.open(me, draft_id)
    mine = [made for part in _printed(opened) if (made := desk.undoable(me, part))]
    return draft_page(
        opened, me, names=deps.accounts.rows.names(), history=desk.history(me, draft_id),
        approval=desk.is_signed(me, opened), public=desk.public(me, draft_id), times=desk.times,
        ends_approval=next((one.draft.shown.name for one in _printed(opened) if desk.is_signed(me, one)), ""),
        now=desk.now, at=at, undoes=max(mine, key=lambda made: made.decision_id, default=None),
        taken_back=told_undone(opened, _decisions(deps, me, opened), me) if said == "undone" else "", read=read,
    )  # fmt: skip


def _printed(opened: Opened) -> tuple[Opened, ...]:
    """A draft, after those of the reviews it prints."""
    return (*opened.sides, opened) if isinstance(opened, OpenComparison) else (opened,)


def _decisions(deps: Deps, me: Account, opened: Opened) -> list[Decision]:
    """Made on this draft; of a comparison also those on its reviews'."""
    return [d for one in _printed(opened) for d in deps.desk.history(me, one.draft.draft_id).decisions]


@router.get("/{draft_id}", response_class=HTMLResponse)
def draft(
    request: Request, deps: Given, me: AsWriter, draft_id: DraftId, at: Annotated[str, Query(max_length=400)] = ""
) -> Response:
    """The draft, with the first thing that is left in focus, or the one named."""
    return show(request, build_page(deps, me, draft_id, at, request.query_params.get("said", "")))


@router.get("/{draft_id}/page", response_class=HTMLResponse)
def page(deps: Given, me: AsWriter, draft_id: DraftId) -> Response:
    """The page that readers would get, as it stands now."""
    opened = deps.desk.open(me, draft_id)
    added = deps.desk.editorial(me, opened)
    if isinstance(opened, OpenComparison):
        html = comparison_html(opened.for_readers, (), added)
    else:
        html = review_html(opened.for_readers, (), added)
    return HTMLResponse(html, headers={"content-security-policy": page_policy()})
