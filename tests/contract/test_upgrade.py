"""Every database is brought to today's schema, from nothing or from any schema before, with what it holds."""

import gc
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text
from tests.support.databases import Postgres, open_part, rows_of
from tests.support.records import a_run
from tests.support.schemas import migrate_once
from tests.support.small_disk import SmallDisk, mount_small_disk

from panel.errors import Mistake, StoreError
from panel.store import RunRecords, upgrade
from panel.store.database import open_engine, read_url
from panel.store.tables.core import HEAD, VERSION_TABLE, metadata

pytestmark = pytest.mark.usefixtures("real_migrations")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with mount_small_disk(tmp_path / "disk") as disk:
        yield disk


def differences(engine: Engine) -> list[object]:
    with engine.connect() as conn:
        return list(compare_metadata(MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE}), metadata))


def set_version(url: str, version: str) -> None:
    """A database that says so of itself."""
    engine = create_engine(read_url(url))
    with engine.begin() as conn:
        conn.execute(text(f"create table {VERSION_TABLE} (version_num varchar(32))"))
        conn.execute(text(f"insert into {VERSION_TABLE} values (:version)"), {"version": version})
    engine.dispose()


def test_an_empty_database_gets_todays_schema(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert differences(engine) == []
    engine.dispose()


@pytest.mark.parametrize("version", ["0001", "0005"])
def test_a_database_too_old_is_refused_by_the_name_of_who_upgrades_it(empty_url: str, version: str) -> None:
    set_version(empty_url, version)
    with pytest.raises(Mistake, match=rf"older review-panel \(schema {version}\).*\(commit 8159e2b\)") as caught:
        open_engine(empty_url)
    assert caught.value.exit_code == 2
    assert "schema 0006" in caught.value.hint
    assert rows_of(empty_url, f"select version_num from {VERSION_TABLE}") == [(version,)]


@pytest.mark.parametrize("version", ["ae1027a6acf", "7"])
def test_another_programs_version_is_refused(empty_url: str, version: str) -> None:
    set_version(empty_url, version)
    with pytest.raises(StoreError, match=f"another program: its schema is '{version}'"):
        open_engine(empty_url)


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more migration: it forgets what runs there were."""

    def migrate(conn: Connection) -> None:
        conn.execute(text("delete from runs"))
        conn.execute(text(f"update {VERSION_TABLE} set version_num = '9999'"))

    monkeypatch.setattr(upgrade, "HEAD", "9999")
    monkeypatch.setattr(upgrade, "migrate", migrate)


def a_day_before_tomorrow(url: str) -> None:
    records = open_part(RunRecords, url, runs_dir=Path())
    records.save_run(a_run())
    records.close()


def test_a_file_is_copied_before_a_migration_changes_it(
    tmp_path: Path, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "panel.db"
    a_day_before_tomorrow(f"sqlite:///{path}")
    before = path.with_name(f"panel.db.schema-{HEAD}.{datetime.now(UTC).date().isoformat()}")
    before.write_text("somebody's")  # a name that is taken is passed over
    request.getfixturevalue("tomorrow")
    open_engine(f"sqlite:///{path}").dispose()
    copy = f"{before}.1"
    assert caplog.messages == [
        f"The database {str(path)!r} is brought from schema {HEAD} to 9999. As it was, it is kept in {copy!r}."
    ]
    assert before.read_text() == "somebody's"
    for file, version, runs in ((path, "9999", 0), (copy, HEAD, 1)):
        assert rows_of(f"sqlite:///{file}", f"select version_num from {VERSION_TABLE}") == [(version,)]
        assert rows_of(f"sqlite:///{file}", "select count(*) from runs") == [(runs,)]
    open_engine(f"sqlite:///{path}").dispose()
    assert len(caplog.messages) == 1


def test_a_migration_on_a_server_says_that_nothing_is_copied(
    postgres: Postgres, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    with postgres.database() as url:
        a_day_before_tomorrow(url)
        request.getfixturevalue("tomorrow")
        open_engine(url).dispose()
        assert rows_of(url, "select count(*) from runs") == [(0,)]
        (said,) = caplog.messages
        assert said.endswith(f"is brought from schema {HEAD} to 9999. No copy is made of a database on a server.")


def test_a_disk_too_full_for_the_copy_stops_the_migration(
    small_disk: SmallDisk, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    path = small_disk.path / "panel.db"
    a_day_before_tomorrow(f"sqlite:///{path}")
    request.getfixturevalue("tomorrow")
    small_disk.leave(100)
    with pytest.raises(StoreError, match=r"panel\.db' can't be used: the disk is full"):
        open_engine(f"sqlite:///{path}")
    assert caplog.messages == []
    assert sorted(file.name for file in small_disk.path.iterdir() if "schema" in file.name) == []
    assert rows_of(f"sqlite:///{path}", f"select version_num, (select count(*) from runs) from {VERSION_TABLE}") == [
        (HEAD, 1)
    ]
    small_disk.make_room()
    open_engine(f"sqlite:///{path}").dispose()
    assert rows_of(f"sqlite:///{path}", f"select version_num from {VERSION_TABLE}") == [("9999",)]


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
