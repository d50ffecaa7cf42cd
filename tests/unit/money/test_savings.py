"""What a cache and a batch saved, against a tariff typed by hand."""

from decimal import Decimal

import pytest

from panel.money import Price, Savings, price
from panel.records import Usage

TARIFF = {"x/m": Price(Decimal(3), Decimal("3.75"), Decimal("0.30"), Decimal(15))}  # USD a million tokens
READ = Usage(input_tokens=1000, cache_read_tokens=9000, output_tokens=100)


def test_reading_from_the_cache_saves_the_difference() -> None:
    found = Savings(TARIFF).of("x/m", READ)
    assert found.cache_usd == Decimal(9000) * (Decimal(3) - Decimal("0.30")) / 1_000_000
    assert found.batch_usd == 0


def test_writing_that_nobody_reads_costs_more_than_it_saves() -> None:
    found = Savings(TARIFF).of("x/m", Usage(cache_write_tokens=10_000))
    assert found.cache_usd == Decimal(10_000) * (Decimal(3) - Decimal("3.75")) / 1_000_000


def test_a_batch_saves_half_of_what_it_would_have_cost() -> None:
    found = Savings(TARIFF).of("x/m", READ, batch=True)
    whole = TARIFF["x/m"].of(READ)
    assert found.batch_usd == whole / 2


def test_a_price_nobody_knows_saves_nothing() -> None:
    found = Savings({}).of("nobody/unheard-of", READ)
    assert (found.cache_usd, found.batch_usd) == (0, 0)


@pytest.mark.parametrize("model", ["openai/gpt-6.1-sol", "anthropic/claude-sonnet-4-5"])
def test_a_days_sum_is_not_priced_as_one_very_long_call(model: str) -> None:
    """Public lists ask more of calls beyond 200,000 tokens and the like; a thousand short calls are none."""
    day = Usage(**{name: 1000 * value for name, value in READ.model_dump().items()})
    long_call = price(model, day, prices={})
    assert long_call is not None and long_call > 1000 * (price(model, READ, prices={}) or 0), "this list has no tiers"
    one, many = Savings({}).of(model, READ, batch=True), Savings({}).of(model, day, batch=True)
    assert (many.cache_usd, many.batch_usd) == (1000 * one.cache_usd, 1000 * one.batch_usd)
    assert one.cache_usd > 0 and one.batch_usd > 0
