"""Why a review should be made again: something is known now that was not when it was asked. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from panel.records import Pricing

STALE_DAYS = 90  # after this a review speaks of another day than its reader's


@dataclass(frozen=True)
class Reviewed:
    """What a review was made of."""

    as_of: date
    pricing: Pricing
    addresses: tuple[str, ...] = ()  # of its sources


@dataclass(frozen=True)
class KnownNow:
    """What the archive has today of the same product."""

    releases: Sequence[tuple[str, date]] = ()  # others, with the day each was first met (UTC)
    pricing_class: str = "unknown"  # of the product
    looked_up: date | None = None  # the day of that
    pricing: Pricing | None = None  # of the launch itself, as it was last announced
    addresses: tuple[str, ...] | None = None  # of a newer dossier of the launch; None: there is none


def stale_reasons(reviewed: Reviewed, now: KnownNow, today: date) -> tuple[str, ...]:
    """One sentence a reason, the weightiest first; () for a review that still stands for what is known. today: UTC."""
    return tuple(_reasons(reviewed, now, today))


def _reasons(reviewed: Reviewed, now: KnownNow, today: date) -> Iterator[str]:
    newer = sorted((day, release) for release, day in now.releases if day > reviewed.as_of)
    if newer:
        day, release = newer[-1]
        yield f"Release {release} came in on {day}." if release else f"A newer launch came in on {day}."
    yield from _price(reviewed, now)
    if now.addresses is not None:
        gone = [address for address in reviewed.addresses if address not in now.addresses]
        if gone:
            more = f", and {len(gone) - 1} more" if len(gone) > 1 else ""
            yield f"A page it was made of is gone: {gone[0]}{more}."
    age = (today - reviewed.as_of).days
    if age >= STALE_DAYS:
        yield f"It speaks of {reviewed.as_of}, {age} days ago."


def _price(reviewed: Reviewed, now: KnownNow) -> Iterator[str]:
    had = reviewed.pricing
    known = now.pricing_class not in ("unknown", had.pricing_class)
    if known and now.looked_up and _is_later(now.looked_up, reviewed):
        yield f"Its price class was {_words(had.pricing_class)} and is {_words(now.pricing_class)}."
        return
    new = now.pricing
    changed = new and (new.plans or new.entry) and (new.plans, new.entry) != (had.plans, had.entry)
    if new and changed and _is_later(new.checked, reviewed):
        yield "Its prices changed" + (f": looked up on {new.checked}." if new.checked else ".")


def _is_later(day: date | None, reviewed: Reviewed) -> bool:
    """Whether what was looked up that day is news; nobody knows the day: it came in after the review."""
    return day is None or day > (reviewed.pricing.checked or reviewed.as_of)


def _words(pricing_class: str) -> str:
    return pricing_class.replace("_", " ")
