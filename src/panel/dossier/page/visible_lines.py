"""A page as the lines a reader sees, each with the element it stands in. Prices and labels are read from these."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

from panel.dossier.clean_text import one_line

MOST_LINES = 4_000
MOST_TEXT = 1_000
HEADINGS = {f"h{n}": n for n in range(1, 7)}
INLINE = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img",
        "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "samp", "small", "span", "strong", "sub", "sup",
        "time", "tt", "u", "var", "wbr", "button", "relative-time", "summary", "output", "input",
    }
)  # fmt: skip
STRUCK = frozenset({"s", "del", "strike"})
CHROME = frozenset({"nav", "header", "footer", "aside"})
CONTENT = frozenset({"main", "article", "section", "li"})
CENTS = re.compile(r"\d{2}")


@dataclass(frozen=True, eq=False)
class VisibleLine:
    """One line. level: 1..6 for a heading, 0 otherwise. chrome: nav, header, footer or aside when it stands in one."""

    text: str
    tag: str
    node: Any
    level: int
    bold: bool  # all of it is in bold
    chrome: str
    path: tuple[Any, ...] = field(repr=False)  # elements it stands in, outermost first
    parts: tuple[str, ...] = ()  # texts of the inline elements straight in it

    def shared(self, other: "VisibleLine") -> int:
        """How deep the smallest element is that holds both."""
        pairs = zip(self.path, other.path, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], pairs))


def lines_of(tree: Any) -> list[VisibleLine]:
    """The lines of a visible tree, in page order, at most 4,000 of 1,000 characters. Of tables only label and value."""
    body = tree if tree.tag == "body" else tree.find(".//body")
    body = tree if body is None else body
    return list(islice(_walk(body, (), _with_blocks(body)), MOST_LINES))


def text_of(element: Any) -> str:
    """An element's text as it reads: without struck-out text and footnote marks; raised digits are cents."""
    parts: list[str] = []
    _gather(element, parts)
    return one_line("".join(parts)[: 4 * MOST_TEXT])[:MOST_TEXT]


def _walk(element: Any, path: tuple[Any, ...], blocky: frozenset[Any]) -> Iterator[VisibleLine]:
    path = (*path, element)
    held: list[str] = []
    nodes: list[Any] = []
    _add(held, element.text)
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag == "br":
            yield from _line(held, nodes, element, path)
            held, nodes = [], []
        elif tag in INLINE and child not in blocky:
            nodes.append(child)
            _inline(child, tag, held)
        elif tag and tag not in STRUCK:
            yield from _line(held, nodes, element, path)
            held, nodes = [], []
            if tag == "pre":
                yield from _line([text_of(child)], [], child, (*path, child))
            elif tag == "table":
                yield from _pairs(child, path)
            else:
                yield from _walk(child, path, blocky)
        _add(held, child.tail)
    yield from _line(held, nodes, element, path)


def _pairs(table: Any, path: tuple[Any, ...]) -> Iterator[VisibleLine]:
    """Rows of a label and a value, as `label: value`; wider tables are read as tables."""
    for row in table.iter("tr"):
        cells = [text_of(cell) for cell in row if cell.tag in ("td", "th")]
        if len(cells) == 2 and all(cells):
            yield VisibleLine(": ".join(cells)[:MOST_TEXT], "tr", row, 0, False, "", (*path, table, row))


def _with_blocks(body: Any) -> frozenset[Any]:
    """Elements that hold a block somewhere inside."""
    found: set[Any] = set()
    for element in body.iter():
        if not isinstance(element.tag, str) or element.tag in INLINE or element.tag in STRUCK or element.tag == "br":
            continue
        above = element.getparent()
        while above is not None and above not in found:
            found.add(above)
            above = above.getparent()
    return frozenset(found)


def _line(held: list[str], nodes: list[Any], element: Any, path: tuple[Any, ...]) -> Iterator[VisibleLine]:
    text = one_line("".join(held)[: 4 * MOST_TEXT])[:MOST_TEXT]
    if not text:
        return
    tags = [e.tag for e in path]
    heading = next((tag for tag in reversed(tags) if tag in HEADINGS), "")
    bold = len(nodes) == 1 and nodes[0].tag in ("b", "strong") and one_line(text_of(nodes[0])) == text
    parts = tuple(text_of(node) for node in nodes)
    yield VisibleLine(text, element.tag, element, HEADINGS.get(heading, 0), bold, _chrome(tags), path, parts)


def _chrome(tags: list[str]) -> str:
    """The part around a page's content the line stands in; a card's own header and footer are none."""
    for n, tag in enumerate(tags):
        if tag in CHROME and (tag not in ("header", "footer") or not CONTENT & set(tags[:n])):
            return tag
    return ""


def _gather(element: Any, parts: list[str]) -> None:
    _add(parts, element.text)
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag == "br":
            parts.append(" ")
        elif tag and tag not in STRUCK:
            if tag in INLINE:
                _inline(child, tag, parts)
            else:
                parts.append(" ")
                _gather(child, parts)
                parts.append(" ")
        _add(parts, child.tail)


def _inline(child: Any, tag: str, parts: list[str]) -> None:
    """An inline element's text. Raised: two digits after a number are its cents, one mark is a footnote."""
    if tag != "sup":
        if tag in ("span", "small", "time", "relative-time", "button", "a") and parts and parts[-1][-1:].isalnum():
            inner: list[str] = []
            _gather(child, inner)
            text = "".join(inner)
            parts += [" " if text[:1].isalnum() else "", text]
        else:
            _gather(child, parts)
        return
    text = one_line("".join(child.itertext()))
    if CENTS.fullmatch(text) and parts and parts[-1].rstrip()[-1:].isdigit():
        parts.append("." + text)
    elif len(text) > 3:
        parts.append(text)


def _add(parts: list[str], text: str | None) -> None:
    if text:
        parts.append(text)
