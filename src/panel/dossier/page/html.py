"""An HTML page to blocks: its main text as trafilatura finds it, all visible text where that loses much of the page.

What a browser would not show goes before anything is read (`visibility/take_out_unseen.py`) and is kept for the
editor (`visibility/hidden_text.py`).
A page is bounded before it is parsed: in characters, in depth, and in elements for the parts that look twice.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from panel.dossier.page.lxml_tree import parse_html
from panel.dossier.page.passages import Block
from panel.records import AMOUNT, PER

if TYPE_CHECKING:
    from panel.dossier.visibility.take_out_unseen import HiddenText

MOST_CHARACTERS = 5_000_000  # what is after them is left out
MOST_DEPTH = 100  # elements nested deeper lose their tags and keep their text; honest pages stay under 40
MOST_ELEMENTS = 40_000  # with more, no main text and no facts are looked for: trafilatura takes 20 s for 400,000
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
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FEW_WORDS = 25  # an extraction shorter than this from a longer page is taken for a miss
LEAST_KEPT = 0.6  # of a page's words; a main text with fewer has lost cards, lists or prices, unless it is an article
ARTICLE = re.compile(
    r"<meta\b(?=[^>]{0,300}og:type)[^>]{0,300}?[\"'=]article\b|\"@type\"\s*:\s*\"(?:\w{0,20}Article|BlogPosting)\"",
    re.IGNORECASE,
)
FURNITURE = frozenset({"nav", "header", "footer", "aside", "dialog"})
FURNITURE_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "dialog", "alertdialog", "search"})
CONTENT = frozenset({"main", "article", "section", "li"})  # an aside or a header within these is the page's own
MOST_PRICE, MOST_PRICED = 600, 2_000  # characters of a block that is looked at for amounts; blocks
MOST_CONSENT = 120  # words of a cookie bar
CONSENT = re.compile(r"(?:^|[-_\s])(?:cookies?|consent|gdpr)", re.IGNORECASE)


class PageText(NamedTuple):
    """What a page shows, in reading order, and what it keeps from its readers."""

    blocks: tuple[Block, ...]
    hidden: tuple["HiddenText", ...]


def html_blocks(page: str, sheets: Mapping[str, str] | None = None) -> Iterator[Block]:
    """Blocks of a page, in reading order; none for a page without text. sheets: as `read_page` takes them."""
    yield from read_page(page, sheets).blocks


def fragment_blocks(fragment: str, sheets: Mapping[str, str] | None = None) -> Iterator[Block]:
    """All visible text of a piece of HTML: of a whole page what its main text may leave out, or a Markdown text."""
    tree, _ = _visible(fragment, sheets)
    if tree is not None:
        yield from _walk(tree)


def read_page(page: str, sheets: Mapping[str, str] | None = None) -> PageText:
    """A page's blocks and what it hides. sheets: texts of style sheets it links, by `href`, if anybody has them."""
    tree, hidden = _visible(page, sheets)
    if tree is None:
        return PageText((), tuple(hidden))
    shown = list(_walk(tree, frozenset(_furniture(tree)))) or list(_walk(tree))
    main = _main_text(tree) if is_small(tree) else []
    enough = bool(main) and _keeps(main, shown, is_article=bool(ARTICLE.search(page[:MOST_CHARACTERS])))
    return PageText(tuple(main if enough else shown), tuple(hidden))


def _keeps(main: list[Block], shown: list[Block], *, is_article: bool) -> bool:
    """Whether a main text holds every price and most words of what the page shows; of an article, every tariff."""
    words = _words(shown)
    if _words(main) < (min(FEW_WORDS, words) if is_article else LEAST_KEPT * words):
        return False
    return _amounts(main, priced=is_article) >= _amounts(shown, priced=is_article)


def _amounts(blocks: list[Block], *, priced: bool) -> set[str]:
    """Amounts of money in short blocks. priced: only those that say per what."""
    short = (block.text for block in blocks[:MOST_PRICED] if len(block.text) < MOST_PRICE)
    found = ((text, amount) for text in short for amount in AMOUNT.finditer(text))
    return {"".join(amount[0].split()) for text, amount in found if not priced or PER.match(text, amount.end())}


def _furniture(tree: Any) -> Iterator[Any]:
    """What stands around a page's content: navigation, header, footer, asides, dialogs, cookie bars."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("html", "body"):
            continue
        name = f"{element.get('id', '')} {element.get('class', '')}"[:300]
        around = element.tag in FURNITURE or element.get("role", "").lower() in FURNITURE_ROLES
        if around and element.tag != "nav":
            within = any(above.tag in CONTENT for above in element.iterancestors())
            around = not within and element.find(".//h1") is None
        around = around or element.get("aria-modal") == "true"
        if around or (CONSENT.search(name) and len(_text(element).split()) <= MOST_CONSENT):
            yield element


def _visible(page: str, sheets: Mapping[str, str] | None) -> tuple[Any, list["HiddenText"]]:
    """The page's tree without what nobody sees, None when there is no tree in it; and what was taken out."""
    from panel.dossier.visibility.take_out_unseen import HiddenText, comments_of, take_out

    shown = page[:MOST_CHARACTERS]
    hidden = list(comments_of(shown))
    # depth and size are bounded here; the parser's own bound of 256 levels drops the rest of the page unsaid
    tree = parse_html(shown, huge_tree=True, remove_comments=True, remove_pis=True)
    if tree is None:
        return None, hidden
    _drop_controls(tree)
    _flatten(tree)
    hidden += take_out(tree, sheets)
    if len(page) > MOST_CHARACTERS:
        hidden.append(HiddenText("not read", f"what stands after {MOST_CHARACTERS:,} characters"))
    if any("depth" in entry.message.lower() for entry in tree.getroottree().parser.error_log):
        hidden.append(HiddenText("not read", "what stands after elements nested more than 2,000 deep"))
    for listing in tree.iter("pre"):
        if listing.find(".//code") is None:
            _mark_as_code(listing)
    return tree, hidden


def _drop_controls(tree: Any) -> None:
    """Without characters XML has no place for: lxml reads them, and raises when its own functions move them."""
    for element in tree.iter():
        if element.text and NOT_XML.search(element.text):
            element.text = NOT_XML.sub("", element.text)
        if element.tail and NOT_XML.search(element.tail):
            element.tail = NOT_XML.sub("", element.tail)


def _flatten(tree: Any) -> None:
    """Elements nested too deep lose their tags: every later step walks the tree by calling itself."""
    from lxml import etree  # type: ignore[import-untyped]

    depth, deep = 0, []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth > MOST_DEPTH:
            deep.append(element)
    for element in deep:
        element.drop_tag()


def is_small(tree: Any) -> bool:
    """Whether a tree has few enough elements for what looks at each more than once."""
    return sum(1 for _ in zip(tree.iter(), range(MOST_ELEMENTS + 1), strict=False)) <= MOST_ELEMENTS


def _mark_as_code(listing: Any) -> None:
    """`<pre>` becomes `<pre><code>`: trafilatura takes it for a quotation otherwise, and its lines would run on."""
    code = listing.makeelement("code")
    code.text, listing.text = listing.text, None
    code.extend(list(listing))
    listing.append(code)


def _main_text(tree: Any) -> list[Block]:
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page it finds nothing in is not news: see below
    for element in tree.iter():  # what is hidden is gone; trafilatura would drop whatever says "overflow: hidden", too
        element.attrib.pop("style", None)
    found = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=True, include_formatting=True, favor_recall=True
    )
    body = getattr(found, "body", None)
    return [] if body is None else list(_walk(body))


def _walk(element: Any, but: frozenset[Any] = frozenset()) -> Iterator[Block]:
    """Blocks below an element, `but` for these elements. Text that stands beside blocks, outside any, is one too."""
    held = [element.text or ""]
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if child in but:
            yield from _prose(held)
            held = []
        elif _is_block(child, tag):
            yield from _prose(held)
            held = []
            yield from _block(child, tag, but)
        else:
            held.append(_inline(child))
        held.append(child.tail or "")
    yield from _prose(held)


def _is_block(child: Any, tag: str) -> bool:
    if tag == "code":
        return "\n" in _text(child).strip()
    return tag in HEADINGS or tag in TEXT_BLOCKS or tag in TABLES


def _block(child: Any, tag: str, but: frozenset[Any]) -> Iterator[Block]:
    if tag in HEADINGS:
        yield Block("heading", _text(child))
    elif tag in ("pre", "code"):
        yield Block("code", _text(child))
    elif tag in ("tr", "row"):
        cells = [" ".join(_text(cell).split()) for cell in child if cell.tag in TABLE_CELLS]
        yield Block("table", " | ".join(cells) if any(cells) else "")
    else:
        yield from _walk(child, but)


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
