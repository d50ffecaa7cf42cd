"""A price as a page words it, read into numbers, and written again in one way: `12 USD per seat and month`.

A bare `$` is taken for US dollars, `¥` for yen. What can't be read is said to be unread, never guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

PERIODS = {"month": 1, "year": 12}  # months
SEAT = "seat"

_SPELT = {
    "seat": "seat|user|member|editor|developer|person|people|licen[cs]e|account|contributor|teammate|engineer|agent|"
    "author|committer|collaborator|reviewer|maintainer|creator|designer|tester|analyst|admin|administrator|operator|"
    "participant|employee|student|teacher|learner|coder|programmer|writer|colleague|"
    "nutzer(?:in)?|benutzer|person|platz|plätze|arbeitsplatz|entwickler|utilisateur|siège|poste|personne|développeur|usuario|persona|puesto",
    "month": "month|mo|mth|monat|mois|mes",
    "year": "year|yr|annum|jahr|an|année|año",
    "week": "week|wk|woche|semaine",
    "day": "day|tag|jour",
    "hour": "hour|hr|h|stunde|heure",
    "minute": "minute|min",
    "second": "second|sec|sekunde|seconde",
    "token": "token|jeton|tok",
    "character": "character|char|zeichen|caractère",
    "word": "word|wort|wörter|mot",
    "call": "call|aufruf|appel",
    "request": "request|req|anfrage|requête",
    "query": "query|querie|search|searche|abfrage|suche|recherche",
    "GB": "gb|gib|gigabyte|go",
    "TB": "tb|tib|terabyte|to",
    "credit": "credit|crédit|guthaben",
    "run": "run|job|build|execution|lauf|läufe|durchlauf|exécution",
    "image": "image|bild|bilder",
    "page": "page|seite",
    "document": "document|doc|dokument",
    "message": "message|nachricht",
    "event": "event|ereignis|événement",
    "record": "record|row|zeile|datensatz|datensätze|ligne",
    "trace": "trace|span",
    "project": "project|projekt|projet",
    "repository": "repository|repositorie|repo|dépôt",
    "workspace": "workspace|team|organi[sz]ation|company|companie|équipe|arbeitsbereich",
    "vector": "vector|vektor|vecteur",
    "review": "review|pull request|scan",
    "site": "site|website",
    "server": "server|node|host|instance|machine",
    "device": "device|gerät|geräte|appareil",
}
_PLURAL = "(?:s|e|en|n)?"
UNIT_OF = {name: re.compile(rf"(?:{spelt}){_PLURAL}", re.IGNORECASE) for name, spelt in _SPELT.items()}
WORDS = "|".join(sorted({word for spelt in _SPELT.values() for word in spelt.split("|")}, key=len, reverse=True))
_OF_A_GROUP = rf"(?:(?:team|company|workspace|organi[sz]ation|project)\s+(?=(?:{_SPELT['seat']})s?\b))?"
UNIT = rf"{_OF_A_GROUP}(?P<unit>(?:{WORDS}){_PLURAL})(?![\w-])"
KINDS = r"(?:(?P<kind>input|output|cached|eingabe|ausgabe|entrée|sortie|active|build|gpu|cpu|api|compute|audio)[\s-]+)?"
KIND_OF = {"eingabe": "input", "entrée": "input", "ausgabe": "output", "sortie": "output"}
SAID = frozenset({"input", "output", "cached", "build", "gpu", "cpu", "audio", "compute"})  # the others say no more
_MILLION = ("m", "million", "millions", "mio", "millionen", "millón", "millones")
COUNT_WORDS = dict.fromkeys(("k", "thousand", "tausend", "mille", "mil"), 1_000) | dict.fromkeys(_MILLION, 1_000_000)
TIMES = "|".join(sorted(COUNT_WORDS, key=len, reverse=True))
COUNT = rf"(?:(?P<count>\d[\d,.']*(?:\s\d{{3}})*)?\s?(?P<times>{TIMES})?(?![^\W\d_])\.?\s*)"
SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₺": "TRY", "zł": "PLN",
         "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "S$": "SGD", "HK$": "HKD", "R$": "BRL",
         "CN¥": "CNY", "euro": "EUR", "euros": "EUR", "dollars": "USD", "fr.": "CHF"}  # fmt: skip
CODES = frozenset(
    {
        "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "INR",
        "CNY", "KRW", "BRL", "MXN", "SGD", "HKD", "ILS", "TRY", "ZAR", "TWD", "THB",
    }
)  # fmt: skip
MOST_CHARACTERS = 400
SIGN = "|".join(re.escape(sign) for sign in sorted([*SIGNS, *CODES], key=len, reverse=True))
NUMBER = r"(?:\d{1,3}(?:[.,'’ ]\d{3}){1,5}(?:[.,]\d{1,8})?|\d{1,9}(?:[.,]\d{1,8})?)(?![.,]?\d)"
NOT_A_PRICE = r"(?!\s?(?:%|(?:m|b|bn|million|billion|mio|mrd)\b))"
AMOUNT = re.compile(
    rf"(?<![\w$€£])(?<!\d[.,])(?:(?P<before>{SIGN})\s?(?P<n1>{NUMBER})(?:[.,][-–—]+)?(?P<k1>k\b)?{NOT_A_PRICE}(?:\s(?:{'|'.join(sorted(CODES))})\b)?"
    rf"|(?P<n2>{NUMBER})(?:[.,][-–—]+)?(?P<k2>\s?k\b)?\s?(?P<after>{SIGN}|¢|cents?\b){NOT_A_PRICE}(?!\w))",
    re.IGNORECASE,
)
PER = re.compile(
    rf"[\s,(]*(?:(?:HT|TTC|net|netto|excl\.? VAT|ex\.? VAT|plus VAT|zzgl\.? MwSt\.?|"
    rf"inkl\.? MwSt\.?)[\s,)]*)?(?:(?:and|und|et|&|\+|each)\s+)?(?:/|per\b|pro\b|par\b|por\b|al\b|je\b|a\b|"
    rf"an\b|each\b|every\b|im\b|and\b|und\b|et\b)\s*{COUNT}?{KINDS}{UNIT}\.?",
    re.IGNORECASE,
)
PER_OTHER = re.compile(  # a unit of the price list's own: "per widget", "/app"
    rf"[\s,(]*(?:(?:and|&)\s+)?(?:/|per\s)\s*{COUNT}?(?P<kind>(?!))?(?P<unit>[^\W\d_][\w-]*)", re.IGNORECASE
)
ADVERB = re.compile(
    r"[\s,(]*(?P<month>monthly|monatlich|mensuel(?:s|le|les)?|mensuellement)\b|"
    r"[\s,(]*(?P<year>yearly|annually|jährlich|annuel(?:s|le|les)?|annuellement)\b|"
    r"[\s,(]*(?P<once>once|one[- ]time|lifetime|for life|einmalig|une fois|paiement unique|one-off)\b",
    re.IGNORECASE,
)
BILLED_YEARLY = re.compile(
    r"\b(?:billed|paid|when paid|charged|invoiced|with)\s+(?:annual(?:ly)?|yearly|once a year|per year)\b|"
    r"annual (?:billing|plan|commitment)|jährliche[rn]? (?:abrechnung|zahlung|zahlweise)|jährlich (?:abgerechnet|"
    r"bezahlt|zahlbar)|factur\w+ (?:annuelle\w*|par an|à l'année)|(?:payé|engagement) annuel\w*",
    re.IGNORECASE,
)
LEAST = re.compile(
    r"\b(?:from|starting (?:at|from)|starts at|as low as|at least|ab|à partir de|dès)\s*$", re.IGNORECASE
)
SECOND = re.compile(r"[\s(]*\b(?:or|oder|ou|instead of|statt|au lieu de)\b|[;|]", re.IGNORECASE)
LIMIT = re.compile(
    rf"\b(?:up to|max\.?|maximum|bis zu|bis|jusqu'à|jusqu’à|includes up to)\s+(?:{COUNT}){KINDS}{UNIT}", re.IGNORECASE
)
ALLOWANCE = re.compile(
    rf"\b(?:first\s+{COUNT}{KINDS}{UNIT}(?:\s+(?:a|per|each)\s+month)?\s+(?:are\s+|is\s+)?(?:free|included))",
    re.IGNORECASE,
)
FREE = re.compile(
    r"\b(?:free|gratis|kostenlos|kostenfrei|gratuit(?:e|ement)?|no (?:cost|charge)|0 ?(?:\$|€|£|usd|"
    r"eur))(?!\w)|[$€£]\s?0(?![\d.,]\d|\d)",
    re.IGNORECASE,
)
NOT_FREE = re.compile(
    r"\bfree (?:trial|migration|onboarding|support|shipping|credits?)|kostenlose? (?:test|probe)", re.IGNORECASE
)
CONTACT = re.compile(
    r"\b(?:contact (?:us|sales)|talk to (?:us|sales)|let[’']s talk|get a quote|request (?:a )?(?:quote|pricing)|"
    r"custom(?: pricing| quote)?|(?:price )?on request|(?:preis )?auf anfrage|individuell\w*|sur (?:devis|demande|"
    r"mesure)|a consultar|a medida|(?:nous )?contacte[rz](?:-nous)?|tailored|kontakt(?:ieren sie uns)?|call us|"
    r"book a (?:demo|call))\b",
    re.IGNORECASE,
)


def unit_name(word: str, kind: str = "") -> str:
    """The one word for a unit as a page spells it, with what is counted before it: `input token`, `GPU hour`.

    A unit nobody listed keeps its own word: a price for it is stated, though no scenario can know how many there are.
    """
    own = word.lower()
    own = own if own.endswith("ss") else own.removesuffix("s")
    unit = next((name for name, spelt in UNIT_OF.items() if spelt.fullmatch(word)), own)
    kind = KIND_OF.get(kind.lower(), kind.lower())
    kind = kind.upper() if kind in ("gpu", "cpu") else kind
    return f"{kind} {unit}" if kind.lower() in SAID else unit


def plural(unit: str) -> str:
    """`seat` -> `seats`, `query` -> `queries`; GB stays GB."""
    if unit.endswith(("GB", "TB")):
        return unit
    return unit[:-1] + "ies" if unit.endswith("y") and not unit.endswith("day") else unit + "s"


@dataclass(frozen=True)
class Quantity:
    """So many of a unit: 1 month, 1,000,000 tokens."""

    count: Decimal
    unit: str


@dataclass(frozen=True)
class Rate:
    """Money for each of `per`; once for all when `once`."""

    amount: Decimal
    currency: str  # ISO 4217
    per: tuple[Quantity, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class Tariff:
    """One plan's price. `rates` add up."""

    kind: Literal["rates", "free", "contact", "unread"]
    rates: tuple[Rate, ...] = ()
    at_least: bool = False  # "from 12 USD": the true price may be higher
    billed_yearly: bool = False
    limits: tuple[Quantity, ...] = ()  # "up to 3 seats"
    allowances: tuple[Quantity, ...] = ()  # "first 1,000 calls free"


def read_tariff(text: str) -> Tariff:
    """A price text in numbers: the first price, with what is added to it; alternatives after "or" are left out.

    Reads the first 400 characters, in English, German and French. kind "unread": no price was found in it.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).split())
    limits, allowances = _quantities(LIMIT, plain), _quantities(ALLOWANCE, plain)
    found = list(_rates(ALLOWANCE.sub(" ", plain)))
    rates = tuple(rate for rate, _ in found if rate.amount)
    if rates:
        least = any(least for _, least in found)
        return Tariff("rates", rates, least, bool(BILLED_YEARLY.search(plain)), limits, allowances)
    if found or (FREE.search(plain) and not NOT_FREE.search(plain)):
        return Tariff("free", limits=limits)
    return Tariff("contact") if CONTACT.search(plain) else Tariff("unread")


def tariff_words(tariff: Tariff) -> str:
    """The tariff in one fixed wording, which `read_tariff` reads back; "" when there is nothing to say."""
    limits = [f"up to {_counted(limit)}" for limit in tariff.limits]
    if tariff.kind == "free":
        return " ".join(["free", *limits])
    if tariff.kind != "rates":
        return "contact sales" if tariff.kind == "contact" else ""
    text = ("from " if tariff.at_least else "") + " plus ".join(rate_words(rate) for rate in tariff.rates)
    notes = ["billed yearly"] if tariff.billed_yearly else []
    return ", ".join([text, *notes, *limits, *(f"first {_counted(a)} free" for a in tariff.allowances)])


def limits_in(text: str) -> tuple[Quantity, ...]:
    """What a plan ends at, wherever that is said: "up to 3 users" -> 3 seats."""
    return _quantities(LIMIT, " ".join(unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).split()))


def units_in(text: str) -> tuple[Quantity, ...]:
    """What a heading says prices are for: "Price per seat / month" -> 1 seat, 1 month."""
    found, at = [], 0
    plain = " ".join(unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).split())
    while step := PER.search(plain, at) or ADVERB.search(plain, at):
        found += [_quantity(step)] if "unit" in step.groupdict() else _period(step)
        at = step.end()
    return tuple(found)


def number_of(text: str, *, currency: str = "") -> Decimal:
    """`1,299.00`, `1.299,00`, `1 299`, `12,50` and `0.0004` as pages write them.

    One mark before three digits parts thousands, but for a dot in dollars, pounds or nothing-point-something.
    """
    plain = re.sub(r"[\s'’]", "", text)
    marks = [c for c in plain if c in ".,"]
    if not marks:
        return Decimal(plain)
    whole, last, part = plain.rpartition(marks[-1])
    dotted = last == "." and currency in ("USD", "GBP", "")
    thousands = len(part) == 3 and whole.strip("0.,") != "" and (len(marks) > 1 or not dotted)
    if thousands and len(set(marks)) == 1:
        return Decimal(plain.replace(last, ""))
    return Decimal(re.sub("[.,]", "", whole) + "." + part)


def plain_number(value: Decimal) -> str:
    """1200 -> `1,200`, 12.5 -> `12.50`, 0.0004 -> `0.0004`, 12.00 -> `12`."""
    places = -int(value.normalize().as_tuple().exponent)
    places = 4 if places == 3 and value >= 1 else places  # "1.768 EUR" reads as over a thousand in half of Europe
    return f"{value:,.{0 if places <= 0 else max(2, places)}f}"


def _rates(plain: str) -> Iterator[tuple[Rate, bool]]:
    """Rates that add up, each with whether it is a least one. Ends where a second price begins."""
    end = 0
    for found in AMOUNT.finditer(plain):
        between = plain[end : found.start()]
        if end and not re.search(r"(?:\+|plus|and|und|et|zzgl\.?|,)\s*$", between, re.IGNORECASE):
            return
        if SECOND.search(between) and end:
            return
        rate, end = rate_at(found, plain)
        yield rate, bool(LEAST.search(plain[: found.start()]))


def rate_at(
    found: re.Match[str], plain: str, is_sure: Callable[[re.Match[str], bool], bool] = lambda step, is_first: True
) -> tuple[Rate, int]:
    """The price that `AMOUNT` found and where its words end; they end before a count that is not sure to be its own."""
    sign = (found["before"] or found["after"]).lower()
    currency = next((code for known, code in SIGNS.items() if known.lower() == sign), sign.upper())
    cents = sign == "¢" or sign.startswith("cent")
    currency = "USD" if cents else currency
    amount = number_of(found["n1"] or found["n2"], currency=currency)
    amount = amount * 1000 if found["k1"] or found["k2"] else amount / 100 if cents else amount
    per, once, at = [], False, found.end()
    while step := PER.match(plain, at) or ADVERB.match(plain, at) or PER_OTHER.match(plain, at):
        if not is_sure(step, at == found.end()):
            break
        at = step.end()
        if "unit" in step.groupdict():
            per.append(_quantity(step))
        elif step["once"]:
            once = True
        else:
            per += _period(step)
    ordered = sorted(dict.fromkeys(per), key=lambda quantity: (quantity.unit in PERIODS, quantity.unit != SEAT))
    return Rate(amount, currency, tuple(ordered), once), at


def _period(adverb: re.Match[str]) -> list[Quantity]:
    named = "month" if adverb["month"] else "year" if adverb["year"] else ""
    return [Quantity(Decimal(1), named)] if named else []


def _quantities(pattern: re.Pattern[str], plain: str) -> tuple[Quantity, ...]:
    return tuple(dict.fromkeys(_quantity(found) for found in pattern.finditer(plain)))


def _quantity(found: re.Match[str]) -> Quantity:
    count = number_of(found["count"].strip(".,'")) if found["count"] else Decimal(1)
    times = COUNT_WORDS[found["times"].lower()] if found["times"] else 1
    return Quantity(count * times, unit_name(found["unit"], found["kind"] or ""))


def rate_words(rate: Rate) -> str:
    """`12 USD per seat and month`."""
    money = f"{plain_number(rate.amount)} {rate.currency}"
    per = " and ".join(quantity.unit if quantity.count == 1 else _counted(quantity) for quantity in rate.per)
    return " ".join([money, *(["per " + per] if per else []), *(["once"] if rate.once else [])])


def _counted(quantity: Quantity) -> str:
    millions = quantity.count / 1_000_000
    whole = quantity.count >= 1_000_000 and millions == millions.to_integral()
    count = f"{plain_number(millions)}M" if whole else plain_number(quantity.count)
    return f"{count} {quantity.unit if quantity.count == 1 else plural(quantity.unit)}"
