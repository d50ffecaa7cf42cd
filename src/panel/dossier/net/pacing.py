"""Politeness: requests to one host leave apart from one another."""

import asyncio
import time
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[object]]


class Pacing:
    """Hands out departure times. clock: seconds, never going back; both are passed in so that tests never wait."""

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
