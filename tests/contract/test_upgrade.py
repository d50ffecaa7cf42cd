"""Every database is brought to today's schema, from nothing or from any schema before, with what it holds."""

import gc
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from tests.support.databases import open_part
from tests.support.records import a_call, a_run
from tests.support.schemas import migrate_once

from panel.errors import StoreError
from panel.store import HeldBy, Ledger, RunRecords, StoredAnswer, upgrade
from panel.store.database import open_engine, read_url
from panel.store.locks.run_lock import RunLock
from panel.store.tables.core import VERSION_TABLE, metadata
from panel.store.upgrade import MIGRATIONS

pytestmark = pytest.mark.usefixtures("real_migrations")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'panel.db'}"
    else:
        with request.getfixturevalue("postgres").database(empty=True) as url:
            yield url


def differences(engine: Engine) -> list[object]:
    with engine.connect() as conn:
        return list(compare_metadata(MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE}), metadata))


def make_old(url: str, revision: str) -> None:
    """A database as a version of that schema left it: a run, a call it had answered and one it had sent."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(read_url(url))
    answered, sent = a_call("run-1", "a"), a_call("run-1", "b")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
        made = {"id": "run-1", "json": a_run().model_dump_json()}
        conn.execute(text("insert into runs values (:id, 'review', 'stopped', '2026-11-23', :json)"), made)
        for row, state, raw in ((answered, "answered", "{}"), (sent, "sent", None)):
            conn.execute(
                text(
                    "insert into calls (key, attempt, run_id, provider, model, base_url, purpose, draw, launch, persona_id, "
                    "state, raw, input_tokens, cache_write_tokens, cache_read_tokens, output_tokens, cost_usd, "
                    "model_returned, request_id, sent_at, ended_at, why) values (:key, 0, 'run-1', 'p', 'p/m', '', 'ask', "
                    "0, 'acme', 'developer', :state, :raw, 1, 2, 3, 4, '0.01', '', '', '2026-11-23T06:00:00', '', '')"
                ),
                {"key": row.key, "state": state, "raw": raw},
            )
    engine.dispose()


def test_an_empty_database_gets_todays_schema(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert differences(engine) == []
    engine.dispose()


async def test_the_first_schema_is_brought_up_to_today_with_all_it_holds(empty_url: str, tmp_path: Path) -> None:
    make_old(empty_url, "0001")
    ledger = open_part(Ledger, empty_url, runs_dir=tmp_path)
    lock = RunLock(tmp_path, "run-1")
    lock.acquire()
    assert isinstance(await ledger.claim(a_call("run-2", "a")), StoredAnswer)
    assert await ledger.claim(a_call("run-2", "b")) == HeldBy("run-1")
    lock.release()
    ledger.close()
    records = open_part(RunRecords, empty_url, runs_dir=tmp_path)
    assert records.load_run("run-1") == a_run()
    assert [row.spend.calls for row in records.costs("run-1")] == [2]
    records.close()
    engine = open_engine(empty_url)
    assert differences(engine) == []
    engine.dispose()


def test_a_database_made_for_tests_is_what_migrations_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(name: str) -> list[tuple[object, ...]]:
        open_engine(f"sqlite:///{tmp_path / name}").dispose()
        with closing(sqlite3.connect(tmp_path / name)) as conn:
            (version,) = conn.execute(f"select version_num from {VERSION_TABLE}").fetchall()
            return [version, *sorted(conn.execute("select type, name, tbl_name, sql from sqlite_master"), key=str)]

    migrated = made("migrated.db")
    monkeypatch.setattr(upgrade, "migrate", migrate_once)
    made("first.db")
    assert made("second.db") == migrated


def test_many_openings_of_a_new_database_at_once_migrate_it_once(empty_url: str) -> None:
    code = "import sys; from panel.store.database import open_engine as o; o(sys.argv[1]).dispose()"
    started = [subprocess.Popen([sys.executable, "-c", code, empty_url], env=os.environ) for _ in range(4)]
    assert [process.wait() for process in started] == [0] * 4


def test_another_programs_tables_are_left_alone(postgres, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A Postgres database may be shared, but not a table's name."""
    with postgres.database(empty=True) as url:
        engine = create_engine(read_url(url))
        with engine.begin() as conn:
            conn.execute(text("create table orders (id int)"))
        open_engine(url).dispose()
        engine.dispose()
    with postgres.database(empty=True) as url:
        engine = create_engine(read_url(url))
        with engine.begin() as conn:
            conn.execute(text("create table runs (miles int)"))
        with pytest.raises(StoreError, match="belongs to another program: it holds 'runs'"):
            open_engine(url)
        engine.dispose()
    gc.collect()  # a connection that nobody closed is told here, not in some later test
