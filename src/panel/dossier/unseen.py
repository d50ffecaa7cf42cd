"""Takes out of a page's tree what its readers don't see, and keeps what was taken.

Removed: comments, scripts, templates, what `hidden`, `aria-hidden` or the page's own style hides. Kept beside it for
the editor: those texts, and the words that stand only in attributes (title, alt, meta descriptions), which no juror
reads either. Elements are emptied rather than cut out, which keeps the work linear on a page with 100,000 of them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from panel.dossier.appearance import Look, inherit, why_gone
from panel.dossier.css import Element, Styles, is_for_us

UNSEEN = frozenset(
    {"script", "style", "template", "noscript", "iframe", "object", "svg", "select", "textarea", "meta", "link"}
)
WITH_WORDS = frozenset({"template", "noscript", "object", "iframe"})  # of those above: text a browser keeps back
ATTRIBUTES = ("title", "alt", "aria-label", "aria-description", "placeholder", "summary", "srcdoc")
META = ("description", "keywords", "title", "summary", "abstract", "subject")
MEDIA = frozenset({"img", "picture", "video", "canvas", "svg"})
LEAST_ATTRIBUTE_WORDS = 4  # "Acme logo" is no message
MOST_COMMENT = 4_000  # characters of one
MOST_VEILED = 2_000  # of one page, before the editor's list is cut


class Veiled(NamedTuple):
    """A text and how the page kept it from its readers."""

    where: str
    text: str


def take_out(tree: Any, sheets: Sequence[str] = ()) -> list[Veiled]:
    """Empty every element of the tree that is not seen, in place. What was in them, in page order.

    sheets: texts of style sheets that stand elsewhere, the page's own are read from the tree.
    """
    found = list(_attributes(tree))
    styles = Styles(
        [*sheets, *(style.text or "" for style in tree.iter("style") if is_for_us(style.get("media", "all")))]
    )
    gone, unread = _look_at_all(tree, styles)
    for element, where in gone:
        if words := _words_of(element):
            found.append(Veiled(where, words))
        element.clear(keep_tail=True)
        element.tag = "span"
    for element, where in unread:
        found += [Veiled(where, text) for text in _own_text_of(element)]
    found += [Veiled("style not read", name) for name in styles.unread]
    return found[:MOST_VEILED]


def _look_at_all(tree: Any, styles: Styles) -> tuple[list[tuple[Any, str]], list[tuple[Any, str]]]:
    """Elements that are gone with all they hold, and elements whose own text can't be read, each with how."""
    looks: dict[Any, Look | None] = {None: Look()}  # None as a value: within something gone
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


def _why_gone(node: Any, given: dict[str, str], above: Look) -> str:
    if node.tag in UNSEEN:
        return str(node.tag)
    if node.getparent() is None or node.tag == "body":
        return ""
    attributes = node.attrib
    if "hidden" in attributes:
        return "hidden"
    if attributes.get("aria-hidden", "").strip().lower() == "true":
        return "aria-hidden"
    if node.tag == "input":
        return "input"
    return why_gone(given, above.custom)


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


def comments_of(page: str) -> Iterator[Veiled]:
    """What a page says in comments, read from its source: conditional ones of old browsers are markup.

    The parser drops them. Taking 300,000 of them out of a tree takes 9 s, since their neighbours' texts grow together.
    """
    at = page.find("<!--")
    while at >= 0 and (end := page.find("-->", at + 2)) >= 0:
        text = " ".join(page[at + 4 : min(end, at + MOST_COMMENT)].split())
        if any(c.isalpha() for c in text) and not text.startswith(("[if ", "<![endif", "[endif")):
            yield Veiled("comment", text)
        at = page.find("<!--", end)


def _attributes(tree: Any) -> Iterator[Veiled]:
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


def _long_enough(where: str, text: str) -> Iterator[Veiled]:
    words = text.split()
    if len(words) >= LEAST_ATTRIBUTE_WORDS or len(text) > 60:
        yield Veiled(where[:40], " ".join(words))


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
