"""Both prices in plain words, from the launch files. Unknown stays unknown."""

from datetime import date

from panel.records import Launch, PricingRead

CLASSES = {
    "free": "free", "open_source": "open source, no licence fee", "freemium": "a free tier, then paid",
    "trial": "a free trial, then paid", "paid": "paid from the start", "usage": "paid by use",
    "contact": "price on request",
}  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain_date(day: date) -> str:
    """A day as pages write it, in no machine's language: "23 Nov 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def read_price(launch: Launch) -> str:
    """One tool's price: its class, what the first useful result costs, and when it was looked up."""
    pricing = launch.pricing
    checked = f"checked {plain_date(pricing.checked)}" if pricing.checked else ""
    if pricing.pricing_class == "unknown":
        return f"unknown; looked for and not found, {checked}" if checked else "unknown, nobody has looked it up"
    entry = f"entry: {pricing.entry.strip().rstrip('.')}" if pricing.entry.strip() else ""
    return "; ".join(part for part in (CLASSES[pricing.pricing_class], entry, checked or "not checked") if part)


def read_pricing(a: Launch, b: Launch) -> PricingRead:
    """Both prices and the difference in one sentence, all by code."""
    return PricingRead(a=read_price(a), b=read_price(b), differs=_difference(a, b))


def _difference(a: Launch, b: Launch) -> str:
    one, other = a.pricing.pricing_class, b.pricing.pricing_class
    unknown = [launch.name for launch in (a, b) if launch.pricing.pricing_class == "unknown"]
    if len(unknown) == 2:
        return "Neither price is known, so they can't be compared."
    if unknown:
        return f"The price of {unknown[0]} is unknown, so the two can't be compared."
    if one == other:
        return f"Both are of one kind: {CLASSES[one]}."
    return f"{a.name}: {CLASSES[one]}. {b.name}: {CLASSES[other]}."
