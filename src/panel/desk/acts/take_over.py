"""Take over what a panel that was asked again answered, critic by critic. No verdict is ever changed."""

from dataclasses import replace

from panel.desk.acts.commit import Tx, finish, refuse_put_away, write
from panel.desk.drafts.opened import Opened, OpenReview, read_review
from panel.desk.drafts.overlay import start_text
from panel.desk.drafts.points import cited_passages, earlier_decisions, passages_hash
from panel.errors import EditConflict, Mistake
from panel.records import Answered, DraftText, Ground, Review
from panel.store import draft_rows as rows


def take_over(tx: Tx, draft_id: str, *, number: int, offered: str = "") -> Opened:
    """Make the newer review that is offered the base of this draft.

    A critic who said the same in both keeps the words people gave it; where a critic answered anew, its new words
    come in, with what was decided of the same sentences before. Nothing is lost: the revision before stays.
    offered: hash of the newer review that was read; "" for whichever is offered.
    """
    tx.allow("take over")
    opened = tx.open_review(draft_id)
    refuse_put_away(opened)
    if number != opened.draft.head:
        raise EditConflict("Somebody changed this draft since you read it.", hint="Look again, then take it over.")
    if offered and offered != opened.draft.offered_hash:
        raise EditConflict("Another review is offered by now.", hint="Look at it, then take it over.")
    if not opened.draft.offered_hash:
        raise Mistake("No newer review of this launch is there.")
    newer = read_review(rows.base_json(tx.conn, opened.draft.offered_hash))
    text = merged(opened, newer, start_text(newer, earlier_decisions(tx.conn, newer, opened.draft.scope)))
    hashed, run_id = opened.draft.offered_hash, newer.made.run_id or opened.draft.run_id
    draft = opened.draft.model_copy(update={"offered_hash": "", "run_id": run_id})
    return finish(tx, write(tx, replace(opened, draft=draft), text, "took over", base_hash=hashed, base=hashed))


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
