"""An HTML page to blocks: its main text as trafilatura finds it, all visible text where it finds none.

Scripts, styles, comments and what a browser would not show (`hidden`, `display:none`, `aria-hidden`, zero size) go
before anything is read. What a page hides in colours or off the screen is not seen through here.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any

from panel.dossier.passages import Block

UNSEEN = frozenset(
    {"script", "style", "template", "noscript", "iframe", "object", "svg", "select", "textarea", "meta", "link"}
)
NOT_SHOWN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(\.0+)?\s*(;|$)",
    re.IGNORECASE,
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "head"})
TABLE_CELLS = frozenset({"td", "th", "cell"})
TEXT_BLOCKS = frozenset(
    {
        "p", "div", "section", "article", "main", "li", "item", "dt", "dd", "blockquote", "quote", "figcaption",
        "caption", "summary", "address", "header", "footer", "nav", "aside", "ul", "ol", "list", "dl", "body", "form",
        "fieldset", "label", "legend", "details", "button",
    }
)  # fmt: skip
TABLES = frozenset({"pre", "table", "tr", "row", "tbody", "thead", "tfoot"})
FEW_WORDS = 25  # an extraction shorter than this from a longer page is taken for a miss


def html_blocks(page: str) -> Iterator[Block]:
    """Blocks of a page, in reading order; none for a page without text."""
    tree = _visible(page)
    if tree is None:
        return
    everything = list(_walk(tree))
    main = _main_text(tree)
    yield from main if _words(main) >= min(FEW_WORDS, _words(everything)) else everything


def fragment_blocks(fragment: str) -> Iterator[Block]:
    """All visible text of a piece of HTML, as it stands inside a Markdown text."""
    tree = _visible(fragment)
    if tree is not None:
        yield from _walk(tree)


def _visible(page: str) -> Any:
    """The page's tree without what nobody sees, None when there is no tree in it."""
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        tree = html.document_fromstring(page.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.LxmlError, ValueError):
        return None
    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction)
    for element in list(tree.iter(etree.Element)):
        if element.getparent() is not None and _is_hidden(element):
            element.drop_tree()
    for listing in tree.iter("pre"):
        if listing.find(".//code") is None:
            _mark_as_code(listing)
    return tree


def _mark_as_code(listing: Any) -> None:
    """`<pre>` becomes `<pre><code>`: trafilatura takes it for a quotation otherwise, and its lines would run on."""
    code = listing.makeelement("code")
    code.text, listing.text = listing.text, None
    code.extend(list(listing))
    listing.append(code)


def _is_hidden(element: Any) -> bool:
    given = element.attrib
    return (
        element.tag in UNSEEN
        or "hidden" in given
        or given.get("aria-hidden", "").lower() == "true"
        or (element.tag == "input" and given.get("type", "").lower() == "hidden")
        or bool(NOT_SHOWN.search(given.get("style", "")))
    )


def _main_text(tree: Any) -> list[Block]:
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page it finds nothing in is not news: see below
    found = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=True, include_formatting=True, favor_recall=True
    )
    body = getattr(found, "body", None)
    return [] if body is None else list(_walk(body))


def _walk(element: Any) -> Iterator[Block]:
    """Blocks below an element. Text that stands beside blocks, outside any of them, is a block too."""
    held = [element.text or ""]
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if _is_block(child, tag):
            yield from _prose(held)
            held = []
            yield from _block(child, tag)
        else:
            held.append(_inline(child))
        held.append(child.tail or "")
    yield from _prose(held)


def _is_block(child: Any, tag: str) -> bool:
    if tag == "code":
        return "\n" in _text(child).strip()
    return tag in HEADINGS or tag in TEXT_BLOCKS or tag in TABLES


def _block(child: Any, tag: str) -> Iterator[Block]:
    if tag in HEADINGS:
        yield Block("heading", _text(child))
    elif tag in ("pre", "code"):
        yield Block("code", _text(child))
    elif tag in ("tr", "row"):
        cells = [" ".join(_text(cell).split()) for cell in child if cell.tag in TABLE_CELLS]
        yield Block("table", " | ".join(cells) if any(cells) else "")
    else:
        yield from _walk(child)


def _prose(held: list[str]) -> Iterator[Block]:
    if text := "".join(held).strip():
        yield Block("prose", text)


def _text(element: Any) -> str:
    """All text within, a line break where the page has one."""
    if not isinstance(element.tag, str):
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += [_inline(child), child.tail or ""]
    return "".join(parts)


def _inline(child: Any) -> str:
    return "\n" if child.tag in ("br", "lb") else _text(child)


def _words(blocks: list[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)
