"""Which drafts should be asked about again, over the whole desk: a few queries a hundred drafts, texts read once."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from sqlalchemy import Connection

from panel.desk.stale import KnownNow, Reviewed, stale_reasons
from panel.records import Pricing
from panel.records.desk import Draft, DraftState
from panel.store import draft_rows as rows
from panel.store.desk.launch_drafts import OfLaunch, OfProduct, launches_of, products_of

WATCHED: tuple[DraftState, ...] = ("published", "scheduled", "approved", "open", "later")
AT_ONCE = 100
LOOKS = 3
NOT_PAGES = ("neighbours", "run_log")
MOST_KEPT = 20_000  # about 1 kB each
_KEPT: dict[str, Reviewed] = {}  # by hash of the base


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
    return [
        draft.model_copy(update={"shown": draft.shown.model_copy(update={"stale": told[draft.draft_id]})})
        if draft.draft_id in told
        else draft
        for draft in drafts
    ]


def reasons_of(conn: Connection, drafts: Sequence[Draft], today: date) -> dict[str, tuple[str, ...]]:
    """By draft of a review: why it should be asked about again; () for no reason."""
    launches = launches_of(conn, [draft.draft_id for draft in drafts])
    known = products_of(conn, {launch.product_id for launch in launches.values()})
    return {draft.draft_id: _reasons(conn, draft, launches.get(draft.draft_id), known, today) for draft in drafts}


def _reasons(
    conn: Connection, draft: Draft, launch: OfLaunch | None, known: dict[str, OfProduct], today: date
) -> tuple[str, ...]:
    reviewed = _reviewed(conn, draft.base_hash)
    newer = _reviewed(conn, draft.offered_hash).addresses if draft.offered_hash else None
    return stale_reasons(reviewed, _known(launch, known, newer), today)


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


def _reviewed(conn: Connection, hashed: str) -> Reviewed:
    """What a base was made of. It never changes, so it is read once; a whole review is not built for three fields."""
    known = _KEPT.get(hashed)
    if known is None:
        known = _KEPT[hashed] = _read(rows.base_json(conn, hashed))
        if len(_KEPT) > MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
    return known


def _read(text: str) -> Reviewed:
    dossier = json.loads(text)["dossier"]
    pages = [source for source in dossier["sources"] if source["kind"] not in NOT_PAGES]
    return Reviewed(
        as_of=date.fromisoformat(dossier["as_of"]),
        pricing=Pricing.model_validate(dossier["launch"]["pricing"]),
        addresses=tuple(dict.fromkeys(source["url"] for source in pages if source["url"])),
    )
