"""One launch seen in three feeds is one launch with three sightings. Pure.

The first row stays; a later one of the same product and release is skipped as "same launch as row N". What the first
lacks (address, release, tagline, category, language, day, a launch file) it gets from the later ones, the earliest
first. Products are told apart by `dossier/identity/same_product.py`. Releases are folded (`v2.1.0` is `2.1`), and a
number that ends a name is one; a row that states no release is taken for the one that is there.

What may be one and is not surely so stays two: the later row names the earlier (`may_be`), and a person joins them.

Limits. A row is compared with at most MOST_COMPARED earlier ones under each of its keys, the earliest: a thousand
products of one name cost no more than that. Repositories a launch file names in its sources are not looked at. Which of
two releases a row without one belongs to is decided by which came first.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from panel.dossier import named_release, product_key, same_product
from panel.records import Announcement, BatchRow, Launch, LaunchSource, Seen

MOST_COMPARED = 30
MOST_SIGHTINGS = 50
FILLED = (
    "release", "tagline", "homepage", "listing", "category", "language", "launched_at", "launch_file", "embargo_until",
    "confidential", "sources",
)  # fmt: skip
BEFORE_NUMBER = re.compile(r"^(?:v|ver|version|release)[.\s]*(?=\d)")
ZEROS = re.compile(r"(?:\.0+)+$")


class Held(NamedTuple):
    """What is kept of a row that others may be the same as."""

    row: int
    name: str
    release: str  # folded
    is_numbered: bool  # the release was read off the name
    homepage: str
    listing: str
    text: int  # the hash of its own text or its launch file, 0 for none


class Joining:
    """Rows met so far. `add` each in order, then put what `further` gives on the rows it names.

    Memory: about 0.7 kB for each launch, and the whole announcement only of those seen more than once. Keys are kept as
    their hashes: two that fall together cost a comparison, nothing else.
    """

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}
        self._by_key: dict[int, int | list[int]] = {}  # a key's hash -> row, or rows
        self._further: dict[int, Announcement] = {}

    def add(self, row: int, said: Announcement) -> BatchRow:
        """The row as new, or skipped because it is a further sighting of an earlier one."""
        new = _held(row, said)
        keys = _keys(new)
        near = [held for held in self._candidates(keys) if _may_be(held, new)]
        same = next((held for held in near if _same_launch(held, new)), None)
        if same is None:
            self._hold(new, keys)
            return BatchRow(row=row, said=said, may_be=_shown(near[0]) if near else "")
        self._further[same.row] = joined(self._further[same.row], said) if same.row in self._further else said
        filled = {name: getattr(same, name) or getattr(new, name) for name in ("release", "homepage", "listing")}
        self._hold(same._replace(**filled), keys)
        return BatchRow(row=row, said=said, state="skipped", reason=f"same launch as row {same.row}", same_as=same.row)

    def further(self) -> Iterator[tuple[int, Announcement]]:
        """Rows seen again, with everything the later sightings said: `joined(row.said, this)` is the row's."""
        yield from sorted(self._further.items())

    def _candidates(self, keys: tuple[str, ...]) -> Iterator[Held]:
        yield from (self._held[row] for row in dict.fromkeys(row for key in keys for row in self._rows(key)))

    def _rows(self, key: str) -> Sequence[int]:
        rows = self._by_key.get(hash(key), ())
        return (rows,) if isinstance(rows, int) else rows

    def _hold(self, held: Held, keys: tuple[str, ...]) -> None:
        self._held[held.row] = held
        for key in keys:
            rows = self._rows(key)
            if held.row not in rows and len(rows) < MOST_COMPARED:
                self._by_key[hash(key)] = [*rows, held.row] if rows else held.row


def joined(first: Announcement, later: Announcement) -> Announcement:
    """The first, its gaps filled from the later, with both sightings."""
    filled = {name: getattr(first, name) or getattr(later, name) for name in FILLED}
    seen = dict.fromkeys((*first.seen_at, *later.seen_at))
    return first.model_copy(update={**filled, "seen_at": tuple(seen)[:MOST_SIGHTINGS]})


def fold_release(release: str) -> str:
    """`v2.1.0`, `Version 2.1` and `2.1` are one release; `2.10` is another."""
    plain = BEFORE_NUMBER.sub("", release.strip().casefold())
    return ZEROS.sub("", plain) if re.fullmatch(r"[\d.]+", plain) else plain


def _held(row: int, said: Announcement) -> Held:
    release = fold_release(named_release(said.name, said.release))
    texts = (said.launch_file, *(source.text for source in said.sources))
    text = hash(texts) if any(texts) else 0
    return Held(row, said.name, release, bool(release) and not said.release, said.homepage, said.listing, text)


def _shown(held: Held) -> str:
    return f"row {held.row}: {held.name}, {held.homepage or held.listing or 'without an address'}"


def _may_be(one: Held, other: Held) -> bool:
    """Whether two rows with a key in common state no different releases."""
    return not one.release or not other.release or one.release == other.release


def _same_launch(one: Held, other: Held) -> bool:
    """One product and release. A number only one of the names ends in is a release's where the address is one."""
    is_in_doubt = one.release != other.release and (one.is_numbered or other.is_numbered)
    if is_in_doubt and (not one.homepage or one.homepage != other.homepage):
        return False
    return same_product(_launch(one), _launch(other))


def as_compared(row: int, said: Announcement) -> Launch:
    """As much of a row as it is told from others by."""
    return _launch(_held(row, said))


def _keys(new: Held) -> tuple[str, ...]:
    """The surest first: all of them together with the release, so that a crowd under one key hides nothing exact."""
    keys = product_key(_launch(new))
    seen = (f"{keys[-1]} {new.listing}",) if new.listing else ()
    return (" ".join((*keys, new.release)), *seen, *keys)


def _launch(held: Held) -> Launch:
    """As much of a launch as its product is known by; unchecked, since an announcement's fields are."""
    seen = (Seen.model_construct(where="", url=held.listing, on=None),) if held.listing else ()
    text = str(held.text) if held.text else ""
    sources = (LaunchSource.model_construct(title="its own", url="", voice="unknown", text=text),)
    return Launch.model_construct(
        name=held.name, release=held.release, homepage=held.homepage, seen_at=seen, sources=sources
    )
