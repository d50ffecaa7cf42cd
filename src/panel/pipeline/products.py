"""What a launch and our archive of products tell one another: before a review its neighbours, after it the news.

Here the rule of which launches are of one product (`dossier/identity/same_product.py`) meets the store that keeps them.
"""

from collections.abc import Sequence
from datetime import date, datetime

from panel.dossier import (
    add_neighbours,
    folded_name,
    folded_release,
    named_release,
    plain_name,
    product_key,
    same_product,
)
from panel.records import Dossier, Launch, Met, ProductFacts, canonical_json, sha256_of
from panel.store import Coming, Meeting, Products

LICENCE_ORDER = ("licence", "repository", "page", "docs")  # whose licence is named first
MOST_LICENCES = 3


def with_neighbours(dossier: Dossier, products: Products, *, today: date) -> Dossier:
    """The dossier with other products of its category, as the archive knew them before the dossier's day.

    today: UTC; what was met today never counts, even for a file dated tomorrow. So the same launch gives the same
    dossier all day, and later, whatever else is met. A launch that names no category has the one its product was
    known by before that day; without any it has no neighbours.
    """
    before = min(dossier.as_of, today)
    known = look_up_launch(dossier.launch, products)
    if known and not dossier.launch.category:
        facts = products.facts_before(known.product_id, before)
        if facts and facts.category:
            launch = dossier.launch.model_copy(update={"category": facts.category})
            dossier = dossier.model_copy(update={"launch": launch})
    others = products.neighbours(dossier.launch.category, before=before, but=known.product_id if known else "")
    own = folded_name(dossier.launch.name, dossier.launch.release)  # a namesake may be the launch itself
    return add_neighbours(dossier, tuple(other for other in others if folded_name(other.name) != own))


def look_up_launch(launch: Launch, products: Products, *, digest: str = "") -> Met | None:
    """What the archive knows of a launch; None for a product it never met. Writes nothing."""
    keys, release = product_key(launch), folded_release(launch)
    return products.look(launch, keys, same_product, digest=digest, release=release)


def meet_reviewed(
    dossier: Dossier, products: Products, *, run_id: str, now: datetime, announced: Launch | None = None
) -> Met:
    """Bring a launch that a run reviewed to its product, with what its dossier states. now: UTC.

    announced: what it came in as, when that is to be known again: brought there too, in the same transaction. Its
    release is the launch's where no page names one, so that two releases of one page are two launches. So is its
    address: where that led to is found by others, and is no proof that they are one.
    """
    launch = dossier.launch
    facts, keys = facts_of(launch, dossier), product_key(launch)
    if announced and not folded_release(launch):
        launch = launch.model_copy(update={"release": named_release(announced.name, announced.release)})
    if announced and announced.homepage:
        launch = launch.model_copy(update={"homepage": announced.homepage})
    keys = tuple(dict.fromkeys((*keys[:-1], *product_key(launch))))
    meetings = [Meeting(Coming(launch, keys, folded_release(launch), read_digest(dossier)), facts, run_id)]
    if announced:
        told = Coming(announced, product_key(announced), folded_release(announced), announced_digest(announced))
        meetings.append(Meeting(told, facts_of(announced)))
    return products.meet_all(meetings, same_product, now=now)[0]


def facts_of(launch: Launch, dossier: Dossier | None = None) -> ProductFacts:
    """What the archive keeps of a product: what its launch says, and the licences its pages state."""
    licences = _licences(dossier) if dossier else ()
    days = [fact.checked for fact in dossier.facts if fact.kind == "licence" and fact.checked] if dossier else []
    return ProductFacts(
        name=plain_name(launch), category=launch.category, homepage=launch.homepage,
        pricing_class=launch.pricing.pricing_class, licence=" / ".join(licences),
        checked=launch.pricing.checked or max(days, default=None),
    )  # fmt: skip


def _licences(dossier: Dossier) -> Sequence[str]:
    """Licences the pages state, those of licence pages first; two that differ are both given."""
    kinds = {source.source_id: source.kind for source in dossier.sources}
    stated = [(kinds.get(fact.source_id, "other"), fact.value) for fact in dossier.facts if fact.kind == "licence"]
    ranks = {kind: n for n, kind in enumerate(LICENCE_ORDER)}
    ordered = sorted(stated, key=lambda told: ranks.get(told[0], len(ranks)))
    return tuple(dict.fromkeys(value for _, value in ordered))[:MOST_LICENCES]


def announced_digest(launch: Launch) -> str:
    """Of what is announced of a launch, sightings left out: another digest is a changed announcement."""
    return "announced:" + _hash(
        launch.model_dump(mode="json", exclude={"seen_at", "sources", "embargo_until", "confidential"})
    )


def read_digest(dossier: Dossier) -> str:
    """Of what a launch's own pages say, whatever the day, the neighbours and what we ran ourselves."""
    own = [s for s in dossier.sources if s.kind not in ("neighbours", "run_log")]
    return "read:" + _hash([[source.kind, source.url, source.text_sha256] for source in own])


def _hash(value: object) -> str:
    return sha256_of(canonical_json(value))
