"""Rows of the desk that are read by themselves: decisions by number, and all of it for an audit."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from panel.records.desk import Decision
from panel.store.database import ONE_BY_ONE
from panel.store.desk import MOST_KEYS
from panel.store.desk_tables import decisions


def decisions_by_id(conn: Connection, ids: Sequence[int]) -> dict[int, Decision]:
    """Those there are."""
    found: dict[int, Decision] = {}
    for start in range(0, len(ids), MOST_KEYS):
        some = list(ids[start : start + MOST_KEYS])
        wanted = select(decisions.c.json).where(decisions.c.decision_id.in_(some))
        for row in conn.execute(wanted).scalars():
            decision = Decision.model_validate_json(row)
            found[decision.decision_id] = decision
    return found


def every_row(conn: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table in the order of its key, a few in memory at a time."""
    wanted = select(table).order_by(*table.primary_key.columns).execution_options(**ONE_BY_ONE)
    for row in conn.execute(wanted).mappings():
        yield dict(row)
