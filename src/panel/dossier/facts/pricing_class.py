"""What kind of price a page has, by a written rule from its plans and a few of its words (docs/rules.md)."""

import re
from collections.abc import Sequence

from panel.dossier.facts.licences import is_open
from panel.records import PERIODS, SEAT, PricingClass, Tariff, money_in, plain_text, read_tariff

MOST_LINE = 1_000
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
CONTACT = re.compile(
    r"\b(?:contact|talk to) (?:our )?sales\b|\brequest a quote\b|\bfor a quote\b|\bbook a demo\b|"
    r"\bangebot anfordern\b|\bdemander un devis\b",
    re.IGNORECASE,
)


def shows_unread_amount(text: str, language: str = "") -> bool:
    """Whether a text names money of unknown currency: "49 kr/month" on an English page, "BWP 20 per month"."""
    lines = (plain_text(line[:MOST_LINE]) for line in text.splitlines())
    return any(money.amount and not money.is_read for line in lines for money in money_in(line, language))


def pricing_class(prices: Sequence[str], text: str, licences: Sequence[str]) -> PricingClass:
    """The class, from plans' prices, the page's text and the licences it states; "unknown" when nothing tells.

    A free plan beside one that costs: freemium. Only free plans: open source with an open licence, else free. No free
    plan: trial with words of a trial, else paid when any price is per seat, month, year or once, else usage. Only
    prices on request: contact. No plan at all: what licence, then words, say. Never free beside an amount that can't
    be read.
    """
    tariffs = [read_tariff(price) for price in prices]
    kinds = {tariff.kind for tariff in tariffs} - {"unread"}
    open_licence = bool(licences) and all(is_open(licence) for licence in licences)
    if not kinds:
        return _by_words(text, open_licence=open_licence, licensed=bool(licences))
    if "free" in kinds and len(kinds) > 1:
        return "freemium"
    if "free" in kinds:
        return "unknown" if shows_unread_amount(text) else "open_source" if open_licence else "free"
    if "rates" not in kinds:
        return "contact"
    if TRIAL.search(text) or ANY_TRIAL.search(text):
        return "trial"
    return "paid" if any(_is_flat(tariff) for tariff in tariffs) else "usage"


def _by_words(text: str, *, open_licence: bool, licensed: bool) -> PricingClass:
    if open_licence:
        return "open_source"
    if FREE.search(text):
        return "unknown" if shows_unread_amount(text) else "free"
    if TRIAL.search(text):
        return "trial"
    return "contact" if CONTACT.search(text) and not licensed else "unknown"


def _is_flat(tariff: Tariff) -> bool:
    """Whether a seat, a month, a year or the thing itself is paid, and not what is used."""
    flat = {*PERIODS, SEAT}
    return any(all(q.unit in flat for q in rate.per) for rate in tariff.rates)
