"""RSS and Atom by feedparser, which is given bytes and never an address: it would fetch that, past our rules.

What it gets wrong is decided before it: the encoding (bytes become UTF-8 by our own rule, so that a feed which lies
about its own is read like a browser would), entities a feed declares for itself (refused, unless they stand for a few
characters: some lines of them expand to gigabytes), and its cleaning of HTML, which is off: we want text, and make it
with the pages' own reader.
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from xml.parsers import expat

from panel.batch.intake.entries import Entry, Rows, Torn
from panel.batch.intake.formats.json_rows import base_of, read_whole, whole_link
from panel.batch.intake.text_lines import encoding_of
from panel.errors import Mistake

DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})["']""")
DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
CHARACTERS = re.compile(r"[^&<%]{0,8}|&#x?[0-9a-f]{1,6};", re.IGNORECASE)  # what a declared entity may stand for
LINK = re.compile(r"""<a\s[^>]{0,1000}?href\s*=\s*["']([^"'<>\s]{1,2000})["']""", re.IGNORECASE)
ASIDE = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
ENTRY = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
MOST_ENTRIES = 20_000
MOST_TEXT = 20_000  # characters of one field
MOST_LINKS = 50
ADDRESSES = ("link", "comments")
TEXTS = ("title", "summary", "subtitle")


def read_xml(stream: BinaryIO, *, url: str = "", charset: str = "") -> Rows:
    """Entries of an RSS or Atom feed. url: where it was found, for relative links; else they are its own address's.

    Raises Mistake for what is no feed, is too large, or declares entities that refer to anything.
    """
    import feedparser  # type: ignore[import-untyped]

    raw = read_whole(stream)
    data = _as_utf8(raw, charset)
    _refuse_entities(data)
    try:
        told = feedparser.parse(
            io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        )  # fmt: skip
    except Exception as err:  # its loose parser raises whatever a torn document makes it stumble over
        raise Mistake("It is no feed that can be read.", hint="Open it in a feed reader to see.") from err
    if not told.entries and not told.version:
        raise Mistake("It is no RSS or Atom feed.", hint="Give the feed's own address, not the page's.")
    if not told.entries and ENTRY.search(ASIDE.sub(b"", data)):
        raise Mistake("It has entries, and none of them can be read.", hint="Open it in a feed reader to see.")
    language = told.feed.get("language", "")
    selves = (link.get("href") for link in told.feed.get("links", ()) if link.get("rel") == "self")
    base = base_of(url, *selves, told.feed.get("link"))
    for number, entry in enumerate(told.entries[:MOST_ENTRIES], 1):
        fields = dict(_fields(dict(entry), base))
        yield Entry(f"entry {number}", fields, language if isinstance(language, str) else "")
    if len(told.entries) > MOST_ENTRIES:
        yield Torn(
            f"entry {MOST_ENTRIES + 1}", f"It and those after it were left: {MOST_ENTRIES:,} of a feed are read."
        )


def plain_text(value: str) -> str:
    """The text of a piece of HTML as a reader sees it, one line a block."""
    from panel.dossier import fragment_blocks

    return "\n".join(block.text for block in fragment_blocks(f"<div>{value[:MOST_TEXT]}</div>"))


def _as_utf8(raw: bytes, charset: str) -> bytes:
    """By byte order mark, then the server's word, then the feed's own, then UTF-8, then Windows-1252."""
    said = DECLARED.match(raw[:400])
    encoding, skipped = encoding_of(raw, charset or (said[1].decode("ascii") if said else ""))
    text = raw[skipped:].decode(encoding, "replace")
    return DECLARATION.sub("", text, count=1).lstrip().encode("utf-8", "replace")


class _Found(Exception):
    """The first element begins: what stands before it has been read."""


def _refuse_entities(data: bytes) -> None:
    def declared(name: str, is_parameter: bool, value: str | None, *_: object) -> None:
        if is_parameter or value is None or not CHARACTERS.fullmatch(value):
            raise Mistake("It declares entities of its own, and such feeds are not read.")

    def begun(*_: object) -> None:
        raise _Found

    parser = expat.ParserCreate("utf-8")
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        parser.Parse(data, True)
    except (_Found, expat.ExpatError):  # what is torn before its first element goes to the loose parser, which is safe
        return


def _fields(entry: Mapping[str, Any], base: str) -> Iterator[tuple[str, Any]]:
    """An entry's fields as text, with its tags, its links, and those in its texts.

    entry: as a plain dict; feedparser's own makes up fields that are not there. base: of relative links.
    """
    for key, value in entry.items():
        if isinstance(value, str):
            yield key, whole_link(value, base) if key in ADDRESSES else value[:MOST_TEXT]
    for key in TEXTS:
        detail = entry.get(f"{key}_detail") or {}
        value = entry.get(key)
        if isinstance(value, str) and "html" in str(detail.get("type", "")) and ("<" in value or "&" in value):
            yield key, plain_text(value)
    yield "tags", [tag.get("term") for tag in entry.get("tags", ()) if isinstance(tag.get("term"), str)]
    given = [*(part.get("value", "") for part in entry.get("content", ())), entry.get("summary", "")]
    html = [text for text in given if isinstance(text, str) and text]
    yield "content", max(html, key=len, default="")[:MOST_TEXT]
    yield "first_line", next(map(_first_line, html), "")
    yield "links", list(dict.fromkeys(link for text in html for link in _links(text)))[:MOST_LINKS]
    for link in entry.get("links", ())[:MOST_LINKS]:
        if isinstance(link.get("rel"), str) and link["rel"] != "alternate":
            yield f"link_{link['rel']}", whole_link(link.get("href", ""), base)


def _first_line(html: str) -> str:
    lines = (line.strip() for line in plain_text(html).splitlines())
    return next((line for line in lines if line), "")


def _links(html: str) -> Iterator[str]:
    from html import unescape

    return (unescape(found[1]) for found in LINK.finditer(html[: 5 * MOST_TEXT]))
