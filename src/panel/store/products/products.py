"""Canonical products: which launches are of one, what is known of it, and what people did to it.

Which launches meet is decided by a rule this room is given (`dossier.products.same_product`): store and dossier are
siblings and know nothing of one another. What is known of a product is kept by day, so that a dossier that speaks of a
day can be given the neighbours of that day again. A merge moves nothing: the merged product points to the other, and
pointing no more undoes it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, case, select, update

from panel.errors import Mistake
from panel.records import Launch, Met, Neighbour, Product, ProductEvent, ProductFacts, ProductHistory, ReviewedProduct
from panel.store.database import Face, changing_alone, reading
from panel.store.desk.act_log import append_act
from panel.store.products import product_rows as sql
from panel.store.products.match import Coming, Meeting, Same, match_of, matches, met, new_product, write_meeting
from panel.store.products.reviewed import open_ones, reviewed_in
from panel.store.sql_dialect import bytewise
from panel.store.tables.core import launch_runs, launches, product_facts, product_keys, products

MOST_NEIGHBOURS = 8
APART = ("into", "out_of", "product")  # where an event names the other product


class Products(Face):
    """The products of one database."""

    def meet_all(self, meetings: Sequence[Meeting], same: Same, *, now: datetime) -> list[Met]:
        """Bring one launch, told once or as read and as announced, to its product or a new one; what was known of each.

        The first that is of a known product decides which; of the later ones only those that have an address. In one
        transaction: two processes that meet one product at once end with one product. same: decides against every
        launch of each product that has one of the keys. A product has one launch a release.
        """
        with changing_alone(self._engine) as conn:
            told = [one.coming for one in meetings if one is meetings[0] or one.coming.launch.homepage]
            found = next(filter(None, (matches(conn, coming, same) for coming in told)), [])
            news: list[Met] = []
            for one in meetings:
                found = [match_of(conn, news[0].product_id)] if news and not found else found
                news_of_it, new = write_meeting(conn, one.coming, found, one.facts, run_id=one.run_id, now=now)
                found = [new] if new else []
                news.append(news_of_it)
            return news

    def look(
        self, launch: Launch, keys: Sequence[str], same: Same, *, digest: str = "", release: str = ""
    ) -> Met | None:
        """What `meet_all` would say of a launch, writing nothing; None when its product is not known."""
        coming = Coming(launch, tuple(keys), release, digest)
        with reading(self._engine) as conn:
            found = matches(conn, coming, same)
            return met(conn, coming, found) if found else None

    def neighbours(
        self, category: str, *, before: date, but: str = "", most: int = MOST_NEIGHBOURS
    ) -> tuple[Neighbour, ...]:
        """Other products of a category, as they were known before a day (UTC).

        Products first met on that day or later don't count, nor does what was learnt since, so that the answer for a
        day stays the same, whatever is met later; only a merge or split by a person changes it. but: a product_id
        left out. A product with a launch that is confidential, or embargoed beyond the day's beginning, is none.
        Those whose price class is known come first, then those looked up last, then by slug.
        """
        if not category:
            return ()
        unpriced = case((product_facts.c.pricing_class == "unknown", 1), else_=0)
        with reading(self._engine) as conn:
            order = (unpriced, product_facts.c.checked.desc(), bytewise(conn.dialect, products.c.slug))
            mine = _standing(before).where(product_facts.c.category == category)
            if but:
                mine = mine.where(products.c.product_id != sql.root_of(conn, but))
            mine = mine.order_by(*order)
            rows = [(row.slug, sql.facts_of(row)) for row in open_ones(conn, mine, before=before, most=most)]
        return tuple(
            Neighbour(slug=slug, name=f.name, pricing_class=f.pricing_class, licence=f.licence, checked=f.checked)
            for slug, f in rows
        )

    def reviewed(self, category: str, *, but_run: str = "", most: int) -> tuple[ReviewedProduct, ...]:
        """Products of a category that were reviewed before, those of whom something was learnt last first.

        but_run: a run whose reviews don't count. most: products given; the cost is theirs, not the archive's.
        """
        with reading(self._engine) as conn:
            return tuple(reviewed_in(conn, category, but_run=but_run, most=most)) if category else ()

    def facts_before(self, product_id: str, day: date) -> ProductFacts | None:
        """What was known of a product before a day (UTC); None when it was not known yet."""
        with reading(self._engine) as conn:
            return sql.facts_before(conn, product_id, day)

    def list_products(self, category: str = "") -> tuple[Product, ...]:
        """Every product that stands for itself, or those of a category, by slug."""
        mine = _standing()
        if category:
            mine = mine.where(product_facts.c.category == category)
        with reading(self._engine) as conn:
            found = [sql.product_of(row, sql.facts_of(row)) for row in conn.execute(mine)]
        return tuple(sorted(found, key=lambda product: product.slug))

    def history(self, ref: str) -> ProductHistory:
        """A product whole: launches with releases, sightings and runs, past names, events.

        ref: a product's id or slug, or a launch's slug. A merged product gives the history of the one it is in.
        Raises Mistake when there is none, naming the nearest.
        """
        with reading(self._engine) as conn:
            root = sql.root_of(conn, sql.find_product(conn, ref).product_id)
            family = sql.family_of(conn, root)
            product, merged = sql.load_product(conn, root), tuple(sql.load_product(conn, one) for one in family[1:])
            rows = sorted(sql.launch_rows(conn, family), key=lambda row: (row.first_seen, row.release))
            known, events = tuple(sql.known_launches(conn, rows)), tuple(sql.events_of(conn, family))
            alike = sql.load_products(conn, {sql.root_of(conn, one) for one in _offered(events)} - {root})
        past = [event.detail["was"] for event in events if event.what == "renamed"]
        names = dict.fromkeys([*past, *(one.facts.name for one in merged), *(n for one in known for n in one.names)])
        others = tuple(name for name in names if name != product.facts.name)
        return ProductHistory(product=product, names=others, merged=merged, alike=tuple(alike.values()),
                              launches=known, events=events)  # fmt: skip

    def merge(self, into: str, other: str, *, by: str, reason: str, now: datetime, account: str = "") -> Product:
        """Make one product of two: `other` points to `into` from now on, launches and history kept where they are.

        Gives the product that stands for both. Raises Mistake when one is unknown or they are one already.
        """
        with changing_alone(self._engine) as conn:
            roots = [sql.root_of(conn, sql.find_product(conn, ref).product_id) for ref in (into, other)]
            if roots[0] == roots[1]:
                raise Mistake(f"{into!r} and {other!r} are one product already.", hint="Nothing is to be done.")
            kept, gone = (sql.load_product(conn, root) for root in roots)
            _point(conn, gone, kept.product_id)
            sql.add_event(conn, gone.product_id, now, by, "merged", into=kept.product_id, slug=kept.slug, reason=reason)
            sql.add_event(
                conn, kept.product_id, now, by, "took", product=gone.product_id, slug=gone.slug, reason=reason
            )
            _tell(conn, account or by, "merged products", now, product=kept.slug, other=other, reason=reason)
            return kept

    def split(
        self, ref: str, releases: Sequence[str] = (), *, name: str = "", by: str, reason: str, now: datetime,
        account: str = "",
    ) -> Product:  # fmt: skip
        """Make two products of one, and give the one that is new or stands for itself again.

        releases: the launches that go, by release or slug, with their keys and runs; name: of the new product. None:
        `ref` was merged into another, and that is undone. Raises Mistake when either can't be.
        """
        with changing_alone(self._engine) as conn:
            product = sql.find_product(conn, ref)
            if not releases:
                own = _undo_merge(conn, product, ref, by=by, reason=reason, now=now)
                _tell(conn, account or by, "took products apart", now, product=own.slug, reason=reason)
                return own
            going = _going(sql.launch_rows(conn, [product.product_id]), releases, ref)
            facts = product.facts.model_copy(
                update={"name": name or going[0].names[0], "homepage": going[0].launch.homepage}
            )
            new = new_product(conn, facts, now, first_seen=min(row.first_seen for row in going))
            moved = [row.release for row in going]
            for table in (launches, product_keys, launch_runs):
                mine = (table.c.product_id == product.product_id) & table.c.release.in_(moved)
                conn.execute(update(table).where(mine).values(product_id=new.product_id))
            told = {"launches": [row.slug for row in going], "reason": reason}
            sql.add_event(conn, product.product_id, now, by, "split", into=new.product_id, slug=new.slug, **told)
            sql.add_event(conn, new.product_id, now, by, "split", out_of=product.product_id, slug=product.slug, **told)
            gone = ", ".join(releases)
            more = {"product": product.slug, "other": new.slug, "launches": gone, "reason": reason}
            _tell(conn, account or by, "split a product", now, **more)
            return new

    def rename(self, ref: str, name: str, *, by: str, reason: str, now: datetime, account: str = "") -> Product:
        """Call a product by another name; its slug stays. Raises Mistake for a name that is none."""
        name = " ".join(name.split())
        if not 0 < len(name) <= 120:
            raise Mistake(f"{name!r} is no name.", hint="Give one of at most 120 characters.")
        with changing_alone(self._engine) as conn:
            product = sql.load_product(conn, sql.root_of(conn, sql.find_product(conn, ref).product_id))
            facts = product.facts.model_copy(update={"name": name})
            told = {"was": product.facts.name, "name": name, "reason": reason}
            sql.put_facts(conn, product.product_id, facts, now)
            sql.add_event(conn, product.product_id, now, by, "renamed", **told)
            _tell(conn, account or by, "renamed a product", now, product=product.slug, **told)
            return product.model_copy(update={"facts": facts})


def _offered(events: Sequence[ProductEvent]) -> set[str]:
    """Products that looked like this one and that nobody has told apart since."""
    apart = {event.detail.get(key) for event in events if event.what in ("split", "unmerged") for key in APART}
    return {one for event in events if event.what == "alike" for one in event.detail["products"]} - apart


def _tell(conn: Connection, by: str, what: str, now: datetime, **detail: str) -> None:
    """The act in the desk's log, too. by: an account, or the name of whoever has none."""
    append_act(conn, by=by[:80], what=what, now=now, detail=dict(detail))


def _standing(before: date | None = None) -> Select[Any]:
    """Products that stand for themselves with what is known of them today, or was before a day."""
    whose = product_facts.c.product_id == products.c.product_id
    known = select(products, product_facts).join(product_facts, whose)
    return known.where(products.c.merged_into == "", sql.is_latest(before))


def _point(conn: Connection, product: Product, into: str) -> None:
    conn.execute(update(products).where(products.c.product_id == product.product_id).values(merged_into=into))


def _undo_merge(conn: Connection, product: Product, ref: str, *, by: str, reason: str, now: datetime) -> Product:
    if not product.merged_into:
        raise Mistake(f"{ref!r} was merged into no other product.", hint="Name the launches that go: --release R")
    _point(conn, product, "")
    sql.add_event(conn, product.product_id, now, by, "unmerged", out_of=product.merged_into, reason=reason)
    sql.add_event(conn, product.merged_into, now, by, "unmerged", product=product.product_id, reason=reason)
    return product.model_copy(update={"merged_into": ""})


def _going(rows: Sequence[sql.LaunchRow], releases: Sequence[str], ref: str) -> list[sql.LaunchRow]:
    """The launches that are meant. Raises Mistake for a stranger, or when none would stay."""
    for wanted in releases:
        if not any(_is_meant(row, wanted) for row in rows):
            there = ", ".join(row.launch.release or row.slug for row in rows)
            raise Mistake(f"{ref!r} has no release {wanted!r} of its own.", hint=f"It has: {there}.")
    going = [row for row in rows if any(_is_meant(row, wanted) for wanted in releases)]
    if len(going) == len(rows):
        raise Mistake(f"That is all of {ref!r}; nothing would stay.", hint="Name fewer releases, or rename it.")
    return sorted(going, key=lambda row: (row.first_seen, row.release))


def _is_meant(row: sql.LaunchRow, wanted: str) -> bool:
    return wanted in (row.slug, row.launch.release, row.release) and bool(wanted)
