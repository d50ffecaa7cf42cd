"""A database of an earlier version keeps what it holds."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert
from tests.support.databases import open_part
from tests.support.records import a_review, a_run

from panel.store import Products, RunRecords
from panel.store.draft_rows import DraftRows, untaken
from panel.store.runs.record_rows import record_row, run_row
from panel.store.tables.core import HEAD, records, runs
from panel.store.upgrade import MIGRATIONS


def make_old(path: Path, version: str = "0001", *slugs: str) -> None:
    """A database as that version made it, with one run and its reviews."""
    engine, config = create_engine(f"sqlite:///{path}"), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, version)
        conn.execute(insert(runs), run_row(a_run()))
        for slug in slugs or ("acme",):
            conn.execute(insert(records), record_row("run-1", "review", slug, "sha256:r", a_review()))
    engine.dispose()


def test_a_database_of_the_first_version_gains_products_and_keeps_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "panel.db"
    make_old(path)
    products = open_part(Products, f"sqlite:///{path}", runs_dir=tmp_path)
    assert products.list_products() == ()
    products.close()
    kept = open_part(RunRecords, f"sqlite:///{path}", runs_dir=tmp_path)
    assert [[r.slug for r in kept.load_reviews(run.run_id)] for run in kept.list_runs()] == [["acme"]]
    kept.close()
    with sqlite3.connect(path) as conn:
        assert conn.execute("select version_num from panel_schema").fetchone() == (HEAD,)
    conn.close()


def test_what_the_queue_took_in_before_stays_taken(tmp_path: Path) -> None:
    path = tmp_path / "panel.db"
    make_old(path, "0005", "new", "taken", "made-anew")
    with sqlite3.connect(path) as conn:
        for slug, hashed in (("taken", "sha256:r"), ("made-anew", "sha256:before")):
            conn.execute("insert into desk_taken values ('run-1', 'review', ?, ?, 'a-draft')", (slug, hashed))
    conn.close()
    store = open_part(DraftRows, f"sqlite:///{path}")
    with store.reading() as reading:
        assert [slug for _, slug, _ in untaken(reading, "review", 9)] == ["made-anew", "new"]
    store.close()
