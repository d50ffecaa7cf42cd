from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossier.plans.scenarios import Scenario, cost_of, scenario_words
from panel.records import Plan

TEAM = Scenario(
    "team", seats=10, months=12, usage={"input tokens": 200_000_000, "output tokens": 40_000_000, "calls": 3_000}
)


def cost(price: str, scenario: Scenario = TEAM) -> tuple[Decimal | None, str, str]:
    (found,) = cost_of(scenario, [Plan(name="Plan", price=price)])
    return found.amount, found.currency, found.how


@pytest.mark.parametrize(
    ("price", "amount", "how"),
    [
        ("12 USD per seat and month", "1440", "10 seats x 12 USD x 12 months = 1,440 USD"),
        ("25 USD per quarter", "100", "25 USD x 4 quarters = 100 USD"),
        ("120 EUR per year", "120", "120 EUR x 1 year = 120 EUR"),
        ("49 USD per month, up to 10 seats", "588", "49 USD x 12 months = 588 USD"),
        ("49 USD once", "49", "49 USD once = 49 USD"),
        ("$0.30 per 1M tokens", "864", "0.30 USD x 240,000,000 tokens / 1,000,000 x 12 months = 864 USD"),
        ("0.01 USD per call, first 1,000 calls free", "240", "0.01 USD x (3,000 calls - 1,000 free) x 12 months = 240 USD"),
        ("from 20 USD per month plus 0.10 USD per call", "3840",
         "20 USD x 12 months + 0.10 USD x 3,000 calls x 12 months = at least 3,840 USD"),
        ("99 USD per 5 seats and month", "2376", "2 packs of 5 seats x 99 USD x 12 months = 2,376 USD"),
    ],
)  # fmt: skip
def test_a_cost_is_the_product_its_words_show(price: str, amount: str, how: str) -> None:
    assert cost(price) == (Decimal(amount), how.rpartition(" ")[2], how)


@pytest.mark.parametrize(
    ("price", "why"),
    [
        ("contact sales", "The price is given on request only."),
        ("free up to 3 seats", "The plan ends at 3 seats; the scenario has 10 seats."),
        ("5 USD per GB", "The price is per GB, and the scenario says nothing of GB."),
        ("12 USD per seat", "12 USD per seat: whether per month, per year or once is not stated."),
        ("12 USD", "12 USD for what, and how often, is not stated."),
        ("12 USD per month plus 3 EUR per seat and month", "The price mixes EUR and USD."),
        ("ask around", "We could not read a price from 'ask around'."),
        ("49 kr per month", "We could not read a price from '49 kr per month'."),
        (
            "10 USD per month plus 2.9%",
            "The price takes 2.90% of what is paid, and the scenario says nothing of payments.",
        ),
        ("", "We read no price of it."),
    ],
)
def test_what_cannot_be_computed_is_none_with_one_sentence(price: str, why: str) -> None:
    assert cost(price) == (None, "", why)


def test_a_free_plan_costs_nothing_within_its_limit() -> None:
    assert cost("free up to 10 seats")[0] == 0


@pytest.mark.parametrize("person", ["author", "developer", "member", "editor", "reviewer", "committer", "Nutzer"])
def test_a_unit_that_names_a_person_is_a_seat(person: str) -> None:
    assert cost(f"14 dollars per {person} and month")[2] == "10 seats x 14 USD x 12 months = 1,680 USD"


@pytest.mark.parametrize("unit", ["widget", "kiosk", "flow"])
@pytest.mark.parametrize("price", ["14 USD per {unit} and month", "$14/{unit}/mo", "14 USD per 100 {unit}s"])
def test_a_unit_of_the_lists_own_is_named_not_called_unstated(unit: str, price: str) -> None:
    why = f"The price is per {unit}, and the scenario says nothing of {unit}s."
    assert cost(price.format(unit=unit)) == (None, "", why)


def test_a_free_plan_says_for_what_it_is_free() -> None:
    def free(includes: str) -> tuple[Decimal | None, str]:
        (found,) = cost_of(TEAM, [Plan(name="Open", price="0 dollars", includes=includes)])
        return found.amount, found.how

    assert free("") == (0, "free")
    told = "free for what the plan includes: public repositories, up to 200 reviews a month"
    assert free("public repositories, up to 200 reviews a month") == (0, told)
    assert free("private projects, up to 3 users") == (None, "The plan ends at 3 seats; the scenario has 10 seats.")


@pytest.mark.parametrize(
    ("price", "includes", "reviews", "how"),
    [
        ("14 dollars per author and month", "200 reviews per author, each further review 0.12 dollars", 3_000,
         "10 seats x 14 USD x 12 months + 0.12 USD x (3,000 reviews - 2,000 included) x 12 months = 3,120 USD"),
        ("14 USD per seat and month", "200 reviews per author", 1_500, "10 seats x 14 USD x 12 months = 1,680 USD"),
        ("99 USD per month", "1,000 reviews a month, then $5 per 100 reviews", 1_500,
         "99 USD x 12 months + 5 USD x (1,500 reviews - 1,000 included) / 100 x 12 months = 1,488 USD"),
        ("0 dollars", "public repositories, 200 reviews a month", 150,
         "free for what the plan includes: public repositories, 200 reviews a month"),
        ("0 dollars", "public repositories, 200 reviews a month", 900,
         "The plan ends at 200 reviews a month; the scenario has 900 reviews."),
        ("0 dollars", "200 reviews a month, then 0.10 USD per review", 300,
         "0.10 USD x (300 reviews - 200 included) x 12 months = 120 USD"),
    ],
)  # fmt: skip
def test_what_is_used_beyond_the_plan_is_paid_or_ends_it(price: str, includes: str, reviews: int, how: str) -> None:
    scenario = Scenario("team", seats=10, months=12, usage={"reviews": reviews})
    (found,) = cost_of(scenario, [Plan(name="Plan", price=price, includes=includes)])
    assert found.how == how


@pytest.mark.parametrize(("price", "paid"), [("120 USD per year", 240), ("10 USD per month, billed yearly", 240), ("10 USD per month", 130)])  # fmt: skip
def test_years_are_paid_whole_and_months_as_used(price: str, paid: int) -> None:
    assert cost(price, Scenario("over a year", seats=1, months=13))[0] == paid


def test_a_price_per_input_token_is_not_guessed_from_tokens_of_no_kind() -> None:
    assert cost("1 USD per 1M input tokens", Scenario("s", 1, 1, {"tokens": 5_000_000}))[0] is None


def test_a_scenario_reads_as_a_sentence() -> None:
    assert scenario_words(Scenario("s", 1, 12, {"GPU hours": 20})) == "1 seat, 12 months, 20 GPU hours a month"


@given(st.text(max_size=120), st.integers(0, 10_000), st.integers(0, 120))
def test_any_price_text_gives_a_cost_or_a_sentence(price: str, seats: int, months: int) -> None:
    (found,) = cost_of(Scenario("s", seats, months), [Plan(name="p", price=price)])
    assert found.how and (found.amount is None or found.amount >= 0)


@given(st.integers(1, 500), st.integers(1, 60))
def test_twice_the_seats_cost_twice_as_much(seats: int, months: int) -> None:
    one, two = (cost("7.35 USD per seat and month", Scenario("s", n, months))[0] for n in (seats, 2 * seats))
    assert one is not None and two == 2 * one
