"""`panel batch --watch RUN`: a batch and its workers, from the database, whichever machines they are on."""

import asyncio
import sys
from typing import TYPE_CHECKING

from panel.cli.terminal.terminal import safe, say, say_json, talk

if TYPE_CHECKING:
    from panel.records import Run
    from panel.workspace import Workspace

LOOK_S, LINE_S = 1.0, 10.0  # between looks on a terminal, and between lines elsewhere


async def watch_batch(workspace: "Workspace", run_id: str, *, json_: bool) -> None:
    """Until the batch ends or is stopped. Reads only; --json looks once."""
    stores = workspace.stores
    run = stores.records.load_run(run_id)
    if json_:
        counts, spend = stores.rows.counts(run.run_id), stores.records.spent(run.run_id)
        about = {"run_id": run.run_id, "state": run.state, "why": run.why}
        say_json({**about, "rows": counts, "spend": spend.model_dump(mode="json")})
        return
    on_terminal = sys.stderr.isatty()
    while True:
        run = stores.records.load_run(run.run_id)
        line = await _line(workspace, run)
        sys.stderr.write(f"\r\x1b[2K{safe(line)}" if on_terminal else safe(line) + "\n")
        sys.stderr.flush()
        if run.state != "started":
            break
        await asyncio.sleep(LOOK_S if on_terminal else LINE_S)
    if on_terminal:
        talk("")
    say(f"{run.run_id} is {run.state}. {run.why}".strip())


async def _line(workspace: "Workspace", run: "Run") -> str:
    counts, spend = workspace.stores.rows.counts(run.run_id), workspace.stores.records.spent(run.run_id)
    parts = [
        f"{counts[state]} {state}"
        for state in ("reviewed", "failed", "skipped", "waiting", "ready")
        if counts.get(state)
    ]
    limit = f" of ${run.budget_usd}" if run.budget_usd is not None else ""
    parts.append(f"{spend.calls} calls, {spend.usage.output_tokens} tokens out, ${spend.cost_usd:.4f}{limit}")
    out = workspace.stores.batches.open_ones(run.run_id)
    parts += [f"{len(out)} provider batches out"] if out else []
    if workspace.settings.database_url.startswith("postgres"):
        parts.append(await _fleet(workspace))
    return ", ".join(parts)


async def _fleet(workspace: "Workspace") -> str:
    from panel.workspace import count_workers

    found = await count_workers(workspace)
    return f"{found[0]} workers, {found[1]} launches in hand" if found else "nothing was ever handed out to workers"
