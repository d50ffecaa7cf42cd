"""The newer review that is offered for a draft, beside it."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import read_offer
from panel.errors import NotFound
from panel.web.access import AsWriter
from panel.web.deps import DraftId, Given
from panel.web.respond import show
from panel.web.views.offer import offer_page

router = APIRouter(prefix="/drafts")


@router.get("/{draft_id}/offer", response_class=HTMLResponse)
def offer(request: Request, deps: Given, me: AsWriter, draft_id: DraftId) -> Response:
    """What taking it over would change. 404 when nothing is offered."""
    found = read_offer(deps.desk, me, draft_id)
    if found is None:
        raise NotFound("No newer review is offered for this draft.", hint="Ask the panel again for one.")
    return show(request, offer_page(found, me))
