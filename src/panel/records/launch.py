"""A tool's announcement as it came in: the launch file, read once at the edge and then trusted."""

import hashlib
import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from panel.records.base import Value

Voice = Literal["maker", "third_party", "rival", "us", "unknown"]  # rival: another product's maker
SourceKind = Literal[
    "page", "pricing", "docs", "changelog", "licence", "repository", "article", "discussion", "issues", "package",
    "run_log", "neighbours", "other",
]  # fmt: skip
ThirdParty = Literal["discussion", "issues", "releases", "package"]  # what is asked about a launch beside its own pages
PricingClass = Literal["free", "open_source", "freemium", "trial", "paid", "usage", "contact", "unknown"]
Stake = Literal["none", "affiliate", "investor", "owned"]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class Plan(Value):
    """One line of a price list, as the source words it."""

    name: ShortText
    price: ShortText
    includes: str = ""


class Pricing(Value):
    """What it costs to start and to go on, with whose word that is and when it was looked up."""

    pricing_class: PricingClass = Field(default="unknown", alias="class", serialization_alias="class")
    entry: str = ""  # what the first useful result costs, compute you must bring included
    plans: tuple[Plan, ...] = ()
    source: str = ""  # a URL or a source's title
    checked: date | None = None  # day the prices were looked up; None: nobody has

    model_config = Value.model_config | {"populate_by_name": True, "serialize_by_alias": True}


class Seen(Value):
    """Where and when a launch was noticed."""

    where: ShortText
    url: str = ""
    on: date | None = None


class LaunchSource(Value):
    """One thing jurors will read: inline `text`, or a local text, HTML or Markdown `file`."""

    title: ShortText
    voice: Voice = "unknown"
    kind: SourceKind = "page"
    url: str = ""
    published: date | None = None
    fetched: date | None = None  # day it was read by whoever wrote the file
    text: str = ""
    file: str = ""  # relative to the launch file


class Rival(Value):
    """Another tool that does the job, whose home and price page critics read too."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    homepage: Annotated[str, StringConstraints(min_length=1)]


class Launch(Value):
    """A launch file's content. A name and one source suffice."""

    format: Literal[1] = 1
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    release: ShortText = ""
    tagline: ShortText = ""  # the maker's words; only ever printed as such
    category: str = ""  # one of categories.yaml, "" when unknown
    homepage: str = ""
    pricing: Pricing = Pricing()
    launched_at: date | None = None
    seen_at: tuple[Seen, ...] = ()
    description: str = ""
    stake: Stake = "none"  # our own interest in the product
    sources: tuple[LaunchSource, ...] = Field(min_length=1)
    # Left out of JSON where they say nothing, so that records and hashes without them stay what they were.
    embargo_until: datetime | None = Field(default=None, exclude_if=lambda value: value is None)  # UTC
    rivals: tuple[Rival, ...] = Field(default=(), max_length=3, exclude_if=lambda value: not value)
    confidential: bool = Field(default=False, exclude_if=lambda value: not value)  # goes only where panel.toml lets it

    @field_validator("embargo_until", mode="before")
    @classmethod
    def _day_begins_at_midnight(cls, value: Any) -> Any:
        """A day alone is its first moment, UTC."""
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return value
        return datetime.combine(day, time(), UTC) if type(day) is date else day

    @field_validator("embargo_until")
    @classmethod
    def _embargo_has_a_zone(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time needs its zone")
        return value.astimezone(UTC) if value else None

    @property
    def slug(self) -> str:
        """Name and release as one URL-safe word; two launches of one product differ by release."""
        return slugify(f"{self.name} {self.release}")


SLUGGABLE = re.compile(r"[a-z0-9\s\-_.,:;/()\[\]'\"&!?]*")  # what a slug can lose and still be that name


def slugify(text: str, *, most: int = 60) -> str:
    """ASCII, lower case, hyphens; never empty, never longer than `most`, safe as a file name.

    A name that loses letters or signs on the way (C++, Notepad++, any other script) or is cut gets six letters of its
    hash, so that two names are two slugs.
    """
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.strip()) if not unicodedata.combining(c)).lower()
    plain = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    if plain and len(plain) <= most and SLUGGABLE.fullmatch(folded):
        return plain
    tail = hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{plain[: most - 7].strip('-')}-{tail}".strip("-")
