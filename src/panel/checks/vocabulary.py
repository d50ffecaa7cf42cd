"""Months, units, scales, currencies and the one pattern that finds facts in a text. English only."""

import re
from collections.abc import Iterable

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


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + ")"


NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[.']\d{3}){1,5}(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)?)"
SPACED = rf"(?:\d{{1,3}}(?:[ ]\d{{3}}){{1,5}}(?:[.,]\d+)?(?!\d)|{NUMBER})"  # after "$" a blank ends the amount
SCALE = _any(SCALES)
MEASURE = _any(MEASURES)
_MONTH = _any(name.title() for name in MONTHS) + r"\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WORD = _any(WORD_NUMBERS)
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
