"""`panel dossier`: what the critics would read, where it came from, and what has changed since."""

from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli.terminal.common_options import JsonFlag
from panel.cli.terminal.here import open_here
from panel.cli.terminal.terminal import say, say_json, talk

if TYPE_CHECKING:
    from panel.dossier import Scenarios
    from panel.records import Dossier

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="What the critics read: show, refresh, diff.")
Where = Annotated[str, typer.Argument(metavar="LAUNCH", help="An address or a launch file.")]
Address = Annotated[str, typer.Argument(metavar="URL", help="An address read before.")]
CategoryOption = Annotated[str, typer.Option("--category", help="Of the product at an address, from categories.yaml.")]
BrowserFlag = Annotated[bool, typer.Option("--browser", help="Read an address's pages as a browser shows them.")]


@app.command()
def show(launch: Where, category: CategoryOption = "", browser: BrowserFlag = False, json_: JsonFlag = False) -> None:
    """Show a dossier: sources, passages, facts, and what pages hide."""
    _print(*_dossier(launch, category, refresh=False, browser=browser), json_=json_)


@app.command()
def refresh(
    launch: Annotated[str, typer.Argument(metavar="URL", help="An address.")],
    category: CategoryOption = "",
    json_: JsonFlag = False,
) -> None:
    """Fetch an address's pages again, unchanged ones by a conditional request."""
    _print(*_dossier(launch, category, refresh=True), json_=json_)


@app.command()
def diff(url: Address, json_: JsonFlag = False) -> None:
    """What changed on a page between its last two different readings."""
    from panel.workspace import snapshots_of

    with open_here(json_=json_) as workspace:
        changes = snapshots_of(workspace).diff(url)
    if json_:
        say_json({"url": url, "diff": changes})
    elif changes:
        say(changes)
    else:
        talk("Nothing has changed since it was first read.")


def _dossier(name: str, category: str, *, refresh: bool, browser: bool = False) -> "tuple[Dossier, Scenarios]":
    from panel.batch import is_address
    from panel.dossier import load_scenarios
    from panel.errors import Mistake
    from panel.workspace import dossiers_of, run_loop, with_browser

    if browser and not is_address(name):
        raise Mistake("--browser is for addresses; a launch file's pages are read as they were saved.")
    with open_here() as workspace:
        workspace = with_browser(workspace) if browser else workspace
        dossiers, _ = run_loop(dossiers_of(workspace, [name], as_of=None, refresh=refresh, category=category))
        return dossiers[0], load_scenarios(workspace.folder.scenarios)


def _costs(dossier: "Dossier", scenarios: "Scenarios") -> list[str]:
    """What each plan costs in each scenario of the launch's category, computed from the plans' words."""
    from panel.dossier import costs_of

    lines = []
    for cost in costs_of(scenarios.for_category(dossier.launch.category), dossier.launch.pricing):
        lines.append(f"{cost.scenario} ({cost.use})")
        lines += [f"  {plan.plan}: {'at least ' if plan.at_least else ''}{plan.how}" for plan in cost.plans]
    return lines


def _disputes(dossier: "Dossier") -> list[str]:
    """Facts on which two places differ: both are shown, neither is chosen."""
    from panel.records import disagree

    groups = disagree(dossier.facts)
    return [f"{g[0].kind}: " + " against ".join(f"{f.value} ({f.read_from}, {f.source_id})" for f in g) for g in groups]


def _print(dossier: "Dossier", scenarios: "Scenarios", *, json_: bool) -> None:
    if json_:
        say_json(dossier.model_dump(mode="json") | {"dossier_hash": dossier.dossier_hash})
        return
    say(f"{dossier.launch.name}, as of {dossier.as_of.isoformat()}  ({dossier.dossier_hash[:19]})")
    for source in dossier.sources:
        say(f"\n{source.source_id}  {source.title}  [{source.kind}; {source.voice}]  {source.url}".rstrip())
        for passage in source.passages:
            say(f"  [{passage.passage_id}] {passage.text}")
    sections = (
        ("Facts read by code", [f"{f.kind}: {f.value}  ({f.read_from}, {f.source_id})" for f in dossier.facts]),
        ("Facts that differ", _disputes(dossier)), ("What plans cost, computed by code", _costs(dossier, scenarios)),
        ("Hidden on these pages, in no prompt", [f"{h.source_id} {h.where}: {h.text}" for h in dossier.hidden]),
        ("Speaks to reviewers or models", [f"{s.passage_id} {s.kind}: {s.excerpt}" for s in dossier.suspicions]),
        ("Read with a browser", list(dossier.coverage.rendered)),
        ("Could not be read", list(dossier.coverage.unread)), ("No source for", list(dossier.coverage.missing)),
    )  # fmt: skip
    sought = [s.kind for s in dossier.coverage.sought if s.outcome == "not_public"]
    for title, lines in (*sections, ("Looked for and not found", sought)):
        if lines:
            say("\n".join((f"\n{title}:", *(f"  {line}" for line in lines))))
