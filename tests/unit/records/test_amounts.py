import itertools
import re
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.records.amounts import (
    Quantity,
    Rate,
    Tariff,
    money_in,
    number_of,
    plain_number,
    rate_at,
    read_tariff,
    tariff_words,
    units_in,
)
from panel.records.units import CODES, PERIODS, SEAT

UNITS = st.sampled_from(["seat", "month", "year", "token", "input token", "call", "GB", "GPU hour", "minute", "image"])
COUNTS = st.sampled_from([Decimal(1), Decimal(10), Decimal(1_000), Decimal(1_000_000), Decimal(2_500_000)])


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("$12 / seat / month", "12 USD per seat and month"),
        ("$12 per user, per month, billed annually", "12 USD per seat and month, billed yearly"),
        ("$15 per team member / month", "15 USD per seat and month"),
        ("12 € HT / mois / utilisateur", "12 EUR per seat and month"),
        ("14,50 € pro Nutzer und Monat", "14.50 EUR per seat and month"),
        ("8 € por usuario al mes", "8 EUR per seat and month"),
        ("1.190 € pro Jahr", "1,190 EUR per year"),
        ("CHF 49.– / Monat", "49 CHF per month"),
        ("from €6 a month", "from 6 EUR per month"),
        ("$0.30 per 1M tokens", "0.30 USD per 1M tokens"),
        ("$0.50 per 1,000 requests", "0.50 USD per 1,000 requests"),
        ("$3 / 1M input tokens + $12 / 1M output tokens", "3 USD per 1M input tokens plus 12 USD per 1M output tokens"),
        ("first 100 GB free, then $0.05 per GB", "0.05 USD per GB, first 100 GB free"),
        ("$25/qtr", "25 USD per quarter"),
        ("49 € vierteljährlich", "49 EUR per quarter"),
        ("$49 once", "49 USD once"),
        ("0.5¢ per page", "0.005 USD per page"),
        ("$2k / month", "2,000 USD per month"),
        ("$12 monthly or $120 yearly", "12 USD per month"),
        ("free up to 3 seats", "free up to 3 seats"),
        ("kostenlos bis zu 3.000 Anfragen", "free up to 3,000 requests"),
        ("$0", "free"),
        ("Gratuit", "free"),
        ("Auf Anfrage", "contact sales"),
        ("Let’s talk", "contact sales"),
    ],
)
def test_a_price_as_pages_word_it_is_written_in_one_way(said: str, read: str) -> None:
    assert tariff_words(read_tariff(said)) == read


@pytest.mark.parametrize("said", ["", "14-day free trial", "saves 40 %", "$4M raised", "$3.1M", "12", "version 2.1"])
def test_what_is_no_price_is_not_read_as_one(said: str) -> None:
    assert read_tariff(said).kind == "unread"


@pytest.mark.parametrize(
    ("said", "currency", "value"),
    [
        ("1,299.00", "USD", "1299.00"), ("1.299,00", "EUR", "1299.00"), ("1.299", "EUR", "1299"), ("1.299", "USD", "1.299"),
        ("1,299", "USD", "1299"), ("0,002", "EUR", "0.002"), ("0.002", "EUR", "0.002"), ("12,50", "EUR", "12.50"),
        ("1 299", "EUR", "1299"), ("1'299.50", "CHF", "1299.50"), ("1.299.000", "EUR", "1299000"),
    ],
)  # fmt: skip
def test_numbers_are_read_by_the_marks_they_hold(said: str, currency: str, value: str) -> None:
    assert number_of(said, currency=currency) == Decimal(value)


@given(st.text(max_size=600))
def test_any_text_is_read_and_its_words_read_back_the_same(text: str) -> None:
    """Any text is read without an error, and its words read back the same."""
    words = tariff_words(read_tariff(text))
    assert tariff_words(read_tariff(words)) == words


PRICES = st.decimals(min_value="0.0001", max_value=99_999, places=4)
QUANTITIES = st.builds(Quantity, COUNTS, UNITS)
RATES = st.builds(Rate, PRICES, st.sampled_from(sorted(CODES)), st.lists(QUANTITIES, max_size=2, unique_by=lambda q: q.unit in PERIODS or q.unit).map(
    lambda per: tuple(sorted(per, key=lambda q: (q.unit in PERIODS, q.unit != SEAT)))))  # fmt: skip
TARIFFS = st.builds(
    Tariff, st.just("rates"), st.lists(RATES, min_size=1, max_size=2).map(tuple), st.booleans(), st.booleans(),
    limits=st.lists(st.builds(Quantity, COUNTS, st.sampled_from(["seat", "project"])), max_size=1).map(tuple),
    allowances=st.lists(st.builds(Quantity, COUNTS, st.just("call")), max_size=1).map(tuple),
    shares=st.lists(st.sampled_from([Decimal("2.9"), Decimal(3)]), max_size=1).map(tuple),
)  # fmt: skip


@given(TARIFFS)
def test_every_tariff_is_read_back_from_its_words(tariff: Tariff) -> None:
    assert read_tariff(tariff_words(tariff)) == tariff


@given(st.text("0129.,'’  $€£¥₹kr元円月/-–+%from per seat", max_size=60), st.sampled_from(["", "zh", "de", "es-MX"]))
def test_money_stands_where_it_is_said_to_and_never_overlaps(text: str, language: str) -> None:
    found = list(money_in(text, language))
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
    assert all(m.amount >= 0 and m.currency and re.search(r"\d", text[m.start : m.end]) for m in found)


@pytest.mark.parametrize("piece", ["111 ", "$1 ", "1,1", "¥1/月", "from $1–$2 + ", "billed ", "年額1", "AAA 1 per "])
def test_amounts_of_a_long_run_take_time_that_grows_with_it(piece: str) -> None:
    begun = time.process_time()
    for money in money_in(piece * 20_000):
        rate_at(money, piece)
    read_tariff(piece * 200)
    assert time.process_time() - begun < 10  # measured: 0.1 to 1.1 s


def test_a_heading_says_what_its_prices_are_for() -> None:
    assert units_in("Price per seat / month") == (Quantity(Decimal(1), "seat"), Quantity(Decimal(1), "month"))
    assert units_in("Input (per 1M tokens)") == (Quantity(Decimal(1_000_000), "token"),)
    assert units_in("Monthly") == (Quantity(Decimal(1), "month"),)
    assert units_in("Context") == ()


def test_amounts_are_shown_with_no_cents_or_at_least_two() -> None:
    shown = [plain_number(Decimal(value)) for value in ("12.00", "12.5", "0.0004", "1200", "1E+3")]
    assert shown == ["12", "12.50", "0.0004", "1,200", "1,000"]
