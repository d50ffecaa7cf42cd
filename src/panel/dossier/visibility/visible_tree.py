"""A page's tree without what its readers never see; what was taken out is kept for the editor.

Out: comments, scripts, templates, what `hidden`, `aria-hidden`, a closed dialog or the page's own style keeps back
(not displayed, off the screen, clipped away, too small, in the colour of its ground), and words that stand in
attributes only. Read, since people come to see it: what a button or a tab opens; what fades, moves or unfolds into
view where the page has anything that moves it; a part of more than a few words that a rule of such a page takes off
the page for now; more than a fifth of a page. Of these, words that instruct a model are taken out all the same.
Elements are emptied rather than cut out, which keeps the work linear on a page with 100,000 of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from panel.checks import attempts_in
from panel.dossier.visibility.style_rules import Properties, StyleRules, is_for_us
from panel.dossier.visibility.style_sheets import sheet_links
from panel.records import Hidden

UNSEEN = frozenset(
    {
        "script", "style", "template", "noscript", "iframe", "object", "svg", "select", "textarea", "meta", "link",
        "video", "audio", "canvas", "noframes", "noembed", "datalist", "rp", "meter", "progress", "frameset",
        "annotation", "annotation-xml", "title", "input",
    }
)  # fmt: skip
WORDLESS = frozenset({"script", "style", "svg", "select", "textarea", "meta", "link"})  # no words a browser keeps back
ATTRIBUTES = ("title", "alt", "aria-label", "aria-description", "placeholder", "summary", "srcdoc")
META = ("description", "keywords", "title", "summary", "abstract", "subject")
PICTURES = frozenset({"img", "picture", "video", "canvas", "svg"})
BUTTONS = ("button", "a", "summary", "label")
# What a browser takes for a comment, too: `<?php words ?>`, `<!words>`, `</ words>`, `<![CDATA[words]]>`.
ODD_COMMENT = re.compile(r"<(?:\?|!(?!--|doctype|\[(?:end)?if)|/(?![a-z>]))([^>]{1,4000})>", re.IGNORECASE)
LEAST_ATTRIBUTE_WORDS = 4  # "Acme logo" is no message
MOST_COMMENT = 4_000  # characters of one
MOST_VEILED = 2_000  # of one page, before the editor's list is cut
FEW_WORDS = 12  # a rule that hides more, on a page with scripts, hides parts of it for a while
LARGE_SHARE, LARGE_WORDS = 0.2, 100  # of a page's words: what hides so much hides it for a while only
LABEL_LETTERS = 20  # of a tick's or cross's own word: "Included"
NEAR = 20  # levels of 255 in the channel that differs most; #ebebeb on white is still hidden
_AWAY = r"(?:[5-9]\d\d|\d{4,})(?:\.\d+)?(?:px|pt)?|(?:[4-9]\d|\d{3,})(?:r?em|v[wh]|ch)"  # 500 pixels and more
_LEFT = rf"(?:.*[\s(,])?-(?:{_AWAY})(?:[\s,)].*)?"
_NOTHING = r"0(?:\.0+)?(?:px|r?em)?|1px"
STYLES: tuple[tuple[str, tuple[str, ...], str, str], ...] = (  # how it hides, by which properties, which values, where
    ("display: none", ("display",), r"none", ""),
    ("content-visibility: hidden", ("content-visibility",), r"hidden", ""),
    ("opacity", ("opacity",), r"0*(?:\.0\d*)?|\d%", "still"),
    ("opacity", ("filter",), r"opacity\((?:0*(?:\.0\d*)?|\d%)\)", "still"),
    ("off-screen", ("text-indent", "margin-left"), _LEFT, ""),
    ("off-screen", ("left", "top", "right", "inset"), _LEFT, "placed"),
    ("off-screen", ("left",), r"\d{4,}(?:px)?|[2-9]\d\dv[wh]", "placed"),
    (
        "clip",
        ("clip-path",),
        r"inset\((?:(?:50|[6-9]\d|100)%|.*\b100%).*|(?:circle|ellipse)\(0.*|polygon\(0[^,]*\)",
        "",
    ),
    ("clip", ("clip",), r"rect\((?:[01](?:px)?[\s,]*){4}\)", "placed"),
    ("transform", ("transform", "translate"), rf"{_LEFT}|(?:.*\()?(?:{_AWAY})[\s,)].*", ""),
    ("transform", ("transform",), r"(?:scale(?:3d|x|y)?|matrix)\((?:0|0?\.0\d*)[\s,)].*", ""),
    ("transform", ("scale",), r"0|0?\.0\d*", ""),
    ("no width or height", ("height", "max-height", "width", "max-width", "line-height"), _NOTHING, "clipped"),
    ("no width or height", ("text-indent",), rf"100%|{_AWAY}", "clipped"),
)
READ_STYLES = tuple((where, names, re.compile(values), place) for where, names, values, place in STYLES)
TINY = re.compile(r"(?:[0-3](?:\.\d+)?|\.\d+)(?:px|pt)|0?(?:\.[01]\d*)?r?em|0(?:/.*)?|[0-9]%")
MOTION = ("transition", "animation", "animation-name", "will-change")
KEPT_GROUND = ("none", "transparent", "inherit", "initial", "unset", "0 0", "0")
HEX = re.compile(r"#([0-9a-f]{3,8})")
RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)")
CLEAR = re.compile(r"transparent|rgba?\([^()]*[,/]\s*0?(?:\.0\d*)?%?\s*\)|#(?:[0-9a-f]{3}|[0-9a-f]{6}0)0")
COLOURS = {"white": (255, 255, 255), "black": (0, 0, 0)}

Colour = tuple[int, int, int]


class HiddenText(NamedTuple):
    """A text and how the page kept it from its readers."""

    where: str
    text: str


class Look(NamedTuple):
    """What an element hands down to its children. A colour is None where it can't be known."""

    ink: Colour | None = (0, 0, 0)
    ground: Colour | None = (255, 255, 255)
    is_tiny: bool = False
    is_visible: bool = True
    is_clear: bool = False  # letters of no colour
    waits: bool = False  # it stands in a part that comes into sight


def prune(tree: Any, sheets: Mapping[str, str] | None = None) -> list[HiddenText]:
    """Empty every element of the tree that is not seen, in place. What was in them, in page order.

    sheets: texts of style sheets the page links, by their `href`; those that are not in it are named as not read. The
    page's own are read from the tree. A struck-out element becomes an `<s>`; a tick's label in a table its text. What
    the head says stays in the tree.
    """
    found = list(_attributes(tree))
    texts, missing = _sheets(tree, sheets or {})
    page = _Page(tree, StyleRules(texts, is_partial=bool(missing)))
    found += page.prune()
    return [*found, *(HiddenText("style not read", f"sheet {href[:200]}") for href in missing)][:MOST_VEILED]


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
            missing += [] if href in linked else [href]
    return texts, list(dict.fromkeys(missing))[:5]


class _Page:
    """One page under the knife."""

    def __init__(self, tree: Any, rules: StyleRules) -> None:
        self.rules = rules
        body = tree if tree.tag == "body" else tree.find("body")
        self.body = tree if body is None else body
        scripts = (script.get("type", "").lower() for script in tree.iter("script"))
        self.moves = rules.moves or any("json" not in kind for kind in scripts)
        self.controlled = _controlled(self.body)
        self.seen: list[str] = []  # texts in sight from the first
        self.waiting: list[
            tuple[Any, str, str]
        ] = []  # elements that come into sight: how they are hidden, by which rule
        self.gone: list[tuple[Any, str]] = []  # and how; "" for what stands on the page already
        self.unread: list[tuple[Any, str]] = []  # elements whose own text can't be read

    def prune(self) -> list[HiddenText]:
        """Everything unseen taken out, and what it was."""
        self._look_at_all()
        self._settle()
        found = [HiddenText(where, words) for node, where in self.gone if where and (words := _words_of(node))]
        for node, _ in self.gone:
            _empty(node)
        for node, where in self.unread:
            found += [HiddenText(where, text) for text in _own_text_of(node)]
        return [*found, *self._attempts()]

    def _look_at_all(self) -> None:
        ground = None if self.rules.is_partial else Look().ground
        looks: dict[Any, Look | None] = {self.body.getparent(): Look(ground=ground)}
        for node in self.body.iter():
            above = looks[node.getparent()]
            looks[node] = self._look_at(node, above) if above is not None else None
            if above is not None and not above.waits:
                self.seen.append(node.tail or "")
            if (look := looks[node]) is not None and not look.waits:
                self.seen.append(node.text or "")

    def _look_at(self, node: Any, above: Look) -> Look | None:
        """How an element looks; None for one that is gone with all it holds."""
        if label := _label(node):
            _empty(node, label)
        given, by = self.rules.of(node)
        given |= _presentational(node)
        where = "" if node is self.body else _why_gone(node, given)
        waits = bool(where) and self._comes_into_sight(node, where, given, by)
        if where and not waits:
            self.gone.append((node, where))
            return None
        look = _inherit(above, node, given)
        if "line-through" in given.get("text-decoration", given.get("text-decoration-line", "")):
            node.tag = "s"
        if (reason := _why_unread(look)) == "visibility: hidden" and (above.waits or self._may_move(given)):
            where, waits = reason, True
        elif reason:
            self.unread.append((node, reason))
        if waits and not above.waits:
            self.waiting.append((node, where, by))
        return look._replace(waits=above.waits or waits)

    def _comes_into_sight(self, node: Any, where: str, given: Properties, by: str) -> bool:
        """Whether people come to see what is out of sight at first; a rule's sum of words is settled afterwards."""
        if node.tag in UNSEEN or where in ("aria-hidden", "closed", "behind a shadow root", "off-screen", "clip"):
            return False
        if _is_controlled(node, self.controlled):
            return True
        if where in ("opacity", "transform", "no width or height"):
            return self._may_move(given) or (where == "opacity" and "transform" in given)
        return where == "display: none" and bool(by) and self.moves

    def _may_move(self, given: Properties) -> bool:
        return self.moves or any(given.get(name, "none") != "none" for name in MOTION)

    def _settle(self) -> None:
        """Gone is what waits and is a few words of a rule, or stands on the page already; most of a page never is."""
        seen = " ".join(" ".join(self.seen).split())
        words = {node: _words_of(node) for node, _, _ in self.waiting}
        sums = Counter[str]()
        for node, _, by in self.waiting:
            sums[by] += len(words[node].split())
        total = seen.count(" ") + sum(sums.values()) + sum(_count(node) for node, _ in self.gone)
        large = {
            node: where for node, where in self.gone if _may_be_read(where) and self._is_large(_count(node), total)
        }
        self.gone = [(node, where) for node, where in self.gone if node not in large]
        unread = sum(len(text.split()) for node, _ in self.unread for text in _own_texts(node))
        self.unread = [] if self._is_large(unread, total) else self.unread
        waiting, self.waiting = self.waiting, [(node, where, "") for node, where in large.items()]
        for node, where, by in waiting:
            few = (
                by and where == "display: none" and sums[by] <= FEW_WORDS and not _is_controlled(node, self.controlled)
            )
            twice = where == "display: none" and words[node].count(" ") > 1 and words[node] in seen
            if few or twice or _is_aside(node):
                self.gone.append((node, "" if twice else where))
            else:
                self.waiting.append((node, where, by))

    def _is_large(self, words: int, total: int) -> bool:
        return words > max(LARGE_SHARE * total, LARGE_WORDS)

    def _attempts(self) -> Iterator[HiddenText]:
        """Lines that instruct a model in what comes into sight: taken out. And a word on how much of it there is."""
        for node, where, _ in self.waiting:
            for element in list(node.iter()):
                if (element.text or "").strip():
                    words = " ".join("".join(islice(element.itertext(), 40))[:4_000].split())
                    if attempts_in(Hidden(source_id="S1", where=where, text=words)):
                        yield HiddenText(where, words)
                        _empty(element)
        if self.waiting:
            count = sum(_count(node) for node, _, _ in self.waiting)
            yield HiddenText("out of sight at first, read", f"{len(self.waiting)} parts of the page, {count} words")


def _may_be_read(where: str) -> bool:
    return where not in UNSEEN and where not in ("closed", "aria-hidden", "behind a shadow root")


def _is_controlled(node: Any, controlled: frozenset[str]) -> bool:
    """Whether a button or tab opens it: named by its id, or straight before it."""
    if node.get("id") in controlled or node.get("role") == "tabpanel":
        return True
    before = node.getprevious()
    if before is None:
        return False
    return before.tag in ("button", "summary") or any(
        e.get("aria-expanded") or e.get("role") == "button" for e in islice(before.iter(), 6)
    )


def _controlled(body: Any) -> frozenset[str]:
    """Ids that buttons, tabs and links within the page open."""
    ids: set[str] = set()
    for element in body.iter():
        given = element.attrib
        if "aria-controls" in given:
            ids |= set(given["aria-controls"].split()[:20])
        if element.tag in BUTTONS or given.get("role") in ("tab", "button"):
            ids |= {value[1:] for value in given.values() if value.startswith("#")}
            ids |= {given["for"]} if "for" in given else set()
    return frozenset(ids)


def _is_aside(node: Any) -> bool:
    """Whether it is a dialog or a form's answer: seen by those who act, and no part of what the page says."""
    around = (node, *islice(node.iterancestors(), 3))
    marked = any(e.get("role") in ("dialog", "alertdialog", "alert") or e.get("aria-modal") for e in around)
    return marked or any(e.tag in ("form", "dialog") for e in around)


def _why_gone(node: Any, given: Properties) -> str:
    """How the element itself, with all it holds, is hidden; "" when it is not."""
    if node.tag in UNSEEN:
        return str(node.tag)
    attributes = node.attrib
    if "hidden" in attributes:
        return "hidden"
    if "popover" in attributes or (node.tag == "dialog" and "open" not in attributes):
        return "closed"
    if any(child.tag == "template" and "shadowrootmode" in child.attrib for child in node):
        return "behind a shadow root"
    if attributes.get("aria-hidden", "").strip().lower() == "true":
        return "aria-hidden"
    return _why_by_style(given) if given else ""


def _why_by_style(given: Properties) -> str:
    holds = {
        "": True,
        "still": given.get("animation", "none") == "none",
        "placed": given.get("position") in ("absolute", "fixed", "relative"),
        "clipped": given.get("overflow", given.get("overflow-y", "visible")) != "visible",
    }
    for where, names, values, place in READ_STYLES:
        if holds[place] and any(name in given and values.fullmatch(given[name]) for name in names):
            return where
    return ""


def _inherit(above: Look, node: Any, given: Properties) -> Look:
    """The look of a child that declares `given`."""
    pictured = given.get("position") in ("relative", "absolute") and any(child.tag in PICTURES for child in node)
    if not given and not pictured:
        return above
    look = above
    if value := given.get("visibility", ""):
        look = look._replace(is_visible=value not in ("hidden", "collapse"))
    ground = " ".join(given.get(name, "") for name in ("background", "background-color", "background-image")).strip()
    if pictured or (ground and ground not in KEPT_GROUND):
        look = look._replace(ground=None if pictured else _colour(ground))
    if ink := given.get("-webkit-text-fill-color") or given.get("color", "").replace("inherit", ""):
        cut_out = "text" in (given.get("background-clip"), given.get("-webkit-background-clip"))
        look = look._replace(ink=_colour(ink), is_clear=not cut_out and bool(CLEAR.fullmatch(ink)))
    if size := given.get("font-size") or given.get("font", "").partition(" ")[0]:
        scales = size.endswith("%") or (size.endswith("em") and not size.endswith("rem"))
        stays = above.is_tiny and (size == "inherit" or scales)
        look = look._replace(is_tiny=stays or bool(TINY.fullmatch(size)))
    return look


def _why_unread(look: Look) -> str:
    """How text straight inside is hidden, "" when it can be read."""
    if not look.is_visible:
        return "visibility: hidden"
    if look.is_tiny:
        return "font size"
    if look.is_clear:
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


def _presentational(node: Any) -> dict[str, str]:
    """Colours as pages gave them before style sheets."""
    attributes, given = node.attrib, {}
    if "bgcolor" in attributes:
        given["background-color"] = attributes["bgcolor"][:30].lower()
    if node.tag == "font" and "color" in attributes:
        given["color"] = attributes["color"][:30].lower()
    return given


def _label(node: Any) -> str:
    """The word of a tick or cross that stands alone in a table's cell, as it is given for those who don't see it."""
    if node.tag not in ("svg", "img", "i", "span") or (node.tag in ("i", "span") and "aria-label" not in node.attrib):
        return ""
    cell = next((e for e in islice(node.iterancestors(), 4) if e.tag in ("td", "th")), None)
    if cell is None or any(map(str.strip, islice(cell.itertext(), 10))):
        return ""
    title = node.findtext("title") if node.tag == "svg" else ""
    label = (node.get("aria-label") or node.get("alt") or node.get("title") or title or "").strip()
    return label if len(label) <= LABEL_LETTERS else ""


def _empty(node: Any, text: str = "") -> None:
    node.clear(keep_tail=True)
    node.tag = "span"
    node.text = text


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
    if element.tag in WORDLESS:
        return ""
    if element.tag == "input":
        value = element.get("value", "")
        return value if len(value.split()) >= LEAST_ATTRIBUTE_WORDS else ""
    return " ".join("".join(element.itertext()).split())


def _count(element: Any) -> int:
    return len(_words_of(element).split())


def _own_text_of(element: Any) -> Iterator[str]:
    """Texts straight inside the element, taken out."""
    parts = _own_texts(element)
    element.text = None
    for child in element:
        child.tail = " " if child.tail else None
    if words := " ".join("".join(parts).split()):
        yield words


def _own_texts(element: Any) -> list[str]:
    return [element.text or "", *(child.tail or "" for child in element)]
