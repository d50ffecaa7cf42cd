"""A critic's words as the archive compares them: what is left when names and figures are blotted out."""

from datetime import date
from typing import Literal

from panel.records.base import Value
from panel.records.persona import PersonaId

SENTENCE_BREAK = " | "  # between the sentences of a quote's print


class Print(Value):
    """One text of one review. Only what is compared is kept: the words themselves are in the review."""

    subject: str  # the product: its re-reviews replace one another
    named: str  # the launch as readers know it: "Oddfern 1.4"
    persona_id: PersonaId
    kind: Literal["quote", "words"]  # quote: read for habits; words: compared (a sentence, the line, a short quote)
    text: str  # `checks.likening.likened`; of a quote its sentences, joined by SENTENCE_BREAK
    on_day: date  # when it was remembered
