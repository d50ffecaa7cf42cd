"""Asking critics again: bring them what somebody ran and saw, and take over what they answer. Pure."""

from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from typing import ClassVar

from panel.desk.acts.change import Before, Change, DeskAct, Need, open_review_in, refuse_changed, review_in
from panel.desk.drafts.opened import OpenReview
from panel.desk.drafts.points import cited_passages, passages_hash
from panel.desk.drafts.text_fields import told
from panel.errors import EditConflict, Mistake
from panel.records import Account, Answered, DraftText, Ground, Review, RunLog, without_unseen

LONGEST_LOG = 60_000  # characters: what a dossier may hold of one source


@dataclass(frozen=True)
class BringRunLog(DeskAct):
    """Keep a terminal session or test note as a dated source; jurors that are asked again read it and may cite it."""

    may: ClassVar[str] = "bring"
    title: str
    text: str
    on_day: date

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        open_review_in(before.opened)
        session, named = without_unseen(self.text).strip(), told(self.title, 200)
        if len(session) < 20 or not named:
            raise Mistake("A run log needs a title and what happened.", hint="Paste the session as it was.")
        if len(session) > LONGEST_LOG:
            raise Mistake(
                f"That is {len(session)} characters; {LONGEST_LOG} at most.", hint="Keep what a reader would check."
            )
        if self.on_day > now.date():
            raise Mistake(f"{self.on_day} is yet to come.", hint="Give the day it was run.")
        log = RunLog(number=0, title=named, text=session, on_day=self.on_day, by=who.account_id, at=now)
        return Change(run_log=log)


@dataclass(frozen=True)
class TakeOver(DeskAct):
    """Make the newer review that is offered the base of this draft, critic by critic. No verdict is ever changed.

    A critic who said the same in both keeps the words people gave it; where a critic answered anew, its new words
    come in, with what was decided of the same sentences before. Nothing is lost: the revision before stays.
    offered: hash of the newer review that was read; "" for whichever is offered.
    """

    may: ClassVar[str] = "take over"
    needs: ClassVar[tuple[Need, ...]] = ("offer",)
    _: KW_ONLY
    number: int
    offered: str = ""

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        opened = review_in(before)
        refuse_changed(opened, self.number, "Look again, then take it over.")
        hashed = opened.draft.offered_hash
        if self.offered and self.offered != hashed:
            raise EditConflict("Another review is offered by now.", hint="Look at it, then take it over.")
        if before.offer is None:
            raise Mistake("No newer review of this launch is there.")
        newer, fresh = before.offer
        draft = {"base_hash": hashed, "offered_hash": "", "run_id": newer.made.run_id or opened.draft.run_id}
        return Change(text=merged(opened, newer, fresh), what="took over", detail={"base": hashed}, draft=draft)


def merged(opened: OpenReview, newer: Review, fresh: DraftText) -> DraftText:
    """The new text with people's words wherever a critic said the same in both reviews, on the same passages."""
    same = same_critics(opened.review, newer)
    mine = {w.persona_id: w for w in opened.text.critics if w.persona_id in same}
    critics = tuple(mine.get(words.persona_id, words) for words in fresh.critics)
    struck = tuple(s for s in opened.text.struck if s.persona_id in same)
    return opened.text.model_copy(update={"critics": critics, "struck": struck})


def same_critics(old: Review, newer: Review) -> frozenset[str]:
    """Critics who said the same in both reviews, on the same passages: words people gave them stay."""
    return frozenset(o.juror.persona_id for o in newer.answered() if _is_same(old, newer, o.juror.persona_id))


def _is_same(old: Review, new: Review, persona_id: str) -> bool:
    """Whether a critic said the same in both, whatever the calls behind it, on passages that say the same."""
    a, b = old.opinion(persona_id), new.opinion(persona_id)
    if not isinstance(a, Answered) or not isinstance(b, Answered):
        return False
    said = (a.verdict, a.words, a.confidence) == (b.verdict, b.words, b.confidence)
    said = said and [_cites(g) for g in a.grounds] == [_cites(g) for g in b.grounds]
    return said and passages_hash(cited_passages(old.dossier, a.grounds)) == passages_hash(
        cited_passages(new.dossier, b.grounds)
    )


def _cites(ground: Ground) -> tuple[int, str, str, str]:
    """A ground without the number of its passage, which a re-review gives anew."""
    return ground.number, ground.side, ground.claim, ground.excerpt
