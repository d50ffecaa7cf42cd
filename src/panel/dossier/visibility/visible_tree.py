"""A page's tree without what its readers never see; what was taken out is kept for the editor.

Out: comments, scripts, templates, what `hidden`, a closed dialog or the page's own style keeps back (not displayed,
off the screen, clipped away, too small, in the colour of its ground), and words that stand in attributes only. Read,
since people come to see it: what a button, a tab or a link opens; what fades or unfolds on a page with scripts; what is
hidden from screen readers only; more than a fifth of a page. Of these, words that instruct a model are taken out all
the same. Elements are emptied rather than cut out, which keeps the work linear on a page with 100,000 of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import inf
from typing import Any, NamedTuple

from panel.checks import attempts_in
from panel.dossier.visibility.style_rules import Properties, StyleRules
from panel.dossier.visibility.style_sheets import sheets_of
from panel.records import Hidden

WORDLESS = ("script", "style", "svg", "select", "textarea", "meta", "link", "input")  # no words a browser keeps back
UNSEEN = frozenset(
    {
        *WORDLESS, "template", "noscript", "iframe", "object", "video", "audio", "canvas", "noframes", "noembed",
        "datalist", "rp", "meter", "progress", "frameset", "annotation", "annotation-xml", "title",
    }
)  # fmt: skip
WORD = re.compile(r"\w{2,}")
ATTRIBUTES = ("title", "alt", "aria-label", "aria-description", "placeholder", "summary", "srcdoc")
META = ("description", "keywords", "title", "summary", "abstract", "subject")
PICTURES = frozenset({"img", "picture", "video", "canvas", "svg"})
BUTTONS = ("button", "a", "summary", "label")
MARKS = ("svg", "img", "i", "span")  # that show a tick or a cross
# What a browser takes for a comment, too: `<?php words ?>`, `<!words>`, `</ words>`, `<![CDATA[words]]>`.
ODD_COMMENT = re.compile(r"<(?:\?|!(?!--|doctype|\[(?:end)?if)|/(?![a-z>]))([^>]{1,4000})>", re.IGNORECASE)
LEAST_ATTRIBUTE_SPACES = 3  # "Acme logo" is no message
MOST_COMMENT = 4_000  # characters of one
MOST_VEILED = 2_000  # of one page, before the editor's list is cut
LEAST_COPIED, MOST_COPIES = 5, 200  # words of a part that is looked for a second time; such parts of one page
FEW_WORDS = 12  # a rule that hides more, on a page with scripts, hides it for a while
LARGE_SHARE, LARGE_WORDS = 0.2, 100  # of a page's words: what hides so much hides it for a while only
LABEL_LETTERS = 20  # of a tick's or cross's own word: "Included"
NEAR = 20  # levels of 255 in the channel that differs most; #ebebeb on white is still hidden
_AWAY = r"(?:.*[\s(,])?-(?:(?:[5-9]\d\d|\d{4,})(?:\.\d+)?(?:p[xt])?|(?:[4-9]\d|\d{3,})(?:r?em|v[wh]))(?:[\s,)].*)?"
_CLEAR = r"0*(?:\.0\d*)?|\d%"
STYLES: tuple[tuple[str, tuple[str, ...], str], ...] = (  # how it hides, by which properties, which values
    ("display: none", ("display",), "none"),
    ("content-visibility: hidden", ("content-visibility",), "hidden"),
    ("opacity", ("opacity",), _CLEAR),
    ("opacity", ("filter",), rf"opacity\((?:{_CLEAR})\)"),
    ("off-screen", ("left", "top", "text-indent", "margin-left"), _AWAY),
    ("clip", ("clip-path",), r"inset\((?:50|100)%.*|circle\(0.*"),
    ("clip", ("clip",), r"rect\((?:[01](?:px)?[\s,]*){4}\)"),
    ("transform", ("transform",), rf"{_AWAY}|scale(?:3d)?\(0?(?:\.0\d*)?[\s,)].*"),
    ("no width or height", ("height", "max-height", "width"), r"0(?:px)?|1px"),
)
READ_STYLES = tuple((where, names, re.compile(values)) for where, names, values in STYLES)
TINY = re.compile(r"(?:[0-3](?:\.\d+)?|\.\d+)(?:px|pt)|0?(?:\.[01]\d*)?r?em|0(?:/.*)?|[0-9]%")
GROUNDS = ("background", "background-color", "background-image")
MOTION = ("transition", "animation", "animation-name", "will-change")
KEPT_GROUND = ("none", "transparent", "inherit", "initial", "unset", "0 0", "0")
HEX = re.compile(r"#([0-9a-f]{3,8})")
RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)")
CLEAR = re.compile(r"transparent|rgba?\([^()]*[,/]\s*0?(?:\.0\d*)?%?\s*\)")

Colour = tuple[int, int, int]
OWN = object()
BLACK, WHITE, NO_COLOUR = (0, 0, 0), (255, 255, 255), (-1, -1, -1)
COLOURS = {"white": WHITE, "black": BLACK}


class HiddenText(NamedTuple):
    """A text and how the page kept it from its readers."""

    where: str
    text: str


class Look(NamedTuple):
    """What an element hands down to its children. A colour is None where it can't be known."""

    ink: Colour | None = BLACK
    ground: Colour | None = WHITE
    is_tiny: bool = False
    is_visible: bool = True
    inside: str = ""  # how what it stands in is out of sight, if people come to see it


class Veil(NamedTuple):
    """What is out of sight: an element with all it holds, or the text straight inside it."""

    node: Any
    where: str
    words: str
    least: float  # words from which on people come to see it: 0 for any, infinite for never
    beside: Any  # what its words are counted with: itself, the class a rule hides, or OWN for text straight inside


def prune(tree: Any, sheets: Mapping[str, str] | None = None) -> list[HiddenText]:
    """Empty every element of the tree that is not seen, in place. What was in them, in page order.

    sheets: texts of style sheets the page links, by their `href`; those that are not in it are named as not read. The
    page's own are read from the tree. A struck-out element becomes an `<s>`; a tick's label in a table its text. What
    the head says stays in the tree.
    """
    found = list(_attributes(tree))
    texts, missing = sheets_of(tree, sheets or {})
    found += _Page(tree, StyleRules(texts, is_partial=bool(missing))).prune()
    return [*found, *(HiddenText("style not read", f"sheet {href[:200]}") for href in missing)][:MOST_VEILED]


class _Page:
    """One page under the knife."""

    def __init__(self, tree: Any, rules: StyleRules) -> None:
        body = tree if tree.tag == "body" else tree.find("body")
        self.body = tree if body is None else body
        scripts = (script.get("type", "").lower() for script in tree.iter("script"))
        self.rules, self.moves = rules, rules.moves or any("json" not in kind for kind in scripts)
        self.veils: list[Veil] = []

    def prune(self) -> list[HiddenText]:
        """Everything unseen taken out, and what it was."""
        _name_ticks(self.body)
        for element in list(self.body.iter(*WORDLESS)):
            element.clear(keep_tail=True)
        self.opened = _opened(self.body)
        todo = [(self.body, Look(ground=None if self.rules.is_partial else WHITE))]
        while todo:
            node, above = todo.pop()
            if (look := self._look_at(node, above)) is not None:
                todo += [(child, look) for child in reversed(node)]
        read = self._come_to_be_seen()
        gone = [veil for at, veil in enumerate(self.veils) if at not in read]
        for veil in gone:
            _empty_own_text(veil.node) if veil.beside is OWN else _empty(veil.node)
        return [*(HiddenText(veil.where, veil.words) for veil in gone if veil.words), *_attempts([*read.values()])]

    def _look_at(self, node: Any, above: Look) -> Look | None:
        """How an element looks; None for one that is hidden with all it holds, and looked at no further."""
        given = self.rules.of(node)
        where = "" if node is self.body else _why_gone(node, given)
        least = self._least_words(node, where, given)
        if where and least == inf:
            never = node.tag in UNSEEN or where == "closed"
            self.veils.append(Veil(node, where, _words_of(node), inf if never else LARGE_WORDS, node))
            return None
        look = _inherit(above, node, given)
        if "line-through" in given.get("text-decoration", given.get("text-decoration-line", "")):
            node.tag = "s"
        if (reason := _why_unread(look)) == "visibility: hidden" and self._may_move(given):
            where, least = reason, 0
        elif reason:
            self.veils.append(Veil(node, reason, _own_words_of(node), LARGE_WORDS, OWN))
        if where and above.inside in ("", "aria-hidden") and where != above.inside:
            beside = node.get("class") if least > FEW_WORDS else node
            self.veils.append(Veil(node, where, _words_of(node), least, beside))
            look = look._replace(inside=where)
        return look

    def _may_move(self, given: Properties) -> bool:
        """Whether the page, or the element by itself, has anything that brings it into sight."""
        return self.moves or any(given.get(name, "none") != "none" for name in MOTION)

    def _least_words(self, node: Any, where: str, given: Properties) -> float:
        """From how many words on people come to see what is out of sight at first; infinite for never."""
        if not where or where == "aria-hidden":
            return 2  # one is an icon's name or a sign
        if node.tag in UNSEEN or where in ("closed", "off-screen", "clip"):
            return inf
        fades = where == "opacity" and "transform" in given  # as libraries draw a part before it is scrolled to
        comes = where in ("opacity", "transform", "no width or height") and (fades or self._may_move(given))
        if comes or _is_opened(node, self.opened):
            return 0
        by_rule = where == "display: none" and "display" not in node.get("style", "")
        return FEW_WORDS + 1 if by_rule and self.moves else inf

    def _come_to_be_seen(self) -> dict[int, Veil]:
        """Those of the veils that are read, by their place: not what is too little or stands on the page already."""
        page, sums, copies = _words_of(self.body), Counter[Any](), Counter[str]()
        for veil in self.veils:
            sums[veil.beside] += _count(veil.words)
        large = max(LARGE_WORDS, LARGE_SHARE * _count(page))
        read = {}
        for at, veil in enumerate(self.veils):
            if veil.least == LARGE_WORDS:
                is_read = sums[veil.beside] > large
            else:
                is_read = sums[veil.beside] >= veil.least and not _is_aside(veil.node)
                if is_read and veil.least and sums[veil.beside] >= LEAST_COPIED and len(copies) < MOST_COPIES:
                    copies[veil.words] += 1
                    if page.count(veil.words) > copies[veil.words]:
                        self.veils[at], is_read = veil._replace(words=""), False
            if is_read:
                read[at] = veil
        return read


def _attempts(read: Sequence[Veil]) -> Iterator[HiddenText]:
    """Lines that instruct a model in what comes into sight: taken out. And a word on how much of it there is."""
    for veil in read:
        for element in [veil.node] if veil.beside is OWN else list(veil.node.iter()):
            if (element.text or "").strip():
                words = " ".join("".join(islice(element.itertext(), 40))[:4_000].split())
                if attempts_in(Hidden(source_id="S1", where=veil.where, text=words)):
                    yield HiddenText(veil.where, words)
                    _empty(element)
    late = [veil for veil in read if veil.beside is not OWN and veil.where != "aria-hidden"]
    if late:
        count = sum(_count(veil.words) for veil in late)
        yield HiddenText("out of sight at first, read", f"{len(late)} parts of the page, {count} words")


def _is_opened(node: Any, opened: frozenset[str]) -> bool:
    """Whether a button or tab opens it: named by its id, or straight before it."""
    if node.get("id") in opened or node.get("role") == "tabpanel":
        return True
    before = node.getprevious()
    return before is not None and any(
        e.tag in ("button", "summary") or e.get("aria-expanded") or e.get("role") == "button"
        for e in islice(before.iter(), 6)
    )


def _opened(body: Any) -> frozenset[str]:
    """Ids that buttons, tabs and links within the page open."""
    ids: set[str] = set()
    for element in body.iter():
        given = element.attrib
        ids |= set(given.get("aria-controls", "").split()[:20])
        if element.tag in BUTTONS or given.get("role") in ("tab", "button"):
            ids |= {given.get("for", ""), *(value[1:] for value in given.values() if value.startswith("#"))}
    return frozenset(ids - {""})


def _is_aside(node: Any) -> bool:
    """Whether it is a dialog or a form's answer: seen by those who act, and no part of what the page says."""
    around = (node, *islice(node.iterancestors(), 3))
    return any(e.tag in ("form", "dialog") or e.get("role") in ("dialog", "alertdialog", "alert") for e in around)


def _why_gone(node: Any, given: Properties) -> str:
    """How the element itself, with all it holds, is hidden; "" when it is not."""
    if node.tag in UNSEEN:
        return str(node.tag)
    attributes = node.attrib
    if "hidden" in attributes:
        return "hidden"
    if "popover" in attributes or (node.tag == "dialog" and "open" not in attributes):
        return "closed"
    for where, names, values in READ_STYLES if given else ():
        if any(name in given and values.fullmatch(given[name]) and _takes_effect(name, given) for name in names):
            return where
    return "aria-hidden" if attributes.get("aria-hidden", "").strip().lower() == "true" else ""


def _takes_effect(name: str, given: Properties) -> bool:
    """Whether a property does anything beside the others."""
    if name in ("left", "top", "clip"):
        return given.get("position") in ("absolute", "fixed", "relative")
    if name in ("height", "max-height", "width"):
        return given.get("overflow", "visible") != "visible"
    return name != "opacity" or given.get("animation", "none") == "none"


def _inherit(above: Look, node: Any, given: Properties) -> Look:
    """The look of a child that declares `given`."""
    look = above
    if value := given.get("visibility", ""):
        look = look._replace(is_visible=value not in ("hidden", "collapse"))
    ground = " ".join(given[name] for name in GROUNDS if name in given) or node.get("bgcolor", "")
    pictured = given.get("position") in ("relative", "absolute") and any(child.tag in PICTURES for child in node)
    if pictured or (ground and ground not in KEPT_GROUND):
        look = look._replace(ground=None if pictured else _colour(ground))
    ink = given.get("color") or (node.get("color", "") if node.tag == "font" else "")
    if ink and ink != "inherit":
        is_clear = CLEAR.fullmatch(ink) and given.get("background-clip") != "text"
        look = look._replace(ink=NO_COLOUR if is_clear else _colour(ink))
    if size := given.get("font-size") or given.get("font", "").partition(" ")[0]:
        scales = size == "inherit" or re.search(r"(?<!r)em$|%$", size)
        look = look._replace(is_tiny=bool((above.is_tiny and scales) or TINY.fullmatch(size)))
    return look


def _why_unread(look: Look) -> str:
    """How text straight inside is hidden, "" when it can be read."""
    if not look.is_visible:
        return "visibility: hidden"
    if look.is_tiny:
        return "font size"
    if look.ink == NO_COLOUR:
        return "transparent letters"
    near = look.ink and look.ground and max(abs(a - b) for a, b in zip(look.ink, look.ground, strict=True)) <= NEAR
    return "colour of the background" if near else ""


def _colour(value: str) -> Colour | None:
    """A plain colour, None for a picture and for whatever can't be read: it may be any."""
    if "url(" in value or "gradient(" in value:
        return None
    if found := HEX.search(value):
        digits = found[1] if len(found[1]) > 4 else "".join(2 * c for c in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6] or "0", 16)
    if found := RGB.search(value):
        return int(found[1]), int(found[2]), int(found[3])
    return next((COLOURS[word] for word in value.split() if word in COLOURS), None)


def _name_ticks(body: Any) -> None:
    """Write out a tick or cross that stands alone in a table's cell, as it is told to those who don't see it."""
    for cell in body.iter("td", "th"):
        marks = [] if any(map(str.strip, islice(cell.itertext(), 10))) else islice(cell.iter(), 1, 12)
        for mark in [mark for mark in marks if mark.tag in MARKS]:
            label = (mark.get("aria-label") or mark.get("alt") or "").strip()
            if 0 < len(label) <= LABEL_LETTERS:
                _empty(mark, label)
                break


def _empty(node: Any, text: str = "") -> None:
    node.clear(keep_tail=True)
    node.tag = "span"
    node.text = text


def _empty_own_text(node: Any) -> None:
    node.text = None
    for child in node:
        child.tail = " " if child.tail else None


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
    """What attributes say in words: descriptions of what is seen, and of the page itself."""
    for node in tree.iter():
        given = node.attrib
        said = [(name, given[name]) for name in ATTRIBUTES if name in given] if given else []
        if node.tag == "meta":
            name = (given.get("name") or given.get("property") or "").lower()
            said = [(f"meta {name}"[:40], given.get("content", ""))] if name.rpartition(":")[2] in META else []
        for where, text in said:
            if text.count(" ") >= LEAST_ATTRIBUTE_SPACES or len(text) > 60:
                yield HiddenText(where, " ".join(text.split()))


def _words_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _count(words: str) -> int:
    return len(WORD.findall(words))


def _own_words_of(element: Any) -> str:
    return " ".join("".join((element.text or "", *(child.tail or "" for child in element))).split())
