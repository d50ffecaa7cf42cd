"""What kind of price a page has, by the written rule of docs/rules.md, from its plans and its licences alone."""

from collections.abc import Sequence

from panel.dossier.facts.licences import is_open
from panel.records import PERIODS, SEAT, PricingClass, Tariff, read_tariff


def pricing_class(prices: Sequence[str], licences: Sequence[str], *, is_all_read: bool = True) -> PricingClass:
    """The class of plans with these prices; "unknown" when nothing tells.

    is_all_read: whether the page shows no price that could not be read; with one, only "freemium" and "paid" are sure.
    """
    tariffs = [tariff for price in prices if (tariff := read_tariff(price)).kind != "unread"]
    kinds = {tariff.kind for tariff in tariffs}
    open_licence = bool(licences) and all(is_open(licence) for licence in licences)
    if "free" in kinds and len(kinds) > 1:
        return "freemium"
    are_flat = [_is_flat(tariff) for tariff in tariffs if tariff.kind == "rates"]
    is_added = not all(are_flat[:1]) and 2 * sum(are_flat) < len(are_flat)  # a monthly extra after prices for use
    if any(are_flat) and not is_added:
        return "paid"
    if not is_all_read:
        return "unknown"
    if "rates" in kinds:
        return "usage"
    if kinds == {"contact"}:
        return "contact"
    return "open_source" if open_licence else "free" if kinds else "unknown"


def _is_flat(tariff: Tariff) -> bool:
    """Whether a seat, a month, a year or the thing itself is paid, and not what is used."""
    flat = {*PERIODS, SEAT}
    return not tariff.shares and any(all(q.unit in flat for q in rate.per) for rate in tariff.rates)
