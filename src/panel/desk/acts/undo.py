"""Take back the newest decision a person made on a draft: the words are again as they were before it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from panel.desk.acts.change import Before, Change, DeskAct, Need, refuse_put_away
from panel.desk.acts.decide import Target, put_standing, target_of, target_standing
from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.drafts.text_fields import put_text, read_field, text_at
from panel.errors import EditConflict, Mistake
from panel.records import Account, Decision, DraftText

UNDONE: dict[str, Any] = {  # of a decision that takes another back: it says nothing but what it is about
    "decision_id": 0, "decision": "undone", "source_seen": False, "page_opened": False, "reason": "", "field": "",
    "was": "",
}  # fmt: skip


@dataclass(frozen=True)
class Undo(DeskAct):
    """Take back the newest decision of this person here that still stands.

    What somebody decided or wrote since in its place stays as it is. named: the decision that was read as the newest.
    """

    may: ClassVar[str] = "decide"
    needs: ClassVar[tuple[Need, ...]] = ("made",)
    named: int | None = None

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        opened = before.opened
        refuse_put_away(opened)
        decision = newest_of(before.made, who, opened)
        if self.named is not None and (decision is None or decision.decision_id != self.named):
            raise EditConflict("That is no longer your newest decision here.", hint="Look again, then take it back.")
        if decision is None:
            raise Mistake("There is nothing of yours to take back.")
        undone = decision.model_copy(update=UNDONE | {"name": who.name, "at": now})
        text = _before(opened.text, decision)
        if text == opened.text:
            return Change(decisions=(undone,))
        return Change(text=text, what="undone", detail={"decision": decision.decision_id}, decisions=(undone,))


def newest_of(made: Sequence[Decision], who: Account, opened: Opened) -> Decision | None:
    """Theirs, still to be seen in the text. made: of this draft, each still the newest of its point, oldest first."""
    mine = (d for d in reversed(made) if d.by == who.account_id and d.decision != "undone")
    return next((decision for decision in mine if _stands(opened, decision)), None)


SHOWS = {  # how a sentence or pick is printed after a decision
    "accurate": ("printed",),
    "attributed": ("attributed",),
    "amended": ("printed", "attributed"),
    "removed": ("removed",),
}


def _stands(opened: Opened, decision: Decision) -> bool:
    """Whether the text shows what was decided: nothing is overwritten that came later."""
    if decision.kind in ("flag", "held") or not isinstance(opened, OpenReview):
        return (decision.scope, decision.key) in opened.keys
    if decision.kind == "views" and decision.decision != "removed":
        return (decision.scope, decision.key) in opened.keys
    try:
        shows = target_standing(opened.text, _target(decision)) in SHOWS[decision.decision]
        return shows and (decision.kind != "claim" or _same_words(opened.text, decision))
    except Mistake:
        return False  # the critic answered anew, and has no such sentence


def _same_words(text: DraftText, decision: Decision) -> bool:
    target = _target(decision)
    if target.phrase and decision.decision == "removed":
        return True
    return text_at(text, read_field(f"{target.persona_id}:{target.phrase or target.place}")) == decision.text


def _target(decision: Decision) -> Target:
    if decision.kind == "claim" and decision.place < 0:
        return target_of(decision.field)
    return Target(decision.persona_id, decision.place, views=decision.kind == "views")


def _before(text: DraftText, decision: Decision) -> DraftText:
    """The text without what the decision did to it."""
    if decision.decision == "amended" or (decision.decision == "removed" and _target(decision).phrase):
        return put_text(text, read_field(decision.field), decision.was)
    if decision.was and decision.kind in ("claim", "pick", "views"):
        return put_standing(text, _target(decision), decision.was)
    return text
