"""How a batch was asked for, and all that it needs of a workspace."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from panel.batch.batch_context import Gather
from panel.batch.intake.entries import BadRow
from panel.batch.intake.shortlist import KnownOf
from panel.batch.intake.source_spec import Shortlist, SourceSpec
from panel.jurors import ModelSpec
from panel.pipeline import Console, RunEnvironment
from panel.records import Announcement, BatchPlan, Stamp


@dataclass(frozen=True)
class BatchOptions:
    """How a batch may ask. What is left out, panel.toml's `[batch]` says; a resume looks at limits and retry alone."""

    personas: str = ""
    models: Sequence[str] = ()
    most: int | None = None  # reviews
    categories: Sequence[str] = ()
    languages: Sequence[str] = ()
    max_age_days: int | None = None
    budget_usd: Decimal | None = None
    launch_usd: Decimal | None = None
    day_usd: Decimal | None = None
    deadline_s: float | None = None
    economy: bool = False
    retry: bool = False


@dataclass(frozen=True)
class BatchOrder:
    """What is to be read, which of it reviewed, by whom, within which limits: options and settings, checked."""

    sources: tuple[SourceSpec, ...]
    shortlist: Shortlist
    plan: BatchPlan
    deadline_s: float | None = None


@dataclass(frozen=True)
class BatchEnvironment:
    """What a batch needs of a workspace, which builds it; nothing in this room reads a setting."""

    run: RunEnvironment
    console: Console
    new_stamp: Callable[[list[str]], Stamp]
    specs_of: Callable[[BatchPlan], Mapping[str, ModelSpec]]  # persona_id -> model, with this machine's keys
    read: Callable[[Sequence[SourceSpec]], AsyncIterator[Announcement | BadRow]]
    known: KnownOf  # what the archive has of an announced launch
    gather: Callable[[Stamp], Gather]
    suspicious_per_day: int  # launches that are asked again because they speak to reviewers
    fill_queue: Callable[[], None] = lambda: None  # bring finished reviews to the desk
    command: tuple[str, ...] = ()  # as typed, for the manifest
