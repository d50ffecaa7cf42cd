"""Calls claimed for a provider's batch instead of being sent: split by its limits, once each, within the money there is."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.answers import provider
from tests.support.provider_batches import PRICE, START, Wire, key

from panel.batch.provider_batches.collector import Collector
from panel.errors import Stopped, StoreError
from panel.pipeline.ask.ask_context import AskContext
from panel.store import CallRow, Claimed, InBatch, OverBudget, SentBatch, SpendLimits, StoredAnswer

MODEL = "anthropic/claude-sonnet-5-5"
BODY = {"model": "claude-sonnet-5-5", "max_tokens": 1000, "messages": []}


def call(number: int, model: str = MODEL, launch: str = "acme") -> CallRow:
    return CallRow(key(number), "run-1", "anthropic", model, "", "ask", 0, launch, "one", BODY)


@dataclass
class Books:
    """The ledger's claims and the list of provider batches."""

    batches: dict[str, SentBatch] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)  # key -> batch
    transactions: int = 0
    spent: Decimal = Decimal(0)  # of the run, and of its one launch

    def new(self, batch: SentBatch) -> None:
        assert batch.batch_id not in self.batches
        self.batches[batch.batch_id] = batch

    def get(self, batch_id: str) -> SentBatch:
        return self.batches[batch_id]

    def open_ones(self, run_id: str) -> tuple[SentBatch, ...]:
        return tuple(self.batches.values())

    async def look(self, keys: list[str], *, owner: str) -> dict[str, Any]:
        return {}

    async def used(self, scope: str) -> Decimal:
        return self.spent

    async def presumed(self, scope: str) -> list[Any]:
        return []

    async def claim_for_batch(self, rows: list[CallRow], batch_id: str, *, limits: SpendLimits) -> Any:
        if self.batches[batch_id].state != "filling":
            raise StoreError("It is not being filled.")
        await asyncio.sleep(0)
        self.transactions += 1
        fresh = [row for row in rows if row.key not in self.joined]
        worst = sum((row.worst_usd or Decimal(0) for row in fresh), Decimal(0))
        if limits.run_usd is not None and self.spent + worst > limits.run_usd:
            return OverBudget("run:run-1", limits.run_usd, self.spent, worst)
        self.spent += worst
        self.joined |= {row.key: batch_id for row in fresh}
        return [Claimed(0) if row in fresh else InBatch("run-1", batch_id) for row in rows]

    def sizes(self) -> list[int]:
        return [list(self.joined.values()).count(name) for name in self.batches]


def collector(books: Books, *, limit: str = "", launch: str = "", least: int = 1, **batch_api: Any) -> Collector:
    limits = SpendLimits(Decimal(limit) if limit else None, None, Decimal(launch) if launch else None)
    asker: Any = AskContext("run-1", books, {MODEL: provider("messages")}, {}, {MODEL: PRICE}, limits)  # type: ignore[arg-type]
    context: Any = SimpleNamespace(run_id="run-1", ledger=books, asker=asker, now=lambda: START)
    return Collector(context, books, {MODEL: Wire(**batch_api)}, least=least)  # type: ignore[arg-type, dict-item]


async def take(one: Collector, *numbers: int) -> None:
    for number in numbers:
        await one.take(call(number), BODY)


async def close(one: Collector) -> int:
    """The last launch is said to wait, and the pass is over."""
    await one.flush("acme")
    return await one.close()


async def test_nothing_is_on_the_disk_before_it_is_flushed() -> None:
    one = collector(books := Books())
    await take(one, 1, 2)
    assert not books.batches
    await one.flush("acme")
    assert books.sizes() == [2]
    assert await close(one) == 2


async def test_calls_of_later_launches_join_the_same_batch() -> None:
    one = collector(books := Books())
    for number in range(3):
        await take(one, number)
        await one.flush("acme")
    assert books.sizes() == [3]


@pytest.mark.parametrize("limits", [{"most_requests": 2}, {"most_bytes": 250}])
async def test_a_full_batch_is_followed_by_a_new_one(limits: dict[str, int]) -> None:
    one = collector(books := Books(), **limits)
    await take(one, *range(5))
    assert await close(one) == 5
    assert books.sizes() == [2, 2, 1]


async def test_many_calls_are_claimed_in_few_transactions() -> None:
    one = collector(books := Books(), most_requests=10**6)
    await take(one, *range(1000))
    await close(one)
    assert (books.sizes(), books.transactions) == ([1000], 3)


async def test_a_call_another_batch_holds_is_not_claimed_again() -> None:
    one = collector(books := Books())
    books.joined[key(1)] = "another"
    await take(one, 1, 2)
    assert await close(one) == 1


async def test_too_few_calls_are_left_to_ordinary_ones() -> None:
    one = collector(books := Books(), least=3)
    await take(one, 1, 2)
    assert await close(one) == 0
    assert not books.batches


async def test_enough_calls_in_all_go_though_each_launch_brings_few() -> None:
    one = collector(books := Books(), least=3)
    for number in range(4):
        await take(one, number)
        await one.flush("acme")
    assert await close(one) == 4
    assert books.sizes() == [4]


async def test_a_model_brought_during_a_claim_waits_for_the_next_flush() -> None:
    """A model that another launch brings while one is claimed waits for the next flush."""
    one, other = collector(books := Books()), "anthropic/claude-opus-5"
    one.batch_apis = {MODEL: Wire(), other: Wire()}  # type: ignore[dict-item]
    one.context.asker.prices[other] = PRICE
    one.context.asker.providers[other] = one.context.asker.providers[MODEL]  # type: ignore[index]
    await take(one, 1)
    flushing = asyncio.create_task(one.flush("acme"))
    await asyncio.sleep(0)
    await one.take(call(2, other), BODY)
    await flushing
    assert books.sizes() == [1]
    assert await close(one) == 2


async def test_a_batch_handed_over_meanwhile_is_followed_by_a_new_one() -> None:
    one = collector(books := Books())
    await take(one, 1)
    await one.flush("acme")
    (first,) = books.batches.values()
    books.batches[first.batch_id] = first.model_copy(update={"state": "submitted"})
    await take(one, 2)
    assert await close(one) == 2
    assert books.sizes() == [1, 1]


async def test_flushes_side_by_side_claim_every_call_once() -> None:
    one = collector(books := Books())

    async def launch(number: int) -> None:
        await take(one, 5 * number, 5 * number + 1)
        await one.flush("acme")
        assert key(5 * number) in books.joined, "a launch was said to wait before its calls were claimed"

    await asyncio.gather(*(launch(number) for number in range(20)))
    assert await close(one) == 40
    assert books.sizes() == [40]


async def test_money_that_is_not_there_keeps_calls_out_and_those_before_in() -> None:
    one = collector(books := Books(), limit="0.02")  # 1,000 tokens out at half of $15 a million are $0.0075 a call
    await take(one, 1, 2)
    await one.flush("acme")
    await take(one, 3)
    with pytest.raises(Stopped):
        await one.flush("acme")
    assert books.sizes() == [2]
    assert one.can_wait(), "what was set aside for the first two comes back in part"
    assert one.short


async def test_with_nothing_out_there_is_nothing_to_wait_for() -> None:
    one = collector(Books(), limit="0.02")
    assert not one.can_wait()
    assert not one.short


async def test_what_the_ledger_has_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    books, known = Books(), StoredAnswer("{}", 0, "", None, None)  # type: ignore[arg-type]

    async def look(keys: list[str], *, owner: str) -> dict[str, Any]:
        return {key(1): known, key(2): InBatch("run-2", "b9")}

    monkeypatch.setattr(books, "look", look)
    one = collector(books)
    assert await one.look(call(1), BODY) is known
    assert await one.look(call(2), BODY) is None, "what is still out with another is no answer"


async def test_a_model_without_batches_is_not_served() -> None:
    one = collector(Books())
    assert one.serves(call(1))
    assert not one.serves(call(1, "local/small"))


async def test_a_launch_that_may_cost_too_much_hands_over_nothing() -> None:
    """Three calls of $0.0075 and a bit, one launch's limit being two: none goes, and those of another launch do."""
    one = collector(books := Books(), launch="0.018")
    await take(one, 1, 2, 3)
    await one.take(call(9, launch="other"), BODY)
    await one.flush("other")
    assert list(books.joined) == [key(9)], "calls went before their launch was said to wait"
    books.spent = Decimal(0)
    with pytest.raises(Stopped, match=r"launch.s budget of \$0\.018 has"):
        await one.flush("acme")
    await one.close()
    assert list(books.joined) == [key(9)]


async def test_a_launch_within_its_limit_goes_whole_on_both_models() -> None:
    one, other = collector(books := Books(), launch="0.018"), "anthropic/claude-opus-5"
    one.batch_apis = {MODEL: Wire(), other: Wire()}  # type: ignore[dict-item]
    one.context.asker.prices[other] = PRICE  # type: ignore[index]
    one.context.asker.providers[other] = one.context.asker.providers[MODEL]  # type: ignore[index]
    await take(one, 1)
    await one.take(call(2, other), BODY)
    await one.flush("acme")
    assert books.sizes() == [1, 1]
