"""A database of an earlier version keeps what it holds."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert
from tests.unit.store.samples import a_review, a_run

from panel.store import Products, Records
from panel.store.run_rows import record_row, run_row
from panel.store.schema import MIGRATIONS
from panel.store.tables import HEAD, records, runs


def make_the_first(path: Path) -> None:
    """A database as the first version made it, with one run and its review."""
    engine, config = create_engine(f"sqlite:///{path}"), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        conn.execute(insert(runs), run_row(a_run()))
        conn.execute(insert(records), record_row("run-1", "review", "acme", "sha256:r", a_review()))
    engine.dispose()


def test_a_database_of_the_first_version_gains_products_and_keeps_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "panel.db"
    make_the_first(path)
    products = Products.open(f"sqlite:///{path}", runs_dir=tmp_path)
    assert products.list_products() == ()
    products.close()
    kept = Records.open(f"sqlite:///{path}", runs_dir=tmp_path)
    assert [[r.slug for r in kept.load_reviews(run.run_id)] for run in kept.list_runs()] == [["acme"]]
    kept.close()
    with sqlite3.connect(path) as conn:
        assert conn.execute("select version_num from panel_schema").fetchone() == (HEAD,)
    conn.close()
