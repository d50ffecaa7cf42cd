"""A whole batch at half the price: collect every launch's questions, hand them over, wait, let the launches go on."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from panel.batch.batch_context import BatchContext
from panel.batch.events import Paid
from panel.batch.pool import work_off
from panel.batch.provider_batches.collector import Collector
from panel.batch.provider_batches.poller import Poller
from panel.batch.resume import reopen_collected
from panel.errors import Stopped
from panel.jurors import BatchApi, may_take_confidential, model_address
from panel.pipeline import Notice, StopSign
from panel.store import ProviderBatches, SentBatch

FIRST_POLL_S, SLOWEST_POLL_S = 15.0, 120.0  # most batches end within the hour
SECOND_ROUND_CALLS = 200  # fewer leftovers than this are asked by ordinary calls
SECOND_ROUND_LEFT_S = 6 * 3600.0  # less time than this before the deadline leaves no room for another batch
ROUNDS = 2
STEPS = ("filling", "submitting", "submitted", "ended", "collected", "lost")


async def half_price(
    context: BatchContext, sign: StopSign, store: ProviderBatches, batch_apis: Mapping[str, BatchApi], *, at_once: int
) -> None:
    """Get what can be had through provider batches into the ledger; every row is then ready again, or done.

    Leftovers (repairs, expired and missing rows) go into a second batch when there are many and there is time, else
    they are left to ordinary calls. Where the budget holds less than all may cost at most, the rest goes when the first
    ones have come back and given back what they did not cost.
    Raises Stopped at a limit, the deadline or a signal, ProviderRefused when a key is refused while batches are out:
    these go on without us and are collected when the run is resumed.
    """
    await _until_collected(context, sign, store, batch_apis)  # those of an earlier life first
    round_ = 0
    while True:
        collector = Collector(context, store, batch_apis, least=1 if round_ == 0 else SECOND_ROUND_CALLS)
        collecting = replace(context, asker=replace(context.asker, defer=collector))
        await work_off(collecting, sign, at_once=at_once)
        handed = await collector.close()
        if handed:
            await _until_collected(context, sign, store, batch_apis)
        await asyncio.to_thread(reopen_collected, context.run_id, context.rows)
        round_ += not collector.short
        if not handed or round_ == ROUNDS or not _time_for_another(context):
            return


def _time_for_another(context: BatchContext) -> bool:
    deadline = context.asker.deadline
    return deadline is None or deadline - asyncio.get_running_loop().time() > SECOND_ROUND_LEFT_S


async def _until_collected(
    context: BatchContext, sign: StopSign, store: ProviderBatches, batch_apis: Mapping[str, BatchApi]
) -> None:
    poll_s = FIRST_POLL_S
    pollers = {name: make_poller(context, store, batch_api) for name, batch_api in batch_apis.items()}
    while batches := await asyncio.to_thread(store.open_ones, context.run_id):
        for batch in batches:
            await step_on(pollers[batch.model], batch)
        if await asyncio.to_thread(store.open_ones, context.run_id):
            await _sleep(context, sign, poll_s)
            poll_s = min(poll_s * 1.5, max(poll_s, SLOWEST_POLL_S))


async def _sleep(context: BatchContext, sign: StopSign, seconds: float) -> None:
    """Wait, but no longer than the deadline or a signal. Raises Stopped."""
    loop = asyncio.get_running_loop()
    deadline = context.asker.deadline
    left = seconds if deadline is None else min(seconds, deadline - loop.time())
    if left > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(sign.raised.wait(), left)
    sign.refuse()
    if deadline is not None and loop.time() >= deadline:
        raise Stopped(
            "The run's deadline has come while a provider's batch was out.",
            hint="It goes on without us; its answers are collected when the run is resumed.",
            of="time",
        )


def make_poller(context: BatchContext, store: ProviderBatches, batch_api: BatchApi) -> Poller:
    """Whoever moves this model's batches on."""
    return Poller(
        batch_api=batch_api, provider=context.asker.providers[batch_api.spec.name], ledger=context.ledger, store=store,
        prices=dict(context.asker.prices), now=context.now,
        say=lambda text: context.listen(Notice(text)), may_go=lambda batch: _why_not(context, store, batch_api, batch),
        paid=lambda usd: context.listen(Paid(usd)), stop_model=context.asker.stop_model,
    )  # fmt: skip


def _why_not(context: BatchContext, store: ProviderBatches, batch_api: BatchApi, batch: SentBatch) -> str:
    """Why a batch may not go where it was to go: it holds a confidential launch, and panel.toml was changed since."""
    if may_take_confidential(batch_api.spec, context.asker.confidential_to):
        return ""
    slugs = store.confidential(batch.batch_id)
    return f"{slugs[0]!r} is confidential and may not go to {model_address(batch_api.spec)}." if slugs else ""


async def step_on(poller: Poller, batch: SentBatch) -> SentBatch:
    """Step while that leads on: an ended batch is collected in the same breath, one thrown back waits for its turn."""
    while batch.state not in ("collected", "lost"):
        before, batch = batch, await poller.tick(batch)
        if STEPS.index(batch.state) <= STEPS.index(before.state):
            break
    return batch
