"""`panel review`, `panel compare`, `panel resume`: the main job, from files to a page."""

from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag, PersonasOption, YesFlag, seconds, usd
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, talk

if TYPE_CHECKING:
    from panel.pipeline import RunKind, RunResult

Launches = Annotated[list[str], typer.Argument(
    help="Addresses, launch files (YAML, JSON, Markdown with front matter), or launches reviewed before: RUN/SLUG."
)]  # fmt: skip
First = Annotated[
    str, typer.Argument(metavar="A", help="An address, a launch file, or a launch reviewed before: RUN/SLUG.")
]
Second = Annotated[str, typer.Argument(metavar="B", help="Another.")]
ModelOption = Annotated[
    list[str] | None, typer.Option("--model", help="provider/model; give it again to spread the panel.")
]
BudgetOption = Annotated[float | None, typer.Option("--budget", help="USD this run may spend; it stops cleanly there.")]
DeadlineOption = Annotated[float | None, typer.Option("--deadline", help="Minutes this run may take.")]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Ask anew, whatever the ledger holds.")]
RetryOption = Annotated[bool, typer.Option("--retry", help="Ask again where an answer was unusable.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="The day the dossier speaks of, YYYY-MM-DD.")]
CategoryOption = Annotated[str, typer.Option("--category", help="Of the products at addresses, from categories.yaml.")]


def compare(
    a: First, b: Second, personas: PersonasOption = "", model: ModelOption = None, budget: BudgetOption = None,
    deadline: DeadlineOption = None, yes: YesFlag = False, fresh: FreshOption = False, retry: RetryOption = False,
    as_of: AsOfOption = "", category: CategoryOption = "", json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Ask the panel about two launches, side by side."""
    _ask("compare", [a, b], personas, model, budget, deadline, yes, fresh, retry, as_of, category, json_)


def review(
    launches: Launches, personas: PersonasOption = "", model: ModelOption = None, budget: BudgetOption = None,
    deadline: DeadlineOption = None, yes: YesFlag = False, fresh: FreshOption = False, retry: RetryOption = False,
    as_of: AsOfOption = "", category: CategoryOption = "", json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Ask the panel about one launch or several, each for itself."""
    _ask("review", launches, personas, model, budget, deadline, yes, fresh, retry, as_of, category, json_)


def resume(
    run_id: Annotated[str, typer.Argument(help="As `panel runs list` prints it.")], budget: BudgetOption = None,
    deadline: DeadlineOption = None, retry: RetryOption = False, yes: YesFlag = False, json_: JsonFlag = False,
) -> None:  # fmt: skip
    """Go on with a stopped or killed run.

    Only what is missing is asked, with the dossiers, personas and prompts of the day it began.
    """
    from panel.workspace import RunOptions, resume_run, run_until_stopped

    with open_here(yes=yes, json_=json_) as workspace:
        run = workspace.stores.records.load_run(run_id)
        if run.kind == "batch":
            from panel.cli.batch import resume_a_batch

            resume_a_batch(workspace, run.run_id, budget=budget, deadline=deadline, retry=retry, json_=json_)
            return
        options = RunOptions(budget_usd=usd(budget), deadline_s=seconds(deadline), retry=retry)
        result = run_until_stopped(lambda sign: resume_run(workspace, run.run_id, options, sign), workspace.console)
        _show(result, json_=json_)


def _ask(
    kind: "RunKind", names: list[str], personas: str, models: list[str] | None, budget: float | None,
    deadline: float | None, yes: bool, fresh: bool, retry: bool, as_of: str, category: str, json_: bool,
) -> None:  # fmt: skip
    from panel.workspace import RunOptions, ask_panel, run_until_stopped

    options = RunOptions(personas, models or (), as_of, fresh, category, usd(budget), seconds(deadline), retry)
    with open_here(yes=yes, json_=json_) as workspace:
        result = run_until_stopped(lambda sign: ask_panel(workspace, kind, names, options, sign), workspace.console)
        _show(result, json_=json_)


def _show(outcome: "RunResult", *, json_: bool) -> None:
    """The verdict card and where the page is; or the same as one JSON object."""
    _tell_of_failures(outcome)
    if json_:
        say_json(as_json(outcome))
        return
    from panel.pages import comparison_card, review_card

    cards = [comparison_card(outcome.comparison)] if outcome.comparison else [review_card(r) for r in outcome.reviews]
    say("\n\n".join(cards))
    talk("")
    one_page = len(outcome.reviews) == 1 or outcome.comparison
    say(f"Page: {outcome.folder / 'report.html'}" if one_page else f"Pages: {outcome.folder}")


def _tell_of_failures(outcome: "RunResult") -> None:
    """The page counts who gave no answer; the person who ran it can have them asked again."""
    ends = [opinion.outcome for review in outcome.reviews for opinion in review.opinions]
    resume = f"panel resume {outcome.run.run_id}"
    if "failed" in ends:
        talk(f"{ends.count('failed')} of {len(ends)} jurors failed. Ask them again: {resume}")
    if "unusable" in ends:
        talk(f"{ends.count('unusable')} of {len(ends)} answers were unusable. Ask for them again: {resume} --retry")


def as_json(outcome: "RunResult") -> dict[str, object]:
    """What --json prints of a run: ids, paths, and the records in full."""
    records: dict[str, object] = {"reviews": [r.model_dump(mode="json") for r in outcome.reviews]}
    if outcome.comparison:
        records = {"comparison": outcome.comparison.model_dump(mode="json")}
    spend = [row.model_dump(mode="json") for row in outcome.run.spend]
    return {"run_id": outcome.run.run_id, "folder": str(outcome.folder), "spend": spend, **records}
