"""All rows of the desk, for an audit."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, select

from panel.store.database import ONE_BY_ONE


def every_row(conn: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table in the order of its key, a few in memory at a time."""
    wanted = select(table).order_by(*table.primary_key.columns).execution_options(**ONE_BY_ONE)
    for row in conn.execute(wanted).mappings():
        yield dict(row)
