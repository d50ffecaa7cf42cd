"""A page parsed by lxml, with bounds of our own: the one place that does it.

A page is bounded before it is parsed: in characters, in depth, and in elements for the parts that look twice.
"""

import re
from typing import Any, NamedTuple

from panel.dossier.visibility.visible_tree import HiddenText, comments_of

MOST_CHARACTERS = 5_000_000  # what is after them is left out
MOST_DEPTH = 100  # elements nested deeper lose their tags and keep their text; honest pages stay under 40
MOST_ELEMENTS = 40_000  # with more, no main text and no facts are looked for: trafilatura takes 20 s for 400,000
MOST_SCRIPTS, MOST_SCRIPT = 40, 400_000  # of JSON-LD; characters of one
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class HtmlTree(NamedTuple):
    """A page as it was parsed, with nothing taken out but comments."""

    root: Any  # None when there is no element in the text
    hidden: tuple[HiddenText, ...]  # comments, and what was not read
    json_ld: tuple[str, ...]  # texts of its scripts


def parse_html(page: str, **options: bool) -> Any:
    """The tree of an HTML page, None when there is none in it. options: of lxml's parser."""
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        parser = html.HTMLParser(encoding="utf-8", **options)
        tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    _join_rest(tree)
    return tree


def _join_rest(tree: Any) -> None:
    """What follows `</html>` put into the page, as browsers have it: lxml keeps it in another tree beside the first."""
    body = tree.find("body")
    for rest in list(tree.itersiblings("html")) if body is not None else ():
        for part in list(rest):
            if part.tag == "head":
                tree.insert(tree.index(body), part)
            else:
                part.tag = "div" if part.tag == "body" else part.tag
                body.append(part)


def open_html(page: str) -> HtmlTree:
    """The page parsed, within bounds: what a bound cost is named among the hidden."""
    shown = page[:MOST_CHARACTERS]
    hidden = list(comments_of(shown))
    # depth and size are bounded here; the parser's own bound of 256 levels drops the rest of the page unsaid
    tree = parse_html(shown, huge_tree=True, remove_comments=True, remove_pis=True)
    if tree is None:
        return HtmlTree(None, tuple(hidden), ())
    if NOT_XML.search(shown) or "&#" in shown:
        _drop_controls(tree)
    _flatten(tree)
    if len(page) > MOST_CHARACTERS:
        hidden.append(HiddenText("not read", f"what stands after {MOST_CHARACTERS:,} characters"))
    if any("depth" in entry.message.lower() for entry in tree.getroottree().parser.error_log):
        hidden.append(HiddenText("not read", "what stands after elements nested more than 2,000 deep"))
    return HtmlTree(tree, tuple(hidden), json_ld_scripts(tree))


def json_ld_scripts(tree: Any) -> tuple[str, ...]:
    """The texts of a page's JSON-LD scripts."""
    scripts = tree.xpath("//script[contains(@type, 'ld+json')]")[:MOST_SCRIPTS]
    return tuple((script.text or "")[:MOST_SCRIPT] for script in scripts)


def is_small(tree: Any) -> bool:
    """Whether a tree has few enough elements for what looks at each more than once."""
    return sum(1 for _ in zip(tree.iter(), range(MOST_ELEMENTS + 1), strict=False)) <= MOST_ELEMENTS


def _drop_controls(tree: Any) -> None:
    """Without characters XML has no place for: lxml reads them, and raises when its own functions move them."""
    for element in tree.iter():
        if element.text and NOT_XML.search(element.text):
            element.text = NOT_XML.sub("", element.text)
        if element.tail and NOT_XML.search(element.tail):
            element.tail = NOT_XML.sub("", element.tail)


def _flatten(tree: Any) -> None:
    """Elements nested too deep lose their tags: every later step walks the tree by calling itself."""
    from lxml import etree

    depth, deep = 0, []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth > MOST_DEPTH:
            deep.append(element)
    for element in deep:
        element.drop_tag()
