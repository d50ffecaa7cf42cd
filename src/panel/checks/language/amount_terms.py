"""What a price is paid for and what a number counts, told from what cited words surely say of the same amount."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from panel.records import (
    COUNT_WORDS,
    KINDS,
    TIMES,
    UNIT,
    UNIT_OF,
    Quantity,
    Rate,
    money_in,
    number_of,
    plain_number,
    plural,
    rate_at,
    rate_words,
    unit_name,
)

DAYS = {"second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30.4, "year": 365}
SAME = 1.15  # four weeks, 30 days and a month are one period
_GROUPS = ("seat", "workspace project repository site server device", "GB", "TB", "token", "character", "word")
GROUP = {unit: names for names in _GROUPS for unit in names.split()}  # any other unit is work done: calls, pages, runs
# a noun that follows may be the true unit, as in "per team admin"
_ENDS_A_UNIT = re.compile(
    r"\s*(?:$|[^\w\s]|[A-Z]|(?:per|an?|each|every|and|or|for|on|in|with|when|if|plus|billed|paid|at|from|as|is|are|was|but|"
    r"while|by|before|after|until|than|to|monthly|yearly|annually|pro|je|im|und|oder|par|et|ou|bei|zzgl)\b)"
)
_VAGUE = re.compile(r"(?:account|licen[cs]e|agent|compan(?:y|ie)|to|go|plat?z|poste)s?", re.IGNORECASE)
_JOINED = re.compile(r"[\s,(]*(?:and|und|et|&|\+)\s*(an?\b)?", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|instead of|rather than|never|no longer|isn't|than|nicht|statt|pas)\s(?:\w+\s){0,2}$")
_FOR = re.compile(r"\b(?:for (?=(?:each|every)\b)|for (?:an?|one) (?=(?:month|year|week|day)\b))")
_LED_BY = re.compile(
    r"\b(?:(?P<month>monthly)|(?P<year>yearly|annual))\s(?:price|fee|cost|charge|rate|bill|total)(?:\s(?:of|is|at)|:)?\s?$"
    rf"|\b(?:each|every|per|an?(?=\s(?:month|year|week|day)\b))\s{KINDS}{UNIT}(?:\s(?:costs|is|comes to)|:)\s?$",
    re.IGNORECASE,
)
_YEARLY = re.compile(r"\b(?:annual|yearly|year)\b", re.IGNORECASE)
_COUNTED = re.compile(
    rf"(?<![\w.,$€£¥-])(?P<count>\d[\d,.']*(?:\s\d{{3}})*)(?!\d)(?:\s?(?P<times>{TIMES})(?!\w))?\s?(?:{KINDS}{UNIT})?",
    re.IGNORECASE,
)
_MANY = re.compile(r".*(?:s|en|n|e|[gt]i?b|nutzer|benutzer|entwickler|plätze)", re.IGNORECASE)


@lru_cache(maxsize=1_000)
def terms_in(text: str) -> tuple[tuple[str, Rate], ...]:
    """Prices of a normalised text as they stand there and as read; counts as rates without a currency."""
    plain = _FOR.sub(lambda found: "" if found[0] == "for " else "per ", text)
    return (*_prices(plain), *_counts(plain))


def contradiction(said: Rate, sentence: str, cited: list[tuple[str, Rate]]) -> str:
    """What differs where every cited rate of the same amount (by passage id) surely has another period or unit."""
    same = [(where, rate) for where, rate in cited if (rate.amount, rate.currency) == (said.amount, said.currency)]
    for sort in (_periods, _units):
        mine, theirs = sort(said), [sort(rate) for _, rate in same]
        if len(mine) != 1 or not theirs or any(len(their) != 1 or _agree(mine[0], their[0]) for their in theirs):
            continue
        yearly = mine[0].unit == "month" and any(their[0].unit == "year" for their in theirs)
        # "$10 a month on the annual plan", where the page has "$10 yearly", is no contradiction
        if not (yearly and _YEARLY.search(sentence)):
            return f"says {_words(said)}; {same[0][0]} says {_words(same[0][1])}"
    return ""


def _prices(plain: str) -> Iterator[tuple[str, Rate]]:
    for money in money_in(plain):
        before = plain[max(0, money.start - 60) : money.start]
        rate, _ = rate_at(money, plain, lambda step, is_first: _is_sure(step, is_first=is_first))
        if (led := _LED_BY.search(before)) and not _VAGUE.fullmatch(led["unit"] or ""):
            name = "month" if led["month"] else "year" if led["year"] else unit_name(led["unit"], led["kind"] or "")
            first = Rate(rate.amount, rate.currency, (Quantity(Decimal(1), name),))
            if not (_periods(first) and _periods(rate)) and not (_units(first) and _units(rate)):
                rate = Rate(rate.amount, rate.currency, (*first.per, *rate.per), rate.once)
        if not _DENIED.search(before):
            yield plain[money.start : money.end].strip(), rate


def _is_sure(step: re.Match[str], *, is_first: bool) -> bool:
    """Whether a step belongs to the price before it: "and a year of updates", "a team can", "once it ends" may not."""
    joined, after = _JOINED.match(step[0]), step.string[step.end() :]
    if joined and (is_first or joined[1]):
        return False
    if "unit" not in step.groupdict():
        return not step["once"] or step["once"].lower() != "once" or not re.match(r"\s\w", after)
    name = unit_name(step["unit"])
    known = name in UNIT_OF and not _VAGUE.fullmatch(step["unit"])
    return name in DAYS or (known and _ENDS_A_UNIT.match(after) is not None)


def _counts(plain: str) -> Iterator[tuple[str, Rate]]:
    for found in _COUNTED.finditer(plain):
        count = number_of(found["count"].strip(".,'")) * (COUNT_WORDS[found["times"].lower()] if found["times"] else 1)
        word = found["unit"] or ""
        name = unit_name(word) if word and _MANY.fullmatch(word) and not _VAGUE.fullmatch(word) else ""
        sure = name != "" and name not in DAYS and count > 1
        yield found[0].strip(), Rate(count, "", (Quantity(Decimal(1), name),) if sure else ())


def _periods(rate: Rate) -> list[Quantity]:
    once = [Quantity(Decimal(1), "once")] if rate.once else []
    return once + [Quantity(q.count, q.unit.split()[-1]) for q in rate.per if q.unit.split()[-1] in DAYS]


def _units(rate: Rate) -> list[Quantity]:
    return [quantity for quantity in rate.per if quantity.unit.split()[-1] not in DAYS]


def _agree(mine: Quantity, theirs: Quantity) -> bool:
    """Whether two periods or units may be one: "per call" and "per request" may, "per seat" and "per team" not."""
    if "once" in (mine.unit, theirs.unit):
        return mine.unit == theirs.unit
    if mine.unit in DAYS:
        ratio = float(mine.count) * DAYS[mine.unit] / (float(theirs.count) * DAYS[theirs.unit])
        return 1 / SAME < ratio < SAME
    (*kind, unit), (*their_kind, their_unit) = mine.unit.split(), theirs.unit.split()
    if GROUP.get(unit) != GROUP.get(their_unit) or (kind and their_kind and kind != their_kind):
        return False
    return unit != their_unit or mine.count == theirs.count


def _words(rate: Rate) -> str:
    unit = rate.per[0].unit if rate.per else ""
    return rate_words(rate) if rate.currency else f"{plain_number(rate.amount)} {plural(unit)}"
