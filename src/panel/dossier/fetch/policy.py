"""The limits a fetch stays within, and the name we give ourselves."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Self

from pydantic import Field, model_validator

from panel.records import Value
from panel.version import __version__

AGENT = "review-panel"  # the token robots.txt files can name
CONTACT = "https://review-panel.example/bot"  # a publisher puts their own page here: panel.toml
LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):([1-9][0-9]{0,4})")
SAFE_CONTACT = re.compile(r"[\x21-\x27\x2a-\x7e]{1,200}")  # printable ASCII; no brackets, which end a comment
Sleep = Callable[[float], Awaitable[object]]


def user_agent(contact: str = CONTACT) -> str:
    """Who we say we are: product, version, where to complain. Raises ValueError for a contact no header may hold."""
    if not SAFE_CONTACT.fullmatch(contact):
        raise ValueError(f"contact {contact!r} must be one address in plain letters, up to 200")
    return f"{AGENT}/{__version__} (+{contact})"


class FetchPolicy(Value):
    """What one Fetcher may do. Sizes are bytes, times seconds."""

    user_agent: str = Field(default_factory=user_agent)
    most_bytes: int = Field(default=5_000_000, gt=0)  # of a body as sent, chunk framing counted
    most_inflated: int = Field(default=10_000_000, gt=0)  # of a body after decompression
    most_header_bytes: int = Field(default=32_768, gt=0)
    most_url: int = Field(default=2_048, gt=0)  # characters
    timeout_s: float = Field(default=20.0, gt=0)  # all hops of one page; waiting for politeness is not counted
    idle_s: float = Field(default=8.0, gt=0)  # without a byte
    connect_s: float = Field(default=5.0, gt=0)  # for one address of a name
    most_redirects: int = Field(default=5, ge=0)
    pace_s: float = Field(default=1.0, ge=0)  # between two requests to one host
    most_crawl_delay_s: float = Field(default=10.0, ge=0)  # a robots.txt that asks for more gets this
    allow_loopback: str = ""  # "127.0.0.1:8123": the test switch admits this host and port, and only them
    ports: frozenset[int] = frozenset({80, 443})

    @model_validator(mode="after")
    def _switch_is_loopback(self) -> Self:
        if self.allow_loopback and not LOOPBACK.fullmatch(self.allow_loopback):
            told = "must be 127.0.0.1:PORT, localhost:PORT or [::1]:PORT"
            raise ValueError(f"allow_loopback {self.allow_loopback!r} {told}")
        return self


class Pacing:
    """Hands out departure times, so that requests to one host leave apart.

    clock: seconds, never going back; both are passed in so that tests never wait.
    """

    def __init__(self, *, sleep: Sleep = asyncio.sleep, clock: Callable[[], float] = time.monotonic) -> None:
        self._sleep = sleep
        self._clock = clock
        self._next: dict[str, float] = {}

    async def wait(self, host: str, apart_s: float) -> None:
        """Returns when a request to `host` may leave, and keeps the next one `apart_s` behind it."""
        leaves = max(self._clock(), self._next.get(host, 0.0))
        self._next[host] = leaves + apart_s
        if (wait_s := leaves - self._clock()) > 0:
            await self._sleep(wait_s)
