"""What every act on a draft does: load it, write a revision or a decision, say so in the log; all or nothing of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from panel.desk.earlier import earlier_decisions
from panel.desk.opened import (
    Archive,
    OpenComparison,
    Opened,
    OpenReview,
    find_draft,
    load,
    open_comparison,
    open_review,
    read_review,
    sides_of,
)
from panel.desk.rules import allow
from panel.desk.shown import shown_row
from panel.desk.text import start_text
from panel.errors import Mistake
from panel.records import content_hash
from panel.records.desk import MOST_CLAIMS, Account, Decided, Decision, Draft, DraftState, DraftText, Point, Revision
from panel.store import desk as rows
from panel.store.desk_log import Detail, append_act

PANEL = "panel"  # who writes what follows by itself
PUT_AWAY: tuple[DraftState, ...] = (
    "passed",
    "rejected",
    "retracted",
)  # must be fetched back before anything is changed


@dataclass(frozen=True)
class Tx:
    """One act: its transaction, its moment, who does it."""

    conn: Connection
    now: datetime  # UTC
    who: Account
    archive: Archive
    responsible: str  # who answers for what is published: a person or an entity

    def open(self, draft_id: str) -> Opened:
        """The draft, given its first revision when nobody has opened it before."""
        draft = find_draft(self.conn, draft_id)
        if draft.head < 0:
            begin(self, draft)
        return load(self.conn, draft_id, self.archive)

    def open_review(self, draft_id: str) -> OpenReview:
        """Raises Mistake for a comparison's draft: its sentences are its reviews'."""
        opened = self.open(draft_id)
        if not isinstance(opened, OpenReview):
            raise Mistake("A comparison's sentences are its reviews': change them there.")
        return opened

    def log(self, what: str, draft_id: str, **detail: str | int | bool | None) -> None:
        told: Detail = dict(detail)
        append_act(self.conn, by=self.who.account_id, what=what, now=self.now, draft_id=draft_id, detail=told)

    def allow(self, act: str) -> None:
        """Raises Mistake when this person may not."""
        allow(self.who, act)


def begin(tx: Tx, draft: Draft) -> None:
    """Give a draft its first revision: the machine's text, with what people decided of its sentences before."""
    if draft.kind == "comparison":
        for side in sides_of(tx.conn, draft):
            tx.open(side)
        _first(tx, draft, DraftText())
        return
    review = read_review(rows.base_json(tx.conn, draft.base_hash))
    _first(tx, draft, start_text(review, earlier_decisions(tx.conn, review, draft.scope)))


def _first(tx: Tx, draft: Draft, text: DraftText) -> None:
    draft = draft.model_copy(update={"head": 0})
    rows.put_draft(tx.conn, draft)
    revision = Revision(
        draft_id=draft.draft_id, number=0, base_hash=draft.base_hash, parent_hash="", by=PANEL, at=tx.now,
        reason="as the panel wrote it", text=text,
    )  # fmt: skip
    keep_revision(tx, draft, revision)
    append_act(
        tx.conn, by=PANEL, what="began", now=tx.now, draft_id=draft.draft_id,
        detail={"revision": 0, "hash": revision.revision_hash, "base": draft.base_hash},
    )  # fmt: skip


def keep_revision(tx: Tx, draft: Draft, revision: Revision) -> Opened:
    """Write a revision with its points; the draft as it lies open with it."""
    opened = _with(tx, draft, revision)
    rows.add_revision(tx.conn, revision, opened.points)
    return opened


def _with(tx: Tx, draft: Draft, revision: Revision) -> Opened:
    if draft.kind == "review":
        return open_review(tx.conn, draft, revision, tx.archive)
    a, b = (load(tx.conn, side, tx.archive) for side in sides_of(tx.conn, draft))
    assert isinstance(a, OpenReview)
    assert isinstance(b, OpenReview)
    return open_comparison(tx.conn, draft, revision, a, b)


def write(
    tx: Tx, opened: Opened, text: DraftText, what: str, *, reason: str = "", by: str = "", base_hash: str = "",
    **detail: str | int | bool | None,
) -> Opened:  # fmt: skip
    """Save a text as the next revision. An approval lapses with it; what was decided of other sentences stays."""
    draft = opened.draft
    state: DraftState = "open" if draft.state in ("approved", "later") else draft.state
    draft = draft.model_copy(update={"head": draft.head + 1, "state": state, "until": None})
    if base_hash and draft.kind == "review":
        draft = draft.model_copy(update={"base_hash": base_hash})
    revision = Revision(
        draft_id=draft.draft_id, number=draft.head, base_hash=base_hash or opened.revision.base_hash,
        parent_hash=opened.revision.revision_hash, by=by or tx.who.account_id, at=tx.now, reason=reason, text=text,
    )  # fmt: skip
    rows.put_draft(tx.conn, draft)
    found = keep_revision(tx, draft, revision)
    if draft.kind == "review" and sum(p.kind in ("claim", "pick") for p in found.points) > MOST_CLAIMS:
        raise Mistake(f"{MOST_CLAIMS} claims a review is the most.", hint="Remove one or set one aside first.")
    tx.log(what, draft.draft_id, revision=revision.number, hash=revision.revision_hash, **detail)
    return found


def settle(
    tx: Tx, point: Point, decided: Decided, *, draft_id: str, seen: bool = False, opened_page: bool = False,
    reason: str = "", field: str = "", was: str = "",
) -> Decision:  # fmt: skip
    """Write down what somebody decided of a point."""
    decision = rows.add_decision(
        tx.conn,
        Decision(
            scope=point.scope, key=point.key, kind=point.kind, decision=decided, draft_id=draft_id, text=point.text,
            sentence_hash=point.sentence_hash, passages_hash=point.passages_hash, persona_id=point.persona_id,
            check=point.check, source_seen=seen, page_opened=opened_page, reason=reason, field=field,
            was=was, by=tx.who.account_id, at=tx.now,
        ),
    )  # fmt: skip
    tx.log(
        "decided", draft_id, decision=decision.decision_id, of=point.kind, key=point.key, decided=decided,
        persona=point.persona_id, seen=seen, reason=reason, row=content_hash(decision),
    )  # fmt: skip
    return decision


def refresh(tx: Tx, draft_id: str, *, state: DraftState | None = None) -> Opened:
    """Load the draft again and bring its row in the queue up to date, and those of comparisons that print it."""
    opened = load(tx.conn, draft_id, tx.archive)
    draft = opened.draft
    lapsed = draft.state == "approved" and bool(opened.left)
    now: DraftState = state or ("open" if lapsed else draft.state)
    fresh = draft.model_copy(update={"state": now, "changed_at": tx.now, "shown": shown_row(opened, draft.shown)})
    rows.put_draft(tx.conn, fresh)
    if isinstance(opened, OpenReview):
        _refresh_comparisons(tx, draft_id)
    return replace(opened, draft=fresh)


def _refresh_comparisons(tx: Tx, draft_id: str) -> None:
    """A comparison that prints this review has another text now: what was signed of it is no longer what it prints."""
    for draft in rows.comparisons_with(tx.conn, draft_id):
        if draft.head < 0:
            continue
        opened = load(tx.conn, draft.draft_id, tx.archive)
        assert isinstance(opened, OpenComparison)
        if opened.revision.base_hash != opened.prints_hash and draft.state == "approved":
            draft = draft.model_copy(update={"state": "open"})
        rows.put_draft(tx.conn, draft.model_copy(update={"shown": shown_row(opened, draft.shown)}))


def refuse_put_away(opened: Opened) -> None:
    """Raises Mistake for a draft that was put away."""
    if opened.draft.state in PUT_AWAY:
        raise Mistake(f"This draft is {opened.draft.state}.", hint="Fetch it back first.")
