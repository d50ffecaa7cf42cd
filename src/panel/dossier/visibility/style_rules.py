"""The few rules of a page's sheets that may hide text, by a reader of our own: no CSS engine.

Read: rules whose selectors are elements, classes and ids (`p.note`, `#far`, `.dark em`), on a wide screen. A rule with
any other selector is passed over: what it hides is read, and `is_partial` says when one may paint a background.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

MOST_CSS = 400_000  # characters of all sheets together
MOST_RULES = 10_000
MOST_STEPS = 2_000_000  # looks at rules and ancestors, about a second; a page with a large sheet needs 100,000
MOST_INLINE = 2_000
MOST_SELECTORS = 50  # of one rule
_KEPT = """
display visibility opacity font font-size color background background-color background-image background-clip position
left top right inset text-indent margin-left clip clip-path transform translate scale max-height height max-width width
line-height overflow overflow-y filter content-visibility transition animation animation-name will-change
text-decoration text-decoration-line -webkit-background-clip -webkit-text-fill-color
"""
KEPT = frozenset(_KEPT.split())
NO_CODE = re.compile(r"\\.|/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
PIECE = re.compile(r"([^{};]*)([{};])")
COMPOUND = re.compile(r"([a-zA-Z][\w-]*)?((?:[.#](?:[\w-]|\\.|[^\x00-\x7f])+)*)")
NAME = re.compile(r"[.#](?:[\w-]|\\.|[^\x00-\x7f])+")
ELSEWHERE = re.compile(r"\b(?:print|speech|not)\b|prefers-color-scheme:\s*dark|orientation:\s*portrait", re.IGNORECASE)
WIDTH = re.compile(r"(min|max)-width:\s*(\d+(?:\.\d+)?)(px|r?em)", re.IGNORECASE)
WIDTH_PX = 1280  # the screen we look at
_WIDE = r"|initial|inherit|unset|revert(?:-layer)?"
VALUES = {  # a browser drops what it does not know, and the declaration before it stays
    "display": re.compile(
        rf"none|(?:inline-?)?(?:block|flex|grid|table)?|contents|flow-root|list-item|table-.*|-.*{_WIDE}"
    ),
    "opacity": re.compile(rf"[-+.\d].*|.*\(.*{_WIDE}"),
}
IN_USE = ("@media", "@supports", "@layer", "@container")

Properties = Mapping[str, str]


class Rule(NamedTuple):
    """One selector with what it declares: `steps` from the outermost element to the one it is about."""

    rank: tuple[int, int, int, int]  # ids; classes; elements; place in the sheets
    steps: tuple[tuple[str, frozenset[str]], ...]  # tag or "", then `.classes` and `#ids`
    plain: Properties
    important: Properties
    selector: str


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

    def of(self, node: Any) -> tuple[dict[str, str], str]:
        """What the element declares, inline or by a rule, and the selector that takes it off the page, if one does."""
        found: dict[str, str] = {}
        plain, important = declared(node.get("style", ""))
        rules = sorted(self._matching(node), key=lambda rule: rule.rank)
        for rule in rules:
            found |= rule.plain
        found |= plain
        for rule in rules:
            found |= rule.important
        found |= important
        inline = "none" in (plain.get("display"), important.get("display"))
        by = next((rule.selector for rule in reversed(rules) if "display" in {*rule.plain, *rule.important}), "")
        return found, "" if inline else by

    def _matching(self, node: Any) -> Iterator[Rule]:
        if not self._rules:
            return
        names = self._names_of(node)
        for key in (node.tag, *names):
            for rule in self._rules.get(key, ()):
                self._steps += 1
                tag, wanted = rule.steps[-1]
                if self._steps < MOST_STEPS and wanted <= names and tag in ("", node.tag) and self._within(node, rule):
                    yield rule

    def _within(self, node: Any, rule: Rule) -> bool:
        """Whether the elements around are those the selector names, in its order."""
        above = node.getparent()
        for tag, wanted in reversed(rule.steps[:-1]):
            while above is not None and not (tag in ("", above.tag) and wanted <= self._names_of(above)):
                above = above.getparent()
                self._steps += 1
            if above is None:
                return False
            above = above.getparent()
        return True

    def _names_of(self, node: Any) -> frozenset[str]:
        """An element's classes and id, as selectors write them."""
        if (names := self._names.get(node)) is None:
            own = [f"#{node.get('id')}"] if node.get("id") else []
            names = frozenset([f".{name}" for name in node.get("class", "").split()[:60]] + own)
            self._names[node] = names
        return names

    def _read(self, css: str) -> None:
        """Rules in the order of the sheet; a block within a rule is passed over."""
        open_blocks: list[str | None] = []  # what each open block is: a selector, "" for one in use, None for one not
        held: list[str] = []
        for text, mark in PIECE.findall(f"{css}}}}}"):  # what is open at the end is closed there
            inside = open_blocks[-1] if open_blocks else ""
            if mark == "{":
                head = text.strip()
                at = head.startswith("@")
                used = inside == "" and (not at or (head.startswith(IN_USE) and is_for_us(head)))
                open_blocks.append(("" if at else head) if used else None)
                held = [] if used else held
            elif inside:
                held.append(text)
            if mark == "}" and open_blocks:
                if inside:
                    self._add(inside, ";".join(held))
                open_blocks.pop()

    def _add(self, selectors: str, block: str) -> None:
        plain, important = declared(block, most=len(block))
        if not plain and not important:
            return
        for selector in selectors.split(",")[:MOST_SELECTORS]:
            steps = _steps_of(selector.strip())
            if steps is None or self._count >= MOST_RULES:
                self.is_partial = self.is_partial or any(name.startswith("background") for name in plain)
                continue
            self._count += 1
            names = [name for _, wanted in steps for name in wanted]
            ids = sum(name.startswith("#") for name in names)
            rank = (ids, len(names) - ids, sum(bool(tag) for tag, _ in steps), self._count)
            key = min(steps[-1][1], default=steps[-1][0])
            self._rules[key].append(Rule(rank, steps, plain, important, selector.strip()))


def _steps_of(selector: str) -> tuple[tuple[str, frozenset[str]], ...] | None:
    """A selector's elements from the outside in; None for one with more than elements, classes and ids."""
    steps = []
    for part in selector[:200].replace(">", " ").split():
        found = COMPOUND.fullmatch(part)
        if found is None:
            return None
        names = (name.replace("\\", "") for name in NAME.findall(found[2]))
        steps.append(((found[1] or "").lower(), frozenset(names)))
    return tuple(steps) if 0 < len(steps) <= 5 and len(selector) <= 200 else None


def declared(style: str, *, most: int = MOST_INLINE) -> tuple[dict[str, str], dict[str, str]]:
    """The ordinary and the important declarations of a block or `style` attribute that can hide text."""
    plain: dict[str, str] = {}
    important: dict[str, str] = {}
    for part in style[:most].split(";"):
        name, colon, value = part.partition(":")
        name = name.strip().lower()
        name = name if name in KEPT else name.removeprefix("-webkit-")
        if colon and name in KEPT:
            value, mark, _ = value.lower().partition("!")
            value = " ".join(value[:300].split())
            if name not in VALUES or VALUES[name].fullmatch(value):
                (important if mark else plain)[name] = value
    return plain, important


def is_for_us(media: str) -> bool:
    """Whether a media query may be about a wide, light screen."""
    return any(not ELSEWHERE.search(query) and _is_wide_enough(query) for query in media.split(","))


def _is_wide_enough(query: str) -> bool:
    for bound, number, unit in WIDTH.findall(query):
        width = float(number) * (1 if unit.lower() == "px" else 16)
        if (bound.lower() == "min" and width > WIDTH_PX) or (bound.lower() == "max" and width < WIDTH_PX):
            return False
    return True
