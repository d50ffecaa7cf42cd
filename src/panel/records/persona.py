"""A lens: one file in `personas/`. Data, so that an editor adds a critic without code."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from panel.records.base import Value

PersonaId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Ask(Value):
    """A question only this persona is asked; its answer comes back by `ask_id`."""

    ask_id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
    question: Text


class Example(Value):
    """A sentence as the lens must not write it, and as it should. About an imaginary tool, in our words."""

    before: Text
    after: Text


class Persona(Value):
    """One critic. `persona_id` is the file's name without its ending."""

    format: Literal[1] = 1
    persona_id: PersonaId
    title: Text  # what readers see: "Developer experience"
    blurb: Text  # one sentence for readers: what this critic looks at
    question: Text  # the one question it owns
    asks: tuple[Ask, ...] = Field(default=(), max_length=6)
    reads_for: tuple[Text, ...] = ()  # what it may rest its verdict on
    wins: Text  # what earns a ship
    loses: Text  # what earns a skip
    failure: Text  # its characteristic failure
    guard: Text  # the rule against that failure
    examples: tuple[Example, ...] = ()
    predicts: bool = False  # asked for one dated prediction
    counts: bool = True  # False: always abstains and is in no tally (the reporter)
    model: str = ""  # provider/model; "" takes the panel's
    order: int = 100  # place on a page, low first


class Print(Value):
    """One text of one review. Only what is compared is kept: the words themselves are in the review."""

    subject: str  # the product: its re-reviews replace one another
    named: str  # the launch as readers know it: "Oddfern 1.4"
    persona_id: PersonaId
    kind: Literal["words"] = "words"  # a sentence or the line
    text: str  # as `checks.near_copies.compared` gives it
    on_day: date  # when it was remembered
