"""`panel drafts ask | rerun | take-over | stale`: ask the panel again for a draft, and lay in what came of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.terminal.common_options import DraftArgument, JsonFlag, YesFlag, seconds, usd
from panel.cli.terminal.here import open_desk
from panel.cli.terminal.terminal import say, say_json, table, talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.cli.terminal.here import OpenDesk
    from panel.desk import AskAgainRequest
    from panel.records import Review

ModelOption = Annotated[list[str], typer.Option("--model", help="provider/model instead of the one asked before.")]
BudgetOption = Annotated[float | None, typer.Option("--budget", help="USD this may cost; it stops cleanly there.")]
DeadlineOption = Annotated[float | None, typer.Option("--deadline", help="Minutes this may take.")]


def attach(app: typer.Typer) -> None:
    """Put the commands beside the others of `panel drafts`."""
    app.command("ask")(ask)
    app.command("rerun")(rerun)
    app.command("take-over")(take_over)
    app.command("stale")(stale)


def ask(
    draft: DraftArgument,
    critic: Annotated[str, typer.Argument(metavar="CRITIC", help="Its persona, as `panel personas list` prints it.")],
    leave: Annotated[
        list[str], typer.Option("--leave", metavar="PASSAGE", help="S2.4: leave it to the other critics; repeatable.")
    ] = [],  # noqa: B006
    model: ModelOption = [],  # noqa: B006
    budget: BudgetOption = None,
    deadline: DeadlineOption = None,
    yes: YesFlag = False,
    json_: JsonFlag = False,
) -> None:
    """Ask one critic again, with the run logs brought since. Its new answer is offered; your text stays."""
    from panel.desk import AskAgainRequest

    _ask(draft, AskAgainRequest(persona_id=critic, leave=tuple(leave)), model, budget, deadline, yes=yes, json_=json_)


def rerun(
    draft: DraftArgument,
    refresh: Annotated[bool, typer.Option("--refresh", help="Read the product's pages anew.")] = False,
    model: ModelOption = [],  # noqa: B006
    budget: BudgetOption = None,
    deadline: DeadlineOption = None,
    yes: YesFlag = False,
    json_: JsonFlag = False,
) -> None:
    """Ask the whole panel again about the same dossier, or a fresh one. What differs is offered; your text stays."""
    from panel.desk import AskAgainRequest

    _ask(draft, AskAgainRequest(refresh=refresh), model, budget, deadline, yes=yes, json_=json_)


def take_over(draft: DraftArgument, json_: JsonFlag = False) -> None:
    """Lay in the newer review that is offered. Words people wrote stay where a critic said the same again."""
    with open_desk() as at:
        opened = at.desk.open(at.who, draft)
        opened = at.desk.take_over(at.who, draft, number=opened.draft.head)
    if json_:
        say_json({"draft_id": draft, "revision": opened.draft.head, "left": len(opened.left)})
    else:
        say(f"Taken over as revision {opened.draft.head}. To settle: {len(opened.left)}.")


def stale(json_: JsonFlag = False) -> None:
    """List drafts and published reviews that should be asked about again, and why."""
    from panel.desk import stale_drafts

    with open_desk() as at, at.desk.store.reading() as conn:
        found = list(stale_drafts(conn, at.desk.now.date()))
    if json_:
        say_json({"stale": [{"draft_id": d.draft_id, "state": d.state, "reasons": why} for d, why in found]})
    elif found:
        say(table([("draft", "state", "why"), *((d.draft_id, d.state, " ".join(why)) for d, why in found)]))
        talk("Ask again: panel drafts rerun DRAFT")
    else:
        talk("Nothing is stale.")


def _ask(
    draft: str, request: "AskAgainRequest", models: "Sequence[str]", budget: float | None, deadline: float | None, *,
    yes: bool, json_: bool,
) -> None:  # fmt: skip
    from panel.workspace import RunOptions, ask_again_for, run_until_stopped

    options = RunOptions(models=models, budget_usd=usd(budget), deadline_s=seconds(deadline))
    with open_desk(yes=yes, json_=json_) as at:
        outcome = run_until_stopped(
            lambda sign: ask_again_for(at.workspace, at.desk, draft, request, options, sign), at.workspace.console
        )
        _tell(at, draft, outcome.run.run_id, str(outcome.folder), json_=json_)


def _tell(at: "OpenDesk", draft: str, run_id: str, folder: str, *, json_: bool) -> None:
    from panel.desk import OpenReview

    opened, offered = at.desk.open(at.who, draft), at.desk.offered(at.who, draft)
    assert isinstance(opened, OpenReview)
    changed = verdicts_changed(opened.review, offered) if offered else []
    if json_:
        say_json({"draft_id": draft, "run_id": run_id, "folder": folder, "offered": bool(offered), "changed": changed})
        return
    for line in changed or ["No verdict changed." if offered else "It answered exactly as before."]:
        say(line)
    if offered:
        talk(f"Your text stays as it is. Lay it in: panel drafts take-over {draft}")


def verdicts_changed(mine: "Review", offered: "Review") -> list[str]:
    """ "futurist: ship, now skip", a line for each critic whose answer ends otherwise."""
    lines = []
    for opinion in offered.opinions:
        who = opinion.juror.persona_id
        before = mine.opinion(who)
        was, now = (getattr(o, "verdict", o.outcome) if o else "not asked" for o in (before, opinion))
        if was != now:
            lines.append(f"{who}: {was}, now {now}")
    return lines
