"""Plans and their prices as a page shows them: in cards, lists and tables, in English, German and French.

A price is a line that begins with an amount, or says only "free" or "on request". Its plan is the nearest name that
stands in the smallest box around both. In tables, plans are rows or columns.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from panel.dossier.clean_text import one_line
from panel.dossier.facts.stated import StatedFact
from panel.dossier.page.visible_lines import VisibleLine, text_of
from panel.records import Quantity, Rate, Tariff, first_money, read_tariff, tariff_words, units_in

FROM_TABLE, FROM_CARD = "price table", "price list"
MOST_PLANS = 24
MOST_ROWS, MOST_COLUMNS = 60, 12
UNNAMED = "Price"  # the only price of a page, without a plan's name
AROUND = 14  # lines between a price and its plan's name
MOST_PRICE_WORDS = 16
SECTION = re.compile(
    r"\b(?:pric(?:e|es|ing)|plans?|preise?|tarife?|tarifs?|offres?|precios|planes|tarifas?|kosten|cost|"
    r"buy|kaufen|acheter)\b",
    re.IGNORECASE,
)
PRICING_PATH = re.compile(
    r"/(?:pricing|prices?|plans?|preise?|tarife?|tarifs?|precios|planes|tarifas|buy|kaufen|cost|kosten|"
    r"purchase|fees)\b",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"(?:from|only|just|now|starting (?:at|from)|starts at|ab|nur|à partir de|dès|seulement|"
    r"first\b.{0,40}\bthen|price:|preis:|prix\s?:)\s*",
    re.IGNORECASE,
)
FREE_LINE = re.compile(
    r"(?:free(?: forever| for ever| plan)?|always free|gratis|kostenlos|kostenfrei|gratuit|[$€£]\s?0(?:[.,]00)?|"
    r"0(?:[.,]00)?\s?[$€£])(?:\s*(?:,|\(|for|up to|bis|jusqu|/|per|pro|par|a month|forever).{0,60})?",
    re.IGNORECASE,
)
CONTACT_LINE = re.compile(
    r"(?:custom(?: pricing| price| quote)?|contact (?:us|sales|our sales team)|talk to (?:us|sales)|let[’']s talk|"
    r"get (?:a quote|in touch)|request (?:a )?quote|(?:price |prices )?on request|(?:preis )?auf anfrage|"
    r"individuell(?:er preis)?|sur (?:devis|demande|mesure)|a consultar|a medida|(?:nous )?contacter|contactez[- ]nous|"
    r"kontakt(?: aufnehmen)?|book a demo|tailored)[.!]?",
    re.IGNORECASE,
)
NAME_VALUE = re.compile(r"(?P<name>[^:–—|]{2,40}?)\s*(?::|\s[–—|-]|\s-)\s+(?P<price>.+)")
NOT_A_NAME = re.compile(
    r"^(?:for|für|pour|most|best|everything|all|alle|ideal|get|start|choose|includes?|billed|(?:per|pro|par) \w+|up to|"
    r"bis|popular|recommended|save|monthly|yearly|annual\w*|features?|what|how|can|do|is|the|your|our|a|an|we|you|no|"
    r"no\.)\b|[.?!,]$|%",
    re.IGNORECASE,
)
NAME_CLASS = re.compile(
    r"\b(?:name|title|plan|tier|heading|label)\b|(?:plan|tier|card)[-_]?(?:name|title)", re.IGNORECASE
)
PLAN_HEADER = re.compile(
    r"\b(?:plan|tier|model|modell|modèle|package|paket|formule|edition|product|tarif|angebot|option|offre|"
    r"service|name|resource|region)\b|^$",
    re.IGNORECASE,
)
PRICE_HEADER = re.compile(
    r"\b(?:pric(?:e|es|ing)|preis\w*|prix|tarif\w*|cost|costs|kosten|rate|monthly|yearly|annual\w*|"
    r"monatlich|jährlich|mensuel|annuel|input|output|eingabe|ausgabe|entrée|sortie|per|pro|par)\b|/",
    re.IGNORECASE,
)
PRICE_LABEL = re.compile(
    r"^(?:monthly |yearly |annual |list )?(?:pric(?:e|es|ing)|preis\w*|prix|tarif\w*|cost|kosten|fee|"
    r"monthly|per month|monat\w*|mensuel)\b",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"\b(?:others?|compar\w+|vs\.?|versus|alternatives?|competit\w+|scores?|benchmarks?|results?|"
    r"evaluation|vergleich|andere\w*)\b(?! plans)",
    re.IGNORECASE,
)
OTHERS_HEADER = re.compile(r"^(?:tools?|vendors?|competitors?|company|alternatives?|anbieter)$", re.IGNORECASE)
MORE_OF_A_PRICE = re.compile(
    r"/|per\b|pro\b|par\b|a month|each|billed|paid|when|if billed|jährlich|monatlich|mensuel|factur|once|one-time|"
    r"einmalig|excl|\+",
    re.IGNORECASE,
)
TOKENS = re.compile(r"(?:per|pro|par|/)\s*(?:1\s*)?(m|million|mio\.?|k|1,?000|1K)\s+tokens?", re.IGNORECASE)


def read_prices(tree: Any, lines: Sequence[VisibleLine], *, url: str) -> list[StatedFact]:
    """Plans in page order, tables after the rest, at most 24. Words are the price as the page writes it."""
    at_prices = bool(PRICING_PATH.search(url))
    found = [*_Reader(lines, at_prices).read(), *_tables(tree, at_prices=at_prices)]
    once = {(plan.value.casefold(), plan.read_from): plan for plan in reversed(found)}
    return [plan for plan in found if once.get((plan.value.casefold(), plan.read_from)) is plan][:MOST_PLANS]


@dataclass
class _Reader:
    """One pass over a page's lines. Prices that share a name's line are one plan's."""

    lines: Sequence[VisibleLine]
    section: bool  # in a part that is about prices
    others: bool = False  # in a part about other tools, or about measurements
    taken: dict[int, list[str]] = field(default_factory=dict)  # a name's line -> prices it has
    plans: list[tuple[int, StatedFact]] = field(default_factory=list)
    unnamed: list[StatedFact] = field(default_factory=list)

    def read(self) -> Iterator[StatedFact]:
        """Plans in page order; the page's only price when it has no name."""
        for at, line in enumerate(self.lines):
            self._place(line)
            if not (line.chrome or line.level or self.others or line.tag == "tr"):
                self._line(at, line)
        if self.plans and self.section:
            self._free_headings()
        elif len(self.unnamed) == 1 and self.section:
            yield self.unnamed[0]
        yield from (plan for _, plan in sorted(self.plans, key=lambda found: found[0]))

    def _place(self, line: VisibleLine) -> None:
        if line.level or (line.tag in ("p", "div", "span") and len(line.text.split()) <= 5):
            self.section = self.section or bool(SECTION.search(line.text))
        if line.level:
            self.others = bool(OTHERS.search(line.text))

    def _line(self, at: int, line: VisibleLine) -> None:
        named = _named_in_line(line)
        if not named and not _is_price(line, self.section):
            return
        at_name = -1 if named else _name_near(self.lines, at)
        name, price = named or (self.lines[at_name].text if at_name >= 0 else "", line.text)
        tariff = read_tariff(_with_next(price, self.lines, at))
        words = tariff_words(tariff)
        if not words or not _is_whole(tariff, self.section):
            return
        if not name:
            self.unnamed.append(StatedFact("plan", f"{UNNAMED}: {words}", FROM_CARD, line.text))
            return
        if at_name >= 0:
            if _is_second(self.taken.get(at_name, []), tariff, words):
                return
            self.taken.setdefault(at_name, []).append(words)
        self._add(at_name if at_name >= 0 else at, name, words, line.text)

    def _free_headings(self) -> None:
        """A heading that says "Free", with no price of its own, among plans that have one."""
        near = [at for at, _ in self.plans]
        for at, line in enumerate(self.lines):
            free = line.level and at not in self.taken and not line.chrome and FREE_LINE.fullmatch(line.text)
            if free and any(abs(at - other) < 2 * AROUND for other in near):
                self._add(at, line.text, "free", line.text)

    def _add(self, at: int, name: str, words: str, said: str) -> None:
        self.plans.append((at, StatedFact("plan", f"{_plan_name(name)}: {words}", FROM_CARD, said)))


def _named_in_line(line: VisibleLine) -> tuple[str, str] | None:
    """`Team: $12 per month` in one line, as name and price."""
    first = line.parts[0] if len(line.parts) > 1 else ""
    after = line.text.removeprefix(first).strip() if line.text.startswith(first) else ""
    if first and after and _is_name(first) and _begins_with_price(after):
        return first, after
    found = NAME_VALUE.fullmatch(line.text)
    if not found or len(line.text.split()) > MOST_PRICE_WORDS or not _is_name(found["name"]):
        return None
    return (found["name"], found["price"]) if _begins_with_price(found["price"]) else None


def _is_price(line: VisibleLine, section: bool) -> bool:
    text = line.text
    if len(text.split()) > MOST_PRICE_WORDS:
        return False
    if _begins_with_price(text):
        return True
    return section and bool(FREE_LINE.fullmatch(text) or CONTACT_LINE.fullmatch(text))


def _begins_with_price(text: str) -> bool:
    lead = LEAD.match(text)
    rest = text[lead.end() :] if lead else text
    return bool(
        ((money := first_money(rest)) and money.start == 0) or FREE_LINE.fullmatch(rest) or CONTACT_LINE.fullmatch(rest)
    )


def _with_next(price: str, lines: Sequence[VisibleLine], at: int) -> str:
    """The price with the units the next lines of its box give: "$12", "per seat", "billed yearly"."""
    whole, box = price, lines[at].path[-2:-1]
    for line in lines[at + 1 : at + 4]:
        if line.level or not box or box[0] not in line.path or len(line.text.split()) > 8:
            break
        if MORE_OF_A_PRICE.match(line.text):
            whole = f"{whole}{' ' if re.match('/|per|pro|par|a |each', line.text) else ', '}{line.text}"
        elif not first_money(line.text) and re.match(r"(?:up to|bis zu|jusqu)", line.text, re.IGNORECASE):
            whole = f"{whole}, {line.text}"
        else:
            break
    return _with_limit(whole, lines, at)


def _with_limit(whole: str, lines: Sequence[VisibleLine], at: int) -> str:
    """And the number of seats the list below it ends at."""
    box = lines[at].path[-2:-1]
    for line in lines[at + 1 : at + 8]:
        if not box or box[0] not in line.path or line.level:
            break
        limits = [limit for limit in read_tariff(f"free {line.text}").limits if limit.unit == "seat"]
        if limits and not read_tariff(whole).limits:
            return f"{whole}, up to {limits[0].count} seats"
    return whole


def _is_whole(tariff: Tariff, section: bool) -> bool:
    """Outside a price section, an amount must say what it is for."""
    return section or (tariff.kind == "rates" and all(rate.per or rate.once for rate in tariff.rates))


def _is_second(prices: list[str], tariff: Tariff, words: str) -> bool:
    """A name has one price, and may have a second for another period."""
    if not prices or tariff.kind != "rates":
        return bool(prices)
    if tariff.billed_yearly and len(prices) == 1:
        return prices[0].endswith("billed yearly")
    periods = [{"month", "year"} & set(price.replace(",", "").split()) for price in [*prices, words]]
    return words in prices or len(prices) > 1 or not periods[-1] or periods[-1] == periods[0]


def _name_near(lines: Sequence[VisibleLine], at: int) -> int:
    """The line that names the plan of the price at `at`; -1 when none does."""
    price, best, best_rank = lines[at], -1, (0, 0, 0, 0)
    for index in range(max(0, at - AROUND), min(len(lines), at + AROUND // 2)):
        line = lines[index]
        kind = _name_kind(line)
        if index == at or not kind or line.chrome or not _is_name(line.text):
            continue
        depth = price.shared(line)
        rank = (depth, kind, int(index < at), -abs(index - at))
        if rank > best_rank:
            best, best_rank = index, rank
    return best


def _name_kind(line: VisibleLine) -> int:
    """How likely a line is a name: 3 a heading, 2 marked as one, 1 any short line."""
    if line.level:
        return 3
    if line.bold or line.tag in ("dt", "summary", "legend", "th") or NAME_CLASS.search(line.node.get("class", "")):
        return 2
    return 1 if len(line.text.split()) <= 3 else 0


def _is_name(text: str) -> bool:
    if not 2 <= len(text) <= 40 or len(text.split()) > 5 or not text[:1].isalnum():
        return False
    other = NOT_A_NAME.search(text) or first_money(text) or SECTION.search(text) or CONTACT_LINE.fullmatch(text)
    return not other and not text[:1].isdigit()


def _plan_name(text: str) -> str:
    return one_line(text.replace(":", " "))[:60]


def _tables(tree: Any, *, at_prices: bool) -> Iterator[StatedFact]:
    for table in list(tree.iter("table"))[:20]:
        grid = _grid(table)
        if len(grid) < 2:
            continue
        caption = text_of(cap) if (cap := table.find("caption")) is not None else ""
        above = table.xpath("(preceding::h1|preceding::h2|preceding::h3|preceding::h4)[last()]")
        heading = "".join(text_of(h) for h in above)
        if OTHERS.search(f"{heading} {caption}") or OTHERS_HEADER.search(grid[0][0]):
            continue
        said = (f"{heading} {caption} {' '.join(grid[0])}", *(row[0] for row in grid))
        if at_prices or any(map(SECTION.search, said)):
            yield from _columns(grid) or _rows(grid, caption)


def _grid(table: Any) -> list[list[str]]:
    """Rows of cell texts; a cell over several columns stands in each."""
    rows: list[list[str]] = []
    for row in list(table.iter("tr"))[:MOST_ROWS]:
        cells: list[str] = []
        for cell in [c for c in row if c.tag in ("td", "th")][:MOST_COLUMNS]:
            span = re.fullmatch("[0-9]{1,4}", cell.get("colspan", "").strip())
            cells += [text_of(cell)] * (int(span[0]) if span and 1 <= int(span[0]) <= MOST_COLUMNS else 1)
        if any(cells):
            rows.append(cells[:MOST_COLUMNS])
    return rows


def _columns(grid: list[list[str]]) -> list[StatedFact]:
    """Plans in columns: names in the first row, prices in the row that says so."""
    head = grid[0]
    split = [_split_head(cell) for cell in head[1:]]
    if len([name for name, _ in split if name]) > 1:
        return _plans_of([name for name, _ in split], [price for _, price in split], "")
    for row in grid[1:]:
        says_price = bool(row and PRICE_LABEL.search(row[0]))
        priced = [cell for cell in row[1:] if _begins_with_price(cell)]
        if says_price and priced and len(row) == len(head) and not any(PRICE_HEADER.search(cell) for cell in head[1:]):
            return _plans_of(head[1:], row[1:], row[0])
    return []


def _split_head(cell: str) -> tuple[str, str]:
    """`Team $12 per month` in a header cell, as name and price."""
    money, said = first_money(cell), CONTACT_LINE.search(cell) or re.compile(r"\bfree\b", re.I).search(cell, 1)
    at = money.start if money else said.start() if said else -1
    return (cell[:at].strip(" –—-:"), cell[at:]) if at >= 0 else ("", "")


def _rows(grid: list[list[str]], caption: str) -> list[StatedFact]:
    """Plans in rows: a name, then prices under headings that say what for."""
    head, found = grid[0], []
    if not PLAN_HEADER.search(head[0]):
        return []
    priced = [n for n in range(1, len(head)) if PRICE_HEADER.search(head[n]) or _mostly_prices(grid, n)]
    priced = [n for n in priced if any(_begins_with_price(row[n]) for row in grid[1:] if n < len(row))]
    if not priced:
        return []
    in_and_out = [n for n in priced if re.search(r"\b(input|output)\b", head[n], re.IGNORECASE)]
    for row in grid[1:]:
        name = row[0]
        if not name or len(name) > 60 or len(row) < 2:
            continue
        if len(in_and_out) > 1:
            there, around = [n for n in in_and_out if n < len(row)], f"{caption} {' '.join(head)}"
            if rates := tuple(rate for n in there for rate in _rates(row[n], head[n], around)):
                value = f"{_plan_name(name)}: {tariff_words(Tariff('rates', rates))}"
                found.append(StatedFact("plan", value, FROM_TABLE, name))
            continue
        for n in priced:
            if n < len(row) and _begins_with_price(row[n]):
                found += _plans_of([name], [row[n]], f"{head[n]} {caption}" if units_in(head[n]) == () else head[n])
    return found


def _mostly_prices(grid: list[list[str]], column: int) -> bool:
    cells = [row[column] for row in grid[1:] if column < len(row) and row[column]]
    return bool(cells) and 2 * sum(_begins_with_price(cell) for cell in cells) > len(cells)


def _rates(cell: str, head: str, around: str) -> list[Rate]:
    """A cell's amount per million input or output tokens, as its heading and the table say."""
    tariff = read_tariff(cell)
    counted = [q for text in (cell, head, around) for q in units_in(text) if q.unit.endswith("token")]
    said = TOKENS.search(around)
    if not tariff.rates or not (counted or said):
        return []
    count = counted[0].count if counted else Decimal(1_000_000 if said and said[1][0] in "mM" else 1_000)
    side = "output" if re.search("output", head, re.IGNORECASE) else "input"
    side = f"cached {side}" if re.search("cache", head, re.IGNORECASE) else side
    unit = "cached token" if side.startswith("cached") else f"{side} token"
    return [Rate(tariff.rates[0].amount, tariff.rates[0].currency, (Quantity(count, unit),))]


def _plans_of(names: Sequence[str], prices: Sequence[str], head: str) -> list[StatedFact]:
    """Plans from names and price cells; what the heading says they are per is added where the cell does not."""
    found = []
    for name, price in zip(names, prices, strict=False):
        tariff = read_tariff(price)
        if tariff.kind == "rates" and len(tariff.rates) == 1 and not tariff.rates[0].per and not tariff.rates[0].once:
            tariff = replace(tariff, rates=(replace(tariff.rates[0], per=units_in(head)),), allowances=())
        if (words := tariff_words(tariff)) and name and len(name) <= 60:
            found.append(StatedFact("plan", f"{_plan_name(name)}: {words}", FROM_TABLE, price))
    return found
