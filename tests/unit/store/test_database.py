import os
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from tests.support.databases import open_part
from tests.support.records import a_run

from panel.errors import Mistake, StoreError
from panel.store import RunRecords
from panel.store.database import open_engine, read_url, reading
from panel.store.tables.core import HEAD, VERSION_TABLE, metadata
from panel.store.upgrade import MIGRATIONS

pytestmark = pytest.mark.usefixtures("real_migrations")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "panel.db"


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_new_database_gets_its_folder_and_todays_schema(path: Path) -> None:
    engine = open_engine(url(path))
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE})
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_commits_are_flushed_and_foreign_keys_hold(path: Path) -> None:
    engine = open_engine(url(path))
    with engine.connect() as conn:
        found = [
            conn.execute(text(f"pragma {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    engine.dispose()
    assert found == ["wal", 2, 1]


def test_opening_an_up_to_date_database_loads_no_migrations(path: Path) -> None:
    open_engine(url(path)).dispose()
    code = "import sys; from panel.store.database import open_engine as o; o(sys.argv[1]).dispose(); print('alembic' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", code, url(path)], capture_output=True, text=True, check=True, env=os.environ
    )
    assert said.stdout == "False\n"


def test_a_database_of_a_newer_version_is_refused(path: Path) -> None:
    engine = open_engine(url(path))
    with engine.begin() as conn:
        conn.execute(text(f"update {VERSION_TABLE} set version_num = '0999'"))
    engine.dispose()
    with pytest.raises(StoreError, match=r"panel\.db' was written by a newer review-panel \(schema 0999") as caught:
        open_engine(url(path))
    assert "Update" in caught.value.hint


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as conn:
        conn.execute("create table recipes (name text)")
    conn.close()
    with pytest.raises(StoreError, match="another program: it holds 'recipes'"):
        open_engine(url(path))
    with sqlite3.connect(path) as conn:
        names = [row[0] for row in conn.execute("select name from sqlite_master")]
    conn.close()
    assert names == ["recipes"]


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("my notes, which are worth keeping\n" * 50)
    with pytest.raises(StoreError, match=r"panel\.db' can't be used: the file is no database"):
        open_engine(url(path))
    assert path.read_text().startswith("my notes")


def test_a_folder_instead_of_a_file_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match=r"panel\.db' can't be used: it can't be opened"):
        open_engine(url(path))


def test_a_file_where_its_folder_should_be_is_named(path: Path) -> None:
    path.parent.write_text("")
    with pytest.raises(StoreError, match="runs' can't be used: a file stands where a folder should"):
        open_engine(url(path))


def test_a_locked_database_is_named(path: Path) -> None:
    open_engine(url(path)).dispose()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match=r"panel\.db' can't be used: another program keeps it locked"):
        open_engine(url(path), busy_s=0.01)
    other.execute("rollback")
    other.close()


def test_a_read_only_database_can_be_read_and_a_write_says_why_not(path: Path) -> None:
    """Opened for reading only: permissions don't stop the root user a test may run as."""
    open_engine(url(path)).dispose()
    records = open_part(RunRecords, f"sqlite:///file:{path}?mode=ro&uri=true", runs_dir=path.parent)
    assert records.list_runs() == ()
    with pytest.raises(StoreError, match=r"panel\.db' can't be used: it may only be read"):
        records.save_run(a_run())
    records.close()


@pytest.mark.parametrize(
    "bad", ["", "nonsense", "mysql://me:secret@host/x", "sqlite://", "sqlite:///:memory:", "://secret"]
)
def test_an_address_that_can_t_be_used_is_a_mistake_and_never_printed(bad: str) -> None:
    with pytest.raises(Mistake) as caught:
        read_url(bad)
    assert "secret" not in str(caught.value) + caught.value.hint
    assert "PANEL_DATABASE_URL" in caught.value.hint


def test_a_database_that_too_many_ask_at_once_says_so(path: Path) -> None:
    engine = open_engine(url(path))
    engine.pool._timeout = 0.01
    with ExitStack() as busy:
        for _ in range(engine.pool.size() + 9):
            busy.enter_context(engine.connect())
        with pytest.raises(StoreError, match="too many at once"), reading(engine):
            pass
    engine.dispose()
