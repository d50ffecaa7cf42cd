"""The archive of critics' words: kept as prints, found again by band, read back by critic.

Every question is answered from an index and bounded by a number of rows, so that it costs the same in a large archive.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Row, Select, bindparam, delete, insert, select

from panel.records.prints import Print
from panel.store.banding import bands_of
from panel.store.database import BUSY_S, changing, open_engine, reading
from panel.store.desk_tables import print_bands, prints
from panel.store.dialect import alone

MOST_ROWS = 1200  # of all texts of a review together; beyond, each text is asked for by itself
MOST_CANDIDATES = 96  # rows for a text by itself: one that thousands share is found in the first of them


class Prints:
    """The prints of one database. Plain calls, each its own transaction, on the disk on return."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, busy_s: float = BUSY_S) -> "Prints":
        """Open or make the database. Raises Mistake for an address, StoreError for a database that can't be used."""
        return cls(open_engine(url, busy_s=busy_s, by_key=True))

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def remember(self, subject: str, texts: Sequence[Print]) -> None:
        """Keep a product's prints in place of those kept before. Raises ValueError for another product's."""
        if any(text.subject != subject for text in texts):
            raise ValueError(f"prints of another product than {subject!r}")
        bands = bands_of([text.text if text.kind == "words" else "" for text in texts])
        with changing(self._engine) as conn:
            alone(conn)
            conn.execute(delete(prints).where(prints.c.subject == subject))
            if texts:
                _insert(conn, texts, bands)

    def candidates(self, subject: str, texts: Sequence[str]) -> dict[str, tuple[Print, ...]]:
        """For each text the prints of other products that may be near it; texts without any are left out.

        Which are near, a check decides.
        """
        bands = {text: mine for text, mine in zip(texts, bands_of(texts), strict=True) if mine}
        with self._read() as conn:
            rows = _sharing(conn, {band for mine in bands.values() for band in mine}, MOST_ROWS)
            if len(rows) == MOST_ROWS:
                rows = [row for mine in bands.values() for row in _sharing(conn, mine, MOST_CANDIDATES)]
            return _by_text(bands, rows, _load(conn, subject, {print_id for _, print_id in rows}))

    def recent(self, persona_id: str, *, besides: str, since: date, limit: int) -> tuple[str, ...]:
        """The critic's quotes about other products than `besides`, kept on this day or later, the newest first."""
        told = {"persona": persona_id, "subject": besides, "since": since.isoformat(), "most": limit}
        with self._read() as conn:
            return tuple(conn.execute(_RECENT, told).scalars())

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with reading(self._engine) as conn:
            yield conn


_SHARING = (
    select(print_bands.c.band, print_bands.c.print_id)
    .where(print_bands.c.band.in_(bindparam("bands", expanding=True)))
    .limit(bindparam("most", type_=Integer))
)
_LOADED = select(prints).where(
    prints.c.print_id.in_(bindparam("ids", expanding=True)), prints.c.subject != bindparam("subject")
)


def _select_recent() -> "Select[Any]":
    whose = (prints.c.persona_id == bindparam("persona")) & (prints.c.kind == "quote")
    which = (prints.c.subject != bindparam("subject")) & (prints.c.on_day >= bindparam("since"))
    newest = select(prints.c.text).where(whose, which).order_by(prints.c.on_day.desc(), prints.c.print_id.desc())
    return newest.limit(bindparam("most", type_=Integer))


_RECENT = _select_recent()


def _sharing(conn: Connection, bands: Collection[int], most: int) -> list[tuple[int, int]]:
    """Bands, each with a print that has it. Its own query: joined, Postgres read 100,000 prints in order (190 ms)."""
    rows = conn.execute(_SHARING, {"bands": list(bands), "most": most}) if bands else ()
    return [(row.band, row.print_id) for row in rows]


def _load(conn: Connection, subject: str, ids: Collection[int]) -> dict[int, Print]:
    """These prints, less the subject's own."""
    rows = conn.execute(_LOADED, {"ids": list(ids), "subject": subject}) if ids else ()
    return {row.print_id: _print(row) for row in rows}


def _by_text(
    bands: Mapping[str, Collection[int]], rows: Sequence[tuple[int, int]], kept: Mapping[int, Print]
) -> dict[str, tuple[Print, ...]]:
    """Each text's prints, once each and in the order they were kept."""
    by_band: dict[int, set[int]] = {}
    for band, print_id in rows:
        by_band.setdefault(band, set()).add(print_id)
    found = {}
    for text, mine in bands.items():
        near = {print_id for band in mine for print_id in by_band.get(band, ())} & kept.keys()
        if near:
            found[text] = tuple(kept[print_id] for print_id in sorted(near))
    return found


def _insert(conn: Connection, texts: Sequence[Print], bands: Sequence[tuple[int, ...]]) -> None:
    rows = [text.model_dump(mode="json") for text in texts]
    made = conn.execute(insert(prints).returning(prints.c.print_id, sort_by_parameter_order=True), rows)
    shared = [
        {"band": band, "print_id": print_id}
        for print_id, mine in zip(made.scalars(), bands, strict=True)
        for band in mine
    ]
    if shared:
        conn.execute(insert(print_bands), shared)


def _print(row: "Row[Any]") -> Print:
    """The value of a row that has the columns of `prints`."""
    return Print(
        subject=row.subject,
        named=row.named,
        persona_id=row.persona_id,
        kind=row.kind,
        text=row.text,
        on_day=date.fromisoformat(row.on_day),
    )
