"""`panel worker` and `panel queue`: the same batches on any number of machines, over Postgres."""

from typing import Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here, use_one_arena
from panel.cli.terminal.terminal import say, say_json, table, talk
from panel.workspace import run_loop

BatchId = Annotated[str, typer.Argument(help="A batch, as `panel runs list` prints it; its beginning will do.")]
app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Work handed out to workers: status, retry, cancel."
)


def worker(
    at_once: Annotated[int, typer.Option("--launches", min=1, help="Launches this process has in hand at most.")] = 8,
    once: Annotated[bool, typer.Option("--once", help="Stop when no work is left.")] = False,
) -> None:
    """Work on batches that were handed out with `panel batch --enqueue`, until stopped.

    Needs PANEL_DATABASE_URL=postgresql://... and the keys of the models. Start as many as you like, on any machine.
    """
    from panel.workspace import run_until_stopped, work

    use_one_arena()
    with open_here() as workspace:
        run_until_stopped(lambda sign: work(workspace, sign, at_once=at_once, once=once), workspace.console)


@app.command()
def status(json_: JsonFlag = False) -> None:
    """Jobs by queue and state, workers by their last heartbeat, batches by what is left."""
    from panel.workspace import queue_status

    with open_here(json_=json_) as workspace:
        found = run_loop(queue_status(workspace))
    if json_:
        say_json(found)
        return
    head = ("queue", "todo", "doing", "succeeded", "failed", "cancelled")
    rows = [(q["name"], *(str(q[name]) for name in head[1:])) for q in found["queues"]]
    say(table([head, *rows]) if rows else "No job was ever handed out.")
    for batch in found["batches"]:
        counts = ", ".join(f"{count} {state}" for state, count in sorted(batch["rows"].items()))
        say(f"{batch['run_id']} is {batch['state']}: {counts or 'no rows'}. {batch['why']}".rstrip())
    for one in found["workers"]:
        talk(f"worker {one['worker_id']}: last heard of {one['seconds']:.0f} s ago")
    if not found["workers"]:
        talk("No worker is running. Start one with: panel worker")


@app.command()
def retry(run_id: BatchId, json_: JsonFlag = False) -> None:
    """Hand out again what failed or was left of a batch."""
    from panel.workspace import queue_retry

    with open_here(json_=json_) as workspace:
        count = run_loop(queue_retry(workspace, run_id))
    say_json({"handed_out": count}) if json_ else talk(f"{count} launches handed out again.")


@app.command()
def cancel(run_id: BatchId, json_: JsonFlag = False) -> None:
    """Take a batch's waiting jobs back. Launches in hand are finished; what was answered is kept."""
    from panel.workspace import queue_cancel

    with open_here(json_=json_) as workspace:
        count = run_loop(queue_cancel(workspace, run_id))
    told = f"{count} jobs taken back. Go on with: panel queue retry {run_id}"
    say_json({"cancelled": count}) if json_ else talk(told)
