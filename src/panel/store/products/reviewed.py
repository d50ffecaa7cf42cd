"""Products of a category that were reviewed before, the latest news first: what a newcomer may be compared with.

However long the archive, few rows are looked at: candidates come off an index by category and day, a page at a time,
and each is looked up by its keys. What only today's run has reviewed is passed over, so the cost is the day's.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, tuple_

from panel.records import Launch, ReviewedProduct, stated_kinds
from panel.store.products.product_rows import families_of, is_latest
from panel.store.tables.core import launch_runs, launches, product_facts, products, records, runs

PAGE = 100  # candidates looked up in one go
MOST_PAGES = 100  # of launches that only today's run, or runs deleted since, have reviewed
KEPT = (
    (records.c.run_id == launch_runs.c.run_id) & (records.c.kind == "review") & (records.c.slug == launch_runs.c.slug)
)  # a review there still is

Candidates = Sequence[Row[Any, Any, Any]]
# As they stand in a launch's JSON, which has them only when they say something; in a text the quotes are escaped.
EMBARGOED, CONFIDENTIAL = '"embargo_until":', '"confidential":true'


def reviewed_in(conn: Connection, category: str, *, but_run: str, most: int) -> Iterator[ReviewedProduct]:
    """At most so many products that stand for themselves, each with its latest review by any run but one."""
    found = (one for page in _candidates(conn, category) for one in _reviewed(conn, page, but_run))
    yield from islice(found, most)


def _candidates(conn: Connection, category: str) -> Iterator[Candidates]:
    """Products of the category, page by page, those of whom something was learnt last first."""
    at = (product_facts.c.on_day, product_facts.c.product_id)
    wanted = (
        select(product_facts.c.product_id, product_facts.c.name, product_facts.c.on_day)
        .join(products, product_facts.c.product_id == products.c.product_id)
        .where(product_facts.c.category == category, products.c.merged_into == "", is_latest())
        .order_by(*(column.desc() for column in at))
        .limit(PAGE)
    )
    page = conn.execute(wanted).all()
    for _ in range(MOST_PAGES):
        yield page
        if len(page) < PAGE:
            return
        last = page[-1]
        page = conn.execute(wanted.where(tuple_(*at) < (last.on_day, last.product_id))).all()


def _reviewed(conn: Connection, page: Candidates, but_run: str) -> Iterator[ReviewedProduct]:
    families = families_of(conn, [row.product_id for row in page])
    everybody = [one for family in families.values() for one in family]
    made = select(launch_runs.c.product_id).join(records, KEPT)
    made = made.where(launch_runs.c.product_id.in_(everybody), launch_runs.c.run_id != but_run)
    by_another = set(conn.execute(made.distinct()).scalars())
    for row in page:
        family = by_another.intersection(families[row.product_id])
        if family and (last := _last_review(conn, family, but_run)):
            yield ReviewedProduct(product_id=row.product_id, name=row.name, **last)


def _last_review(conn: Connection, family: Collection[str], but_run: str) -> dict[str, Any] | None:
    """Where the latest review of these products is, and which kinds of facts its dossier states."""
    made = (
        select(launch_runs.c.run_id, launch_runs.c.slug, runs.c.created_at, records.c.json)
        .join(runs, runs.c.run_id == launch_runs.c.run_id)
        .join(records, KEPT)
        .where(launch_runs.c.product_id.in_(family), launch_runs.c.run_id != but_run)
        .order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
        .limit(1)
    )
    row = conn.execute(made).first()
    if row is None:
        return None
    dossier = json.loads(row.json)["dossier"]  # reading the whole record takes longer
    return {
        "run_id": row.run_id, "slug": row.slug, "reviewed_on": datetime.fromisoformat(row.created_at).date(),
        "kinds": stated_kinds(Launch.model_validate(dossier["launch"]), (fact["kind"] for fact in dossier["facts"])),
    }  # fmt: skip


def open_ones(conn: Connection, ordered: Select[Any], *, before: date, most: int) -> list[Row[Any]]:
    """The first rows of this query, whose rows have a `product_id`, without products that are closed on that day."""
    found: list[Row[Any]] = []
    skip = 0
    while len(found) < most:
        rows = conn.execute(ordered.limit(most).offset(skip)).all()
        closed = closed_on(conn, [row.product_id for row in rows], before) if rows else ()
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
