"""One run from plan to finished folder, and the same again after a crash.

`start_run` writes down what will be asked before anything is; `carry_out` asks, makes the records and finishes the
folder; `reopen_plan` reads a plan back from a folder, so that a resume uses the prompts, personas and dossiers of the
day it began, whatever was edited since.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from panel.errors import ProviderError, ReplyUnusable, Stopped
from panel.jurors import Provider, open_flows
from panel.jurors.dialects import open_provider
from panel.jurors.provider import ModelSpec
from panel.jurors.rate_limits.circuit_breaker import PATIENCE_S
from panel.money import Budget, Price
from panel.prompting import Templates, render_problem
from panel.records import Comparison, Opinion, Review, Run, Spend, SpendRow, Stamp
from panel.review.asking import Asker
from panel.review.events import Listener
from panel.review.hearing import hear_panel, make_reviews
from panel.review.plan import Plan, Seat
from panel.review.writing import write_inputs, write_outputs
from panel.store import Ledger, Records, RunFolder, RunLock, ledger_key
from panel.tally import compare

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What a run may spend, how long it may take, how many calls may be in flight."""

    concurrency: Mapping[str, int]  # by provider
    prices: Mapping[str, Price] = field(default_factory=dict)  # from panel.toml, by model name
    budget_usd: Decimal | None = None
    deadline_s: float | None = None
    spent_usd: Decimal = Decimal(0)  # by this run before it was resumed; the budget is for both
    retry_unusable: bool = False
    confidential_to: Sequence[str] = ()  # addresses and providers that confidential launches may go to
    patience_s: float = PATIENCE_S  # how long calls wait for a server that is down; shorter where a person waits
    waits_out: bool = False  # nobody waits: an outage stops the run, and fails no juror


@dataclass(frozen=True)
class Outcome:
    """What a finished run leaves: the manifest and the records its pages were drawn from."""

    run: Run
    reviews: tuple[Review, ...]
    comparison: Comparison | None


def start_run(
    plan: Plan, runs_dir: Path, records: Records, *, made: Stamp, command: Sequence[str], limits: Limits
) -> Run:
    """Write the plan down: inputs into a new folder, the run into SQL, state `started`."""
    run = Run(
        made=made,
        run_id=made.run_id,
        kind=plan.kind,
        state="started",
        command=tuple(command),
        launches=tuple(d.launch.slug for d in plan.dossiers),
        dossiers={d.launch.slug: d.dossier_hash for d in plan.dossiers},
        personas={},
        jurors=tuple({s.juror: None for s in plan.seats}),
        models={s.spec.name: settings_of(s.spec) for s in plan.seats},
        prompts={},
        draw=plan.draw,
        probed=len({seat.question.product for seat in plan.probes}),
        budget_usd=limits.budget_usd,
        as_of=max(d.as_of for d in plan.dossiers),
        rho=plan.rho,
        again=plan.again,
    )
    run = write_inputs(RunFolder.create(runs_dir, run), plan, run)
    records.save_run(run)
    log.info("run %s started: %d jurors to ask, draw %d", run.run_id, len(plan.seats), plan.draw)
    return run


async def carry_out(
    plan: Plan, run: Run, folder: RunFolder, lock: RunLock, ledger: Ledger, records: Records, limits: Limits,
    listen: Listener, now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Outcome:  # fmt: skip
    """Ask whoever has not answered, make the records, write the folder, finish.

    Raises Stopped when the budget or the deadline is reached, ProviderError or ReplyUnusable when nobody gave a usable
    answer: the run is then `stopped` on disk, and asks only for what is missing when it is carried out again. The
    caller holds `lock`.
    """
    assert lock.held  # two living processes must never share a run
    try:
        async with AsyncExitStack() as stack:
            asker = await open_asker(
                plan.specs, plan.prompts, run_id=run.run_id, ledger=ledger, limits=limits, stack=stack, draw=plan.draw,
                listen=listen,
            )  # fmt: skip
            panel = await hear_panel(plan, asker)
    except (Stopped, ProviderError, ReplyUnusable) as err:
        if run.state != "finished":  # asking again in vain takes nothing from a run that was whole
            records.save_run(folder.save(run.model_copy(update={"state": "stopped", "why": str(err)})))
        raise
    stamp = run.made.model_copy(update={"created_at": now()})
    reviews = make_reviews(plan, panel, made=stamp)
    comparison = compare(*reviews, made=stamp) if plan.kind == "compare" else None
    spend = spend_rows(records.costs(run.run_id), panel.opinions)
    run = run.model_copy(update={"state": "finished", "why": "", "finished_at": now().isoformat(), "spend": spend})
    raw = await ledger.raw_replies([*panel.calls, *(call for opinion in plan.kept for call in opinion.calls)])
    folder.save(run.model_copy(update={"state": "started", "files": ()}))  # no manifest calls half-replaced files whole
    run = write_outputs(folder, run, reviews, comparison, raw)
    records.save_finished(run, reviews, comparison)
    log.info("run %s finished: %d files", run.run_id, len(run.files))
    return Outcome(run, reviews, comparison)


async def open_asker(
    specs: Mapping[str, ModelSpec],
    prompts: Mapping[str, str],
    *,
    run_id: str,
    ledger: Ledger,
    limits: Limits,
    stack: AsyncExitStack,
    draw: int = 0,
    listen: Listener = lambda event: None,
) -> Asker:
    """Whoever asks these models, by name; its providers are closed with `stack`."""
    loop = asyncio.get_running_loop()
    return Asker(
        run_id=run_id,
        ledger=ledger,
        providers=await _open_providers(specs, stack),
        flows=open_flows(specs.values(), limits.concurrency, patience_s=limits.patience_s, waits_out=limits.waits_out),
        budget=Budget(limits.budget_usd, spent_usd=limits.spent_usd),
        prices=limits.prices,
        draw=draw,
        deadline=loop.time() + limits.deadline_s if limits.deadline_s else None,
        retry_unusable=limits.retry_unusable,
        confidential_to=limits.confidential_to,
        say_problem=partial(render_problem, Templates(prompts)),
        listen=listen,
    )


async def _open_providers(specs: Mapping[str, ModelSpec], stack: AsyncExitStack) -> dict[str, Provider]:
    """One provider per model, closed when the run ends."""
    providers = {}
    for name, spec in specs.items():
        providers[name] = await asyncio.to_thread(open_provider, spec)
        stack.push_async_callback(providers[name].close)
    return providers


async def next_draw(plan: Plan, ledger: Ledger) -> Plan:
    """The plan with the first draw at which none of its questions was ever asked: what `--fresh` means."""
    async with AsyncExitStack() as stack:
        providers = await _open_providers(plan.specs, stack)
        asked = [(providers[seat.spec.name], seat) for seat in plan.seats]
        draw = 0
        while await ledger.keys_held(
            ledger_key(s.spec.provider, p.endpoint, s.spec.model, p.first_body(s.question), draw) for p, s in asked
        ):
            draw += 1
    return replace(plan, draw=draw)


def spend_rows(paid: Sequence[SpendRow], opinions: Sequence[tuple[Seat, Opinion]]) -> tuple[SpendRow, ...]:
    """What this run paid, by launch and juror, with the answers it reused from earlier runs counted beside it."""
    by_juror = {(row.launch, row.persona_id): row.spend for row in paid}
    rows = []
    for seat, opinion in opinions:
        spend = by_juror.get((seat.question.product, seat.persona.persona_id), Spend())
        spend = spend.model_copy(update={"reused": max(0, len(opinion.calls) - spend.calls)})
        rows.append(
            SpendRow(
                launch=seat.question.product, persona_id=seat.persona.persona_id, model=seat.spec.name, spend=spend
            )
        )
    return tuple(rows)


def settings_of(spec: ModelSpec) -> dict[str, Any]:
    """A model's settings as the manifest keeps them: all but the key. A resume asks with these, not with today's."""
    kept = asdict(spec)
    del kept["api_key"]
    return kept


def spec_from(settings: Mapping[str, Any], *, api_key: str) -> ModelSpec:
    """The model a manifest's settings name, with today's key."""
    lists = {name: tuple(tuple(pair) for pair in settings[name]) for name in ("thinking", "sampling")}
    return ModelSpec(**{**settings, **lists}, api_key=api_key)
