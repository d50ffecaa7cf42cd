"""The day a row names: ISO, mail dates, plain English, German, French, seconds since 1970. UTC where it says a zone."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from panel.dossier.stated import EARLIEST, day_of

SECONDS = re.compile(r"(\d{9,10})(\d{3})?(\.\d+)?")  # or milliseconds
LATEST = date(2100, 1, 1)
MOST = 100  # characters


def read_day(text: str) -> date | None:
    """The day, None for what names none, or one before 1990 or after 2100. Days in slashes are ambiguous: none."""
    text = text.strip()[:MOST]
    found = _moment(text)
    day = found or (date.fromisoformat(plain) if (plain := day_of(text)) else None)
    return day if day and EARLIEST <= day < LATEST else None


def _moment(text: str) -> date | None:
    try:
        if seconds := SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(seconds[1]), UTC).date()
        return _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        return _utc(parsedate_to_datetime(text)) if "," in text or ":" in text else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _utc(moment: datetime) -> date:
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
