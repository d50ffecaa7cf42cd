"""Claims calls for a provider's batch, at half the price, instead of sending them.

A launch's calls are claimed together, before it is said to wait. A kill between the two costs nothing: the launch is
looked at again and finds its calls in the batch.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from secrets import token_hex

from panel.batch.batch_context import BatchContext
from panel.errors import Stopped, StoreError
from panel.jurors import BatchApi, BatchRequest, Body, custom_id
from panel.store import CallRow, Claimed, ProviderBatches, SentBatch, StoredAnswer, fold_body

CLAIM_TOGETHER = 400  # rows a transaction
LATER_ATTEMPT = 10**6  # a custom id is sized before its attempt is known


@dataclass(frozen=True)
class WaitingCall:
    """A call to be claimed, at the batch price, and its size in a batch in bytes."""

    row: CallRow
    size: int


@dataclass
class Filling:
    """Calls of one model on their way into a batch."""

    waiting: list[WaitingCall] = field(default_factory=list)
    batch: SentBatch | None = None
    size: int = 0  # bytes in `batch`
    count: int = 0  # calls in `batch`
    claiming: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Collector:
    """Takes calls instead of sending them. One per process and collecting pass.

    least: fewer calls of a model in all are not worth a day's wait; they are dropped, and asked by ordinary calls.
    """

    context: BatchContext
    store: ProviderBatches
    batch_apis: Mapping[str, BatchApi]  # by model name; what has none is asked by ordinary calls
    least: int = 1
    taken: dict[str, list[WaitingCall]] = field(default_factory=dict)  # by launch, until it is said to wait
    by_model: dict[str, Filling] = field(default_factory=dict)
    claimed: int = 0
    short: bool = False  # some launches found no money left, and wait for what comes back

    def serves(self, row: CallRow) -> bool:
        """Whether this model's provider has batches."""
        return row.model in self.batch_apis

    async def look(self, row: CallRow, body: Body) -> StoredAnswer | None:
        """The answer, when the ledger has it."""
        found = (await self.context.ledger.look([row.key], owner=row.owner or row.run_id)).get(row.key)
        return found if isinstance(found, StoredAnswer) else None

    async def take(self, row: CallRow, body: Body) -> None:
        """Keep a call for a batch. Nothing is on the disk before `flush`."""
        size = self.batch_apis[row.model].size(BatchRequest(custom_id(row.key, LATER_ATTEMPT), body))
        asker, folded = self.context.asker, row.folded or fold_body(body)
        worst = asker.worst_usd(asker.providers[row.model], body, folded, batch=True)
        self.taken.setdefault(row.launch, []).append(WaitingCall(replace(row, worst_usd=worst), size))

    async def flush(self, launch: str) -> None:
        """Claim the calls of a launch, of which all were taken, and what waits; once there is enough of a model.

        Raises Stopped when the money is used up. Calls that might together cost more than one launch may are let go,
        all of them: they go in a batch for each model, and only here they are seen together.
        """
        calls = self.taken.pop(launch, [])
        if over := await self.context.asker.over_launch_limit(launch, [call.row for call in calls]):
            raise over
        for call in calls:
            self.by_model.setdefault(call.row.model, Filling()).waiting.append(call)
        await self._claim_enough()

    async def _claim_enough(self) -> None:
        for model, filling in tuple(self.by_model.items()):  # another launch may bring a new model meanwhile
            if filling.batch or len(filling.waiting) >= self.least:
                async with filling.claiming:
                    await self._claim(model, filling)

    def can_wait(self) -> bool:
        """Whether money comes back with a batch of this run."""
        is_out = bool(self.store.open_ones(self.context.run_id))
        self.short = self.short or is_out
        return is_out

    async def close(self) -> int:
        """Claim the last, if there is enough; give back how many calls this pass put into batches."""
        try:
            await self._claim_enough()
        except Stopped as err:
            if err.of not in ("run", "day") or not self.can_wait():
                raise
        return self.claimed

    async def _claim(self, model: str, filling: Filling) -> None:
        waiting, filling.waiting = filling.waiting, []
        for chunk in self._chunks(model, filling, waiting):
            try:
                self.claimed += await self._into(filling, chunk)
            except StoreError:
                if not filling.batch or self.store.get(filling.batch.batch_id).state == "filling":
                    raise
                filling.batch, filling.size, filling.count = self._new(model), 0, len(chunk)  # it was handed over
                self.claimed += await self._into(filling, chunk)

    async def _into(self, filling: Filling, chunk: Sequence[WaitingCall]) -> int:
        """Claim these for the batch being filled, all or none; how many it took. Raises Stopped."""
        assert filling.batch
        asker, rows = self.context.asker, [w.row for w in chunk]
        claim = partial(asker.ledger.claim_for_batch, rows, filling.batch.batch_id, limits=asker.limits)
        results = await asker.short.claim(asker.ledger, claim, before=asker.refuse_after_deadline)
        return sum(isinstance(result, Claimed) for result in results)

    def _chunks(self, model: str, filling: Filling, rows: Sequence[WaitingCall]) -> Iterator[list[WaitingCall]]:
        """As many rows as one transaction and the provider's limits allow; a full batch is followed by a new one."""
        batch_api = self.batch_apis[model]
        chunk: list[WaitingCall] = []
        for row in rows:
            full = filling.count >= batch_api.most_requests or filling.size + row.size > batch_api.most_bytes
            if filling.batch is None or full:
                if chunk:
                    yield chunk
                    chunk = []
                filling.batch, filling.size, filling.count = self._new(model), 0, 0
            chunk.append(row)
            filling.size += row.size
            filling.count += 1
            if len(chunk) == CLAIM_TOGETHER:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _new(self, model: str) -> SentBatch:
        spec = self.batch_apis[model].spec
        batch = SentBatch(
            batch_id=f"{self.context.run_id[:50]}-{token_hex(4)}", run_id=self.context.run_id, provider=spec.provider,
            model=model, base_url=spec.base_url, created_at=self.context.now(),
        )  # fmt: skip
        self.store.new(batch)
        return batch
