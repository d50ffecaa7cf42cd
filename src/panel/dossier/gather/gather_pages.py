"""From one address to the pages a dossier is made of: which are read, in what order, and what becomes of failures.

The order. The page itself; then, of what it links to, the best page of each kind that `links_to_follow.py` finds, the
most wanted kind first (pricing, docs, repository, quick start, changelog, licence, package); if the page names no quick
start, one linked from the docs page. Nothing deeper. With each page come the style sheets it links, which say what its
readers don't see. It ends at `most_pages` pages asked for, `most_bytes` of bodies, or `most_s` seconds, whichever comes
first.

A page that can't be had, or holds no text, becomes one sentence in `Gathered.unread` and gathering goes on; only the
first page's failure is an error. A page whose address, or whose text, is that of one read before is dropped without a
word. Snapshots not older than `max_age_days` are read instead of the web, unless told to refresh; then the web server
is asked whether they changed. Failures are not kept: what failed is asked for again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple, TypeVar, cast, get_args
from urllib.parse import urlsplit

from panel.dossier.charset import decode_page
from panel.dossier.fetch.fetch_errors import Unreachable, shown
from panel.dossier.gather import third_parties as others
from panel.dossier.gather.page_source import SAVED_HINT, Fetch, GatherLimits, PageSource, Render, anything
from panel.dossier.gather.snapshots import Snapshots
from panel.dossier.identity import voices
from panel.dossier.identity.address import tidy_address
from panel.dossier.page.links_to_follow import WANTED, Choice, Wanted, choose, sections
from panel.dossier.page.passages import cut
from panel.dossier.page.read_page import (
    ParsedPage,
    name_and_tagline,
    needs_scripts,
    open_page,
    read_page,
    shows_nothing,
)
from panel.dossier.visibility.style_sheets import MOST_BYTES as MOST_SHEET_BYTES
from panel.dossier.visibility.style_sheets import read_sheets
from panel.errors import Mistake, PanelError, StoreError
from panel.records import Page, Passage, Sought, SoughtKind, SourceKind, ThirdParty, Voice, sha256_of

How = Literal["fetched", "kept", "same", "unread"]  # kept: from a snapshot; same: read before, or it says the same
MOST_PAGES = 7
MOST_BYTES = 20_000_000
MOST_S = 120.0
MAX_AGE_DAYS = 7
NOBODY = voices.Maker()
Outcome = Literal["read", "not_readable", "not_public"]
ASKED_FOR: tuple[SoughtKind, ...] = get_args(SoughtKind)
SOUGHT: dict[str, SoughtKind] = {"page": "home", "quick_start": "docs", "releases": "changelog"}  # others: as they are
Done = TypeVar("Done")


class PageEvent(NamedTuple):
    """What became of one page, for whoever watches."""

    kind: SourceKind
    url: str
    how: How
    why: str = ""  # the sentence, when unread


class Gathered(NamedTuple):
    """One page read, and what it is to the dossier."""

    source_id: str
    kind: SourceKind
    voice: Voice
    page: Page
    parsed: ParsedPage
    passages: tuple[Passage, ...]

    @property
    def text_sha256(self) -> str:
        """Of the cleaned text, as `build_dossier` makes it."""
        return sha256_of("\n\n".join(passage.text for passage in self.passages))


@dataclass(frozen=True)
class Gathering:
    """Everything read from one address. `pages` holds at least the first."""

    name: str
    tagline: str  # the maker's words
    maker: voices.Maker
    as_of: date  # the newest day any of it was fetched: the same snapshots give the same day, whenever they are read
    pages: tuple[Gathered, ...]
    unread: tuple[str, ...]
    sections: frozenset[SourceKind]  # what the first page has a part of its own for
    sought: tuple[Sought, ...]  # the kinds of sources looked for


async def gather(
    url: str, *, fetch: Fetch, snapshots: Snapshots, today: date, admit: Callable[[str], None] = anything,
    browser: Render | None = None, renders_all: bool = False, refresh: bool = False,
    max_age_days: int = MAX_AGE_DAYS, most_pages: int = MOST_PAGES,
    most_bytes: int = MOST_BYTES, most_s: float = MOST_S, third_parties: Sequence[ThirdParty] = (),
    kinds: Sequence[Wanted] = WANTED, on_page: Callable[[PageEvent], None] = lambda event: None,
) -> Gathering:  # fmt: skip
    """Read a product's page and those it links to, then what third parties of these kinds say of it.

    today: UTC. admit: raises for addresses that are refused, kept pages' too. refresh: ask the web for every page.
    browser: for pages that only scripts fill; renders_all: for every page.
    most_pages: asked for in all, the first included, third parties not. kinds: of linked pages, those to look for.
    Raises what `fetch` raises for the first page, Mistake when that page is missing or holds no text, StoreError for
    a failing disk.
    """
    limits = GatherLimits(most_pages, most_bytes, asyncio.get_running_loop().time() + most_s)
    age_days = -1 if refresh else max_age_days
    page_source = PageSource(fetch, snapshots, today, age_days, admit, browser, renders_all)
    work = _Round(page_source, limits, on_page)
    first = await work.first(_address(url))
    links = first.parsed.links
    at_repository = voices.repository_of(first.page.final_url) is not None
    wanted = [kind for kind in kinds if kind != "repository" or not at_repository]
    chosen = choose(links, work.maker, but=work.addresses(), only=wanted)
    at_registry = [c.url for c in chosen if "package" in third_parties and others.is_asked(c.url)]
    queue = [choice for choice in chosen if choice.url not in at_registry]
    for kind in set(wanted) - {choice.wanted for choice in chosen} - {"quick_start"}:
        work.mark(kind, "not_public")
    while queue and work.may_go_on(queue):
        choice = queue.pop(0)
        read = await work.next(choice)
        if read and choice.wanted == "docs" and all(other.wanted != "quick_start" for other in queue):
            queue += choose(read.parsed.links, work.maker, but=work.addresses(), only=["quick_start"])
            queue.sort(key=lambda other: WANTED.index(other.wanted))
    await work.ask(third_parties, at_registry)
    within = sections(links, first.page.final_url)
    for section in within:
        work.mark(section, "read")
    as_of = max(gathered.page.fetched_at.date() for gathered in work.pages)
    days: dict[str, date] = {"not_readable": today}  # failures are never kept: they are of today
    found = ((kind, work.sought[kind]) for kind in ASKED_FOR if kind in work.sought)
    sought = tuple(Sought(kind=kind, outcome=came, on=days.get(came, as_of)) for kind, came in found)
    return Gathering(work.name, work.tagline, work.maker, as_of, tuple(work.pages), tuple(work.unread), within, sought)


class _Read(NamedTuple):
    """One page as it came, and what was read off it."""

    page: Page
    parsed: ParsedPage
    kept: bool


@dataclass
class _Round:
    """One gathering under way."""

    page_source: PageSource
    limits: GatherLimits
    on_page: Callable[[PageEvent], None]
    maker: voices.Maker = NOBODY
    name: str = ""
    tagline: str = ""
    pages: list[Gathered] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    sheets: dict[str, str | None] = field(default_factory=dict)  # by address; None for one that can't be had
    sought: dict[SoughtKind, Outcome] = field(default_factory=dict)

    async def first(self, url: str) -> Gathered:
        """The first page read; what goes wrong with it is the caller's error."""
        read = await self._read(url)
        page, parsed = read.page, read.parsed
        self.name, self.tagline = _name_and_tagline(page, parsed)
        self.maker = voices.known_as(voices.maker_of([page.final_url]), self.name)
        gathered = self._add("repository" if voices.repository_of(page.final_url) else "page", read)
        if gathered is None:
            raise Mistake(f"{shown(url)} holds no readable text.", hint=SAVED_HINT)
        self._tell(gathered.kind, url, "kept" if read.kept else "fetched")
        self.mark("home", "read")
        self.mark(gathered.kind, "read")
        return gathered

    async def next(self, choice: Choice) -> Gathered | None:
        """A linked page read; None when it can't be, or says what another said."""
        try:
            read = await self._read(choice.url)
            at = read.page.final_url
            if not (voices.is_makers(at, self.maker) or voices.repository_of(at) or voices.package_of(at)):
                site = voices.site_of(at)
                raise Mistake(f"{shown(choice.url)} leads to {site!r}, which is not the maker's.")
            known = len(self.pages)
            gathered = self._add(choice.kind, read)
            if gathered is None:
                raise Mistake(f"{shown(choice.url)} holds no readable text.")
        except StoreError:
            raise
        except PanelError as err:
            self.unread.append(f"{_called(choice)} not read: {err}")
            self._tell(choice.kind, choice.url, "unread", str(err))
            self.mark(choice.wanted, "not_readable")
            return None
        self.mark(choice.wanted, "read")
        new = len(self.pages) > known
        self._tell(choice.kind, choice.url, ("kept" if read.kept else "fetched") if new else "same")
        return gathered if new else None

    async def ask(self, wanted: Sequence[ThirdParty], packages: Sequence[str]) -> None:
        """What third parties say, all asked at once; what can't be had is one sentence each."""
        mine = [g.page.final_url for g in self.pages if voices.is_makers(g.page.final_url, self.maker)]
        known = next(filter(None, map(voices.repository_of, mine)), None)
        repository = f"https://{known.host}/{known.owner}/{known.name}" if known else ""
        first = self.pages[0].page.final_url
        about = others.About(first, repository, tuple(filter(voices.package_of, (first, *packages))), self.maker)
        kinds = [kind for kind in get_args(ThirdParty) if kind in wanted and others.may_be_asked(kind, about)]
        for kind, said in zip(kinds, await asyncio.gather(*(self._ask(kind, about) for kind in kinds)), strict=True):
            of_kind: SourceKind = "changelog" if kind == "releases" else kind
            if isinstance(said, PanelError):
                self.unread.append(f"{kind.capitalize()} not read: {said}")
                self._tell(of_kind, about.url, "unread", str(said))
                self.mark(kind, "not_readable")
            elif said is None or not self._add(said.kind, _Read(said.page, said.parsed, False), said.voice):
                self.mark(kind, "not_public")
            else:
                self._tell(of_kind, said.parsed.url, "fetched")
                self.mark(kind, "read")

    async def _ask(self, kind: ThirdParty, about: others.About) -> others.OthersWord | PanelError | None:
        if why := self.limits.over_for_sheets():
            return Mistake(f"{why}.")
        try:
            async with asyncio.timeout_at(self.limits.deadline):
                return await others.ask(kind, about, replace(self.page_source, fetch=self._fetch_counted))
        except StoreError:
            raise
        except TimeoutError:
            return Mistake("gathering took longer than it may.")
        except PanelError as err:
            return err

    async def _fetch_counted(self, url: str, *, known: Page | None = None) -> Page:
        page = await self.page_source.fetch(url, known=known)
        self.limits.bytes -= len(page.body)
        return page

    def mark(self, wanted: str, outcome: Outcome) -> None:
        """What became of a kind of source that was looked for: the best of its pages counts."""
        kind = SOUGHT.get(wanted, cast("SoughtKind", wanted))
        worse = list(get_args(Outcome))[: get_args(Outcome).index(outcome)]
        if self.sought.get(kind) not in worse:
            self.sought[kind] = outcome

    def may_go_on(self, queue: Sequence[Choice]) -> bool:
        """Whether the next page may be asked for; if not, what is left is on the list of the unread."""
        if why := self.limits.over():
            self.unread += [f"{_called(c)} not read: {shown(c.url)}, {why}." for c in queue]
        return not why

    def addresses(self) -> frozenset[str]:
        """Every address read, as asked for and as answered. What a page calls itself keeps no other from being read."""
        return frozenset(u for g in self.pages for u in (g.page.url, g.page.final_url))

    async def _read(self, url: str) -> "_Read":
        self.limits.pages -= 1
        page, kept = await self._in_time(url, self.page_source.page(url))
        read = await self._parse(page, kept)
        if needs_scripts(read.parsed):
            read = await self._parse(await self._in_time(url, self.page_source.rendered(page)), kept=False)
        if read.page.rendered and shows_nothing(read.parsed):
            raise Mistake(f"{shown(url)} shows no text, in a browser neither.", hint=SAVED_HINT)
        return read

    async def _in_time(self, url: str, work: Awaitable[Done]) -> Done:
        try:
            async with asyncio.timeout_at(self.limits.deadline):
                return await work
        except TimeoutError as err:
            raise Unreachable(url, "gathering took longer than it may") from err

    async def _parse(self, page: Page, kept: bool) -> "_Read":
        self.limits.bytes -= len(page.body)
        opened = await asyncio.to_thread(open_page, page)  # parsing takes up to seconds: not on the loop
        sheets = await read_sheets(opened.sheets, self._sheet)
        return _Read(page, await asyncio.to_thread(read_page, opened, sheets), kept)

    async def _sheet(self, url: str) -> str | None:
        """A style sheet's text, asked for once; None, and a sentence among the unread, for one that can't be had."""
        if url not in self.sheets:
            try:
                self.sheets[url] = await self._fetch_sheet(url)
            except StoreError:
                raise
            except PanelError as err:
                self.sheets[url] = None
                self.unread.append(f"Style sheet not read: {err}")
        return self.sheets[url]

    async def _fetch_sheet(self, url: str) -> str:
        if why := self.limits.over_for_sheets():
            raise Mistake(f"{shown(url)}, {why}.")
        page = await self._in_time(url, self.page_source.sheet(url))
        self.limits.bytes -= len(page.body)
        if len(page.body) > MOST_SHEET_BYTES:
            self.unread.append(f"Style sheet not read to its end: {shown(url)} has {len(page.body):,} bytes.")
        return decode_page(page.model_copy(update={"body": page.body[:MOST_SHEET_BYTES]}))

    def _add(self, kind: SourceKind, read: "_Read", voice: Voice | None = None) -> Gathered | None:
        """The page among those read, or the one that said the same before; None for one without text.

        voice: whose word it is; None: as its address says.
        """
        source_id, page, parsed = f"S{len(self.pages) + 1}", read.page, read.parsed
        passages = cut(source_id, parsed.blocks)
        if not passages:
            return None
        voice = voice or voices.voice_of(page.final_url, self.maker)
        new = Gathered(source_id, kind, voice, page, parsed, passages)
        same = (g for g in self.pages if g.page.final_url == page.final_url or g.text_sha256 == new.text_sha256)
        if earlier := next(same, None):
            return earlier
        if any(g.parsed.url == parsed.url for g in self.pages):  # one canonical address on every page of a site
            new = new._replace(parsed=replace(parsed, url=tidy_address(page.final_url)))
        self.pages.append(new)
        return new

    def _tell(self, kind: SourceKind, url: str, how: How, why: str = "") -> None:
        self.on_page(PageEvent(kind, url, how, why))


def _name_and_tagline(page: Page, parsed: ParsedPage) -> tuple[str, str]:
    """At a repository or a registry the name is in the address; elsewhere the page gives it."""
    if voices.repository_of(page.final_url):
        name = [step for step in urlsplit(page.final_url).path.split("/") if step][1].removesuffix(".git")
        return name, parsed.description or parsed.heading
    if package := voices.package_of(page.final_url):
        return package, parsed.description
    return name_and_tagline(parsed)


def _called(choice: Choice) -> str:
    return choice.wanted.replace("_", " ").capitalize()


def _address(url: str) -> str:
    try:
        address = tidy_address(url)
    except ValueError as err:
        raise Mistake(f"{shown(url)} is {err}.", hint="Write it as https://example.com/page.") from err
    if not address:
        raise Mistake("There is no address to read.", hint="Write it as https://example.com/page.")
    return address
