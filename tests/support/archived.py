"""The databases of past versions, as `tests/archive/README.md` tells how they were made."""

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import psycopg

ARCHIVE = Path(__file__).parents[1] / "archive" / "databases.tar.xz"
AGES = ("first-aid", "today")
Rows = dict[str, list[dict[str, object]]]  # by table, in the order of their texts


def load_archived(age: str, url: str) -> None:
    """Put the database of that age at this address, where nothing is yet. No code of ours has a part in it."""
    kind = "sqlite" if url.startswith("sqlite") else "postgres"
    with tarfile.open(ARCHIVE) as tar:
        file = tar.extractfile(f"{age}.{kind}.sql")
        assert file
        script = file.read().decode()
    if kind == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as conn:
            conn.executescript(script)
    else:
        with psycopg.connect(url) as conn:
            conn.execute(script.encode())


def read_rows(url: str) -> Rows:
    """Every row of every table, by plain SQL."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as conn:
            return _rows(conn, "select name from sqlite_master where type = 'table'")
    with psycopg.connect(url) as conn:
        conn.execute("set search_path = public")
        return _rows(conn, "select tablename from pg_tables where schemaname = 'public'")


def _rows(conn: "sqlite3.Connection | psycopg.Connection", names: str) -> Rows:
    found: Rows = {}
    for (name,) in conn.execute(names).fetchall():
        cursor = conn.execute(f'select * from "{name}"')  # type: ignore[call-overload]
        columns = [column[0] for column in cursor.description]
        found[name] = sorted((dict(zip(columns, row, strict=True)) for row in cursor.fetchall()), key=repr)
    return found
