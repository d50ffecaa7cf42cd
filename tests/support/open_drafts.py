"""Drafts as they lie open, made without a database: what an act is decided on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.support.drafts import NOON, small

from panel.desk.acts.change import Before, Change, DeskAct
from panel.desk.drafts.opened import OpenReview
from panel.desk.drafts.overlay import lay_over, start_text
from panel.desk.drafts.points import check_printed, flags_of, points_of
from panel.desk.drafts.queue_row import new_queue_row
from panel.records import Decision, Review
from panel.records.desk import Account, Draft, DraftState, DraftText, Revision, Role

PRODUCT = "quillbase"


def person(role: Role = "editor", name: str = "") -> Account:
    return Account(account_id=f"acc-{name or role}", name=(name or role).title(), sign_in=name or role, role=role)


def open_draft(
    review: Review | None = None, text: DraftText | None = None, *, decided: Sequence[Decision] = (),
    state: DraftState = "open", head: int = 0, **draft: Any,
) -> OpenReview:  # fmt: skip
    """A review's draft with this text. decided: the newest decisions, each on a point of it."""
    review = review or small()
    text = text or start_text(review)
    kept = Draft(
        draft_id="quillbase-3", kind="review", subject=f"{PRODUCT}/3", scope=PRODUCT, base_hash=review.review_hash,
        run_id="run-1", grade=review.grade, state=state, head=head, created_at=NOON, changed_at=NOON,
        shown=new_queue_row(review, "quillbase-3"), **draft,
    )  # fmt: skip
    revision = Revision(
        draft_id=kept.draft_id, number=head, base_hash=kept.base_hash, parent_hash="", by="panel", at=NOON, text=text
    )
    counted = lay_over(review, text)
    flags = flags_of(review, text, found=check_printed(counted, text))
    points = points_of(review, text, flags, scope=PRODUCT, draft_id=kept.draft_id)
    made = {(d.scope, d.key): d for d in decided}
    return OpenReview(kept, revision, flags, points, made, review, counted)


def decide(act: DeskAct, opened: OpenReview, who: Account | None = None, **beside: Any) -> Change:
    """What becomes of the draft. beside: what the act asks for beside it (`Before`)."""
    return act.decide(Before(opened, **beside), who or person(), NOON)


def after(opened: OpenReview, change: Change) -> OpenReview:
    """The draft as it lies once a change of words, decisions or its row was committed."""
    numbered = [d.model_copy(update={"decision_id": 100 + i}) for i, d in enumerate(change.decisions)]
    known = {**opened.decided, **{(d.scope, d.key): d for d in numbered}}
    head = opened.draft.head + (change.text is not None)
    again = open_draft(opened.review, change.text or opened.text, decided=tuple(known.values()), head=head)
    return replace(again, draft=again.draft.model_copy(update=dict(change.draft)))
