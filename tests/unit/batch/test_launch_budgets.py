"""Money leased by the launch: never over a limit, given back, and used up only when nobody holds any."""

import asyncio
from decimal import Decimal

import pytest
from tests.support.provider_batches import Purse

from panel.batch.launch_budgets import LaunchBudgets
from panel.errors import Stopped


def dollars(amount: str) -> Decimal:
    return Decimal(amount)


async def test_without_a_limit_no_purse_is_asked() -> None:
    budgets = LaunchBudgets(Purse(), dict, launch_usd=dollars("2"))
    lease = await budgets.lease(None)
    assert lease.budget.limit_usd == dollars("2")
    assert not budgets.may_grow(lease)


async def test_a_lease_never_exceeds_what_a_launch_may_spend() -> None:
    budgets = LaunchBudgets(Purse(), lambda: {"run:x": dollars("10")}, launch_usd=dollars("0.50"))
    assert (await budgets.lease(dollars("3"))).leased_usd == dollars("0.50")


async def test_what_a_launch_did_not_spend_is_free_for_the_next() -> None:
    shared_budget = Purse()
    budgets = LaunchBudgets(shared_budget, lambda: {"run:x": dollars("1")})
    lease = await budgets.lease(dollars("0.9"))
    lease.budget.settle(lease.budget.reserve(dollars("0.4")), dollars("0.2"))
    budgets.give_back(lease)
    assert shared_budget.spent("run:x") == dollars("0.2")
    assert (await budgets.lease(dollars("0.8"))).leased_usd == dollars("0.8")


async def test_a_launch_waits_for_money_others_hold() -> None:
    budgets = LaunchBudgets(Purse(), lambda: {"run:x": dollars("1")}, wait_s=0)
    first = await budgets.lease(dollars("0.7"))
    second = asyncio.create_task(budgets.lease(dollars("0.7")))
    await asyncio.sleep(0)
    assert not second.done()
    budgets.give_back(first)
    assert (await second).leased_usd == dollars("0.7")


async def test_money_nobody_holds_any_more_is_used_up() -> None:
    budgets = LaunchBudgets(Purse(), lambda: {"run:x": dollars("1")})
    with pytest.raises(Stopped) as caught:
        await budgets.lease(dollars("1.01"))
    assert caught.value.of == "run"
    assert "$1.0000 left" in str(caught.value)


async def test_a_day_that_has_too_little_gives_the_run_its_money_back() -> None:
    shared_budget = Purse()
    budgets = LaunchBudgets(shared_budget, lambda: {"run:x": dollars("5"), "day:2026-11-24": dollars("1")})
    with pytest.raises(Stopped) as caught:
        await budgets.lease(dollars("2"))
    assert caught.value.of == "day"
    assert shared_budget.leased("run:x") == 0


async def test_a_promise_is_held_until_the_batch_is_collected() -> None:
    shared_budget = Purse()
    budgets = LaunchBudgets(shared_budget, lambda: {"run:x": dollars("1")}, wait_s=0)
    await budgets.promise(dollars("0.6"), batch_id="b1")
    with pytest.raises(Stopped):
        await budgets.promise(dollars("0.6"), batch_id="b2")
    budgets.keep_promise("b1", dollars("0.1"))
    await budgets.promise(dollars("0.6"), batch_id="b2")
    assert (shared_budget.leased("run:x"), shared_budget.spent("run:x")) == (dollars("0.6"), dollars("0.1"))


async def test_a_batch_that_goes_on_past_midnight_spends_of_the_next_days_money() -> None:
    shared_budget, today = Purse(), ["day:2026-11-24"]
    budgets = LaunchBudgets(shared_budget, lambda: {today[0]: dollars("1")})
    late = await budgets.lease(dollars("0.9"))
    today[0] = "day:2026-11-25"
    assert (await budgets.lease(dollars("0.9"))).scopes == ("day:2026-11-25",)
    late.budget.settle(late.budget.reserve(dollars("0.2")), dollars("0.2"))
    budgets.give_back(late)
    assert shared_budget.spent("day:2026-11-24") == dollars("0.2"), (
        "what was leased of one day is given back to that day"
    )
    assert shared_budget.leased("day:2026-11-24") == 0


async def test_nobody_waits_for_money_that_only_a_provider_batch_gives_back() -> None:
    """It comes back in a day, and may not even have been handed over by whoever waits."""
    budgets = LaunchBudgets(Purse(), lambda: {"run:x": dollars("1")})
    await budgets.promise(dollars("0.7"), batch_id="b1")
    with pytest.raises(Stopped, match=r"budget of \$1 has \$0\.3000 left, and the next launch may need \$0\.5000"):
        await asyncio.wait_for(budgets.promise(dollars("0.5"), batch_id="b1"), 5)
    with pytest.raises(Stopped):
        await asyncio.wait_for(budgets.lease(dollars("0.5")), 5)
