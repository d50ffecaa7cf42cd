"""The record made of a juror's answer. What the model is asked for is `prompting.answer.Answer`."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from panel.records.base import Value
from panel.records.persona import PersonaId

Verdict = Literal["ship", "skip", "abstain"]
Side = Literal["for", "against"]
Share = Annotated[float, Field(ge=0, le=1)]
THIN_CONFIDENCE = 0.6  # the most a ship may claim from a dossier without a price or without documentation


class Usage(Value):
    """Tokens of one or more calls in the four classes that are billed apart."""

    input_tokens: int = 0  # uncached input only
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0  # reasoning included

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in Usage.model_fields})


class Juror(Value):
    """A persona on a model."""

    persona_id: PersonaId
    model: str  # provider/model as asked for
    family: str  # whose model it is ("anthropic", "openai", "local"): jurors of one family share blind spots


class Call(Value):
    """One paid call behind an opinion: its ledger key and what it used."""

    key: str  # sha256:... ledger key
    attempt: int = 0  # which try at this key
    purpose: Literal["ask", "more_room", "repair"]
    model_returned: str = ""  # the model id the server named
    usage: Usage = Usage()
    cost_usd: Decimal | None = None  # None: price unknown, never 0


class Ground(Value):
    """A claim a verdict rests on, with the passage it cites word for word."""

    number: Annotated[int, Field(ge=1)]
    side: Side
    claim: str = ""  # "" when the juror was asked to pick and not to write
    passage_id: str  # as the juror gave it; a check says whether it exists
    excerpt: str


class Sentence(Value):
    """One publishable sentence and what it rests on."""

    text: str
    rests_on: Literal["grounds", "view", "memory"]
    grounds: tuple[int, ...] = ()  # ground numbers, when it rests on grounds


class Reply(Value):
    """A persona's own question, answered."""

    ask_id: str
    answer: str


class Prediction(Value):
    """A statement that will turn out true or false by a day, and where anyone can settle it."""

    statement: str
    probability: Share
    resolve_by: str  # YYYY-MM-DD as given; a check says whether it is a date
    settled_at: str  # public address


class Written(Value):
    """What a juror wrote for readers."""

    kind: Literal["written"] = "written"
    line: str  # at most 16 words, stands alone, shown before the quote
    quote: tuple[Sentence, ...]
    for_whom: str  # completes "Choose it if you"
    not_for: str  # completes "Skip it if you"
    change_mind: str  # completes "I'd change my verdict if"
    counter: str  # "The best case against me"
    replies: tuple[Reply, ...] = ()
    prediction: Prediction | None = None  # None: this persona is not asked for one, or gave none


class NotAsked(Value):
    """A trial juror picks passages and writes nothing: it was not asked for words."""

    kind: Literal["not_asked"] = "not_asked"


class OpinionBase(Value):
    """What every opinion carries, whatever came of it."""

    juror: Juror
    draw: int = 0  # 0; 1.. for repeats
    calls: tuple[Call, ...] = ()  # in order; discarded attempts included


class Answered(OpinionBase):
    """The juror answered in the agreed shape. An abstention is an answer too."""

    outcome: Literal["answered"] = "answered"
    verdict: Verdict
    confidence: Share
    grounds: tuple[Ground, ...] = ()
    words: Annotated[Written | NotAsked, Field(discriminator="kind")]


class Declined(OpinionBase):
    """The model refused. Shown in the tally, left out of every share."""

    outcome: Literal["declined"] = "declined"
    why: str


class Unusable(OpinionBase):
    """It answered twice, and neither answer had the agreed shape."""

    outcome: Literal["unusable"] = "unusable"
    why: str


class Failed(OpinionBase):
    """No answer came: the server was down, the budget ran out, the key was wrong. Asked again next time."""

    outcome: Literal["failed"] = "failed"
    why: str


Opinion = Annotated[Answered | Declined | Unusable | Failed, Field(discriminator="outcome")]
