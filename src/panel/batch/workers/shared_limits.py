"""One provider's limits over all workers: each takes its share of the concurrency, the requests and the tokens.

A worker says every few seconds that it is at work on a model, and hears how many are. What a limit is, each learns from
the provider's own headers; where shares and truth differ for a moment, the provider's 429 and the limiter's answer to
it do the rest (docs/decisions/0006-one-door.md has the figures).
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from panel.errors import StoreError
from panel.jurors import ModelSpec, RateLimiter
from panel.store import WorkerBeats

log = logging.getLogger(__name__)
BEAT_S = 5.0
SILENT_S = 3 * BEAT_S  # a worker not heard of for so long takes no share


@dataclass
class SharedLimits:
    """This process among the workers of its models."""

    beats: WorkerBeats
    worker: str
    beat_s: float = BEAT_S
    lanes: dict[str, RateLimiter] = field(default_factory=dict)
    task: "asyncio.Task[None] | None" = None
    leaving: asyncio.Event = field(default_factory=asyncio.Event)

    def join(self, limiters: Mapping[str, RateLimiter], specs: Mapping[str, ModelSpec]) -> None:
        """Have these rate limiters, by model name, keep to this worker's share: one limiter a lane."""
        self.lanes |= {lane_of(specs[name]): limiter for name, limiter in limiters.items()}
        if self.task is None:
            self.task = asyncio.create_task(self._beat())

    async def leave(self) -> None:
        """The others' shares grow at once. A beat under way ends first: it would bring this worker back."""
        self.leaving.set()
        if self.task:
            await self.task
        for lane in self.lanes:
            with suppress(StoreError):
                await asyncio.to_thread(self.beats.leave, self.worker, lane)

    async def _beat(self) -> None:
        while not self.leaving.is_set():
            for lane, limiter in list(self.lanes.items()):
                try:
                    limiter.share = 1.0 / await asyncio.to_thread(self.beats.beat, self.worker, lane, SILENT_S)
                except StoreError as err:  # the last share holds until the database is back
                    log.warning("%s: %s", lane, err)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), self.beat_s)


def lane_of(spec: ModelSpec) -> str:
    """What a provider counts one limit for: a model at an address."""
    return f"{spec.name} {spec.base_url}".strip()[:300]
