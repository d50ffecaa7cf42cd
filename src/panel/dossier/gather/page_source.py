"""Where a gathering's pages come from (recent snapshots, then the web, a browser), and how much it may spend."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from panel.dossier.fetch.fetch_errors import Unreachable, shown
from panel.dossier.gather.snapshots import Snapshots
from panel.dossier.page.read_page import HTML
from panel.dossier.visibility.style_sheets import MEDIA_TYPE as SHEET
from panel.errors import Mistake, PanelError
from panel.records import Page

if TYPE_CHECKING:
    from panel.dossier.fetch.browser import Rendered

SAVED_HINT = "Save the page and review a launch file: `panel new NAME` writes one."


class Fetch(Protocol):
    """Brings one page. `known` is what we have of it: the server may answer that it is still so."""

    async def __call__(self, url: str, *, known: Page | None = None) -> Page:
        """The page. Raises PanelError, in one sentence, for one that is refused or can't be had."""


class Render(Protocol):
    """Shows pages in a browser: `fetch/browser.py`."""

    def why_not(self) -> str:
        """What is missing here, as the end of a sentence; "" when there is a browser."""

    async def render(self, page: Page) -> "Rendered":
        """The page as its readers see it, and its picture. Raises PanelError."""


def anything(url: str) -> None:
    """Admits every address: the fetch has rules of its own."""


@dataclass(frozen=True)
class PageSource:
    """Where pages come from: the snapshots while they are recent, else the web, which fills the snapshots."""

    fetch: Fetch
    snapshots: Snapshots
    today: date
    max_age_days: int  # -1: always the web
    admit: Callable[[str], None] = anything  # raises for an address that today's rules refuse, asked or kept
    browser: Render | None = None
    renders_all: bool = False  # every HTML page, not only those made by scripts

    async def page(self, url: str) -> tuple[Page, bool]:
        """The page, and whether it came from a snapshot. Raises PanelError, Mistake for a page that is not there."""
        self.admit(url)
        if kept := self.snapshots.recent(url, today=self.today, max_age_days=self.max_age_days):
            self.admit(kept.final_url)
            if kept.rendered or not self._is_to_render(kept):
                return kept, True
        page = await self.fetch(url, known=self.snapshots.get(url))
        if not 200 <= page.status < 300:
            raise _not_there(url, page.status)
        page = page.model_copy(update={"url": url})
        self.snapshots.put(page)
        return (await self.rendered(page) if self._is_to_render(page) else page), False

    def _is_to_render(self, page: Page) -> bool:
        return self.renders_all and page.media_type in HTML

    async def rendered(self, page: Page) -> Page:
        """The page as a browser shows it, kept with its picture. Raises Mistake, with a way out, without one."""
        why = self.browser.why_not() if self.browser else "none are run here"
        if self.browser is None or why:
            told = f"{shown(page.url)} shows its text only where its scripts run, and {why}."
            raise Mistake(told, hint=SAVED_HINT)
        page, picture = await self.browser.render(page)
        self.snapshots.put(page, picture=picture)
        return page

    async def sheet(self, url: str) -> Page:
        """A style sheet a page links, from the same two places. Raises PanelError, Mistake for what is no sheet."""
        page, _ = await self.page(url)
        if page.media_type != SHEET:
            raise Mistake(f"{shown(url)} is {shown(page.media_type, 60) or 'of no stated type'}, not a style sheet.")
        return page


@dataclass
class GatherLimits:
    """What may still be spent on one gathering."""

    pages: int
    bytes: int
    deadline: float  # by the event loop's clock

    def over(self) -> str:
        """Why gathering must end, "" while it may go on."""
        return "enough pages were read" if self.pages <= 0 else self.over_for_sheets()

    def over_for_sheets(self) -> str:
        """The same for style sheets, which are no pages."""
        if self.bytes <= 0:
            return "enough bytes were read"
        return "time was up" if asyncio.get_running_loop().time() >= self.deadline else ""


def _not_there(url: str, status: int) -> PanelError:
    """What to say of an answer that is no page: a server in trouble may do better later, a missing page will not."""
    try:
        meaning = f"the server answered {status} ({HTTPStatus(status).phrase.lower()})"
    except ValueError:
        meaning = f"the server answered {status}, which is no status there is"
    if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unreachable(url, meaning)
    return Mistake(f"No page at {shown(url)}: {meaning}.", hint=SAVED_HINT)
