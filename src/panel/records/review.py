"""What code makes of opinions: flags, a tally, the maker's figures, a review; which grounds stand; what plans cost."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from panel.records.base import Hashed, Stamp, Value, content_hash
from panel.records.dossier import Dossier
from panel.records.opinion import Answered, Ground, Opinion, Share
from panel.records.persona import Persona, PersonaId

Severity = Literal["high", "medium", "low", "note"]
Grade = Literal["full", "trial", "specimen"]  # specimen: opinions written by hand
PanelVerdict = Literal["ship", "skip", "split", "not_enough"]


class PlanCost(Value):
    """A plan's cost over a whole scenario. amount None: it can't be computed, and `how` says why."""

    plan: str
    amount: Decimal | None
    how: str  # the sum in words: "10 seats x 12 USD x 12 months = 1,440 USD"
    currency: str = ""
    at_least: bool = False  # the page says "from": the true cost may be higher


class ScenarioCost(Value):
    """One stated use of a tool, and what each plan costs in it."""

    scenario: str  # its name in scenarios.yaml
    use: str  # "10 seats, 12 months, 5,000,000 tokens a month"
    plans: tuple[PlanCost, ...]
    checked: date | None = None  # day the prices were looked up; None: nobody has


class Flag(Value):
    """What a check found, and where."""

    check: str  # a name from docs/checks.md
    severity: Severity
    persona_id: str  # whose opinion
    field: str  # "quote", "grounds", "line", "verdict", "prediction", ...
    index: int = 0  # sentence position (0-based) for "quote", ground number for "grounds", else 0
    message: str  # one sentence: what is wrong, naming the words
    excerpt: str = ""  # the offending words


class Dissent(Value):
    """The strongest vote on the smaller side; a counter-argument when everybody votes alike."""

    persona_id: PersonaId
    kind: Literal["vote", "counter"]
    text: str  # "" in older records of a trial


class Interval(Value):
    """Range that plausibly holds the panel's true ship share, over the effective jurors."""

    low: Share
    high: Share
    effective: Annotated[float, Field(gt=0)]  # effective jurors, Kish
    level: Share = 0.95


class Rho(Value):
    """Assumed error correlation between two jurors, and where the number comes from."""

    same_family: Share = 0.8
    across_families: Share = 0.44
    source: str = "assumption in panel.toml, not measured on this panel"


class Tally(Value):
    """Verdicts counted. Only jurors whose persona counts are here.

    asked = ship + skip + abstain + ungrounded + declined + unusable + failed + struck.
    """

    asked: int
    ship: int
    skip: int
    abstain: int
    ungrounded: int  # answered ship or skip with no standing ground on that side
    declined: int
    unusable: int
    failed: int
    struck: int = 0  # by an editor, with a reason
    interval: Interval | None  # None: nobody voted, which is not "0 % ship"
    rho: Rho
    verdict: PanelVerdict
    ungrounded_personas: tuple[PersonaId, ...] = ()
    dissent: Dissent | None = None  # None: nobody wrote anything against, or it is a tie

    @property
    def voting(self) -> int:
        """Head count of ship and skip votes: the denominator of every share."""
        return self.ship + self.skip


class Figure(Value):
    """A number the maker gives, and whose word it is."""

    figure: str  # as written: "40 %"
    sentence: str  # where it stands
    passage_id: str
    standing: Literal["makers_word_only", "supported_by", "disputed_by", "questioned_by", "no_method_given"]
    others: tuple[str, ...] = ()  # passage ids that support, dispute or question it


class Made(Value):
    """How a review was made, for the regulator and the reader."""

    prompts: dict[str, str]  # template file -> sha256
    schema_hash: str  # of the answer schema sent
    sdk: dict[str, str] = {}  # package -> version


class Containment(Value):
    """A launch that speaks to reviewers, asked with those words left out. The answers without them are the draft.

    It is held when the words moved more verdicts than the same jurors move by themselves when asked twice, or when
    that could not be found out. Only a person lets a held review go on.
    """

    asked_with: tuple[Opinion, ...] = ()  # the same jurors, with the words in; () when they were not asked again
    asked_twice: tuple[Opinion, ...] = ()  # the same jurors without the words, a second time
    moved: tuple[PersonaId, ...] = ()  # another verdict with the words in
    varied: tuple[PersonaId, ...] = ()  # another verdict the second time
    held: bool
    why: str  # one sentence


class Review(Hashed):
    """Dossier + opinions + flags + tally: written once by the machine, never edited."""

    format: Literal[1] = 1
    made: Stamp
    how: Made
    grade: Grade
    dossier: Dossier
    personas: tuple[Persona, ...]  # as they were when asked, in page order
    opinions: tuple[Opinion, ...]
    flags: tuple[Flag, ...] = ()
    tally: Tally
    figures: tuple[Figure, ...] = Field(default=(), max_length=5)
    depth: Literal["read", "ran", "used"] = "read"
    containment: Containment | None = None  # None: nothing on the launch's pages speaks to reviewers
    costs: tuple[ScenarioCost, ...] = ()  # (): no plan, or reviewed before costs were kept

    @cached_property
    def review_hash(self) -> str:
        """Hash of everything but the stamp."""
        return content_hash(self)

    @property
    def slug(self) -> str:
        return self.dossier.launch.slug

    def persona(self, persona_id: str) -> Persona:
        """The persona with this id, as it was when asked. Raises KeyError for a stranger."""
        found = next((p for p in self.personas if p.persona_id == persona_id), None)
        if found is None:
            raise KeyError(persona_id)
        return found

    def opinion(self, persona_id: str) -> Opinion | None:
        """What came of asking this persona, None when it was not on this panel."""
        return next((o for o in self.opinions if o.juror.persona_id == persona_id), None)

    @property
    def is_answered(self) -> bool:
        """Whether a critic who counts gave a usable answer, abstaining included; else there is nothing to write of."""
        counting = {p.persona_id for p in self.personas if p.counts}
        return any(o.juror.persona_id in counting for o in self.answered())

    def answered(self) -> tuple[Answered, ...]:
        """Opinions in the agreed shape, the reporter's included."""
        return tuple(o for o in self.opinions if isinstance(o, Answered))


def no_verdict(names: Sequence[str], reviews: Sequence[Review]) -> str:
    """What stands where an answer would when there is nothing to answer with: nobody answered, or only a trial did.

    names: what the page calls the tool of each review. "" when critics answered.
    """
    silent = [name for name, review in zip(names, reviews, strict=True) if not review.is_answered]
    if silent:
        told = f"panel gave no usable answer on {' and '.join(silent)}."
        return f"The {told}" if len(silent) == len(names) else f"No comparison: the {told}"
    if any(review.grade == "trial" for review in reviews):
        return f"A trial model chose passages about {' and '.join(names)}; this answers nothing."
    return ""


def standing_grounds(opinion: Answered, flags: Iterable[Flag]) -> tuple[Ground, ...]:
    """Grounds that may be counted and shown as evidence, in the juror's order.

    The rule: a high flag on field "grounds" voids the ground its `index` names (docs/checks.md lists which do).
    """
    persona_id = opinion.juror.persona_id
    void = {f.index for f in flags if f.persona_id == persona_id and f.field == "grounds" and f.severity == "high"}
    return tuple(g for g in opinion.grounds if g.number not in void)


def is_grounded(opinion: Answered, flags: Iterable[Flag]) -> bool:
    """Whether the verdict may count: a ship needs a standing ground for, a skip one against.

    An abstention claims nothing and is always grounded.
    """
    if opinion.verdict == "abstain":
        return True
    side = "for" if opinion.verdict == "ship" else "against"
    return any(g.side == side for g in standing_grounds(opinion, flags))
