"""What every act on a draft does: load it, write a revision or a decision, say so in the log; all or nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from panel.desk.approval.audit_points import points_hash
from panel.desk.drafts.opened import (
    PUT_AWAY,
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
from panel.desk.permissions import allow
from panel.desk.times import Times
from panel.errors import EditConflict, Mistake
from panel.records import (
    Account,
    Channel,
    Decided,
    Decision,
    Draft,
    DraftState,
    DraftText,
    PassageSeen,
    Point,
    Publication,
    Revision,
    content_hash,
)
from panel.store import Detail, append_act
from panel.store import draft_rows as rows

PANEL = "panel"  # who writes what follows by itself


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

    def open(self, draft_id: str, number: int | None = None) -> Opened:
        """The draft, given its first revision when nobody has opened it before.

        number: of the revision that was read; None for whoever acts on the draft whatever it says. Raises EditConflict
        for another than the newest.
        """
        draft = find_draft(self.conn, draft_id)
        if number is not None and max(number, 0) != max(draft.head, 0):
            raise EditConflict("Somebody changed this draft since you read it.", hint="Read it again, then act.")
        return begin(self, draft) if draft.head < 0 else load(self.conn, draft_id)

    def open_review(self, draft_id: str, number: int | None = None) -> OpenReview:
        """Raises Mistake for a comparison's draft: its sentences are its reviews'."""
        opened = self.open(draft_id, number)
        if not isinstance(opened, OpenReview):
            raise Mistake("A comparison's sentences are its reviews': change them there.")
        return opened

    def log(self, what: str, draft_id: str, **detail: str | int | bool | None) -> None:
        self.log_by(self.who.account_id, what, draft_id, dict(detail))

    def log_by(self, by: str, what: str, draft_id: str, detail: Detail) -> None:
        append_act(self.conn, by=by, what=what, now=self.now, draft_id=draft_id, detail=detail)

    def allow(self, act: str) -> None:
        """Raises Mistake when this person may not."""
        allow(self.who, act)


def begin(tx: Tx, draft: Draft) -> Opened:
    """Give a draft its first revision: the machine's text, with what people decided of its sentences before."""
    if draft.kind == "comparison":
        for side in rows.sides_of(tx.conn, draft.draft_id):
            tx.open(side)
        sides = load_sides(tx.conn, draft)
        return _first(tx, draft, DraftText(), texts_hash(*sides), sides)
    review = read_review(rows.base_json(tx.conn, draft.base_hash))
    return _first(tx, draft, start_text(review, earlier_decisions(tx.conn, review, draft.scope)), draft.base_hash)


def _first(tx: Tx, draft: Draft, text: DraftText, base_hash: str, known: Sequence[OpenReview] = ()) -> Opened:
    draft = draft.model_copy(update={"head": 0})
    revision = Revision(
        draft_id=draft.draft_id, number=0, base_hash=base_hash, parent_hash="", by=PANEL, at=tx.now,
        reason="as the panel wrote it", text=text,
    )  # fmt: skip
    opened = _keep(tx, draft, revision, known)
    tx.log_by(PANEL, "began", draft.draft_id, {**revision_told(opened), "base": base_hash})
    return put_row(tx, opened)


def _keep(tx: Tx, draft: Draft, revision: Revision, known: Sequence[OpenReview]) -> Opened:
    """Write a revision with its points; the draft as it lies open with it."""
    opened: Opened
    if draft.kind == "review":
        opened = open_review(tx.conn, draft, revision)
    else:
        opened = open_comparison(tx.conn, draft, revision, *load_sides(tx.conn, draft, known=known))
    rows.add_revision(tx.conn, revision, opened.points, hashed=opened.revision_hash)
    return opened


def revision_told(opened: Opened) -> Detail:
    """What the log says of a revision, so that nobody changes it or its points unseen."""
    points = points_hash([(p.kind, p.scope, p.key) for p in opened.points])
    named: Detail = {"revision": opened.revision.number, "hash": opened.revision_hash, "points": points}
    return {**named, "row": content_hash(opened.revision)}


def write(
    tx: Tx, opened: Opened, text: DraftText, what: str, *, reason: str = "", by: str = "", base_hash: str = "",
    **detail: str | int | bool | None,
) -> Opened:  # fmt: skip
    """Save a text as the next revision. An approval lapses with it; what was decided of other sentences stays.

    `finish` has to follow, which keeps the draft's row.
    """
    draft, by = opened.draft, by or tx.who.account_id
    state: DraftState = "open" if draft.state in ("approved", "scheduled", "later") else draft.state
    draft = draft.model_copy(update={"head": draft.head + 1, "state": state})
    known: Sequence[OpenReview] = ()
    if isinstance(opened, OpenComparison):
        base_hash, known = opened.prints_hash, opened.sides
    elif base_hash:
        draft = draft.model_copy(update={"base_hash": base_hash})
    revision = Revision(
        draft_id=draft.draft_id, number=draft.head, base_hash=base_hash or opened.revision.base_hash,
        parent_hash=opened.revision_hash, by=by, at=tx.now, reason=reason, text=text,
    )  # fmt: skip
    found = _keep(tx, draft, revision, known)
    tx.log_by(by, what, draft.draft_id, {**revision_told(found), **detail})
    return found


def settle(
    tx: Tx, point: Point, decided: Decided, *, draft_id: str, seen: PassageSeen = False, opened_page: bool = False,
    reason: str = "", field: str = "", was: str = "",
) -> Decision:  # fmt: skip
    """Write down what somebody decided of a point. seen: whether its passages were; of none nothing is said."""
    looked = seen if point.passages else False
    place = point.place if point.kind in ("claim", "pick") else -1
    field = field or (f"{point.persona_id}:{point.field}" if point.kind == "claim" and point.field else "")
    decision = rows.add_decision(
        tx.conn,
        Decision(
            scope=point.scope, key=point.key, kind=point.kind, decision=decided, draft_id=draft_id, text=point.text,
            sentence_hash=point.sentence_hash, passages_hash=point.passages_hash, persona_id=point.persona_id,
            check=point.check, source_seen=looked, page_opened=opened_page, reason=reason, place=place, field=field,
            was=was, by=tx.who.account_id, name=tx.who.name, at=tx.now, channel=tx.channel, together=tx.together,
        ),
    )  # fmt: skip
    tx.log(
        "decided", draft_id, decision=decision.decision_id, of=point.kind, key=point.key, decided=decided,
        persona=point.persona_id, seen=looked, channel=tx.channel, reason=reason, row=content_hash(decision),
    )  # fmt: skip
    return decision


def finish(tx: Tx, opened: Opened, *made: Decision, state: DraftState | None = None) -> Opened:
    """Keep the draft's row, and those of drafts that print its words or rest on the decisions just made."""
    opened = with_decisions(opened, made)
    if state:
        opened = replace(opened, draft=opened.draft.model_copy(update={"state": state}))
    opened = put_row(tx, opened)
    _follow(tx, opened, made)
    return opened


def put_row(tx: Tx, opened: Opened) -> Opened:
    """Keep the draft as it lies open. Where its signature ended, it waits again, and what was due goes out no more."""
    draft = opened.draft
    grade = opened.counted.grade
    state = draft.state
    if signed(tx.conn, opened) is None:
        ended = cancel(tx, draft, "its signature ended")
        made = rows.list_publications(tx.conn, draft.draft_id) if ended else []
        if state in ("approved", "scheduled") or (ended and state == "published" and not newest_out(made, tx.now)):
            state = "open"
            tx.log("lapsed", draft.draft_id)
    changed = {
        "state": state, "until": draft.until if state in ("later", "scheduled") else None, "grade": grade,
        "changed_at": tx.now, "shown": shown_row(opened, draft.shown.model_copy(update={"grade": grade})),
    }  # fmt: skip
    opened = replace(opened, draft=draft.model_copy(update=changed))
    rows.put_draft(tx.conn, opened.draft)
    return opened


def cancel(tx: Tx, draft: Draft, why: str) -> bool:
    """Let what is still to go out go out no more; whether anything was."""
    due = to_go_out(tx.conn, draft, tx.now)
    if due:
        changed = {"kind": "cancelled", "goes_out_at": tx.now, "by": tx.who.account_id, "at": tx.now, "reason": why}
        add_publication(tx, due.model_copy(update=changed))
    return due is not None


def add_publication(tx: Tx, out: Publication) -> None:
    """Keep it, with its line in the log."""
    kept = rows.add_publication(tx.conn, out)
    tx.log(
        kept.kind, kept.draft_id, publication=kept.publication_id, approval=kept.approval_id,
        goes_out_at=kept.goes_out_at.isoformat(), reason=kept.reason, row=content_hash(kept),
    )  # fmt: skip


def _follow(tx: Tx, opened: Opened, made: Sequence[Decision]) -> None:
    """Bring up to date what else prints these words, and whatever rests on the same sentences elsewhere."""
    seen = {opened.draft.draft_id}
    if isinstance(opened, OpenReview):
        seen |= _follow_review(tx, opened)
    for draft_id in rows.resting_on(tx.conn, {(d.scope, d.key) for d in made}):
        if draft_id not in seen:
            other = put_row(tx, load(tx.conn, draft_id))
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
            opened = write(tx, opened, opened.text, "followed", by=PANEL, reason="its reviews were changed")
        put_row(tx, opened)
    return {draft.draft_id for draft in printing}


def refuse_put_away(opened: Opened) -> None:
    """Raises Mistake for a draft that was put away."""
    if opened.draft.state in PUT_AWAY:
        raise Mistake(f"This draft is {opened.draft.state}.", hint="Fetch it back first.")
