"""Moves one provider batch on, step by step, each written down before the next.

    filling      its calls are claimed; nothing has left
    submitting   our id is on the disk and the hand-over on its way: found so after a kill, nobody knows how it ended
    submitted    the provider's id is on the disk
    ended        the provider is done, or refused the whole
    collected    every result is in the ledger; what has none ended as failed
    lost         it can't be had: every call of it ended as failed

A step that fails for now leaves the batch where it is; so does a key that is refused once something is out, since what
it bought is still there for the right one. No step sends anything twice: a hand-over nobody knows the end of is looked
up at the provider first, since no idempotency key exists.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from panel.errors import ProviderBusy, ProviderError, ProviderRefused
from panel.jurors import BatchApi, BatchRequest, BatchResult, Provider, custom_id, key_of
from panel.money import Price, price
from panel.records import Usage
from panel.store import Ledger, ProviderBatches, SentBatch

log = logging.getLogger(__name__)
TOGETHER = 400  # results kept in one go
LOOK_AGAIN = timedelta(minutes=2)  # a list may lag: how long after a hand-over's end "not there" is not believed
KEPT_AT_MOST = timedelta(hours=26)  # a batch no provider works on any longer: it is cancelled
GIVEN_UP = timedelta(hours=30)  # and one that is not even cancelled by then is lost


@dataclass
class Counts:
    """What came back."""

    answered: int = 0
    failed: int = 0
    missing: int = 0
    unknown: int = 0  # rows of nobody
    doubled: int = 0
    unreadable: int = 0
    spent_usd: Decimal = Decimal(0)

    def __str__(self) -> str:
        counts = {
            "missing": self.missing, "of nobody": self.unknown, "doubled": self.doubled, "unreadable": self.unreadable
        }  # fmt: skip
        odd = "".join(f", {n} {what}" for what, n in counts.items() if n)
        return f"{self.answered} answered, {self.failed} failed{odd}"


@dataclass
class Poller:
    """Moves one model's batches on, for as long as its process works on them. Knows nothing of launches."""

    batch_api: BatchApi
    provider: Provider  # reads replies as if they had come one by one
    ledger: Ledger
    store: ProviderBatches
    prices: dict[str, Price]
    now: Callable[[], datetime]
    say: Callable[[str], None] = lambda text: None
    may_go: Callable[[SentBatch], str] = lambda batch: ""  # why a batch may not be handed over; "" when it may
    paid: Callable[[Decimal], None] = lambda usd: None  # told what each collected batch cost
    stop_model: Callable[[str, str], None] = lambda model, why: None  # told that a model is asked no more, and why
    over_since: dict[str, datetime] = field(default_factory=dict)  # batch -> from when its hand-over surely had ended
    doubles: dict[str, set[str]] = field(default_factory=dict)  # batch handed over more than once -> what was cancelled

    async def tick(self, batch: SentBatch) -> SentBatch:
        """One step; the batch as it then stands. A provider's trouble is said and tried later.

        Raises StoreError, and ProviderRefused when a batch is out and nothing of this model may be asked (a wrong key).
        """
        step = {"filling": self._submit, "submitting": self._look_up, "submitted": self._look, "ended": self._collect}
        try:
            return await step[batch.state](batch)
        except ProviderBusy as err:
            self.say(f"Batch {batch.batch_id}: {err} It is tried again later.")
            return batch
        except ProviderError as err:
            stops, sent = getattr(err, "stops_model", False), batch.state != "filling"
            if stops and sent:
                raise
            return await self._lose(batch, str(err), stops=stops, cost_usd=None if sent else Decimal(0))

    async def _submit(self, batch: SentBatch) -> SentBatch:
        if why := await asyncio.to_thread(self.may_go, batch):
            return await self._lose(batch, why, stops=False)
        batch = await self._put(batch, state="submitting", submitted_at=self.now())  # from here on nothing joins it
        batch = await self._put(batch, requests=len(await self._keys(batch)))
        if not batch.requests:
            return await self._put(batch, state="collected", why="Nothing was left to ask.")
        self.over_since.pop(batch.batch_id, None)
        try:
            bodies = self.store.bodies(batch.batch_id)  # read as they are sent
            requests = (BatchRequest(custom_id(key, attempt), body) for key, attempt, body in bodies)
            provider_id = await self.batch_api.submit(batch.batch_id, requests)
        except ProviderBusy as err:
            self.over_since[batch.batch_id] = self.now()
            if not err.maybe_paid:
                await self._put(batch, state="filling", submitted_at=None)
            raise
        self.say(f"Batch {batch.batch_id}: {batch.requests} calls to {batch.model} handed over as {provider_id}.")
        return await self._put(batch, state="submitted", provider_batch_id=provider_id)

    async def _look_up(self, batch: SentBatch) -> SentBatch:
        """A hand-over whose end nobody knows: adopt what the provider has, else hand over again.

        A large upload takes minutes, so that the wait for a list counts from its end; in another life of this program,
        from the first look.
        """
        over_since = self.over_since.setdefault(batch.batch_id, self.now())
        since = batch.submitted_at or batch.created_at
        found = await self.batch_api.find(batch.batch_id, since=since, requests=batch.requests)
        of_run = await asyncio.to_thread(self.store.of_run, batch.run_id)
        others = [b for b in of_run if b.batch_id != batch.batch_id]
        taken = {b.provider_batch_id for b in others}
        fresh = [name for name in found if name not in taken and name not in batch.not_ours]
        if fresh:
            self.say(f"Batch {batch.batch_id}: it had arrived, as {fresh[0]}.")
            if len(fresh) > 1:
                self.doubles.setdefault(batch.batch_id, set())
            return await self._put(batch, state="submitted", provider_batch_id=fresh[0], adopted=True)
        on_trial = {b.provider_batch_id for b in others if b.adopted and b.state in ("submitted", "ended")}
        if self.now() - over_since < LOOK_AGAIN or on_trial.intersection(found).difference(batch.not_ours):
            return batch  # another of ours may hold this one's by mistake: its results tell
        self.doubles.setdefault(batch.batch_id, set())
        return await self._put(batch, state="filling", submitted_at=None)

    async def _cancel_doubles(self, batch: SentBatch) -> None:
        """All but one of a batch that was handed over more than once, as far as the provider knows them for ours.

        Looked for as long as the batch is out: the list may show the first of them only now.
        """
        cancelled = self.doubles.get(batch.batch_id)
        if cancelled is None or not self.batch_api.finds_ours:
            return
        with suppress(ProviderError):  # tried again at the next look
            found = await self.batch_api.find(batch.batch_id, since=batch.created_at, requests=batch.requests)
            for name in set(found) - cancelled - {batch.provider_batch_id}:
                await self.batch_api.cancel(name)
                cancelled.add(name)
                said = f"{batch.provider} took it twice. {name} is cancelled; what it had answered by then is billed."
                self.say(f"Batch {batch.batch_id}: {said}")

    async def _look(self, batch: SentBatch) -> SentBatch:
        await self._cancel_doubles(batch)
        status = await self.batch_api.status(batch.provider_batch_id)
        if status.why and status.busy and await self._others_out(batch):
            self.say(f"Batch {batch.batch_id}: {status.why.rstrip('.')}. It goes when others have come back.")
            return await self._put(batch, state="filling", provider_batch_id="", submitted_at=None)
        if status.why:
            return await self._lose(batch, status.why, stops=status.stops_model)
        if status.state == "ended":
            return await self._put(batch, state="ended")
        age = self.now() - (batch.submitted_at or batch.created_at)
        if age > GIVEN_UP:
            return await self._lose(batch, "The provider never came to an end with it.", stops=False, cost_usd=None)
        if age > KEPT_AT_MOST:
            with suppress(ProviderRefused):  # it is being cancelled already
                await self.batch_api.cancel(batch.provider_batch_id)
        return batch

    async def _others_out(self, batch: SentBatch) -> bool:
        """Whether other batches of this model are with the provider: they fill its queue, and leave it."""
        open_ones = await asyncio.to_thread(self.store.open_ones)
        others = (b for b in open_ones if b.batch_id != batch.batch_id and b.model == batch.model)
        return any(other.state == "submitted" for other in others)

    async def _collect(self, batch: SentBatch) -> SentBatch:
        """Every result into the ledger, in whatever order; then what has none."""
        open_ = await self._keys(batch, unanswered=True)  # fewer, when a collection was cut off before
        ours: set[tuple[str, int]] | None = None  # read once a line is of none that is open
        counts = Counts()
        group: list[BatchResult] = []
        async for result in self.batch_api.results(batch.provider_batch_id):
            at = key_of(result.custom_id) if result.custom_id else None
            if result.outcome == "unreadable":
                counts.unreadable += 1
            elif at in open_:
                open_.discard(at)
                group.append(result)
            else:
                ours = await self._keys(batch) if ours is None else ours
                counts.doubled += at in ours
                counts.unknown += at not in ours
            if len(group) == TOGETHER:
                await self._keep(group, counts)
                group = []
        await self._keep(group, counts)
        if batch.adopted and counts.unknown and not counts.answered + counts.failed + counts.doubled:
            name = batch.provider_batch_id
            self.say(f"Batch {batch.batch_id}: {name} was somebody else's. It is looked for again.")
            not_ours = (*batch.not_ours, name)
            return await self._put(batch, state="submitting", provider_batch_id="", adopted=False, not_ours=not_ours)
        counts.missing = len(open_)
        await self._fail(open_, "The provider's results have no line for this call.", None)
        self.paid(counts.spent_usd)
        self.say(f"Batch {batch.batch_id}: {counts}.")
        return await self._put(batch, state="collected", why=str(counts))

    async def _keep(self, results: Iterable[BatchResult], counts: Counts) -> None:
        await asyncio.gather(*(self._keep_one(result, counts) for result in results))

    async def _keep_one(self, result: BatchResult, counts: Counts) -> None:
        at = key_of(result.custom_id)
        assert at
        if result.outcome != "succeeded":
            counts.failed += 1
            await self._fail([at], f"In the provider's batch: {result.why}", Decimal(0))
            return
        parsed = self.provider.read(result.raw)
        spec = self.provider.spec
        cost = price(
            spec.name, parsed.usage, prices=self.prices, free=spec.free, batch=True, base_url=spec.base_url,
            price_class=parsed.price_class,
        )  # fmt: skip
        counts.spent_usd += cost or 0
        if parsed.ending == "unreadable":
            counts.failed += 1
            await self._fail([at], f"In the provider's batch: {parsed.why}", cost)
            return
        counts.answered += 1
        await self.ledger.answered(
            *at, raw=result.raw, usage=parsed.usage or Usage(), cost_usd=cost, model_returned=parsed.model,
            request_id=result.request_id,
        )  # fmt: skip

    async def _fail(self, calls: Iterable[tuple[str, int]], why: str, cost_usd: Decimal | None) -> None:
        await asyncio.gather(*(self.ledger.failed(key, attempt, why, cost_usd=cost_usd) for key, attempt in calls))

    async def _lose(
        self, batch: SentBatch, why: str, *, stops: bool, cost_usd: Decimal | None = Decimal(0)
    ) -> SentBatch:
        """The whole batch came to nothing; its calls may be asked again. cost_usd None: some may have been billed."""
        self.say(f"Batch {batch.batch_id} came to nothing: {why}")
        if stops:
            self.stop_model(batch.model, why)
        await self._fail(await self._keys(batch, unanswered=True), why, cost_usd)
        return await self._put(batch, state="lost", why=why)

    async def _keys(self, batch: SentBatch, *, unanswered: bool = False) -> set[tuple[str, int]]:
        """Key and attempt of its calls: up to 100,000 rows, so read in a thread."""
        return await asyncio.to_thread(lambda: set(self.store.keys(batch.batch_id, unanswered=unanswered)))

    async def _put(self, batch: SentBatch, **changed: object) -> SentBatch:
        batch = batch.model_copy(update=changed)
        await asyncio.to_thread(self.store.put, batch)
        return batch
