"""`panel batch --watch RUN`: a batch and its workers, from the database, whichever machines they are on."""

import asyncio
import sys
from collections.abc import Mapping

from panel.batch import LAUNCHES, list_workers, open_queue
from panel.cli.compose.batches import Stores, open_stores
from panel.cli.compose.workspace import Workspace
from panel.cli.terminal.terminal import safe, say, say_json, talk
from panel.records import Run, Spend
from panel.workspace import run_loop

LOOK_S, LINE_S = 1.0, 10.0  # between looks on a terminal, and between lines elsewhere


def watch_batch(workspace: Workspace, run_id: str, *, json_: bool) -> None:
    """Until the batch ends or is stopped. Reads only; --json looks once."""
    run_loop(_watch(workspace, run_id, json_=json_))


async def _watch(workspace: Workspace, run_id: str, *, json_: bool) -> None:
    async with open_stores(workspace) as stores:
        run = stores.records.load_run(run_id)
        if json_:
            say_json(_as_json(run, stores.rows.counts(run.run_id), stores.records.spent(run.run_id)))
            return
        on_terminal = sys.stderr.isatty()
        while True:
            run = await asyncio.to_thread(stores.records.load_run, run.run_id)
            line = await _line(workspace, stores, run)
            sys.stderr.write(f"\r\x1b[2K{safe(line)}" if on_terminal else safe(line) + "\n")
            sys.stderr.flush()
            if run.state != "started":
                break
            await asyncio.sleep(LOOK_S if on_terminal else LINE_S)
        if on_terminal:
            talk("")
        say(f"{run.run_id} is {run.state}. {run.why}".strip())


async def _line(workspace: Workspace, stores: Stores, run: Run) -> str:
    counts = await asyncio.to_thread(stores.rows.counts, run.run_id)
    spend = await asyncio.to_thread(stores.records.spent, run.run_id)
    parts = [
        f"{counts[state]} {state}"
        for state in ("reviewed", "failed", "skipped", "waiting", "ready")
        if counts.get(state)
    ]
    limit = f" of ${run.budget_usd}" if run.budget_usd is not None else ""
    parts.append(f"{spend.calls} calls, {spend.usage.output_tokens} tokens out, ${spend.cost_usd:.4f}{limit}")
    out = stores.batches.open_ones(run.run_id)
    parts += [f"{len(out)} provider batches out"] if out else []
    if workspace.settings.database_url.startswith("postgres"):
        parts.append(await _fleet(workspace))
    return ", ".join(parts)


async def _fleet(workspace: Workspace) -> str:
    app = open_queue(workspace.settings.database_url)
    async with app.open_async():
        if not await app.check_connection_async():
            return "nothing was ever handed out to workers"
        living = await list_workers(app)
        queues = {queue["name"]: queue for queue in await app.job_manager.list_queues_async()}
    doing = queues.get(LAUNCHES, {}).get("doing", 0)
    return f"{len(living)} workers, {doing} launches in hand"


def _as_json(run: Run, counts: Mapping[str, int], spend: Spend) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "state": run.state,
        "why": run.why,
        "rows": dict(counts),
        "spend": spend.model_dump(mode="json"),
    }
