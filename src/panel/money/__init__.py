"""Estimates, reservations and costs, in Decimal USD. Pure, but for the price list, read at the first hosted price."""

from panel.money.budget import PRICE_LINE, Budget, Reservation
from panel.money.estimates import Estimate, PlannedCall, estimate, tokens_of
from panel.money.prices import Price, is_billed, price, worst_case
from panel.money.savings import Saved, Savings

__all__ = [
    "PRICE_LINE", "Budget", "Estimate", "PlannedCall", "Price", "Reservation", "Saved", "Savings",
    "estimate", "is_billed", "price",
    "tokens_of", "worst_case",
]  # fmt: skip
