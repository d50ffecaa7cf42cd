"""What a worker process does for each kind of job, from its start to a graceful stop."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from panel.batch.batch_context import BatchContext
from panel.batch.events import BatchEvent, Ended
from panel.batch.launch import failed_row, review_row
from panel.batch.options import BatchEnvironment, BatchOrder
from panel.batch.provider_batches.collector import Collector
from panel.batch.provider_batches.economy import make_poller, step_on
from panel.batch.provider_batches.poller import Poller
from panel.batch.resume import reopen_collected
from panel.batch.run import enqueue_batch, finish_batch, open_context
from panel.batch.workers.jobs import STALLED_S, ask_for_task, hand_out_rows
from panel.batch.workers.shared_limits import SharedLimits
from panel.errors import Mistake, PanelError, ProviderError, Stopped, StoreError
from panel.jurors import open_batches
from panel.pipeline import Notice, StopSign
from panel.store import SentBatch, Stores

if TYPE_CHECKING:
    from procrastinate import App

log = logging.getLogger(__name__)
POLL_S = 60.0  # between two looks at a provider's batch
TIDY_S = 60.0  # between two looks at whether a batch's tools can be closed


@dataclass(frozen=True)
class OpenBatch:
    """What one worker has open for one batch."""

    context: BatchContext
    pollers: Mapping[str, Poller]  # by model name, for as long as the batch is open: they remember what has no row
    collector: Collector  # one for all launches of the batch here, so that they share a provider batch
    stack: AsyncExitStack


@dataclass
class Worker:
    """One worker process: the batches it has tools for, from their first job to their summary."""

    env: BatchEnvironment
    sharing: SharedLimits
    order: Callable[[], BatchOrder]  # what the schedule reads: every feed of panel.toml
    poll_s: float = field(default_factory=lambda: POLL_S)
    app: "App | None" = None
    open: dict[str, OpenBatch] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)  # run -> why nothing more of it is asked
    sign: StopSign = field(default_factory=StopSign)
    told: dict[str, str] = field(default_factory=dict)  # run -> why it can't be worked on here, as said last
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    in_hand: Counter[str] = field(default_factory=Counter)  # run -> jobs that hold its tools now

    @property
    def stores(self) -> Stores:
        return self.env.run.stores

    @asynccontextmanager
    async def tools(self, run_id: str) -> AsyncIterator[OpenBatch]:
        """This process's tools for a batch, as long as a job needs them."""
        self.in_hand[run_id] += 1
        try:
            async with self.making:
                if run_id not in self.open:
                    self.open[run_id] = await self._open(run_id)
            yield self.open[run_id]
        finally:
            self.in_hand[run_id] -= 1

    async def let_go(self) -> None:
        """Close the tools of batches that are over, whichever worker ended them."""
        async with self.making:
            for run_id in [run_id for run_id in self.open if not self.in_hand[run_id]]:
                run = await asyncio.to_thread(self.stores.records.load_run, run_id)
                if run.state != "started" and not self.in_hand[run_id]:
                    await self.open.pop(run_id).stack.aclose()

    async def keep_tidy(self) -> None:
        """Let go now and then, for as long as the worker lives."""
        while True:
            await asyncio.sleep(TIDY_S)
            try:
                await self.let_go()
            except PanelError as err:  # the database is away, or somebody deleted the run
                log.warning("what is over could not be closed: %s", err)

    async def _open(self, run_id: str) -> OpenBatch:
        run = await asyncio.to_thread(self.stores.records.load_run, run_id)
        plan = await asyncio.to_thread(self.stores.rows.load_plan, run_id)
        async with AsyncExitStack() as stack:
            context = await stack.enter_async_context(open_context(self.env, run, plan, sign=self.sign))
            context = replace(context, listen=self.hear)
            specs = {spec.name: spec for spec in context.specs.values()}
            self.sharing.join(context.asker.limiters, specs)
            batch_apis = {name: batch_api for name, spec in specs.items() if (batch_api := open_batches(spec))}
            for batch_api in batch_apis.values():
                stack.push_async_callback(batch_api.close)
            store = self.stores.batches
            pollers = {name: make_poller(context, store, batch_api) for name, batch_api in batch_apis.items()}
            return OpenBatch(context, pollers, Collector(context, store, batch_apis), stack.pop_all())

    async def close(self) -> None:
        for tools in self.open.values():
            await tools.stack.aclose()
        self.open.clear()

    async def review(self, run_id: str, row_number: int) -> float | None:
        """One launch. Seconds until it is looked at again: somebody else has it in hand, or it can't be done here now.

        What is due after it is asked for also when it was done already: whoever did it may have died before asking.
        """
        if run_id in self.stopped and not await self._was_started_again(run_id):
            return None
        name = f"{run_id}/{row_number}"
        if not await asyncio.to_thread(self.stores.locks.acquire, name):
            return STALLED_S
        again_s: float | None = None
        try:
            again_s = await self._review(run_id, row_number, name)
        except Stopped as err:
            if err.of == "signal":
                return 0.0
            if err.of == "outage":  # maybe of this machine's network alone
                self._tell_once(run_id, err)
                return STALLED_S
            await self._stop(run_id, err)
        except (Mistake, StoreError) as err:  # no key for it here, or the database is away: later, or elsewhere
            self._tell_once(run_id, err)
            return STALLED_S
        except asyncio.CancelledError:  # its half minute after a signal is over
            assert self.app
            await asyncio.shield(hand_out_rows(self.app, run_id, [row_number]))
            raise
        finally:
            self.stores.locks.release(name)
        if again_s is None:
            await self._after(run_id)
        return again_s

    async def _review(self, run_id: str, row_number: int, name: str) -> float | None:
        """Under the launch's lock. Seconds until it is asked about again when another run's provider batch holds it."""
        row = await asyncio.to_thread(self.stores.rows.get, run_id, row_number)
        if row.state != "ready":
            return None
        async with self.tools(run_id) as tools:
            at_half_price = tools.context.plan.economy and not row.waits
            asker = replace(tools.context.asker, owner=name, defer=tools.collector if at_half_price else None)
            done = await review_row(replace(tools.context, asker=asker), row)
        self.hear(Ended(done.row, done.spent_usd))
        if done.row.state == "waiting" and not self.stores.batches.open_ones(run_id):
            ready = done.row.model_copy(update={"state": "ready"})
            await asyncio.to_thread(self.stores.rows.put, run_id, ready)
            return self.poll_s
        return None

    async def _stop(self, run_id: str, err: Stopped) -> None:
        """Nothing more of this batch is asked here; why is kept for whichever worker sums up."""
        self.stopped[run_id] = str(err)
        self.env.console.tell(f"{run_id}: {err} {err.hint}")
        run = await asyncio.to_thread(self.stores.records.load_run, run_id)
        if run.state == "started":
            stopped = run.model_copy(update={"state": "stopped", "why": str(err)})
            await asyncio.to_thread(self.stores.records.save_run, stopped)

    def _tell_once(self, run_id: str, err: PanelError) -> None:
        """Why this worker can't help with a batch now; said again only when the reason changes."""
        if self.told.get(run_id) != str(err):
            self.told[run_id] = str(err)
            self.env.console.tell(f"{run_id} is left to other workers for now. {err} {err.hint}".rstrip())

    async def _was_started_again(self, run_id: str) -> bool:
        """Whether somebody had a batch go on that this process had stopped."""
        run = await asyncio.to_thread(self.stores.records.load_run, run_id)
        if run.state == "started":
            self.stopped.pop(run_id, None)
        return run.state == "started"

    async def submit(self, run_id: str) -> None:
        """Hand over what was collected, and look after it."""
        assert self.app
        for batch in self.stores.batches.open_ones(run_id):
            await self._step(batch)
            await ask_for_task(self.app, "poll", run_id, in_s=self.poll_s, batch_id=batch.batch_id)
        if not self.stores.batches.open_ones(run_id):  # nothing was left to ask, or all of it came to nothing
            await self._again(run_id)

    async def poll(self, run_id: str, batch_id: str) -> float | None:
        """One look; seconds until the next, None when the batch is collected."""
        batch = await self._step(self.stores.batches.get(batch_id))
        if batch.state not in ("collected", "lost"):
            return self.poll_s
        if not self.stores.batches.open_ones(run_id):
            await self._again(run_id)
        return None

    async def _step(self, batch: SentBatch) -> SentBatch:
        """Move a provider batch on, one worker at a time: two would hand it over twice, or count its cost twice.

        One that can't be moved from here, for want of a key or of its provider, stays as it is.
        """
        if batch.state in ("collected", "lost"):
            return batch
        name = f"{batch.run_id}/batch/{batch.batch_id}"
        if not await asyncio.to_thread(self.stores.locks.acquire, name):
            return batch
        try:
            async with self.tools(batch.run_id) as tools:
                batch = await asyncio.to_thread(self.stores.batches.get, batch.batch_id)  # as it now stands
                return await step_on(tools.pollers[batch.model], batch)
        except (Mistake, ProviderError, StoreError) as err:
            self._tell_once(batch.run_id, err)
            return batch
        finally:
            self.stores.locks.release(name)

    async def finish(self, run_id: str) -> None:
        """The summary, by whichever worker gets here; made again it is the same. Needs no model's key."""
        run = await asyncio.to_thread(self.stores.records.load_run, run_id)
        left = await asyncio.to_thread(self.stores.rows.any, run_id, ("ready", "waiting"))
        why = run.why if left and run.state == "stopped" else ""
        run, _ = await asyncio.to_thread(finish_batch, self.env, run, why=why)
        self.env.console.tell(f"{run_id} is {run.state}. Summary: {self.stores.runs_dir / run_id / 'summary.md'}")
        await self.let_go()

    async def daily(self) -> None:
        """Take in every feed of panel.toml and hand the launches out, as `panel batch --enqueue --yes` does."""
        assert self.app
        run = await enqueue_batch(self.env, self.order())
        if run:
            count = await hand_out_ready(self.app, self.stores, run.run_id)
            self.env.console.tell(f"{run.run_id}: {count} launches handed out.")

    async def give_up(self, run_id: str, row_number: int, why: str) -> None:
        """A launch that takes its workers down is named, and the others go on."""
        row = await asyncio.to_thread(self.stores.rows.get, run_id, row_number)
        if row.state == "ready":
            await asyncio.to_thread(self.stores.rows.put, run_id, failed_row(row, why))
        await self._after(run_id)

    async def _after(self, run_id: str) -> None:
        """What is due when a row or a batch has ended: hand over, look again, or sum up."""
        assert self.app
        rows = self.stores.rows
        if await asyncio.to_thread(rows.any, run_id, ("ready",)) and run_id not in self.stopped:
            return
        if await asyncio.to_thread(rows.any, run_id, ("waiting",)):
            if self.stores.batches.open_ones(run_id):
                await ask_for_task(self.app, "submit", run_id)
            else:
                await self._again(run_id)
            return
        await ask_for_task(self.app, "finish", run_id)

    async def _again(self, run_id: str) -> None:
        """Launches that waited for a provider's batch are handed out: their answers are in the ledger now.

        All that are ready, and not only those that were waiting: whoever made them so may have died before handing out.
        """
        assert self.app
        await asyncio.to_thread(reopen_collected, run_id, self.stores.rows)
        await hand_out_ready(self.app, self.stores, run_id)

    def hear(self, event: BatchEvent) -> None:
        if isinstance(event, Notice):
            self.env.console.tell(f"  {event.text}")
        elif isinstance(event, Ended):
            self.env.console.tell(f"  {event.row.said.name}: {event.row.state} {event.row.reason}".rstrip())


async def hand_out_ready(app: "App", stores: Stores, run_id: str) -> int:
    """One job for each ready row, and one that looks after provider batches that are out; a batch with neither is
    summed up at once. How many rows. One handed out twice is done once.
    """
    rows = [row.row for row in stores.rows.stream(run_id, ("ready",))]
    await hand_out_rows(app, run_id, rows)
    if stores.batches.open_ones(run_id):
        await ask_for_task(app, "submit", run_id)
    elif not rows:
        await ask_for_task(app, "finish", run_id)
    return len(rows)
