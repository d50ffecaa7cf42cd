"""One launch seen in three feeds is one launch with three sightings. Pure.

The first row stays; a later one of the same product and release is skipped as "same launch as row N". What the first
lacks (address, release, tagline, category, language, day, a launch file) it gets from the later ones, the earliest
first. Products are told apart by `dossier/products.py`. Releases are folded (`v2.1.0` is `2.1`); a row that states no
release is taken for the one that is there.

Limits. A row is compared with at most MOST_COMPARED earlier ones under each of its keys, the earliest: a thousand
products of one name cost no more than that. Repositories a launch file names in its sources are not looked at. Which of
two releases a row without one belongs to is decided by which came first.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from panel.dossier.products import product_key, same_product
from panel.records import Launch, LaunchSource
from panel.records.batch import Announcement, BatchRow

MOST_COMPARED = 30
MOST_SIGHTINGS = 50
FILLED = (
    "release", "tagline", "homepage", "listing", "category", "language", "launched_at", "launch_file", "embargo_until",
    "confidential",
)  # fmt: skip
BEFORE_NUMBER = re.compile(r"^(?:v|ver|version|release)[.\s]*(?=\d)")
ZEROS = re.compile(r"(?:\.0+)+$")
NO_SOURCE = (LaunchSource.model_construct(title="none", url="", voice="unknown"),)


class Held(NamedTuple):
    """What is kept of a row that others may be the same as."""

    row: int
    name: str
    release: str  # folded
    homepage: str


class Joining:
    """Rows met so far. `add` each in order, then put what `further` gives on the rows it names.

    Memory: about 0.6 kB for each launch, and the whole announcement only of those seen more than once. Keys are kept as
    their hashes: two that fall together cost a comparison, nothing else.
    """

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}
        self._by_key: dict[int, int | list[int]] = {}  # a key's hash -> row, or rows
        self._further: dict[int, Announcement] = {}

    def add(self, row: int, said: Announcement) -> BatchRow:
        """The row as new, or skipped because it is a further sighting of an earlier one."""
        keys = _keys(said)
        same = next((held for held in self._candidates(keys) if _same_launch(held, said)), None)
        if same is None:
            self._hold(Held(row, said.name, fold_release(said.release), said.homepage), keys)
            return BatchRow(row=row, said=said)
        self._further[same.row] = joined(self._further[same.row], said) if same.row in self._further else said
        release, homepage = same.release or fold_release(said.release), same.homepage or said.homepage
        self._hold(same._replace(release=release, homepage=homepage), keys)
        return BatchRow(row=row, said=said, state="skipped", reason=f"same launch as row {same.row}", same_as=same.row)

    def further(self) -> Iterator[tuple[int, Announcement]]:
        """Rows seen again, with everything the later sightings said: `joined(row.said, this)` is the row's."""
        yield from sorted(self._further.items())

    def _candidates(self, keys: tuple[str, ...]) -> Iterator[Held]:
        for key in keys:
            for row in self._rows(key):
                yield self._held[row]

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


def _same_launch(held: Held, said: Announcement) -> bool:
    release = fold_release(said.release)
    if held.release and release and held.release != release:
        return False
    return same_product(
        _launch(held.name, held.release, held.homepage), _launch(said.name, said.release, said.homepage)
    )


def _keys(said: Announcement) -> tuple[str, ...]:
    """The surest first: all of them together with the release, so that a crowd under one key hides nothing exact."""
    keys = product_key(_launch(said.name, said.release, said.homepage))
    return (" ".join((*keys, fold_release(said.release))), *keys)


def _launch(name: str, release: str, homepage: str) -> Launch:
    """As much of a launch as its product is known by; unchecked, since an announcement's fields are."""
    return Launch.model_construct(name=name, release=release, homepage=homepage, sources=NO_SOURCE)
