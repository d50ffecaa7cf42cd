"""A web of a few pages, held in memory: what stands at each address, and which were asked for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from panel.dossier.page.html import read_html
from panel.dossier.page.html_tree import open_html
from panel.dossier.page.passages import Block
from panel.dossier.page.read_page import ParsedPage, parse_page
from panel.dossier.visibility.hidden_text import as_records
from panel.records import Hidden, Page, sha256_of

PAGES = Path(__file__).parent / "web" / "pages" / "lantern"
DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

LANTERN = {
    "https://lantern.dev": "home.html",
    "https://lantern.dev/pricing": "pricing.html",
    "https://lantern.dev/docs/": "docs.html",
    "https://lantern.dev/docs/quickstart/": "quickstart.html",
    "https://lantern.dev/changelog": "changelog.html",
    "https://lantern.dev/license.txt": "license.txt",
    "https://github.com/lantern-labs/lantern": "repository.html",
}


class Web:
    """A Fetch over given pages. A value may be bytes or text (HTML), a Page, a status, or an error to raise."""

    def __init__(self, pages: Mapping[str, object], *, now: datetime = DAY) -> None:
        self.pages = dict(pages)
        self.now = now
        self.asked: list[str] = []
        self.known: list[Page | None] = []

    async def __call__(self, url: str, *, known: Page | None = None) -> Page:
        self.asked.append(url)
        self.known.append(known)
        held = self.pages.get(url, 404)
        if isinstance(held, Exception):
            raise held
        if isinstance(held, Page):
            return held
        if isinstance(held, int):
            return page(url, b"", status=held, at=self.now)
        return page(url, held if isinstance(held, bytes) else str(held).encode(), at=self.now)


def lantern(now: datetime = DAY, **changed: object) -> Web:
    """The product's pages; a changed one by its file's name without the ending."""
    pages = {
        url: changed.get(Path(name).stem, page(url, (PAGES / name).read_bytes(), media=media(name), at=now))
        for url, name in LANTERN.items()
    }
    return Web(pages, now=now)


def page(
    url: str,
    body: bytes | str,
    *,
    media: str = "text/html",
    status: int = 200,
    at: datetime = DAY,
    final_url: str = "",
    charset: str = "",
) -> Page:
    raw = body if isinstance(body, bytes) else body.encode()
    return Page(
        url=url,
        final_url=final_url or url,
        status=status,
        media_type=media,
        charset=charset,
        body=raw,
        fetched_at=at,
        sha256=sha256_of(raw),
    )


def parsed(body: bytes | str, url: str, *, kind: str = "text/html") -> ParsedPage:
    """A page read as if it stood at any address, also at none that could be asked."""
    return replace(parse_page(page("https://acme.example", body, media=kind)), url=url)


def visible_and_hidden(
    html: str, *, source_id: str = "S1", sheets: Mapping[str, str] | None = None
) -> tuple[tuple[Block, ...], tuple[Hidden, ...]]:
    """A page's blocks in reading order, and what it hides from its readers, as records."""
    read = read_html(open_html(html), sheets)
    return read.blocks, as_records(source_id, read.hidden)


def media(name: str) -> str:
    return "text/plain" if name.endswith(".txt") else "text/html"


def write(path: Path, content: bytes) -> None:
    """What Snapshots is given to write with: plain enough for tests that break nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
