"""Plans a page shows, read by shape: a box with one name and one price is a plan. What is in doubt is none.

A box counts when it, or one of its kind beside it, says what its price is for, or stands where the page gives prices.
Boxes under a heading that compares the product with another one, and tables of tools, are others' plans.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile
from typing import Any

from panel.dossier.clean_text import one_line
from panel.dossier.facts.stated import StatedFact
from panel.dossier.page.boxes import Box, boxes, is_name, is_price
from panel.dossier.page.visible_lines import VisibleLine, text_of
from panel.records import (
    PERIODS,
    Quantity,
    Tariff,
    first_money,
    letters_and_digits,
    limits_in,
    money_in,
    plain_text,
    read_tariff,
    says_more,
    tariff_words,
    units_in,
)

MOST_PLANS = 24
MOST_CHARACTERS = 4_000  # of a line, in which amounts are looked for
MOST_NAME = 60
MOST_PRICE_WORDS = 16  # of a line that gives a price
MOST_ALIKE = 2  # amounts of one plan for the same thing: paid by the month, and by the year
FEW = 4  # words of a line that only says "free" or "on request"
PRICES = re.compile(  # in an address, or in a heading over boxes
    r"\b(?:pric(?:e|es|ing)|plans?|fees|buy|preise?|kosten|tarif(?:e|s|as?)?|prix|offres?|precios?|planes|prezzi|preços|"
    r"prijzen|priser|ceny|cennik|цены|тарифы)\b|料金|価格|プラン|价格|定价|價格|가격|요금",
    re.IGNORECASE,
)
COMPARED = re.compile(r"\s+(?:vs\.?|versus|compared (?:to|with)|or)\s+", re.IGNORECASE)
OTHERS = re.compile(r"\b(?:others?|theirs|competit\w+|alternatives?)\b(?! plans)", re.IGNORECASE)
TOOLS = re.compile(r"(?:tools?|vendors?|providers?|anbieter|competitors?|alternatives?)", re.IGNORECASE)


@dataclass(frozen=True)
class ShownPlans:
    """Plans in page order, and whether the page shows a price that is in none of them.

    amounts: all that stand outside the boxes of these plans, in prices, sentences and cells.
    """

    plans: tuple[StatedFact, ...]
    is_all_read: bool
    amounts: frozenset[Decimal]


def read_plans(
    tree: Any, lines: Sequence[VisibleLine], *, url: str, names: frozenset[str], language: str
) -> ShownPlans:
    """At most 24 plans. names: folded spellings of the product's own name. language: of the page."""
    found = boxes(tree, lines)
    page = _Page(tree, lines, url, names, frozenset(letters_and_digits(box.name) for box in found))
    groups: defaultdict[Any, list[Box]] = defaultdict(list)
    for box in found:
        if not page.is_others(box):
            groups[box.kind, _within(box)].append(box)
    plans: list[StatedFact] = []
    read: set[Any] = set()  # elements of boxes that are plans
    prices, is_all_read = _Prices(), True
    for group in groups.values():
        if page.is_of_tools(group):
            continue
        found_in = [(box, [t for t in _tariffs(box, language) if tariff_words(t)]) for box in group]
        is_named = 2 * sum(map(page.has_other_name, group)) <= len(group)
        told = [(box, tariffs if is_named and _is_one_plan(box, tariffs) else []) for box, tariffs in found_in]
        is_all_read = is_all_read and all(tariffs or not any(map(_costs, box.prices)) for box, tariffs in told)
        is_sure = any(any(map(_says_for_what, tariffs)) or (not tariffs and _is_per(box)) for box, tariffs in told)
        if is_sure or page.is_priced(group[0]):
            prices.before = tuple(prices.of)
            read |= {element for box, tariffs in told if tariffs for element in box.elements}
            plans += [_fact(box, t) for box, tariffs in told for t in tariffs if prices.takes(box.name, t)]
    placed = {element for box in found for element in box.elements}
    loose = (line.text for line in lines if not line.chrome and is_price(line.text) and placed.isdisjoint(line.path))
    is_all_read = is_all_read and not any(map(_costs, loose))
    others = (line.text for line in lines if not line.chrome and read.isdisjoint(line.path))
    amounts = frozenset(m.amount for text in others for m in money_in(plain_text(text[:MOST_CHARACTERS])) if m.amount)
    return ShownPlans(tuple(dict.fromkeys(plans))[:MOST_PLANS], is_all_read, amounts)


def unread_amounts(lines: Sequence[VisibleLine], language: str) -> tuple[str, ...]:
    """Up to three prices of a page whose currency nobody can tell, as they stand: "49 kr"."""
    prices = (plain_text(line.text) for line in lines if not line.chrome and is_price(line.text))
    found = ((text, money) for text in prices for money in money_in(text, language))
    return tuple(dict.fromkeys(text[m.start : m.end].strip() for text, m in found if m.amount and not m.is_read))[:3]


def _is_one_plan(box: Box, tariffs: Sequence[Tariff]) -> bool:
    """Whether a name is one plan's: no words that lead an amount ("Starting price"), and no heading over several plans
    that each cost another amount for the same thing."""
    if box.kind not in ("card", "section"):
        return True
    amounts: defaultdict[Any, set[Decimal]] = defaultdict(set)
    for rate in (rate for tariff in tariffs for rate in tariff.rates[:1]):
        amounts[rate.per, rate.once].add(rate.amount)
    is_over_several = any(len(found) > MOST_ALIKE for found in amounts.values())
    return not is_over_several and not read_tariff(f"{box.name} $1").at_least


def _fact(box: Box, tariff: Tariff) -> StatedFact:
    name = one_line(box.name.replace(":", " "))[:MOST_NAME]
    origin = "price table" if box.kind in ("row", "column") else "price list"
    return StatedFact("plan", f"{name}: {tariff_words(tariff)}", origin, box.prices[0] if box.prices else box.name)


def _within(box: Box) -> Any:
    """What boxes of one kind stand in together: a table, the parent of cards, nothing for headings' sections."""
    if box.kind in ("row", "column"):
        return next((above for above in box.elements[0].iterancestors("table")), None)
    return box.elements[0].getparent() if box.kind == "card" else None


def _tariffs(box: Box, language: str) -> Iterator[Tariff]:
    """The box's prices, in page order; those of input and output add up."""
    if not any(first_money(plain_text(text), language) for text in box.prices):
        yield from _without_amount(box)
        return
    at = [n for n, text in enumerate(box.prices) if not text.startswith("+")]  # "+ $800 setup" is a part of another
    found = [tariff for n in at if (tariff := _tariff(box, n, language)).kind != "contact"]
    sides = [t for t in found if t.rates and t.rates[0].per and t.rates[0].per[0].unit.endswith(" token")]
    if len(sides) > 1:
        yield Tariff("rates", tuple(rate for t in sides for rate in t.rates))
        return
    yield from found


class _Prices:
    """The prices a name has: one, and a second for another period. A third, or one of another place, is none of it."""

    def __init__(self) -> None:
        self.of: defaultdict[str, list[Tariff]] = defaultdict(list)
        self.before: tuple[str, ...] = ()  # names that groups before this one gave a price

    def takes(self, name: str, tariff: Tariff) -> bool:
        """Whether it is a price of the plan of this name; then it is kept. A badge may follow a name."""
        folded = letters_and_digits(name)
        badged = next((one for one in self.before if folded.startswith(one) and self._has(one, tariff)), "")
        known = self.of[badged or next((one for one in self.before if one.startswith(folded)), folded)]
        is_second = len(known) == 1 and known[0].kind == "rates" and tariff.kind == "rates"
        other = is_second and (_period(tariff) not in ("", _period(known[0])) or _is_yearly(tariff, known[0]))
        if tariff.kind == "unread" or (known and not other):
            return False
        known.append(tariff)
        return True

    def _has(self, name: str, tariff: Tariff) -> bool:
        """Whether the plan of this name has a price of the same amounts."""
        amounts = [(rate.amount, rate.currency) for rate in tariff.rates]
        return bool(amounts) and any(amounts == [(r.amount, r.currency) for r in t.rates] for t in self.of[name])


def _period(tariff: Tariff) -> str:
    return next(
        (q.unit for rate in tariff.rates for q in rate.per if q.unit in PERIODS), "once" if _is_once(tariff) else ""
    )


def _is_once(tariff: Tariff) -> bool:
    return any(rate.once for rate in tariff.rates)


def _is_yearly(tariff: Tariff, known: Tariff) -> bool:
    """Whether a price is the same plan's when paid by the year."""
    return tariff.billed_yearly and not known.billed_yearly


def _tariff(box: Box, n: int, language: str) -> Tariff:
    """The nth price of a box with what the lines around it and its heading in a table say of it."""
    before, price, after = _around(box, n)
    led = f"{before} " if before and len(before.split()) <= 3 and not first_money(plain_text(before), language) else ""
    more = "".join(f"{' ' if text[:1] in '/(' else ', '}{text}" for text in after)
    tariff = read_tariff(f"{led}{price}{more}", language)
    if tariff.kind != "rates":
        return tariff
    if box.heads and len(tariff.rates) == 1 and not tariff.rates[0].per and not tariff.rates[0].once:
        tariff = replace(tariff, rates=(replace(tariff.rates[0], per=_per_of(box, n)),))
    seats = [limit for text in box.lines for limit in limits_in(text) if limit.unit == "seat"]
    return tariff if tariff.limits or not seats or box.heads else replace(tariff, limits=(seats[0],))


def _per_of(box: Box, n: int) -> tuple[Quantity, ...]:
    """What a price of a table is for, as its column's or row's head says, else the table's caption."""
    table = _within(box)
    caption = table.find("caption") if table is not None else None
    head = box.heads[n]
    told = units_in(head) or (units_in(text_of(caption)) if caption is not None else ())
    side = re.search(r"\b(cached\s|)(input|output)\b", head, re.IGNORECASE)
    if side and len(told) == 1 and told[0].unit == "token":
        return (Quantity(told[0].count, f"{'cached' if side[1] else side[2].lower()} token"),)
    return told


def _around(box: Box, n: int) -> tuple[str, str, list[str]]:
    """The line before the nth price, the price, and the lines that go on with it."""
    prices, lines, at = list(box.prices), list(box.lines), -1
    pieces: list[str] = []
    rest = box.text.removeprefix(f"{box.name}: ")
    while prices or lines:
        source = prices if prices and (not lines or rest.startswith(prices[0])) else lines
        if source is prices and len(box.prices) - len(prices) == n:
            at = len(pieces)
        pieces.append(source.pop(0))
        rest = rest[len(pieces[-1]) + 2 :]
    after: list[str] = []
    for text in pieces[at + 1 : at + 4]:
        if len(text.split()) > MOST_PRICE_WORDS // 2 or not says_more(text):
            break
        after.append(text)
    return (pieces[at - 1] if at > 0 and not box.heads else ""), pieces[at], after


def _without_amount(box: Box) -> Iterator[Tariff]:
    """A card among cards with amounts: free or on request, where a short line of it says just that."""
    said = (read_tariff(text) for text in (*box.prices, box.name, *box.lines) if len(text.split()) <= FEW)
    yield from [tariff for tariff in said if tariff.kind in ("free", "contact")][:1]


def _says_for_what(tariff: Tariff) -> bool:
    return tariff.kind == "rates" and all(rate.per or rate.once for rate in tariff.rates)


def _is_per(box: Box) -> bool:
    """Whether a box names an amount, known or not, for each month, year or unit."""
    return any(units_in(text) and _costs(text) for text in box.prices)


def _costs(text: str) -> bool:
    """Whether a text names an amount that isn't 0, in a currency we know or not."""
    return any(money.amount for money in money_in(plain_text(text)))


class _Page:
    """What stands around boxes: the headings above them."""

    def __init__(
        self, tree: Any, lines: Sequence[VisibleLine], url: str, names: frozenset[str], plans: frozenset[str]
    ) -> None:
        self.order = {element: n for n, element in enumerate(tree.iter())}
        self.headings = [line for line in lines if line.level and not line.chrome]
        self.is_price_page = bool(PRICES.search(url.partition("//")[2].partition("/")[2].replace("_", "-")))
        self.names, self.plans = names, plans
        self.lines = lines
        self.at: defaultdict[str, list[int]] = defaultdict(list)  # a text -> where it stands
        for n, line in enumerate(lines):
            self.at[line.text].append(n)

    def has_other_name(self, box: Box) -> bool:
        """Whether a card's name stands below its price, and a line above could name it: "Basic $9 All of Free"."""
        above = self._above_price(box) if box.kind == "card" else []
        is_below = all(line.node is not box.name_element for line in above)
        return is_below and any(is_name(line.text.strip('«»"“„” ')) for line in above)

    def _above_price(self, box: Box) -> list[VisibleLine]:
        """The lines of a card that stand above its first price."""
        card, at = box.elements[0], self.at.get(box.prices[0], []) if box.prices else []
        first = next((n for n in at if card in self.lines[n].path), 0)
        return list(takewhile(lambda line: card in line.path, (self.lines[n] for n in range(first - 1, -1, -1))))

    def above(self, box: Box) -> Iterator[str]:
        """Headings a box stands under, the nearest first: one of each level, each higher than the last."""
        at, level = self.order.get(box.name_element, 0), 7
        for line in reversed(self.headings):
            if self.order.get(line.node, 0) < at and line.level < level and line.node is not box.name_element:
                level = line.level
                yield line.text

    def is_priced(self, box: Box) -> bool:
        """Whether the address, a heading above or a head of its table says that these are prices."""
        return self.is_price_page or any(map(PRICES.search, (*self.above(box), *box.heads)))

    def is_of_tools(self, group: Sequence[Box]) -> bool:
        """Whether a table sets tools beside one another: its first head says so, or the product is one of its rows."""
        table = _within(group[0]) if group[0].heads else None
        if table is None:
            return False
        first = next(table.iter("td", "th"), None)
        spelt = [letters_and_digits(box.name) for box in group]
        rest = [name for name in spelt if name not in self.names]
        has_rivals = bool(rest) and not any(own in name for name in rest for own in self.names)
        return (first is not None and bool(TOOLS.fullmatch(text_of(first)))) or (len(rest) < len(spelt) and has_rivals)

    def is_others(self, box: Box) -> bool:
        """Whether a box stands under a heading that sets the product beside another one."""
        return any(map(self._compares, self.above(box)))

    def _compares(self, heading: str) -> bool:
        """Whether a heading sets the product beside another: "Lamp vs Torch"; not "Free vs Pro" of its own plans."""
        sides = [letters_and_digits(side) for side in COMPARED.split(heading)]
        if len(sides) > 1:
            return not all(side in self.plans and side not in self.names for side in sides)
        return bool(OTHERS.search(heading))
