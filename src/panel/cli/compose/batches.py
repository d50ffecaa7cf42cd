"""Build a batch's objects from files, flags and settings, and hand them to the batch room."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from panel.batch import BatchContext, BatchListener, NoteReviewed, StopSign, as_launch
from panel.cli.compose.runs import may_probe
from panel.cli.compose.workspace import Workspace
from panel.jurors import ModelSpec, open_provider
from panel.pipeline import RunLimits, open_asker, pretty_json, settings_of, spec_from
from panel.records import BatchPlan, BatchRow, Juror, Review, Run, Stamp, sha256_of
from panel.store import (
    BatchRows,
    Ledger,
    Locks,
    Products,
    ProviderBatches,
    RunFolder,
    RunRecords,
    SpendLimits,
    open_locks,
)
from panel.workspace import BatchTable

PATIENCE_S = 3600.0  # for a server that is down, in a batch without a deadline


@dataclass(frozen=True)
class BatchOptions:
    """How a batch may ask: the flags of `panel batch`."""

    personas: str = ""
    models: tuple[str, ...] = ()
    most: int | None = None  # reviews; None: panel.toml's max_reviews
    categories: tuple[str, ...] = ()  # (): panel.toml's; so with the next two
    languages: tuple[str, ...] = ()
    max_age_days: int | None = None
    budget_usd: Decimal | None = None
    launch_usd: Decimal | None = None
    day_usd: Decimal | None = None
    deadline_s: float | None = None
    economy: bool = False
    retry: bool = False


def with_defaults(ask: BatchOptions, table: BatchTable) -> BatchOptions:
    """What flags leave open, panel.toml's `[batch]` says."""
    return replace(
        ask,
        budget_usd=table.budget_usd if ask.budget_usd is None else ask.budget_usd,
        launch_usd=table.launch_usd if ask.launch_usd is None else ask.launch_usd,
        day_usd=table.day_usd if ask.day_usd is None else ask.day_usd,
        economy=ask.economy or table.economy,
    )


@dataclass(frozen=True)
class Stores:
    """The database's faces, opened together."""

    rows: BatchRows
    records: RunRecords
    batches: ProviderBatches
    ledger: Ledger
    locks: Locks


@asynccontextmanager
async def open_stores(workspace: Workspace) -> AsyncIterator[Stores]:
    """All of them on the workspace's database; closed in turn."""
    url, runs = workspace.settings.database_url, workspace.settings.runs_dir
    async with AsyncExitStack() as stack:
        locks = open_locks(url, runs)
        stack.callback(locks.close)
        ledger = Ledger.open(url, runs_dir=runs, locks=locks)
        stack.callback(ledger.close)
        rows, records = BatchRows.open(url, runs_dir=runs), RunRecords.open(url, runs_dir=runs)
        batches = ProviderBatches.open(url, runs_dir=runs)
        for face in (rows, records, batches):
            stack.callback(face.close)
        yield Stores(rows, records, batches, ledger, locks)


def make_batch_plan(workspace: Workspace, ask: BatchOptions, as_of: date) -> tuple[BatchPlan, dict[str, ModelSpec]]:
    """Personas, models and limits, checked: a key or a persona that can't do shows here, before anything is read."""
    chosen = workspace.choose_personas(ask.personas)
    specs = workspace.settings.seats(chosen, ask.models, every=workspace.personas)
    SpendLimits(ask.budget_usd, ask.day_usd, ask.launch_usd)
    models = {spec.name: spec for spec in specs.values()}
    for spec in models.values():
        open_provider(spec)
    plan = BatchPlan(
        personas=chosen, models={name: settings_of(spec) for name, spec in models.items()},
        seats={persona_id: spec.name for persona_id, spec in specs.items()}, prompts=dict(workspace.folder.prompts),
        scenarios=workspace.folder.scenarios, rho=workspace.settings.toml.rho, as_of=as_of, economy=ask.economy,
        budget_usd=ask.budget_usd, launch_usd=ask.launch_usd, day_usd=ask.day_usd,
    )  # fmt: skip
    return plan, specs


def specs_of(workspace: Workspace, plan: BatchPlan) -> dict[str, ModelSpec]:
    """The models of a batch that was begun before, maybe on another machine, with this machine's keys."""

    def spec(name: str) -> ModelSpec:
        saved = plan.models[name]
        return spec_from(saved, api_key=workspace.settings.key_for(saved["provider"], saved["base_url"]))

    by_name = {name: spec(name) for name in plan.models}
    return {persona_id: by_name[name] for persona_id, name in plan.seats.items()}


def begin(workspace: Workspace, plan: BatchPlan, made: Stamp, stores: Stores, command: Sequence[str]) -> Run:
    """Write the batch down: its folder with what it asks with, the plan and the run in SQL."""
    run = run_of(workspace, plan, made, command)
    folder = RunFolder.create(workspace.settings.runs_dir, run)
    for persona in plan.personas:
        folder.write(f"inputs/personas/{persona.persona_id}.json", pretty_json(persona))
    for name, text in plan.prompts.items():
        folder.write(f"inputs/prompts/{name}", text)
    folder.write("inputs/scenarios.yaml", plan.scenarios)
    stores.records.save_run(run)
    stores.rows.save_plan(run.run_id, plan)
    return run


def run_of(workspace: Workspace, plan: BatchPlan, made: Stamp, command: Sequence[str]) -> Run:
    """The manifest of a batch that begins."""
    return Run(
        made=made, run_id=made.run_id, kind="batch", state="started", command=tuple(command), launches=(),
        dossiers={}, personas={p.persona_id: sha256_of(pretty_json(p)) for p in plan.personas},
        jurors=tuple(_jurors(plan, specs_of(workspace, plan))), models=plan.models,
        prompts={name: sha256_of(text) for name, text in plan.prompts.items()}, draw=plan.draw,
        budget_usd=plan.budget_usd, as_of=plan.as_of, rho=plan.rho,
    )  # fmt: skip


def _jurors(plan: BatchPlan, specs: Mapping[str, ModelSpec]) -> list[Juror]:
    return [Juror(persona_id=name, model=spec.name, family=spec.family) for name, spec in specs.items()]


async def open_context(
    workspace: Workspace, run: Run, plan: BatchPlan, stores: Stores, stack: AsyncExitStack, *,
    listen: BatchListener = lambda event: None, deadline_s: float | None = None, retry: bool = False,
    sign: StopSign | None = None,
) -> BatchContext:  # fmt: skip
    """One process's tools for this batch. `stack` closes what they hold open."""
    from panel.cli.compose.launches import make_gather

    products = workspace.open_products()
    stack.callback(products.close)
    specs = specs_of(workspace, plan)
    limits = RunLimits(
        concurrency=workspace.settings.toml.concurrency.model_dump(), prices=workspace.settings.prices,
        deadline_s=deadline_s, retry_unusable=retry, confidential_to=workspace.settings.toml.confidential_to,
        patience_s=deadline_s or PATIENCE_S, waits_out=True, budget_usd=plan.budget_usd, day_usd=plan.day_usd,
        launch_usd=plan.launch_usd,
    )  # fmt: skip
    asker = await open_asker(
        {spec.name: spec for spec in specs.values()}, plan.prompts, run_id=run.run_id, ledger=stores.ledger,
        limits=limits, stack=stack, draw=plan.draw,
    )  # fmt: skip
    if sign:
        asker = replace(asker, stop=sign.refuse)
    return BatchContext(
        run_id=run.run_id, made=run.made, plan=plan, specs=specs, rows=stores.rows, ledger=stores.ledger, asker=asker,
        gather=make_gather(workspace, run.made, products),
        folder=RunFolder.open_or_make(workspace.settings.runs_dir, run),
        may_probe=lambda slug: may_probe(workspace, f"{run.run_id}/{slug}"), archive=note_of(products),
        listen=listen,
    )  # fmt: skip


def as_resumed(plan: BatchPlan, ask: BatchOptions) -> BatchPlan:
    """The plan a resume goes on with: today's limits where some are given, else those it began with."""
    given = {"budget_usd": ask.budget_usd, "launch_usd": ask.launch_usd, "day_usd": ask.day_usd}
    changed = {name: value for name, value in given.items() if value is not None}
    if not changed:
        return plan
    return plan.model_copy(update=changed)


def note_of(products: Products) -> NoteReviewed:
    """Brings a reviewed launch to its product, as announced and as read; gives back the product's id."""
    from panel.pipeline import meet_reviewed

    def note(row: BatchRow, review: Review, run_id: str) -> str:
        said = as_launch(row.said)
        return meet_reviewed(review.dossier, products, run_id=run_id, now=datetime.now(UTC), announced=said).product_id

    return note
