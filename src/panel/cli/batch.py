"""`panel batch`: the day's launches, unattended, within a budget."""

from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag, PersonasOption, YesFlag, seconds, usd
from panel.errors import Mistake
from panel.workspace import run_loop

if TYPE_CHECKING:
    from panel.records import Run

Sources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SOURCE]...",
        help="Feeds of panel.toml by name, addresses, files (RSS, Atom, JSON Feed, CSV, JSONL, launch files), folders "
        "of launch files. None: every feed of panel.toml.",
    ),
]


def batch(
    sources: Sources = None,
    most: Annotated[
        int | None, typer.Option("--max", min=1, help="Reviews at most; the rest is skipped by name.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option("--category", help="Only of this one, from categories.yaml; again for more.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", help="Only announced in this one, as en; again for more.")
    ] = None,
    max_age_days: Annotated[
        int | None, typer.Option("--max-age-days", min=0, help="Only launched in the last so many days; 0: any day.")
    ] = None,
    economy: Annotated[
        bool, typer.Option("--economy", help="Through the providers' batches: half the price, up to a day's wait.")
    ] = False,
    budget: Annotated[
        float | None, typer.Option("--budget", help="USD this batch may spend; it stops cleanly there.")
    ] = None,
    launch_budget: Annotated[float | None, typer.Option("--launch-budget", help="USD each launch may spend.")] = None,
    day_budget: Annotated[
        float | None, typer.Option("--day-budget", help="USD this UTC day may cost, over all calls on the database.")
    ] = None,
    deadline: Annotated[float | None, typer.Option("--deadline", help="Minutes this batch may take.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be reviewed, skipped and paid; ask nobody.")
    ] = False,
    personas: PersonasOption = "",
    model: Annotated[
        list[str] | None, typer.Option("--model", help="provider/model; give it again to spread the panel.")
    ] = None,
    enqueue: Annotated[
        bool, typer.Option("--enqueue", help="Hand the launches to `panel worker` processes (Postgres) and return.")
    ] = False,
    watch: Annotated[
        str, typer.Option("--watch", metavar="RUN", help="Show a batch and its workers until it ends; starts nothing.")
    ] = "",
    yes: YesFlag = False,
    json_: JsonFlag = False,
) -> None:
    """Review a day's launches: drafts, a spend report, and a list of what was skipped and why.

    Safe to run again: what was answered is never paid for twice, and launches reviewed before are skipped by name.
    A launch whose category, language or day is unknown passes that filter.
    """
    from panel.cli.compose.batches import BatchOptions
    from panel.cli.compose.workspace import open_workspace

    workspace = open_workspace()
    if watch:
        from panel.cli.compose.watch import watch_batch

        if sources or dry_run or enqueue:
            raise Mistake("--watch shows a batch there is; it starts none.", hint="Leave sources and other flags out.")
        watch_batch(workspace, watch, json_=json_)
        return
    from panel.cli.compose.batch_run import dry, run_batch

    ask = BatchOptions(
        personas=personas, models=tuple(model or ()), most=most, categories=tuple(category or ()),
        languages=tuple(language or ()), max_age_days=max_age_days, budget_usd=usd(budget),
        launch_usd=usd(launch_budget), day_usd=usd(day_budget), deadline_s=seconds(deadline), economy=economy,
    )  # fmt: skip
    if dry_run:
        dry(workspace, sources or (), ask, json_=json_)
    elif enqueue:
        from panel.cli.compose.job_queue import enqueue_batch

        run_loop(enqueue_batch(workspace, sources or (), ask, yes=yes, json_=json_))
    else:
        run_batch(workspace, sources or (), ask, yes=yes, json_=json_)


def resume_a_batch(
    run: "Run", *, budget: float | None, deadline: float | None, retry: bool, yes: bool, json_: bool
) -> None:
    """What `panel resume` does with a batch."""
    from panel.cli.compose.batch_run import resume_batch
    from panel.cli.compose.batches import BatchOptions
    from panel.cli.compose.workspace import open_workspace

    ask = BatchOptions(budget_usd=usd(budget), deadline_s=seconds(deadline), retry=retry)
    resume_batch(open_workspace(), run, ask, yes=yes, json_=json_)
