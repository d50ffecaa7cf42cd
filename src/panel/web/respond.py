"""A view to HTML: one sandboxed, strict, escaping environment. A view is a frozen dataclass that names its template.

What a template may read is its view's fields, `frame` (who is signed in, where they may go, what was just done) and
what is the same on every page (`environment`).

Style and scripts are read once, served under a name that changes with any of their bytes, and kept by browsers for a
year. The hash is of all files together and is a folder, so that a module's `import "./keys.js"` finds its generation.
"""

import hashlib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse

from panel.desk import DISMISS_REASONS, LONGEST, PASS_REASONS, REJECT_REASONS, STRIKE_REASONS, is_at_least
from panel.records import MOST_NOTE_WORDS, Account, Role
from panel.web.deps import deps_of

PLACES: tuple[tuple[str, str, Role], ...] = (  # the navigation: shown to who may, once the route is there
    ("Queue", "/", "writer"),
    ("Comparisons", "/comparisons", "writer"),
    ("Stale", "/stale", "writer"),
    ("Stats", "/stats", "writer"),
    ("Log", "/log", "editor"),
    ("Accounts", "/accounts", "admin"),
)
SENTENCES = {  # after a redirect: `?said=saved` looks one up here, so that no address can speak for us
    "saved": "Saved as a new revision.",
    "undone": "Taken back.",
    "unchanged": "Nothing was changed.",
    "struck": "The opinion is struck, and the count is made anew.",
    "counted": "The opinion counts again.",
    "run_log": "Kept. Critics that are asked again read it.",
    "taken_over": "The newer review is in. Your words stay where critics said the same.",
    "approved": "Approved. Any change ends it.",
    "published": "Marked as published. The site it goes out on is still to come.",
    "scheduled": "It goes out at its time, unless something is changed before.",
    "retracted": "Taken back. Readers see that it was, and why.",
    "rejected": "Rejected. It can be fetched back.",
    "passed": "Passed over. It can be fetched back.",
    "put_off": "Put off. It comes back at that time.",
    "embargoed": "Embargoed. Nothing of it is public before that time.",
    "embargo_lifted": "The embargo is lifted.",
    "fetched_back": "It is in the queue again.",
    "called_off": "It goes out no more. It stays approved.",
    "product_renamed": "The product is renamed. Its slug stays.",
    "product_merged": "The two are one product now. It can be taken apart again.",
    "product_split": "The launches stand for a product of their own.",
    "product_unmerged": "It stands for itself again.",
    "signed_out": "You are signed out.",
    "account_added": "The account is there. Tell them the password by a safe way.",
    "account_role": "The role is changed, from the next click on.",
    "account_disabled": "The account is disabled and signed out everywhere.",
    "account_enabled": "The account may sign in again.",
    "own_password": "Your password is changed. Everywhere else you are signed out.",
    "account_password": "The password is changed; they sign in again everywhere.",
}


class View:
    """What a template is drawn from. Subclasses are frozen dataclasses with a `title`."""

    template: ClassVar[str]
    title: str


@dataclass(frozen=True)
class NavPlace:
    """One entry of the navigation."""

    name: str
    path: str
    is_here: bool


@dataclass(frozen=True)
class PageFrame:
    """What the layout draws around every page."""

    me: Account | None
    places: tuple[NavPlace, ...]
    said: str  # of the act that led here; "" none
    is_team: bool


def show(request: Request, view: View, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """Draw the view for whoever asks."""
    inside = {field.name: getattr(view, field.name) for field in fields(view)}  # type: ignore[arg-type]
    html = environment().get_template(view.template).render(**inside, frame=frame_of(request))
    return HTMLResponse(html, status, headers)


def redirect(path: str, said: str = "") -> RedirectResponse:
    """After an act: on to a page of ours, which says what was done. Raises KeyError for no code of `said`."""
    if said and said not in SENTENCES:
        raise KeyError(said)
    query = ("&" if "?" in path else "?") + urlencode({"said": said}) if said else ""
    return RedirectResponse(path + query, 303)


def frame_of(request: Request) -> PageFrame:
    """The layout's part of the page."""
    me: Account | None = getattr(request.state, "me", None)
    here = request.url.path
    known: frozenset[str] = request.app.state.paths
    mine = [(name, path) for name, path, role in PLACES if me and is_at_least(me, role) and path in known]
    places = tuple(
        NavPlace(name, path, is_here=here == path or (path != "/" and here.startswith(path + "/")))
        for name, path in mine
    )
    return PageFrame(me, places, SENTENCES.get(request.query_params.get("said", ""), ""), deps_of(request).is_team)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The one templates are drawn in: with the lists and limits of forms; `asset` finds a file of static/."""
    folder = files("panel.web") / "templates"
    made = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {
        "asset": assets().path, "most_note_words": MOST_NOTE_WORDS, "most_characters": LONGEST,
        "dismiss_reasons": tuple(DISMISS_REASONS.items()), "strike_reasons": tuple(STRIKE_REASONS.items()),
        "pass_reasons": tuple(PASS_REASONS.items()), "reject_reasons": tuple(REJECT_REASONS.items()),
    }  # fmt: skip
    made.filters["spoken"] = spoken
    return made


def spoken(text: str) -> Markup:
    """A sentence of ours as HTML: escaped, and what stands between backticks set as code."""
    parts = [escape(part) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))


def wants_json(request: Request) -> bool:
    """Whether Accept asks for JSON. Browsers name text/html; a program that names neither gets a page."""
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Assets:
    """The files by name, and the name of their generation."""

    contents: dict[str, bytes]
    generation: str  # 12 hex digits

    def path(self, name: str) -> str:
        """Where a browser gets it. Raises KeyError for a file there is not."""
        if name not in self.contents:
            raise KeyError(name)
        return f"/static/{self.generation}/{name}"


@cache
def assets() -> Assets:
    """Those of this package."""
    folder = files("panel.web") / "static"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name[entry.name.rfind(".") :] in TYPES)
    contents = {name: (folder / name).read_bytes() for name in found}
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return Assets(contents, digest.hexdigest()[:12])
