"""Strike a whole critic from a review, and take the strike back. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from panel.desk.acts.change import Before, Change, DeskAct, refuse_changed, review_in
from panel.desk.drafts.text_fields import told
from panel.desk.reasons import STRIKE_REASONS, one_of
from panel.errors import Mistake
from panel.records import Account, Answered, Struck
from panel.store import Detail


@dataclass(frozen=True)
class Strike(DeskAct):
    """Take an opinion out of the count, with a reason that the page gives; the tally is computed again."""

    may: ClassVar[str] = "strike"
    persona_id: str
    reason: str
    why: str = ""
    number: int | None = field(default=None, kw_only=True)

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        refuse_changed(before.opened, self.number)
        opened, persona_id = review_in(before), self.persona_id
        one_of(STRIKE_REASONS, self.reason)
        if not isinstance(opened.review.opinion(persona_id), Answered):
            raise Mistake(f"No opinion of {persona_id!r} is in this draft.")
        if persona_id in opened.struck:
            raise Mistake(f"{persona_id!r} is struck already.")
        told_why = told(self.why)
        struck = Struck.model_validate({"persona_id": persona_id, "reason": self.reason, "why": told_why})
        text = opened.text.model_copy(update={"struck": (*opened.text.struck, struck)})
        # `because`: `reason` is the revision's own
        detail: Detail = {"persona": persona_id, "because": self.reason, "why": told_why}
        return Change(text=text, what="struck", detail=detail)


@dataclass(frozen=True)
class Unstrike(DeskAct):
    """Count a struck opinion again."""

    may: ClassVar[str] = "strike"
    persona_id: str
    number: int | None = field(default=None, kw_only=True)

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        refuse_changed(before.opened, self.number)
        opened = review_in(before)
        if all(s.persona_id != self.persona_id for s in opened.text.struck):
            raise Mistake(f"{self.persona_id!r} is not struck.")
        kept = tuple(s for s in opened.text.struck if s.persona_id != self.persona_id)
        text = opened.text.model_copy(update={"struck": kept})
        return Change(text=text, what="counted again", detail={"persona": self.persona_id})
