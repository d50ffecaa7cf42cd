"""Locks on Postgres: session advisory locks, all on one connection of the process, gone the moment that one is.

The connection notices a dead peer within a minute on both sides (TCP keepalives): Postgres' own default of two hours
would keep the locks of a machine without power that long. It must be a direct one, or a pooler's in session mode.
"""

import hashlib
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, text

from panel.errors import StoreError
from panel.store.database import database_trouble, describe_database, postgres_arguments, read_url
from panel.store.locks.run_lock import is_held as is_run_held
from panel.store.run_ids import RUN_ID

if TYPE_CHECKING:
    import psycopg

HELD = (
    "select 1 from pg_locks where locktype = 'advisory' and objsubid = 1 and granted and classid::bigint = %s and "
    "objid::bigint = %s and database = (select oid from pg_database where datname = current_database())"
)
OURS = text("select (classid::bigint << 32) | objid::bigint from pg_locks where locktype = 'advisory' and pid = :pid")


class PgLocks:
    """`Locks` on one connection. A lost connection means lost locks: the next call that needs one says so.

    A run's lock under `runs_dir` counts as well: a run on this machine holds that one.
    """

    def __init__(self, url: str | URL, runs_dir: Path) -> None:
        self._url, self._runs_dir = read_url(url), runs_dir
        self._guard = threading.RLock()
        self._conn: psycopg.Connection[Any] | None = None
        self._mine: set[str] = set()
        self._gone: set[str] = set()  # taken here, lost with the connection, not released yet

    def acquire(self, name: str) -> bool:
        """As in `Locks`. Raises StoreError when locks were lost with the connection, this one or others."""
        with self._guard:
            if name in self._gone:
                raise self._loss({name})
            if name in self._mine:
                return False
            got = bool(self._ask(lambda conn: conn.execute("select pg_try_advisory_lock(%s)", (number(name),))))
            if got:
                self._mine.add(name)
            return got

    def release(self, name: str) -> None:
        with self._guard:
            self._gone.discard(name)
            if name in self._mine:
                self._mine.discard(name)
                with suppress(StoreError):  # the connection is lost, and so is the lock
                    self._ask(lambda conn: conn.execute("select pg_advisory_unlock(%s)", (number(name),)))

    def is_held(self, name: str) -> bool:
        halves = divmod(number(name) % 2**64, 2**32)
        with self._guard:
            if self._ask(lambda conn: conn.execute(HELD, halves)):
                return True
        return bool(RUN_ID.fullmatch(name)) and is_run_held(self._runs_dir, name)

    def lost(self, names: Collection[str], conn: Connection) -> frozenset[str]:
        with self._guard:
            known = self._mine.intersection(names)
            if known:
                pid = self._conn.info.backend_pid if self._conn and not self._conn.closed else 0
                ours = {n % 2**64 for n in conn.execute(OURS, {"pid": pid}).scalars()}
                if any(number(name) % 2**64 not in ours for name in known):
                    self._drop()
            return frozenset(self._gone.intersection(names))

    def close(self) -> None:
        with self._guard:
            self._drop()
            self._gone.clear()

    def _ask(self, query: "Callable[[psycopg.Connection[Any]], psycopg.Cursor[Any]]") -> Any:
        """The first value of the answer, None for none. Connects anew when that loses nothing."""
        import psycopg

        for last in (False, True):
            try:
                row = query(self._connected()).fetchone()
            except psycopg.Error as err:
                lost = self._drop()
                if lost:
                    raise self._loss(lost) from err
                if last:
                    raise database_trouble(self._url, err) from err
            else:
                return row[0] if row else None
        return None

    def _connected(self) -> "psycopg.Connection[Any]":
        if self._conn is None:
            import psycopg

            words, values = self._url.get_dialect()().create_connect_args(self._url)
            values.update(postgres_arguments(self._url, idle_session_timeout="0"))
            self._conn = psycopg.connect(*words, **values, autocommit=True)
        return self._conn

    def _drop(self) -> set[str]:
        """Close the connection; the names of the locks that went with it."""
        if self._conn is not None:
            self._conn.close()
        self._conn = None
        lost, self._mine = self._mine, set()
        self._gone |= lost
        return lost

    def _loss(self, names: set[str]) -> StoreError:
        some = ", ".join(repr(name) for name in sorted(names)[:3]) + (" and others" if len(names) > 3 else "")
        return StoreError(
            f"The connection to {describe_database(self._url)!r} broke, and with it the locks on {some}.",
            hint="What was stored is kept: start again, and only what is missing is asked.",
        )


def number(name: str) -> int:
    """A lock's name as the 64 bits Postgres knows it by, signed."""
    return int.from_bytes(hashlib.sha256(f"panel:{name}".encode()).digest()[:8], signed=True)
