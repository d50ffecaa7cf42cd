"""A launch brought to its product, for tests."""

from datetime import datetime

from panel.dossier.identity.same_product import folded_release, product_key, same_product
from panel.pipeline.products import facts_of
from panel.records import Launch, Met, ProductFacts
from panel.store import Products
from panel.store.products.match import Coming, Meeting


def meet(
    launch: Launch,
    products: Products,
    *,
    now: datetime,
    facts: ProductFacts | None = None,
    digest: str = "",
    run_id: str = "",
) -> Met:
    """What was known of a launch before, and its product. now: UTC."""
    coming = Coming(launch, product_key(launch), folded_release(launch), digest)
    return products.meet_all([Meeting(coming, facts or facts_of(launch), run_id)], same_product, now=now)[0]
