"""Facts a sentence can be wrong about: numbers with units, prices, dates, licences, names, commands.

Read from normalised text by pattern. What patterns can't see is written down in docs/checks.md.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from panel.checks.vocabulary import (
    COMMON_CAPITALS,
    CURRENCIES,
    FACT,
    MONTHS,
    NUMBER,
    QUANTITY,
    SCALE,
    SCALES,
    UNITS,
    WORD_NUMBERS,
)

Kind = Literal["number", "price", "date", "licence", "name", "code"]
HARD = frozenset({"number", "price", "date", "licence"})  # misread by pattern seldom; names and commands are softer

_DIGITS = re.compile(r"\d+")
_CAPITAL = re.compile(r"[A-Z][\w+#]*(?:[.'-]\w+)*")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b")


@dataclass(frozen=True)
class Fact:
    """One fact as written, and the key it is compared by."""

    kind: Kind
    text: str
    value: Decimal = Decimal(0)  # numbers and prices
    unit: str = ""  # canonical; "" when bare
    key: tuple[int, ...] | str = ""  # dates: (year, month, day), 0 where not said; licences, names, code: spelling


@dataclass(frozen=True)
class Facts:
    """What one text holds, ready to be looked up in."""

    found: tuple[Fact, ...]
    squashed: str = field(repr=False)  # lower case without blanks and hyphens: names are looked up in it
    rest: str = field(repr=False)  # the text with every fact found blotted out by zeros

    def hold(self, fact: Fact) -> bool:
        """Whether this text states the same fact."""
        if fact.kind in ("name", "code"):
            return str(fact.key) in self.squashed
        return any(_same(fact, other) for other in self.found)


def read_facts(text: str) -> Facts:
    """Facts in a normalised text, in order. Capitalised names are read only from sentences: see `read_names`."""
    found, rest, end = [], [], 0
    for match in FACT.finditer(text):
        fact = _fact(match)
        if fact is not None:
            found.append(fact)
            rest += [text[end : match.start()], "0" * (match.end() - match.start())]
            end = match.end()
    return Facts(tuple(found), squash(text), "".join(rest) + text[end:])


def read_names(facts: Facts) -> list[Fact]:
    """Capitalised words of a sentence that are not there for grammar: products, companies, people.

    A word that opens the sentence counts only when it has an inner capital or the next word has one too.
    """
    names = []
    matches = list(_CAPITAL.finditer(facts.rest))
    for i, match in enumerate(matches):
        word = match.group().removesuffix("'s")
        if word in COMMON_CAPITALS or "0" in word:
            continue
        opens = facts.rest[: match.start()].rstrip(" \"'(")[-1:] in ("", ".", "!", "?", ":")
        inner = any(c.isupper() for c in word[1:])
        if not opens or inner or _leads_a_name(match, matches[i + 1 : i + 2]):
            names.append(Fact("name", word, key=squash(word)))
    return names


def _leads_a_name(match: "re.Match[str]", following: list["re.Match[str]"]) -> bool:
    """Whether the next word is capitalised too, as in `Hugging Face`."""
    return any(n.start() == match.end() + 1 and n.group() not in COMMON_CAPITALS for n in following)


def squash(text: str) -> str:
    """Spelling without case, blanks and hyphens: `GPT 4o` and `gpt-4o` are one name."""
    return text.lower().replace(" ", "").replace("-", "")


def _fact(match: "re.Match[str]") -> Fact | None:
    kind, text = (match.lastgroup or "").rstrip("_"), match.group()
    if kind == "code":
        return Fact("code", text, key=squash(text.strip("`")))
    if kind == "date":
        return Fact("date", text, key=_date(text))
    if kind == "licence":
        return Fact("licence", text, key=_licence(text))
    if kind == "name":
        return _attached(text) or Fact("name", text, key=squash(text))
    if kind == "price":
        return _price(text)
    return _quantity(text)


def _attached(text: str) -> Fact | None:
    """`v2.1` is a version number and no name."""
    return Fact("number", text, value=_decimal(text[1:])) if re.fullmatch(r"v\d+(?:\.\d+)?", text) else None


def _quantity(text: str) -> Fact | None:
    """A number with its unit, or one in words ("forty percent", "twenty dollars")."""
    coin = next((c for c in ("dollar", "euro", "cent") if text.endswith((f" {c}", f" {c}s", f"-{c}"))), "")
    if text.endswith("per cent"):
        coin = ""
    match = QUANTITY.match(text.removesuffix("s").removesuffix(coin).strip(" -") if coin else text)
    if match is None:
        return None
    word = match["value"]
    value = _decimal(word) if word[0].isdigit() else Decimal(WORD_NUMBERS[word])
    value *= SCALES.get(match["scale"] or "", 1)
    if coin:
        return Fact("price", text, value=value, unit=CURRENCIES[coin])
    return Fact("number", text, value=value, unit=UNITS.get(match["unit"] or "", ""))


def _price(text: str) -> Fact | None:
    number = re.search(NUMBER, text)
    if number is None:
        return None
    before, after = text[: number.start()].strip(), text[number.end() :].strip()
    scale, _, coin = after.rpartition(" ") if after not in CURRENCIES else ("", "", after)
    mark = next((m for m in (before, coin, after) if m in CURRENCIES), "$")
    scale = scale or (after if before and re.fullmatch(SCALE, after) else "")
    return Fact("price", text, value=_decimal(number.group()) * SCALES.get(scale, 1), unit=CURRENCIES[mark])


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _date(text: str) -> tuple[int, int, int]:
    """(year, month, day), 0 where not said; a quarter or a half year has a negative month, equal only to its own."""
    if iso := _ISO_DAY.fullmatch(text):
        return int(iso[1]), int(iso[2]), int(iso[3])
    if text[0] in "QH" and text[1].isdigit():
        return int(text[-4:]), -int(text[1]), ord(text[0])
    numbers = [int(n) for n in _DIGITS.findall(text)]
    word = re.search(r"[A-Za-z]{3,}", _ORDINAL.sub(" ", text))
    month = MONTHS[word.group().lower()] if word else 0
    return next((n for n in numbers if n > 31), 0), month, next((n for n in numbers if n <= 31), 0)


def _licence(text: str) -> str:
    """Family and major version: `Apache License 2.0` and `Apache-2.0` are one."""
    family = re.match(r"[A-Z]{2,}|[A-Za-z]+", text)
    assert family is not None  # the pattern begins every licence with a letter
    parts = "".join(re.findall(r"-[A-Z]{2}\b", text))
    version = _DIGITS.search(text)
    return f"{family.group().lower()}{parts}/{version.group() if version else ''}"


def _same(fact: Fact, other: Fact) -> bool:
    """Whether `other`, in a source, states `fact`, in a sentence."""
    if fact.kind == "date":
        return other.kind == "date" and _date_stands(tuple(fact.key), tuple(other.key))
    if fact.kind == "licence":
        return other.kind == "licence" and _licence_stands(str(fact.key), str(other.key))
    if other.kind not in ("number", "price") or fact.value != other.value:
        return False
    if fact.kind == "price" or fact.unit in ("%", "pp"):
        return fact.unit == other.unit
    return not fact.unit or not other.unit or fact.unit == other.unit


def _date_stands(said: tuple[int | str, ...], source: tuple[int | str, ...]) -> bool:
    """A date stands on one that is as precise or more: "Nov 2026" on 2026-11-23."""
    return all(mine in (0, theirs) for mine, theirs in zip(said, source, strict=True))


def _licence_stands(said: str, source: str) -> bool:
    family, _, version = said.partition("/")
    their_family, _, their_version = source.partition("/")
    return family == their_family and version in ("", their_version)
