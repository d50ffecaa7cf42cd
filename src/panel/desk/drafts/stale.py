"""Why and which drafts should be asked about again: a few queries a hundred drafts, texts read once."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import Connection

from panel.records import Draft, DraftState, Pricing
from panel.store import OfLaunch, OfProduct, launches_of, products_of
from panel.store import draft_rows as rows

STALE_DAYS = 90  # after this a review speaks of another day than its reader's
WATCHED: tuple[DraftState, ...] = ("published", "scheduled", "approved", "open", "later")
AT_ONCE = 100
LOOKS = 3
NOT_PAGES = ("neighbours", "run_log")
MOST_KEPT = 20_000  # about 1 kB each


@dataclass(frozen=True)
class ReviewedFacts:
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


def stale_reasons(reviewed: ReviewedFacts, now: KnownNow, today: date) -> Iterator[str]:
    """One sentence a reason, the weightiest first; none for a review that still stands. today: UTC."""
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


def _price(reviewed: ReviewedFacts, now: KnownNow) -> Iterator[str]:
    had = reviewed.pricing
    known = now.pricing_class not in ("unknown", had.pricing_class)
    if known and now.looked_up and _is_later(now.looked_up, reviewed):
        yield f"Its price class was {_words(had.pricing_class)} and is {_words(now.pricing_class)}."
        return
    new = now.pricing
    changed = new and (new.plans or new.entry) and (new.plans, new.entry) != (had.plans, had.entry)
    if new and changed and _is_later(new.checked, reviewed):
        yield "Its prices changed" + (f": looked up on {new.checked}." if new.checked else ".")


def _is_later(day: date | None, reviewed: ReviewedFacts) -> bool:
    """Whether what was looked up that day is news; nobody knows the day: it came in after the review."""
    return day is None or day > (reviewed.pricing.checked or reviewed.as_of)


def _words(pricing_class: str) -> str:
    return pricing_class.replace("_", " ")


_KEPT: dict[str, ReviewedFacts] = {}  # by hash of the base


def stale_drafts(conn: Connection, today: date) -> Iterator[tuple[Draft, tuple[str, ...]]]:
    """Drafts of reviews that should be asked about again, each with its reasons, public ones first. today: UTC."""
    for some in _walk(conn, None):
        yield from _stale(conn, some, today)


def stale_page(conn: Connection, today: date, after: str) -> tuple[list[tuple[Draft, tuple[str, ...]]], str]:
    """Those of the next drafts after one, "" for the first; and the last that was looked at, "" when it is the last.

    However many drafts there are, it looks at `LOOKS` hundred of them.
    """
    found, last = list[tuple[Draft, tuple[str, ...]]](), ""
    for some in islice(_walk(conn, rows.load_draft(conn, after)), LOOKS):
        found += _stale(conn, some, today)
        last = some[-1].draft_id
    is_last = next(_walk(conn, rows.load_draft(conn, last)), None) is None
    return found, "" if is_last else last


def _walk(conn: Connection, after: Draft | None) -> Iterator[list[Draft]]:
    """Drafts of reviews, state by state and in each the newest first, beginning after one."""
    last = after
    for state in WATCHED[WATCHED.index(after.state) :] if after and after.state in WATCHED else WATCHED:
        while some := rows.list_drafts(conn, states=(state,), kind="review", most=AT_ONCE, beyond=last):
            yield some
            last = some[-1]
        last = None


def _stale(conn: Connection, drafts: Sequence[Draft], today: date) -> Iterator[tuple[Draft, tuple[str, ...]]]:
    reasons = reasons_of(conn, drafts, today)
    yield from ((draft, reasons[draft.draft_id]) for draft in drafts if reasons[draft.draft_id])


def with_reasons(conn: Connection, drafts: Sequence[Draft], today: date) -> list[Draft]:
    """The drafts, each with its reasons in its row of the queue."""
    reasons = reasons_of(conn, [draft for draft in drafts if draft.kind == "review"], today)
    told = {draft_id: why for draft_id, why in reasons.items() if why}
    shown = {d.draft_id: d.shown.model_copy(update={"stale": told[d.draft_id]}) for d in drafts if d.draft_id in told}
    return [d.model_copy(update={"shown": shown.get(d.draft_id, d.shown)}) for d in drafts]


def reasons_of(conn: Connection, drafts: Sequence[Draft], today: date) -> dict[str, tuple[str, ...]]:
    """By draft of a review: why it should be asked about again; () for no reason."""
    launches = launches_of(conn, [draft.draft_id for draft in drafts])
    known = products_of(conn, {launch.product_id for launch in launches.values()})
    return {draft.draft_id: _reasons_of(conn, draft, launches.get(draft.draft_id), known, today) for draft in drafts}


def _reasons_of(
    conn: Connection, draft: Draft, launch: OfLaunch | None, known: dict[str, OfProduct], today: date
) -> tuple[str, ...]:
    reviewed = _reviewed(conn, draft.base_hash)
    newer = _reviewed(conn, draft.offered_hash).addresses if draft.offered_hash else None
    return tuple(stale_reasons(reviewed, _known(launch, known, newer), today))


def _known(launch: OfLaunch | None, known: dict[str, OfProduct], newer: tuple[str, ...] | None) -> KnownNow:
    product = known.get(launch.product_id) if launch else None
    if launch is None or product is None:
        return KnownNow(addresses=newer)
    own = next((row for row in product.launches if row.release == launch.release), None)
    others = [row for row in product.launches if row.release != launch.release]
    facts = product.product.facts
    return KnownNow(
        releases=tuple((row.launch.release, row.first_seen.date()) for row in others),
        pricing_class=facts.pricing_class,
        looked_up=facts.checked,
        pricing=own.launch.pricing if own else None,
        addresses=newer,
    )


def _reviewed(conn: Connection, hashed: str) -> ReviewedFacts:
    """What a base was made of. It never changes, so it is read once; a whole review is not built for three fields."""
    known = _KEPT.get(hashed)
    if known is None:
        known = _KEPT[hashed] = _read(rows.base_json(conn, hashed))
        if len(_KEPT) > MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
    return known


def _read(text: str) -> ReviewedFacts:
    dossier = json.loads(text)["dossier"]
    pages = [source for source in dossier["sources"] if source["kind"] not in NOT_PAGES]
    return ReviewedFacts(
        as_of=date.fromisoformat(dossier["as_of"]),
        pricing=Pricing.model_validate(dossier["launch"]["pricing"]),
        addresses=tuple(dict.fromkeys(source["url"] for source in pages if source["url"])),
    )
