"""From one address to the pages a dossier is made of: which are read, in what order, and what becomes of failures.

The order. The page itself; then, of what it links to, the best page of each kind `links.choose` finds, the most wanted
kind first (pricing, docs, repository, quick start, changelog, licence, package); if the page names no quick start, one
linked from the docs page. Nothing deeper. It ends at `most_pages` pages asked for, `most_bytes` of bodies, or
`most_s` seconds, whichever comes first.

A page that can't be had, or holds no text, becomes one sentence in `Gathered.unread` and gathering goes on; only the
first page's failure is an error. A page whose address or text is that of one read before is dropped without a word.
Snapshots not older than `max_age_days` are read instead of the web, unless told to refresh; then the web server is
asked whether they changed. Failures are not kept: what failed is asked for again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from panel.dossier.addresses import tidy_address
from panel.dossier.links import WANTED, Choice, Link, choose, find_links, sections
from panel.dossier.net.errors import Unreachable, shown
from panel.dossier.passages import cut
from panel.dossier.reading import Reading, name_and_tagline, reading_of
from panel.dossier.shelf import SAVED_HINT, Fetch, Limits, Shelf
from panel.dossier.snapshots import Snapshots
from panel.dossier.voices import (
    Maker,
    is_makers,
    known_as,
    maker_of,
    package_of,
    repository_of,
    site_of,
    voice_of,
)
from panel.errors import Mistake, PanelError, StoreError
from panel.records import Page, Passage, SourceKind, Voice, sha256_of

How = Literal["fetched", "kept", "same", "unread"]  # kept: from a snapshot; same: read before, or it says the same
MOST_PAGES = 7
MOST_BYTES = 20_000_000
MOST_S = 120.0
MAX_AGE_DAYS = 7
NOBODY = Maker()


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
    reading: Reading
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
    maker: Maker
    pages: tuple[Gathered, ...]
    unread: tuple[str, ...]
    sections: frozenset[SourceKind]  # what the first page has a part of its own for

    @property
    def as_of(self) -> date:
        """The newest day any of it was fetched: the same snapshots give the same day, whenever they are read."""
        return max(gathered.page.fetched_at.date() for gathered in self.pages)


async def gather(
    url: str,
    *,
    fetch: Fetch,
    snapshots: Snapshots,
    today: date,
    refresh: bool = False,
    max_age_days: int = MAX_AGE_DAYS,
    most_pages: int = MOST_PAGES,
    most_bytes: int = MOST_BYTES,
    most_s: float = MOST_S,
    on_page: Callable[[PageEvent], None] = lambda event: None,
) -> Gathering:
    """Read a product's page and those it links to.

    today: UTC. refresh: ask the web for every page. most_pages: asked for in all, the first included.
    Raises what `fetch` raises for the first page, Mistake when that page is missing or holds no text, StoreError for
    a failing disk.
    """
    limits = Limits(most_pages, most_bytes, asyncio.get_running_loop().time() + most_s)
    shelf = Shelf(fetch, snapshots, today, -1 if refresh else max_age_days)
    work = _Round(shelf, limits, on_page)
    first = await work.first(_address(url))
    links = await _links(first)
    at_repository = repository_of(first.page.final_url) is not None
    wanted = [kind for kind in WANTED if kind != "repository" or not at_repository]
    queue = [*choose(links, work.maker, but=work.addresses(), only=wanted)]
    while queue and work.may_go_on(queue):
        choice = queue.pop(0)
        read = await work.next(choice)
        if read and choice.wanted == "docs" and all(other.wanted != "quick_start" for other in queue):
            queue += choose(await _links(read), work.maker, but=work.addresses(), only=["quick_start"])
            queue.sort(key=lambda other: WANTED.index(other.wanted))
    within = sections(links, first.page.final_url)
    return Gathering(work.name, work.tagline, work.maker, tuple(work.pages), tuple(work.unread), within)


@dataclass
class _Round:
    """One gathering under way."""

    shelf: Shelf
    limits: Limits
    on_page: Callable[[PageEvent], None]
    maker: Maker = NOBODY
    name: str = ""
    tagline: str = ""
    pages: list[Gathered] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    async def first(self, url: str) -> Gathered:
        """The first page read; what goes wrong with it is the caller's error."""
        page, reading, kept = await self._read(url)
        self.name, self.tagline = _name_and_tagline(page, reading)
        self.maker = known_as(maker_of([page.final_url]), self.name)
        gathered = self._add("repository" if repository_of(page.final_url) else "page", page, reading)
        if gathered is None:
            raise Mistake(f"{shown(url)} holds no readable text.", hint=SAVED_HINT)
        self._tell(gathered.kind, url, "kept" if kept else "fetched")
        return gathered

    async def next(self, choice: Choice) -> Gathered | None:
        """A linked page read; None when it can't be, or says what another said."""
        try:
            page, reading, kept = await self._read(choice.url)
            if not _may_be_read(page.final_url, self.maker):
                raise Mistake(f"{shown(choice.url)} leads to {site_of(page.final_url)!r}, which is not the maker's.")
            known = len(self.pages)
            gathered = self._add(choice.kind, page, reading)
            if gathered is None:
                raise Mistake(f"{shown(choice.url)} holds no readable text.")
        except StoreError:
            raise
        except PanelError as err:
            self.unread.append(f"{_called(choice)} not read: {err}")
            self._tell(choice.kind, choice.url, "unread", str(err))
            return None
        new = len(self.pages) > known
        self._tell(choice.kind, choice.url, ("kept" if kept else "fetched") if new else "same")
        return gathered if new else None

    def may_go_on(self, queue: Sequence[Choice]) -> bool:
        """Whether the next page may be asked for; if not, what is left is on the list of the unread."""
        if why := self.limits.over():
            self.unread += [f"{_called(c)} not read: {shown(c.url)}, {why}." for c in queue]
        return not why

    def addresses(self) -> frozenset[str]:
        """Every address read, as asked for, as answered and as the page calls itself."""
        return frozenset(u for g in self.pages for u in (g.page.url, g.page.final_url, g.reading.url))

    async def _read(self, url: str) -> tuple[Page, Reading, bool]:
        self.limits.pages -= 1
        try:
            async with asyncio.timeout_at(self.limits.deadline):
                page, kept = await self.shelf.page(url)
        except TimeoutError as err:
            raise Unreachable(url, "gathering took longer than it may") from err
        self.limits.bytes -= len(page.body)
        return page, await asyncio.to_thread(reading_of, page), kept  # parsing takes up to seconds: not on the loop

    def _add(self, kind: SourceKind, page: Page, reading: Reading) -> Gathered | None:
        """The page among those read, or the one that said the same before; None for one without text."""
        source_id = f"S{len(self.pages) + 1}"
        passages = cut(source_id, reading.blocks)
        if not passages:
            return None
        new = Gathered(source_id, kind, voice_of(page.final_url, self.maker), page, reading, passages)
        same = (g for g in self.pages if g.reading.url == reading.url or g.text_sha256 == new.text_sha256)
        if earlier := next(same, None):
            return earlier
        self.pages.append(new)
        return new

    def _tell(self, kind: SourceKind, url: str, how: How, why: str = "") -> None:
        self.on_page(PageEvent(kind, url, how, why))


async def _links(gathered: Gathered) -> tuple[Link, ...]:
    reading = gathered.reading
    return await asyncio.to_thread(find_links, reading.text, gathered.page.final_url) if reading.is_html else ()


def _name_and_tagline(page: Page, reading: Reading) -> tuple[str, str]:
    """At a repository or a registry the name is in the address; elsewhere the page gives it."""
    if repository_of(page.final_url):
        name = [step for step in urlsplit(page.final_url).path.split("/") if step][1].removesuffix(".git")
        return name, reading.description or reading.heading
    if package := package_of(page.final_url):
        return package, reading.description
    return name_and_tagline(reading)


def _called(choice: Choice) -> str:
    return choice.wanted.replace("_", " ").capitalize()


def _may_be_read(url: str, maker: Maker) -> bool:
    return is_makers(url, maker) or bool(repository_of(url) or package_of(url))


def _address(url: str) -> str:
    try:
        address = tidy_address(url)
    except ValueError as err:
        raise Mistake(f"{shown(url)} is {err}.", hint="Write it as https://example.com/page.") from err
    if not address:
        raise Mistake("There is no address to read.", hint="Write it as https://example.com/page.")
    return address
