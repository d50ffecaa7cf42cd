"""`panel review`, `panel compare`, `panel resume`: the main job, from files to a page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag, PersonasOption, YesFlag
from panel.cli.terminal.terminal import say, say_json, talk

if TYPE_CHECKING:
    from panel.pipeline import RunKind, RunResult

Launches = Annotated[
    list[str],
    typer.Argument(
        help="Addresses, launch files (YAML, JSON, Markdown with front matter), or launches reviewed before: RUN/SLUG."
    ),
]
ModelOption = Annotated[list[str], typer.Option("--model", help="provider/model; give it again to spread the panel.")]
BudgetOption = Annotated[float | None, typer.Option("--budget", help="USD this run may spend; it stops cleanly there.")]
DeadlineOption = Annotated[float | None, typer.Option("--deadline", help="Minutes this run may take.")]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Ask anew, whatever the ledger holds.")]
RetryOption = Annotated[bool, typer.Option("--retry", help="Ask again where an answer was unusable.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="The day the dossier speaks of, YYYY-MM-DD.")]
CategoryOption = Annotated[str, typer.Option("--category", help="Of the products at addresses, from categories.yaml.")]


def compare(
    a: Annotated[
        str, typer.Argument(metavar="A", help="An address, a launch file, or a launch reviewed before: RUN/SLUG.")
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    personas: PersonasOption = "",
    model: ModelOption = [],  # noqa: B006
    budget: BudgetOption = None,
    deadline: DeadlineOption = None,
    yes: YesFlag = False,
    fresh: FreshOption = False,
    retry: RetryOption = False,
    as_of: AsOfOption = "",
    category: CategoryOption = "",
    json_: JsonFlag = False,
) -> None:
    """Ask the panel about two launches, side by side."""
    _ask("compare", [a, b], personas, model, budget, deadline, yes, fresh, retry, as_of, category, json_)


def review(
    launches: Launches,
    personas: PersonasOption = "",
    model: ModelOption = [],  # noqa: B006
    budget: BudgetOption = None,
    deadline: DeadlineOption = None,
    yes: YesFlag = False,
    fresh: FreshOption = False,
    retry: RetryOption = False,
    as_of: AsOfOption = "",
    category: CategoryOption = "",
    json_: JsonFlag = False,
) -> None:
    """Ask the panel about one launch or several, each for itself."""
    _ask("review", launches, personas, model, budget, deadline, yes, fresh, retry, as_of, category, json_)


def resume(
    run_id: Annotated[str, typer.Argument(help="As `panel runs list` prints it.")],
    budget: BudgetOption = None,
    deadline: DeadlineOption = None,
    retry: RetryOption = False,
    yes: YesFlag = False,
    json_: JsonFlag = False,
) -> None:
    """Go on with a stopped or killed run.

    Only what is missing is asked, with the dossiers, personas and prompts of the day it began.
    """
    from panel.cli.compose.runs import RunOptions, load_run, resume_run

    run = load_run(run_id)
    if run.kind == "batch":
        from panel.cli.batch import resume_a_batch

        resume_a_batch(run, budget=budget, deadline=deadline, retry=retry, yes=yes, json_=json_)
        return
    ask = RunOptions(budget=budget, deadline_min=deadline, retry=retry, yes=yes, quiet=json_)
    _show(*resume_run(run.run_id, ask), json_=json_)


def _ask(
    kind: "RunKind", files: list[str], personas: str, models: list[str], budget: float | None, deadline: float | None,
    yes: bool, fresh: bool, retry: bool, as_of: str, category: str, json_: bool,
) -> None:  # fmt: skip
    from panel.cli.compose.runs import RunOptions, prepare, run_plan
    from panel.cli.compose.workspace import open_workspace

    workspace = open_workspace()
    plan, stamp = prepare(
        workspace, kind, files, personas=personas, models=models, as_of=as_of, fresh=fresh, category=category
    )
    ask = RunOptions(budget=budget, deadline_min=deadline, retry=retry, yes=yes, quiet=json_)
    _show(*run_plan(workspace, plan, stamp, ask), json_=json_)


def _show(outcome: "RunResult", folder: Path, *, json_: bool) -> None:
    """The verdict card and where the page is; or the same as one JSON object."""
    _tell_of_failures(outcome)
    if json_:
        say_json(as_json(outcome, folder))
        return
    from panel.pages import comparison_card, review_card

    cards = [comparison_card(outcome.comparison)] if outcome.comparison else [review_card(r) for r in outcome.reviews]
    say("\n\n".join(cards))
    talk("")
    say(f"Page: {folder / 'report.html'}" if len(outcome.reviews) == 1 or outcome.comparison else f"Pages: {folder}")


def _tell_of_failures(outcome: "RunResult") -> None:
    """The page counts who gave no answer; the person who ran it can have them asked again."""
    ends = [opinion.outcome for review in outcome.reviews for opinion in review.opinions]
    resume = f"panel resume {outcome.run.run_id}"
    if "failed" in ends:
        talk(f"{ends.count('failed')} of {len(ends)} jurors failed. Ask them again: {resume}")
    if "unusable" in ends:
        talk(f"{ends.count('unusable')} of {len(ends)} answers were unusable. Ask for them again: {resume} --retry")


def as_json(outcome: "RunResult", folder: Path) -> dict[str, object]:
    """What --json prints of a run: ids, paths, and the records in full."""
    records: dict[str, object] = {"reviews": [r.model_dump(mode="json") for r in outcome.reviews]}
    if outcome.comparison:
        records = {"comparison": outcome.comparison.model_dump(mode="json")}
    spend = [row.model_dump(mode="json") for row in outcome.run.spend]
    return {"run_id": outcome.run.run_id, "folder": str(folder), "spend": spend, **records}
