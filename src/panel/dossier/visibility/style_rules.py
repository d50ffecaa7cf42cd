"""The few rules of a page's sheets that may hide text, by a reader of our own: no CSS engine.

Read: rules about an element, classes and an id, within at most one other (`p.note`, `#far`, `.dark em`), on a wide
screen. A rule with any other selector is passed over: what it hides is read, and `is_partial` says when one may paint
a background.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

MOST_CSS = 400_000  # characters of all sheets together
MOST_RULES = 10_000
MOST_STEPS = 2_000_000  # looks at rules and ancestors, about a second; a page with a large sheet needs 100,000
MOST_INLINE = 2_000
MOST_SELECTORS = 50  # of one rule
_KEPT = """
display visibility content-visibility opacity filter font font-size color background background-color background-image
background-clip position left top text-indent margin-left clip clip-path transform max-height height width overflow
animation animation-name transition will-change text-decoration text-decoration-line
"""
KEPT = frozenset(_KEPT.split())
NO_CODE = re.compile(r"\\.|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
PIECE = re.compile(r"([^{}]*)([{}])")
SIMPLE = re.compile(r"[.#]?(?:[\w-]|\\.)+")  # an element, a class or an id
IN_USE = ("@media", "@supports", "@layer", "@container")
ELSEWHERE = re.compile(  # than on a light screen, 1280 pixels or 80 em wide
    r"\b(?:print|speech|not)\b|prefers-color-scheme:\s*dark|orientation:\s*portrait|"
    r"(?:max-width:|width\s*<=?)\s*(?:(?:\d{1,3}|1[01]\d\d|12[0-7]\d)(?:\.\d+)?px|[1-7]?\d(?:\.\d+)?r?em)|"
    r"(?:min-width:|width\s*>=?)\s*(?:(?:128[1-9]|129\d|1[3-9]\d\d|[2-9]\d{3}|\d{5,})(?:\.\d+)?px|"
    r"(?:8[1-9]|9\d|\d{3,})(?:\.\d+)?r?em)",
    re.IGNORECASE,
)

Properties = Mapping[str, str]


class Rule(NamedTuple):
    """One selector with what it declares. Names are elements, `.classes` and `#ids`."""

    rank: tuple[int, int]  # how exact it is, then its place in the sheets
    around: frozenset[str]  # names of one ancestor, none for any
    names: frozenset[str]
    plain: Properties
    important: Properties


class StyleRules:
    """The rules of some sheets, and what each element makes of them."""

    def __init__(self, sheets: Iterable[str], *, is_partial: bool = False) -> None:
        """is_partial: the page links sheets that are not among them."""
        self.is_partial, self.moves = is_partial, False
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        self._count = self._steps = 0
        self._names: dict[Any, frozenset[str]] = {}
        left = MOST_CSS
        for sheet in sheets:
            self.moves = self.moves or bool(re.search(r":(?:checked|target)", sheet[:left]))
            self._read(NO_CODE.sub(lambda found: found[0] if found[0].startswith("\\") else " ", sheet[:left]))
            left = max(0, left - len(sheet))

    def of(self, node: Any) -> dict[str, str]:
        """What the element declares, inline or by a rule."""
        plain, important = declared(node.get("style", ""))
        if not self._rules:
            return plain | important
        names = self._names_of(node)
        near = (rule for name in names for rule in self._rules.get(name, ()))
        rules = sorted((rule for rule in near if self._fits(rule, node, names)), key=lambda rule: rule.rank)
        found: dict[str, str] = {}
        for block in (*(rule.plain for rule in rules), plain, *(rule.important for rule in rules), important):
            found |= block
        return found

    def _fits(self, rule: Rule, node: Any, names: frozenset[str]) -> bool:
        self._steps += 1
        if self._steps > MOST_STEPS or not rule.names <= names:
            return False
        above = node.getparent() if rule.around else None
        while above is not None and not rule.around <= self._names_of(above):
            above = above.getparent()
            self._steps += 1
        return above is not None or not rule.around

    def _names_of(self, node: Any) -> frozenset[str]:
        """An element's tag, classes and id, as selectors write them."""
        if (names := self._names.get(node)) is None:
            classes = (f".{name}" for name in node.get("class", "").split()[:60])
            names = self._names[node] = frozenset((node.tag, *classes, f"#{node.get('id', '')}"))
        return names

    def _read(self, css: str) -> None:
        """Rules in the order of the sheet; a block within a rule is passed over."""
        open_blocks: list[str | None] = []  # what each open block is: a selector, "" for one in use, None for one not
        for text, mark in PIECE.findall(f"{css}}}"):  # what is open at the end is closed there
            inside = open_blocks[-1] if open_blocks else ""
            if mark == "{":
                head = text.rpartition(";")[2].strip()
                used = inside == "" and (not head.startswith("@") or (head.startswith(IN_USE) and is_for_us(head)))
                open_blocks.append(None if not used else "" if head.startswith("@") else head)
            elif open_blocks:
                if inside:
                    self._add(inside, text)
                open_blocks.pop()

    def _add(self, selectors: str, block: str) -> None:
        plain, important = declared(block, most=len(block))
        if not plain and not important:
            return
        for selector in selectors.split(",")[:MOST_SELECTORS]:
            steps = _steps_of(selector)
            if not steps or self._count >= MOST_RULES:
                self.is_partial = self.is_partial or any(name.startswith("background") for name in plain)
                continue
            self._count += 1
            exact = sum({"#": 10_000, ".": 100}.get(name[0], 1) for step in steps for name in step)
            around = steps[0] if len(steps) > 1 else frozenset[str]()
            self._rules[min(steps[-1])].append(Rule((exact, self._count), around, steps[-1], plain, important))


def _steps_of(selector: str) -> list[frozenset[str]]:
    """The names a selector asks of an ancestor and of its element; none for one with more to it."""
    parts = selector[:200].replace(">", " ").split()
    found = [SIMPLE.findall(part) for part in parts]
    if len(parts) > 2 or len(selector) > 200 or ["".join(names) for names in found] != parts:
        return []
    return [frozenset(name.replace("\\", "") for name in names) for names in found]


def declared(style: str, *, most: int = MOST_INLINE) -> tuple[dict[str, str], dict[str, str]]:
    """The ordinary and the important declarations of a block or `style` attribute that can hide text."""
    plain: dict[str, str] = {}
    important: dict[str, str] = {}
    for part in style[:most].split(";"):
        name, _, value = part.partition(":")
        name = name.strip().lower().removeprefix("-webkit-")
        if name in KEPT:
            value, mark, _ = value.lower().partition("!")
            (important if mark else plain)[name] = " ".join(value[:300].split())
    return plain, important


def is_for_us(media: str) -> bool:
    """Whether a media query may be about a wide, light screen."""
    return not all(map(ELSEWHERE.search, media.split(",")))
