"""A product at the desk: what is known of it, its launches and drafts, what was done to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import HTMLResponse, Response

from panel.desk import Times, role_may
from panel.errors import Mistake, NotFound
from panel.pages import clean, safe_href
from panel.records import Account, Draft, KnownLaunch, ProductEvent, ProductHistory
from panel.store import OfLaunch, drafts_of, launches_of
from panel.web.access import AsEditor, AsWriter
from panel.web.deps import POSTED, Deps, Given
from panel.web.respond import View, redirect, show
from panel.web.views.draft import STATES

DID = {
    "found": "was met", "release": "got a launch", "changed": "changed its announcement", "alike": "looks like another",
    "renamed": "was renamed", "merged": "was merged", "took": "took another in", "split": "was split",
    "unmerged": "was taken apart again",
}  # fmt: skip
SHOWN = ("name", "was", "release", "slug", "launches", "products", "reason")


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft of one of its launches."""

    draft_id: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class LaunchLine:
    """One release, where it was seen, and the drafts on it."""

    slug: str
    name: str
    release: str
    days: str
    seen: tuple[tuple[str, str], ...]  # where and when; an ordinary address or ""
    drafts: tuple[DraftLine, ...]
    is_own: bool  # of this product itself, not of one merged into it: only such a launch can be split off


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that was done to it."""

    when: str
    by: str
    did: str
    detail: str


@dataclass(frozen=True)
class ProductPage(View):
    """The context of product.html."""

    template: ClassVar[str] = "product.html"
    title: str
    slug: str
    name: str
    facts: tuple[tuple[str, str], ...]
    homepage: str  # an ordinary address, or ""
    names: tuple[str, ...]
    merged: tuple[tuple[str, str], ...]  # slug, name
    alike: tuple[tuple[str, str], ...]  # slug, name of products it may be one with
    launches: tuple[LaunchLine, ...]
    can_split: bool
    events: tuple[EventLine, ...]  # newest first
    may_change: bool


def product_page(
    found: ProductHistory, drafts: Mapping[tuple[str, str], Sequence[Draft]], me: Account, times: Times
) -> ProductPage:
    """drafts: by product_id and release of a launch."""
    product, facts = found.product, found.product.facts
    own = [one for one in found.launches if one.product_id == product.product_id]
    slugs = {one.product_id: one.slug for one in (product, *found.merged)}
    return ProductPage(
        title=clean(facts.name),
        slug=product.slug,
        name=clean(facts.name),
        facts=(
            ("Category", clean(facts.category) or "unknown"),
            ("Price class", facts.pricing_class.replace("_", " ")),
            ("Licence", clean(facts.licence) or "unknown"),
            ("Looked up", f"{facts.checked:%d %b %Y}" if facts.checked else "by nobody yet"),
            ("First seen", f"{product.first_seen:%d %b %Y}"),
        ),
        homepage=safe_href(facts.homepage),
        names=tuple(clean(name) for name in found.names),
        merged=tuple((one.slug, clean(one.facts.name)) for one in found.merged),
        alike=tuple((one.slug, clean(one.facts.name)) for one in found.alike),
        launches=tuple(
            _launch(one, drafts.get((one.product_id, one.release), ()), is_own=one in own) for one in found.launches
        ),
        can_split=len(own) > 1,
        events=tuple(_event(event, slugs, times) for event in reversed(found.events)),
        may_change=role_may(me.role, "products"),
    )


def _launch(one: KnownLaunch, drafts: Sequence[Draft], *, is_own: bool) -> LaunchLine:
    first, last = f"{one.first_seen:%d %b %Y}", f"{one.last_seen:%d %b %Y}"
    seen = tuple(
        (clean(s.where) + (f", {s.on:%d %b %Y}" if s.on else ""), safe_href(s.url) if s.url else "")
        for s in one.seen_at
    )
    return LaunchLine(
        slug=one.slug,
        name=clean(one.names[0]) if one.names else one.slug,
        release=clean(one.launch.release or one.release) or "no release named",
        days=f"met {first}" + ("" if first == last else f", last {last}"),
        seen=seen,
        drafts=tuple(DraftLine(d.draft_id, clean(d.shown.name), STATES[d.state]) for d in drafts),
        is_own=is_own,
    )


def _event(event: ProductEvent, slugs: Mapping[str, str], times: Times) -> EventLine:
    told = {key: event.detail[key] for key in SHOWN if event.detail.get(key)}
    words = [f"{key} {', '.join(map(str, v)) if isinstance(v, list) else v}" for key, v in told.items()]
    return EventLine(
        when=times.told(event.at),
        by=clean(event.by),
        did=f"{slugs.get(event.product_id, event.product_id)} {DID.get(event.what, event.what)}",
        detail=clean("; ".join(words)),
    )


router = APIRouter()
Slug = Annotated[str, Path(max_length=140, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Other = Annotated[str, Form(min_length=1, max_length=140)]
Reason = Annotated[str, Form(min_length=1, max_length=300)]
Name = Annotated[str, Form(max_length=120)]
Releases = Annotated[list[Annotated[str, Form(max_length=140)]], Form(max_length=200)]


@router.get("/products/{slug}", response_class=HTMLResponse)
def product(request: Request, deps: Given, me: AsWriter, slug: Slug) -> Response:
    """The product a slug stands for; of one that was merged, the one it is in."""
    found = _found(deps, slug)
    return show(request, product_page(found, _drafts(deps, found), me, deps.times))


@router.get("/drafts/{draft_id}/product", **POSTED)
def of_draft(deps: Given, me: AsWriter, draft_id: Slug) -> Response:
    """On to the product that a draft's launch belongs to."""
    deps.desk.open(me, draft_id)
    with deps.desk.store.reading() as conn:
        launch = launches_of(conn, [draft_id]).get(draft_id)
    if launch is None:
        raise NotFound("The archive does not know this launch.", hint="A comparison has two: look at its reviews.")
    return redirect(f"/products/{_found(deps, launch.product_id).product.slug}")


@router.post("/products/{slug}/rename", **POSTED)
def rename(deps: Given, me: AsEditor, slug: Slug, name: Name, reason: Reason) -> Response:
    """Call it by another name; its slug stays."""
    _found(deps, slug)
    now = deps.products.rename(slug, name, reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{now.slug}", "product_renamed")


@router.post("/products/{slug}/merge", **POSTED)
def merge(deps: Given, me: AsEditor, slug: Slug, other: Other, reason: Reason) -> Response:
    """Let another product become part of this one."""
    kept = deps.products.merge(slug, other.strip(), reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{kept.slug}", "product_merged")


@router.post("/products/{slug}/split", **POSTED)
def split(
    deps: Given, me: AsEditor, slug: Slug, reason: Reason, release: Releases = [], name: Name = "",  # noqa: B006
) -> Response:  # fmt: skip
    """Let launches go into a product of their own."""
    if not release:
        raise Mistake("Which launches go?", hint="Tick at least one of them.")
    new = deps.products.split(slug, release, name=name.strip(), reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{new.slug}", "product_split")


@router.post("/products/{slug}/unmerge", **POSTED)
def unmerge(deps: Given, me: AsEditor, slug: Slug, reason: Reason) -> Response:
    """Let a product that was merged stand for itself again."""
    own = deps.products.split(slug, (), reason=_why(reason), **_signed(deps, me))
    return redirect(f"/products/{own.slug}", "product_unmerged")


def _found(deps: Deps, ref: str) -> ProductHistory:
    """Raises NotFound, naming the nearest."""
    try:
        return deps.products.history(ref)
    except Mistake as err:
        raise NotFound(str(err), hint=err.hint) from err


def _drafts(deps: Deps, found: ProductHistory) -> dict[tuple[str, str], list[Draft]]:
    """By product_id and release: drafts that reviews of each launch went into."""
    with deps.desk.store.reading() as conn:
        return {
            (one.product_id, one.release): drafts_of(conn, OfLaunch(one.product_id, one.release))
            for one in found.launches
        }


def _why(reason: str) -> str:
    told = " ".join(reason.split())
    if not told:
        raise Mistake("Why?", hint="Give a reason; it stays in the product's history.")
    return told


def _signed(deps: Deps, me: Account) -> dict[str, Any]:
    """By whom and when."""
    return {"by": me.name, "account": me.account_id, "now": deps.desk.now}
