"""An HTML page to blocks: all its visible text but what stands around it; of an article, its main text.

A page is an article when it says so (JSON-LD of one, or a signed `og:type`), or when most of its words stand in long
paragraphs under one heading; trafilatura finds its main text, and is loaded for nothing else. Any other page (a front
page, prices, docs, a repository) is read whole, without navigation, headers, footers, asides, dialogs, cookie bars and
lists of links; when nearly all of it stands in `<main>`, that is the page. A card that holds a name and an amount is
one block, and a table's row carries its heads, so that a price can be quoted with what it is for.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any, NamedTuple

from panel.dossier.page.boxes import Box, boxes, names_money
from panel.dossier.page.html_tree import HtmlTree, is_small, open_html
from panel.dossier.page.passages import MOST_WORDS, Block, count_words
from panel.dossier.page.tables import table_blocks
from panel.dossier.page.visible_lines import INLINE, STRUCK, VisibleLine, lines_of
from panel.dossier.visibility.hidden_text import hidden_characters
from panel.dossier.visibility.visible_tree import HiddenText, prune

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "head"})
IN_LINE = INLINE | STRUCK | {"br", "hi", "ref", "lb", "graphic"}  # the last four are trafilatura's
WRAPPERS = frozenset({"a", "span", "label", "button", "summary", "font", "ins"})  # that pages put around whole blocks
BLOCKS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "section", "article")
FEW_WORDS = 25  # an extraction shorter than this from a longer page is taken for a miss
LEAST_KEPT = 2 / 3  # of the words shown, in the main text of what only looks like an article
LEAST_STATED = 0.3  # of the words in paragraphs, where its head says it is one: comments and teasers may be the rest
PARAGRAPH_WORDS = 15
LONG_WORDS, LONG_SHARE = 40, 0.6  # words of a long paragraph; of a page's words in such, for an article
MOST_PRICE = 300  # characters of a block that is looked at for amounts
MAIN_SHARE = 0.8  # of a page's words within `<main>`, for the rest to be around it
SIGNED = (
    "//meta[starts-with(@property, 'article:published')] | //*[@itemprop='datePublished' or @itemprop='author'] | "
    "//*[@rel='author']"
)
ARTICLE = re.compile(r"\"@type\"\s*:\s*\[?\s*\"(?:\w{0,20}Article|BlogPosting)\"", re.IGNORECASE)
FURNITURE = frozenset({"nav", "header", "footer", "aside", "dialog", "search"})
FURNITURE_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "dialog", "alertdialog", "search"})
OWN = frozenset({"article", "section", "li", "blockquote", "figure"})  # a footer or header within these is theirs
MOST_CONSENT = 120  # words of a cookie bar
CONSENT = re.compile(r"(?:^|[-_\s])(?:cookies?|consent|gdpr)", re.IGNORECASE)
LIST_OF_LINKS = re.compile(
    r"(?:^|[-_\s])(?:nav(?:bar|igation)?|menu|footer|side-?bar|bread-?crumbs?|toc|table-?of-?contents)(?:$|[-_\s])|"
    r"tableOfContents",
    re.IGNORECASE,
)
LINKED_SHARE = 0.6  # of words in links, for a list of them
LEAST_LINKS = 2  # one alone is a card's button
MOST_LISTED = 400  # words of such a list
INLINE_CODE = frozenset({"code", "kbd", "samp"})


class PageText(NamedTuple):
    """What a page shows, in reading order, and what it keeps from its readers."""

    blocks: tuple[Block, ...]
    hidden: tuple[HiddenText, ...]
    visible: Any = None  # the tree without what nobody sees; None for no page
    lines: tuple[VisibleLine, ...] = ()  # of that tree, if it is small enough to look at twice
    heading: str = ""  # the first great heading of what is read


def fragment_blocks(fragment: str) -> Iterator[Block]:
    """All visible text of a piece of HTML."""
    yield from read_html(open_html(fragment), is_fragment=True).blocks


def html_blocks(page: str, sheets: Mapping[str, str] | None = None) -> Iterator[Block]:
    """Blocks of a page, in reading order; none for a page without text. sheets: as `read_html` takes them."""
    yield from read_html(open_html(page), sheets).blocks


def read_html(opened: HtmlTree, sheets: Mapping[str, str] | None = None, *, is_fragment: bool = False) -> PageText:
    """An opened page's blocks and what it hides; its tree is pruned to what is seen.

    sheets: texts of style sheets it links, by `href`, if anybody has them. is_fragment: nothing stands around the text.
    """
    tree = opened.root
    if tree is None:
        return PageText((), opened.hidden)
    hidden = (*opened.hidden, *prune(tree, sheets))
    body = tree if tree.tag == "body" else tree.find("body")
    body = tree if body is None else body
    around = frozenset() if is_fragment else frozenset(_furniture(body))
    lines = tuple(lines_of(body)) if is_small(body) else ()
    blocks = _all_blocks(body, around, lines) or _all_blocks(body, frozenset(), lines)
    stated = not is_fragment and _says_article(opened)
    if lines and (stated or (not is_fragment and _reads_as_article(opened, blocks))):
        main = _main_text(tree)
        blocks = main if _keeps(main, blocks, stated=stated) else blocks
    hidden += tuple(hidden_characters("\n".join(block.text for block in blocks)))
    titles = (_plain(h1) for h1 in body.iter("h1") if around.isdisjoint([h1, *h1.iterancestors()]))
    heading = next((text for text in titles if text), "")
    return PageText(tuple(blocks), hidden, tree, lines, heading)


def _all_blocks(body: Any, around: frozenset[Any], lines: Sequence[VisibleLine]) -> list[Block]:
    """Blocks of all that stands in the page, but `around`; of its main part, if nearly everything does."""
    walk = _Walk(body, around, lines)
    blocks = list(walk.blocks(body))
    mains = [e for e in body.iter("main", "div") if e.tag == "main" or e.get("role") == "main"][:2]
    if len(mains) == 1 and around.isdisjoint([mains[0], *mains[0].iterancestors()]):
        within = list(walk.blocks(mains[0]))
        return within if _words(within) >= MAIN_SHARE * _words(blocks) else blocks
    return blocks


def _says_article(opened: HtmlTree) -> bool:
    """Whether the page calls itself one article. Site builders write `og:type` on any page: there it is signed, too."""
    if sum(len(ARTICLE.findall(script)) for script in opened.json_ld) == 1:
        return True
    kinds = opened.root.xpath("//meta[@property='og:type']/@content")[:1]
    return any("article" in kind.lower() for kind in kinds) and bool(opened.root.xpath(SIGNED))


def _reads_as_article(opened: HtmlTree, blocks: Sequence[Block]) -> bool:
    """Whether most of a page is long paragraphs under one heading."""
    long = [block for block in blocks if block.kind == "prose" and len(block.text.split()) >= LONG_WORDS]
    plain = not any(block.kind in ("code", "table") for block in blocks) and len(opened.root.findall(".//h1")) <= 1
    return plain and len(long) > 2 and _words(long) >= LONG_SHARE * _words(blocks)


def _keeps(main: Sequence[Block], shown: Sequence[Block], *, stated: bool) -> bool:
    """Whether a main text holds enough of an article; of one by its looks alone, every line that names money, too."""
    paragraphs = [block for block in shown if count_words(block.text) >= PARAGRAPH_WORDS]
    least = LEAST_STATED * _words(paragraphs) if stated else LEAST_KEPT * _words(shown)
    if _words(main) < max(least, min(FEW_WORDS, _words(shown))):
        return False
    held = "".join("".join(block.text.split()) for block in main)
    told = (block.text for block in shown[:2_000] if len(block.text) < MOST_PRICE)
    priced = (text for text in told if not stated and names_money(text))
    return all("".join(text.split()) in held for text in islice(priced, 100))


def _furniture(body: Any) -> Iterator[Any]:
    """What stands around a page's content: navigation, header, footer, asides, dialogs, cookie bars, lists of links."""
    for element in body.iter():
        if element is body or element.tag in ("main", "h1", "table", "tr", "td"):
            continue
        name = f"{element.get('id', '')} {element.get('class', '')}"[:300]
        is_bar = CONSENT.search(name) and _has_few_words(element, MOST_CONSENT)
        is_list = (LIST_OF_LINKS.search(name) or _is_jump(element)) and _is_list_of_links(element)
        if is_bar or is_list or _stands_around(element):
            yield element


def _stands_around(element: Any) -> bool:
    """Whether an element or role says so; a header with the page's great heading is its content."""
    role = element.get("role", "").lower()
    if element.get("aria-modal") != "true" and element.tag not in FURNITURE and role not in FURNITURE_ROLES:
        return False
    is_hero = (element.tag == "header" or role == "banner") and element.find(".//h1") is not None
    return not is_hero and not (element.tag in ("header", "footer", "aside") and _is_own(element))


def _is_own(element: Any) -> bool:
    """Whether a header or footer is a card's or a section's own, and no page's."""
    own = next((above for above in element.iterancestors() if above.tag in OWN), None)
    return own is not None and (own.tag != "article" or own.find(".//h1") is None)


def _is_jump(element: Any) -> bool:
    """Whether it is a link within the page, or a box of them, at its top: "Skip to content"."""
    return bool(element.get("role") == "region" or (element.tag == "a" and element.get("href", "").startswith("#")))


def _is_list_of_links(element: Any) -> bool:
    if element.tag == "a":
        return element.getprevious() is None and element.getparent().tag == "body"
    if not _has_few_words(element, MOST_LISTED) or element.find(".//h1") is not None:
        return False
    text, links = _plain(element), list(element.iter("a"))
    linked = sum(len(_plain(link).split()) for link in links)
    return len(links) >= LEAST_LINKS and linked >= LINKED_SHARE * len(text.split()) and not names_money(text)


def _has_few_words(element: Any, most: int) -> bool:
    words = 0
    for text in element.itertext():
        words += len(text.split()) if len(text) < 20 * most else most + 1
        if words > most:
            return False
    return True


def _main_text(tree: Any) -> list[Block]:
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # a page it finds nothing in is not news: see above
    copy = deepcopy(tree)  # it takes the tree apart, and facts are read from it yet
    for element in copy.iter():  # what is hidden is gone; trafilatura would drop whatever says "overflow: hidden", too
        element.attrib.pop("style", None)
    found = trafilatura.bare_extraction(
        copy, include_comments=False, include_tables=True, include_formatting=True, favor_recall=True
    )
    body = getattr(found, "body", None)
    return [] if body is None else list(_Walk(body, frozenset(), ()).blocks(body))


class _Walk:
    """Blocks of a tree, one walk."""

    def __init__(self, body: Any, around: frozenset[Any], lines: Sequence[VisibleLine]) -> None:
        self.around = around
        self.boxes: dict[Any, Box] = {}
        self.boxed: set[Any] = set()  # what a box has said already
        if any(names_money(line.text) for line in lines):
            self._find_boxes(body, [line for line in lines if around.isdisjoint(line.path)])

    def _find_boxes(self, body: Any, lines: Sequence[VisibleLine]) -> None:
        for box in boxes(body, lines):
            is_card = box.kind in ("card", "line", "section") and _is_whole(box, self.around)
            if is_card and self.boxed.isdisjoint(box.elements):
                self.boxes[box.elements[0]] = box
                self.boxed |= set(box.elements)

    def blocks(self, element: Any) -> Iterator[Block]:
        """Blocks below an element. Text that stands beside blocks, outside any, is one too."""
        held = [element.text or ""]
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if child in self.around or child in self.boxed or _is_block(child, tag):
                yield from _prose(held)
                held = []
                yield from self._block(child, tag)
            else:
                held.append(_inline(child))
            held.append(child.tail or "")
        yield from _prose(held)

    def _block(self, child: Any, tag: str) -> Iterator[Block]:
        if child in self.around:
            return
        if child in self.boxed:
            yield from _box_blocks(self.boxes[child]) if child in self.boxes else ()
        elif tag in HEADINGS:
            yield Block("heading", _text(child))
        elif tag in ("pre", "code"):
            yield Block("code", _text(child, in_code=True))
        elif tag == "table":
            yield from table_blocks(child, _text) or self.blocks(child)
        elif tag == "row":
            yield Block("table", " | ".join(filter(None, (_plain(cell) for cell in child))))
        else:
            yield from self.blocks(child)


def _is_whole(box: Box, around: frozenset[Any]) -> bool:
    """Whether a box says all that its elements hold, but its furniture and what is struck out; no listing or table."""
    if any(next(element.iter("pre", "table"), None) is not None for element in box.elements):
        return False
    words = sum(len(_plain(element).split()) for element in box.elements)
    unsaid = {e for element in box.elements for e in element.iter() if e in around or e.tag in STRUCK}
    outermost = (e for e in unsaid if unsaid.isdisjoint(e.iterancestors()))
    return words - sum(len(_plain(e).split()) for e in outermost) <= len(box.text.split()) + 1


def _box_blocks(box: Box) -> Iterator[Block]:
    """A box as one block; one too long for a passage is parted between its lines."""
    name, _, rest = box.text.partition(": ")
    held = name + ":" if rest else name
    for part in rest.split("; "):
        if len(held.split()) + len(part.split()) > MOST_WORDS:
            yield Block("prose", held)
            held = part
        else:
            held = f"{held} {part}" if held.endswith(":") else f"{held}; {part}"
    yield Block("prose", held)


def _is_block(child: Any, tag: str) -> bool:
    if tag == "code":
        return "\n" in "".join(child.itertext()).strip()
    return tag not in IN_LINE or (tag in WRAPPERS and next(child.iter(*BLOCKS), None) is not None)


def _prose(held: list[str]) -> Iterator[Block]:
    if text := "".join(held).strip():
        yield Block("prose", text)


def _plain(element: Any) -> str:
    return " ".join(_text(element).split())


def _text(element: Any, *, in_code: bool = False) -> str:
    """All text within, a line break where the page has one; code within a line stands in backticks."""
    if not isinstance(element.tag, str):
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += [_inline(child, in_code=in_code), child.tail or ""]
    return "".join(parts)


def _inline(child: Any, *, in_code: bool = False) -> str:
    if child.tag in ("br", "lb"):
        return "\n"
    text = _text(child, in_code=in_code or child.tag in INLINE_CODE)
    before = child.getprevious()
    if child.tag in ("a", "button") and before is not None and before.tag == child.tag and not before.tail:
        text = f" {text}"  # side by side they are drawn apart, whatever their style
    if in_code or not text.strip():
        return text
    if child.tag in STRUCK:
        return f"~~{text.strip()}~~"  # as Markdown writes it: an old price is no price
    if child.tag == "code" and "`" not in text:
        return f"`{text}`"
    return text if child.tag in IN_LINE else f" {text} "


def _words(blocks: Sequence[Block]) -> int:
    return sum(count_words(block.text) for block in blocks)
