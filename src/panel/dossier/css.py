"""The part of a page's own style that can hide text: `<style>` rules matched to elements, and `style` attributes.

Rules are read with tinycss2 and matched with cssselect2. Not read: sheets that stand elsewhere (callers may hand their
text in), rules for another medium than a wide, light screen, and selectors that could take a hostile page minutes
(`:has`, `~`, `of-type`). `Styles.unread` names what was not read, so that an editor knows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import cssselect2
import tinycss2

MOST_CSS = 400_000  # characters of all sheets together
MOST_RULES = 4_000
MOST_SELECTOR = 300
MOST_INLINE = 2_000  # characters of one `style` attribute
MOST_STEPS = 5_000_000  # looks at ancestors, about 2 s; a page with a large sheet needs 200,000
MOST_UNREAD = 5
WIDTH_PX = 1280  # the screen we look at
_KEPT = """
display visibility content-visibility opacity filter font font-size color -webkit-text-fill-color background
background-color background-image background-clip -webkit-background-clip position left right top bottom inset
margin-left margin-top text-indent clip clip-path transform scale translate width height max-width max-height
overflow overflow-x overflow-y animation animation-name
"""
KEPT = frozenset(_KEPT.split())
SLOW = re.compile(r"~(?!=)|:has\(|of-type", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"\bprint\b|\bspeech\b|\baural\b|\bnot\b|prefers-color-scheme:\s*dark|hover:\s*none|orientation:\s*portrait",
    re.IGNORECASE,
)
WIDTHS = re.compile(r"(min|max)-width:\s*(\d+(?:\.\d+)?)(px|r?em)", re.IGNORECASE)
NESTED = frozenset({"media", "supports", "layer", "container"})

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


class Styles:
    """The rules of a page's own sheets, and what each element makes of them."""

    def __init__(self, sheets: Iterable[str]) -> None:
        self.unread: list[str] = []
        self.matcher = cssselect2.Matcher()
        self.rules = 0
        left = MOST_CSS
        for sheet in sheets:
            self._read(tinycss2.parse_stylesheet(sheet[:left], skip_comments=True, skip_whitespace=True), depth=0)
            if len(sheet) > left:
                self._miss(f"a sheet after {MOST_CSS} characters")
            left = max(0, left - len(sheet))

    def of(self, element: Element) -> tuple[dict[str, str], bool]:
        """What the element declares, and whether a rule paints something before or after its text.

        Custom properties come along under their names (`--ink`). The last declaration of the highest rank wins, and
        `!important` ranks first.
        """
        rules, is_painted = self._matches(element) if self.rules else ([], False)
        inline = declared(element.etree_element.get("style", ""))
        found: dict[str, str] = {}
        for ordinary, _ in rules:
            found |= ordinary
        found |= inline[0]
        for _, important in rules:
            found |= important
        found |= inline[1]
        return found, is_painted

    def _matches(self, element: Element) -> tuple[list[Found], bool]:
        try:
            matches = self.matcher.match(element)
        except TooMuch:
            self._miss("rules for the rest of the page: matching them takes too long")
            self.rules = 0
            return [], False
        rules = [payload for _, _, pseudo, payload in matches if pseudo is None]
        added = [payload for _, _, pseudo, payload in matches if pseudo in ("before", "after")]
        return rules, any(name.startswith("background") for found in added for part in found for name in part)

    def _read(self, rules: Iterable[Any], *, depth: int) -> None:
        for rule in rules:
            if rule.type == "qualified-rule":
                self._add(rule)
            elif rule.type == "at-rule" and rule.lower_at_keyword in NESTED and rule.content is not None and depth < 4:
                if rule.lower_at_keyword != "media" or is_for_us(tinycss2.serialize(rule.prelude)):
                    inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                    self._read(inner, depth=depth + 1)
            elif rule.type == "error":
                self._miss(f"a rule at line {rule.source_line}: {rule.message}")

    def _add(self, rule: Any) -> None:
        found = _declarations(rule.content)
        if not found[0] and not found[1]:
            return
        selector = tinycss2.serialize(rule.prelude).strip()
        self.rules += 1
        if self.rules > MOST_RULES or len(selector) > MOST_SELECTOR or SLOW.search(selector):
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


def is_for_us(media: str) -> bool:
    """Whether a media query may be about a wide, light screen with a mouse."""
    return any(not ELSEWHERE.search(query) and _is_wide_enough(query) for query in media.split(","))


def _is_wide_enough(query: str) -> bool:
    for bound, number, unit in WIDTHS.findall(query):
        width = float(number) * (1 if unit.lower() == "px" else 16)
        if (bound.lower() == "min" and width > WIDTH_PX) or (bound.lower() == "max" and width < WIDTH_PX):
            return False
    return True


def declared(style: str) -> Found:
    """The ordinary and the important declarations of a `style` attribute that can hide text."""
    return _declarations(style[:MOST_INLINE]) if ":" in style else ({}, {})


def _declarations(content: Any) -> Found:
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for name, value, important in _each(content):
        found[important][name] = value
    return found


def _each(content: Any) -> Iterator[tuple[str, str, bool]]:
    parsed = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    for part in parsed:
        if part.type == "declaration" and (part.lower_name in KEPT or part.name.startswith("--")):
            name = part.name if part.name.startswith("--") else part.lower_name
            yield name, tinycss2.serialize(part.value).strip().lower()[:300], part.important
