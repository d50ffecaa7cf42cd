"""Moments as people at the desk read and write them: all in one time zone, which is named beside each."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from panel.errors import Mistake

HINT = "Write 2026-12-01, 2026-12-01T09:00, +4h, +3d or +2w."
STEPS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Times:
    """name: of the zone, as in panel.toml: "Europe/Berlin"."""

    name: str = "UTC"

    @property
    def _zone(self) -> tzinfo:
        return UTC if self.name == "UTC" else ZoneInfo(self.name)

    def here(self, at: datetime) -> datetime:
        """The same moment by this zone's clock."""
        return at.astimezone(self._zone)

    def told(self, at: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
        """ "2026-12-01 09:00 Europe/Berlin"."""
        return f"{self.here(at):{form}} {self.name}"

    def read(self, text: str, *, now: datetime) -> datetime:
        """A time as people type it, in this zone unless it names another: the moment in UTC.

        Raises Mistake for what is no time, and for one that a change of the clocks skips or repeats.
        """
        text = text.strip()
        if step := re.fullmatch(r"\+(\d{1,4})([hdw])", text):
            return now + int(step[1]) * STEPS[step[2]]
        try:
            found = datetime.fromisoformat(text)
            local = found if found.tzinfo else found.replace(tzinfo=self._zone)
            if local.utcoffset() != local.replace(fold=1).utcoffset():
                raise Mistake(f"{text} comes twice or never: clocks change.", hint="Add an offset, like +01:00.")
            return local.astimezone(UTC)
        except (ValueError, OverflowError) as err:  # year 1 or 9999, in UTC another that there is not
            raise Mistake(f"{text!r} is no time.", hint=HINT) from err


UTC_TIMES = Times()
