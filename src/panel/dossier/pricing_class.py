"""What kind of price a page has, by a written rule from its plans and a few of its words (docs/rules.md)."""

import re
from collections.abc import Sequence

from panel.dossier.licences import is_open
from panel.money.tariffs import Tariff, read_tariff
from panel.money.units import PERIODS, SEAT
from panel.records import PricingClass

TRIAL = re.compile(
    r"\bfree trial\b|\btry (?:it |\w+ )?(?:for )?free (?:for )?\d+ days|\b\d+[- ]day (?:free )?trial\b|"
    r"\btrial period\b|\bkostenlos testen\b|\bTage (?:kostenlos|testen)|\bessai gratuit\b",
    re.IGNORECASE,
)
ANY_TRIAL = re.compile(
    r"(?<!no )(?<!without a )(?<!no free )\b(?:trial|probezeit|testphase|période d.essai|prueba gratuita)\b",
    re.IGNORECASE,
)
FREE = re.compile(
    r"\b(?:is|are) (?:completely |entirely |totally )?free\b(?! (?:trial|software|of\b(?! charge)))|"
    r"\bfree (?:of charge|to use|forever|for everyone|for all)\b|\bcosts? nothing\b|"
    r"\bno paid version\b|\bist (?:völlig )?(?:kostenlos|kostenfrei)\b|\best (?:entièrement )?gratuite?\b",
    re.IGNORECASE,
)
OPEN = re.compile(r"\bopen[- ]source\b|\bfree software\b|\bquelloffen\b|\blogiciel libre\b", re.IGNORECASE)
CONTACT = re.compile(
    r"\b(?:contact|talk to) (?:our )?sales\b|\brequest a quote\b|\bfor a quote\b|\bbook a demo\b|"
    r"\bangebot anfordern\b|\bdemander un devis\b",
    re.IGNORECASE,
)


def pricing_class(prices: Sequence[str], text: str, licences: Sequence[str]) -> PricingClass:
    """The class, from plans' prices, the page's text and the licences it states; "unknown" when nothing tells.

    A free plan beside one that costs: freemium. Only free plans: open source with an open licence, else free. No free
    plan: trial with words of a trial, else paid when any price is per seat, month, year or once, else usage. Only
    prices on request: contact. No plan at all: what licence, then words, say.
    """
    tariffs = [read_tariff(price) for price in prices]
    kinds = {tariff.kind for tariff in tariffs} - {"unread"}
    open_licence = bool(licences) and all(is_open(licence) for licence in licences)
    if not kinds:
        return _by_words(text, open_licence=open_licence, licensed=bool(licences))
    if "free" in kinds:
        return "freemium" if len(kinds) > 1 else "open_source" if open_licence else "free"
    if "rates" not in kinds:
        return "contact"
    if TRIAL.search(text) or ANY_TRIAL.search(text):
        return "trial"
    return "paid" if any(_is_flat(tariff) for tariff in tariffs) else "usage"


def _by_words(text: str, *, open_licence: bool, licensed: bool) -> PricingClass:
    if open_licence:
        return "open_source"
    if FREE.search(text):
        return "free"
    if TRIAL.search(text):
        return "trial"
    return "contact" if CONTACT.search(text) and not licensed else "unknown"


def _is_flat(tariff: Tariff) -> bool:
    """Whether a seat, a month, a year or the thing itself is paid, and not what is used."""
    flat = {*PERIODS, SEAT}
    return any(all(q.unit in flat for q in rate.per) for rate in tariff.rates)
