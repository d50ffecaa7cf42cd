"""What a cache and a batch saved, against a tariff typed by hand."""

from decimal import Decimal

from panel.money import Price, saved
from panel.records import Usage

TARIFF = {"x/m": Price(Decimal(3), Decimal("3.75"), Decimal("0.30"), Decimal(15))}  # USD a million tokens
READ = Usage(input_tokens=1000, cache_read_tokens=9000, output_tokens=100)


def test_reading_from_the_cache_saves_the_difference() -> None:
    found = saved("x/m", READ, prices=TARIFF)
    assert found.cache_usd == Decimal(9000) * (Decimal(3) - Decimal("0.30")) / 1_000_000
    assert found.batch_usd == 0
    assert found.hit_share == 0.9


def test_writing_that_nobody_reads_costs_more_than_it_saves() -> None:
    found = saved("x/m", Usage(cache_write_tokens=10_000), prices=TARIFF)
    assert found.cache_usd == Decimal(10_000) * (Decimal(3) - Decimal("3.75")) / 1_000_000


def test_a_batch_saves_half_of_what_it_would_have_cost() -> None:
    found = saved("x/m", READ, prices=TARIFF, batch=True)
    whole = TARIFF["x/m"].of(READ)
    assert found.batch_usd == whole / 2


def test_a_price_nobody_knows_saves_nothing() -> None:
    found = saved("nobody/unheard-of", READ, prices={})
    assert (found.cache_usd, found.batch_usd) == (0, 0)
