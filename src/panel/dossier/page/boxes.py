"""Boxes of a page: the smallest places that hold one name and an amount of money. Found by shape, never by wording.

A box is a card among cards of its shape, a column or a row of a table, a heading with what stands below it, or one
line that gives both ("Team: $12"). A card without any amount ("Free", "Let's talk") is a box, too, when it stands
among cards that have one. A name is what differs from card to card in the same place: headings first, the largest of
them, else the first short line. Struck-out text belongs to no box. Work is linear in the page's lines and their depth.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple

from panel.dossier.page.tables import grid_of
from panel.dossier.page.visible_lines import VisibleLine, lines_of, text_of
from panel.records import first_money, money_in, plain_text, read_tariff, units_in

NAMED = re.compile(r"(?P<name>[^:–—|]{2,60}?)\s*(?::|\s[–—|-])\s+(?P<rest>.+)")
MOST_PRICE_WORDS = 16  # of a line that gives a price; longer ones are sentences about money
MOST_BEFORE = 3  # words before the amount in such a line: "Starting at", "Billed annually at"
MOST_PRICE_CHARACTERS, MOST_BEFORE_CHARACTERS = 120, 30  # where a script has no blanks between words
MOST_SAID_CHARACTERS = 40
MOST_SAID = 6  # words of a line that says "free" or "on request" and no amount
MOST_AMOUNTS = 3  # of such a line: "$10 a month, or $8 billed at $96 a year"
MOST_NAME, MOST_NAME_WORDS = 60, 7
MOST_CARD_WORDS = 300
MOST_ABOVE, MOST_BELOW = 20, 40  # lines between a price and the heading above it; of a section
MOST_BOXES = 200
MOST_ROWS, MOST_COLUMNS, MOST_TABLES = 60, 12, 20
TERMS = frozenset({"dt", "summary", "legend", "caption", "th"})


class Box(NamedTuple):
    """One name and what it costs, as the page has it; every text is the page's own words, one line each."""

    kind: Literal["card", "column", "row", "section", "line"]
    elements: tuple[Any, ...]  # that make it up: one card or row; a column's cells; a heading and what follows it
    name: str
    name_element: Any
    prices: tuple[str, ...]  # lines with an amount, in page order; of a card without one, what stands in that place
    lines: tuple[str, ...]  # the others but the name, in page order
    text: str  # all of it, name first: `Launch: $19/mo; 10 GB storage`
    heads: tuple[str, ...] = ()  # of a table: what the row or column of each price is called


def boxes(tree: Any, lines: Sequence[VisibleLine] | None = None) -> list[Box]:
    """The boxes of a visible tree, in page order, tables last, at most `MOST_BOXES`. lines: of the tree, if known."""
    lines = [line for line in (lines_of(tree) if lines is None else lines) if not line.chrome and line.tag != "tr"]
    found = [
        *_Finder(lines).find(),
        *(box for table in list(tree.iter("table"))[:MOST_TABLES] for box in _of_table(table)),
    ]
    return found[:MOST_BOXES]


def names_money(text: str) -> bool:
    """Whether a text holds an amount of money, in a currency we know or not."""
    return first_money(plain_text(text)) is not None


def is_price(text: str) -> bool:
    """Whether a line gives a price: few words, and the amount among the first."""
    text = plain_text(text)
    if len(text.split()) > MOST_PRICE_WORDS or len(text) > MOST_PRICE_CHARACTERS or "。" in text[:-1]:
        return False
    found = list(islice(money_in(text), MOST_AMOUNTS + 1))
    if not 0 < len(found) <= MOST_AMOUNTS:
        return False
    before = text[: found[0].start]
    is_near = len(before.split()) <= MOST_BEFORE and len(before) <= MOST_BEFORE_CHARACTERS
    return (is_near and not re.search(r"[.?!]\s|。", before)) or bool(read_tariff(text).allowances)


def says_no_amount(text: str) -> bool:
    """Whether a line says only "free" or "on request"."""
    return (
        len(text.split()) <= MOST_SAID
        and len(text) <= MOST_SAID_CHARACTERS
        and read_tariff(text).kind in ("free", "contact")
    )


def is_name(text: str) -> bool:
    """Whether a line may be a name: short, with a letter, no amount and no sentence. A picture sign may lead it."""
    text = without_signs(text)
    few = 2 <= len(text) <= MOST_NAME and len(text.split()) <= MOST_NAME_WORDS and text[:1].isalnum()
    return few and any(map(str.isalpha, text)) and not names_money(text) and text[-1] not in ".?!,;:。！？"


def without_signs(text: str) -> str:
    """A text without the picture signs that lead it."""
    start = next((n for n, c in enumerate(text) if unicodedata.category(c) not in ("So", "Sk", "Cf", "Mn", "Zs")), 0)
    return text[start:]


class _Finder:
    """One look at a page's lines."""

    def __init__(self, lines: Sequence[VisibleLine]) -> None:
        self.lines = lines
        self.spans: dict[Any, tuple[int, int]] = {}  # element -> its first line, and the one after its last
        for at, line in enumerate(lines):
            for element in line.path:
                first, _ = self.spans.get(element, (at, at))
                self.spans[element] = first, at + 1
        self.priced = [is_price(line.text) for line in lines]
        self.sums = [0]
        for priced in self.priced:
            self.sums.append(self.sums[-1] + priced)
        self.groups: dict[Any, tuple[Any, ...]] = {}

    def find(self) -> Iterator[Box]:
        """Boxes in the order of their prices."""
        found: list[Box] = []
        seen: set[Any] = set()  # cards and lines that were looked at
        taken: list[int] = []  # the first line of each card
        for at, line in enumerate(self.lines):
            if not self.priced[at] or not seen.isdisjoint(line.path):
                continue
            group = self._group(at)
            group = (
                () if any(self.spans[card][0] <= n < self.spans[card][1] for card in group for n in taken) else group
            )
            boxes_here = list(self._cards(group) if group else filter(None, [self._alone(at)]))
            found += boxes_here
            seen |= {*group, *(boxes_here[0].elements if boxes_here and not group else ())}
            taken += [self.spans[element][0] for element in group]
        found += self._without_amount([box for box in found if box.kind == "section"], alone=not found)
        yield from sorted(found, key=lambda box: self.spans[box.elements[0]][0])

    def _without_amount(self, sections: Sequence[Box], *, alone: bool) -> Iterator[Box]:
        """Sections beside such with an amount, under headings of their shape, that only say "free" or "on request".

        alone: the page has no amount at all; then those whose first line does.
        """
        shapes = {_shape(box.name_element) for box in sections}
        named = {box.name_element for box in sections}
        for head, line in enumerate(self.lines):
            is_like = (alone or _shape(line.node) in shapes) and line.node not in named
            if not is_like or not self._is_head(head) or not is_name(line.text):
                continue
            here = self._below(head)
            if any(self.priced[n] for n in here):
                continue
            if said := [n for n in (here[:1] if alone else here) if says_no_amount(self.lines[n].text)][:1]:
                nodes = tuple(dict.fromkeys(self.lines[n].node for n in (head, *here)))
                yield self._box("section", nodes, head, here, said)

    def _group(self, at: int) -> tuple[Any, ...]:
        """The cards of one shape, one of which the price stands in; none when it stands in no card."""
        best: tuple[Any, ...] = ()
        for element in reversed(self.lines[at].path[1:]):
            if self._words(element) > MOST_CARD_WORDS or (best and self._is_full(best)):
                break
            best = self._alike(element) or best
        return best

    def _alike(self, element: Any) -> tuple[Any, ...]:
        """The element and its neighbours of one shape, if at least two hold a name and a price."""
        parent = element.getparent()
        if parent is None or element.tag in ("body", "main", "dt", "dd", "td", "th", "tr"):
            return ()
        if parent not in self.groups:
            there = [child for child in parent if child.tag == element.tag and child in self.spans]
            whole = [child for child in there if self._holds_both(child)]
            shape = Counter(child.get("class", "") for child in whole).most_common(1)
            near = {child for child in there if shape and child.get("class", "") == shape[0][0]} | set(whole)
            cards = tuple(child for child in there if child in near and self._may_be_card(child))
            enough = len(whole) > 1 or (whole and any(map(self._says_no_amount, set(cards) - set(whole))))
            self.groups[parent] = cards if enough else ()
        return self.groups[parent] if element in self.groups[parent] else ()

    def _holds_both(self, element: Any) -> bool:
        first, end = self.spans[element]
        return self.sums[end] > self.sums[first] and any(is_name(line.text) for line in self.lines[first:end])

    def _says_no_amount(self, element: Any) -> bool:
        return any(says_no_amount(self.lines[n].text) for n in range(*self.spans[element]))

    def _may_be_card(self, element: Any) -> bool:
        first, end = self.spans[element]
        return end - first > 1 and any(is_name(line.text) for line in self.lines[first:end])

    def _is_full(self, group: Sequence[Any]) -> bool:
        """Whether cards are more than a label and its amount, as "Monthly $19" is within a card."""
        return any(self.spans[card][1] - self.spans[card][0] > 2 or self._has_heading(card) for card in group)

    def _has_heading(self, element: Any) -> bool:
        first, end = self.spans[element]
        return any(line.level and is_name(line.text) for line in self.lines[first:end])

    def _words(self, element: Any) -> int:
        first, end = self.spans[element]
        return sum(len(line.text.split()) for line in self.lines[first:end])

    def _cards(self, group: Sequence[Any]) -> Iterator[Box]:
        priced = [(card, n) for card in group for n in range(*self.spans[card]) if self.priced[n]]
        places = {_place(self.lines[n], card) for card, n in priced}
        for card, at in _names(self, group).items():
            heads = (n for n in range(*self.spans[card]) if self.priced[n] and self.lines[n].level)
            told = ((n, *_name_and_price(self.lines[n])) for n in heads)
            if both := next((found for found in told if is_name(found[1]) and is_price(found[2])), None):
                yield self._line_of(card, *both)
                continue
            here = [n for n in range(*self.spans[card]) if n != at]
            prices = [n for n in here if self.priced[n]]
            prices = prices or [n for n in here if _place(self.lines[n], card) in places][:1]  # "Custom"
            yield self._box("card", (card,), at, here, prices)

    def _box(
        self, kind: Literal["card", "section"], elements: tuple[Any, ...], at: int, here: Sequence[int],
        prices: Sequence[int],
    ) -> Box:  # fmt: skip
        """A box of the lines `here`, named by the one at `at`."""
        line, texts = self.lines[at], {n: self.lines[n].text for n in here}
        name = without_signs(line.text)
        rest = tuple(text for n, text in texts.items() if n not in prices)
        whole = f"{name}: {'; '.join(texts.values())}"
        return Box(kind, elements, name, line.node, tuple(texts[n] for n in prices), rest, whole)

    def _line_of(self, card: Any, at: int, name: str, rest: str) -> Box:
        """A card whose heading gives both its name and its price."""
        others = [self.lines[n].text for n in range(*self.spans[card]) if n != at]
        whole = "; ".join([f"{name}: {rest}", *others])
        return Box("card", (card,), name, self.lines[at].node, (rest,), tuple(others), whole)

    def _alone(self, at: int) -> Box | None:
        """A line that gives name and amount, else the nearest heading above with what stands below it."""
        line = self.lines[at]
        name, rest = _name_and_price(line)
        leads = read_tariff(f"{name} $1").at_least  # "From $9" has no name
        if name and is_name(name) and is_price(rest) and not leads:
            return Box("line", (line.node,), name, line.node, (rest,), (), f"{name}: {rest}")
        head = next((n for n in range(at - 1, max(-1, at - MOST_ABOVE), -1) if self._is_head(n)), -1)
        if head < 0 or self.lines[head].level == 1 or not is_name(self.lines[head].text):
            return None  # a page's own first heading names no plan
        here = self._below(head)
        nodes = tuple(dict.fromkeys(self.lines[n].node for n in (head, *here)))
        return self._box("section", nodes, head, here, [n for n in here if self.priced[n]])

    def _below(self, head: int) -> range:
        """The lines below a heading, to the next one."""
        end = min(len(self.lines), head + MOST_BELOW)
        return range(head + 1, next((n for n in range(head + 1, end) if self._is_head(n)), end))

    def _is_head(self, n: int) -> bool:
        line = self.lines[n]
        return bool(line.level or line.bold or line.tag in TERMS) and not self.priced[n]


def _name_and_price(line: VisibleLine) -> tuple[str, str]:
    """Both, of a line that gives both: parted by a mark, or by an inline element; what it gives may be neither."""
    if found := NAMED.fullmatch(line.text):
        return found["name"], found["rest"]
    first = line.parts[0] if line.parts else ""
    if first and line.text.startswith(first):
        return first, line.text.removeprefix(first).strip()
    before = line.text.partition(first)[0] if first and is_price(first) else ""
    return before.strip(), line.text.removeprefix(before)


def _shape(head: Any) -> tuple[Any, ...]:
    """What headings of one list share: their own element, class and the element around them."""
    parent = head.getparent()
    return head.tag, head.get("class", ""), parent.tag if parent is not None else "", parent.get("class", "")


def _place(line: VisibleLine, card: Any, *, by_class: bool = True) -> tuple[Any, ...]:
    """Where in a card a line stands."""
    tags = tuple(element.tag for element in line.path[line.path.index(card) + 1 :])
    return line.level, tags, line.node.get("class", "") if by_class else None


def _names(finder: _Finder, group: Sequence[Any]) -> dict[Any, int]:
    """The line that names each card: of places that most cards have, with another text in each, the best."""
    places: dict[tuple[Any, ...], dict[Any, int]] = {}  # place -> card -> its first line there
    for card in group:
        for n in range(*finder.spans[card]):
            for by_class in (True, False) if is_name(finder.lines[n].text) else ():
                places.setdefault(_place(finder.lines[n], card, by_class=by_class), {}).setdefault(card, n)
    told = [(place, at) for place, at in places.items() if _tells_apart(finder, place, at)]
    told.sort(key=lambda kept: _rank(finder, *kept), reverse=True)
    firsts = ((card, next((at[card] for _, at in told if card in at), -1)) for card in group)
    return {card: n for card, n in firsts if n >= 0}


def _tells_apart(finder: _Finder, place: tuple[Any, ...], at: dict[Any, int]) -> bool:
    """Whether a place has another text in each card; of headings, in most."""
    texts = len({finder.lines[n].text for n in at.values()})
    return texts == len(at) or (place[0] > 0 and 2 * texts > len(at))


def _rank(finder: _Finder, place: tuple[Any, ...], at: dict[Any, int]) -> tuple[int, bool, int, bool, bool, float]:
    """Places in most cards first, headings before other lines, great ones before small, above the price, high up."""
    below = sum(n - finder.spans[card][0] for card, n in at.items()) / len(at)
    above = all(finder.sums[n] == finder.sums[finder.spans[card][0]] for card, n in at.items())
    return len(at), place[0] > 0, -place[0], above, place[2] is not None, -below


def _of_table(table: Any) -> Iterator[Box]:
    """Columns as boxes where names stand in the first row, else rows whose first cell is the name."""
    grid = [row[:MOST_COLUMNS] for row in grid_of(table)[:MOST_ROWS] if row]
    texts = [[text_of(cell) for cell in row] for row in grid]
    if len(grid) < 2 or not any(is_price(text) for row in texts for text in row):
        return
    heads = [_head(cell) for cell in grid[0]]
    named = [n for n in range(1, len(heads)) if is_name(heads[n][0]) and not units_in(heads[n][0])]
    priced = [_prices_in(row[1:]) for row in texts[1:]]
    in_head = any(price for _, price in heads[1:])
    is_across = max(priced) > 1 and 2 * sum(map(bool, priced)) <= len(priced)
    if len(named) > 1 and (in_head or is_across or (max(priced) > 1 and len(priced) == 1)):
        at = 0 if in_head else next(n for n, count in enumerate(priced, 1) if count == max(priced))
        yield from (_column(grid, texts, heads[n], n, at) for n in named)
        return
    told = [row for row in texts[1:] if any(is_price(text) or says_no_amount(text) for text in row[1:])]
    if len(texts) > 2 and 2 * len(told) < len(texts):
        return  # a table of properties, of which one is a price
    for cells, row in zip(grid[1:], texts[1:], strict=True):
        if row in told and is_name(row[0]):
            yield _row(cells, row, texts[0])


def _prices_in(cells: Sequence[str]) -> int:
    """How many cells of a row say what something costs; 0 where none gives an amount."""
    return sum(is_price(text) or says_no_amount(text) for text in cells) if any(map(is_price, cells)) else 0


def _head(cell: Any) -> tuple[str, str]:
    """A column's head as name and price: "Team $12 per month", "Giant" above "Let's talk"."""
    text = text_of(cell)
    if found := first_money(text):
        return text[: found.start].strip(" –—-:"), text[found.start :]
    name, *rest = [part.strip() for part in cell.itertext() if part.strip()] or [""]
    return (name, " ".join(rest)) if rest and says_no_amount(" ".join(rest)) else (text, "")


def _column(
    grid: Sequence[Sequence[Any]], texts: Sequence[Sequence[str]], head: tuple[str, str], n: int, at: int
) -> Box:
    """The nth column. at: the row of prices, 0 where they stand in the heads."""
    told = [(row[0], row[n]) for row in texts[1:] if n < len(row) and row[n]]
    told = [("", head[1]), *told] if head[1] else told
    cells = tuple(row[n] for row in grid if n < len(row))
    return _in_table("column", cells, head[0], told, [label == (texts[at][0] if at else "") for label, _ in told])


def _row(cells: Sequence[Any], row: Sequence[str], heads: Sequence[str]) -> Box:
    told = [(heads[n] if n < len(heads) else "", text) for n, text in enumerate(row) if n and text]
    given = [is_price(text) for _, text in told]
    return _in_table("row", tuple(cells), row[0], told, given if any(given) else [says_no_amount(t) for _, t in told])


def _in_table(
    kind: Literal["column", "row"], cells: tuple[Any, ...], name: str, told: Sequence[tuple[str, str]],
    priced: Sequence[bool],
) -> Box:  # fmt: skip
    """A box of a table. told: what each cell is called, and its text."""
    texts = [f"{head}: {text}" if head else text for head, text in told]
    rest = tuple(text for text, is_priced in zip(texts, priced, strict=True) if not is_priced)
    prices = [pair for pair, is_priced in zip(told, priced, strict=True) if is_priced]
    whole = f"{name}: {'; '.join(texts)}"
    told_prices, heads = tuple(text for _, text in prices), tuple(head for head, _ in prices)
    return Box(kind, cells, name, cells[0], told_prices, rest, whole, heads)
