"""Both prices in plain words. A price that nobody read is said to be ours to have missed, never "unknown"."""

from panel.records import Dossier, PricingRead, plain_day

CLASSES = {
    "free": "free", "open_source": "open source, no licence fee", "freemium": "a free tier, then paid",
    "trial": "a free trial, then paid", "paid": "paid from the start", "usage": "paid by use",
    "contact": "price on request",
}  # fmt: skip


def read_price(dossier: Dossier) -> str:
    """One tool's price: its class, what the first useful result costs, and when it was looked up."""
    pricing = dossier.launch.pricing
    if dossier.why_no_price:
        return dossier.why_no_price
    checked = f"checked {plain_day(pricing.checked)}" if pricing.checked else "not checked"
    entry = f"entry: {pricing.entry.strip().rstrip('.')}" if pricing.entry.strip() else ""
    return "; ".join(part for part in (CLASSES[pricing.pricing_class], entry, checked) if part)


def read_pricing(a: Dossier, b: Dossier) -> PricingRead:
    """Both prices and the difference in one sentence, all by code."""
    return PricingRead(a=read_price(a), b=read_price(b), differs=_difference(a, b))


def _difference(a: Dossier, b: Dossier) -> str:
    without = [dossier.launch.name for dossier in (a, b) if dossier.why_no_price]
    if without:
        whose = without[0] if len(without) == 1 else "either"
        return f"We have read no price of {whose}, so the two can't be compared."
    one, other = (CLASSES[dossier.launch.pricing.pricing_class] for dossier in (a, b))
    return f"Both are of one kind: {one}." if one == other else f"{a.launch.name}: {one}. {b.launch.name}: {other}."
