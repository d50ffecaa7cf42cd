"""One provider's limits over all workers: each takes its share of the concurrency, and all keep one pace.

A worker says every few seconds that it is at work on a model, and counts who else is. Requests are reserved in small
blocks by the database's clock; what a limit is, each worker learns from the provider's own headers.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from panel.errors import StoreError
from panel.jurors import ModelSpec, RateLimiter
from panel.store import SharedPace

log = logging.getLogger(__name__)
BEAT_S = 5.0
SILENT_S = 3 * BEAT_S  # a worker not heard of for so long takes no share


@dataclass
class SharedLimits:
    """This process among the workers of its models."""

    pace: SharedPace
    worker: str
    beat_s: float = BEAT_S
    shares: dict[str, float] = field(default_factory=dict)  # lane -> 0..1
    task: "asyncio.Task[None] | None" = None

    def join(self, limiters: Mapping[str, RateLimiter], specs: Mapping[str, ModelSpec]) -> None:
        """Have these rate limiters, by model name, keep the pace of all workers."""
        for name, limiter in limiters.items():
            lane = lane_of(specs[name])
            self.shares.setdefault(lane, 1.0)
            limiter.share = partial(self.shares.__getitem__, lane)
            limiter.before_block = partial(self._reserve, lane, lambda limiter=limiter: per_minute(limiter))  # type: ignore[misc]
        if self.task is None:
            self.task = asyncio.create_task(self._beat())

    async def leave(self) -> None:
        """The others' shares grow at once."""
        if self.task:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task
        for lane in self.shares:
            with suppress(StoreError):
                await asyncio.to_thread(self.pace.leave, self.worker, lane)

    async def _beat(self) -> None:
        while True:
            for lane in list(self.shares):
                try:
                    await asyncio.to_thread(self.pace.beat, self.worker, lane)
                    count = await asyncio.to_thread(self.pace.workers, lane, SILENT_S)
                    self.shares[lane] = 1.0 / max(1, count)
                except StoreError as err:  # the last share holds until the database is back
                    log.warning("%s: %s", lane, err)
            await asyncio.sleep(self.beat_s)

    async def _reserve(self, lane: str, rate: Callable[[], float | None], requests: int) -> float:
        known = rate()
        return 0.0 if known is None else await asyncio.to_thread(self.pace.reserve, lane, requests, known)


def lane_of(spec: ModelSpec) -> str:
    """What a provider counts one limit for: a model at an address."""
    return f"{spec.name} {spec.base_url}".strip()[:300]


def per_minute(limiter: RateLimiter) -> float | None:
    """Requests a minute its server allows; None until it said so."""
    bucket = limiter.buckets.get("requests")
    return bucket.rate * 60.0 if bucket and bucket.rate > 0 else None
