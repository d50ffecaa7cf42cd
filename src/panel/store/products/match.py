"""How a launch meets the archive: found by its keys, decided by the rule it is given, written down. One transaction."""

from collections.abc import Sequence
from datetime import datetime
from secrets import choice
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, insert, select

from panel.records import Launch, Met, Product, ProductFacts
from panel.store.products import product_rows as sql
from panel.store.run_ids import TAIL
from panel.store.sql_dialect import insert_or_leave, put
from panel.store.tables.core import launch_runs, product_keys, products

PROOF = "text:"  # a key of this sort says all there is of a launch


class Same(Protocol):
    """The rule that says which launches are of one product."""

    def __call__(self, one: Launch, other: Launch, /, *, is_settled: bool = False) -> bool: ...


MOST_OFFERED = 5  # products a new one may be the same as: a common name has more


class Coming(NamedTuple):
    """A launch as it comes in."""

    launch: Launch
    keys: tuple[str, ...]  # what it may be found by, the name's among them
    release: str  # folded; "" for none
    digest: str  # "announced:sha256:...": of what, then the hash; "" when nobody made one


class Meeting(NamedTuple):
    """A launch that comes in, what it tells, and the run that reviewed it, if one did."""

    coming: Coming
    facts: ProductFacts
    run_id: str = ""


class Match(NamedTuple):
    """A product the rule takes the launch for."""

    product: Product
    rows: list[sql.LaunchRow]  # of it and of all that was merged into it
    shared: int  # keys in common

    def row(self, release: str) -> sql.LaunchRow | None:
        """The launch of this release; the product's own before one of a merged product."""
        mine = [row for row in self.rows if row.release == release]
        return min(mine, key=lambda row: row.product_id != self.product.product_id) if mine else None


def matches(conn: Connection, coming: Coming, same: Same) -> list[Match]:
    """Products the launch is of by the rule, the likeliest first.

    That is the one with most keys in common, then the one that has this release, then the one seen last. So after a
    split a launch goes to the product whose launches it shares more with, though the rule would take it for both.
    A fixed number of queries, however many namesakes there are.
    """
    shared = _sharing(conn, [sql.key_column(key) for key in coming.keys])
    families = sql.families_of(conn, shared)
    known = sql.load_products(conn, shared)
    by_product: dict[str, list[sql.LaunchRow]] = {}
    for row in sql.launch_rows(conn, [one for family in families.values() for one in family]) if shared else ():
        by_product.setdefault(row.product_id, []).append(row)
    found = []
    for root, common in sorted(shared.items()):
        rows = [row for one in families[root] for row in by_product.get(one, ())]
        rows.sort(key=lambda row: row.last_seen, reverse=True)
        match = Match(known[root], rows, len(common))
        is_settled = len(families[root]) > 1
        is_called_so = is_settled and sql.key_column(coming.keys[-1]) in common
        compared = (_compared(row, match, coming.launch if is_called_so else row.launch) for row in rows)
        if any(key.startswith(PROOF) for key in common) or any(
            same(one, coming.launch, is_settled=is_settled) for one in compared
        ):
            found.append(match)
    found.sort(key=lambda m: m.rows[0].last_seen, reverse=True)
    return sorted(found, key=lambda m: (-m.shared, m.row(coming.release) is None))


def _compared(row: sql.LaunchRow, match: Match, called: Launch) -> Launch:
    """A known launch with all that is known of it, under the name and release of `called`.

    Products that were merged have all their names and all their addresses in common. One that came without an address
    has its product's: else it would meet every namesake by name alone.
    """
    more = {"name": called.name, "release": called.release, "seen_at": row.seen_at}
    homepage = row.launch.homepage or match.product.facts.homepage
    return row.launch.model_copy(update={**more, "homepage": homepage})


def match_of(conn: Connection, product_id: str) -> Match:
    """A product that a launch is known to be of, whatever the rule says."""
    root = sql.root_of(conn, product_id)
    return Match(sql.load_products(conn, [root])[root], sql.launch_rows(conn, sql.family_of(conn, root)), 0)


def _sharing(conn: Connection, keys: Sequence[str]) -> dict[str, set[str]]:
    """Products that have one of these keys, by the product that stands for them: the keys."""
    held = select(product_keys.c.key, product_keys.c.product_id, products.c.merged_into)
    held = held.join(products, products.c.product_id == product_keys.c.product_id)
    shared: dict[str, set[str]] = {}
    for row in conn.execute(held.where(product_keys.c.key.in_(keys))):
        root = sql.root_of(conn, row.merged_into) if row.merged_into else row.product_id
        shared.setdefault(root, set()).add(row.key)
    return shared


def met(conn: Connection, coming: Coming, found: Sequence[Match]) -> Met:
    """What is known of a launch that has at least one match, before anything is written."""
    match = found[0]
    row = match.row(coming.release)
    return Met(
        product_id=match.product.product_id, product_slug=match.product.slug,
        slug=row.slug if row else coming.launch.slug, new_product=False, new_launch=row is None,
        changed=bool(row) and _has_changed(row, coming.digest), product=match.product,
        launch=next(sql.known_launches(conn, [row])) if row else None,
        also=tuple(other.product.product_id for other in found[1:]),
    )  # fmt: skip


def _has_changed(row: sql.LaunchRow | None, digest: str) -> bool:
    sort = digest.partition(":")[0]
    return bool(row and digest and row.digests.get(sort, digest) != digest)


def write_meeting(
    conn: Connection, coming: Coming, found: Sequence[Match], facts: ProductFacts, *, run_id: str, now: datetime
) -> tuple[Met, Match | None]:
    """Write down that a launch was met. What was known before, and the product as it stands now, where it is new."""
    if found:
        news = met(conn, coming, found)
        merged = updated_facts(found[0].product.facts, facts)
        if merged != found[0].product.facts:
            sql.put_facts(conn, news.product_id, merged, now)
        product = None
    else:
        near = _sharing(conn, [sql.key_column(key) for key in coming.keys])
        also = sorted(near, key=lambda root: (-len(near[root]), root))[:MOST_OFFERED]
        product = new_product(conn, facts, now)
        news = Met(product_id=product.product_id, product_slug=product.slug, slug=coming.launch.slug,
                   new_product=True, new_launch=True, changed=False, also=tuple(also))  # fmt: skip
    held = found[0].row(coming.release) if found else None
    row = _put_launch(conn, coming, held, news.product_id, now, reviewed=bool(run_id))
    _say_so(conn, coming, news, now)
    keys = [{"key": sql.key_column(k), "product_id": row.product_id, "release": row.release} for k in coming.keys]
    if keys:
        conn.execute(insert_or_leave(conn.dialect, product_keys), keys)
    if run_id:
        made = {"run_id": run_id, "slug": coming.launch.slug, "product_id": row.product_id, "release": row.release}
        put(conn, launch_runs, made)
    return news, Match(product, [row], 0) if product else None


def _put_launch(
    conn: Connection, coming: Coming, held: sql.LaunchRow | None, product_id: str, now: datetime, *, reviewed: bool
) -> sql.LaunchRow:
    """The launch's row, new or brought up to date."""
    sort = coming.digest.partition(":")[0]
    digests = {sort: coming.digest} if coming.digest else {}
    slim = tuple(source.model_copy(update={"text": ""}) for source in coming.launch.sources)
    launch = coming.launch.model_copy(update={"sources": slim})
    if held is None:
        row = sql.LaunchRow(product_id, coming.release, launch.slug, (launch.name,), digests, now, now,
                        sql.merge_sightings((), launch.seen_at), launch)  # fmt: skip
    else:
        row = held._replace(
            names=tuple(dict.fromkeys((*held.names, launch.name))), digests=held.digests | digests,
            last_seen=max(held.last_seen, now), seen_at=sql.merge_sightings(held.seen_at, launch.seen_at),
            launch=_fuller(held.launch, launch, reviewed=reviewed),
        )  # fmt: skip
    sql.put_launch(conn, row)
    return row


def _fuller(known: Launch, new: Launch, *, reviewed: bool) -> Launch:
    """The newer launch, with the addresses only the known one had: a short notice must not make it unfindable.

    Nor does it lift an embargo, which ends by itself; only a review without the word makes a launch no longer
    confidential, since its text has then been sent.
    """
    have = {source.url for source in new.sources}
    kept = tuple(source for source in known.sources if source.url and source.url not in have)
    more = {"homepage": new.homepage or known.homepage, "sources": (*new.sources, *kept),
            "embargo_until": new.embargo_until or known.embargo_until,
            "confidential": new.confidential or (known.confidential and not reviewed)}  # fmt: skip
    return new.model_copy(update=more)


def _say_so(conn: Connection, coming: Coming, news: Met, now: datetime) -> None:
    """Events only for what is news: a launch seen again every day writes none."""
    told = {"launch": coming.launch.slug, "name": coming.launch.name, "release": coming.release}
    if news.new_launch:
        sql.add_event(conn, news.product_id, now, sql.PANEL, "found" if news.new_product else "release", **told)
        if news.also:
            sql.add_event(conn, news.product_id, now, sql.PANEL, "alike", **told, products=list(news.also))
    elif news.changed:
        sql.add_event(conn, news.product_id, now, sql.PANEL, "changed", **told, digest=coming.digest)


def new_product(conn: Connection, facts: ProductFacts, now: datetime, *, first_seen: datetime | None = None) -> Product:
    """A product of its own. first_seen: of its oldest launch, when that was before now."""
    product_id = "p-" + "".join(choice(TAIL) for _ in range(10))
    slug, since = sql.free_slug(conn, facts.name), first_seen or now
    row = {"product_id": product_id, "slug": slug, "first_seen": sql.moment(since), "merged_into": ""}
    conn.execute(insert(products).values(row))
    sql.put_facts(conn, product_id, facts, now)
    return Product(product_id=product_id, slug=slug, first_seen=since, facts=facts)


def updated_facts(known: ProductFacts, new: ProductFacts) -> ProductFacts:
    """What is known once a launch has told its facts.

    A blank never replaces something, nor what was looked up earlier something looked up later. The name and the
    homepage stay the first ones: what other launches call it is kept with them, and only a person renames a product.
    """
    older = known.checked is not None and (new.checked is None or new.checked < known.checked)
    told = {"pricing_class": new.pricing_class, "licence": new.licence}
    blank = {"pricing_class": "unknown", "licence": ""}
    had = known.model_dump()
    taken = {f: v for f, v in told.items() if v != blank[f] and (not older or had[f] == blank[f])}
    looked_up = any(told[f] != blank[f] for f in told) and not older
    return known.model_copy(
        update={
            "category": new.category or known.category, "homepage": known.homepage or new.homepage,
            "checked": new.checked or known.checked if looked_up else known.checked, **taken,
        }
    )  # fmt: skip
