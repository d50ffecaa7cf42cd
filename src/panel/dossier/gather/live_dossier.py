"""A dossier from one address: pages gathered, read, cut, and laid out as `build_dossier` lays out a launch file's.

The name and day a page states in its own data (JSON-LD) win over what its title says; a price class is taken from the
pricing page before the first page before any other, where one states it. All that was read stays in `Dossier.facts`.

Titles, the name, the tagline and plans reach jurors outside any passage, so each is held against suspicion by itself:
what speaks to reviewers or models is left out for the juror and kept in `Dossier.hidden` for the editor. A page's
description tag is not taken for the launch's description: there a juror expects our own words, not the maker's. Plans
that stand in no passage, since a page states them for machines alone, become a source of ours, which a juror can cite.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import date

from panel.checks import find_suspicions
from panel.dossier.build import missing_essentials, price_note
from panel.dossier.clean_text import Screen, mark_attempts, one_line
from panel.dossier.facts.read_facts import pricing_from, read_facts
from panel.dossier.facts.shown_plans import unread_amounts
from panel.dossier.fetch.fetch_errors import shown
from panel.dossier.gather.gather_pages import Gathered, Gathering, PageEvent, gather
from panel.dossier.gather.page_source import Fetch, Render, anything
from panel.dossier.gather.snapshots import Snapshots
from panel.dossier.visibility.hidden_text import as_records
from panel.records import (
    Coverage,
    Dossier,
    Fact,
    FactKind,
    Launch,
    LaunchSource,
    Pricing,
    Sought,
    Source,
    Stamp,
    ThirdParty,
)

log = logging.getLogger(__name__)
OWN_DATA = "JSON-LD"  # the `read_from` of what a page states for machines, under its own name for each thing
PRICE_ORDER = {"pricing": 0, "page": 1, "repository": 2, "docs": 3}  # whose price class is taken first
MOST_NAME = 80
MOST_LINE = 200
SAME = {"title", "voice", "kind", "url", "published", "fetched"}  # of a source, in its dossier and in its launch


async def build_live_dossier(
    url: str, *, fetch: Fetch, snapshots: Snapshots, made: Stamp, today: date,
    admit: Callable[[str], None] = anything, browser: Render | None = None, renders_all: bool = False,
    refresh: bool = False, category: str = "", third_parties: Sequence[ThirdParty] = (),
    on_page: Callable[[PageEvent], None] = lambda event: None,
) -> Dossier:  # fmt: skip
    """The dossier of the product at `url`.

    today: UTC; it only says which snapshots are recent. The dossier's own day is the newest its pages were fetched, so
    that the same snapshots give the same dossier hash on another day. admit, browser, renders_all, third_parties: as of
    `gather`. Raises as `gather` does; pages that could not be read are in `coverage.unread`.
    """
    gathering = await gather(
        url, fetch=fetch, snapshots=snapshots, today=today, admit=admit, browser=browser, renders_all=renders_all,
        refresh=refresh, third_parties=third_parties, on_page=on_page,
    )  # fmt: skip
    return await asyncio.to_thread(_assemble, gathering, made, category)  # reads every page: not on the loop


def _assemble(gathering: Gathering, made: Stamp, category: str) -> Dossier:
    screen = Screen()
    unread = [*gathering.unread]
    facts = tuple(fact for gathered in gathering.pages for fact in _facts(gathered, unread))
    sources = tuple(source_of(gathered, screen) for gathered in gathering.pages)
    launch = _launch(gathering, sources, facts, category, screen)
    missing = [m for m in missing_essentials(launch, sources) if m not in gathering.sections]
    cited = {fact.value for fact in facts if fact.kind == "plan" and fact.passage_id}
    uncited = tuple(plan for plan in launch.pricing.plans if f"{plan.name}: {plan.price}" not in cited)
    only = launch.pricing.model_copy(update={"plans": uncited, "entry": ""})
    sources += price_note(only, f"S{len(sources) + 1}", by="its page states them for machines")
    passages = tuple(passage for source in sources for passage in source.passages)
    hidden = [found for g in gathering.pages for found in as_records(g.source_id, g.parsed.hidden)]
    return Dossier(
        made=made,
        as_of=gathering.as_of,
        launch=launch,
        sources=sources,
        coverage=Coverage(
            passages_total=len(passages),
            passages_kept=len(passages),
            missing=tuple(missing),
            unread=tuple(unread),
            rendered=tuple(g.source_id for g in gathering.pages if g.page.rendered),
            sought=_sought(gathering, facts),
        ),
        hidden=(*mark_attempts(hidden), *screen.left_out),
        suspicions=find_suspicions(passages),
        facts=facts,
    )


def _sought(gathering: Gathering, facts: Sequence[Fact]) -> tuple[Sought, ...]:
    """What was looked for; prices that stand on a page of another kind were read, too."""
    priced = any(fact.kind == "plan" and fact.passage_id for fact in facts)
    read = {"outcome": "read", "on": gathering.as_of}
    return tuple(s.model_copy(update=read) if priced and s.kind == "pricing" else s for s in gathering.sought)


def source_of(gathered: Gathered, screen: Screen) -> Source:
    """A page read as a source; its title goes through the screen."""
    parsed = gathered.parsed
    title = screen(parsed.title, source_id=gathered.source_id, where="title", most=MOST_LINE)
    return Source(
        source_id=gathered.source_id, title=title or parsed.url[:MOST_LINE], url=parsed.url, kind=gathered.kind,
        voice=gathered.voice, published=parsed.published, fetched=gathered.page.fetched_at.date(),
        bytes_sha256=gathered.page.sha256, text_sha256=gathered.text_sha256, passages=gathered.passages,
    )  # fmt: skip


def _facts(gathered: Gathered, unread: list[str]) -> list[Fact]:
    """What the page states, its language too when nobody else read it.

    A page that the reader breaks on states nothing, is named in `unread`, and costs the other pages nothing. Of what
    others say, only a registry's entry states facts; a package's name need not be the product's.
    """
    if gathered.voice == "third_party" and gathered.kind != "package":
        return []
    parsed, day = gathered.parsed, gathered.page.fetched_at.date()
    facts: list[Fact] = []
    try:
        facts += read_facts(parsed, source_id=gathered.source_id, passages=gathered.passages, checked=day)
        facts = [fact for fact in facts if gathered.kind != "package" or fact.kind != "name"]
        if amounts := unread_amounts(parsed.lines, parsed.language):
            named = " and ".join(f'"{amount}"' for amount in amounts)
            unread.append(f"Price not read: the currency of {named} on {shown(parsed.url)} is not certain.")
    except Exception:
        log.exception("Facts of %s can't be read", shown(parsed.url))
        unread.append(f"Facts not read: our code failed on {shown(parsed.url)}.")
    if parsed.language and all(fact.kind != "language" for fact in facts):
        told = {"kind": "language", "value": parsed.language, "read_from": "html lang", "checked": day}
        facts.append(Fact.model_validate({**told, "source_id": gathered.source_id}))
    return facts


def _launch(
    gathering: Gathering, sources: Sequence[Source], facts: Sequence[Fact], category: str, screen: Screen
) -> Launch:
    first = sources[0]
    own = [fact for fact in facts if fact.source_id == first.source_id and fact.read_from == OWN_DATA]
    name = _stated("name", own) or gathering.name
    tagline = gathering.tagline or _stated("tagline", own)
    return Launch(
        name=screen(name, source_id=first.source_id, where="name", most=MOST_NAME) or first.url[:MOST_NAME],
        tagline=screen(tagline, source_id=first.source_id, where="tagline", most=MOST_LINE),
        category=category,
        homepage=first.url,
        pricing=_pricing(sources, facts, screen),
        launched_at=_day(_stated("published", own), until=gathering.as_of) or first.published,
        sources=tuple(LaunchSource.model_validate(s.model_dump(include=SAME)) for s in sources),
    )


def _pricing(sources: Sequence[Source], facts: Sequence[Fact], screen: Screen) -> Pricing:
    """Class and plans as code read them, from one source; a blank record when no page states any."""
    priced = []
    for source in sorted(sources, key=lambda s: PRICE_ORDER.get(s.kind, len(PRICE_ORDER))):
        mine = [f for f in facts if f.source_id == source.source_id and f.kind in ("pricing_class", "plan")]
        clean = [f for f in mine if screen(f.value, source_id=source.source_id, where=f.kind, most=MOST_LINE)]
        if clean and source.fetched:
            priced.append((source, source.fetched, clean))
    classed = [found for found in priced if _stated("pricing_class", found[2])]
    if not priced:
        return Pricing()
    source, checked, told = (classed or priced)[0]
    return pricing_from(told, checked, source=source.url)


def _stated(kind: FactKind, facts: Sequence[Fact]) -> str:
    return next((one_line(fact.value) for fact in facts if fact.kind == kind), "")


def _day(text: str, *, until: date) -> date | None:
    """A stated day, if it is one and has come."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if day <= until else None
