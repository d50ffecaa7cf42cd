"""Build the objects of a run from files, flags and settings, and hand them to the pipeline."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from panel.cli.compose.desks import fill_queue
from panel.cli.compose.launches import dossiers_of, is_address, is_reviewed, note_in_archive
from panel.cli.compose.workspace import Workspace, is_terminal, open_workspace
from panel.cli.terminal.common_options import seconds, usd
from panel.cli.terminal.progress import watch
from panel.cli.terminal.terminal import talk
from panel.dossier import Scenarios, load_scenarios
from panel.errors import Interrupted, Mistake, PanelError
from panel.jurors import ModelSpec, open_provider
from panel.pipeline import (
    PlanPrice,
    RunKind,
    RunLimits,
    RunPlan,
    RunResult,
    carry_out,
    make_plan,
    next_draw,
    plan_again,
    price_plan,
    read_base,
    read_inputs,
    read_scenarios,
    refuse_unpriced,
    spec_from,
    start_run,
)
from panel.records import Dossier, Persona, Review, Run, Stamp
from panel.store import DayCaps, Ledger, RunFolder, RunLock, RunRecords, SpendLimits
from panel.workspace import run_loop

PATIENCE_S = 60.0  # for a server that is down: a person waits here, so less than a batch has


@dataclass(frozen=True)
class RunOptions:
    """How a run may ask: the flags `review`, `compare` and `resume` share."""

    budget: float | None  # USD
    deadline_min: float | None
    retry: bool
    yes: bool
    quiet: bool


def prepare(
    workspace: Workspace, kind: RunKind, names: Sequence[str], *, personas: str, models: Sequence[str], as_of: str,
    fresh: bool, category: str = "",
) -> tuple[RunPlan, Stamp]:  # fmt: skip
    """Read launches, pages and personas, fix the plan. Everything wrong shows here, before any call."""
    day = _day(as_of, datetime.now(UTC).date())
    if day and any(is_address(name) or is_reviewed(name) for name in names):
        raise Mistake("--as-of is for launch files; a page speaks of the day it was read.", hint="Leave it out.")
    dossiers, made = dossiers_of(workspace, names, as_of=day, refresh=False, category=category)
    _refuse_twins(dossiers)
    chosen = workspace.choose_personas(personas)
    specs = workspace.settings.seats(chosen, models, every=workspace.personas)
    plan = make_plan(
        kind, dossiers, chosen, specs, workspace.folder.prompts, rho=workspace.settings.toml.rho,
        scenarios=load_scenarios(workspace.folder.scenarios), confidential_to=workspace.settings.toml.confidential_to,
    )  # fmt: skip
    if plan.probes and not may_probe(workspace, made.run_id):
        plan = replace(plan, probes=())
    for spec in {seat.spec.name: seat.spec for seat in plan.seats}.values():
        open_provider(spec)  # opens no socket: a script, a key or weights that can't do are said before a run exists
    if fresh:
        with closing(workspace.open_ledger()) as ledger:
            plan = run_loop(next_draw(plan, ledger))
    return plan, made


def run_plan(
    workspace: Workspace, plan: RunPlan, made: Stamp, ask: RunOptions, *, agreed: Callable[[], None] = lambda: None
) -> tuple[RunResult, Path]:
    """A new run, from the price question to the finished folder. agreed: called once the person said yes."""
    limits = _limits(workspace, ask)
    _agree(plan, limits, ask)
    agreed()
    with (
        workspace.hold_run(made.run_id) as (lock, locks),
        closing(workspace.open_records()) as records,
        closing(workspace.open_ledger(locks)) as ledger,
    ):
        run = start_run(plan, workspace.settings.runs_dir, records, made=made, command=sys.argv[1:], limits=limits)
        return _carry_out(workspace, plan, run, lock, ledger, records, limits, ask)


def load_run(run_id: str) -> Run:
    """The run with this id, or the only one whose id begins so. Raises Mistake."""
    with closing(open_workspace().open_records()) as records:
        return records.load_run(run_id)


def resume_run(run_id: str, ask: RunOptions) -> tuple[RunResult, Path]:
    """Go on with a run from its folder: the dossiers, personas and prompts of the day it began."""
    workspace = open_workspace()
    with closing(workspace.open_records()) as records:
        run = records.load_run(run_id)
        with workspace.hold_run(run.run_id) as (lock, locks):
            folder = RunFolder.open(workspace.settings.runs_dir, run.run_id)
            dossiers, personas, prompts = read_inputs(folder, run)
            specs = {j.persona_id: _spec_of(workspace, run, j.model) for j in run.jurors}
            personas = [p for p in personas if p.persona_id in specs]
            scenarios = read_scenarios(folder)
            plan = _plan_of(workspace, run, dossiers, personas, specs, prompts, scenarios, read_base(folder))
            limits = _limits(workspace, ask)
            if limits.budget_usd is None:
                limits = replace(limits, budget_usd=run.budget_usd)
            _agree(plan, limits, ask)
            with closing(workspace.open_ledger(locks)) as ledger:
                return _carry_out(workspace, plan, run, lock, ledger, records, limits, ask)


def _plan_of(
    workspace: Workspace, run: Run, dossiers: Sequence[Dossier], personas: Sequence[Persona],
    specs: dict[str, ModelSpec], prompts: dict[str, str], scenarios: Scenarios | None, base: Review | None,
) -> RunPlan:  # fmt: skip
    """The plan of a run that began before; only where a confidential launch may go is today's to say."""
    allowed = workspace.settings.toml.confidential_to
    if base is not None and run.again is not None:
        return plan_again(
            base, dossiers[0], personas, specs, prompts, again=run.again, rho=run.rho, draw=run.draw,
            scenarios=scenarios, confidential_to=allowed,
        )  # fmt: skip
    kind: RunKind = "compare" if run.kind == "compare" else "review"
    plan = make_plan(
        kind, dossiers, personas, specs, prompts, rho=run.rho, draw=run.draw, scenarios=scenarios,
        confidential_to=allowed,
    )  # fmt: skip
    return replace(plan, probes=plan.probes if run.probed else (), again=run.again)


def _carry_out(
    workspace: Workspace, plan: RunPlan, run: Run, lock: RunLock, ledger: Ledger, records: RunRecords,
    limits: RunLimits, ask: RunOptions,
) -> tuple[RunResult, Path]:  # fmt: skip
    folder = RunFolder.open(workspace.settings.runs_dir, run.run_id)
    titles = {p.persona_id: p.title for p in plan.personas}
    resume = f"Go on with: panel resume {run.run_id}"
    try:
        with watch(len(plan.seats) + 2 * len(plan.probes), titles, quiet=ask.quiet) as listen:
            outcome = run_loop(carry_out(plan, run, folder, lock, ledger, records, limits, listen))
    except PanelError as err:
        err.hint = f"{err.hint} {resume}".strip()
        raise
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Interrupted("Stopped by you. What was answered is kept.", hint=resume) from None
    note_in_archive(workspace, outcome.reviews, run.run_id, datetime.now(UTC))
    fill_queue(workspace)
    return outcome, folder.path


def may_probe(workspace: Workspace, name: str) -> bool:
    """Take one of today's places for launches that are asked again, under a name that has it from then on.

    Commands, batches, workers and the desk count together.
    """
    with closing(DayCaps.open(workspace.settings.database_url)) as caps:
        return caps.take("asked-again", datetime.now(UTC).date(), name, workspace.settings.toml.suspicious_per_day)


def _limits(workspace: Workspace, ask: RunOptions) -> RunLimits:
    toml = workspace.settings.toml
    budget_usd = usd(ask.budget)
    SpendLimits(budget_usd)  # a limit that can't be kept is refused before anything is written
    return RunLimits(
        concurrency=toml.concurrency.model_dump(), prices=workspace.settings.prices, budget_usd=budget_usd,
        deadline_s=seconds(ask.deadline_min), retry_unusable=ask.retry, confidential_to=toml.confidential_to,
        patience_s=PATIENCE_S,
    )  # fmt: skip


def _spec_of(workspace: Workspace, run: Run, model: str) -> ModelSpec:
    """The model as it was set when the run began; today's settings for a run that kept none."""
    if model not in run.models:
        return workspace.settings.model_spec(model)
    saved = run.models[model]
    return spec_from(saved, api_key=workspace.settings.key_for(saved["provider"], saved["base_url"]))


def _agree(plan: RunPlan, limits: RunLimits, ask: RunOptions) -> None:
    """Show the price and ask. Raises Mistake for a budget that can't be kept, since a price in it is unknown."""
    cost = price_plan(plan, limits.prices)
    refuse_unpriced(cost, limits.budget_usd)
    agree_on_price(cost, yes=ask.yes, quiet=ask.quiet)


def agree_on_price(cost: PlanPrice, *, yes: bool, quiet: bool) -> None:
    """Show the price and ask, where money may be spent. Raises Mistake where nobody can be asked."""
    talk(cost.sentence)
    if cost.free or yes:
        return
    if quiet or not is_terminal():
        raise Mistake("This run may cost money, and nobody can be asked here.", hint="Add --yes, and --budget USD.")
    import typer

    typer.confirm("Ask the panel?", default=True, abort=True, err=True)


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as err:
        raise Mistake(f"--as-of {text!r} is not a day.", hint="Write it as 2026-11-23.") from err
    if day and day > today + timedelta(days=1):
        raise Mistake(f"--as-of {text!r} is yet to come.", hint="Give the day the pages were read.")
    return day


def _refuse_twins(dossiers: Sequence[Dossier]) -> None:
    slugs = [d.launch.slug for d in dossiers]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise Mistake(f"Two launches are both called {slug!r}.", hint="Give one of them another name or release.")
