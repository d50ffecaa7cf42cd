"""A batch, from its sources to its summary: take in, choose, agree on the price, review, sum up.

`run_batch` is the whole of it on this machine; `resume_batch` goes on where one stopped; `dry_run` ends at the price,
on a database that is thrown away; `enqueue_batch` leaves the reviewing to workers, which sum up by `finish_batch`.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from panel.batch.batch_context import BatchContext
from panel.batch.close import MOST_PARTNERS, close_batch
from panel.batch.estimate import BatchPrice, price_batch
from panel.batch.intake.ingest import ingest_rows, why_nothing_read
from panel.batch.known_products import note_in
from panel.batch.options import BatchEnvironment, BatchOrder
from panel.batch.pool import launches_at_once, work_off
from panel.batch.provider_batches.economy import half_price
from panel.batch.report.spend import BatchSpend
from panel.batch.resume import reopen_rows
from panel.errors import Interrupted, Mistake, PanelError, ProviderError, Stopped, StoreError
from panel.jurors import open_batches
from panel.money import refuse_unpriced
from panel.pipeline import RunLimits, StopSign, WorkAhead, asking, pretty_json
from panel.records import BatchPlan, Juror, Run, Stamp, sha256_of
from panel.store import BatchRows, RunFolder, Stores

DRY = "dry"  # the run id on the database that is thrown away


@dataclass(frozen=True)
class BatchOutcome:
    """A batch as it stands after a session of it. why: what stopped it, with how to go on; None when it is done."""

    run: Run
    spend: BatchSpend
    folder: Path
    why: PanelError | None = None


async def run_batch(env: BatchEnvironment, order: BatchOrder, sign: StopSign) -> BatchOutcome | None:
    """The whole batch. None when these sources are being read already. Raises PanelError before anybody is asked."""
    with _alone_with(env, order) as free:
        if not free:
            return None
        async with _taken_in(env, order) as run:
            return await _go_on(env, run, order.plan, sign, deadline_s=order.deadline_s)


async def resume_batch(
    env: BatchEnvironment, run_id: str, sign: StopSign, *, limits: Mapping[str, Decimal], deadline_s: float | None,
    retry: bool,
) -> BatchOutcome:  # fmt: skip
    """Go on with what failed, what waits and what was never begun. limits: of the plan, those that are new."""
    stores = env.run.stores
    run = stores.records.load_run(run_id)
    with stores.hold_run(run.run_id):
        _refuse_half_read(run, stores)
        plan = stores.rows.load_plan(run.run_id).model_copy(update=dict(limits))
        stores.rows.save_plan(run.run_id, plan)
        run = run.model_copy(update={"budget_usd": plan.budget_usd})
        reopen_rows(run.run_id, stores.rows, waiting=not stores.batches.open_ones(run.run_id))
        _agree(env, run, plan)
        stores.records.save_run(run.model_copy(update={"state": "started", "why": ""}))  # for whoever watches it
        return await _go_on(env, run, plan, sign, deadline_s=deadline_s, retry=retry)


async def enqueue_batch(env: BatchEnvironment, order: BatchOrder) -> Run | None:
    """As `run_batch`, up to the price: its rows are then ready for workers. None when somebody reads them already."""
    with _alone_with(env, order) as free:
        if not free:
            return None
        async with _taken_in(env, order) as run:
            return run


async def dry_run(env: BatchEnvironment, order: BatchOrder) -> tuple[BatchRows, BatchPrice, str]:
    """Rows of the run DRY with their states and reasons, the price, and why no source could be read ("" if one could).

    env: on a database that is thrown away. Listings are not followed, dossiers not gathered, nobody is asked.
    """
    stores = env.run.stores
    run = _run_of(env, order.plan, env.new_stamp(["dry"]).model_copy(update={"run_id": DRY}))
    stores.records.save_run(run)
    await _ingest(env, order, run)
    return stores.rows, _price(env, run, order.plan), why_nothing_read(DRY, stores.rows)


@contextmanager
def _alone_with(env: BatchEnvironment, order: BatchOrder) -> Iterator[bool]:
    """The lock of one set of sources: two daily runs started together are one. False: somebody has it."""
    locks = env.run.stores.locks
    name = f"batch:{sha256(repr(sorted(spec.source for spec in order.sources)).encode()).hexdigest()[:16]}"
    if not locks.acquire(name):
        env.console.tell("A batch of these sources is running already; nothing was done.")
        yield False
        return
    try:
        yield True
    finally:
        locks.release(name)


@asynccontextmanager
async def _taken_in(env: BatchEnvironment, order: BatchOrder) -> AsyncIterator[Run]:
    """A run that was read, chosen and agreed on, and is held. Deleted when that fails, since nobody was asked."""
    stores, made = env.run.stores, env.new_stamp(["batch"])
    with ExitStack() as undo, stores.hold_run(made.run_id):
        run = _run_of(env, order.plan, made)
        _write_down(env, run, order.plan)
        undo.callback(stores.records.delete_run, run.run_id)  # once its lock is let go
        counts = await _ingest(env, order, run)
        env.console.tell(f"{sum(counts.values())} rows: " + ", ".join(f"{n} {s}" for s, n in sorted(counts.items())))
        if why := why_nothing_read(run.run_id, stores.rows):
            raise Mistake(f"No source could be read. {why}")
        _agree(env, run, order.plan)
        undo.pop_all()
        yield run


async def _ingest(env: BatchEnvironment, order: BatchOrder, run: Run) -> dict[str, int]:
    return await ingest_rows(
        run.run_id, env.read(order.sources), env.run.stores.rows, order.shortlist, as_of=run.as_of, known=env.known,
        tell=lambda count: env.console.tell(f"  {count} rows read"),
    )  # fmt: skip


def _refuse_half_read(run: Run, stores: Stores) -> None:
    """Raises Mistake for a batch killed while its sources were read: nobody was asked, so it is simply begun again."""
    counts = stores.rows.counts(run.run_id)
    if run.state == "started" and (not counts or "new" in counts):
        raise Mistake(
            f"{run.run_id} was cut off while its sources were read, before anybody was asked.",
            hint=f"Remove it with `panel runs delete {run.run_id}` and run `panel batch` again.",
        )


def _price(env: BatchEnvironment, run: Run, plan: BatchPlan) -> BatchPrice:
    ready = env.run.stores.rows.stream(run.run_id, ("ready",))
    return price_batch(ready, plan, env.specs_of(plan), env.run.prices)


def _agree(env: BatchEnvironment, run: Run, plan: BatchPlan) -> None:
    """Have the price agreed to. Raises Mistake for a limit that can't be kept, or where nobody can be asked."""
    price = _price(env, run, plan)
    refuse_unpriced(price.unpriced, plan.budget_usd, plan.launch_usd, plan.day_usd)
    if price.launches:
        env.console.confirm(price)
    else:
        env.console.tell(price.sentence)


async def _go_on(
    env: BatchEnvironment, run: Run, plan: BatchPlan, sign: StopSign, *, deadline_s: float | None, retry: bool = False
) -> BatchOutcome:
    """Review what is ready, then sum up whatever came of it."""
    counts, why = env.run.stores.rows.counts(run.run_id), None
    async with open_context(env, run, plan, sign=sign, deadline_s=deadline_s, retry=retry) as context:
        todo = counts.get("ready", 0) + counts.get("waiting", 0)
        work = WorkAhead(todo, budget_usd=plan.budget_usd, limiters=context.asker.limiters.values())
        with env.console.progress(work) as listen:
            try:
                await _review_all(replace(context, listen=listen), env.run.stores, sign)
            except (Stopped, ProviderError) as err:
                why = err
            except StoreError as err:
                err.hint = f"{err.hint} Then go on with: panel resume {run.run_id}".strip()
                raise
    run, spend = finish_batch(env, run, why=str(why) if why else "")
    env.console.tell(f"{spend.calls} calls, ${spend.cost_usd:.4f}.")
    folder = env.run.stores.runs_dir / run.run_id
    if run.state == "finished":
        return BatchOutcome(run, spend, folder)
    return BatchOutcome(run, spend, folder, _stopped(run, why, _left(env.run.stores.rows.counts(run.run_id))))


@asynccontextmanager
async def open_context(
    env: BatchEnvironment, run: Run, plan: BatchPlan, *, sign: StopSign, deadline_s: float | None = None,
    retry: bool = False,
) -> AsyncIterator[BatchContext]:  # fmt: skip
    """One process's tools for a batch, closed at the end."""
    stores, specs = env.run.stores, env.specs_of(plan)
    by_name = {spec.name: spec for spec in specs.values()}
    limits = RunLimits(plan.budget_usd, deadline_s, retry, plan.day_usd, plan.launch_usd)
    async with asking(env.run, run.run_id, by_name, plan.prompts, limits, plan.draw, sign=sign) as asker:
        yield BatchContext(
            run_id=run.run_id, made=run.made, plan=plan, specs=specs, rows=stores.rows, ledger=stores.ledger,
            asker=asker, gather=env.gather(run.made), folder=RunFolder.open_or_make(stores.runs_dir, run),
            may_probe=lambda slug: env.may_probe(f"{run.run_id}/{slug}"), archive=note_in(stores.products),
        )  # fmt: skip


async def _review_all(context: BatchContext, stores: Stores, sign: StopSign) -> None:
    """Provider batches first, where they are asked for and had; then ordinary calls."""
    at_once = launches_at_once(context.asker.most_in_flight(), len(context.specs))
    if context.plan.economy:
        batch_apis = {spec.name: open_batches(spec) for spec in {s.name: s for s in context.specs.values()}.values()}
        kept = {name: batch_api for name, batch_api in batch_apis.items() if batch_api}
        try:
            await half_price(context, sign, stores.batches, kept, at_once=at_once)
        finally:
            for batch_api in kept.values():
                await batch_api.close()
    await work_off(context, sign, at_once=at_once)


def finish_batch(env: BatchEnvironment, run: Run, *, why: str = "") -> tuple[Run, BatchSpend]:
    """Sum up a batch as it stands, whoever reviewed it. why: what stopped it. Made again it is the same."""
    stores = env.run.stores
    done = close_batch(
        run, stores.rows, stores.records, RunFolder.open_or_make(stores.runs_dir, run), prices=env.run.prices,
        now=env.run.now, why=why,
        partners=lambda category: stores.products.reviewed(category, but_run=run.run_id, most=MOST_PARTNERS),
    )  # fmt: skip
    env.fill_queue()
    return done


def _left(counts: Mapping[str, int]) -> str:
    """What a stopped batch leaves, in a sentence."""
    waiting = counts.get("waiting", 0)
    left = waiting + counts.get("ready", 0)
    if not left:
        return ""
    out = f", {waiting} of them in a provider's batch, which goes on without us" if waiting else ""
    return f"{left} {'launch is' if left == 1 else 'launches are'} left{out}."


def _stopped(run: Run, why: PanelError | None, left: str) -> PanelError:
    """What the use case ends with: resumable, with the line that resumes."""
    hint = f"Go on with: panel resume {run.run_id}"
    if isinstance(why, Stopped) and why.of == "signal":
        return Interrupted(f"{why} {left}".strip(), hint=hint)
    if why:
        why.hint = " ".join(text for text in (left, why.hint, hint) if text)
        return why
    return Stopped(left or run.why, hint=hint)


def _write_down(env: BatchEnvironment, run: Run, plan: BatchPlan) -> None:
    """Its folder with what it asks with, the plan and the run in SQL."""
    folder = RunFolder.create(env.run.stores.runs_dir, run)
    for persona in plan.personas:
        folder.write(f"inputs/personas/{persona.persona_id}.json", pretty_json(persona))
    for name, text in plan.prompts.items():
        folder.write(f"inputs/prompts/{name}", text)
    folder.write("inputs/scenarios.yaml", plan.scenarios)
    env.run.stores.records.save_run(run)
    env.run.stores.rows.save_plan(run.run_id, plan)


def _run_of(env: BatchEnvironment, plan: BatchPlan, made: Stamp) -> Run:
    """The manifest of a batch that begins."""
    specs = env.specs_of(plan)
    return Run(
        made=made, run_id=made.run_id, kind="batch", state="started", command=env.command, launches=(),
        dossiers={}, personas={p.persona_id: sha256_of(pretty_json(p)) for p in plan.personas},
        jurors=tuple(Juror(persona_id=name, model=spec.name, family=spec.family) for name, spec in specs.items()),
        models=plan.models, prompts={name: sha256_of(text) for name, text in plan.prompts.items()}, draw=plan.draw,
        budget_usd=plan.budget_usd, as_of=plan.as_of, rho=plan.rho,
    )  # fmt: skip
