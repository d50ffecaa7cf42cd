"""The style sheets a page links: a browser reads them, so what they hide is hidden from its readers.

Bounded: the first `MOST_SHEETS` of a page, `MOST_BYTES` of each, `text/css` only. They come through the same door as
pages, wherever they stand: most sites keep theirs at a host of their own choosing. A sheet that can't be read, and one
beyond the bound, is named to the editor ("style not read"), and its absence hides nothing.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from panel.dossier.identity.address import joined
from panel.dossier.visibility.style_rules import is_for_us

MOST_SHEETS = 4  # of one page
MOST_BYTES = 300_000  # of one sheet
MEDIA_TYPE = "text/css"


class Linked(NamedTuple):
    """One sheet a page links."""

    href: str  # as the page writes it
    url: str  # whole, without what changes from visit to visit; "" for no web address


def sheet_links(tree: Any) -> Iterator[Any]:
    """The `<link>` elements of a tree that name a sheet in use on the screen we look at, in page order."""
    for element in tree.iter("link"):
        given = element.attrib
        rel, late = given.get("rel", "").lower().split(), "onload" in given  # late: a script puts it to use
        is_sheet = "stylesheet" in rel or (late and "preload" in rel and given.get("as", "").lower() == "style")
        if not is_sheet or "alternate" in rel or "disabled" in given or not given.get("href", "").strip():
            continue
        kind = given.get("type", "").partition(";")[0].strip().lower()
        if kind in ("", MEDIA_TYPE) and (late or is_for_us(given.get("media", "all"))):
            yield element


def linked_sheets(tree: Any, url: str) -> tuple[Linked, ...]:
    """The first sheets a page links, each once. url: where the page was found."""
    base = joined(url, next((href for href in tree.xpath("//base/@href") if href), "")) or url
    hrefs = dict.fromkeys(element.get("href") for element in sheet_links(tree))
    return tuple(Linked(href, joined(base, href)) for href in list(hrefs)[:MOST_SHEETS])


def sheets_of(tree: Any, linked: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Every sheet in page order, as the cascade needs it; and the `href` of those nobody handed in."""
    in_use = frozenset(sheet_links(tree))
    texts, missing = [], []
    for element in tree.iter("link", "style"):
        if element.tag == "style":
            texts += [element.text or ""] if is_for_us(element.get("media", "all")) else []
        elif element in in_use:
            href = element.get("href")
            texts += [linked[href]] if href in linked else []
            missing += [] if href in linked else [href]
    return texts, list(dict.fromkeys(missing))[:5]


async def read_sheets(links: Sequence[Linked], bring: Callable[[str], Awaitable[str | None]]) -> dict[str, str]:
    """The texts of the sheets a page links. bring: an address to a sheet's text, None for one that can't be had."""
    found = {linked.href: await bring(linked.url) for linked in links if linked.url}
    return {href: text for href, text in found.items() if text is not None}
