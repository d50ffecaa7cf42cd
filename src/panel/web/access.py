"""Which role a route needs, said on the route, where people and a test read it: `me: AsEditor`.

`AsWriter`, `AsEditor`, `AsPublisher` and `AsAdmin` are `Annotated[Account, needs("editor")]` and so on. A route for
everybody says `dependencies=[anybody]`.
The app is not built with a route that says nothing (`roles_of`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from panel.desk import Session, a_role, is_at_least
from panel.errors import NotAllowed, NotSignedIn
from panel.records import Account, Role
from panel.web.deps import Deps, deps_of

CLOSED = "This desk is closed."
CLOSED_HINT = "Open the link that `panel desk` printed. Used already? Start it again for a new one."
SIGN_IN = "Sign in first."


@dataclass(frozen=True)
class Needs:
    """Lets in who is signed in and whose role is this one or a later one. role None: everybody.

    asks: find out who it is; not for files that are the same for everybody.
    """

    role: Role | None
    asks: bool = True

    def __call__(self, request: Request) -> Account | None:
        if not self.asks:
            return None
        deps = deps_of(request)
        me = deps.accounts.signed_in(request.cookies.get(deps.cookie, ""), now=deps.clock())
        request.state.me = me
        if self.role is None:
            return me
        if me is None:
            raise NotSignedIn(SIGN_IN if deps.is_team else CLOSED, hint="" if deps.is_team else CLOSED_HINT)
        if not is_at_least(me, self.role):
            told = f"{a_role(self.role).capitalize()} may do this; you are {a_role(me.role)}."
            raise NotAllowed(told, hint=ASK_ADMIN)
        return me


ASK_ADMIN = "An admin can change your role."


def needs(role: Role) -> Any:
    """The dependency that closes a route to everybody below this role, and gives it who asks."""
    return Depends(Needs(role))


anybody: Any = Depends(Needs(None, asks=False))
AsWriter = Annotated[Account, needs("writer")]
AsEditor = Annotated[Account, needs("editor")]
AsPublisher = Annotated[Account, needs("publisher")]
AsAdmin = Annotated[Account, needs("admin")]
Visitor = Annotated[Account | None, Depends(Needs(None))]


@dataclass(frozen=True)
class Guarded:
    """A route and the role it needs; None: everybody."""

    method: str
    path: str  # "/drafts/{draft_id}"
    role: Role | None


def roles_of(app: FastAPI) -> Iterator[Guarded]:
    """Every route of the app. Raises TypeError for one that does not say which role it needs, or says two."""
    for found in iter_route_contexts(app.routes):
        route = found.original_route
        said = list(_said(route.dependant)) if isinstance(route, APIRoute) else []
        if len(set(said)) != 1:
            raise TypeError(f"the route {found.path!r} must say which role it needs, once: see panel.web.access")
        for method in sorted(found.methods or ()):
            yield Guarded(method, str(found.path), said[0].role)


def _said(dependant: Dependant) -> Iterator[Needs]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Needs):
            yield inner.call
        yield from _said(inner)


def let_in(response: Response, deps: Deps, session: Session) -> None:
    """Give the browser its cookie.

    Lax, not Strict: a link in a terminal or a chat opens the desk from another site, and Strict would hold the cookie
    back on the redirect that follows. What Strict would add for forms, `guard` does for every unsafe method.
    """
    left_s = int((session.expires_at - deps.clock()).total_seconds())
    response.set_cookie(deps.cookie, session.token, max_age=left_s, **_attributes(deps))


def let_out(response: Response, deps: Deps) -> None:
    """Take the cookie back."""
    response.delete_cookie(deps.cookie, **_attributes(deps))


def _attributes(deps: Deps) -> dict[str, Any]:
    return {"path": "/", "httponly": True, "secure": deps.is_secure, "samesite": "lax"}
