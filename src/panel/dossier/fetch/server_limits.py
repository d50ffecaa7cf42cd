"""What servers' own headers leave us: where one says that it takes no more for now, nothing is asked until it does.

A server counts parts of itself apart (a search from the rest), so its word is kept for the first step of a path.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from panel.dossier.fetch.fetch_errors import Unreachable
from panel.dossier.fetch.http_request import HttpReply
from panel.dossier.fetch.url import FetchTarget

LONGEST_S = 3600.0  # whatever a server asks for
UNSAID_S = 60.0  # where it does not say how long
REFUSING = frozenset({403, 429})
WAITING = frozenset({429, 503})  # a Retry-After with another status is about something else
EPOCH_S = 1_000_000_000  # a reset is the second of an epoch or a count of seconds; a count is never so large


class ServerLimits:
    """now: UTC. Kept for a fetcher's life."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._until: dict[tuple[str, str], datetime] = {}

    def check(self, target: FetchTarget) -> None:
        """Raises Unreachable while the server takes no more."""
        until = self._until.get(_part(target))
        if until and self._now() < until:
            why = f"its server takes no more requests until {until:%H:%M} UTC"
            raise Unreachable(target.url, why, hint="Try again then.")

    def note(self, reply: HttpReply) -> None:
        """Keep what the reply says. Raises Unreachable where the limit is why it holds no page."""
        if wait_s := self._wait_s(reply):
            self._until[_part(reply.target)] = self._now() + timedelta(seconds=min(wait_s, LONGEST_S))
            if reply.status in REFUSING:
                self.check(reply.target)

    def _wait_s(self, reply: HttpReply) -> float:
        """Seconds until more may be asked, 0 for at once."""
        said = reply.one("retry-after") if reply.status in WAITING | REFUSING else ""
        if said:
            return _seconds(said) or self._until_day(said)
        if "0" not in (reply.one("x-ratelimit-remaining"), reply.one("ratelimit-remaining")):
            return 0.0
        reset = _seconds(reply.one("x-ratelimit-reset") or reply.one("ratelimit-reset"))
        return max(0.0, reset - self._now().timestamp()) if reset >= EPOCH_S else reset or UNSAID_S

    def _until_day(self, said: str) -> float:
        try:
            return max(0.0, (parsedate_to_datetime(said) - self._now()).total_seconds())
        except (TypeError, ValueError, OverflowError):
            return UNSAID_S


def _seconds(said: str) -> float:
    return float(said) if re.fullmatch(r"\d{1,12}", said) else 0.0


def _part(target: FetchTarget) -> tuple[str, str]:
    return target.origin, target.path.split("/")[1].partition("?")[0]
