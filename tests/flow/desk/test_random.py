"""Random sequences of acts by people of every role on two reviews and their comparison: the desk's rules never break.

Small by default; PANEL_TEST_DESK_EXAMPLES=200 makes it long.
"""

import itertools
import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import and_, func, select
from tests.support.drafts import ROLES, Clock, a_room, checked, ledger, renumbered, reworded, settle_point, small

from panel.desk import (
    Approve,
    Decide,
    FetchBack,
    HoldUntil,
    PassOver,
    Publish,
    PutOff,
    Reject,
    Retract,
    Save,
    SetStanding,
    Strike,
    TakeOver,
    Undo,
    Unstrike,
)
from panel.desk.acts.change import DeskAct
from panel.desk.acts.decide import Target
from panel.desk.approval.audit import audit
from panel.desk.drafts.opened import OpenComparison, Opened
from panel.desk.drafts.points import APART
from panel.desk.drafts.queue_row import shown_row
from panel.errors import EditConflict, Mistake
from panel.records import Answered, Review, Written
from panel.store.tables.desk_tables import approvals, bases, decisions, points

pytestmark = pytest.mark.long

EXAMPLES = int(os.environ.get("PANEL_TEST_DESK_EXAMPLES", "6"))
DX, REPORTER = "dx-reviewer", "reporter"
WHO = st.sampled_from(ROLES)
WHICH = st.sampled_from([0, 1, 2])
PLACE = st.integers(0, 2)
PERSON = st.sampled_from([DX, REPORTER])
BEHIND = st.sampled_from([0, 0, 0, 1, 2])
FIELD = st.sampled_from(
    [f"{DX}:0", f"{DX}:1", f"{DX}:2", f"{DX}:line", f"{DX}:not_for", f"{REPORTER}:0", f"{DX}:reply:first_error", "note"]
)
REASON = st.sampled_from(["", "It was wrong."])
SIDES = (small(critics=(DX, REPORTER)), small(ledger(), critics=(DX, REPORTER)))


CLAIM, VIEWS = frozenset({"claim"}), frozenset({"views"})


def kinds_of(which: int, field: str) -> frozenset[str]:
    """What new words there may decide of, by what the model wrote: views only where it judged."""
    person, _, name = field.partition(":")
    if not name or which == 2:
        return frozenset()
    opinion = SIDES[which].opinion(person)
    assert isinstance(opinion, Answered) and isinstance(opinion.words, Written)
    if name.isdecimal():
        return VIEWS if opinion.words.quote[int(name)].rests_on == "view" else CLAIM
    return CLAIM | VIEWS if name in APART else VIEWS


class Desks(RuleBasedStateMachine):
    """One desk in a folder of its own; `saved` is all that was typed and landed."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="panel-desk-")
        self.opening = a_room(f"sqlite:///{Path(self.folder.name) / 'panel.db'}", clock=Clock())
        self.room = self.opening.__enter__()
        self.desk = self.room.desk
        self.drafts = self.room.bring(*SIDES, paired=True)
        self.room.comparison(self.drafts[2])
        self.saved: list[tuple[str, str]] = []
        self.approved: dict[str, int] = {}  # approvals of a draft that were looked at
        self.runs = 1

    def teardown(self) -> None:
        self.opening.__exit__(None, None, None)
        self.folder.cleanup()

    def act(
        self, made: type[DeskAct], role: str, which: int, *args: Any, of: frozenset[str] | None = None, **more: Any
    ) -> Opened | None:
        """Do it; a refusal by a rule is as good an outcome as any, anything else is a bug.

        of: kinds of points that it may decide, and no other.
        """
        who, draft_id = self.room.people[role], self.drafts[which]
        if "behind" in more:
            more["number"] = max(0, self.room.head(draft_id) - more.pop("behind"))
        newest = self.newest_decision()
        try:
            opened = self.desk.act(who, draft_id, made(*args, **more))
        except (Mistake, EditConflict):
            return None
        with self.desk.store.reading() as conn:
            kinds = set(conn.execute(select(decisions.c.kind).where(decisions.c.decision_id > newest)).scalars())
        assert of is None or kinds <= of, f"{made.__name__} {args} decided of {kinds}"
        return opened

    def newest_decision(self) -> int:
        with self.desk.store.reading() as conn:
            return conn.execute(select(func.max(decisions.c.decision_id))).scalar() or 0

    @rule(role=WHO, which=WHICH, person=PERSON, place=PLACE, behind=BEHIND, seen=st.booleans(),
          decided=st.sampled_from(["accurate", "attributed", "removed"]))  # fmt: skip
    def decide(self, role: str, which: int, person: str, place: int, behind: int, seen: bool, decided: str) -> None:
        self.act(Decide, role, which, Target(person, place), decided, of=CLAIM, behind=behind, seen=seen)

    @rule(role=WHO, which=WHICH, person=PERSON, phrase=st.sampled_from(APART), behind=BEHIND, seen=st.booleans(),
          decided=st.sampled_from(["accurate", "attributed", "removed"]))  # fmt: skip
    def decide_phrase(
        self, role: str, which: int, person: str, phrase: str, behind: int, seen: bool, decided: str
    ) -> None:
        self.act(Decide, role, which, Target(person, phrase=phrase), decided, of=CLAIM, behind=behind, seen=seen)

    @rule(role=WHO, which=WHICH, person=PERSON, decided=st.sampled_from(["accurate", "removed"]), behind=BEHIND)
    def decide_views(self, role: str, which: int, person: str, decided: str, behind: int) -> None:
        self.act(Decide, role, which, Target(person, views=True), decided, of=VIEWS, behind=behind, seen=True)

    @rule(role=WHO, which=WHICH, field=FIELD, words=st.sampled_from(["One.", "Two words.", "We used it.", "Ünï 3.", "It costs 7 euros."]),
          behind=BEHIND, seen=st.booleans())  # fmt: skip
    def save(self, role: str, which: int, field: str, words: str, behind: int, seen: bool) -> None:
        if self.act(Save, role, which, field, words, of=kinds_of(which, field), behind=behind, seen=seen):
            self.saved.append((self.drafts[which], words))

    @rule(role=WHO, which=st.sampled_from([0, 1]), place=st.sampled_from([0, 1]), removes=st.booleans(), behind=BEHIND)
    def save_what_went(self, role: str, which: int, place: int, removes: bool, behind: int) -> None:
        """One window takes a sentence out, another saves it: seldom at random, often at work."""
        gone = Target(DX, place)
        if removes:
            self.act(Decide, "admin", which, gone, "removed", of=CLAIM, behind=0, seen=True)
        else:
            self.act(SetStanding, "admin", which, gone, "set_aside", of=frozenset(), behind=0)
        field = f"{DX}:{place}"
        if self.act(Save, role, which, field, "Words for it.", of=kinds_of(which, field), behind=behind, seen=True):
            self.saved.append((self.drafts[which], "Words for it."))

    @rule(role=WHO, which=WHICH, person=PERSON, place=PLACE, standing=st.sampled_from(["printed", "set_aside"]))
    def set_standing(self, role: str, which: int, person: str, place: int, standing: str) -> None:
        self.act(SetStanding, role, which, Target(person, place), standing, behind=0)

    @rule(role=WHO, which=WHICH)
    def undo(self, role: str, which: int) -> None:
        self.act(Undo, role, which)

    @rule(role=WHO, which=WHICH, person=PERSON, strikes=st.booleans())
    def strike(self, role: str, which: int, person: str, strikes: bool) -> None:
        self.act(Strike, role, which, person, "other") if strikes else self.act(Unstrike, role, which, person)

    @rule(role=WHO, which=WHICH)
    def settle_the_rest(self, role: str, which: int) -> None:
        """What random acts reach too seldom: a draft with nothing left."""
        for point in self.desk.open(self.room.admin, self.drafts[which]).left:
            try:
                settle_point(self.desk, self.room.people[role], point, number=self.room.head(point.draft_id))
            except (Mistake, EditConflict):
                return

    @rule(role=WHO, which=WHICH)
    def sign_and_let_out(self, role: str, which: int) -> None:
        """Nor do they publish often, and correct what is out."""
        self.settle_the_rest("admin", which)
        self.act(Approve, role, which, behind=0)
        self.act(Publish, "admin", which, reason="It was wrong.")

    @rule(role=WHO, which=WHICH, more=st.integers(1, 2), is_out=st.booleans())
    def decide_again(self, role: str, which: int, more: int, is_out: bool) -> None:
        """Decisions taken back and made again are others: what was signed over the first ones is signed no more."""
        if is_out:
            self.sign_and_let_out("editor", which)
            self.nothing_was_approved_that_was_not_settled_or_by_somebody_who_may_not()  # before it changes
        for _ in range(more):
            self.act(Undo, "admin", which)
        self.settle_the_rest(role, which)

    @rule(role=WHO, which=WHICH, behind=BEHIND, edition=st.sampled_from(["", "", "trial"]))
    def approve(self, role: str, which: int, behind: int, edition: str) -> None:
        self.act(Approve, role, which, edition=edition, behind=behind)

    @rule(role=WHO, which=WHICH, reason=REASON, days=st.sampled_from([None, 1, 5]))
    def publish(self, role: str, which: int, reason: str, days: int | None) -> None:
        at = self.room.clock.now + timedelta(days=days) if days else None
        opened = self.act(Publish, role, which, at=at, reason=reason)
        if opened:
            out = self.desk.history(self.room.admin, self.drafts[which]).publications[-1]
            held = [s.draft for s in opened.sides] if isinstance(opened, OpenComparison) else []
            assert all(not d.embargo_until or d.embargo_until <= out.goes_out_at for d in (opened.draft, *held))
            assert all(d.state not in ("passed", "rejected", "retracted") for d in held)
            assert role in ("publisher", "admin")
            self.signatures_stand(self.drafts[which], out.approval_id)

    @rule(role=WHO, which=WHICH, act=st.sampled_from([Retract, Reject, PassOver, FetchBack, PutOff, HoldUntil]),
          reason=REASON)  # fmt: skip
    def put_away(self, role: str, which: int, act: type[DeskAct], reason: str) -> None:
        later = self.room.clock.now + timedelta(days=3)
        args: dict[type[DeskAct], tuple[Any, ...]] = {
            Retract: (reason,), Reject: ("too_thin", reason), PassOver: ("other", reason), PutOff: (later,),
            HoldUntil: (later if reason else None,),
        }  # fmt: skip
        self.act(act, role, which, *args.get(act, ()))

    @rule(which=st.sampled_from([0, 1]), change=st.sampled_from(["renumbered", "reworded"]), role=WHO)
    def ask_again(self, which: int, change: str, role: str) -> None:
        self.runs += 1
        review: Review = SIDES[which]
        newer = renumbered(review) if change == "renumbered" and which == 0 else None
        newer = newer or reworded(review, REPORTER, 0, f"It was said anew, {self.runs}.")
        self.room.bring(checked(newer), run_id=f"run-{self.runs}")
        self.act(TakeOver, role, which, behind=0)

    @rule(days=st.sampled_from([1, 4]))
    def wait(self, days: int) -> None:
        self.room.clock.now += timedelta(days=days)
        self.desk.bring_back_due()

    @invariant()
    def the_machines_records_are_as_they_were(self) -> None:
        with self.desk.store.reading() as conn:
            for row in conn.execute(select(bases).where(bases.c.kind == "review")).mappings():
                assert Review.model_validate_json(row["json"]).review_hash == row["hash"]

    @invariant()
    def the_log_is_whole(self) -> None:
        assert audit(self.desk.store).broken == ()

    @invariant()
    def revisions_follow_one_another_and_keep_all_that_was_saved(self) -> None:
        for draft_id in self.drafts:
            made = self.desk.history(self.room.admin, draft_id).revisions
            assert [r.number for r in made] == list(range(len(made)))
            assert all(b.parent_hash == a.revision_hash for a, b in itertools.pairwise(made))
            texts = "".join(r.text.model_dump_json() for r in made)
            assert all(words in texts for saved_in, words in self.saved if saved_in == draft_id)

    @invariant()
    def what_is_signed_has_nothing_left_and_is_the_newest(self) -> None:
        for draft_id in self.drafts:
            opened = self.desk.open(self.room.admin, draft_id)
            approval = self.desk.is_signed(self.room.admin, opened)
            assert (opened.draft.state != "approved") or approval
            if approval:
                assert not opened.left and not opened.hindrance
                assert approval.revision_hash == opened.revision.revision_hash
                assert approval.number == opened.draft.head
                newest = {opened.decided[p.scope, p.key].decision_id for p in opened.points}
                assert newest == set(approval.decisions)

    def signatures_stand(self, draft_id: str, approval_id: int | None) -> None:
        """An approval names the newest decision of each point that was kept with its text: asked of the rows alone."""
        same = and_(decisions.c.scope == points.c.scope, decisions.c.key == points.c.key)
        newest = select(func.max(decisions.c.decision_id)).select_from(points.outerjoin(decisions, same))
        with self.desk.store.reading() as conn:
            row = conn.execute(select(approvals).where(approvals.c.approval_id == approval_id)).mappings().one()
            mine = newest.where(points.c.draft_id == draft_id, points.c.number == row["number"])
            today = set(conn.execute(mine.group_by(points.c.scope, points.c.key)).scalars())
        assert set(json.loads(row["json"])["decisions"]) == today

    @invariant()
    def what_is_signed_rests_on_decisions_of_today(self) -> None:
        for draft_id in self.drafts:
            if approval := self.desk.is_signed(self.room.admin, self.desk.open(self.room.admin, draft_id)):
                self.signatures_stand(draft_id, approval.approval_id)

    @invariant()
    def nothing_was_approved_that_was_not_settled_or_by_somebody_who_may_not(self) -> None:
        for draft_id in self.drafts:
            told = self.desk.history(self.room.admin, draft_id)
            new = told.approvals[self.approved.get(draft_id, 0) :]
            self.approved[draft_id] = len(told.approvals)
            for approval in new:
                opened = self.desk.open(self.room.admin, draft_id)
                made = {d.decision_id: d for d in opened.decided.values()}
                assert {made[i].key for i in approval.decisions} == {p.key for p in opened.points}
                assert all(made[i].settles for i in approval.decisions)
                assert self.room.people[approval.role].account_id == approval.by and approval.role != "writer"
            known = {a.approval_id: a for a in told.approvals}
            for out in told.publications:
                assert out.kind == "cancelled" or out.by in ("acc-publisher", "acc-admin")
                assert out.kind == "retracted" or known[out.approval_id or 0].edition == out.edition

    @invariant()
    def the_queues_row_is_what_counting_anew_gives(self) -> None:
        for draft_id in self.drafts:
            opened = self.desk.open(self.room.admin, draft_id)
            assert opened.draft.shown == shown_row(opened, opened.draft.shown)
            with self.desk.store.reading() as conn:
                at = (points.c.draft_id == draft_id, points.c.number == opened.draft.head)
                kept = set(conn.execute(select(points.c.key).where(*at)).scalars())
            assert kept == {p.key for p in opened.points}


TestDesks = Desks.TestCase
TestDesks.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck),
    print_blob=True, database=None,
)  # fmt: skip
