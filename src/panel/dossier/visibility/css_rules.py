"""The part of a page's style that can hide text: rules of its sheets matched to elements, and `style` attributes.

Rules are read with tinycss2 and matched with cssselect2. Not read: `@import` and `@scope`, rules for another medium
than a wide, light screen, and selectors that could take a hostile page minutes (`:has`, `~`, `of-type`).
`Styles.unread` names what was not read, so that an editor knows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import cssselect2
import tinycss2

from panel.dossier.visibility.css_colours import parse_colour

MOST_CSS = 400_000  # characters of all sheets together
MOST_RULES = 10_000  # a large framework has 6,000 that set one of the properties below
MOST_SELECTOR = 300
MOST_INLINE = 2_000  # characters of one `style` attribute
MOST_STEPS = 5_000_000  # looks at ancestors, about 2 s; a page with a large sheet needs 200,000
MOST_UNREAD = 5
MOST_NESTED = 4  # levels of rules within rules
WIDTH_PX = 1280  # the screen we look at
_KEPT = """
display visibility content-visibility opacity filter font font-size color -webkit-text-fill-color background
background-color background-image background-clip -webkit-background-clip position left right top bottom inset
inset-inline inset-inline-start margin margin-left margin-top margin-inline margin-inline-start text-indent
letter-spacing line-height clip clip-path transform scale translate rotate zoom width height max-width max-height
overflow overflow-x overflow-y contain animation animation-name -webkit-text-security
"""
KEPT = frozenset(_KEPT.split())
PREFIXED = {f"-webkit-{name}": name for name in ("transform", "clip-path", "filter", "animation", "opacity")}
# A browser drops a declaration whose value it does not know, and the one before it stays.
KEYWORDS = {
    "display": re.compile(
        r"none|contents|(?:inline-|flow-)?(?:block|flex|grid|table|root)|inline|flow|list-item|ruby.*|table-[a-z-]+|"
        r"math|-webkit-(?:inline-)?(?:box|flex)|-ms-.*|(?:block|inline) .*|initial|inherit|unset|revert(?:-layer)?|"
        r".*var\(.*"
    ),
    "visibility": re.compile(r"visible|hidden|collapse|initial|inherit|unset|revert(?:-layer)?|.*var\(.*"),
    "opacity": re.compile(r"[-+.\d].*|(?:calc|min|max|clamp|var|env)\(.*|initial|inherit|unset|revert(?:-layer)?"),
    "font-size": re.compile(r"[-+.\d].*|[a-z-]+\(.*|(?:xx?-|xxx-)?(?:small|large)|medium|smaller|larger|math|initial|"
                            r"inherit|unset|revert(?:-layer)?"),
}  # fmt: skip
SLOW = re.compile(r"~(?!=)|:has\(|of-type", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"\bprint\b|\bspeech\b|\baural\b|\bnot\b|prefers-color-scheme:\s*dark|hover:\s*none|orientation:\s*portrait",
    re.IGNORECASE,
)
NOT = re.compile(r"not\b\s*", re.IGNORECASE)
WIDTHS = re.compile(r"(min|max)-width:\s*(\d+(?:\.\d+)?)(px|r?em)", re.IGNORECASE)
NESTED = frozenset({"media", "supports", "layer", "container"})
COLOURS = frozenset({"color", "background-color", "-webkit-text-fill-color"})
WIDE = frozenset({"currentcolor", "inherit", "initial", "unset", "revert", "revert-layer"})
KEYFRAMES = frozenset({"keyframes", "-webkit-keyframes"})

Properties = Mapping[str, str]
Found = tuple[Properties, Properties]  # what a rule declares: ordinary, important


class TooMuch(Exception):
    """Matching took more steps than any page needs."""


class Meter:
    """Counts steps for all elements of one page."""

    def __init__(self) -> None:
        self.steps = 0

    def add(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooMuch


class Element(cssselect2.ElementWrapper):  # type: ignore[misc]
    """cssselect2's view of an element, which counts what nested selectors cost: one can take depth to the fifth."""

    def __init__(self, etree_element: Any, parent: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(etree_element, parent, *args, **kwargs)
        self.meter: Meter = parent.meter if parent is not None else Meter()

    @property
    def ancestors(self) -> tuple["Element", ...]:
        found: tuple[Element, ...] = super().ancestors
        self.meter.add(len(found))
        return found


class Rules:
    """What sheets declare, compiled. Never changed once read: the same sheets are read once for all looks at a page."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self.unread: list[str] = []
        self.matcher = cssselect2.Matcher()
        self.count = 0
        self.keyframes: set[str] = set()
        left = MOST_CSS
        for sheet in sheets:
            self._read(tinycss2.parse_stylesheet(sheet[:left], skip_comments=True, skip_whitespace=True), depth=0)
            if len(sheet) > left:
                self._miss(f"a sheet after {MOST_CSS} characters")
            left = max(0, left - len(sheet))

    def _read(self, rules: Iterable[Any], *, depth: int) -> None:
        for rule in rules:
            if rule.type == "qualified-rule":
                self._add(rule)
            elif rule.type == "at-rule" and rule.content is not None and depth < MOST_NESTED and _is_in_use(rule):
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                self._read(inner, depth=depth + 1)
            elif rule.type == "at-rule" and rule.lower_at_keyword in KEYFRAMES:
                self.keyframes.add(tinycss2.serialize(rule.prelude).strip().strip("'\"").lower())
            elif rule.type == "at-rule" and rule.lower_at_keyword in ("import", "scope"):
                self._miss(f"@{rule.lower_at_keyword} {tinycss2.serialize(rule.prelude).strip()}")
            elif rule.type == "error":
                self._miss(f"a rule at line {rule.source_line}: {rule.message}")

    def _add(self, rule: Any, *, within: str = "", depth: int = 0) -> None:
        self._add_parts(_nested(tinycss2.serialize(rule.prelude).strip(), within), _parts(rule.content), depth)

    def _add_parts(self, selector: str, parts: Sequence[Any], depth: int) -> None:
        """A rule's declarations, the rules within it, and what stands in `@media` within it."""
        self._add_found(selector, _declarations(parts))
        for part in parts if depth < MOST_NESTED else ():
            if part.type == "qualified-rule":
                self._add(part, within=selector, depth=depth + 1)
            elif part.type == "at-rule" and part.content is not None and _is_in_use(part):
                self._add_parts(selector, _parts(part.content), depth + 1)

    def _add_found(self, selector: str, found: Found) -> None:
        if not found[0] and not found[1]:
            return
        self.count += 1
        if self.count > MOST_RULES or len(selector) > MOST_SELECTOR or SLOW.search(selector):
            self._miss(selector)
            return
        try:
            for compiled in cssselect2.compile_selector_list(selector):
                self.matcher.add_selector(compiled, found)
        except (cssselect2.SelectorError, RecursionError, SyntaxError, MemoryError):
            self._miss(selector)

    def _miss(self, what: str) -> None:
        if len(self.unread) < MOST_UNREAD:
            self.unread.append(what[:200])


@lru_cache(maxsize=4)
def rules_of(sheets: tuple[str, ...]) -> Rules:
    """The rules of these sheets: a page is looked at four times, for its words, its heading, its facts, its secrets."""
    return Rules(sheets)


class Styles:
    """What each element of one page makes of the rules of its sheets."""

    def __init__(self, sheets: Iterable[str], *, is_partial: bool = False) -> None:
        """is_partial: the page links sheets that are not among them."""
        self._rules = rules_of(tuple(sheets))
        self._is_partial = is_partial
        self._is_over = not self._rules.count
        self.unread = list(self._rules.unread)

    def of(self, element: Element) -> tuple[dict[str, str], bool]:
        """What the element declares, and whether a rule paints something before or after its text.

        Custom properties come along under their names (`--ink`). The last declaration of the highest rank wins, and
        `!important` ranks first.
        """
        rules, is_painted = ([], False) if self._is_over else self._matches(element)
        inline = declared(element.etree_element.get("style", ""))
        found: dict[str, str] = {}
        for ordinary, _ in rules:
            found |= ordinary
        found |= inline[0]
        for _, important in rules:
            found |= important
        found |= inline[1]
        if not self._moves(found):
            found = {name: value for name, value in found.items() if not name.startswith("animation")}
        return found, is_painted

    def _moves(self, found: Properties) -> bool:
        """Whether an animation it names is one of the page's, or may be in a sheet nobody read."""
        names = f"{found.get('animation', '')} {found.get('animation-name', '')}".replace(",", " ").split()
        return not names or self._is_partial or not self._rules.keyframes.isdisjoint(names)

    def _matches(self, element: Element) -> tuple[list[Found], bool]:
        try:
            matches = self._rules.matcher.match(element)
        except TooMuch:
            self.unread.append("rules for the rest of the page: matching them takes too long")
            self._is_over = True
            return [], False
        rules = [payload for _, _, pseudo, payload in matches if pseudo is None]
        added = [payload for _, _, pseudo, payload in matches if pseudo in ("before", "after")]
        return rules, any(name.startswith("background") for found in added for part in found for name in part)


def _is_in_use(rule: Any) -> bool:
    name = rule.lower_at_keyword
    return name in NESTED and (name != "media" or is_for_us(tinycss2.serialize(rule.prelude)))


def _nested(selector: str, within: str) -> str:
    """A selector inside a rule, as one that stands by itself. A long one is left long, and will be passed over."""
    if not within or max(len(selector), len(within)) > MOST_SELECTOR:
        return selector if len(selector) > len(within) else within
    outer = f":is({within})" if "," in within else within
    parts = (part.strip() for part in selector.split(","))
    return ", ".join(part.replace("&", outer) if "&" in part else f"{outer} {part}" for part in parts)


def is_for_us(media: str) -> bool:
    """Whether a media query may be about a wide, light screen with a mouse."""
    return any(_may_hold(query.strip()) for query in media.split(","))


def _may_hold(query: str) -> bool:
    if denied := NOT.match(query):
        rest = query[denied.end() :]
        plainly_ours = re.fullmatch(r"(?:all|screen)?(?:\s*and\s*)?(?:\([^()]*width[^()]*\)(?:\s*and\s*)?)*", rest)
        return not (_may_hold(rest) and plainly_ours)
    return not ELSEWHERE.search(query) and _is_wide_enough(query)


def _is_wide_enough(query: str) -> bool:
    for bound, number, unit in WIDTHS.findall(query):
        width = float(number) * (1 if unit.lower() == "px" else 16)
        if (bound.lower() == "min" and width > WIDTH_PX) or (bound.lower() == "max" and width < WIDTH_PX):
            return False
    return True


def declared(style: str) -> Found:
    """The ordinary and the important declarations of a `style` attribute that can hide text."""
    return _declarations(_parts(style[:MOST_INLINE])) if ":" in style else ({}, {})


def _parts(content: Any) -> list[Any]:
    """Declarations, and in a sheet also rules, as they stand in a block."""
    return list(tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True))


def _declarations(parts: Sequence[Any]) -> Found:
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for name, value, important in _each(parts):
        found[important][name] = value
    return found


def _each(parts: Sequence[Any]) -> Iterator[tuple[str, str, bool]]:
    for part in parts:
        if part.type != "declaration":
            continue
        name = part.name if part.name.startswith("--") else PREFIXED.get(part.lower_name, part.lower_name)
        if name in KEPT or name.startswith("--"):
            value = tinycss2.serialize(part.value).strip().lower()[:300]
            if _is_known(name, value):
                yield name, value, part.important


def _is_known(name: str, value: str) -> bool:
    if name in COLOURS:
        return value in WIDE or "(" in value or parse_colour(value) is not None
    return name not in KEYWORDS or KEYWORDS[name].fullmatch(value) is not None
