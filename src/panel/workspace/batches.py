"""What a batch needs, put together from a workspace's files and settings; and the use cases of one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from panel import batch
from panel.batch import BadRow, BatchEnvironment, BatchOptions, BatchOrder, BatchOutcome, SourceSpec
from panel.errors import Mistake
from panel.jurors import ModelSpec, open_provider
from panel.pipeline import StopSign, settings_of, spec_from
from panel.records import Announcement, BatchPlan
from panel.store import BatchRows, SpendLimits, Stores
from panel.workspace.desks import fill_queue
from panel.workspace.launches import check_category, make_fetcher, make_gather
from panel.workspace.runs import may_probe
from panel.workspace.workspace import Workspace

PATIENCE_S = 3600.0  # for a server that is down, in a batch without a deadline
MOST_TOLD = 20  # bad rows said while reading; all are in the summary
BUDGETS = ("budget_usd", "launch_usd", "day_usd")


async def review_batch(
    workspace: Workspace, sources: Sequence[str], options: BatchOptions, sign: StopSign
) -> BatchOutcome | None:
    """Take in, choose, agree on the price, review, sum up. None when these sources are being read already."""
    order = make_order(workspace, sources, options)
    return await batch.run_batch(make_environment(workspace, deadline_s=order.deadline_s), order, sign)


async def go_on_with_batch(workspace: Workspace, run_id: str, options: BatchOptions, sign: StopSign) -> BatchOutcome:
    """Go on with a batch: what failed, what waits and what was never begun."""
    limits = {name: limit for name in BUDGETS if (limit := getattr(options, name)) is not None}
    env = make_environment(workspace, deadline_s=options.deadline_s)
    return await batch.resume_batch(
        env, run_id, sign, limits=limits, deadline_s=options.deadline_s, retry=options.retry
    )


@asynccontextmanager
async def price_batch_only(
    workspace: Workspace, sources: Sequence[str], options: BatchOptions, watch: batch.RowWatch | None = None
) -> AsyncIterator[tuple[BatchRows, batch.BatchPrice, str]]:
    """What a batch would do and cost: its rows under DRY, price, and why nothing could be read. Nothing is kept."""
    order = make_order(workspace, sources, options)
    with (
        TemporaryDirectory(prefix="panel-dry-") as folder,
        Stores.open(f"sqlite:///{folder}/rows.db", Path(folder)) as stores,
    ):
        env = replace(make_environment(workspace, stores=stores), read=partial(_read, workspace, watch=watch))
        yield await batch.dry_run(env, order)


def make_order(workspace: Workspace, sources: Sequence[str], options: BatchOptions) -> BatchOrder:
    """Personas, models, limits and sources, checked: what can't do shows here, before anything is read."""
    table = workspace.settings.toml.batch
    said = {name: getattr(options, name) for name in BUDGETS}
    budgets = {name: getattr(table, name) if limit is None else limit for name, limit in said.items()}
    options = replace(options, economy=options.economy or table.economy, **budgets)
    return BatchOrder(
        sources=_sources(workspace, sources), shortlist=_shortlist(workspace, options),
        plan=_plan(workspace, options), deadline_s=options.deadline_s,
    )  # fmt: skip


def make_environment(
    workspace: Workspace, *, deadline_s: float | None = None, stores: Stores | None = None
) -> BatchEnvironment:
    """What a batch needs of this workspace. stores: in place of the workspace's own."""
    patience_s = deadline_s or PATIENCE_S
    return BatchEnvironment(
        run=workspace.environment(patience_s=patience_s, waits_out=True, stores=stores), console=workspace.console,
        new_stamp=workspace.new_stamp, specs_of=partial(_specs_of, workspace), read=partial(_read, workspace),
        known=batch.known_in(workspace.stores.products) if workspace.has_database else lambda said: None,
        gather=partial(make_gather, workspace),
        may_probe=partial(may_probe, workspace), fill_queue=partial(fill_queue, workspace),
        command=workspace.command,
    )  # fmt: skip


def _plan(workspace: Workspace, options: BatchOptions) -> BatchPlan:
    chosen = workspace.choose_personas(options.personas)
    specs = workspace.settings.seats(chosen, options.models, every=workspace.personas)
    SpendLimits(options.budget_usd, options.day_usd, options.launch_usd)
    models = {spec.name: spec for spec in specs.values()}
    for spec in models.values():
        open_provider(spec)
    return BatchPlan(
        personas=chosen, models={name: settings_of(spec) for name, spec in models.items()},
        seats={persona_id: spec.name for persona_id, spec in specs.items()}, prompts=dict(workspace.folder.prompts),
        scenarios=workspace.folder.scenarios, rho=workspace.settings.toml.rho, as_of=datetime.now(UTC).date(),
        economy=options.economy, budget_usd=options.budget_usd, launch_usd=options.launch_usd, day_usd=options.day_usd,
    )  # fmt: skip


def _specs_of(workspace: Workspace, plan: BatchPlan) -> dict[str, ModelSpec]:
    """The models of a batch that was begun before, maybe on another machine, with this machine's keys."""

    def spec(name: str) -> ModelSpec:
        saved = plan.models[name]
        return spec_from(saved, api_key=workspace.settings.key_for(saved["provider"], saved["base_url"]))

    by_name = {name: spec(name) for name in plan.models}
    return {persona_id: by_name[name] for persona_id, name in plan.seats.items()}


def _sources(workspace: Workspace, names: Sequence[str]) -> tuple[SourceSpec, ...]:
    """The sources meant: feeds of panel.toml by name, everything else as given; none means every feed.

    Raises Mistake when there is nothing to read.
    """
    feeds = workspace.settings.toml.feeds
    if not names and not feeds:
        hint = "Name a file, a folder or an address, or add [feeds.NAME] to panel.toml."
        raise Mistake("There is nothing to read.", hint=hint)
    return tuple(workspace.settings.source_spec(name) for name in names or feeds)


def _shortlist(workspace: Workspace, options: BatchOptions) -> batch.Shortlist:
    """panel.toml's `[batch]`, with the flags that are given over it. Raises Mistake for a category there is none of."""
    given: dict[str, Any] = {
        "max_reviews": options.most, "categories": tuple(options.categories) or None,
        "languages": tuple(options.languages) or None, "max_age_days": options.max_age_days,
    }  # fmt: skip
    rules = workspace.settings.toml.batch.model_copy(update={k: v for k, v in given.items() if v is not None})
    for category in rules.categories:
        check_category(workspace, category)
    return rules


def _read(
    workspace: Workspace, sources: Sequence[SourceSpec], watch: batch.RowWatch | None = None
) -> AsyncIterator[Announcement | BadRow]:
    """Every row of every source, streamed; bad ones are said as they are met, or kept where a row is watched."""
    told = count(1)

    def tell(bad: BadRow) -> None:
        number = next(told)
        if number <= MOST_TOLD:
            workspace.console.tell(f"  {bad.source}, {bad.at or 'the whole source'}: {bad.reason}")
        elif number == MOST_TOLD + 1:
            workspace.console.tell("  More bad rows are in the summary.")

    fetch = partial(make_fetcher(workspace).get, as_feed=True)
    on_problem, on_row = (watch.hear, watch.see) if watch else (tell, lambda row, spec: None)
    return batch.read_announcements(
        sources, fetch=fetch, on_problem=on_problem, categories=workspace.categories, on_row=on_row
    )
