"""Which of a day's launches are reviewed, decided before money is spent; each of the others with its reason. Pure.

The order of the questions: was it seen before (same product and release, reviewed and unchanged), is there an address,
then category, language and age. What passes goes by this order: pins as listed, number of places it was seen, newest,
the order it came in. The first `max_reviews` are ready; a pin passes the filters but counts among them.
"""

import bisect
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from panel.batch.intake.source_spec import Shortlist
from panel.dossier import tidy_address
from panel.records import Announcement, BatchRow, letters_and_digits

NO_ADDRESS = "it names no address to read and brings no text of its own"
Rank = tuple[int, int, int, int]


class ReviewedBefore(NamedTuple):
    """What the archive has of a product and release."""

    run_id: str  # of the last review
    on: date  # its day
    is_changed: bool = False  # since then
    what: str = ""  # changed, in a few words


KnownOf = Callable[[Announcement], ReviewedBefore | None]  # None: never reviewed


def choose(
    rows: Iterable[BatchRow], rules: Shortlist, *, as_of: date, known: KnownOf = lambda said: None
) -> Iterator[BatchRow]:
    """Every new row, `ready` or `skipped` with its reason; rows in other states are passed over.

    Rows come out as they are decided, not in their order. At most `max_reviews` are held; with 0 (all), none.
    A row that is reviewed again because it changed says so in its reason.
    """
    pins = _Pins(rules.pins)
    shortlist: list[tuple[Rank, BatchRow]] = []
    beyond = f"beyond today's max_reviews of {rules.max_reviews}"
    for row in (row for row in rows if row.state == "new"):
        pin = pins.place(row.said)
        before = known(row.said)
        if why := _why_not(row.said, rules, before, is_pinned=pin < len(rules.pins), as_of=as_of):
            yield _with(row, "skipped", why)
            continue
        kept = _with(row, "ready", _again(before))
        if not rules.max_reviews:
            yield kept
            continue
        bisect.insort(shortlist, (_rank(row, pin), kept), key=lambda ranked: ranked[0])
        if len(shortlist) > rules.max_reviews:
            yield _with(shortlist.pop()[1], "skipped", beyond)
    yield from (row for _, row in shortlist)


class _Pins:
    """Names, hosts and addresses that go first, by their place in the list."""

    def __init__(self, pins: tuple[str, ...]) -> None:
        self._none = len(pins)
        self._places: dict[str, int] = {}
        for place, pin in enumerate(pins):
            for key in (f"name:{letters_and_digits(pin)}", f"at:{_plain(pin)}"):
                self._places.setdefault(key, place)

    def place(self, said: Announcement) -> int:
        """The pin's place, or how many pins there are for a row that is not pinned."""
        addresses = [address for address in (said.homepage, said.listing) if address]
        keys = [f"name:{letters_and_digits(said.name)}", *(f"at:{_plain(address)}" for address in addresses)]
        if said.homepage:  # a listing's host says nothing of the product
            keys.append(f"at:{_plain(urlsplit(said.homepage).hostname or '')}")
        return min((self._places[key] for key in keys if key in self._places), default=self._none)


def _why_not(
    said: Announcement, rules: Shortlist, before: ReviewedBefore | None, *, is_pinned: bool, as_of: date
) -> str:
    """The reason to skip a row, "" for none."""
    if before and not before.is_changed:
        return f"reviewed on {before.on} (run {before.run_id})"
    if not (said.homepage or said.listing or said.launch_file or said.sources):
        return NO_ADDRESS
    if is_pinned:
        return ""
    if rules.categories and said.category and said.category not in rules.categories:
        return f"its category {said.category} is not asked for"
    if rules.languages and said.language and _tongue(said.language) not in map(_tongue, rules.languages):
        return f"its language {said.language} is not asked for"
    age = (as_of - said.launched_at).days if said.launched_at else 0
    if rules.max_age_days and age > rules.max_age_days:
        return f"launched {age} days before {as_of}, more than {rules.max_age_days}"
    return ""


def _again(before: ReviewedBefore | None) -> str:
    if before is None:
        return ""
    return f"changed since the review of {before.on} (run {before.run_id})" + (
        f": {before.what}" if before.what else ""
    )


def _rank(row: BatchRow, pin: int) -> Rank:
    newest = row.said.launched_at.toordinal() if row.said.launched_at else 0
    places = len({seen.where for seen in row.said.seen_at})
    return pin, -places, -newest, row.row


def _tongue(language: str) -> str:
    return language.partition("-")[0].lower()


def _plain(address: str) -> str:
    """An address or host in one spelling; any other text folds to itself."""
    try:
        tidy = tidy_address(address)
    except ValueError:
        return address.casefold()
    return tidy.partition("://")[2].removeprefix("www.").rstrip("/")


def _with(row: BatchRow, state: str, reason: str) -> BatchRow:
    return row.model_copy(update={"state": state, "reason": reason})
