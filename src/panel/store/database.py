"""Open a database: right address, right settings, right schema; and its complaints as sentences.

SQLite: WAL, every commit on the disk before it returns (`synchronous=FULL`), write transactions that take their lock
at the start (`begin immediate`), so that two processes queue instead of failing half-way. On both, one connection is
kept and more are made when asked at once; on Postgres each is tried before it is used again.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, Engine, Select, Table, create_engine, event, make_url, select, tuple_
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import QueuePool

from panel.errors import Mistake, StoreError
from panel.store.files import disk_trouble, make_folder
from panel.store.sql_dialect import alone
from panel.store.upgrade import bring_up_to_date

FULL_BELOW_BYTES = 100_000  # three pages of shared memory and a page of log
ONE_BY_ONE = {"stream_results": True, "max_row_buffer": 500}  # of a query whose rows don't fit into memory
READS = "panel_reads"  # execution option of a connection that only reads
BUSY_S = 30.0  # how long a write waits for another process's write
POOL: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 9}
PG_ARGUMENTS = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 4}
# A client that froze inside a transaction, or is gone, keeps its locks for half a minute and not for hours.
IDLE_S = 30  # a transaction in which nothing is asked
LOCK_S = 45  # how long a statement waits for a lock: longer than a frozen one may keep it
URL_HINT = "Unset PANEL_DATABASE_URL for a SQLite file under runs/, or write sqlite:////folder/panel.db"

AGAIN = "Try again: what was stored is kept, and a new connection is made."
COMPLAINTS = (  # what a driver says, what it means, what to do
    # Postgres
    ("password authentication failed", "it refuses the user or the password", "Correct PANEL_DATABASE_URL."),
    ("no password supplied", "it wants a password", "Put the password into PANEL_DATABASE_URL."),
    ("could not translate host name", "its host is unknown", "Correct the host in PANEL_DATABASE_URL."),
    ("failed to resolve host", "its host is unknown", "Correct the host in PANEL_DATABASE_URL."),
    ("too many clients", "it has no connection left", "Raise its max_connections, or start fewer workers."),
    ("connection slots", "it has no connection left", "Raise its max_connections, or start fewer workers."),
    ("no space left", "its disk is full", "Free some space there; every answer stored before is kept."),
    ("could not extend file", "its disk is full", "Free some space there; every answer stored before is kept."),
    ("permission denied", "this user may not", "Grant it the right to create and write tables there."),
    ("read-only transaction", "it may only be read", "Name the primary server in PANEL_DATABASE_URL."),
    ("starting up", "it is starting up", "Try again in a moment."),
    ("shutting down", "it is shutting down", AGAIN),
    ("administrator command", "the connection was cut", AGAIN),
    ("idle-in-transaction", "this program stood still for too long", AGAIN),
    ("lock timeout", "another program keeps it locked", "Try again; if it lasts, look for a process that hangs."),
    ("server closed the connection", "the connection broke", AGAIN),
    ("connection is closed", "the connection broke", AGAIN),
    ("connection is lost", "the connection broke", AGAIN),
    ("connection refused", "nobody answers there", "Start it, or correct PANEL_DATABASE_URL."),
    ("no such file or directory", "nobody answers there", "Start it, or correct PANEL_DATABASE_URL."),
    ("timeout expired", "nobody answers there", "Start it, or correct PANEL_DATABASE_URL."),
    ('" does not exist', "the server has no such database or user", "Create it, or correct PANEL_DATABASE_URL."),
    # SQLite
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
    engine = make_engine(url, busy_s=busy_s)
    try:
        with in_words(engine.url):
            bring_up_to_date(engine)
    except BaseException:
        engine.dispose()  # its pool may hold a connection to a database that was refused
        raise
    return engine


def make_engine(url: str | URL, *, busy_s: float = BUSY_S) -> Engine:
    """The same on a database as it is. Raises as `open_engine`."""
    address = read_url(url)
    if address.get_backend_name() == "sqlite":
        file = Path((address.database or "").removeprefix("file:"))
        make_folder(file.parent)
        _refuse_emptied(file)
        # one connection goes from the thread that opens it to the one that writes; transactions are ours to begin
        arguments = {"timeout": busy_s, "check_same_thread": False, "isolation_level": None}
        engine = create_engine(address, **POOL, connect_args=arguments)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin)
    else:
        arguments = postgres_arguments(address, jit="off")
        engine = create_engine(address, **POOL, pool_pre_ping=True, connect_args=arguments)
    return engine


def _refuse_emptied(file: Path) -> None:
    """Raises StoreError for a file of no bytes beside runs: SQLite takes it, or one of a single byte, for a new one."""
    if file.is_file() and file.stat().st_size <= 1 and next(file.parent.glob("*/manifest.json"), None):
        raise StoreError(
            f"The database {str(file)!r} is empty, though runs lie beside it.",
            hint="Put a copy in its place, or delete it to begin a new one, which knows none of those runs.",
        )


def read_url(url: str | URL) -> URL:
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


def postgres_arguments(url: str | URL, **more: str) -> dict[str, Any]:
    """What every connection to a server is opened with: both sides notice a dead peer, and no wait is without an end.

    more: further settings of the server's session.
    """
    keepalives = {"tcp_keepalives_idle": "20", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "4"}
    limits = {"idle_in_transaction_session_timeout": f"{IDLE_S}s", "lock_timeout": f"{LOCK_S}s"}
    theirs = make_url(url).query.get("options", "")
    ours = " ".join(f"-c {name}={value}" for name, value in {**keepalives, **limits, **more}.items())
    return {**PG_ARGUMENTS, "options": f"{theirs} {ours}"}


def _set_up_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A write takes its lock at once; a read takes none, so that it never keeps a writer waiting."""
    reads = connection.get_execution_options().get(READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


class Face:
    """One part of a database. Plain calls, each its own transaction, on the disk on return."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, committed at the end. Raises StoreError."""
    with in_words(engine.url), engine.begin() as conn:
        yield conn


@contextmanager
def changing_alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes while no other does, for rules that look at several rows. Raises StoreError."""
    with changing(engine) as conn:
        alone(conn)
        yield conn


@contextmanager
def reading(engine: Engine, **options: Any) -> Iterator[Connection]:
    """A transaction that reads and keeps nobody waiting. options: of its connection. Raises StoreError."""
    with in_words(engine.url), engine.connect() as plain:
        conn = plain.execution_options(**{READS: True, **options})
        with conn.begin():
            yield conn


@contextmanager
def in_words(url: URL) -> Iterator[None]:
    """Turn what a driver raises into one sentence that names the database and what to do."""
    try:
        yield
    except NoneFree as err:
        raise StoreError(
            f"The database {describe_database(url)!r} is asked by too many at once.", hint="Try again soon."
        ) from err
    except (DBAPIError, sqlite3.Error) as err:
        raise database_trouble(url, err) from err


def database_trouble(url: URL, err: Exception) -> StoreError:
    """The sentence for a driver's error."""
    said = str(getattr(err, "orig", None) or err).strip()
    if isinstance(err, DataError):
        return StoreError(f"The database {describe_database(url)!r} can't keep a value: {said.splitlines()[0]}.")
    if "disk i/o error" in said.lower() and _is_full(url):
        said = "disk is full"  # SQLite says so only of some writes
    folder = Path(url.database or "").parent
    if "unable to open" in said.lower() and folder.is_dir() and not os.access(folder, os.W_OK):
        read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
        return disk_trouble(str(url.database), OSError(errno.EROFS if read_only else errno.EACCES, said))
    found = next(((why, hint) for sign, why, hint in COMPLAINTS if sign in said.lower()), None)
    why, hint = found or (f"it said {said!r}", "Look at the database, then try again.")
    return StoreError(f"The database {describe_database(url)!r} can't be used: {why}.", hint=hint)


def _is_full(url: URL) -> bool:
    try:
        return shutil.disk_usage(Path(url.database or "").parent).free < FULL_BELOW_BYTES
    except OSError:
        return False


def describe_database(url: URL) -> str:
    """Where a database is, for people: a file's path, or the address without its password."""
    name = url.get_backend_name()
    return str(url.database) if name == "sqlite" else url.set(drivername=name).render_as_string(hide_password=True)


def pages(engine: Engine, wanted: Select[Any], keys: tuple[Column[Any], ...], size: int) -> Iterator[list[Any]]:
    """Rows of `wanted` in the order of `keys`, which must be among its columns and name one row each.

    Each page is a transaction of its own that goes on after the last row seen, so rows may change, come and go
    meanwhile; one that is there throughout is given once.
    """
    page = wanted.order_by(*keys).limit(size)
    after: tuple[Any, ...] | None = None
    while True:
        with reading(engine) as conn:
            rows = list(conn.execute(page if after is None else page.where(tuple_(*keys) > after)))
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = tuple(getattr(rows[-1], key.name) for key in keys)


def every_row(conn: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table in the order of its key, a few in memory at a time."""
    wanted = select(table).order_by(*table.primary_key.columns).execution_options(**ONE_BY_ONE)
    for row in conn.execute(wanted).mappings():
        yield dict(row)
