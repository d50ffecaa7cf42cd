"""The first page."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from panel.web.access import Writer
from panel.web.render import View, show

router = APIRouter()


@dataclass(frozen=True)
class FrontPage(View):
    """Where somebody lands who has just come in."""

    template: ClassVar[str] = "front.html"
    title: str
    name: str


@router.get("/", response_class=HTMLResponse)
def front(request: Request, me: Writer) -> Response:
    """Say who is signed in."""
    return show(request, FrontPage("Queue", me.name))
