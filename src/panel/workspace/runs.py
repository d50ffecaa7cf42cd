"""What people ask of the panel: review, compare, resume, prove a model. Plan, price, confirm, carry out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from panel import pipeline
from panel.batch import is_address
from panel.dossier import build_dossier, load_scenarios
from panel.errors import Interrupted, Mistake, PanelError, Stopped
from panel.jurors import ModelSpec, open_provider
from panel.money import refuse_unpriced
from panel.pipeline import RunEnvironment, RunKind, RunLimits, RunPlan, RunResult, StopSign
from panel.records import Dossier, Run, Stamp, slugify
from panel.store import RunFolder, SpendLimits, replace_file
from panel.workspace.desks import fill_queue
from panel.workspace.launches import dossiers_of, is_reviewed
from panel.workspace.workspace import Workspace

PATIENCE_S = 60.0  # for a server that is down: a person waits here, so less than a batch has


@dataclass(frozen=True)
class RunOptions:
    """How a run may ask. A resume looks at the last three alone: the others are as the run began."""

    personas: str = ""  # "a,b"; "" for all
    models: Sequence[str] = ()
    as_of: str = ""  # YYYY-MM-DD
    fresh: bool = False
    category: str = ""
    budget_usd: Decimal | None = None
    deadline_s: float | None = None
    retry: bool = False


async def ask_panel(
    workspace: Workspace, kind: RunKind, names: Sequence[str], options: RunOptions, sign: StopSign
) -> RunResult:
    """A new run, from the names of launches to its finished folder. Raises PanelError.

    Launches, pages and personas are read and the plan is fixed first: what is wrong shows before any call.
    """
    day = _day(options.as_of, datetime.now(UTC).date())
    if day and any(is_address(name) or is_reviewed(name) for name in names):
        raise Mistake("--as-of is for launch files; a page speaks of the day it was read.", hint="Leave it out.")
    dossiers, made = await dossiers_of(workspace, names, as_of=day, refresh=False, category=options.category)
    _refuse_twins(dossiers)
    chosen = workspace.choose_personas(options.personas)
    specs = workspace.settings.seats(chosen, options.models, every=workspace.personas)
    plan = pipeline.make_plan(
        kind, dossiers, chosen, specs, workspace.folder.prompts, rho=workspace.settings.toml.rho,
        scenarios=load_scenarios(workspace.folder.scenarios), confidential_to=workspace.settings.toml.confidential_to,
    )  # fmt: skip
    if plan.probes and not may_probe(workspace, made.run_id):
        plan = replace(plan, probes=())
    for spec in plan.specs.values():
        open_provider(spec)  # opens no socket: a script, a key or weights that can't do are said before a run exists
    plan = await pipeline.next_draw(plan, workspace.stores.ledger) if options.fresh else plan
    return await agree_and_ask(workspace, plan, made, options, sign)


async def agree_and_ask(
    workspace: Workspace, plan: RunPlan, made: Stamp, options: RunOptions, sign: StopSign, *,
    agreed: Callable[[], None] = lambda: None,
) -> RunResult:  # fmt: skip
    """Have the price agreed to, then ask. Raises Mistake for a price nobody agreed to or a budget none can keep.

    agreed: called once the person said yes.
    """
    limits = _limits(options)
    _agree(workspace, plan, limits)
    agreed()
    env = workspace.environment(patience_s=PATIENCE_S)
    with env.stores.hold_run(made.run_id):
        run = pipeline.begin(env, plan, limits, made=made, command=workspace.command)
        return await _carry_out(workspace, env, plan, run, limits, sign)


async def resume_run(workspace: Workspace, run_id: str, options: RunOptions, sign: StopSign) -> RunResult:
    """Go on with a run from its folder: the dossiers, personas and prompts of the day it began."""
    stores = workspace.stores
    run = stores.records.load_run(run_id)
    with stores.hold_run(run.run_id):
        plan = _plan_of(workspace, run)
        limits = _limits(options)
        if limits.budget_usd is None:
            limits = replace(limits, budget_usd=run.budget_usd)
        _agree(workspace, plan, limits)
        env = workspace.environment(patience_s=PATIENCE_S)
        return await _carry_out(workspace, env, plan, run, limits, sign)


async def _carry_out(
    workspace: Workspace, env: RunEnvironment, plan: RunPlan, run: Run, limits: RunLimits, sign: StopSign
) -> RunResult:
    """With its progress told and its reviews on the desk; whatever ends it early says how to go on."""
    titles = {p.persona_id: p.title for p in plan.personas}
    work = pipeline.WorkAhead(len(plan.seats) + 2 * len(plan.probes), titles)
    with _resumable(run.run_id), workspace.console.progress(work) as listen:
        result = await pipeline.carry_out(env, plan, run, limits, listen, sign)
    fill_queue(workspace)
    return result


def _plan_of(workspace: Workspace, run: Run) -> RunPlan:
    """The plan of a run that began before; only where a confidential launch may go is today's to say."""
    folder = RunFolder.open(workspace.settings.runs_dir, run.run_id)
    dossiers, personas, prompts = pipeline.read_inputs(folder, run)
    specs = {j.persona_id: _spec_of(workspace, run, j.model) for j in run.jurors}
    personas = [p for p in personas if p.persona_id in specs]
    scenarios, base = pipeline.read_scenarios(folder), pipeline.read_base(folder)
    allowed = workspace.settings.toml.confidential_to
    if base is not None and run.again is not None:
        return pipeline.plan_again(
            base, dossiers[0], personas, specs, prompts, again=run.again, rho=run.rho, draw=run.draw,
            scenarios=scenarios, confidential_to=allowed,
        )  # fmt: skip
    kind: RunKind = "compare" if run.kind == "compare" else "review"
    plan = pipeline.make_plan(
        kind, dossiers, personas, specs, prompts, rho=run.rho, draw=run.draw, scenarios=scenarios,
        confidential_to=allowed,
    )  # fmt: skip
    return replace(plan, probes=plan.probes if run.probed else (), again=run.again)


def _spec_of(workspace: Workspace, run: Run, model: str) -> ModelSpec:
    """The model as it was set when the run began; today's settings for a run that kept none."""
    if model not in run.models:
        return workspace.settings.model_spec(model)
    saved = run.models[model]
    return pipeline.spec_from(saved, api_key=workspace.settings.key_for(saved["provider"], saved["base_url"]))


async def prove(workspace: Workspace, model: str) -> tuple[pipeline.Receipt, Path]:
    """Make the calls that prove what is assumed of a hosted model; the receipt, and where it was written."""
    if model.partition("/")[0] in ("local", "scripted"):
        raise Mistake(f"{model!r} is not a hosted model.", hint="Name one such as anthropic/claude-sonnet-5-5.")
    made = workspace.new_stamp(["live", slugify(model)])
    plan = _plan_of_proof(workspace, model, made)
    workspace.console.confirm(pipeline.price_plan(plan, workspace.settings.prices))
    env = workspace.environment(patience_s=PATIENCE_S)
    with env.stores.hold_run(made.run_id):
        # An answer from the ledger would prove nothing about today.
        fresh = await pipeline.next_draw(plan, env.stores.ledger)
        async with pipeline.asking(env, made.run_id, fresh.specs, fresh.prompts, RunLimits(), fresh.draw) as asker:
            receipt = await pipeline.prove_model(asker, fresh.seats[0], fresh.seats[1], made=made)
    path = workspace.settings.runs_dir / "receipts" / f"{datetime.now(UTC):%Y-%m-%d}-{slugify(model)}.json"
    replace_file(path, pipeline.pretty_json(receipt).encode())
    return receipt, path


def _plan_of_proof(workspace: Workspace, model: str, made: Stamp) -> RunPlan:
    """Two critics on the one model, so that the second can show a cache hit."""
    today = datetime.now(UTC).date()
    dossier = build_dossier(pipeline.long_launch(), folder=workspace.folder.root, made=made, today=today)
    voting = [p for p in workspace.personas if p.counts][:2]
    if len(voting) < 2:
        raise Mistake("Proving a model takes two personas that vote.", hint="Add one: panel personas new NAME")
    specs = {p.persona_id: workspace.settings.model_spec(model) for p in voting}
    return pipeline.make_plan(
        "review", [dossier], voting, specs, workspace.folder.prompts, rho=workspace.settings.toml.rho
    )


def may_probe(workspace: Workspace, name: str) -> bool:
    """Take one of today's places for launches that are asked again, under a name that has it from then on.

    Commands, batches, workers and the desk count together.
    """
    today, most = datetime.now(UTC).date(), workspace.settings.toml.suspicious_per_day
    return workspace.stores.caps.take("asked-again", today, name, most)


def _limits(options: RunOptions) -> RunLimits:
    SpendLimits(options.budget_usd)  # a limit that can't be kept is refused before anything is written
    return RunLimits(options.budget_usd, options.deadline_s, retry_unusable=options.retry)


def _agree(workspace: Workspace, plan: RunPlan, limits: RunLimits) -> None:
    """Show the price and ask. Raises Mistake for a budget that can't be kept, since a price in it is unknown."""
    cost = pipeline.price_plan(plan, workspace.settings.prices)
    refuse_unpriced(cost.estimate.unpriced, limits.budget_usd)
    workspace.console.confirm(cost)


@contextmanager
def _resumable(run_id: str) -> Iterator[None]:
    """Whatever ends the run early says how to go on with it."""
    hint = f"Go on with: panel resume {run_id}"
    try:
        yield
    except Stopped as err:
        if err.of == "signal":
            raise Interrupted("Stopped by you. What was answered is kept.", hint=hint) from None
        err.hint = f"{err.hint} {hint}".strip()
        raise
    except PanelError as err:
        err.hint = f"{err.hint} {hint}".strip()
        raise


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
