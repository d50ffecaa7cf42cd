"""Two reviews paired. (A,B) and (B,A) are one record: the sides are ordered by slug."""

from typing import Literal

from panel.records.base import Stamp, Value, content_hash
from panel.records.persona import PersonaId
from panel.records.review import Grade, Review

Stand = Literal["ship", "skip", "abstain", "ungrounded", "declined", "unusable", "failed", "not_asked", "struck"]
Tool = Literal["a", "b"]


class Split(Value):
    """One persona on both tools."""

    persona_id: PersonaId
    a: Stand
    b: Stand
    leans: Literal["a", "b", "neither"]  # ships one and not the other, both stands being votes or abstentions


class Condition(Value):
    """A reason for a reader to choose or skip one tool, in a juror's words."""

    tool: Tool
    kind: Literal["choose_if", "skip_if"]
    persona_id: PersonaId
    text: str


class CitedTogether(Value):
    """A passage that two or more personas rest on: all on one side, or on opposite sides."""

    tool: Tool
    passage_id: str
    for_personas: tuple[PersonaId, ...]
    against_personas: tuple[PersonaId, ...]

    @property
    def opposing(self) -> bool:
        return bool(self.for_personas and self.against_personas)


class Pick(Value):
    """The computed answer and the count it rests on. Rule: docs/rules.md."""

    pick: Literal["a", "b", "depends"]
    for_a: tuple[PersonaId, ...]  # ship A and not B
    for_b: tuple[PersonaId, ...]  # ship B and not A
    neither: tuple[PersonaId, ...]
    because: str  # one sentence, made by code
    chance_if_equal: float  # how often two equal tools would get a pick from this many personas
    at_ship_rate: float = 0.7


class PricingRead(Value):
    """Both prices side by side, in the launch files' terms; nothing here is a model's."""

    a: str
    b: str
    differs: str  # one sentence, made by code


class NoVotesYet(Value):
    """What comparisons said of readers' votes before there was a ballot; read in old records, never written."""

    state: Literal["no_votes_yet"] = "no_votes_yet"


class Comparison(Value):
    """Two reviews by the same personas, side by side, with a pick computed by a written rule."""

    format: Literal[1] = 1
    made: Stamp
    grade: Grade
    answer: str  # the first sentence of every rendering; made by code
    review_a: Review
    review_b: Review
    hash_a: str
    hash_b: str
    splits: tuple[Split, ...]
    pick: Pick
    conditions: tuple[Condition, ...]
    cited_together: tuple[CitedTogether, ...]
    pricing: PricingRead
    differs_in_kind: tuple[str, ...]  # sentences; empty: the same kind of thing
    community: NoVotesYet | None = None

    @property
    def comparison_hash(self) -> str:
        """Hash of everything but the stamp."""
        return content_hash(self)

    @property
    def slug(self) -> str:
        return f"{self.review_a.slug}-vs-{self.review_b.slug}"
