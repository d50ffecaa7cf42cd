"""What a server says of its limits in a reply's headers, read leniently: an odd value is no value, never an error.

OpenAI and compatible servers: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the reset as a length of time
("1s", "6m0s", "12ms"). Anthropic: `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,
reset}`, the reset as an RFC 3339 time. Both mean by reset the time until nothing of the limit is used any more.
One peer crashed on "3000.0", another threw paid answers away because `remaining` was 0 (peer_baselines.md): a header
here only ever changes how fast we ask.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

MINUTE_S = 60.0
LONGEST_RESET_S = 31 * 86_400.0  # a month; anything longer is nonsense
MOST = 1e12  # no provider allows a trillion tokens a minute
ROUGHLY = 1.5  # a reset this many times later than a minute's limit would need belongs to a longer limit
ROUNDING_S = 2.0  # Anthropic's times are whole seconds
KINDS = ("requests", "tokens", "input-tokens", "output-tokens")
LENGTH = re.compile(r"(\d{1,9}(?:\.\d{0,9})?)(ms|us|µs|ns|d|h|m|s)")
THOUSANDS = re.compile(r"\s*\d{1,3}(,\d{3})+(\.\d*)?\s*")
UNIT_S = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


@dataclass(frozen=True)
class ReportedLimit:
    """One limit as one reply told it. None: not told."""

    limit: float | None = None  # over a minute, unless `reset_s` says otherwise
    remaining: float | None = None
    reset_s: float | None = None

    @property
    def per_second(self) -> float | None:
        """What comes back each second; None when no limit was told.

        A limit counts for a minute. A limit for a day shows itself by its reset, which comes far later than a minute's
        limit would need for what is used of it.
        """
        if not self.limit:
            return None
        used = max(0.0, self.limit - (self.limit if self.remaining is None else self.remaining))
        if self.reset_s is not None and used and self.reset_s > MINUTE_S * used / self.limit * ROUGHLY + ROUNDING_S:
            return (used / self.reset_s) or None  # None, too, for a number so small that its rate is 0
        return (self.limit / MINUTE_S) or None


def read_limits(headers: Iterable[tuple[str, str]], *, now: datetime) -> dict[str, ReportedLimit]:
    """The limits these headers tell, by kind: "requests", "tokens", "input-tokens", "output-tokens".

    now: the time of the reply, with a zone. Never raises.
    """
    found: dict[str, dict[str, float]] = {}
    for name, text in headers:
        kind, part = _named(name)
        if not kind:
            continue
        value = _reset_s(text, now) if part == "reset_s" else number(text)
        if value is not None:
            found.setdefault(kind, {})[part] = value
    return {kind: ReportedLimit(**parts) for kind, parts in found.items()}


def number(text: str) -> float | None:
    """A count that makes sense: finite, not negative, not beyond all reason; else None.

    Of several, as a header sent twice is joined ("3000,3000"), the least. "249,100" is one count.
    """
    plain = text.replace("_", "")
    parts = plain.split(",")
    if len(set(parts)) > 1 and THOUSANDS.fullmatch(plain):
        parts = [plain.replace(",", "")]
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return None
    return min(values) if all(isfinite(value) and 0 <= value <= MOST for value in values) else None


def _named(header: str) -> tuple[str, str]:
    """Kind and part that a header's name stands for; ("", "") for any other header."""
    name = header.lower()
    if name.startswith("x-ratelimit-"):
        part, _, kind = name.removeprefix("x-ratelimit-").partition("-")
    elif name.startswith("anthropic-ratelimit-"):
        kind, _, part = name.removeprefix("anthropic-ratelimit-").rpartition("-")
    else:
        return "", ""
    known = kind in KINDS and part in ("limit", "remaining", "reset")
    return (kind, "reset_s" if part == "reset" else part) if known else ("", "")


def _reset_s(text: str, now: datetime) -> float | None:
    """Seconds from now: a length ("6m0s"), a bare number of seconds, or a time."""
    plain = text.strip()
    seconds = length_s(plain)
    if seconds is None:
        seconds = number(plain)
    if seconds is None:
        seconds = _until_s(plain, now)
    return None if seconds is None or seconds > LONGEST_RESET_S else max(0.0, seconds)


def length_s(text: str) -> float | None:
    """Seconds in a length of time ("6m0s"); None for anything else."""
    parts = LENGTH.findall(text)
    if not parts or "".join(count + unit for count, unit in parts) != text:
        return None
    return sum(float(count) * UNIT_S[unit] for count, unit in parts)


def _until_s(text: str, now: datetime) -> float | None:
    try:
        at = datetime.fromisoformat(text)
        return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
