"""Strike a whole critic from a review, and take the strike back."""

from panel.desk.acts.commit import Tx, finish, refuse_put_away, write
from panel.desk.drafts.opened import Opened
from panel.desk.drafts.text_fields import told
from panel.desk.reasons import STRIKE_REASONS, one_of
from panel.errors import Mistake
from panel.records import Answered, Struck


def strike(tx: Tx, draft_id: str, persona_id: str, reason: str, why: str = "", *, number: int | None = None) -> Opened:
    """Take an opinion out of the count, with a reason that the page gives; the tally is computed again."""
    tx.allow("strike")
    opened = tx.open_review(draft_id, number)
    refuse_put_away(opened)
    one_of(STRIKE_REASONS, reason)
    if not isinstance(opened.review.opinion(persona_id), Answered):
        raise Mistake(f"No opinion of {persona_id!r} is in this draft.")
    if persona_id in opened.struck:
        raise Mistake(f"{persona_id!r} is struck already.")
    struck = Struck.model_validate({"persona_id": persona_id, "reason": reason, "why": told(why)})
    text = opened.text.model_copy(update={"struck": (*opened.text.struck, struck)})
    # `because`: `reason` is the revision's own
    return finish(tx, write(tx, opened, text, "struck", persona=persona_id, because=reason, why=struck.why))


def unstrike(tx: Tx, draft_id: str, persona_id: str, *, number: int | None = None) -> Opened:
    """Count a struck opinion again."""
    tx.allow("strike")
    opened = tx.open_review(draft_id, number)
    refuse_put_away(opened)
    kept = tuple(s for s in opened.text.struck if s.persona_id != persona_id)
    if kept == opened.text.struck:
        raise Mistake(f"{persona_id!r} is not struck.")
    text = opened.text.model_copy(update={"struck": kept})
    return finish(tx, write(tx, opened, text, "counted again", persona=persona_id))
