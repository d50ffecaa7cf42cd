"""The archive of critics' words: kept as prints, found again by band, read back by critic.

Every question is answered from an index and bounded by a number of rows, so that it costs the same in a large archive.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, delete, insert, select

from panel.records.prints import Print
from panel.store.banding import bands_of
from panel.store.database import BUSY_S, changing, open_engine, reading
from panel.store.desk_tables import print_bands, prints
from panel.store.dialect import alone

MOST_CANDIDATES = 96  # rows of bands looked at for a text: a text that thousands share is found in the first of them


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
        bands = bands_of([text.text for text in texts])
        with changing(self._engine) as conn:
            alone(conn)
            conn.execute(delete(prints).where(prints.c.subject == subject))
            if texts:
                _insert(conn, texts, bands)

    def candidates(self, subject: str, texts: Sequence[str]) -> dict[str, tuple[Print, ...]]:
        """For each text the prints of other products that may be near it; texts without any are left out.

        Which are near, a check decides: of 100 about one is a stranger's.
        """
        bands = dict(zip(texts, bands_of(texts), strict=True))
        found: dict[str, tuple[Print, ...]] = {}
        with self._read() as conn:
            for text, mine in bands.items():
                rows = conn.execute(_SHARING, {"bands": list(mine), "subject": subject}) if mine else ()
                near = {row.print_id: row for row in rows}
                if near:
                    found[text] = tuple(_print(row) for row in near.values())
        return found

    def recent(self, persona_id: str, *, besides: str, since: date, limit: int) -> tuple[Print, ...]:
        """The critic's quotes about other products than `besides`, kept on this day or later, the newest first."""
        told = {"persona": persona_id, "subject": besides, "since": since.isoformat(), "most": limit}
        with self._read() as conn:
            return tuple(_print(row) for row in conn.execute(_RECENT, told))

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with reading(self._engine) as conn:
            yield conn


def _sharing() -> "Select[Any]":
    """Built once: building it costs more than running it."""
    mine = print_bands.c.band.in_(bindparam("bands", expanding=True))
    both = select(prints).join(print_bands, print_bands.c.print_id == prints.c.print_id)
    return both.where(mine, prints.c.subject != bindparam("subject")).limit(MOST_CANDIDATES)


def _recent() -> "Select[Any]":
    whose = (prints.c.persona_id == bindparam("persona")) & (prints.c.kind == "quote")
    which = (prints.c.subject != bindparam("subject")) & (prints.c.on_day >= bindparam("since"))
    newest = select(prints).where(whose, which).order_by(prints.c.on_day.desc(), prints.c.print_id.desc())
    return newest.limit(bindparam("most"))


_SHARING, _RECENT = _sharing(), _recent()


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
