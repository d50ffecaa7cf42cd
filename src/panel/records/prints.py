"""A critic's words as the archive compares them."""

from datetime import date
from typing import Literal

from panel.records.base import Value
from panel.records.persona import PersonaId


class Print(Value):
    """One text of one review. Only what is compared is kept: the words themselves are in the review."""

    subject: str  # the product: its re-reviews replace one another
    named: str  # the launch as readers know it: "Oddfern 1.4"
    persona_id: PersonaId
    kind: Literal["words"] = "words"  # a sentence or the line
    text: str  # as `checks.near_copies.compared` gives it
    on_day: date  # when it was remembered
