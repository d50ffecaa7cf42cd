"""What a limiter hands out for a call, and what it shows of itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

Amounts = tuple[float, float, float]  # requests, input tokens, output tokens


@dataclass(frozen=True)
class LimiterHealth:
    """One model's limiter at one moment, for a display."""

    name: str
    in_flight: int
    limit: int  # calls in flight at most, now
    most: int  # the cap from panel.toml
    waiting: int  # calls that wait to leave
    paused_s: float  # until the limiter goes on; 0 when it is not paused
    down_s: float  # since when its server is down; 0 when it is up
    limited: int  # 429 and 529 replies so far
    per_minute: Mapping[str, float]  # limits learnt: "requests" -> 3000.0
    why: str = ""  # what the last pause or failure was about; "" while all is well


@dataclass(slots=True)
class SendBurst:
    """Requests that left together: a server may see them in any order."""

    until: float
    before: Amounts  # all that the limiter had sent before the first of them
    after: Amounts  # and after the last


@dataclass(slots=True)
class Permit:
    """A call in flight."""

    number: int
    sent_at: float
    burst: SendBurst
    amounts: Amounts
    probe: bool


@dataclass(slots=True)
class WaitingPermit:
    """A call that waits to leave."""

    future: "asyncio.Future[Permit]"
    amounts: Amounts


def amount_of(kind: str, amounts: Amounts) -> float:
    """How much of this kind of limit the amounts take."""
    requests, into, out = amounts
    return {"requests": requests, "input-tokens": into, "output-tokens": out, "tokens": into + out}[kind]


def span(seconds: float) -> str:
    """A length of time in words: `40 s`, `5 min`, `2 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
