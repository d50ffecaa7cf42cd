"""A day's launches: what was announced, what became of each row, and what a batch asks with."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from panel.records.base import Value
from panel.records.dossier import FactKind
from panel.records.launch import LaunchSource, Seen
from panel.records.persona import Persona
from panel.records.review import Rho

RowState = Literal["new", "skipped", "ready", "waiting", "reviewed", "failed"]


class Announcement(Value):
    """One entry of a feed, one line of a file, one launch file: somebody said that this was launched."""

    source: str  # the feed's name in panel.toml, else the file or address given
    at: str  # where in it: "line 12", "entry 3"; a person can find it
    name: str
    release: str = ""
    tagline: str = ""  # the maker's words
    homepage: str = ""  # the product's own address
    listing: str = ""  # a page about the product elsewhere; followed to the homepage when that is missing
    category: str = ""
    language: str = ""  # of the announcement, "en"; "" unknown
    launched_at: date | None = None
    seen_at: tuple[Seen, ...] = ()  # one per place it was seen; rows that are one launch are joined here
    launch_file: str = ""  # absolute path of a launch file: complete in itself, nothing is gathered
    embargo_until: datetime | None = Field(default=None, exclude_if=lambda value: value is None)  # of a launch file
    confidential: bool = Field(default=False, exclude_if=lambda value: not value)
    sources: tuple[LaunchSource, ...] = Field(default=(), exclude_if=lambda value: not value)  # the entry's own text


class BatchRow(Value):
    """An announcement and what became of it. Every row ends as skipped, reviewed or failed, with a reason."""

    row: int  # 1.. in the order they were taken in
    said: Announcement
    state: RowState = "new"
    reason: str = ""  # of skipped and failed: one sentence
    slug: str = ""  # of the launch; "" until it was decided or gathered
    product_id: str = ""
    same_as: int | None = None  # the row this one is a further sighting of
    may_be: str = ""  # an earlier row that may be the same launch, "row 3: Lamp, https://lamp.dev"; they stay two
    verdict: str = ""  # of reviewed: the panel's, as the tally says it; "trial" of a trial, which has none
    held: bool = False  # the launch's pages moved verdicts: only a person lets it go on
    category: str = ""  # of reviewed, with the kinds of facts there are of it: what pairing goes by
    kinds: tuple[FactKind, ...] = ()
    waits: int = 0  # provider batches its calls have been in
    incomplete: bool = False  # reviewed without every juror: asked again on resume
    passes: bool = Field(default=False, exclude_if=lambda value: not value)  # an answer lacks for a cause that may pass


class ProposedPair(Value):
    """Two reviewed launches worth comparing; the first is the batch's."""

    a: str  # slug
    b: str  # slug, in the run that reviewed it
    a_name: str
    b_name: str
    why: str  # one sentence
    b_run_id: str = ""  # of the archive's; "": of the batch too
    b_reviewed_on: date | None = None
    compare: str  # the command that compares them, from what the critics read


class BatchPlan(Value):
    """What every launch of a batch is asked with; a worker on another machine needs nothing else but keys."""

    personas: tuple[Persona, ...]
    models: dict[str, dict[str, Any]]  # by name, every setting but the key
    seats: dict[str, str]  # persona_id -> model name
    prompts: dict[str, str]  # template -> text
    scenarios: str = ""  # text of scenarios.yaml; "": costs of plans are left out
    rho: Rho
    as_of: date  # the day the batch speaks of, fixed when it began
    draw: int = 0
    economy: bool = False
    budget_usd: Decimal | None = None  # of the run
    launch_usd: Decimal | None = None  # of each launch
    day_usd: Decimal | None = None  # of the UTC day, over all runs
