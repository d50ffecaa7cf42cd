"""The schema's version: looked up at every opening, migrated only when it is behind.

Looking up is one query; Alembic takes half a second to import, so it is imported only to migrate. A SQLite file is
copied before it is changed.
"""

import logging
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from panel.errors import Mistake, StoreError
from panel.store.sql_dialect import alone
from panel.store.tables import desk_tables  # noqa: F401  its tables belong to the metadata
from panel.store.tables.core import HEAD, VERSION_TABLE, metadata

MIGRATIONS = Path(__file__).parent / "migrations"
BASELINE = "0006"  # the oldest schema that is brought up to date
ANOTHER = "Name another one in PANEL_DATABASE_URL, or unset it for a SQLite file under runs/."
log = logging.getLogger(__name__)


def bring_up_to_date(engine: Engine) -> None:
    """Give the database today's schema.

    Raises Mistake for a schema older than any this version upgrades. Raises StoreError when it was written by a newer
    version of this program, when it holds another program's tables, or when there is no room for the copy.
    """
    with engine.connect() as conn:
        version = schema_version(conn)
    if version == HEAD:
        return
    refuse_unknown(f"The database {engine.url.database!r}", version)
    with engine.begin() as conn:  # whoever comes second waits here, and finds the work done
        alone(conn)
        version = schema_version(conn)
        if version != HEAD:
            if version:
                _keep_copy(engine, version)
            migrate(conn)


def schema_version(conn: Connection) -> str:
    """The migration a database stands at, "" for an empty one. Raises StoreError for another program's."""
    names = set(inspect(conn).get_table_names())
    if VERSION_TABLE in names:
        return str(conn.execute(text(f"select version_num from {VERSION_TABLE}")).scalar() or "")  # noqa: S608
    strangers = names if conn.dialect.name == "sqlite" else names & set(metadata.tables)
    if strangers:
        raise StoreError(
            f"The database {conn.engine.url.database!r} belongs to another program: it holds {min(strangers)!r}.",
            hint=ANOTHER,
        )
    return ""


def refuse_unknown(what: str, version: str) -> None:
    """Raises StoreError or Mistake for a schema that this version can't bring up to date; "" is none yet."""
    if version and not (version.isdigit() and len(version) == len(HEAD)):
        raise StoreError(f"{what} belongs to another program: its schema is {version!r}.", hint=ANOTHER)
    if version > HEAD:
        raise StoreError(
            f"{what} was written by a newer review-panel (schema {version}, this one knows {HEAD}).",
            hint="Update review-panel, or name another database in PANEL_DATABASE_URL.",
        )
    if version and version < BASELINE:
        raise Mistake(
            f"{what} was written by an older review-panel (schema {version}), and the last one that upgrades it is "
            "that of 28 November 2026 (commit 8159e2b).",
            hint=f"Open it once with that one, which brings it to schema {BASELINE}, then with this one.",
        )


def _keep_copy(engine: Engine, version: str) -> None:
    """Copy a SQLite file as it stands, beside itself; nobody can write meanwhile. Of a server's nothing is copied."""
    steps = f"brought from schema {version} to {HEAD}"
    if engine.dialect.name != "sqlite":
        log.warning("The database %r is %s. No copy is made of a database on a server.", engine.url.database, steps)
        return
    with closing(engine.raw_connection()) as conn:
        driver: Any = conn.driver_connection
        (name,) = driver.execute("select file from pragma_database_list where name = 'main'").fetchone()
        day, file = datetime.now(UTC).date().isoformat(), Path(name)
        names = (f"{file.name}.schema-{version}.{day}{f'.{n}' if n else ''}" for n in count())
        copy = next(path for name in names if not (path := file.with_name(name)).exists())
        try:
            driver.execute("vacuum into ?", (str(copy),))
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
    log.warning("The database %r is %s. As it was, it is kept in %r.", str(file), steps, str(copy))


def migrate(conn: Connection) -> None:
    """Run every migration the database has not seen, in the transaction of `conn`."""
    migrate_to(conn, "head")


def migrate_to(conn: Connection, version: str) -> None:
    """Those up to this version."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, version)
