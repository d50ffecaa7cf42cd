"""Batches over any number of processes: hand launches out, see, repeat or take back what was, and be a worker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from os import getpid
from socket import gethostname
from typing import Any

from panel import batch
from panel.batch import BATCHES, LAUNCHES, RESCUE, BatchOptions, JobHandlers, Worker
from panel.pipeline import GRACE_S, StopSign
from panel.store import WorkerBeats
from panel.workspace.batches import make_environment, make_order
from panel.workspace.workspace import Workspace

FETCH_S = 2.0  # between looks for new jobs, beside the database's own notices


async def hand_out_batch(workspace: Workspace, sources: Sequence[str], options: BatchOptions) -> tuple[str, int] | None:
    """Take in, choose, agree on the price, and hand every launch to the workers; the run's id, and how many.

    None when these sources are being read already.
    """
    async with _queue_of(workspace) as app:
        run = await batch.enqueue_batch(make_environment(workspace), make_order(workspace, sources, options))
        return (run.run_id, await batch.hand_out_ready(app, workspace.stores, run.run_id)) if run else None


@asynccontextmanager
async def _queue_of(workspace: Workspace) -> AsyncIterator[Any]:
    """The queue's engine, made ready."""
    app = batch.open_queue(workspace.settings.database_url)
    async with app.open_async():
        await batch.prepare_queue(app)
        yield app


async def queue_status(workspace: Workspace) -> dict[str, Any]:
    """Queues with their jobs by state, workers with the seconds since their last heartbeat, batches by what is left."""
    async with _queue_of(workspace) as app:
        queues = [queue for queue in await app.job_manager.list_queues_async() if queue["name"] != RESCUE]
        return {"queues": queues, "workers": await batch.list_workers(app), "batches": _unfinished(workspace)}


async def count_workers(workspace: Workspace) -> tuple[int, int] | None:
    """Living workers, and launches they have in hand; None when nothing was ever handed out."""
    app = batch.open_queue(workspace.settings.database_url)
    async with app.open_async():
        if not await app.check_connection_async():
            return None
        living = await batch.list_workers(app)
        queues = {queue["name"]: queue for queue in await app.job_manager.list_queues_async()}
    return len(living), queues.get(LAUNCHES, {}).get("doing", 0)


def _unfinished(workspace: Workspace) -> list[dict[str, Any]]:
    """Batches with launches left: `run_id`, `state`, `why` and how many `rows` are in each state."""
    stores = workspace.stores
    return [
        {"run_id": run.run_id, "state": run.state, "why": run.why, "rows": stores.rows.counts(run.run_id)}
        for run in stores.records.list_runs(unfinished=True)
        if run.kind == "batch"
    ]


async def queue_retry(workspace: Workspace, run_id: str) -> int:
    """Hand out again what failed or was left; how many launches."""
    stores = workspace.stores
    async with _queue_of(workspace) as app:
        run = stores.records.load_run(run_id)
        await batch.take_back_jobs(app, run.run_id)
        batch.reopen_rows(run.run_id, stores.rows, waiting=not stores.batches.open_ones(run.run_id))
        stores.records.save_run(run.model_copy(update={"state": "started", "why": ""}))
        return await batch.hand_out_ready(app, stores, run.run_id)


async def queue_cancel(workspace: Workspace, run_id: str) -> int:
    """Take waiting jobs back; how many. Launches in hand are finished."""
    records = workspace.stores.records
    async with _queue_of(workspace) as app:
        run = records.load_run(run_id)
        count = await batch.take_back_jobs(app, run.run_id)
        why = f"Cancelled on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
        if run.state != "finished":
            records.save_run(run.model_copy(update={"state": "stopped", "why": why}))
        return count


async def work(workspace: Workspace, sign: StopSign, *, at_once: int, once: bool) -> None:
    """Work until the sign is up, or with `once` until no job is left."""
    url = workspace.settings.database_url
    async with AsyncExitStack() as stack:
        sharing = batch.SharedLimits(WorkerBeats(workspace.stores.engine), f"{gethostname()}:{getpid()}")
        stack.push_async_callback(sharing.leave)
        env = make_environment(workspace)
        worker = Worker(env, sharing, lambda: make_order(workspace, (), BatchOptions()), sign=sign)
        stack.push_async_callback(worker.close)
        handlers = JobHandlers(worker.review, worker.submit, worker.poll, worker.finish, worker.give_up, worker.daily)
        app = worker.app = batch.open_queue(url, handlers, schedule=workspace.settings.toml.batch.schedule)
        await stack.enter_async_context(app.open_async())
        await batch.prepare_queue(app)
        workspace.console.tell(f"Working on {workspace.database_shown}, {at_once} launches at once. Stop with Ctrl-C.")
        await _serve_until_stopped(app, worker, at_once, once=once)
    if sign.reason:
        workspace.console.tell(
            "Stopped. Launches that were in hand go to other workers, or on when this one is started again."
        )


async def _serve_until_stopped(app: Any, worker: Worker, at_once: int, *, once: bool) -> None:
    common: dict[str, Any] = {
        "install_signal_handlers": False, "update_heartbeat_interval": batch.HEARTBEAT_S,
        "stalled_worker_timeout": batch.STALLED_S, "shutdown_graceful_timeout": GRACE_S,
        "fetch_job_polling_interval": FETCH_S, "wait": not once,
    }  # fmt: skip
    main = asyncio.create_task(_serve(app, at_once, common))
    side = asyncio.create_task(app.run_worker_async(queues=[RESCUE], concurrency=1, **{**common, "wait": True}))
    stopping = asyncio.create_task(worker.sign.raised.wait())
    tidying = asyncio.create_task(worker.keep_tidy())
    await asyncio.wait({main, side, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (tidying, main, side, stopping):
        task.cancel()
    for ended in await asyncio.gather(tidying, main, side, stopping, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


async def _serve(app: Any, at_once: int, common: dict[str, Any]) -> None:
    """Work until stopped; without `wait` until no job is due, those that the last ones brought along included."""
    while True:
        await app.run_worker_async(queues=[LAUNCHES, BATCHES], concurrency=at_once, **common)
        if common["wait"] or not await batch.is_work_due(app):
            return
