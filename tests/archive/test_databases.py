"""Databases of past versions open with today's code, and everything in them is found again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from tests.support.archived import AGES, load_archived, read_rows
from tests.support.command import Said, run_here
from tests.support.schemas import describe_schema

from panel.store.database import open_engine, read_url
from panel.store.tables.core import HEAD, VERSION_TABLE, metadata
from panel.store.upgrade import BASELINE, MIGRATIONS

pytestmark = pytest.mark.usefixtures("real_migrations")

KEPT = (  # whatever becomes of the other tables
    "calls", "texts", "runs", "records", "products", "launches", "batch_rows", "desk_accounts", "desk_bases", "desk_drafts",
    "desk_revisions", "desk_points", "desk_decisions", "desk_approvals", "desk_publications", "desk_acts",
)  # fmt: skip


@pytest.fixture
def second_url(empty_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Another of the same kind."""
    if empty_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'second.db'}"
    else:
        with request.getfixturevalue("postgres").database(empty=True) as url:
            yield url


def schema_at(url: str, revision: str = "") -> dict[str, object]:
    """How a database describes itself; one that is made by migrations first, when a revision is named."""
    engine = create_engine(read_url(url))
    with engine.begin() as conn:
        if revision:
            _migrate(conn, revision)
        found = describe_schema(conn)
    engine.dispose()
    return found


def _migrate(conn: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, revision)


@pytest.mark.parametrize("age", AGES)
def test_the_baseline_makes_the_schema_past_versions_made(age: str, empty_url: str, second_url: str) -> None:
    load_archived(age, empty_url)
    assert schema_at(second_url, BASELINE) == schema_at(empty_url)


def test_migrations_make_the_tables_that_the_code_names(empty_url: str, second_url: str) -> None:
    """Fails when somebody changes a table and writes no migration. Triggers stand in migrations alone."""

    def tables_of(schema: dict[str, object]) -> dict[str, object]:
        rest = {name: what for name, what in schema.items() if "trigger" not in name and name != "functions"}
        if "indexes" in rest:  # of Postgres: rows that begin with a table's or an index's name
            return {name: {row for row in what if VERSION_TABLE not in row[0]} for name, what in rest.items()}  # type: ignore[attr-defined]
        return {name: what for name, what in rest.items() if VERSION_TABLE not in name}

    engine = create_engine(read_url(second_url))
    metadata.create_all(engine)
    engine.dispose()
    assert tables_of(schema_at(empty_url, "head")) == tables_of(schema_at(second_url))


def test_migrations_import_nothing_that_may_change() -> None:
    for path in (MIGRATIONS / "versions").glob("v*.py"):
        assert "panel" not in [
            line.split()[1].partition(".")[0]
            for line in path.read_text("utf-8").splitlines()
            if line.startswith(("import ", "from "))
        ], path


@pytest.mark.parametrize("age", AGES)
def test_a_past_database_opens_with_every_row(age: str, empty_url: str, tmp_path: Path) -> None:
    load_archived(age, empty_url)
    before = read_rows(empty_url)
    open_engine(empty_url).dispose()
    after = read_rows(empty_url)
    assert after[VERSION_TABLE] == [{"version_num": HEAD}]
    for table in KEPT:
        old = before[table]
        assert old, table
        assert [{name: row[name] for name in old[0]} for row in after[table]] == old, table

    def panel(*words: str) -> Said:
        return run_here(*words, "--json", at=tmp_path, PANEL_DATABASE_URL=empty_url)

    audited = panel("audit", "verify").data
    assert audited["whole"]
    counts = {
        name: len(before[f"desk_{name}"])
        for name in ("bases", "revisions", "decisions", "approvals", "publications", "drafts")
    }
    assert {name: audited["rows"][name] for name in counts} == counts
    assert audited["last"] == max(before["desk_acts"], key=lambda row: int(str(row["seq"])))["hash"]
    for draft in before["desk_drafts"]:
        assert panel("drafts", "show", str(draft["draft_id"])).data["draft"]["state"] == draft["state"]
    (approval,) = before["desk_approvals"]
    file = tmp_path / "approval.json"
    assert panel("drafts", "approval-file", str(approval["draft_id"]), "-o", str(file)).code == 0
    assert panel("audit", "verify", str(file)).data["whole"]
    costs = panel("runs", "costs").data
    assert costs["total"]["calls"] == len(before["calls"])
