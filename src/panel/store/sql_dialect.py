"""The few statements SQLite and Postgres spell apart. Everything else in this room is plain SQLAlchemy Core."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Table, collate, text
from sqlalchemy.dialects import postgresql, sqlite

INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
WRITER_LOCK = 0x70616E656C  # "panel": one group of ledger writes at a time, so that no two claim one key


def insert_or_leave(dialect: Dialect, table: Table) -> Any:
    """The statement that inserts a row unless its primary key is there already, and then leaves it as it stands."""
    return INSERTS[dialect.name](table).on_conflict_do_nothing()


def put(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert the row, or replace all fields of the row with the same primary key."""
    conn.execute(_upsert(conn.dialect.name, table, tuple(row)), row)


@cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    """Built once for each set of columns: building it costs as much as running it."""
    statement = INSERTS[dialect](table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def alone(conn: Connection) -> None:
    """Make this transaction the only one that writes. SQLite's `begin immediate` has done so already."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})


def by_key(conn: Connection) -> None:
    """Find rows by an index in this transaction. Postgres would else plan for the small table it first saw."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("set local enable_seqscan = off")


def bytewise(dialect: Dialect, column: ColumnElement[str]) -> ColumnElement[str]:
    """The column, to be ordered by its bytes. Postgres would else follow the language its cluster was set up in."""
    return collate(column, "C") if dialect.name == "postgresql" else column
