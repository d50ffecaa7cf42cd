"""Take back the newest decision a person made on a draft: the words are again as they were before it."""

from sqlalchemy import Connection

from panel.desk.acts.commit import Tx, finish, refuse_put_away, settle, write
from panel.desk.acts.decide import Target, put_standing, target_of, target_standing
from panel.desk.drafts.opened import Opened, OpenReview
from panel.desk.drafts.text_fields import put_text, read_field, text_at
from panel.errors import EditConflict, Mistake
from panel.records import Account, Decision, DraftText, Point
from panel.store import draft_rows as rows


def undo(tx: Tx, draft_id: str, named: int | None = None) -> Opened:
    """Take back the newest decision of this person here that still stands.

    What somebody decided or wrote since in its place stays as it is. named: the decision that was read as the newest.
    Raises Mistake when there is nothing, EditConflict when it is another than was named.
    """
    tx.allow("decide")
    opened = tx.open(draft_id)
    refuse_put_away(opened)
    decision = newest(tx.conn, tx.who, opened)
    if named is not None and (decision is None or decision.decision_id != named):
        raise EditConflict("That is no longer your newest decision here.", hint="Look again, then take it back.")
    if decision is None:
        raise Mistake("There is nothing of yours to take back.")
    point = Point(
        kind=decision.kind, scope=decision.scope, key=decision.key, persona_id=decision.persona_id, text=decision.text,
        place=decision.place, sentence_hash=decision.sentence_hash, passages_hash=decision.passages_hash,
        check=decision.check,
    )  # fmt: skip
    text = _before(opened.text, decision)
    if text != opened.text:
        opened = write(tx, opened, text, "undone", decision=decision.decision_id)
    return finish(tx, opened, settle(tx, point, "undone", draft_id=draft_id))


def newest(conn: Connection, who: Account, opened: Opened) -> Decision | None:
    """Theirs, of this draft, still the newest of its point, and still to be seen in the text."""
    made = rows.decisions_of(conn, opened.draft.draft_id)
    last = {(d.scope, d.key): d.decision_id for d in made}
    for decision in reversed(made):
        at = (decision.scope, decision.key)
        mine = decision.by == who.account_id and decision.decision != "undone"
        if mine and last[at] == decision.decision_id and _stands(opened, decision):
            current = rows.decided(conn, decision.scope, [decision.key])[decision.key]
            if current.decision_id == decision.decision_id:
                return decision
    return None


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
