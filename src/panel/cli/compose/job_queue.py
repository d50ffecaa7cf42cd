"""`panel batch --enqueue` and `panel queue`: hand launches to workers; see, repeat or take back what was."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from panel.batch import (
    RESCUE,
    ask_for_task,
    hand_out_rows,
    list_workers,
    open_queue,
    prepare_queue,
    reopen_rows,
    take_back_jobs,
)
from panel.cli.compose.batch_run import begin_batch, name_of
from panel.cli.compose.batch_sources import read_sources
from panel.cli.compose.batches import BatchOptions, Stores, open_stores
from panel.cli.compose.workspace import Workspace
from panel.cli.terminal.terminal import say, say_json, talk
from panel.records import Run


async def enqueue_batch(
    workspace: Workspace, sources: Sequence[str], ask: BatchOptions, *, yes: bool, json_: bool
) -> None:
    """Take in, choose, agree on the price, and hand every launch to the workers."""
    async with _open_queue(workspace) as (app, stores):
        begun = await _begin(app, workspace, sources, ask, stores, yes=yes, quiet=json_)
    if begun is None:
        return
    run, count = begun
    if json_:
        say_json({"run_id": run.run_id, "handed_out": count})
        return
    say(run.run_id)
    talk(f"{count} launches handed out. Watch them with: panel batch --watch {run.run_id}")


async def enqueue_in(app: Any, workspace: Workspace, stores: Stores) -> None:
    """Every feed of panel.toml within its `[batch]` limits, by an open engine: what the schedule runs."""
    begun = await _begin(app, workspace, (), BatchOptions(), stores, yes=True, quiet=True)
    if begun:
        talk(f"{begun[0].run_id}: {begun[1]} launches handed out.")


async def _begin(
    app: Any, workspace: Workspace, sources: Sequence[str], ask: BatchOptions, stores: Stores, *, yes: bool, quiet: bool
) -> tuple[Run, int] | None:
    begun = await begin_batch(workspace, sources, ask, stores, yes=yes, quiet=quiet)
    if begun is None:
        return None
    run, _ = begun
    stores.locks.release(run.run_id)  # each launch has a lock of its own
    stores.locks.release(name_of(read_sources(workspace, sources)))
    return run, await hand_out_ready(app, stores, run.run_id)


async def hand_out_ready(app: Any, stores: Stores, run_id: str) -> int:
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


@asynccontextmanager
async def _open_queue(workspace: Workspace) -> AsyncIterator[tuple[Any, Stores]]:
    """The queue's engine, made ready, and the database's faces."""
    app = open_queue(workspace.settings.database_url)
    async with open_stores(workspace) as stores, app.open_async():
        await prepare_queue(app)
        yield app, stores


async def queue_status(workspace: Workspace) -> dict[str, Any]:
    """Queues with their jobs by state, workers with the seconds since their last heartbeat, batches by what is left."""
    async with _open_queue(workspace) as (app, stores):
        queues = [queue for queue in await app.job_manager.list_queues_async() if queue["name"] != RESCUE]
        return {"queues": queues, "workers": await list_workers(app), "batches": _unfinished(stores)}


def _unfinished(stores: Stores) -> list[dict[str, Any]]:
    """Batches with launches left: `run_id`, `state`, `why` and how many `rows` are in each state."""
    return [
        {"run_id": run.run_id, "state": run.state, "why": run.why, "rows": stores.rows.counts(run.run_id)}
        for run in stores.records.list_runs(unfinished=True)
        if run.kind == "batch"
    ]


async def queue_retry(workspace: Workspace, run_id: str) -> int:
    """Hand out again what failed or was left; how many launches."""
    async with _open_queue(workspace) as (app, stores):
        run = stores.records.load_run(run_id)
        await take_back_jobs(app, run.run_id)
        reopen_rows(run.run_id, stores.rows, waiting=not stores.batches.open_ones(run.run_id))
        stores.records.save_run(run.model_copy(update={"state": "started", "why": ""}))
        return await hand_out_ready(app, stores, run.run_id)


async def queue_cancel(workspace: Workspace, run_id: str) -> int:
    """Take waiting jobs back; how many. Launches in hand are finished."""
    async with _open_queue(workspace) as (app, stores):
        run = stores.records.load_run(run_id)
        count = await take_back_jobs(app, run.run_id)
        why = f"Cancelled on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
        if run.state != "finished":
            stores.records.save_run(run.model_copy(update={"state": "stopped", "why": why}))
        return count
