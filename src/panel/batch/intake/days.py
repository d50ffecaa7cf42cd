"""The day a row names: ISO, year first with any sign, mail dates, plain English, German, French, seconds since 1970.

UTC where it says a zone. A form that isn't surely read gives none: days in slashes with the year last, years of two
digits outside mail dates, other calendars' years, a month or a week without its day.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from panel.dossier.facts.stated import EARLIEST, day_of

SECONDS = re.compile(r"(\d{9,10})(\d{3})?(\.\d+)?")  # or milliseconds
MAIL = re.compile(  # with its time: only then a zone can follow. A year 0001 is no 2001
    r"(?:^|[\s,])(?:\d{1,2}[\s-]+[a-z]{3}[\s-]+(?:\d\d|[12]\d{3})\s+\d{1,2}:\d\d|[a-z]{3}\s+\d{1,2}\s+\d{1,2}:.*\s[12]\d{3}\b)",
    re.IGNORECASE,
)
COMPACT = re.compile(r"\d{8}(T.*)?|\d{4}-?W\d\d-?\d(T.*)?", re.IGNORECASE)
YEAR_FIRST = re.compile(  # with the time and the zone behind it, where they are written in figures
    r"(?<![\d.])(\d{4})(?:\s?[年년]\s?|([-/.])\s?)(\d{1,2})(?:\s?[月월]\s?|\2\s?)(\d{1,2})(?![\d:]|\.\d)"
    r"(?:[T\s]+(\d{1,2}:\d\d(?::\d\d)?)(?:\.\d+)?\s?(Z\b|[+-]\d\d:?\d\d)?)?"
)
LATEST = date(2100, 1, 1)
MOST = 100  # characters


def read_day(text: str) -> date | None:
    """The day, None for what surely names none, or one before 1990 or after 2100."""
    text = unicodedata.normalize("NFKC", text[:MOST]).strip()
    for read in (_seconds, _iso, _mail, _written):
        try:
            if day := read(text):
                return day if EARLIEST <= day < LATEST else None
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _seconds(text: str) -> date | None:
    found = SECONDS.fullmatch(text)
    return datetime.fromtimestamp(int(found[1]), UTC).date() if found else None


def _iso(text: str) -> date | None:
    if COMPACT.fullmatch(text):
        return _utc(datetime.fromisoformat(text))
    found = YEAR_FIRST.search(text)
    if not found:
        return None
    day, clock, zone = "-".join(part.zfill(2) for part in found.group(1, 3, 4)), found[5], found[6]
    if not (clock and zone):
        return date.fromisoformat(day)
    return _utc(datetime.fromisoformat(f"{day}T{clock if clock[2] == ':' else '0' + clock}{zone}"))


def _mail(text: str) -> date | None:
    return _utc(parsedate_to_datetime(text)) if MAIL.search(text) else None


def _written(text: str) -> date | None:
    return date.fromisoformat(plain) if (plain := day_of(text)) else None


def _utc(moment: datetime) -> date:
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
