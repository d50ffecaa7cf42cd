"""Which products may be told of to whoever reads of other products: none that is embargoed or confidential."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from panel.records import Launch
from panel.store.product_rows import families_of
from panel.store.tables import launches

# As they stand in a launch's JSON, which has them only when they say something; in a text the quotes are escaped.
EMBARGOED, CONFIDENTIAL = '"embargo_until":', '"confidential":true'


def open_ones(conn: Connection, ordered: Select[Any], *, before: date, most: int) -> list[Row[Any]]:
    """The first rows of this query, whose rows have a `product_id`, without products that are closed on that day."""
    found: list[Row[Any]] = []
    skip = 0
    while len(found) < most:
        rows = conn.execute(ordered.limit(most).offset(skip)).all()
        closed = closed_on(conn, [row.product_id for row in rows], before)
        found += [row for row in rows if row.product_id not in closed]
        if len(rows) < most:
            break
        skip += most
    return found[:most]


def closed_on(conn: Connection, roots: Collection[str], day: date) -> set[str]:
    """Of these products those nobody may be told of on a day (UTC), for a launch of theirs that was met before it.

    What is met on the day or later closes nothing, since nothing learnt of it is told on that day anyway. So the answer
    for a day stays the same.
    """
    families = families_of(conn, roots)
    root_by_id = {one: root for root, family in families.items() for one in family}
    marked = or_(launches.c.launch.contains(EMBARGOED), launches.c.launch.contains(CONFIDENTIAL))
    mine = select(launches.c.product_id, launches.c.launch).where(launches.c.product_id.in_(root_by_id), marked)
    rows = conn.execute(mine.where(launches.c.first_seen < day.isoformat()))
    return {root_by_id[row.product_id] for row in rows if is_closed(Launch.model_validate_json(row.launch), day)}


def is_closed(launch: Launch, day: date) -> bool:
    """Whether a dossier of this day may say nothing of the launch: at the day's beginning its time has not come."""
    begins = datetime.combine(day, time(), UTC)
    return launch.confidential or (launch.embargo_until is not None and launch.embargo_until > begins)
