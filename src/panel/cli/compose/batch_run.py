"""One batch on this machine, from its sources to its summary; and the same resumed."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from panel.batch import (
    SUMMARY,
    BatchContext,
    BatchPrice,
    SourceSpec,
    StopSign,
    close_batch,
    half_price,
    ingest_rows,
    launches_at_once,
    price_batch,
    reopen_rows,
    why_nothing_read,
    work_off,
)
from panel.cli.compose.batch_sources import open_intake, open_known, open_partners, read_sources, shortlist
from panel.cli.compose.batches import (
    BatchOptions,
    Stores,
    as_resumed,
    begin,
    make_batch_plan,
    open_context,
    open_stores,
    specs_of,
    with_defaults,
)
from panel.cli.compose.desks import fill_queue
from panel.cli.compose.workspace import Workspace, is_terminal
from panel.cli.terminal.progress import limiter_lines, watch_work
from panel.cli.terminal.stop_signals import signals
from panel.cli.terminal.terminal import say, say_json, talk
from panel.errors import Interrupted, Mistake, PanelError, ProviderError, Stopped, StoreError
from panel.jurors import open_batches
from panel.records import BatchPlan, Run
from panel.store import RunFolder
from panel.workspace import run_loop


def run_batch(workspace: Workspace, sources: Sequence[str], ask: BatchOptions, *, yes: bool, json_: bool) -> None:
    """Take in, choose, agree on the price, review, sum up."""
    run_loop(_run(workspace, sources, ask, yes=yes, json_=json_))


def resume_batch(workspace: Workspace, run: Run, ask: BatchOptions, *, yes: bool, json_: bool) -> None:
    """Go on with a batch: what failed, what waits and what was never begun."""
    run_loop(_resume(workspace, run, ask, yes=yes, json_=json_))


def dry(workspace: Workspace, sources: Sequence[str], ask: BatchOptions, *, json_: bool) -> None:
    """What a batch would do and cost. Nothing is kept; listings are not followed, dossiers not gathered."""
    run_loop(_dry(workspace, sources, ask, json_=json_))


async def _run(workspace: Workspace, sources: Sequence[str], ask: BatchOptions, *, yes: bool, json_: bool) -> None:
    async with open_stores(workspace) as stores:
        begun = await begin_batch(workspace, sources, ask, stores, yes=yes, quiet=json_)
        if begun:
            await _work(workspace, *begun, stores, ask, json_=json_)
        elif json_:
            say_json({"run_id": "", "state": "elsewhere", "reviewed": [], "skipped": [], "failed": []})


async def begin_batch(
    workspace: Workspace, sources: Sequence[str], ask: BatchOptions, stores: Stores, *, yes: bool, quiet: bool
) -> tuple[Run, BatchPlan] | None:
    """Take in, choose and agree on the price. The run's lock is held then; None when these sources are being read."""
    ask = with_defaults(ask, workspace.settings.toml.batch)
    plan, _ = make_batch_plan(workspace, ask, datetime.now(UTC).date())
    specs = read_sources(workspace, sources)
    if not stores.locks.acquire(name_of(specs)):
        talk("A batch of these sources is running already; nothing was done.")
        return None
    try:
        return await _begun(workspace, specs, ask, plan, stores, yes=yes, quiet=quiet), plan
    except BaseException:
        stores.locks.release(name_of(specs))  # a worker that could not begin today begins tomorrow
        raise


async def _begun(
    workspace: Workspace, specs: Sequence[SourceSpec], ask: BatchOptions, plan: BatchPlan, stores: Stores, *, yes: bool,
    quiet: bool,
) -> Run:  # fmt: skip
    """The run, taken in and agreed on, its lock held; none when that fails, since nobody was asked."""
    made = workspace.new_stamp(["batch"])
    stores.locks.acquire(made.run_id)
    run = begin(workspace, plan, made, stores, sys.argv[1:])
    try:
        await _take_in(workspace, specs, ask, run, stores)
        if why := why_nothing_read(run.run_id, stores.rows):
            raise Mistake(f"No source could be read. {why}")
        _agree(_price(workspace, run, plan, stores), plan, yes=yes, quiet=quiet)
    except BaseException:
        stores.locks.release(run.run_id)
        stores.records.delete_run(run.run_id)
        raise
    return run


def name_of(specs: Sequence[SourceSpec]) -> str:
    """The lock of one set of sources: two daily runs started together are one."""
    return f"batch:{sha256(repr(sorted(spec.source for spec in specs)).encode()).hexdigest()[:16]}"


async def _resume(workspace: Workspace, run: Run, ask: BatchOptions, *, yes: bool, json_: bool) -> None:
    async with open_stores(workspace) as stores:
        if not stores.locks.acquire(run.run_id):
            raise Mistake(f"{run.run_id} is being worked on.", hint="Wait until it ends, or stop it first.")
        _refuse_half_read(run, stores)
        plan = as_resumed(stores.rows.load_plan(run.run_id), ask)
        stores.rows.save_plan(run.run_id, plan)
        run = run.model_copy(update={"budget_usd": plan.budget_usd})
        reopen_rows(run.run_id, stores.rows, waiting=not stores.batches.open_ones(run.run_id))
        _agree(_price(workspace, run, plan, stores), plan, yes=yes, quiet=json_)
        stores.records.save_run(run.model_copy(update={"state": "started", "why": ""}))  # for whoever watches it
        await _work(workspace, run, plan, stores, ask, json_=json_)


def _refuse_half_read(run: Run, stores: Stores) -> None:
    """Raises Mistake for a batch killed while its sources were read: nobody was asked, so it is simply begun again."""
    counts = stores.rows.counts(run.run_id)
    if run.state == "started" and (not counts or "new" in counts):
        raise Mistake(
            f"{run.run_id} was cut off while its sources were read, before anybody was asked.",
            hint=f"Remove it with `panel runs delete {run.run_id}` and run `panel batch` again.",
        )


async def _take_in(
    workspace: Workspace, specs: Sequence[SourceSpec], ask: BatchOptions, run: Run, stores: Stores
) -> None:
    with open_known(workspace) as known:
        counts = await ingest_rows(
            run.run_id, open_intake(workspace, specs), stores.rows, shortlist(workspace, ask), as_of=run.as_of,
            known=known, tell=lambda count: talk(f"  {count} rows read"),
        )  # fmt: skip
    talk(f"{sum(counts.values())} rows: " + ", ".join(f"{n} {name}" for name, n in sorted(counts.items())))


def _price(workspace: Workspace, run: Run, plan: BatchPlan, stores: Stores) -> BatchPrice:
    ready = stores.rows.stream(run.run_id, ("ready",))
    return price_batch(ready, plan, specs_of(workspace, plan), workspace.settings.prices)


def _agree(price: BatchPrice, plan: BatchPlan, *, yes: bool, quiet: bool) -> None:
    """Show the price and ask, where money may be spent. Raises Mistake where nobody can be asked."""
    talk(price.sentence)
    limited = plan.budget_usd is not None or plan.launch_usd is not None or plan.day_usd is not None
    if limited and price.unpriced:
        raise Mistake(
            f"The price of {' and '.join(price.unpriced)} is unknown, so a budget can't be kept.",
            hint='Give it in panel.toml, under [models."provider/model".price]; or run without a budget.',
        )
    if price.free or yes or not price.launches:
        return
    if quiet or not is_terminal():
        raise Mistake("This batch may cost money, and nobody can be asked here.", hint="Add --yes, and --budget USD.")
    import typer

    typer.confirm("Ask the panel?", default=True, abort=True, err=True)


async def _work(
    workspace: Workspace, run: Run, plan: BatchPlan, stores: Stores, ask: BatchOptions, *, json_: bool
) -> None:
    """Review what is ready, then sum up whatever came of it. Raises what stopped the batch, after the summary."""
    counts = stores.rows.counts(run.run_id)
    total = counts.get("ready", 0) + counts.get("waiting", 0)
    sign, why = StopSign(), None
    folder = RunFolder.open_or_make(workspace.settings.runs_dir, run)
    with signals(sign):
        async with AsyncExitStack() as stack:
            context = await open_context(
                workspace, run, plan, stores, stack, sign=sign, deadline_s=ask.deadline_s, retry=ask.retry
            )
            limiters = partial(limiter_lines, context.asker.limiters.values())
            with watch_work(total, plan.budget_usd, limiters, quiet=json_) as listen:
                try:
                    await _review_all(replace(context, listen=listen), stores, sign)
                except (Stopped, ProviderError) as err:
                    why = err
                except StoreError as err:
                    err.hint = f"{err.hint} Then go on with: panel resume {run.run_id}".strip()
                    raise
    with open_partners(workspace, run.run_id) as partners:
        run, spend = close_batch(
            run, stores.rows, stores.records, folder, prices=workspace.settings.prices, now=lambda: datetime.now(UTC),
            partners=partners, why=str(why) if why else "",
        )  # fmt: skip
    fill_queue(workspace)
    text = folder.read(SUMMARY)
    if json_:
        say(text.rstrip("\n"))
    else:
        say(f"Summary: {folder.path / 'summary.md'}")
    talk(f"{spend.calls} calls, ${spend.cost_usd:.4f}.")
    if run.state != "finished":
        _end(_stopped(run, why, _left(stores.rows.counts(run.run_id))), json_=json_)


async def _review_all(context: BatchContext, stores: Stores, sign: StopSign) -> None:
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


def _left(counts: Mapping[str, int]) -> str:
    """What a stopped batch leaves, in a sentence."""
    waiting = counts.get("waiting", 0)
    left = waiting + counts.get("ready", 0)
    if not left:
        return ""
    out = f", {waiting} of them in a provider's batch, which goes on without us" if waiting else ""
    return f"{left} {'launch is' if left == 1 else 'launches are'} left{out}."


def _stopped(run: Run, why: PanelError | None, left: str) -> PanelError:
    """What the command ends with: resumable, with the line that resumes."""
    hint = f"Go on with: panel resume {run.run_id}"
    if isinstance(why, Stopped) and why.of == "signal":
        return Interrupted(f"{why} {left}".strip(), hint=hint)
    if why:
        why.hint = " ".join(text for text in (left, why.hint, hint) if text)
        return why
    return Stopped(left or run.why, hint=hint)


def _end(err: PanelError, *, json_: bool) -> NoReturn:
    """Leave with the error's code. With --json stdout has its one object already, so the sentence goes to stderr."""
    if not json_:
        raise err
    talk(f"{err} {err.hint}".strip())
    sys.exit(err.exit_code)


async def _dry(workspace: Workspace, sources: Sequence[str], ask: BatchOptions, *, json_: bool) -> None:
    from panel.cli.compose.dry_run import tell_dry

    ask = with_defaults(ask, workspace.settings.toml.batch)
    plan, models = make_batch_plan(workspace, ask, datetime.now(UTC).date())
    specs = read_sources(workspace, sources)
    with TemporaryDirectory(prefix="panel-dry-") as scratch:
        why = await tell_dry(workspace, specs, ask, plan, models, Path(scratch), json_=json_)
    if why:
        _end(Mistake(f"No source could be read. {why}"), json_=json_)
