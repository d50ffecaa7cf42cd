"""In and out: the one-time link, the sign-in form, signing out, and one's own password."""

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from panel.desk import FEWEST
from panel.errors import NotFound, NotSignedIn, TooSoon
from panel.web.access import CLOSED_HINT, AsWriter, Visitor, anybody, let_in, let_out
from panel.web.deps import POSTED, Given
from panel.web.error_pages import SignInPage, describe, status_of
from panel.web.respond import View, redirect, show, wants_json

router = APIRouter()
OWN_PATH = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f]*")  # a page of ours: no host, no scheme


@router.get("/enter/{secret}", dependencies=[anybody], status_code=303, response_class=RedirectResponse)
def enter(request: Request, secret: str, deps: Given) -> Response:
    """Trade the link for a cookie, and leave the secret behind: the browser goes on to an address without it.

    A page that is only fetched ahead uses nothing up.
    """
    if "prefetch" in request.headers.get("sec-purpose", ""):
        raise NotSignedIn("Not before it is opened.")
    if deps.link is None:
        raise NotFound("A team signs in by name.", hint="Open the desk's first page.")
    if not deps.link.use(secret):
        raise NotSignedIn("This link was used already, or is not ours.", hint=CLOSED_HINT)
    now = deps.clock()
    session = deps.accounts.start_session(deps.accounts.owner(deps.owner, now=now), now=now, by="link")
    response = redirect("/")
    let_in(response, deps, session)
    return response


@router.get("/sign-in", response_class=HTMLResponse, responses={303: {"description": "Signed in already"}})
def ask(request: Request, deps: Given, me: Visitor) -> Response:
    """The sign-in form; whoever is signed in goes on."""
    if me:
        return redirect("/")
    if not deps.is_team:
        raise NotSignedIn("This desk is closed.", hint=CLOSED_HINT)
    return show(request, SignInPage("Sign in"))


@router.post(
    "/sign-in", dependencies=[anybody], status_code=303, response_class=RedirectResponse,
    responses=describe({429: "Too many sign-ins failed: Retry-After says how long to wait"}),
)  # fmt: skip
def sign_in(
    request: Request,
    deps: Given,
    name: Annotated[str, Form(max_length=400)],
    password: Annotated[str, Form(max_length=4000)],
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Sign in, and go on to the page that was wanted. An earlier session of this browser ends."""
    if not deps.is_team:
        raise NotFound("This desk is opened by its link.", hint=CLOSED_HINT)
    onward = next if OWN_PATH.fullmatch(next) else "/"
    address = request.client.host if request.client else ""
    try:
        session = deps.accounts.sign_in(name, password, address=address, now=deps.clock())
    except NotSignedIn as err:
        if wants_json(request):
            raise
        again = SignInPage("Sign in", message=str(err), hint=err.hint, sign_in=name, next=onward)
        wait = {"retry-after": str(max(1, round(err.wait_s)))} if isinstance(err, TooSoon) else None
        return show(request, again, status_of(err), wait)
    if before := request.cookies.get(deps.cookie):
        deps.accounts.sign_out(before)
    response = redirect(onward)
    let_in(response, deps, session)
    return response


@router.post("/sign-out", **POSTED)
def sign_out(request: Request, deps: Given, me: AsWriter) -> Response:
    """End this browser's session."""
    deps.accounts.sign_out(request.cookies.get(deps.cookie, ""))
    response = redirect("/sign-in", said="signed_out")
    let_out(response, deps)
    return response


@dataclass(frozen=True)
class PasswordPage(View):
    """A form for a password of one's own."""

    template: ClassVar[str] = "password.html"
    title: str
    fewest: int  # characters


@router.get("/password", response_class=HTMLResponse)
def own_password(request: Request, me: AsWriter) -> Response:
    """Change one's own password; whoever comes by link has none."""
    if not me.sign_in:
        raise NotFound("You come in by link and have no password.")
    return show(request, PasswordPage("Your password", FEWEST))


@router.post(
    "/password", status_code=303, response_class=RedirectResponse,
    responses=describe({429: "Too many tries failed: Retry-After says how long to wait"}),
)  # fmt: skip
def set_own_password(
    request: Request,
    deps: Given,
    me: AsWriter,
    password: Annotated[str, Form(max_length=4000)],
    new: Annotated[str, Form(max_length=4000)],
) -> Response:
    """Take another password; only this browser stays signed in."""
    address = request.client.host if request.client else ""
    session = deps.accounts.change_own(me, password, new, address=address, now=deps.clock())
    response = redirect("/", said="own_password")
    let_in(response, deps, session)
    return response
