"""What a worker process does for each kind of job, from its start to a graceful stop."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from os import getpid
from socket import gethostname
from typing import TYPE_CHECKING, Any

from panel.batch import (
    BATCHES,
    HEARTBEAT_S,
    LAUNCHES,
    RESCUE,
    STALLED_S,
    BatchContext,
    BatchEvent,
    Collector,
    Ended,
    JobHandlers,
    Notice,
    Poller,
    SharedLimits,
    StopSign,
    ask_for_task,
    close_batch,
    failed_row,
    hand_out_rows,
    is_work_due,
    lane_of,
    make_poller,
    open_queue,
    prepare_queue,
    reopen_collected,
    review_row,
    step_on,
)
from panel.cli.compose.batch_sources import open_partners
from panel.cli.compose.batches import Stores, open_context, open_stores
from panel.cli.compose.job_queue import enqueue_in, hand_out_ready
from panel.cli.compose.workspace import Workspace
from panel.cli.terminal.stop_signals import signals
from panel.cli.terminal.terminal import talk
from panel.errors import Mistake, PanelError, ProviderError, Stopped, StoreError
from panel.jurors import RateLimiter, open_batches
from panel.store import RunFolder, SentBatch, WorkerBeats
from panel.workspace import run_loop

if TYPE_CHECKING:
    from procrastinate import App

log = logging.getLogger(__name__)
POLL_S = 60.0  # between two looks at a provider's batch
FETCH_S = 2.0  # between looks for new jobs, beside the database's own notices
TIDY_S = 60.0  # between two looks at whether a batch's tools can be closed
GRACE_S = 30.0  # how long launches in hand may take to end after a signal


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

    workspace: Workspace
    stores: Stores
    sharing: SharedLimits
    poll_s: float = field(default_factory=lambda: POLL_S)
    app: "App | None" = None
    open: dict[str, OpenBatch] = field(default_factory=dict)
    limiters: dict[str, RateLimiter] = field(
        default_factory=dict
    )  # lane -> its rate limiter, one for all batches: limits are a server's
    stopped: dict[str, str] = field(default_factory=dict)  # run -> why nothing more of it is asked
    sign: StopSign = field(default_factory=StopSign)
    told: dict[str, str] = field(default_factory=dict)  # run -> why it can't be worked on here, as said last
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    in_hand: Counter[str] = field(default_factory=Counter)  # run -> jobs that hold its tools now

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
            context = await open_context(self.workspace, run, plan, self.stores, stack, listen=_log, sign=self.sign)
            specs = {spec.name: spec for spec in context.specs.values()}
            limiters = {
                n: self.limiters.setdefault(lane_of(spec), context.asker.limiters[n]) for n, spec in specs.items()
            }
            context = replace(context, asker=replace(context.asker, limiters=limiters))
            self.sharing.join(limiters, specs)
            batch_apis = {name: batch_api for name, spec in specs.items() if (batch_api := open_batches(spec))}
            for batch_api in batch_apis.values():
                stack.push_async_callback(batch_api.close)
            store = self.stores.batches
            pollers = {name: make_poller(context, store, batch_api) for name, batch_api in batch_apis.items()}
            return OpenBatch(context, pollers, Collector(context, store, batch_apis), stack.pop_all())

    async def close(self) -> None:
        """Let go of everything."""
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
        _log(Ended(done.row, done.spent_usd))
        if done.row.state == "waiting" and not self.stores.batches.open_ones(run_id):
            ready = done.row.model_copy(update={"state": "ready"})
            await asyncio.to_thread(self.stores.rows.put, run_id, ready)
            return self.poll_s
        return None

    async def _stop(self, run_id: str, err: Stopped) -> None:
        """Nothing more of this batch is asked here; why is kept for whichever worker sums up."""
        self.stopped[run_id] = str(err)
        talk(f"{run_id}: {err} {err.hint}")
        run = await asyncio.to_thread(self.stores.records.load_run, run_id)
        if run.state == "started":
            stopped = run.model_copy(update={"state": "stopped", "why": str(err)})
            await asyncio.to_thread(self.stores.records.save_run, stopped)

    def _tell_once(self, run_id: str, err: PanelError) -> None:
        """Why this worker can't help with a batch now; said again only when the reason changes."""
        if self.told.get(run_id) != str(err):
            self.told[run_id] = str(err)
            talk(f"{run_id} is left to other workers for now. {err} {err.hint}".rstrip())

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
        stores = self.stores
        run = await asyncio.to_thread(stores.records.load_run, run_id)
        left = await asyncio.to_thread(stores.rows.any, run_id, ("ready", "waiting"))
        folder = RunFolder.open_or_make(self.workspace.settings.runs_dir, run)
        with open_partners(self.workspace, run_id) as partners:
            run, _ = await asyncio.to_thread(
                close_batch, run, stores.rows, stores.records, folder, partners=partners,
                prices=self.workspace.settings.prices, now=lambda: datetime.now(UTC),
                why=run.why if left and run.state == "stopped" else "",
            )  # fmt: skip
        talk(f"{run_id} is {run.state}. Summary: {folder.path / 'summary.md'}")
        await self.let_go()

    async def daily(self) -> None:
        """Take in every feed of panel.toml and hand the launches out, as `panel batch --enqueue --yes` does."""
        assert self.app
        await enqueue_in(self.app, self.workspace, self.stores)

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


def work(workspace: Workspace, *, at_once: int, once: bool) -> None:
    """Work until a signal, or with `once` until no job is left."""
    run_loop(_work(workspace, at_once=at_once, once=once))


async def _work(workspace: Workspace, *, at_once: int, once: bool) -> None:
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_stores(workspace))
        beats = WorkerBeats.open(workspace.settings.database_url, runs_dir=workspace.settings.runs_dir)
        stack.callback(beats.close)
        sharing = SharedLimits(beats, f"{gethostname()}:{getpid()}")
        stack.push_async_callback(sharing.leave)
        worker = Worker(workspace, stores, sharing)
        stack.push_async_callback(worker.close)
        handlers = JobHandlers(worker.review, worker.submit, worker.poll, worker.finish, worker.give_up, worker.daily)
        app = worker.app = open_queue(
            workspace.settings.database_url, handlers, schedule=workspace.settings.toml.batch.schedule
        )
        await stack.enter_async_context(app.open_async())
        await prepare_queue(app)
        talk(f"Working on {workspace.database_shown}, {at_once} launches at once. Stop with Ctrl-C.")
        common: dict[str, Any] = {
            "install_signal_handlers": False,
            "update_heartbeat_interval": HEARTBEAT_S,
            "stalled_worker_timeout": STALLED_S,
            "shutdown_graceful_timeout": GRACE_S,
            "fetch_job_polling_interval": FETCH_S,
            "wait": not once,
        }
        main = asyncio.create_task(_serve(app, at_once, common))
        side = asyncio.create_task(app.run_worker_async(queues=[RESCUE], concurrency=1, **{**common, "wait": True}))
        with signals(worker.sign):
            stopping = asyncio.create_task(worker.sign.raised.wait())
            tidying = asyncio.create_task(worker.keep_tidy())
            await asyncio.wait({main, side, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (tidying, main, side, stopping):
            task.cancel()
        for ended in await asyncio.gather(tidying, main, side, stopping, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
    if worker.sign.reason:
        talk("Stopped. Launches that were in hand go to other workers, or on when this one is started again.")


async def _serve(app: "App", at_once: int, common: dict[str, Any]) -> None:
    """Work until stopped; without `wait` until no job is due, those that the last ones brought along included."""
    while True:
        await app.run_worker_async(queues=[LAUNCHES, BATCHES], concurrency=at_once, **common)
        if common["wait"] or not await is_work_due(app):
            return


def _log(event: BatchEvent) -> None:
    if isinstance(event, Notice):
        talk(f"  {event.text}")
    elif isinstance(event, Ended):
        talk(f"  {event.row.said.name}: {event.row.state} {event.row.reason}".rstrip())
