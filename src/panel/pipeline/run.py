"""One run from plan to finished folder, and the same again after a crash: the one way out of the house.

`begin` writes down what will be asked before anything is; `carry_out` asks, makes the records, finishes the folder and
brings the reviews to their products. `asking` opens whom they ask; a batch and a live check use it too.

One `Asker` may serve many launches at once: what they share (providers, limits, health) it holds; what is one launch's
own (what it spent, its failures) is replaced for each.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from panel.errors import Deferred, ProviderError, ReplyUnusable, Stopped, StoreError
from panel.jurors import ModelSpec, Provider, RateLimits, open_provider
from panel.money import Price
from panel.pipeline.ask.ask_context import NOT_ASKED
from panel.pipeline.ask.asker import Asker
from panel.pipeline.assemble import how_made, make_review
from panel.pipeline.console import StopSign
from panel.pipeline.containment import REPEAT_DRAW, contain, not_asked_again
from panel.pipeline.events import Listener, Notice, ignore
from panel.pipeline.plan import RunPlan, Seat
from panel.pipeline.products import meet_reviewed
from panel.pipeline.replan import laid_in
from panel.pipeline.write_files import write_inputs, write_outputs
from panel.prompting import Templates, render_problem
from panel.records import Answered, Call, Comparison, Containment, Made, Opinion, Review, Run, Spend, SpendRow, Stamp
from panel.store import Ledger, RunFolder, SpendLimits, Stores, ledger_key
from panel.tally import compare

log = logging.getLogger(__name__)
MOST_WHYS = 3  # reasons a run without an answer gives
STAGES = (  # of a launch that speaks to reviewers
    "1 of 3, without its words for reviewers",
    "2 of 3, with its words for reviewers",
    "3 of 3, without its words for reviewers again",
)


@dataclass(frozen=True)
class RunEnvironment:
    """What asking needs of a workspace: one for each process, so that each model has one rate limiter."""

    stores: Stores
    rate_limits: RateLimits
    prices: Mapping[str, Price] = field(default_factory=dict)  # from panel.toml, by model name
    confidential_to: Sequence[str] = ()  # addresses and providers that confidential launches may go to
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class RunLimits:
    """What one run may spend and how long it may take."""

    budget_usd: Decimal | None = None  # its resumes included
    deadline_s: float | None = None
    retry_unusable: bool = False
    day_usd: Decimal | None = None  # of all calls of a UTC day
    launch_usd: Decimal | None = None  # of each launch of the run


@dataclass(frozen=True)
class RunResult:
    """What a finished run leaves: the manifest and the records its pages were drawn from."""

    run: Run
    reviews: tuple[Review, ...]
    comparison: Comparison | None
    folder: Path


async def conduct(
    env: RunEnvironment, plan: RunPlan, limits: RunLimits, *, made: Stamp, command: Sequence[str],
    listen: Listener = ignore, sign: StopSign | None = None,
) -> RunResult:  # fmt: skip
    """A new run, from its plan to its finished folder. Raises as `carry_out`."""
    with env.stores.hold_run(made.run_id):
        run = begin(env, plan, limits, made=made, command=command)
        return await carry_out(env, plan, run, limits, listen, sign)


def begin(env: RunEnvironment, plan: RunPlan, limits: RunLimits, *, made: Stamp, command: Sequence[str]) -> Run:
    """Write the plan down: inputs into a new folder, the run into SQL, state `started`."""
    run = Run(
        made=made, run_id=made.run_id, kind=plan.kind, state="started", command=tuple(command),
        launches=tuple(d.launch.slug for d in plan.dossiers),
        dossiers={d.launch.slug: d.dossier_hash for d in plan.dossiers}, personas={},
        jurors=tuple({s.juror: None for s in plan.seats}),
        models={s.spec.name: settings_of(s.spec) for s in plan.seats}, prompts={}, draw=plan.draw,
        probed=len({seat.question.product for seat in plan.probes}), budget_usd=limits.budget_usd,
        as_of=max(d.as_of for d in plan.dossiers), rho=plan.rho, again=plan.again,
    )  # fmt: skip
    run = write_inputs(RunFolder.create(env.stores.runs_dir, run), plan, run)
    env.stores.records.save_run(run)
    log.info("run %s started: %d jurors to ask, draw %d", run.run_id, len(plan.seats), plan.draw)
    return run


async def carry_out(
    env: RunEnvironment, plan: RunPlan, run: Run, limits: RunLimits, listen: Listener = ignore,
    sign: StopSign | None = None,
) -> RunResult:  # fmt: skip
    """Ask whoever has not answered, make the records, write the folder, bring the reviews to their products.

    Raises Stopped when the budget or the deadline is reached or `sign` is up, ProviderError or ReplyUnusable when
    nobody gave a usable answer: the run is then `stopped` on disk, and asks only for what is missing when it is carried
    out again. The caller holds the run.
    """
    stores, sign = env.stores, sign or StopSign()
    assert stores.holds(run.run_id)  # two living processes must never share a run
    folder, records = RunFolder.open(stores.runs_dir, run.run_id), stores.records
    try:
        async with asking(env, run.run_id, plan.specs, plan.prompts, limits, plan.draw, listen, sign) as asker:
            panel = await sign.let_finish(hear_panel(plan, asker))
    except (Stopped, ProviderError, ReplyUnusable) as err:
        if run.state != "finished":  # asking again in vain takes nothing from a run that was whole
            records.save_run(folder.save(run.model_copy(update={"state": "stopped", "why": str(err)})))
        raise
    stamp = run.made.model_copy(update={"created_at": env.now()})
    reviews = make_reviews(plan, panel, made=stamp)
    comparison = compare(*reviews, made=stamp) if plan.kind == "compare" else None
    spend = spend_rows(records.costs(run.run_id), panel.opinions)
    run = run.model_copy(update={"state": "finished", "why": "", "finished_at": env.now().isoformat(), "spend": spend})
    raw = await stores.ledger.raw_replies([*panel.calls, *(call for opinion in plan.kept for call in opinion.calls)])
    folder.save(run.model_copy(update={"state": "started", "files": ()}))  # no manifest calls half-replaced files whole
    run = write_outputs(folder, run, reviews, comparison, raw)
    records.save_finished(run, reviews, comparison)
    log.info("run %s finished: %d files", run.run_id, len(run.files))
    _bring_to_products(env, reviews, run.run_id, listen)
    return RunResult(run, reviews, comparison, folder.path)


def _bring_to_products(env: RunEnvironment, reviews: Sequence[Review], run_id: str, listen: Listener) -> None:
    """The run is whole and paid for: an archive that can't be written is told and stops nothing."""
    try:
        for review in (review for review in reviews if review.is_answered):
            met = meet_reviewed(review.dossier, env.stores.products, run_id=run_id, now=env.now())
            if met.new_launch and not met.new_product:
                slug = met.product_slug
                listen(Notice(f"{review.slug} is a further launch of {slug}: panel products show lists them."))
            elif met.new_product and met.also:
                listen(Notice(f"It may be a product we know: panel products show {met.product_slug} names it."))
    except StoreError as err:
        listen(Notice(f"The run is whole, but the archive of products could not note it. {err}"))


@asynccontextmanager
async def asking(
    env: RunEnvironment, run_id: str, specs: Mapping[str, ModelSpec], prompts: Mapping[str, str], limits: RunLimits,
    draw: int = 0, listen: Listener = ignore, sign: StopSign | None = None,
) -> AsyncIterator[Asker]:  # fmt: skip
    """Whoever asks these models, by name; its providers are closed at the end."""
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        yield Asker(
            run_id=run_id,
            ledger=env.stores.ledger,
            providers=await _open_providers(specs, stack),
            limiters=env.rate_limits.of(specs.values()),
            limits=SpendLimits(limits.budget_usd, limits.day_usd, limits.launch_usd),
            prices=env.prices,
            draw=draw,
            deadline=loop.time() + limits.deadline_s if limits.deadline_s else None,
            retry_unusable=limits.retry_unusable,
            confidential_to=env.confidential_to,
            stop=sign.refuse if sign else lambda: None,
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


async def next_draw(plan: RunPlan, ledger: Ledger) -> RunPlan:
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


@dataclass(frozen=True)
class Panel:
    """What came of asking: one opinion a seat, and by slug what words for reviewers would have moved."""

    opinions: Sequence[tuple[Seat, Opinion]]
    contained: Mapping[str, Containment]
    failures: Sequence[ProviderError] = ()  # of those who failed

    @property
    def calls(self) -> list[Call]:
        """Every call behind the opinions that count."""
        return [call for _, opinion in self.opinions for call in opinion.calls]


async def hear_panel(plan: RunPlan, asker: Asker) -> Panel:
    """Ask every seat, then those before a suspicious launch again.

    Raises Stopped at a limit; ProviderError, or ReplyUnusable where no server failed, when no critic gave a usable
    answer: there is nothing to write of then. Nothing that was paid for is lost by any.
    """
    asker_now = _at_stage(0, plan, asker)
    opinions = await ask_all(plan.seats, asker_now)
    _refuse_silence([o for s, o in opinions if s.persona.counts] or [o for _, o in opinions], asker_now.failures)
    return Panel(opinions, await _contain(plan, asker, opinions), tuple(asker_now.failures))


def _refuse_silence(opinions: Sequence[Opinion], failures: Sequence[ProviderError]) -> None:
    """Raises what a run ends with when nobody whose verdict counts answered or abstained: a server's failure first."""
    silent = [o for o in opinions if not isinstance(o, Answered)]
    if len(silent) < len(opinions):
        return
    ends = Counter(o.outcome for o in silent)
    counts = ", ".join(f"{count} {end}" for end, count in ends.items())
    whys = dict.fromkeys(o.why for o in silent if o.why)
    told = " ".join([f"The panel gave no usable answer: {counts}.", *list(whys)[:MOST_WHYS]])
    own = [err for err in failures if not (ends["unusable"] and str(err).startswith(NOT_ASKED))]
    if ends["failed"] and own:
        raise type(own[0])(told) from own[0]
    raise ReplyUnusable(told, raw="", hint="Try another --model, or add --retry to ask anew what was unusable.")


async def ask_all(seats: Sequence[Seat], asker: Asker) -> list[tuple[Seat, Opinion]]:
    """Every seat's opinion. Jurors answer blind to one another; one failing stops no other."""
    everything, asker = asker, replace(asker)  # with failures of its own
    done = await asyncio.gather(*(asker.ask(seat) for seat in seats), return_exceptions=True)
    everything.failures.extend(asker.failures)
    raised = [result for result in done if isinstance(result, BaseException)]
    for err in sorted(raised, key=lambda err: isinstance(err, Deferred)):  # a limit goes before a wait
        raise err  # only now that everybody has finished, so that nothing paid for is lost
    if asker.failures and len(asker.failures) == len(seats):  # a wrong key, a server that is down: no page to make
        raise asker.failures[0]
    return [(seat, o) for seat, o in zip(seats, done, strict=True) if not isinstance(o, BaseException)]


async def _contain(plan: RunPlan, asker: Asker, draft: Sequence[tuple[Seat, Opinion]]) -> dict[str, Containment]:
    """By slug: what the words that speak to reviewers would have moved, for each launch that has some."""
    spans = {f.launch.slug for f, d in zip(plan.found, plan.dossiers, strict=True) if f is not d}
    probed = _probed(plan)
    contained = {slug: not_asked_again("Asked without the words only: today's cap is used up.") for slug in spans}
    if not probed:
        return contained
    again = tuple(s for s in plan.seats if s.question.product in probed and s.persona.counts)
    with_words = await ask_all(plan.probes, _at_stage(1, plan, asker))
    twice = await ask_all(again, replace(_at_stage(2, plan, asker), draw=plan.draw + REPEAT_DRAW))
    for slug in probed:
        sets = ([o for s, o in asked if s.question.product == slug] for asked in (draft, with_words, twice))
        contained[slug] = contain(*sets)
    return contained


def _probed(plan: RunPlan) -> set[str]:
    """Slugs of the launches that are asked three times."""
    return {seat.question.product for seat in plan.probes}


def _at_stage(number: int, plan: RunPlan, asker: Asker) -> Asker:
    """The asker that tells whoever listens which asking it is of those launches."""
    return replace(asker, stages=dict.fromkeys(_probed(plan), STAGES[number]))


def make_reviews(plan: RunPlan, panel: Panel, *, made: Stamp, how: Made | None = None) -> tuple[Review, ...]:
    """The review of each dossier of the plan, in order. how: `how_made(plan)`, when the caller has it."""
    if plan.base is not None:
        return (laid_in(plan, [opinion for _, opinion in panel.opinions], made=made),)
    how = how or how_made(plan)
    return tuple(
        make_review(
            plan,
            dossier,
            [opinion for seat, opinion in panel.opinions if seat.dossier is dossier],
            made=made,
            how=how,
            containment=panel.contained.get(dossier.launch.slug),
        )
        for dossier in plan.dossiers
    )
