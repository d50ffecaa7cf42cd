"""`panel runs`: what was run, what it cost, whether it is whole; and how to be rid of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from panel.cli.terminal.common_options import JsonFlag, RunId, SureFlag
from panel.cli.terminal.here import Terminal, open_here
from panel.cli.terminal.terminal import say, say_json, table, talk
from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.records import Run
    from panel.store import Locks

app = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Past runs: list, show, costs, verify, delete, prune."
)
By = Literal["persona", "model", "launch", "day"]


@app.command("list")
def list_(json_: JsonFlag = False) -> None:
    """List runs, newest first."""
    with open_here(json_=json_) as workspace:
        found = workspace.stores.records.list_runs()
        states = {run.run_id: _state(run, workspace.stores.locks) for run in found}
    if json_:
        say_json({"runs": [_short(run, states[run.run_id]) for run in found]})
        return
    lost = _unlisted(workspace.settings.runs_dir, set(states))
    if lost:
        talk(f"Begun and not in this database: {', '.join(lost)}. Remove with: panel runs delete RUN")
    if not found:
        talk("No runs yet. Start with: panel compare A B")
        return
    rows = [
        (r.run_id, states[r.run_id], r.kind, ", ".join(r.launches[:3]) + (" ..." if len(r.launches) > 3 else ""))
        for r in found
    ]
    say(table([("run", "state", "kind", "launches"), *rows]))


@app.command()
def show(run_id: RunId, json_: JsonFlag = False) -> None:
    """Show one run: what it asked, what came of it, where its page is; of a batch, what its summary says."""
    from panel.pages import comparison_card, review_card
    from panel.store import RunFolder

    with open_here(json_=json_) as workspace:
        records = workspace.stores.records
        run = records.load_run(run_id)
        state = _state(run, workspace.stores.locks)
        if run.kind == "batch":
            from panel.cli.show_batch import show_batch

            show_batch(workspace, run, state, json_=json_)
            return
        reviews, comparison = records.load_reviews(run.run_id), records.load_comparison(run.run_id)
    folder = workspace.settings.runs_dir / run.run_id
    if json_:
        files = RunFolder(folder).manifest().files if (folder / "manifest.json").is_file() else ()
        say_json({"run": run.model_copy(update={"files": files}).model_dump(mode="json"), "folder": str(folder)})
        return
    if run.state != "finished":
        say(f"{run.run_id} is {state}. {run.why}".strip())
        if state != "running":
            talk(f"Go on with: panel resume {run.run_id}")
        return
    say("\n\n".join([comparison_card(comparison)] if comparison else [review_card(r) for r in reviews]))
    say(f"Folder: {folder}")


@app.command()
def costs(
    run_id: Annotated[str, typer.Argument(help="One run; none adds up all.")] = "",
    by: Annotated[
        By | None, typer.Option("--by", help="One line for each of these; without it, for each critic of each launch.")
    ] = None,
    json_: JsonFlag = False,
) -> None:
    """What calls cost and what cache and provider batches saved, from the ledger; deleted runs stay in the sums."""
    from panel.cli.costs import show_costs

    with open_here(json_=json_) as workspace:
        show_costs(workspace, run_id, by or "juror", json_=json_)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A run's folder, anywhere; no database is needed.")],
    json_: JsonFlag = False,
) -> None:
    """Check a run's folder against its manifest: missing, changed or added files."""
    from panel.store import verify_folder

    if not (folder / "manifest.json").is_file():
        raise Mistake(f"{str(folder)!r} has no manifest.json.", hint="Name a run's folder, as runs/<run_id>.")
    problems = verify_folder(folder)
    if json_:
        say_json({"folder": str(folder), "whole": not problems, "problems": problems})
    else:
        say("\n".join(problems) if problems else "Whole: every file is as the manifest says.")
    if problems:
        raise typer.Exit(5)


@app.command()
def delete(run_id: RunId, yes: SureFlag = False, json_: JsonFlag = False) -> None:
    """Delete a run's texts and folder. What it cost stays in the ledger."""
    with open_here(yes=yes, json_=json_) as workspace:
        records = workspace.stores.records
        run = records.load_run(run_id)
        Terminal(yes, json_).sure(f"Delete {run.run_id} and its folder?")
        records.delete_run(run.run_id)
    say_json({"deleted": [run.run_id]}) if json_ else talk(f"Deleted {run.run_id}. Its costs stay.")


@app.command()
def prune(
    older_than: Annotated[int, typer.Option(min=1, help="Days.")], yes: SureFlag = False, json_: JsonFlag = False
) -> None:
    """Delete every run older than so many days. What they cost stays in the ledger."""
    before = datetime.now(UTC) - timedelta(days=older_than)
    with open_here(yes=yes, json_=json_) as workspace:
        records = workspace.stores.records
        Terminal(yes, json_).sure(f"Delete every run made before {before:%Y-%m-%d %H:%M} UTC?")
        gone = records.prune(before)
    say_json({"deleted": list(gone)}) if json_ else talk(f"Deleted {len(gone)} {'run' if len(gone) == 1 else 'runs'}.")


def _state(run: "Run", locks: "Locks") -> str:
    """The run's state; `running` while a living process works on it, on whichever machine."""
    return "running" if run.state != "finished" and locks.is_held(run.run_id) else run.state


def _unlisted(runs_dir: Path, known: set[str]) -> list[str]:
    """Begun run folders this database has never heard of: a kill came between the two, before any call."""
    from panel.store import RunFolder

    folders = sorted(path.parent for path in runs_dir.glob("*/manifest.json") if path.parent.name not in known)
    return [path.name for path in folders if RunFolder(path).manifest().state == "started"]


def _short(run: "Run", state: str) -> dict[str, object]:
    about = {"run_id": run.run_id, "state": state, "kind": run.kind, "launches": list(run.launches)}
    return {**about, "created_at": run.made.created_at.isoformat()}
