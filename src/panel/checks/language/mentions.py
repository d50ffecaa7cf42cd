"""Facts a sentence can be wrong about: numbers with units, prices, dates, licences, names, commands.

Read from normalised text by pattern. What patterns can't see is written down in docs/checks.md.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

_MONTH_NAMES = """
jan january;feb february;mar march;apr april;may;jun june;jul july;aug august;sep sept september;oct october
nov november;dec december
"""
_MONTH_ROWS = _MONTH_NAMES.replace("\n", ";").strip(";").split(";")
MONTHS = {name: number for number, row in enumerate(_MONTH_ROWS, 1) for name in row.split()}
SCALES = {
    "k": 10**3, "K": 10**3, "thousand": 10**3, "M": 10**6, "mn": 10**6, "million": 10**6, "B": 10**9, "bn": 10**9,
    "billion": 10**9, "T": 10**12, "trillion": 10**12, "hundred": 100,
}  # fmt: skip
_SPELT = {  # "+": with and without an s
    "%": "%|percent|per cent", "pp": "percentage point+", "x": "x|times|fold", "ms": "ms|millisecond+",
    "s": "s|sec+|second+", "min": "min+|minute+", "h": "h|hour+", "day": "day+", "week": "week+", "month": "month+",
    "year": "year+",
    "tok/s": "tokens per second|tokens/second|tokens/sec|tokens/s|tok/s|t/s|tokens a second", "fps": "fps",
    "req/s": "requests per second|req/s|rps", "tokens": "token+", "parameters": "parameter+|params", "points": "point+",
    "KB": "KB", "MB": "MB|MiB", "GB": "GB|GiB", "TB": "TB",
}  # fmt: skip
_ROWS = [(word, unit) for unit, spelt in _SPELT.items() for word in spelt.split("|")]
UNITS = {word.replace("+", end): unit for word, unit in _ROWS for end in ("", "s")}
CURRENCIES = {
    "$": "USD", "USD": "USD", "dollars": "USD", "dollar": "USD", "US$": "USD", "€": "EUR", "EUR": "EUR",
    "euros": "EUR", "euro": "EUR", "£": "GBP", "GBP": "GBP", "pounds": "GBP", "¥": "JPY", "JPY": "JPY",
    "cents": "cent", "cent": "cent", "¢": "cent",
}  # fmt: skip
MEASURES = UNITS | CURRENCIES
# "one" is left out: "one day" is seldom a figure
_SMALL = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
WORD_NUMBERS = {word: number for number, word in enumerate(_SMALL.split(), 2)}
WORD_NUMBERS |= {"eighteen": 18, "nineteen": 19} | {word: ten * 10 for ten, word in enumerate(_TENS.split(), 2)}

_COMMON = """
I AI API APIs CLI GPU GPUs CPU CPUs LLM LLMs SDK SDKs JSON YAML HTML HTTP HTTPS REST URL URLs UI UX IDE IDEs OS PDF CSV
SQL ML RAM VRAM SaaS CI CD PR PRs EU US UK NDA SLA SSO FAQ README CEO CTO IT ID OK TTS OCR RAG DX I'd I'm I've I'll A An
The It Its This That These Those They There You Your We Our He She But And Or If When While For From In On At By To With
Without No Not Nor So As Than Then Yet Who What Which Where Why How English Monday Tuesday Wednesday Thursday Friday
Saturday Sunday
"""
COMMON_CAPITALS = frozenset(_COMMON.split()) | {name.title() for name in MONTHS}  # capitals that name no product


def any_word(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + ")"


NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[.']\d{3}){1,5}(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)?)"
SPACED = rf"(?:\d{{1,3}}(?:[ ]\d{{3}}){{1,5}}(?:[.,]\d+)?(?!\d)|{NUMBER})"  # after "$" a blank ends the amount
SCALE = any_word(SCALES)
MEASURE = any_word(MEASURES)
_MONTH = any_word(name.title() for name in MONTHS) + r"\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WORD = any_word(WORD_NUMBERS)
_LICENCE_WORD = "(?:Affero|Lesser|General|Business|Mozilla|Server|Side|European|Union)"
_ENDS = r"(?!\w)"
_AMOUNT = rf"\s?{NUMBER}(?:\s?{SCALE}{_ENDS})?"

# one branch for each first character, so that most words are tried against two alternatives and not sixty
FACT = re.compile(
    rf"""
    (?:(?<![\w.])|(?=[`$€£¥]))
    (?:
    (?=\d)(?:
        (?P<date>\d{{4}}-\d{{2}}-\d{{2}}\b
          | {_DAY}\s(?:of\s)?{_MONTH}(?:,?\s\d{{4}})?\b
          | (?:19|20)\d\d\b(?![.,]?\d)(?!\s?(?:{SCALE}|{MEASURE}){_ENDS}))
      | (?P<number>{SPACED}(?:\s?{SCALE}{_ENDS})?(?:[\s-]?{MEASURE}{_ENDS})?)
    )
  | (?=[A-Z])(?:
        (?P<date_>(?:{_MONTH}\s{_DAY}(?:,?\s\d{{4}})?\b(?!\.?\d)|(?:{_MONTH}|[QH][1-4])\s\d{{4}}\b))
      | (?P<licence>(?:MIT|ISC|Unlicense
          | (?:(?:GNU\s)?(?:{_LICENCE_WORD}[\s-]){{1,4}}(?:Source|Public)\sLicen[cs]e|BUSL|BSL|SSPL|EUPL)
            (?:,?[\s-]?(?:[vV]ersion\s)?v?\d(?:\.\d)?)?
          | Apache(?:[\s-]Licen[cs]e)?(?:,?[\s-](?:[vV]ersion\s)?v?[12](?:\.\d)?)?
          | [AL]?GPL(?:[\s-]?v?[23](?:\.\d)?)?
          | BSD(?:[\s-][0234][\s-][Cc]lause)?
          | MPL(?:[\s-]?v?2(?:\.0)?)?
          | CC[\s-](?:0|BY)(?:-[A-Z]{{2}})*(?:\s?\d\.0)?){_ENDS})
      | (?P<number_>(?:US\$|(?:USD|EUR|GBP)\s){_AMOUNT})
    )
  | (?P<number__>[$€£¥]{_AMOUNT})
  | (?P<code>`[^`]+`)
  | (?P<name>[A-Za-z]+-?\d(?:[\w.-]*\w)?{_ENDS})
  | (?=[efhnst])(?P<number___>{_WORD}(?:[\s-]{SCALE})?(?:[\s-]?{MEASURE}|(?<=thousand)|(?<=illion)){_ENDS})
    )
    """,
    re.VERBOSE,
)
QUANTITY = re.compile(
    rf"(?P<sign>US\$|[A-Z]{{3}}|[$€£¥])?\s?(?P<value>{SPACED}|[a-z]+?)[\s-]?(?P<scale>{SCALE}{_ENDS})?[\s-]?(?P<unit>{MEASURE}{_ENDS})?$",
    re.VERBOSE,
)
MentionKind = Literal["number", "price", "date", "licence", "name", "code"]
HARD = frozenset({"number", "price", "date", "licence"})  # misread by pattern seldom; names and commands are softer

_DIGITS = re.compile(r"\d+")
_CAPITAL = re.compile(r"[A-Z][\w+#]*(?:[.'-]\w+)*")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|\bof\b")
_RANGE = re.compile(r"\s?(?:-|to|bis|à)\s?")
_CALLED = re.compile(r"([A-Z][\w+#]*|js|[Vv]ersion|[Rr]elease)[\s>=~^-]+$")
_BEFORE_A_YEAR = re.compile(r"\b(?i:in|since|until|till|during|early|late|mid|spring|summer|autumn|fall|winter)[\s-]$")
_COUNTED = re.compile(r"\s(?:[a-z]+\s)?[a-z]+s\b")
_ENGLISH = re.compile(r"\d{1,3}(?:[ ',]\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(?:[ '.]\d{3})*(?:,\d+)?|\d+,\d+")
_IN_NAME = re.compile(r"(?:-(?=[\d.]+[BMK]\b|\d+\.\d)|^[a-z]+-)(\d+(?:\.\d+)?)([BMK]?)\b")
_PER = {Decimal(1_000): "perthousand", Decimal(1_000_000): "permillion"}
_SPANS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "day": 86_400_000, "week": 604_800_000}
_BASE = {unit: [(n, "ms*")] for unit, n in _SPANS.items()} | {"month": [(1, "month*")], "year": [(12, "month*")]}
_EXACT = frozenset({"%", "pp", "ms*", "month*", *CURRENCIES.values()})  # a bare number is none of these


class Mention(NamedTuple):  # 600 of a dossier: a dataclass takes three times as long to make
    """One fact as written, and the key it is compared by."""

    kind: MentionKind
    text: str
    value: Decimal = Decimal(0)  # numbers and prices
    unit: str = ""  # canonical; "" when bare
    key: tuple[int, ...] | str = ""  # dates: (year, month, day), 0 where not said; licences, names, code: spelling
    also: tuple[tuple[Decimal, str], ...] = ()  # other values and units that the same words may mean
    called: str = ""  # the word before a number that may be a version: "python", "version"

    @property
    def readings(self) -> set[tuple[Decimal, str]]:
        """Each value and unit these words may mean; spans of time in milliseconds or months too."""
        plain = {(self.value, self.unit)} if self.kind in ("number", "price") else set()
        cents = [(self.value / 100, coin) for coin in ("USD", "EUR") if self.unit == "cent"]
        return plain.union(self.also, cents, ((v * n, base) for v, u in plain for n, base in _BASE.get(u, ())))


@dataclass(frozen=True)
class Mentions:
    """What one text holds, ready to be looked up in."""

    found: tuple[Mention, ...]
    squashed: str = field(repr=False)  # lower case without blanks and hyphens: names are looked up in it
    rest: str = field(repr=False)  # the text with every fact found blotted out by zeros

    def hold(self, fact: Mention) -> bool:
        """Whether this text states the same fact."""
        if fact.kind in ("name", "code"):
            return str(fact.key) in self.squashed
        in_words = fact.kind == "number" and _PER.get(fact.value, "-") in self.squashed
        return in_words or any(_same(fact, other) for other in self.found)


def read_facts(text: str) -> Mentions:
    """Facts in a normalised text, in order. Capitalised names are read only from sentences: see `read_names`."""
    found: list[Mention] = []
    rest, end = [], 0
    for match in FACT.finditer(text):
        fact = _fact(match)
        if fact is not None:
            start = found.pop() if found and _RANGE.fullmatch(text[end : match.start()]) else None
            found += _range(start, _in_place(fact, match)) if start else [_in_place(fact, match)]
            rest += [text[end : match.start()], "0" * (match.end() - match.start())]
            end = match.end()
    return Mentions(tuple(found), squash(text), "".join(rest) + text[end:])


def read_amounts(text: str) -> list[Mention]:
    """The numbers `read_facts` finds, without bare whole ones; versions and ranges are not looked at."""
    found = (_fact(match) for match in FACT.finditer(text) if not match.group().isdigit())
    return [fact for fact in found if fact and fact.kind == "number"]


def _range(start: Mention, end: Mention) -> list[Mention]:
    """Both ends of a range: a bare number at one end is in the other's currency too."""
    ends = [start, end]
    for i, (one, other) in enumerate([(start, end), (end, start)]):
        if one.kind == "number" and not one.unit and other.kind == "price":
            ends[i] = one._replace(also=(*one.also, (one.value, other.unit)))
    return ends


def _in_place(fact: Mention, match: "re.Match[str]") -> Mention:
    """A number with the word before it that may name what it is a version of; a bare year may be a count."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    if fact.kind == "date" and fact.text.isdigit():
        sure = _BEFORE_A_YEAR.search(before) and not _COUNTED.match(match.string[match.end() : match.end() + 40])
        return fact if sure else fact._replace(also=((Decimal(fact.text), ""),))
    if fact.kind == "number":
        called = _CALLED.search(before)
        return fact._replace(called=called[1].lower().replace("release", "version")) if called else fact
    return fact


def read_names(facts: Mentions) -> list[Mention]:
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
            names.append(Mention("name", word, key=squash(word)))
    return names


def _leads_a_name(match: "re.Match[str]", following: list["re.Match[str]"]) -> bool:
    """Whether the next word is capitalised too, as in `Hugging Face`."""
    return any(n.start() == match.end() + 1 and n.group() not in COMMON_CAPITALS for n in following)


def squash(text: str) -> str:
    """Spelling without case, blanks and hyphens: `GPT 4o` and `gpt-4o` are one name."""
    return text.lower().replace(" ", "").replace("-", "")


def _fact(match: "re.Match[str]") -> Mention | None:
    kind, text = (match.lastgroup or "").rstrip("_"), match.group()
    if kind == "code":
        return Mention("code", text, key=squash(text.strip("`")))
    if kind == "date":
        return Mention("date", text, key=_date(text))
    if kind == "licence":
        return Mention("licence", text, key=_licence(text))
    if kind == "name":
        if re.fullmatch(r"v\d+(?:\.\d+)?", text):
            return Mention("number", text, value=Decimal(text[1:]), called="version")
        also = tuple((Decimal(n) * SCALES.get(scale, 1), "") for n, scale in _IN_NAME.findall(text))
        return Mention("name", text, key=squash(text), also=also)
    return _quantity(text)


def _quantity(text: str) -> Mention | None:
    """A number with its unit or currency, in digits or in words ("forty percent", "twenty dollars")."""
    if text.isdigit():  # as most are
        return Mention("number", text, Decimal(text))
    match = QUANTITY.match(text)
    if match is None:
        return None
    word, unit = match["value"], MEASURES.get(match["sign"] or match["unit"] or "", "")
    values = _values(word) if word[0].isdigit() else [Decimal(WORD_NUMBERS[word])]
    first, *others = ((value * SCALES.get(match["scale"] or "", 1), unit) for value in values)
    return Mention("price" if unit in CURRENCIES.values() else "number", text, *first, also=tuple(others))


def _values(digits: str) -> list[Decimal]:
    """What a number may be: "3.000" is 3 or 3,000, "19,90" is 19.90, "2 100" is 2,100 or stands beside 2."""
    if digits.isdigit():
        return [Decimal(digits)]
    english = [re.sub("[ ',]", "", digits)] if _ENGLISH.fullmatch(digits) else []
    other = [re.sub("[ '.]", "", digits).replace(",", ".")] if _CONTINENTAL.fullmatch(digits) else []
    either = english + other if not english or ("." in digits and digits[0] != "0") else english
    parts = [part for part in re.split("[ ,]", digits) if part.isdigit() and (" " in digits or not english)]
    return [Decimal(number) for number in either + parts]


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
    """Family and major version: `Apache License 2.0` and `Apache-2.0` are one, `BSL` is a Business Source License."""
    spelt = re.match(r"(?:GNU )?((?:\w+[ -])+(?:Source|Public) L)icen", text)
    family = re.match(r"[A-Z]{2,}|[A-Za-z]+", "".join(re.findall("[A-Z]", spelt[1])) if spelt else text)
    assert family is not None  # the pattern begins every licence with a letter
    parts = "".join(re.findall(r"-[A-Z]{2}\b", text))
    version = _DIGITS.search(text)
    return f"{family.group().lower().replace('busl', 'bsl')}{parts}/{version.group() if version else ''}"


def _same(fact: Mention, other: Mention) -> bool:
    """Whether `other`, in a source, states `fact`, in a sentence."""
    if fact.kind == "licence":
        return other.kind == "licence" and _licence_stands(str(fact.key), str(other.key))
    if fact.kind == other.kind == "date" and _date_stands(tuple(fact.key), tuple(other.key)):
        return True
    versions = fact.called == other.called != "" and not fact.unit and not other.unit and "." not in fact.text
    return (versions and fact.value == int(other.value)) or any(
        _meets(said, given) for said in fact.readings for given in other.readings
    )


def _meets(said: tuple[Decimal, str], given: tuple[Decimal, str]) -> bool:
    """Whether two values are one; units may differ only where one is silent."""
    units = {said[1], given[1]}
    return said[0] == given[0] and (len(units) == 1 or ("" in units and said[1] not in _EXACT and given[1][-1:] != "*"))


def _date_stands(said: tuple[int | str, ...], source: tuple[int | str, ...]) -> bool:
    """A date stands on one that is as precise or more: "Nov 2026" on 2026-11-23."""
    return all(mine in (0, theirs) for mine, theirs in zip(said, source, strict=True))


def _licence_stands(said: str, source: str) -> bool:
    family, _, version = said.partition("/")
    their_family, _, their_version = source.partition("/")
    return family == their_family and version in ("", their_version)
