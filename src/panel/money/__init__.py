"""Estimates, reservations and costs, in Decimal USD. Pure, but for the price list, read at the first hosted price."""

from panel.money.budget import PRICE_LINE, Budget, Reservation
from panel.money.estimates import Estimate, PlannedCall, estimate, tokens_of
from panel.money.prices import Price, is_billed, price, worst_case
from panel.money.savings import Saved, Savings
from panel.money.scenario_file import Scenarios, load_scenarios
from panel.money.scenarios import Scenario, cost_of, costs_of, scenario_words

__all__ = [
    "PRICE_LINE", "Budget", "Estimate", "PlannedCall", "Price", "Reservation", "Saved", "Savings", "Scenario",
    "Scenarios", "cost_of", "costs_of", "estimate", "is_billed", "load_scenarios", "price",
    "scenario_words", "tokens_of", "worst_case",
]  # fmt: skip
