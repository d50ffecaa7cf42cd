"""What every juror reads: dated, hashed sources cut into numbered passages; and where their facts differ.

`disagree` stands here and not in `dossier`, since pages and commands show it and neither may read a page again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cached_property
from operator import not_
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from panel.records.base import Hashed, Stamp, Value, canonical_json, plain_day, sha256_of
from panel.records.launch import Launch, SourceKind, Voice

PassageId = Annotated[str, StringConstraints(pattern=r"^S[1-9][0-9]{0,3}\.[1-9][0-9]{0,4}$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^S[1-9][0-9]{0,3}$")]


class Passage(Value):
    """A paragraph, heading, code block or table row: the smallest thing a ground can cite."""

    passage_id: PassageId
    kind: Literal["prose", "heading", "code", "table"] = "prose"
    text: str


class Source(Value):
    """One page or file, with whose word it is."""

    source_id: SourceId
    title: str
    url: str = ""
    kind: SourceKind
    voice: Voice
    published: date | None = None
    fetched: date | None = None
    bytes_sha256: str  # of the file or inline text as it came
    text_sha256: str  # of the cleaned text the passages were cut from
    passages: tuple[Passage, ...]


SoughtKind = Literal["home", "pricing", "docs", "changelog", "licence", "repository", "discussion", "issues", "package"]


class Sought(Value):
    """A kind of source that was looked for, and what became of it. What nobody looked for is not listed."""

    kind: SoughtKind
    outcome: Literal["read", "not_readable", "not_public"]  # not public: nothing names one, or there is none
    on: date


class Coverage(Value):
    """The receipt for what a dossier holds, and what was left out and why."""

    passages_total: int  # before trimming
    passages_kept: int
    dropped: tuple[PassageId, ...] = ()
    missing: tuple[str, ...] = ()  # essentials no source has: "pricing", "docs"
    note: str = ""
    unread: tuple[str, ...] = ()  # pages that were to be read and could not be, one sentence each; in no prompt
    # Left out of JSON where they say nothing, so that records without them keep their hashes; in no prompt.
    rendered: tuple[SourceId, ...] = Field(default=(), exclude_if=not_)  # sources read with a browser
    sought: tuple[Sought, ...] = Field(default=(), exclude_if=not_)


TO_MODELS = "speaks to models"  # ends the `where` of a hidden text that instructs models or this panel
SCREENED = "left out as suspicious"  # ends that of a short text which readers see


class Hidden(Value):
    """Text a page keeps from its readers. No juror reads it; an editor sees it, escaped."""

    source_id: SourceId
    where: str  # how it was hidden: "display: none", "aria-hidden", "comment", "off-screen", ...
    text: str

    @property
    def is_attempt(self) -> bool:
        """Whether it was found to instruct models when its dossier was made. The rest is markup like any other."""
        return self.where.endswith((TO_MODELS, SCREENED))


SuspicionKind = Literal["instruction", "panel_claim", "encoded"]


class Suspicion(Value):
    """A span of a passage that speaks to reviewers or models instead of readers."""

    passage_id: PassageId
    kind: SuspicionKind
    excerpt: str  # the span, word for word as it stands in the passage
    why: str = ""  # which rule found it, in a few words


FactKind = Literal[
    "name", "tagline", "publisher", "pricing_class", "plan", "licence", "version", "published", "updated", "language",
    "repository", "package",
]  # fmt: skip


class Fact(Value):
    """Something a page states in a form code can read, with where it stands and when it was looked up."""

    kind: FactKind
    value: str  # normalised: "Apache-2.0", "2026-11-23", "Team: 12 USD per seat and month"
    source_id: SourceId
    passage_id: str = ""  # "" when it stands in no passage (a meta tag)
    read_from: str  # "JSON-LD", "OpenGraph", "licence file", "price table", "pyproject.toml", ...
    checked: date | None = None


def stated_kinds(launch: Launch, facts: Iterable[FactKind]) -> frozenset[FactKind]:
    """Kinds of facts there are of a launch: read by code from its pages, or named in its launch file."""
    named: dict[FactKind, bool] = {
        "pricing_class": launch.pricing.pricing_class != "unknown",
        "plan": bool(launch.pricing.plans),
        "version": bool(launch.release),
        "published": launch.launched_at is not None,
    }
    return frozenset((*facts, *(kind for kind, is_there in named.items() if is_there)))


class Page(Value):
    """One answer of one web server, as it came."""

    url: str  # asked for
    final_url: str  # after redirects
    status: int
    media_type: str  # "text/html", lower case, without parameters
    charset: str = ""  # as the header names it
    body: bytes
    fetched_at: datetime  # UTC
    etag: str = ""
    last_modified: str = ""
    sha256: str  # of the body
    rendered: bool = Field(default=False, exclude_if=not_)  # the body is what a browser showed, not what was sent


class Dossier(Hashed):
    """Every juror of a launch reads exactly this. Its hash leaves out the stamp and fetch times."""

    format: Literal[1] = 1
    made: Stamp
    as_of: date  # the one day the dossier speaks of; part of the hash and of every prompt
    launch: Launch  # with source texts emptied: the passages below are the text
    sources: tuple[Source, ...]
    coverage: Coverage
    hidden: tuple[Hidden, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    facts: tuple[Fact, ...] = ()

    @cached_property
    def dossier_hash(self) -> str:
        """Hash over the sources, their hashes and the launch's facts; no stamp, fetch day or sighting is in it."""
        unread: Any = {
            "made": True, "hidden": True, "suspicions": True, "facts": True,
            "coverage": {"unread", "rendered", "sought"},
            "launch": {"seen_at", "sources", "embargo_until", "confidential"}, "sources": {"__all__": {"fetched"}},
        }  # fmt: skip
        return sha256_of(canonical_json(self.model_dump(mode="json", exclude=unread)))

    @property
    def why_no_price(self) -> str:
        """Why its price class is not known, in our own words, without a full stop; "" where it is known."""
        price = self.launch.pricing
        if price.pricing_class != "unknown":
            return ""
        looked = next((sought for sought in self.coverage.sought if sought.kind == "pricing"), None)
        if looked is None:
            found_none = f"We looked for a price on {plain_day(price.checked)} and found none" if price.checked else ""
            return found_none or "Nobody has looked up its price"
        on = plain_day(looked.on)
        told = {
            "read": f"We could not make out a price on its price page of {on}",
            "not_readable": f"We could not read its price page on {on}",
            "not_public": f"We found no price page on {on}",
        }
        return told[looked.outcome]

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with this id, None when a juror made it up."""
        return next((p for s in self.sources for p in s.passages if p.passage_id == passage_id), None)

    def source_of(self, passage_id: str) -> Source | None:
        """The source a passage id belongs to, by its `S2.` prefix."""
        source_id = passage_id.partition(".")[0]
        return next((s for s in self.sources if s.source_id == source_id), None)


SINGLE: frozenset[FactKind] = frozenset({"name", "publisher", "pricing_class", "licence", "version", "repository"})
COMPANY_FORM = re.compile(r",?\s*\b(?:inc|llc|ltd|limited|gmbh|ag|bv|b\.v|sas|ab|corp)\b\.?")


def disagree(facts: Sequence[Fact]) -> tuple[tuple[Fact, ...], ...]:
    """Groups of facts of which two sources, or two places of one, state different values and no common one.

    Kinds of which a tool has one: name, publisher, pricing class, licence, version, repository; plans by their name.
    """
    by_key: defaultdict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.kind in SINGLE:
            by_key[fact.kind, ""].append(fact)
        elif fact.kind == "plan":
            by_key["plan", letters_and_digits(fact.value.partition(":")[0])].append(fact)
    return tuple(tuple(group) for group in by_key.values() if _differ(group))


def letters_and_digits(name: str) -> str:
    """Lower-case letters and digits only, in any script."""
    return "".join(c for c in name.casefold() if c.isalnum())


def _differ(group: Sequence[Fact]) -> bool:
    """Whether two origins in it have values and no common one."""
    said: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for fact in group:
        said[fact.source_id, fact.read_from].add(_same(fact))
    values = list(said.values())
    return any(not one & other for n, one in enumerate(values) for other in values[n + 1 :])


def _same(fact: Fact) -> str:
    """A value as it is compared: order in an OR, capitals and a company's form are no difference."""
    if fact.kind == "licence":
        return " OR ".join(sorted(fact.value.split(" OR ")))
    if fact.kind == "publisher":
        return letters_and_digits(COMPANY_FORM.sub("", fact.value.casefold()))
    return fact.value.removesuffix("/") if fact.kind in ("version", "repository") else letters_and_digits(fact.value)
