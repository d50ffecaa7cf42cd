"""A price as a page words it, read into numbers, and written again in one way: `12 USD per seat and month`.

Currencies go by sign, code and the page's language. What can't be read is said to be unread, never guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from panel.records.units import (
    ADVERB,
    ALSO_WORDS,
    CODES,
    COUNT_WORDS,
    KINDS,
    PERIODS,
    SCALES,
    SEAT,
    SIGNS,
    SPELT,
    TIMES,
    UNIT,
    WIDE_UNITS,
    YEARLY_WORD,
    currency_of,
    plural,
    unit_name,
)

MOST_CHARACTERS = 400
NUMBER = (  # in groups of three, in Indian groups, in none
    r"(?:\d{1,3}(?:[.,'’ ]\d{3}){1,5}(?:[.,]\d{1,8})?|\d{1,2}(?:,\d{2}){1,4},\d{3}(?:\.\d{1,8})?|"
    r"\d{1,9}(?:[.,]\d{1,8})?)(?![.,]?\d)"
)
_DIGITS = re.compile(rf"(?<!\d)(?<!\d[.,])(?:{NUMBER}|(?<=[$€£])\.\d{{1,8}})")
_CODE = f"{'|'.join(sorted(CODES - ALSO_WORDS))}|usd|eur|gbp|inr"
_LETTERS = "|".join(re.escape(s) for s in sorted((s for s in SIGNS if s[0].isalpha() and s[-1] != "$"), key=len)[::-1])
_SYMBOL = r"[$£¤¥֏؋৲৳૱௹฿៛\u20a0-\u20cf﷼]"
_BEFORE = re.compile(
    rf"(?:(?<![^\W\d_])(?:{_LETTERS}|{_CODE}|(?i:eur|euro))|(?<![A-Za-z])[A-Za-z]{{0,3}}[$¥]|(?<![$€£]){_SYMBOL})\s?$"
)
_AFTER = re.compile(
    rf"\s?(?P<code>{_CODE})(?![^\W\d_])|\s?(?P<sign>[円元원]|人民币|{_SYMBOL}|(?i:{_LETTERS}|¢|cents?)(?!\w))"
)
_WORDY = rf"(?:{'|'.join(sorted(ALSO_WORDS))}|R)(?![^\W\d_])"
_WORDY_BEFORE, _WORDY_AFTER = re.compile(rf"(?<![^\W_]){_WORDY}\s?$"), re.compile(rf"\s?{_WORDY}")
_ENDS = re.compile(r"\s*(?:$|[,;.()/]|(?:plus|once|per)\b)")
_DASH = re.compile(r"(?P<wide>\s)?(?:[-–—~〜]|(?:to|bis|à|a|до)\b)\s?(?P<sign>[^\s\d]{1,3}\s?)?" + f"(?P<n>{NUMBER})")
_SCALE = re.compile(r"\s?(?P<word>[万萬만천]|(?i:k|lakhs?|lac|crores?)(?![^\W\d_]))")
_NO_CENTS = re.compile(r"[.,:][-–—]+")
_NO_PRICE = re.compile(r"\s?(?:%|(?:m|b|bn|million|billion|mio|mrd)\b)", re.IGNORECASE)
_CONNECTORS = r"(?:/|(?:per|pro|par|por|al?|ao|à|je|an|each|every|im|and|und|et|za|na|i|в|за)\b|p(?:er|r)\.|[每毎]|の)"
COUNT = rf"(?:(?P<count>\d[\d,.']*(?:\s\d{{3}})*)?\s?(?P<times>{TIMES})?(?![^\W\d_])\.?\s*)"
PER = re.compile(
    r"[\s,(]*(?:(?:HT|TTC|net|netto|税込|税抜|税别|(?:excl?\.?|plus) VAT|(?:zzgl|inkl)\.? MwSt\.?)[\s,)）]*)?"
    rf"(?:(?:and|und|et|&|\+|each)\s+)?{_CONNECTORS}\s*{COUNT}?{KINDS}{UNIT}\.?",
    re.IGNORECASE,
)
_PER_OTHER = re.compile(  # a unit of the price list's own: "per widget", "/app"
    rf"[\s,(]*(?:(?:and|&)\s+)?(?:/|per\s)\s*{COUNT}?(?P<kind>(?!))?(?P<unit>[^\W\d_][\w-]*)", re.IGNORECASE
)
_ADVERB = re.compile(rf"[\s,(]*(?:{ADVERB})", re.IGNORECASE)
_BARE = re.compile(  # "$29 month", "$8 mo / user"
    r"\s(?P<count>(?!))?(?P<times>(?!))?(?P<kind>(?!))?(?P<unit>months?|mo|years?|yr|mois|monat|jahr|mes|mês)"
    r"(?=\s*(?:$|[/,.;()]|billed|per\b))",
    re.IGNORECASE,
)
_STEPS = (PER, _ADVERB, _PER_OTHER, _BARE)
_LED = re.compile(  # 月額, 每用户每月, 1ユーザーあたり, "Monthly:"
    rf"(?:(?P<month>月額|月々|月费|月費|월(?!\w))|(?P<year>年額|年间|年間|年费|연(?!\w))|[每毎매](?P<each>{WIDE_UNITS})|"
    rf"1?\s?(?P<of>{WIDE_UNITS})(?:あたり|当たり|につき|당))[\s:：、,の]*$"
)
_LED_BY_ADVERB = re.compile(rf"(?:^|[^\w\s]\s?)(?:{ADVERB})\s?:?\s?$", re.IGNORECASE)
_BILL = (
    r"(?:bill|paid|pay|charg|invoic|commit|prepa|contract|abrechn|abgerechn|bezahl|zahl|fac?tur|fattur|cobrad|paga[dt]|"
    r"engagement|faktur)"
)
_BILLED_YEARLY = re.compile(
    rf"\b{_BILL}\w*\W+(?:\w+\W+){{0,7}}?{YEARLY_WORD}|(?<!\w){YEARLY_WORD}\W+(?:[^\W\d]+\W+)?{_BILL}|"
    r"\b(?:with|on)\s+(?:an? )?(?:annual|yearly)|\bannual plan|年払い|年契約|按年|一括|연간\s?결제",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"\b(?:save|off|discount|free|monthly|sparen|économisez)\b|[-–]\s?\d+\s?%", re.IGNORECASE)
_LEAST = re.compile(
    r"\b(?:from|starting (?:at|from|price)|starts at|at least|ab|[àa] partir de|dès|desde|da|vanaf|från|fra|od|от)"
    r":?\s*$",
    re.IGNORECASE,
)
_SAVED = re.compile(
    r"(?:\b(?:save|saves|saving|spare|sparen|ahorra|économisez)(?: up to)?|(?<!\w)[-–])\s*$", re.IGNORECASE
)
_TAKEN_OFF = re.compile(r"\s*(?:off|discount|rabatt|(?:in )?(?:free )?credits?|de descuento)\b", re.IGNORECASE)
_OR_MORE = re.compile(r"\s?(?:\+(?=\s*(?:/|per\b|$))|起|から|부터|[~〜](?!\s?\d))")
_OR = re.compile(r"[\s(]*\b(?:or|oder|ou|o|instead of|statt|au lieu de)\b|[;|]", re.IGNORECASE)
_ADDED = re.compile(r"(?:\+|\b(?:plus|and|und|et|zzgl\.?)|,)\s*$", re.IGNORECASE)
_TAX = r"(?:\s?%?\s?\(?(?:sales )?(?:VAT|tax(?:es)?|GST|HST|TVA|IVA|MwSt|USt|moms|btw|НДС|税)\b)"
_SHARE = re.compile(rf"(?:\+|\bplus|\band)\s*(?P<n>{NUMBER})\s?%(?!{_TAX}|\s(?:off|rabatt))", re.IGNORECASE)
_LEADING_SHARE = re.compile(rf"\s*(?P<n>{NUMBER})\s?%\s*(?:\+|plus\b|and\b)\s*(?=\D{{0,3}}\d)", re.IGNORECASE)
_MORE = re.compile(
    rf"\s*(?:\+|plus\b)\s*(?!{_TAX}|\d|[$€£])[^\W\d_]", re.IGNORECASE
)  # "+ usage": what can't be counted
LIMIT = re.compile(
    rf"\b(?:up to|max\.?|maximum|bis zu|bis|jusqu['’]à|hasta|fino a|até)\s+(?:{COUNT}){KINDS}{UNIT}",
    re.IGNORECASE,
)
_FOR_SEATS = re.compile(rf"\b(?:for|für|pour|para)\s+(?=\d){COUNT}{KINDS}{UNIT}", re.IGNORECASE)
_ALLOWANCE = re.compile(
    rf"\b(?:first\s+{COUNT}{KINDS}{UNIT}(?:\s+(?:a|per|each)\s+month)?\s+(?:are\s+|is\s+)?(?:free|included))",
    re.IGNORECASE,
)
_INCLUDED = re.compile(
    rf"(?<![\w.,$€£/])(?<!per\s)(?P<count>\d[\d,.]*)\s?(?P<times>{TIMES})?(?![^\W\d_])\s*{KINDS}{UNIT}"
    rf"(?P<each>\s*(?:/|per|for each|pro|par)\s*(?:{SPELT[SEAT]})s?\b)?",
    re.IGNORECASE,
)
_EACH = re.compile(
    rf"\b(?P<count>(?!))?(?P<times>(?!))?(?:each|every|per)\s(?:[^\W\d_]+\s)?{KINDS}{UNIT}:?\s?$", re.IGNORECASE
)
_FREE = re.compile(
    r"\b(?:free|gratis|kostenlos|kostenfrei|gratuit(?:e|o|a|ement)?|grátis|no (?:cost|charge)|бесплатно|bezpłatn\w*|"
    r"darmow\w*|zdarma|ingyenes|ücretsiz|ilmainen)(?!\w)|無料|免费|免費|무료",
    re.IGNORECASE,
)
_NOT_FREE = re.compile(
    r"\bfree (?:trial|migration|onboarding|support|shipping|credits?)|\bfeel free|kostenlose? (?:test|probe)|"
    r"無料(?:トライアル|体験|で?試)|免费试用|무료 ?체험|prueba gratis|essai gratuit",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:contact (?:us|(?:our )?sales)|talk to (?:us|sales)|let[’']s talk|get (?:a quote|in touch)|call us|tailored|"
    r"(?:book|request) a (?:demo|quote|call)|request pricing|custom(?: pric(?:e|ing)| quote)?|(?:up)?on request|"
    r"auf anfrage|individuell\w*|kontakt(?:ieren sie uns)?|sur (?:devis|demande|mesure)|contacte[rz](?:-nous)?|"
    r"a consultar|a medida|cont[aá]ct(?:ar|anos)|su richiesta|op aanvraag|по запросу|na zapytanie)(?!\w)|"
    r"お問い?合わ?せ|要問|联系我们|咨询|문의",
    re.IGNORECASE,
)
_DOT_DECIMALS = "USD GBP CAD AUD NZD SGD HKD INR CNY MXN KES ILS THB MYR PHP"  # their pages write 1.25, not 1,25
_COMMA_DECIMALS = "de fr es it pt nl pl cs tr id da nb no sv fi ru"
_KANA = re.compile("[\u3041-\u30ff]")


@dataclass(frozen=True)
class Quantity:
    """So many of a unit: 1 month, 1,000,000 tokens."""

    count: Decimal
    unit: str


@dataclass(frozen=True)
class Rate:
    """Money for each of `per`; once for all when `once`."""

    amount: Decimal
    currency: str  # ISO 4217; the sign itself where nobody knows whose it is
    per: tuple[Quantity, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class Tariff:
    """One plan's price. `rates` and `shares` add up."""

    kind: Literal["rates", "free", "contact", "unread"]
    rates: tuple[Rate, ...] = ()
    at_least: bool = False  # "from 12 USD", "10 to 20 USD", "12 USD plus usage": the true price may be higher
    billed_yearly: bool = False
    limits: tuple[Quantity, ...] = ()  # "up to 3 seats"
    allowances: tuple[Quantity, ...] = ()  # "first 1,000 calls free"
    shares: tuple[Decimal, ...] = ()  # percent of what is sold or paid: "plus 2.9%"


class Money(NamedTuple):
    """An amount where it stands in a text."""

    start: int
    end: int
    amount: Decimal
    currency: str  # as in `Rate`
    at_least: bool = False  # the low end of a range

    @property
    def is_read(self) -> bool:
        """Whether its currency is known."""
        return self.currency in CODES


def read_tariff(text: str, language: str = "") -> Tariff:
    """A price text in numbers: the first price, with what is added to it; alternatives after "or" are left out.

    Reads the first 400 characters. language: of the page, as `html lang` says it. kind "unread": no price was found
    in it, or one that nobody can read for sure.
    """
    plain = plain_text(text[:MOST_CHARACTERS])
    limits = _quantities(LIMIT, plain) or tuple(q for q in _quantities(_FOR_SEATS, plain) if q.unit == SEAT)
    allowances = _quantities(_ALLOWANCE, plain)
    priced = _ALLOWANCE.sub(" ", plain)
    found = list(_rates(priced, language))
    if any(rate.amount and rate.currency not in CODES for rate, _, _ in found):
        return Tariff("unread")
    rates = tuple(rate for rate, _, _ in found if rate.amount)
    if found and not _is_one_price(found[-1][0], priced, found[-1][2], language):
        return Tariff("unread")
    if rates:
        rest = priced[found[-1][2] :]
        shares = [s["n"] for s in [_LEADING_SHARE.match(priced), *_SHARE.finditer(priced)] if s]
        least = any(least for _, least, _ in found) or bool(_MORE.match(rest))
        percent = tuple(number_of(share) for share in shares)
        return Tariff("rates", rates, least, _is_billed_yearly(rates, priced, rest), limits, allowances, percent)
    if found or (_FREE.search(plain) and not _NOT_FREE.search(plain)):
        return Tariff("free", limits=limits)
    return Tariff("contact") if _CONTACT.search(plain) else Tariff("unread")


def tariff_words(tariff: Tariff) -> str:
    """The tariff in one fixed wording, which `read_tariff` reads back; "" when there is nothing to say."""
    limits = [f"up to {_counted(limit)}" for limit in tariff.limits]
    if tariff.kind == "free":
        return " ".join(["free", *limits])
    if tariff.kind != "rates":
        return "contact sales" if tariff.kind == "contact" else ""
    terms = [*map(rate_words, tariff.rates), *(f"{_share(share)}%" for share in tariff.shares)]
    notes = ["billed yearly"] if tariff.billed_yearly else []
    text = ("from " if tariff.at_least else "") + " plus ".join(terms)
    return ", ".join([text, *notes, *limits, *(f"first {_counted(a)} free" for a in tariff.allowances)])


def limits_in(text: str) -> tuple[Quantity, ...]:
    """What a plan ends at, wherever that is said: "up to 3 users" -> 3 seats."""
    return _quantities(LIMIT, plain_text(text[:MOST_CHARACTERS]))


def included_in(text: str) -> dict[str, tuple[Decimal, bool]]:
    """What a plan includes, and whether each seat has as much: "200 reviews per author" -> review: 200, True."""
    plain = plain_text(text[:MOST_CHARACTERS])
    found = ((_quantity(said), bool(said["each"])) for said in _INCLUDED.finditer(plain))
    return {quantity.unit: (quantity.count, is_each) for quantity, is_each in found}


def further_in(text: str) -> dict[str, Rate]:
    """What more than that costs, by unit: "each further review 0.12 dollars", "then $0.16 per hour"."""
    plain = plain_text(text[:MOST_CHARACTERS])
    rates: dict[str, Rate] = {}
    for money in money_in(plain):
        rate, _ = rate_at(money, plain)
        before = _EACH.search(plain[max(0, money.start - 40) : money.start])
        per = (_quantity(before),) if before else rate.per
        if len(per) == 1 and money.is_read:
            rates[per[0].unit] = Rate(rate.amount, rate.currency, per)
    return rates


def units_in(text: str) -> tuple[Quantity, ...]:
    """What a heading says prices are for: "Price per seat / month" -> 1 seat, 1 month."""
    found, at = [], 0
    plain = plain_text(text[:MOST_CHARACTERS])
    while step := PER.search(plain, at) or _ADVERB.search(plain, at):
        found += [_quantity(step)] if "unit" in step.groupdict() else _period(step)
        at = step.end()
    return tuple(found)


def says_more(text: str) -> bool:
    """Whether a line goes on with the price above it: "/ month", "per seat", "billed yearly at $96"."""
    plain = plain_text(text[:MOST_CHARACTERS])
    steps = (PER, _ADVERB, LIMIT, _BILLED_YEARLY) if not _OR.match(plain) else ()
    return any(pattern.match(plain) for pattern in steps)


def plain_text(text: str) -> str:
    """On one line, in one spelling: blanks, wide signs, and the short forms of a month and a year."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    plain = re.sub(r"(?:(?<=\d)|\s)p\.?\s?/?\s?(?:c\.?)?m\b\.?(?!\w)|/\s?m(?!\w)", "/mo", plain)
    plain = re.sub(r"(?:(?<=\d)|\s)p\.\s?a\b\.?|/\s?y(?!\w)", "/yr", plain)
    return re.sub(r"(?i)(/\s?(?:1 ?)?)mtok\b", r"\1M tokens", plain)


def number_of(text: str, *, currency: str = "", language: str = "") -> Decimal:
    """`1,299.00`, `1.299,00`, `1 299`, `1,50,000`, `12,50`, `.05` and `0.0004` as pages write them.

    One mark before three digits parts thousands, but for a dot where a currency's pages write decimals with one.
    """
    plain = re.sub(r"[\s'’]", "", text)
    marks = [c for c in plain if c in ".,"]
    if not marks:
        return Decimal(plain)
    whole, last, part = plain.rpartition(marks[-1])
    dotted = last == "." and currency in _DOT_DECIMALS and (not language or language[:2] not in _COMMA_DECIMALS)
    thousands = len(part) == 3 and whole.strip("0.,") != "" and (len(marks) > 1 or not dotted)
    if thousands and len(set(marks)) == 1:
        return Decimal(plain.replace(last, ""))
    return Decimal((re.sub("[.,]", "", whole) or "0") + "." + part)


def plain_number(value: Decimal) -> str:
    """1200 -> `1,200`, 12.5 -> `12.50`, 0.0004 -> `0.0004`, 12.00 -> `12`."""
    places = -int(value.normalize().as_tuple().exponent)
    places = 4 if places == 3 and value >= 1 else places  # "1.768 EUR" reads as over a thousand in half of Europe
    return f"{value:,.{0 if places <= 0 else max(2, places)}f}"


def money_in(plain: str, language: str = "") -> Iterator[Money]:
    """Every amount of a `plain_text`, in order; one of unknown currency too. A range is its low end."""
    language = language or ("ja" if _KANA.search(plain) else "")
    done = 0
    for found in _DIGITS.finditer(plain):
        if found.start() >= done and (money := _money(found, plain, language, done)):
            done = money.end
            yield money


def first_money(text: str, language: str = "") -> Money | None:
    """The first amount of a text; None where there is none."""
    return next(money_in(text, language), None)


def _money(found: re.Match[str], plain: str, language: str, done: int) -> Money | None:
    """The amount of a number, when a sign or a code stands before or behind it. done: where the last one ended."""
    start, end = found.span()
    before = _BEFORE.search(plain, max(done, start - 8), start)
    upper = _DASH.match(plain, end)
    if upper and (_is_range(found, upper) if before else not upper["wide"] and not upper["sign"]):
        end = upper.end()
    else:
        upper = None
    no_cents = _NO_CENTS.match(plain, end)
    end = no_cents.end() if no_cents else end
    scale = _SCALE.match(plain, end)
    after = _AFTER.match(plain, scale.end() if scale else end)
    if _NO_PRICE.match(plain, end) or (scale and not (before or after)):
        return None
    end = scale.end() if scale else end
    if before and after and not after["code"]:
        after = None
    sign = (after["code"] or after["sign"]) if after else before[0].strip() if before else ""
    end = after.end() if after else end
    if not sign:
        sign, end = _odd_sign(plain, start, end, has_no_cents=bool(no_cents))
    cents = sign == "¢" or sign.lower().startswith("cent")
    currency = "USD" if cents else currency_of(sign, language)
    if not sign or _NO_PRICE.match(plain, end):
        return None
    amount = number_of(found[0], currency=currency, language=language)
    amount = amount * SCALES[scale["word"].lower()] if scale else amount / 100 if cents else amount
    return Money(before.start() if before else start, end, amount, currency, upper is not None)


def _is_range(low: re.Match[str], high: re.Match[str]) -> bool:
    """Whether a number behind a signed one ends a range: "$10–$20", "$10-20"; not "$10 - 20 users"."""
    grows = number_of(high["n"]) > number_of(low[0])
    return grows and (bool(high["sign"]) or not high["wide"])


def _odd_sign(plain: str, start: int, end: int, *, has_no_cents: bool) -> tuple[str, int]:
    """The sign of an amount that its surroundings make one: "PHP 499/month", "249 TRY.", "99:-"; and where it ends."""
    after = _WORDY_AFTER.match(plain, end)
    found = after or _WORDY_BEFORE.search(plain, max(0, start - 4), start)
    stop = after.end() if after else end
    per = PER.match(plain, stop) or _ADVERB.match(plain, stop) if found else None
    if found and (per or (after and _ENDS.match(plain, stop))):
        return found[0].strip(), stop
    return ("kr" if has_no_cents else ""), end


def _rates(plain: str, language: str) -> Iterator[tuple[Rate, bool, int]]:
    """Rates that add up, each with whether it is a least one, and its end. Ends where a second price begins."""
    end = 0
    for money in money_in(plain, language):
        if _SAVED.search(plain[: money.start]) or _TAKEN_OFF.match(plain, money.end):
            continue
        between = plain[end : money.start]
        if end and (not _ADDED.search(between) or _OR.search(between)):
            return
        rate, end = rate_at(money, plain)
        more = _OR_MORE.match(plain, money.end) or _OR_MORE.match(plain, end)
        yield rate, money.at_least or bool(more or _LEAST.search(plain[: money.start])), end


Step = Callable[[re.Match[str], bool], bool]


def rate_at(money: Money, plain: str, is_sure: Step = lambda step, is_first: True) -> tuple[Rate, int]:
    """The price of an amount and where its words end; they end before a count that is not sure to be its own."""
    per = list(_led(plain[max(0, money.start - 24) : money.start]))
    once, at = False, money.end
    if plus := _OR_MORE.match(plain, at):
        at = plus.end()
    while step := next(filter(None, (pattern.match(plain, at) for pattern in _STEPS)), None):
        if not is_sure(step, at == money.end):
            break
        more = [_quantity(step)] if "unit" in step.groupdict() else _period(step)
        if more and more[0].unit in PERIODS and any(q.unit in PERIODS for q in per):
            break  # "$16/mo, yearly billing"
        per, once, at = [*per, *more], once or not more, step.end()
    led = _LED_BY_ADVERB.search(plain[max(0, money.start - 24) : money.start])
    if led and not any(q.unit in PERIODS for q in per):
        per += _period(led)
    ordered = sorted(dict.fromkeys(per), key=lambda quantity: (quantity.unit in PERIODS, quantity.unit != SEAT))
    return Rate(money.amount, money.currency, tuple(ordered), once), at


def _led(before: str) -> Iterator[Quantity]:
    """Periods and units that stand before an amount, as Chinese, Japanese and Korean pages put them."""
    while found := _LED.search(before):
        named = "month" if found["month"] else "year" if found["year"] else unit_name(found["each"] or found["of"])
        yield Quantity(Decimal(1), named)
        before = before[: found.start()]


def _is_billed_yearly(rates: tuple[Rate, ...], plain: str, rest: str) -> bool:
    """Whether a monthly price is paid by the year, in whichever words; an alternative after "or" is another price."""
    parts = (_OR.split(rest)[0], plain[: len(plain) - len(rest)])
    said = ((part, found) for part in parts if (found := _BILLED_YEARLY.search(part)))
    return any(not _INSTEAD.search(part[max(0, found.start() - 20) : found.end()]) for part, found in said)


def _is_one_price(rate: Rate, plain: str, end: int, language: str) -> bool:
    """Whether an amount without a period isn't led straight to another with one: "was $20 now $10 a month"."""
    later = next((m for m in money_in(plain, language) if m.start >= end), None)
    if later is None or rate.per or rate.once or re.search(r"[,;|(.]|\d", plain[end : later.start]):
        return True
    return bool(_OR.search(plain[end : later.start])) or not rate_at(later, plain)[0].per


def _period(adverb: re.Match[str]) -> list[Quantity]:
    return [] if adverb["once"] else [Quantity(Decimal(1), str(adverb.lastgroup))]


def _quantities(pattern: re.Pattern[str], plain: str) -> tuple[Quantity, ...]:
    return tuple(dict.fromkeys(_quantity(found) for found in pattern.finditer(plain)))


def _quantity(found: re.Match[str]) -> Quantity:
    said = (found["count"] or "1").strip(".,'")
    count = number_of(said, currency="EUR")  # "3.000 Zeilen": nobody counts in thousandths
    times = COUNT_WORDS[found["times"].lower()] if found["times"] else 1
    return Quantity(count * times, unit_name(found["unit"], found["kind"] or ""))


def rate_words(rate: Rate) -> str:
    """`12 USD per seat and month`."""
    money = f"{plain_number(rate.amount)} {rate.currency}"
    per = " and ".join(quantity.unit if quantity.count == 1 else _counted(quantity) for quantity in rate.per)
    return " ".join([money, *(["per " + per] if per else []), *(["once"] if rate.once else [])])


def _share(share: Decimal) -> str:
    return f"{share.normalize():f}"


def _counted(quantity: Quantity) -> str:
    millions = quantity.count / 1_000_000
    whole = quantity.count >= 1_000_000 and millions == millions.to_integral()
    count = f"{plain_number(millions)}M" if whole else plain_number(quantity.count)
    return f"{count} {quantity.unit if quantity.count == 1 else plural(quantity.unit)}"
