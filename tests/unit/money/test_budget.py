"""A limit that holds under any interleaving."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.errors import Mistake, Stopped
from panel.money import Budget

CENTS = st.integers(0, 500).map(lambda n: Decimal(n) / 100)


@settings(max_examples=60, deadline=None)
@given(
    limit=CENTS,
    steps=st.lists(st.tuples(st.sampled_from(["reserve", "settle", "lost"]), CENTS, st.integers(0, 50)), max_size=40),
)
def test_spent_and_reserved_never_exceed_the_limit(limit, steps):
    budget, held = Budget(limit), []
    for act, amount, which in steps:
        if act == "reserve":
            before = budget.spent_usd + budget.presumed_usd + budget.reserved_usd
            try:
                held.append(budget.reserve(amount))
            except Stopped:
                assert before + amount > limit
        elif held:
            taken = held.pop(which % len(held))
            if act == "settle":
                budget.settle(taken, min(amount, taken.amount_usd))
            else:
                budget.settle(taken, None)
        assert budget.spent_usd + budget.presumed_usd + budget.reserved_usd <= limit
        assert budget.reserved_usd == sum((r.amount_usd for r in held), Decimal(0))


def test_the_stop_names_what_was_spent_reserved_and_allowed():
    budget = Budget(Decimal("1.00"))
    budget.settle(budget.reserve(Decimal("0.50")), Decimal("0.25"))
    budget.reserve(Decimal("0.40"))
    with pytest.raises(Stopped) as stopped:
        budget.reserve(Decimal("0.60"))
    assert all(part in str(stopped.value) for part in ("$1.00", "$0.2500 spent", "$0.4000 set aside", "$0.6000"))
    assert "--budget" in stopped.value.hint


def test_an_unknown_price_is_refused_under_a_limit_and_counted_without_one():
    with pytest.raises(Mistake) as refused:
        Budget(Decimal(1)).reserve(None)
    assert '[models."provider/model".price]' in refused.value.hint
    open_ended = Budget(None)
    open_ended.settle(open_ended.reserve(None), None)
    assert (open_ended.spent_usd, open_ended.unpriced) == (0, 1)


def test_a_call_that_cost_more_than_reserved_is_counted_and_ends_the_run():
    budget = Budget(Decimal("0.10"))
    budget.settle(budget.reserve(Decimal("0.05")), Decimal("0.20"))
    assert budget.spent_usd == Decimal("0.20")
    with pytest.raises(Stopped):
        budget.reserve(Decimal("0.01"))


def test_a_reservation_is_settled_once():
    budget = Budget(None)
    held = budget.reserve(Decimal(1))
    budget.settle(held, Decimal(0))
    with pytest.raises(ValueError, match="not open"):
        budget.settle(held, Decimal(1))


def test_free_calls_pass_a_limit_of_zero_and_bad_limits_are_named():
    Budget(Decimal(0)).reserve(Decimal(0))
    for bad in (Decimal("-1"), Decimal("NaN")):
        with pytest.raises(Mistake, match=str(bad)):
            Budget(bad)
