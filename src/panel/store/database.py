"""Open a database: right address, right settings, right schema; and its complaints as sentences.

SQLite: WAL, every commit on the disk before it returns (`synchronous=FULL`), write transactions that take their lock
at the start (`begin immediate`), so that two processes queue instead of failing half-way.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from panel.errors import Mistake, StoreError
from panel.store.files import make_folder
from panel.store.schema import bring_up_to_date

FULL_BELOW_BYTES = 100_000  # three pages of shared memory and a page of log
BUSY_S = 30.0  # how long a write waits for another process's write
URL_HINT = "Unset PANEL_DATABASE_URL for a SQLite file under runs/, or write sqlite:////folder/panel.db"

COMPLAINTS = (  # what a driver says, what it means, what to do
    ("disk is full", "the disk is full", "Free some space; every answer stored before is kept."),
    ("is locked", "another program keeps it locked", "Close whatever has it open, then try again."),
    ("readonly", "it may only be read", "Change its permissions, or place it elsewhere with PANEL_DATABASE_URL."),
    ("unable to open", "it can't be opened", "Check that its folder exists and may be written to."),
    ("not a database", "the file is no database", "Move that file away, or name another in PANEL_DATABASE_URL."),
    ("malformed", "the file is damaged", "Restore it from a copy; finished run folders verify without it."),
    ("disk i/o error", "the disk failed", "Check the disk and its free space, then try again."),
)


def open_engine(url: str, *, busy_s: float = BUSY_S) -> Engine:
    """An engine on a database with today's schema, which is made or migrated when it is behind.

    Raises Mistake for an address that can't be used, StoreError for a database that can't.
    """
    address = read_url(url)
    if address.get_backend_name() == "sqlite":
        make_folder(Path((address.database or "").removeprefix("file:")).parent)
        engine = create_engine(address, poolclass=NullPool, connect_args=_sqlite_arguments(busy_s))
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    else:
        engine = create_engine(address, poolclass=NullPool)
    with in_words(engine.url):
        bring_up_to_date(engine)
    return engine


def read_url(url: str) -> URL:
    """The address as SQLAlchemy reads it, drivers chosen. Raises Mistake; its password is never printed."""
    try:
        address = make_url(url)
    except ArgumentError as err:
        raise Mistake("The database address can't be read.", hint=URL_HINT) from err
    backend = address.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return _postgres(address)
    if backend != "sqlite":
        raise Mistake(f"{backend!r} is no database this program knows.", hint=URL_HINT)
    if address.database in (None, "", ":memory:"):
        raise Mistake("A database in memory keeps nothing after a crash.", hint=URL_HINT)
    return address


def _postgres(address: URL) -> URL:
    address = address.set(drivername="postgresql+psycopg")
    try:
        address.get_dialect().import_dbapi()
    except (ImportError, NoSuchModuleError) as err:
        raise Mistake("Postgres needs the package psycopg, which is not installed.", hint=URL_HINT) from err
    return address


def _sqlite_arguments(busy_s: float) -> dict[str, Any]:
    """One connection goes from the thread that opens it to the one that writes; transactions are ours to begin."""
    return {"timeout": busy_s, "check_same_thread": False, "isolation_level": None}


def _set_up_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def in_words(url: URL) -> Iterator[None]:
    """Turn what a driver raises into one sentence that names the database and what to do."""
    try:
        yield
    except DBAPIError as err:
        raise database_trouble(url, err) from err


def database_trouble(url: URL, err: DBAPIError) -> StoreError:
    """The sentence for a driver's error."""
    said = str(err.orig or err)
    if "disk i/o error" in said.lower() and _is_full(url):
        said = "disk is full"  # SQLite says so only of some writes
    found = next(((why, hint) for sign, why, hint in COMPLAINTS if sign in said.lower()), None)
    why, hint = found or (f"it said {said!r}", "Look at the database, then try again.")
    return StoreError(f"The database {place(url)!r} can't be used: {why}.", hint=hint)


def _is_full(url: URL) -> bool:
    try:
        return shutil.disk_usage(Path(url.database or "").parent).free < FULL_BELOW_BYTES
    except OSError:
        return False


def place(url: URL) -> str:
    """Where a database is, for people: a file's path, or the address without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
