"""Errors to answers, here and nowhere else: one sentence, what to do next, as a page or as JSON.

NotSignedIn 401 (TooSoon 429) · NotAllowed 403 · NotFound 404 · EditConflict 409 · other Mistakes 422
StoreError 503 · any other PanelError 502 · a bug 500, with its traceback in the log
"""

import logging
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from panel.errors import EditConflict, Mistake, NotAllowed, NotFound, NotSignedIn, PanelError, StoreError, TooSoon
from panel.web.deps import deps_of
from panel.web.respond import View, show, wants_json
from panel.web.views.highlight import TextRun, changed

LOG = logging.getLogger("panel.web")
STATUS: tuple[tuple[type[PanelError], int], ...] = (
    (TooSoon, 429), (NotSignedIn, 401), (NotAllowed, 403), (NotFound, 404), (EditConflict, 409), (Mistake, 422),
    (StoreError, 503), (PanelError, 502),
)  # fmt: skip
TITLES = {
    401: "Closed", 403: "Not yours to do", 404: "Nothing here", 405: "That can't be done here",
    409: "Somebody saved first", 413: "Too much at once", 422: "That won't do", 429: "Wait a moment",
    500: "Something broke", 502: "A service failed", 503: "The database can't be used",
}  # fmt: skip


class Complaint(BaseModel):
    """What went wrong, for a program."""

    kind: str
    message: str
    hint: str
    yours: str = ""  # of a conflict: what was sent
    theirs: str = ""  # of a conflict: what somebody saved meanwhile


class ErrorBody(BaseModel):
    """The body of every error, as JSON."""

    error: Complaint


@dataclass(frozen=True)
class TroublePage(View):
    """An error, for a person."""

    template: ClassVar[str] = "error.html"
    title: str
    message: str
    hint: str


@dataclass(frozen=True)
class ConflictPage(View):
    """Somebody saved first: both texts, and what to do."""

    template: ClassVar[str] = "conflict.html"
    title: str
    message: str
    hint: str
    yours: str
    theirs: str
    changes: tuple[TextRun, ...]  # from theirs to yours
    back: str  # the page it came from
    comparison: str  # that page's draft, when it is a comparison's
    save: str  # where what was typed may be saved over theirs, once both were read; "" where it can't be
    field: str
    number: int  # the revision of theirs


@dataclass(frozen=True)
class SignInPage(View):
    """The way in: with a password in a team, else by link."""

    template: ClassVar[str] = "sign_in.html"
    title: str
    message: str = ""  # why the last try failed
    hint: str = ""
    sign_in: str = ""  # as it was typed
    next: str = "/"  # where they wanted to go


def status_of(err: PanelError) -> int:
    return next(status for kind, status in STATUS if isinstance(err, kind))


def answer(request: Request, status: int, kind: str, message: str, hint: str = "") -> Response:
    """The error as they asked for it."""
    if wants_json(request):
        return JSONResponse({"error": {"kind": kind, "message": message, "hint": hint}}, status)
    if status == 401 and deps_of(request).is_team:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return show(request, SignInPage("Sign in", next=here if request.method == "GET" else "/"), 401)
    return show(request, TroublePage(TITLES.get(status, "That did not work"), message, hint), status)


def handle_errors(app: FastAPI) -> None:
    """Every way out of a route that is no answer."""
    app.add_exception_handler(PanelError, _ours)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def _ours(request: Request, err: Any) -> Response:
    if isinstance(err.__cause__, DataError):  # a NUL on Postgres, a number out of range: theirs to mend, not ours
        hint = "Take out what was pasted and is no text."
        return answer(request, 422, "mistake", "That holds a character or a number that can't be kept.", hint)
    if isinstance(err, StoreError) and not isinstance(err, EditConflict):
        LOG.error("%s %s: %s", request.method, request.url.path, err)
    if isinstance(err, EditConflict):
        return _conflict(request, err)
    response = answer(request, status_of(err), err.kind, str(err), err.hint)
    if isinstance(err, TooSoon):
        response.headers["retry-after"] = str(max(1, round(err.wait_s)))
    return response


def _conflict(request: Request, err: EditConflict) -> Response:
    """Both texts, as a page or as JSON. What was typed stands in the page's own form."""
    if wants_json(request):
        told = {"kind": err.kind, "message": str(err), "hint": err.hint, "yours": err.yours, "theirs": err.theirs}
        return JSONResponse({"error": told}, 409)
    back = getattr(request.state, "back", "")
    where = f"/drafts/{back}" if back else request.url.path.rpartition("/")[0] or "/"
    page = ConflictPage(
        TITLES[409], str(err), err.hint, err.yours, err.theirs,
        changes=changed(err.theirs, err.yours) if err.yours else (), back=where, comparison=back,
        save=request.url.path if err.field else "", field=err.field, number=err.number,
    )  # fmt: skip
    return show(request, page, 409)


def _misread(request: Request, err: Any) -> Response:
    """The fields that were wrong, by name; never their values."""
    names = sorted({str(part["loc"][-1]) for part in err.errors() if part["loc"]})
    message = f"Missing or wrong: {', '.join(names)}." if names else "That request can't be read."
    return answer(request, 422, "mistake", message, "Go back, mend it, and send it again.")


def _http(request: Request, err: Any) -> Response:
    hint = "Go back to the queue." if err.status_code in (404, 405) else ""
    kinds = {404: "not_found", 413: "too_large"}
    response = answer(request, err.status_code, kinds.get(err.status_code, "mistake"), f"{err.detail}.", hint)
    response.headers.update(err.headers or {})
    return response


def _bug(request: Request, err: Exception) -> Response:
    """The server logs the traceback: Starlette raises the error again once this is sent."""
    return answer(request, 500, "internal", "That was our mistake. What was saved is kept.", "Go back and try again.")


_SHAPES = {
    "text/html": {"schema": {"type": "string"}},
    "application/json": {"schema": {"$ref": "#/components/schemas/Problem"}},
}
_SAID = {401: "Nobody is signed in", 403: "The role may not, or another site asks", 404: "Nothing by that name"}
_SAID |= {409: "Somebody saved first", 413: "Too large", 422: "A mistake in what was sent", 503: "The database failed"}


def describe(said: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """Errors for a route's `responses`: what it may answer beside those every route may."""
    return {status: {"description": text, "content": _SHAPES} for status, text in said.items()}


RESPONSES = describe(_SAID)
for _early in (403, 413):  # refused before it is read: by the guard, by the limit of a body
    RESPONSES[_early]["content"] = _SHAPES | {"text/plain": {"schema": {"type": "string"}}}
