"""Rows of the product tables as values and back; which product a reference means; what merged products share."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, exists, func, insert, select

from panel.errors import Mistake
from panel.records import KnownLaunch, Launch, Product, ProductEvent, ProductFacts, Seen, sha256_of, slugify
from panel.store.sql_dialect import put
from panel.store.tables.core import launch_runs, launches, product_events, product_facts, products, runs

ALIKE = 60.0  # of 100: how near a mistyped product must be to be suggested
LONGEST_KEY = 200  # what an index takes on every database, and far more than an address of a repository needs
NEWER = product_facts.alias("newer")  # made once: it costs as much as the query
PANEL = "panel"  # who did what no person did


class LaunchRow(NamedTuple):
    """A row of `launches`, read."""

    product_id: str
    release: str
    slug: str
    names: tuple[str, ...]
    digests: dict[str, str]
    first_seen: datetime
    last_seen: datetime
    seen_at: tuple[Seen, ...]
    launch: Launch


def moment(now: datetime) -> str:
    """A time as it is stored: UTC, ISO 8601."""
    return now.astimezone(UTC).isoformat()


def key_column(key: str) -> str:
    """The key itself, or the hash of one too long for an index."""
    return key if len(key) <= LONGEST_KEY else sha256_of(key)


def find_product(conn: Connection, ref: str) -> Product:
    """The product with this id or slug, else the one with a launch of this slug. Raises Mistake, naming the nearest."""
    found = conn.execute(select(products).where((products.c.product_id == ref) | (products.c.slug == ref))).first()
    if found:
        return load_product(conn, found.product_id)
    owners = set(conn.execute(select(launches.c.product_id).where(launches.c.slug == ref)).scalars())
    if len(owners) == 1:
        return load_product(conn, owners.pop())
    slugs = list(conn.execute(select(products.c.slug)).scalars())
    from rapidfuzz import process

    near = process.extractOne(ref, slugs, score_cutoff=ALIKE)
    hint = f"Did you mean {near[0]!r}?" if near else "`panel products list` names the products there are."
    if owners:
        raise Mistake(f"{ref!r} is a launch of {len(owners)} products.", hint="Name one as `panel products list` does.")
    raise Mistake(f"There is no product {ref!r}.", hint=hint)


def load_product(conn: Connection, product_id: str) -> Product:
    """A product there is, with what is known of it today."""
    return load_products(conn, [product_id])[product_id]


def load_products(conn: Connection, product_ids: Collection[str]) -> dict[str, Product]:
    """`load_product` of each, in one query."""
    if not product_ids:
        return {}
    known = select(products, product_facts).join(product_facts, product_facts.c.product_id == products.c.product_id)
    found = conn.execute(known.where(products.c.product_id.in_(product_ids), is_latest()))
    return {row.product_id: product_of(row, facts_of(row)) for row in found}


def product_of(row: Row[Any], facts: ProductFacts) -> Product:
    """The value of a row that has the columns of `products`."""
    return Product(
        product_id=row.product_id, slug=row.slug, first_seen=datetime.fromisoformat(row.first_seen),
        merged_into=row.merged_into, facts=facts,
    )  # fmt: skip


def facts_before(conn: Connection, product_id: str, day: date) -> ProductFacts | None:
    """What was known of a product before a day; None when it was not known yet."""
    mine = (product_facts.c.product_id == product_id, product_facts.c.on_day < day.isoformat())
    row = conn.execute(select(product_facts).where(*mine).order_by(product_facts.c.on_day.desc()).limit(1)).first()
    return facts_of(row) if row else None


def facts_of(row: Row[Any]) -> ProductFacts:
    """The value of a row that has the columns of `product_facts`."""
    return ProductFacts(
        name=row.name, category=row.category, homepage=row.homepage, pricing_class=row.pricing_class,
        licence=row.licence, checked=date.fromisoformat(row.checked) if row.checked else None,
    )  # fmt: skip


def put_facts(conn: Connection, product_id: str, facts: ProductFacts, now: datetime) -> None:
    """Keep what is known from this day (UTC) on. Days before it keep what was known then."""
    newest = select(func.max(product_facts.c.on_day)).where(product_facts.c.product_id == product_id)
    day = max(moment(now)[:10], conn.execute(newest).scalar() or "")  # a clock that went back rewrites no past
    row = facts.model_dump() | {"checked": facts.checked.isoformat() if facts.checked else ""}
    put(conn, product_facts, {"product_id": product_id, "on_day": day, **row})


def is_latest(before: date | None = None) -> ColumnElement[bool]:
    """Of rows of `product_facts`: the last of its product, or the last before a day.

    One look at the primary key a row; grouping the whole table took 18 ms at 10,000 products, this 3.
    """
    later = (NEWER.c.product_id == product_facts.c.product_id) & (NEWER.c.on_day > product_facts.c.on_day)
    if before is None:
        return ~exists().where(later)
    day = before.isoformat()
    return (product_facts.c.on_day < day) & ~exists().where(later & (NEWER.c.on_day < day))


def root_of(conn: Connection, product_id: str) -> str:
    """The product this one was merged into, through every merge; itself when it was not."""
    while into := conn.execute(select(products.c.merged_into).where(products.c.product_id == product_id)).scalar():
        product_id = into
    return product_id


def family_of(conn: Connection, root: str) -> list[str]:
    """A product and everything that was merged into it, itself first."""
    return families_of(conn, [root])[root]


def families_of(conn: Connection, roots: Collection[str]) -> dict[str, list[str]]:
    """`family_of` of each, in one query for each step of merging."""
    families = {root: [root] for root in roots}
    new = {root: root for root in roots}  # product -> the root it belongs to
    while new:
        into = select(products.c.product_id, products.c.merged_into).where(products.c.merged_into.in_(list(new)))
        rows = conn.execute(into.order_by(products.c.first_seen)).all()
        new = {row.product_id: new[row.merged_into] for row in rows}
        for one, root in new.items():
            families[root].append(one)
    return families


def launch_rows(conn: Connection, family: Collection[str]) -> list[LaunchRow]:
    """Launches of these products, the newest sighting first."""
    mine = select(launches).where(launches.c.product_id.in_(family))
    rows = conn.execute(mine.order_by(launches.c.last_seen.desc(), launches.c.product_id, launches.c.release))
    return [_launch_row(row) for row in rows]


def _launch_row(row: Row[Any]) -> LaunchRow:
    return LaunchRow(
        product_id=row.product_id, release=row.release, slug=row.slug, names=tuple(json.loads(row.names)),
        digests=json.loads(row.digests), first_seen=datetime.fromisoformat(row.first_seen),
        last_seen=datetime.fromisoformat(row.last_seen),
        seen_at=tuple(Seen.model_validate(seen) for seen in json.loads(row.seen_at)),
        launch=Launch.model_validate_json(row.launch),
    )  # fmt: skip


def put_launch(conn: Connection, row: LaunchRow) -> None:
    told = {
        "names": json.dumps(row.names, ensure_ascii=False), "digests": json.dumps(row.digests),
        "first_seen": moment(row.first_seen), "last_seen": moment(row.last_seen),
        "seen_at": json.dumps([seen.model_dump(mode="json") for seen in row.seen_at], ensure_ascii=False),
        "launch": row.launch.model_dump_json(),
    }  # fmt: skip
    put(conn, launches, {"product_id": row.product_id, "release": row.release, "slug": row.slug, **told})


def known_launches(conn: Connection, rows: Sequence[LaunchRow]) -> Iterator[KnownLaunch]:
    """The rows as values, each with the runs there still are of it, oldest first."""
    if not rows:
        return
    mine = launch_runs.c.product_id.in_({row.product_id for row in rows})
    made = select(launch_runs, runs.c.created_at).join(runs, runs.c.run_id == launch_runs.c.run_id).where(mine)
    by_launch: dict[tuple[str, str], list[str]] = {}
    for run in conn.execute(made.order_by(runs.c.created_at, runs.c.run_id)):
        by_launch.setdefault((run.product_id, run.release), []).append(run.run_id)
    for row in rows:
        told = row._asdict()
        del told["digests"]
        yield KnownLaunch(**told, runs=tuple(dict.fromkeys(by_launch.get((row.product_id, row.release), ()))))


def merge_sightings(known: Iterable[Seen], new: Iterable[Seen]) -> tuple[Seen, ...]:
    """Both lists without doubles, by day. One place and address is one sighting, its earliest day kept."""
    once: dict[tuple[str, str], Seen] = {}
    for seen in (*known, *new):
        key = (seen.where.casefold(), seen.url or str(seen.on or ""))
        held = once.get(key)
        days = [day for day in (seen.on, held.on if held else None) if day]
        once[key] = (held or seen).model_copy(update={"on": min(days, default=None)})
    return tuple(sorted(once.values(), key=lambda s: (s.on or date.max, s.where.casefold(), s.url)))


def add_event(conn: Connection, product_id: str, now: datetime, by: str, what: str, **detail: Any) -> None:
    told = json.dumps(detail, ensure_ascii=False)
    row = {"product_id": product_id, "at": moment(now), "who": by[:200], "what": what, "detail": told}
    conn.execute(insert(product_events).values(row))


def events_of(conn: Connection, family: Collection[str]) -> Iterator[ProductEvent]:
    """What was done to these products, in the order it was."""
    mine = select(product_events).where(product_events.c.product_id.in_(family))
    for row in conn.execute(mine.order_by(product_events.c.event_id)):
        yield ProductEvent(
            product_id=row.product_id, at=datetime.fromisoformat(row.at), by=row.who, what=row.what,
            detail=json.loads(row.detail),
        )  # fmt: skip


def free_slug(conn: Connection, name: str) -> str:
    """A slug nobody has: the name's, or with a number when namesakes came first."""
    slug, n = slugify(name), 1
    while conn.execute(select(products.c.slug).where(products.c.slug == slug)).first():
        n += 1
        slug = f"{slugify(name)}-{n}"
    return slug
