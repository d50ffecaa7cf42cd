"""Takes out of a page's tree what its readers don't see, and keeps what was taken.

Removed: comments, scripts, templates, what `hidden`, `aria-hidden` or the page's own style hides. Kept beside it for
the editor: those texts, and the words that stand only in attributes (title, alt, meta descriptions), which no juror
reads either. Elements are emptied rather than cut out, which keeps the work linear on a page with 100,000 of them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from panel.dossier.visibility.computed_style import ComputedStyle, inherit, why_gone
from panel.dossier.visibility.css_rules import MOST_UNREAD, Element, Styles, is_for_us
from panel.dossier.visibility.style_sheets import sheet_links

UNSEEN = frozenset(
    {
        "script", "style", "template", "noscript", "iframe", "object", "svg", "select", "textarea", "meta", "link",
        "video", "audio", "canvas", "noframes", "noembed", "datalist", "rp", "meter", "progress", "frameset",
        "annotation", "annotation-xml",
    }
)  # fmt: skip
WITH_WORDS = UNSEEN - {"script", "style", "svg", "select", "textarea", "meta", "link"}  # text a browser keeps back
ATTRIBUTES = ("title", "alt", "aria-label", "aria-description", "placeholder", "summary", "srcdoc")
META = ("description", "keywords", "title", "summary", "abstract", "subject")
MEDIA = frozenset({"img", "picture", "video", "canvas", "svg"})
# What a browser takes for a comment, too: `<?php words ?>`, `<!words>`, `</ words>`, `<![CDATA[words]]>`.
ODD_COMMENT = re.compile(r"<(?:\?|!(?!--|doctype|\[(?:end)?if)|/(?![a-z>]))([^>]{1,4000})>", re.IGNORECASE)
LEAST_ATTRIBUTE_WORDS = 4  # "Acme logo" is no message
MOST_COMMENT = 4_000  # characters of one
MOST_VEILED = 2_000  # of one page, before the editor's list is cut


class HiddenText(NamedTuple):
    """A text and how the page kept it from its readers."""

    where: str
    text: str


def take_out(tree: Any, sheets: Mapping[str, str] | None = None) -> list[HiddenText]:
    """Empty every element of the tree that is not seen, in place. What was in them, in page order.

    sheets: texts of style sheets the page links, by their `href`; those that are not in it are named as not read. The
    page's own are read from the tree.
    """
    found = list(_attributes(tree))
    texts, missing = _sheets(tree, sheets or {})
    styles = Styles(texts, is_partial=bool(missing))
    gone, unread = _look_at_all(tree, styles)
    for element, where in gone:
        if words := _words_of(element):
            found.append(HiddenText(where, words))
        element.clear(keep_tail=True)
        element.tag = "span"
    for element, where in unread:
        found += [HiddenText(where, text) for text in _own_text_of(element)]
    found += [HiddenText("style not read", name) for name in (*missing, *styles.unread)]
    return found[:MOST_VEILED]


def _sheets(tree: Any, linked: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Every sheet in page order, as the cascade needs it; and the `href` of those nobody handed in."""
    in_use = frozenset(sheet_links(tree))
    texts, missing = [], []
    for element in tree.iter("link", "style"):
        if element.tag == "style":
            texts += [element.text or ""] if is_for_us(element.get("media", "all")) else []
        elif element in in_use:
            href = element.get("href")
            texts += [linked[href]] if href in linked else []
            missing += [] if href in linked else [f"sheet {href[:200]}"]
    return texts, list(dict.fromkeys(missing))[:MOST_UNREAD]


def _look_at_all(tree: Any, styles: Styles) -> tuple[list[tuple[Any, str]], list[tuple[Any, str]]]:
    """Elements that are gone with all they hold, and elements whose own text can't be read, each with how."""
    looks: dict[Any, ComputedStyle | None] = {None: ComputedStyle()}  # None as a value: within something gone
    gone, unread = [], []
    for element in Element.from_html_root(tree).iter_subtree():
        node = element.etree_element
        above = looks[element.parent.etree_element if element.parent is not None else None]
        if above is None:
            looks[node] = None
            continue
        given, is_painted = styles.of(element)
        given = _presentational(node) | given
        if where := _why_gone(node, given, above):
            gone.append((node, where))
            looks[node] = None
            continue
        looks[node] = look = inherit(above, given, painted=is_painted, pictured=_is_pictured(node, given))
        if where := look.why_unread:
            unread.append((node, where))
    return gone, unread


def _why_gone(node: Any, given: dict[str, str], above: ComputedStyle) -> str:
    if node.tag in UNSEEN or (node.tag == "title" and node.getparent() is not None and node.getparent().tag != "head"):
        return str(node.tag)
    if node.getparent() is None or node.tag == "body":
        return ""
    attributes = node.attrib
    if "hidden" in attributes:
        return "hidden"
    if "popover" in attributes or (node.tag == "dialog" and "open" not in attributes):
        return "closed"
    if any(child.tag == "template" and "shadowrootmode" in child.attrib for child in node):
        return "behind a shadow root"
    if attributes.get("aria-hidden", "").strip().lower() == "true":
        return "aria-hidden"
    if node.tag == "input":
        return "input"
    return why_gone(given, above)


def _is_pictured(node: Any, given: dict[str, str]) -> bool:
    """A box of its own with a picture straight inside: its text may stand on the picture."""
    return given.get("position") in ("relative", "absolute", "fixed") and any(child.tag in MEDIA for child in node)


def _presentational(node: Any) -> dict[str, str]:
    """Colours and sizes as pages gave them before style sheets."""
    attributes = node.attrib
    given = {}
    if "bgcolor" in attributes:
        given["background-color"] = attributes["bgcolor"][:30].lower()
    if node.tag == "font" and "color" in attributes:
        given["color"] = attributes["color"][:30].lower()
    if node.tag == "body" and "text" in attributes:
        given["color"] = attributes["text"][:30].lower()
    return given


def comments_of(page: str) -> Iterator[HiddenText]:
    """What a page says in comments, read from its source: conditional ones of old browsers are markup.

    The parser drops them. Taking 300,000 of them out of a tree takes 9 s, since their neighbours' texts grow together.
    """
    for found in ODD_COMMENT.finditer(page):
        if any(c.isalpha() for c in found[1]):
            yield HiddenText("comment", " ".join(found[1].split()))
    at = page.find("<!--")
    while at >= 0 and (end := page.find("-->", at + 2)) >= 0:
        text = " ".join(page[at + 4 : min(end, at + MOST_COMMENT)].split())
        if any(c.isalpha() for c in text) and not text.startswith(("[if ", "<![endif", "[endif")):
            yield HiddenText("comment", text)
        at = page.find("<!--", end)


def _attributes(tree: Any) -> Iterator[HiddenText]:
    for node in tree.iter():
        attributes = node.attrib
        if not attributes:
            continue
        if node.tag == "meta":
            name = (attributes.get("name") or attributes.get("property") or "").lower()
            if name.rpartition(":")[2] in META:
                yield from _long_enough(f"meta {name}", attributes.get("content", ""))
            continue
        for name in ATTRIBUTES:
            if name in attributes:
                yield from _long_enough(name, attributes[name])


def _long_enough(where: str, text: str) -> Iterator[HiddenText]:
    words = text.split()
    if len(words) >= LEAST_ATTRIBUTE_WORDS or len(text) > 60:
        yield HiddenText(where[:40], " ".join(words))


def _words_of(element: Any) -> str:
    if element.tag in UNSEEN and element.tag not in WITH_WORDS:
        return ""
    if element.tag == "input":
        value = element.get("value", "")
        return value if len(value.split()) >= LEAST_ATTRIBUTE_WORDS else ""
    return " ".join("".join(element.itertext()).split())


def _own_text_of(element: Any) -> Iterator[str]:
    """Texts straight inside the element, taken out."""
    parts = [element.text or ""]
    element.text = None
    for child in element:
        parts.append(child.tail or "")
        child.tail = " " if child.tail else None
    if words := " ".join("".join(parts).split()):
        yield words
