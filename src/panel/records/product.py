"""The canonical thing launches belong to: what is known of it, since when, and what was done to it."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from panel.records.base import Value
from panel.records.launch import Launch, PricingClass, Seen


class ProductFacts(Value):
    """What an archive keeps of a product beside its launches; the facts neighbours are shown with."""

    name: Annotated[str, Field(min_length=1, max_length=200)]  # without a release number
    category: Annotated[str, Field(max_length=200)] = ""  # one of categories.yaml, "" when unknown
    homepage: str = ""
    pricing_class: PricingClass = "unknown"
    licence: str = ""  # "Apache-2.0"; "Apache-2.0 / MIT" where two places differ; "" unknown
    checked: date | None = None  # day price class and licence were looked up; None: nobody has


class Product(Value):
    """A product with what is known of it today. Its slug never changes, whatever it is called later."""

    product_id: str
    slug: str
    first_seen: AwareDatetime  # UTC
    merged_into: str = ""  # the product_id it was merged into; "" stands for itself
    facts: ProductFacts


class Neighbour(Value):
    """Another product of a category, as it was known before a day."""

    slug: str
    name: str
    pricing_class: PricingClass = "unknown"
    licence: str = ""
    checked: date | None = None


class ReviewedProduct(Value):
    """A product of the archive and its latest review: what a newcomer may be compared with."""

    product_id: str
    name: str
    run_id: str
    slug: str  # as that run calls it
    reviewed_on: date
    kinds: frozenset[str]  # of facts there are of it (`stated_kinds`)


class KnownLaunch(Value):
    """One release of a product, with every place it was seen and every run that reviewed it."""

    product_id: str  # the product it was met under; another one's when the two were merged
    release: str  # folded: "2-1"; "" for a launch that names none
    slug: str  # of the launch when it was first met
    names: tuple[str, ...]  # every name it came under, the first one first
    first_seen: AwareDatetime
    last_seen: AwareDatetime
    seen_at: tuple[Seen, ...] = ()
    runs: tuple[str, ...] = ()  # run ids, oldest first; deleted runs are left out
    launch: Launch  # as last met, without source texts


class ProductEvent(Value):
    """Something that was done to a product. Events are only ever added."""

    product_id: str
    at: datetime  # UTC
    by: str  # a person, or "panel"
    what: str  # found, release, changed, alike, renamed, merged, took, split, unmerged
    detail: dict[str, Any] = {}


class ProductHistory(Value):
    """A product whole: itself, what was merged into it, its launches and events, oldest first."""

    product: Product
    names: tuple[str, ...]  # every name but today's: past ones, and those launches came under
    merged: tuple[Product, ...] = ()
    alike: tuple[Product, ...] = ()  # others it may be one with: nobody can tell, so an editor is asked
    launches: tuple[KnownLaunch, ...] = ()
    events: tuple[ProductEvent, ...] = ()


class Met(Value):
    """What the archive says of a launch: of which product it is, and whether it is news."""

    product_id: str
    product_slug: str
    slug: str  # of the launch when it was first met
    new_product: bool
    new_launch: bool  # this release was not known before
    changed: bool  # known, and what is announced or read differs from last time; False when nobody can tell
    product: Product | None = None  # as it was known before; None for a new one
    launch: KnownLaunch | None = None  # as it was known before; None for a new one
    also: tuple[str, ...] = ()  # ids of further products that are or may be the same: an editor may merge them
