"""The schema's version: looked up at every opening, migrated only when it is behind.

Looking up is one query; Alembic takes half a second to import, so it is imported only to migrate.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from panel.errors import StoreError
from panel.store.sql_dialect import alone
from panel.store.tables import desk_tables  # noqa: F401  its tables belong to the metadata
from panel.store.tables.core import HEAD, VERSION_TABLE, metadata

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(engine: Engine) -> None:
    """Give the database today's schema.

    Raises StoreError when it was written by a newer version of this program, or holds another program's tables.
    """
    with engine.connect() as conn:
        version = schema_version(conn)
    if version == HEAD:
        return
    if version and version > HEAD:
        raise StoreError(
            f"The database {engine.url.database!r} was written by a newer review-panel (schema {version}, this one "
            f"knows {HEAD}).",
            hint="Update review-panel, or name another database in PANEL_DATABASE_URL.",
        )
    with engine.begin() as conn:  # whoever comes second waits here, and finds the work done
        alone(conn)
        if schema_version(conn) != HEAD:
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
            hint="Name another one in PANEL_DATABASE_URL, or unset it for a SQLite file under runs/.",
        )
    return ""


def migrate(conn: Connection) -> None:
    """Run every migration the database has not seen, in the transaction of `conn`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
