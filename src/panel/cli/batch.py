"""`panel batch`: the day's launches, unattended, within a budget; `--watch`: how far one is."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag, PersonasOption, YesFlag, seconds, usd
from panel.cli.terminal.here import open_here, use_one_arena
from panel.cli.terminal.terminal import safe, say, say_json, table, talk
from panel.errors import Mistake, PanelError
from panel.workspace import run_loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.batch import BatchOptions, BatchOutcome, RowExplanation
    from panel.records import BatchRow, Run
    from panel.workspace import Workspace

LOOK_S, LINE_S = 1.0, 10.0  # of --watch: between looks on a terminal, and between lines elsewhere
Sources = Annotated[list[str] | None, typer.Argument(
    metavar="[SOURCE]...",
    help="Feeds of panel.toml by name, addresses, files (RSS, Atom, JSON Feed, CSV, JSONL, launch files), folders of "
    "launch files. None: every feed of panel.toml.",
)]  # fmt: skip
Most = Annotated[int | None, typer.Option("--max", min=1, help="Reviews at most; the rest is skipped by name.")]
Categories = Annotated[
    list[str] | None, typer.Option("--category", help="Only of this one, from categories.yaml; again for more.")
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Only announced in this one, as en; again for more.")
]
MaxAge = Annotated[
    int | None, typer.Option("--max-age-days", min=0, help="Only launched in the last so many days; 0: any day.")
]
Economy = Annotated[
    bool, typer.Option("--economy", help="Through the providers' batches: half the price, up to a day's wait.")
]
Budget = Annotated[float | None, typer.Option("--budget", help="USD this batch may spend; it stops cleanly there.")]
LaunchBudget = Annotated[float | None, typer.Option("--launch-budget", help="USD each launch may spend.")]
DayBudget = Annotated[
    float | None, typer.Option("--day-budget", help="USD this UTC day may cost, over all calls on the database.")
]
Deadline = Annotated[float | None, typer.Option("--deadline", help="Minutes this batch may take.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be reviewed, skipped and paid; ask nobody.")]
Explain = Annotated[int | None, typer.Option(
    "--explain", metavar="ROW", min=1,
    help="Say why this row of --dry-run is taken, joined, offered or skipped, and what gave its fields; ask nobody.",
)]  # fmt: skip
Models = Annotated[list[str] | None, typer.Option("--model", help="provider/model; give it again to spread the panel.")]
Enqueue = Annotated[
    bool, typer.Option("--enqueue", help="Hand the launches to `panel worker` processes (Postgres) and return.")
]
Watch = Annotated[
    str, typer.Option("--watch", metavar="RUN", help="Show a batch and its workers until it ends; starts nothing.")
]


def batch(
    sources: Sources = None, most: Most = None, category: Categories = None, language: Languages = None,
    max_age_days: MaxAge = None, economy: Economy = False, budget: Budget = None, launch_budget: LaunchBudget = None,
    day_budget: DayBudget = None, deadline: Deadline = None, dry_run: DryRun = False, explain: Explain = None,
    personas: PersonasOption = "", model: Models = None, enqueue: Enqueue = False, watch: Watch = "",
    yes: YesFlag = False, json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Review a day's launches: drafts, a spend report, and a list of what was skipped and why.

    Safe to run again: what was answered is never paid for twice, and launches reviewed before are skipped by name.
    A launch whose category, language or day is unknown passes that filter.
    """
    with open_here(yes=yes, json_=json_) as workspace:
        if watch:
            if sources or dry_run or enqueue or explain:
                raise Mistake(
                    "--watch shows a batch there is; it starts none.", hint="Leave sources and other flags out."
                )
            run_loop(_watch(workspace, watch, json_=json_))
            return
        from panel.batch import BatchOptions

        options = BatchOptions(
            personas, model or (), most, category or (), language or (), max_age_days, usd(budget), usd(launch_budget),
            usd(day_budget), seconds(deadline), economy,
        )  # fmt: skip
        if dry_run or explain:
            run_loop(_dry(workspace, sources or (), options, explain, json_=json_))
        elif enqueue:
            _enqueue(workspace, sources or (), options, json_=json_)
        else:
            from panel.workspace import review_batch, run_until_stopped

            use_one_arena()
            outcome = run_until_stopped(
                lambda sign: review_batch(workspace, sources or (), options, sign), workspace.console
            )
            _show(outcome, json_=json_)


def resume_a_batch(
    workspace: "Workspace", run_id: str, *, budget: float | None, deadline: float | None, retry: bool, json_: bool
) -> None:
    """What `panel resume` does with a batch."""
    from panel.batch import BatchOptions
    from panel.workspace import go_on_with_batch, run_until_stopped

    options = BatchOptions(budget_usd=usd(budget), deadline_s=seconds(deadline), retry=retry)
    outcome = run_until_stopped(lambda sign: go_on_with_batch(workspace, run_id, options, sign), workspace.console)
    _show(outcome, json_=json_)


def _show(outcome: "BatchOutcome | None", *, json_: bool) -> None:
    """The summary, and why the batch stopped where it did. With --json stdout has its one object already then."""
    if outcome is None:
        if json_:
            say_json({"run_id": "", "state": "elsewhere", "reviewed": [], "skipped": [], "failed": []})
        return
    if json_:
        say((outcome.folder / "summary.json").read_text(encoding="utf-8").rstrip("\n"))
    else:
        say(f"Summary: {outcome.folder / 'summary.md'}")
    _end(outcome.why, json_=json_)


def _end(err: "PanelError | None", *, json_: bool) -> None:
    """Leave with the error's code. With --json its sentence goes to stderr."""
    if err and not json_:
        raise err
    if err:
        talk(f"{err} {err.hint}".strip())
        raise typer.Exit(err.exit_code)


def _enqueue(workspace: "Workspace", sources: "Sequence[str]", options: "BatchOptions", *, json_: bool) -> None:
    from panel.workspace import hand_out_batch

    begun = run_loop(hand_out_batch(workspace, sources, options))
    if begun is None:
        return
    run_id, count = begun
    if json_:
        say_json({"run_id": run_id, "handed_out": count})
        return
    say(run_id)
    talk(f"{count} launches handed out. Watch them with: panel batch --watch {run_id}")


async def _dry(
    workspace: "Workspace", sources: "Sequence[str]", options: "BatchOptions", number: int | None, *, json_: bool
) -> None:
    """Print each row with its state and reason, then the price; or of one row why it is so."""
    from panel.batch import DRY, RowWatch, explain_row
    from panel.workspace import price_batch_only

    watch = RowWatch(number) if number else None
    async with price_batch_only(workspace, sources, options, watch) as (kept, price, why):
        if watch:
            _explain(explain_row(kept, DRY, watch), json_=json_)
            return
        rows = kept.stream(DRY)
        if json_:
            told = {
                "launches": price.launches, "calls": price.calls, "low_usd": str(price.low_usd),
                "high_usd": str(price.high_usd), "unpriced": list(price.unpriced), "assumed_dossiers": price.assumed,
            }  # fmt: skip
            say_json({"rows": [r.model_dump(mode="json", exclude_defaults=True) for r in rows], "price": told})
        else:
            lines = ((str(r.row), r.state, r.said.name or "-", r.said.source, r.said.at, _why(r)) for r in rows)
            say(table([("row", "state", "name", "source", "at", "why"), *lines]))
            talk(price.sentence)
    if why:
        _end(Mistake(f"No source could be read. {why}"), json_=json_)


def _explain(told: "RowExplanation", *, json_: bool) -> None:
    """Print what became of one row: where it stands, what gave its fields, what decided."""
    if json_:
        say_json(told.model_dump(mode="json", exclude_defaults=True))
        return
    row = told.row
    say(f"Row {row.row}, {row.said.source}, {row.said.at}: {row.said.name or 'without a name'}")
    if told.fields:
        lines = ((field, value[:80], origin) for field, (value, origin) in told.fields.items())
        say(table([("field", "value", "from"), *lines]))
    say("\n".join(told.decided))


def _why(row: "BatchRow") -> str:
    return "; ".join(filter(None, (row.reason, row.may_be and f"may be the same launch as {row.may_be}")))


async def _watch(workspace: "Workspace", run_id: str, *, json_: bool) -> None:
    """Show a batch until it ends or is stopped, whichever machines work on it. Reads only; --json looks once."""
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
