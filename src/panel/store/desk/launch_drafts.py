"""Which launch, and so which product, a draft is about, as the archive has it today. People merge and split products.

A draft is found by the runs that reviewed its launch: a merge points one product to another and a split takes runs
along, so what was one launch stays one draft, whatever its product is called by now.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from panel.records import Draft, Product, Run
from panel.store.draft_rows import groups, load_draft
from panel.store.products.product_rows import LaunchRow, families_of, launch_rows, load_products, root_of
from panel.store.tables.core import launch_runs, runs
from panel.store.tables.desk_tables import taken


class OfLaunch(NamedTuple):
    """A launch as the archive knows it: the product it was met under, and its release, folded."""

    product_id: str
    release: str


def launch_of(conn: Connection, run_id: str, slug: str) -> OfLaunch | None:
    """The launch that a run reviewed; None for one the archive has not met. Merges are not followed."""
    at = (launch_runs.c.run_id == run_id, launch_runs.c.slug == slug)
    row = conn.execute(select(launch_runs.c.product_id, launch_runs.c.release).where(*at)).first()
    return OfLaunch(row.product_id, row.release) if row else None


def draft_of_run(conn: Connection, run_id: str) -> str:
    """The draft that a run was asked again for; "" for any other run."""
    found = conn.execute(select(runs.c.json).where(runs.c.run_id == run_id)).scalar()
    again = Run.model_validate_json(found).again if found else None
    return again.draft_id if again else ""


def drafts_of(conn: Connection, launch: OfLaunch) -> list[Draft]:
    """Drafts that reviews of this launch went into, those of its own product before those of merged ones."""
    root = root_of(conn, launch.product_id)
    family = families_of(conn, [root])[root]
    mine = (launch_runs.c.product_id.in_(family), launch_runs.c.release == launch.release, taken.c.kind == "review")
    at = (launch_runs.c.run_id == taken.c.run_id) & (launch_runs.c.slug == taken.c.slug)
    wanted = select(taken.c.draft_id, launch_runs.c.product_id).join(launch_runs, at).where(*mine)
    found = conn.execute(wanted.distinct().order_by(taken.c.draft_id)).all()
    own_first = sorted(found, key=lambda row: row.product_id != launch.product_id)
    loaded = (load_draft(conn, draft_id) for draft_id in dict.fromkeys(row.draft_id for row in own_first))
    return [draft for draft in loaded if draft]


def launches_of(conn: Connection, draft_ids: Sequence[str]) -> dict[str, OfLaunch]:
    """By draft of a review: the launch it is about, merges followed; those the archive has not met are left out."""
    found: dict[str, OfLaunch] = {}
    at = (launch_runs.c.run_id == taken.c.run_id) & (launch_runs.c.slug == taken.c.slug)
    wanted = select(taken.c.draft_id, launch_runs.c.product_id, launch_runs.c.release).join(launch_runs, at)
    for some in groups(draft_ids):
        mine = wanted.where(taken.c.kind == "review", taken.c.draft_id.in_(some)).order_by(taken.c.run_id)
        found |= {row.draft_id: OfLaunch(row.product_id, row.release) for row in conn.execute(mine)}
    roots = {one: root_of(conn, one) for one in {launch.product_id for launch in found.values()}}
    return {draft_id: launch._replace(product_id=roots[launch.product_id]) for draft_id, launch in found.items()}


class OfProduct(NamedTuple):
    """A product that stands for itself today, with every launch of it and of what was merged into it."""

    product: Product
    launches: tuple[LaunchRow, ...]


def products_of(conn: Connection, roots: Collection[str]) -> dict[str, OfProduct]:
    """By product_id: products that were merged into no other."""
    found: dict[str, OfProduct] = {}
    for some in groups(sorted(roots)):
        families = families_of(conn, some)
        root_by_id = {one: root for root, family in families.items() for one in family}
        rows: dict[str, list[LaunchRow]] = {root: [] for root in some}
        for row in launch_rows(conn, list(root_by_id)):
            rows[root_by_id[row.product_id]].append(row)
        known = load_products(conn, some)
        found |= {root: OfProduct(known[root], tuple(rows[root])) for root in some if root in known}
    return found
