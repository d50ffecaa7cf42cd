"""Write an act: its revision, points and decisions, lines of the log, and what follows; all or nothing. Only here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from panel.desk.acts.change import PANEL, Change, DeskAct
from panel.desk.acts.look import look
from panel.desk.approval.audit_points import points_hash
from panel.desk.drafts.opened import (
    OpenComparison,
    Opened,
    OpenReview,
    find_draft,
    load,
    load_sides,
    open_comparison,
    open_review,
    read_review,
    texts_hash,
    with_decisions,
)
from panel.desk.drafts.overlay import start_text
from panel.desk.drafts.points import earlier_decisions
from panel.desk.drafts.publications import newest_out, signed, to_go_out
from panel.desk.drafts.queue_row import pair_row, shown_row
from panel.desk.times import Times
from panel.records import (
    Account,
    Approval,
    Channel,
    Decision,
    Draft,
    DraftState,
    DraftText,
    Publication,
    Revision,
    content_hash,
)
from panel.store import Detail, append_act
from panel.store import draft_rows as rows


@dataclass(frozen=True)
class Tx:
    """One act: its transaction, its moment, who does it."""

    conn: Connection
    now: datetime  # UTC
    who: Account
    responsible: str  # who answers for what is published: a person or an entity
    times: Times  # as people read and write them
    channel: Channel = ""  # by which it came
    together: int = 0  # of a file that is taken back: the number its decisions share

    def open(self, draft_id: str) -> Opened:
        """The draft, given its first revision when nobody has opened it before."""
        draft = find_draft(self.conn, draft_id)
        return begin(self, draft) if draft.head < 0 else load(self.conn, draft_id)

    def log(self, what: str, draft_id: str, detail: Detail, by: str = "") -> None:
        append_act(self.conn, by=by or self.who.account_id, what=what, now=self.now, draft_id=draft_id, detail=detail)


def carry_out(tx: Tx, draft_id: str, act: DeskAct) -> Opened:
    """One act, from what is read to what is written; the draft as it lies open afterwards."""
    opened = tx.open(draft_id)
    before = look(tx.conn, opened, act, tx.now, times=tx.times, responsible=tx.responsible)
    change = act.decide(before, tx.who, tx.now)
    return commit(tx, opened, change) if change else opened


def commit(tx: Tx, opened: Opened, change: Change) -> Opened:
    """Write what becomes of a draft, say so in the log, and bring up to date what follows from it."""
    draft_id = opened.draft.draft_id
    if change.text is not None:
        opened = _write(tx, opened, change)
    made = [_decide(tx, decision) for decision in change.decisions]
    if change.approval:
        _sign(tx, change.approval, opened)
    if change.cancels:
        _cancel(tx, opened.draft, change.cancels)
    if change.what and change.text is None:
        tx.log(change.what, draft_id, change.detail)
    if change.publication:
        _add_publication(tx, change.publication)
    if change.run_log:
        kept = rows.add_run_log(tx.conn, draft_id, change.run_log)
        told: Detail = {"number": kept.number, "title": kept.title, "on_day": kept.on_day.isoformat()}
        tx.log("brought a run log", draft_id, {**told, "row": content_hash(kept)})
    opened = with_decisions(opened, made)
    opened = _put_row(tx, replace(opened, draft=opened.draft.model_copy(update=change.draft)))
    _follow(tx, opened, made)
    return opened


def begin(tx: Tx, draft: Draft) -> Opened:
    """Give a draft its first revision: the machine's text, with what people decided of its sentences before."""
    if draft.kind == "comparison":
        for side in rows.sides_of(tx.conn, draft.draft_id):
            tx.open(side)
        sides = load_sides(tx.conn, draft)
        return _first(tx, draft, DraftText(), texts_hash(*(side.revision_hash for side in sides)), sides)
    review = read_review(rows.base_json(tx.conn, draft.base_hash))
    return _first(tx, draft, start_text(review, earlier_decisions(tx.conn, review, draft.scope)), draft.base_hash)


def _first(tx: Tx, draft: Draft, text: DraftText, base_hash: str, known: Sequence[OpenReview] = ()) -> Opened:
    draft = draft.model_copy(update={"head": 0})
    revision = Revision(
        draft_id=draft.draft_id, number=0, base_hash=base_hash, parent_hash="", by=PANEL, at=tx.now,
        reason="as the panel wrote it", text=text,
    )  # fmt: skip
    opened = _keep(tx, draft, revision, known)
    tx.log("began", draft.draft_id, {**_revision_told(opened), "base": base_hash}, PANEL)
    return _put_row(tx, opened)


def _keep(tx: Tx, draft: Draft, revision: Revision, known: Sequence[OpenReview]) -> Opened:
    """Write a revision with its points; the draft as it lies open with it."""
    opened: Opened
    if draft.kind == "review":
        opened = open_review(tx.conn, draft, revision)
    else:
        opened = open_comparison(tx.conn, draft, revision, *load_sides(tx.conn, draft, known=known))
    rows.add_revision(tx.conn, revision, opened.points, hashed=opened.revision_hash)
    return opened


def _revision_told(opened: Opened) -> Detail:
    """What the log says of a revision, so that nobody changes it or its points unseen."""
    points = points_hash([(p.kind, p.scope, p.key) for p in opened.points])
    named: Detail = {"revision": opened.revision.number, "hash": opened.revision_hash, "points": points}
    return {**named, "row": content_hash(opened.revision)}


def _write(tx: Tx, opened: Opened, change: Change) -> Opened:
    """Save a text as the next revision. An approval lapses with it; what was decided of other sentences stays."""
    assert change.text is not None
    draft, by = opened.draft, change.by or tx.who.account_id
    state: DraftState = "open" if draft.state in ("approved", "scheduled", "later") else draft.state
    draft = draft.model_copy(update={**change.draft, "head": draft.head + 1, "state": state})
    known: Sequence[OpenReview] = ()
    base_hash = change.draft.get("base_hash", opened.revision.base_hash)
    if isinstance(opened, OpenComparison):
        base_hash, known = opened.prints_hash, opened.sides
    revision = Revision(
        draft_id=draft.draft_id, number=draft.head, base_hash=base_hash, parent_hash=opened.revision_hash, by=by,
        at=tx.now, reason=change.reason, text=change.text,
    )  # fmt: skip
    found = _keep(tx, draft, revision, known)
    tx.log(change.what, draft.draft_id, {**_revision_told(found), **change.detail}, by)
    return found


def _decide(tx: Tx, decision: Decision) -> Decision:
    came = {"channel": tx.channel, "together": tx.together}
    kept = rows.add_decision(tx.conn, decision.model_copy(update=came))
    detail: Detail = {
        "decision": kept.decision_id, "of": kept.kind, "key": kept.key, "decided": kept.decision,
        "persona": kept.persona_id, "seen": kept.source_seen, "channel": kept.channel, "reason": kept.reason,
        "row": content_hash(kept),
    }  # fmt: skip
    tx.log("decided", kept.draft_id, detail)
    return kept


def _sign(tx: Tx, approval: Approval, opened: Opened) -> None:
    """Keep a signature under the text that lies open: its own number, when it was just written."""
    signs = {"number": opened.revision.number, "revision_hash": opened.revision_hash}
    kept = rows.add_approval(tx.conn, approval.model_copy(update=signs))
    detail: Detail = {
        "approval": kept.approval_id, "revision": kept.number, "hash": kept.revision_hash, "edition": kept.edition,
        "name": kept.name, "reason": kept.reason, "row": content_hash(kept),
    }  # fmt: skip
    tx.log("approved", kept.draft_id, detail)


def _put_row(tx: Tx, opened: Opened) -> Opened:
    """Keep the draft as it lies open. Where its signature ended, it waits again, and what was due goes out no more."""
    draft = opened.draft
    grade = opened.counted.grade
    state = draft.state
    if signed(tx.conn, opened) is None:
        ended = _cancel(tx, draft, "its signature ended")
        made = rows.list_publications(tx.conn, draft.draft_id) if ended else []
        if state in ("approved", "scheduled") or (ended and state == "published" and not newest_out(made, tx.now)):
            state = "open"
            tx.log("lapsed", draft.draft_id, {})
    changed = {
        "state": state, "until": draft.until if state in ("later", "scheduled") else None, "grade": grade,
        "changed_at": tx.now, "shown": shown_row(opened, draft.shown.model_copy(update={"grade": grade})),
    }  # fmt: skip
    opened = replace(opened, draft=draft.model_copy(update=changed))
    rows.put_draft(tx.conn, opened.draft)
    return opened


def _cancel(tx: Tx, draft: Draft, why: str) -> bool:
    """Let what is still to go out go out no more; whether anything was."""
    due = to_go_out(tx.conn, draft, tx.now)
    if due:
        changed = {"kind": "cancelled", "goes_out_at": tx.now, "by": tx.who.account_id, "at": tx.now, "reason": why}
        _add_publication(tx, due.model_copy(update=changed))
    return due is not None


def _add_publication(tx: Tx, out: Publication) -> None:
    kept = rows.add_publication(tx.conn, out)
    detail: Detail = {
        "publication": kept.publication_id, "approval": kept.approval_id, "goes_out_at": kept.goes_out_at.isoformat(),
        "reason": kept.reason, "row": content_hash(kept),
    }  # fmt: skip
    tx.log(kept.kind, kept.draft_id, detail)


def _follow(tx: Tx, opened: Opened, made: Sequence[Decision]) -> None:
    """Bring up to date what else prints these words, and whatever rests on the same sentences elsewhere."""
    seen = {opened.draft.draft_id}
    if isinstance(opened, OpenReview):
        seen |= _follow_review(tx, opened)
    for draft_id in rows.resting_on(tx.conn, {(d.scope, d.key) for d in made}):
        if draft_id not in seen:
            other = _put_row(tx, load(tx.conn, draft_id))
            seen.add(draft_id)
            if isinstance(other, OpenReview):
                seen |= _follow_review(tx, other)


def _follow_review(tx: Tx, side: OpenReview) -> set[str]:
    """Comparisons that print this review: where its text is another now, they have a new revision, signed by nobody."""
    printing = rows.comparisons_with(tx.conn, side.draft.draft_id)
    for draft in printing:
        if draft.head < 0:
            a, b = (find_draft(tx.conn, one).shown for one in rows.sides_of(tx.conn, draft.draft_id))
            rows.put_draft(tx.conn, draft.model_copy(update={"shown": pair_row(draft.shown, a, b)}))
            continue
        opened = load(tx.conn, draft.draft_id, known=(side,))
        assert isinstance(opened, OpenComparison)
        if opened.revision.base_hash != opened.prints_hash:
            followed = Change(text=opened.text, what="followed", by=PANEL, reason="its reviews were changed")
            opened = _write(tx, opened, followed)
        _put_row(tx, opened)
    return {draft.draft_id for draft in printing}
