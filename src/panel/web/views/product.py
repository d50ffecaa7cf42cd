"""A product at the desk: what is known of it, its launches and drafts, what was done to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from panel.desk import Times, role_may
from panel.pages import clean, safe_href
from panel.records import Account, Draft, KnownLaunch, ProductEvent, ProductHistory
from panel.web.respond import View
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
