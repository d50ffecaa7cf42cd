"""What people do at the desk, act by act, on a real database: what each changes, and what it must never change."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.support.databases import open_part
from tests.support.drafts import (
    NOON,
    Room,
    checked,
    claims,
    ledger,
    quill,
    renumbered,
    reworded,
    settle_point,
    small,
    target,
    under,
    with_passage,
)
from tests.support.page_records import live_review, trial
from tests.support.records import a_run

from panel.desk import (
    Approve,
    Confirm,
    Decide,
    Dismiss,
    FetchBack,
    HoldUntil,
    PassOver,
    Publish,
    PutOff,
    Reject,
    Retract,
    Save,
    SetStanding,
    TakeOver,
    Undo,
)
from panel.desk.acts.decide import Target
from panel.desk.approval.audit import audit
from panel.desk.drafts.opened import Opened
from panel.desk.drafts.publications import editorial_of
from panel.desk.reasons import DISMISS_REASONS
from panel.errors import EditConflict, Mistake
from panel.pages import review_html
from panel.pipeline.products import meet_reviewed
from panel.records import Editorial, Flag, Review
from panel.store import Products
from panel.store import draft_rows as rows
from panel.store.runs.run_records import RunRecords

DX, REPORTER = "dx-reviewer", "reporter"


@pytest.fixture
def pair(room: Room) -> tuple[str, str, str]:
    """Two reviews and their comparison: (quill, ledger, pair)."""
    a, b, both = room.bring(small(), small(ledger()), paired=True)
    return a, b, both


def left(room: Room, draft_id: str) -> list[tuple[str, int]]:
    return [(p.kind, p.place) for p in room.desk.open(room.editor, draft_id).left]


# points, decided once


def test_a_decision_in_a_review_settles_it_in_its_comparison(room: Room, pair: tuple[str, str, str]) -> None:
    a, _, both = pair
    before = len(room.comparison(both).left)
    room.settle(a)
    after = room.comparison(both)
    assert len(after.left) < before
    assert {p.draft_id for p in after.left} == {pair[1]}
    assert after.draft.shown.claims_left == len([p for p in after.left if p.kind == "claim"])


def test_a_re_review_on_renumbered_passages_begins_with_what_was_decided(room: Room, draft: str) -> None:
    room.settle(draft)
    first = claims(room.review(draft))[0]
    room.desk.act(room.editor, draft, Decide(target(first), "removed", number=room.head(draft), seen=True))
    room.bring(renumbered(small()), run_id="run-2")
    opened = room.desk.act(room.editor, draft, TakeOver(number=room.head(draft)))
    assert opened.left == ()
    assert target(first) not in [target(p) for p in claims(opened)]
    assert opened.draft.run_id == "run-2"


def test_a_sentence_opens_again_when_its_passage_changes(room: Room, draft: str) -> None:
    room.settle(draft)
    passage = quill().dossier.passage("S3.2")
    assert passage
    newer = checked(with_passage(small(), "S3.2", passage.text + " Since version 3."))
    room.bring(newer, run_id="run-2")
    opened = room.desk.act(room.editor, draft, TakeOver(number=room.head(draft)))
    assert [(p.kind, p.place) for p in opened.left] == [("claim", 1)]


def test_a_typo_fix_opens_its_sentence_and_the_signature_and_nothing_else(room: Room, draft: str) -> None:
    opened = room.approve(draft)
    assert room.desk.is_signed(room.editor, opened)
    point = claims(opened)[0]
    after = room.desk.act(
        room.writer, draft, Save(f"{DX}:{point.place}", point.text + "!", number=opened.draft.head, seen=False)
    )
    assert [(p.kind, p.place) for p in after.left] == [("claim", point.place)]
    assert after.draft.state == "open"
    assert room.desk.is_signed(room.editor, after) is None


def test_what_one_release_removed_is_undecided_where_another_prints_it(room: Room) -> None:
    """Two drafts of one product share its decisions; a removal elsewhere settles nothing that is printed here."""
    one, other = two_releases(room)
    point = claims(room.review(other))[0]
    room.settle(other)
    assert (point.kind, point.place) not in left(room, other)
    room.desk.act(room.editor, one, Decide(target(point), "removed", number=room.head(one), seen=True))
    assert (point.kind, point.place) in left(room, other)


def test_the_makers_word_in_one_release_is_not_settled_as_ours_in_another(room: Room) -> None:
    one, other = two_releases(room)
    point = claims(room.review(other))[0]
    room.desk.act(room.editor, one, Decide(target(point), "attributed", number=room.head(one), seen=True))
    assert (point.kind, point.place) in left(room, other)


def two_releases(room: Room) -> list[str]:
    """Drafts of two releases of one product, whose critics say the same."""
    (one,) = room.bring(small())
    newer = small()
    launch = newer.dossier.launch.model_copy(update={"release": "4"})
    newer = newer.model_copy(update={"dossier": newer.dossier.model_copy(update={"launch": launch})})
    (other,) = room.bring(newer, run_id="run-2")
    scope = room.review(one).draft.scope
    with room.desk.store.changing() as conn:
        draft = rows.load_draft(conn, other)
        assert draft
        rows.put_draft(conn, draft.model_copy(update={"scope": scope}))
    return [one, other]


def test_a_decision_of_one_product_settles_nothing_of_another(room: Room, draft: str) -> None:
    same_words = small()
    launch = same_words.dossier.launch.model_copy(update={"name": "Featherbase"})
    other = same_words.model_copy(update={"dossier": same_words.dossier.model_copy(update={"launch": launch})})
    (other_id,) = room.bring(other, run_id="run-2")
    before = len(room.review(other_id).left)
    room.settle(draft)
    assert len(room.review(other_id).left) == before


def test_an_approval_lapses_when_a_shared_decision_is_taken_back(room: Room) -> None:
    """An approval lapses where a decision it shares is taken back elsewhere."""
    one, other = two_releases(room)
    room.settle(one)
    signed = room.approve(other)
    assert signed.draft.state == "approved"
    room.desk.act(room.editor, one, Undo())
    opened = room.desk.open(room.editor, other)
    assert opened.draft.state == "open"
    assert opened.left
    assert room.desk.is_signed(room.editor, opened) is None


# flags, picks, held reviews, grades


def test_words_against_the_computed_pick_can_only_be_changed_or_removed(room: Room, pair: tuple[str, str, str]) -> None:
    a, _, both = pair
    opened = room.desk.act(room.editor, a, Save(f"{DX}:line", "Quillbase is the better choice.", number=0, seen=True))
    point = next(p for p in room.comparison(both).left if p.check == "prose_contradicts_pick")
    for reason in DISMISS_REASONS:
        with pytest.raises(Mistake, match="can't be dismissed"):
            room.desk.act(room.admin, both, Dismiss(point.key, reason))
    room.desk.act(room.editor, a, Save(f"{DX}:line", "A folder you can search.", number=opened.draft.head, seen=True))
    assert not [p for p in room.comparison(both).points if p.check == "prose_contradicts_pick"]


def test_a_retracted_page_says_when_and_why_until_it_is_fetched_back(room: Room, draft: str) -> None:
    room.approve(draft)
    room.desk.act(room.publisher, draft, Publish())
    opened = room.desk.act(room.publisher, draft, Retract("Its maker's figures were invented."))

    def added(opened: Opened) -> Editorial:
        publications = room.desk.history(room.editor, draft).publications
        return editorial_of(opened, room.desk.is_signed(room.editor, opened), publications)

    page = review_html(opened.for_readers, (), added(opened))
    assert f"Retracted on {NOON:%d %b %Y}: Its maker&#39;s figures were invented." in page
    assert "Nobody has approved this" not in page
    assert "Two commands" not in page
    again = room.desk.act(room.editor, draft, FetchBack())
    assert added(again).retracted is None


def test_a_comparison_takes_the_lower_grade_of_its_reviews(room: Room, pair: tuple[str, str, str]) -> None:
    """A comparison takes the lower grade of its reviews, also when one is taken over."""
    a, _, both = pair
    room.comparison(both)
    room.bring(checked(trial(small())), run_id="run-2", again=a)
    room.desk.act(room.editor, a, TakeOver(number=room.head(a)))
    opened = room.settle(both)
    assert (opened.draft.grade, opened.draft.shown.grade) == ("trial", "trial")
    with pytest.raises(Mistake, match="trial edition only"):
        room.desk.act(room.editor, both, Approve(number=opened.draft.head, edition="main"))


def held() -> Review:
    review = live_review()
    flag = Flag(
        check="review_held", severity="high", persona_id="", field="dossier", message="Held: words moved a verdict."
    )
    return small(review.model_copy(update={"flags": (flag,)}))


def test_a_held_review_is_approved_only_after_a_person_read_the_words(room: Room) -> None:
    review = held()
    (draft,) = room.bring(review)
    opened = room.review(draft)
    assert opened.draft.shown.is_held
    while rest := [p for p in room.desk.open(room.editor, draft).left if p.kind != "held"]:
        settle_point(room.desk, room.editor, rest[0], number=room.head(draft))
    with pytest.raises(Mistake, match="1 held span left"):
        room.desk.act(room.editor, draft, Approve(number=room.head(draft)))
    with pytest.raises(Mistake, match="may not confirm"):
        room.desk.act(room.writer, draft, Confirm())
    room.desk.act(room.editor, draft, Confirm())
    signed = room.desk.act(room.editor, draft, Approve(number=room.head(draft)))
    assert signed.draft.state == "approved"
    kept = room.review(draft).review.containment
    assert review.containment and kept == review.containment
    assert kept.asked_with and kept.asked_twice


# conflicts


def test_other_words_saved_over_an_older_revision_go_through(room: Room, draft: str) -> None:
    room.desk.act(room.writer, draft, Save(f"{DX}:0", "One command indexes a folder.", number=0, seen=True))
    opened = room.desk.act(room.editor, draft, Save(f"{DX}:line", "Two commands, one folder.", number=0))
    assert opened.draft.head == 2
    words = opened.text.words_of(DX)
    assert (
        words and words.sentences[0].text == "One command indexes a folder." and words.line.startswith("Two commands")
    )


def test_words_decided_while_somebody_changed_them_are_a_conflict(room: Room, draft: str) -> None:
    point = claims(room.review(draft))[0]
    room.desk.act(room.writer, draft, Save(f"{DX}:{point.place}", "Other words.", number=0))
    with pytest.raises(EditConflict) as caught:
        room.desk.act(room.editor, draft, Decide(target(point), "accurate", number=0, seen=True))
    assert caught.value.theirs == "Other words."


def test_an_older_revision_is_not_approved(room: Room, draft: str) -> None:
    opened = room.settle(draft)
    room.desk.act(room.writer, draft, Save("note", "We ran none of it.", number=opened.draft.head))
    with pytest.raises(EditConflict, match="changed this draft since"):
        room.desk.act(room.editor, draft, Approve(number=opened.draft.head))


def test_a_comparison_read_before_its_review_changed_is_not_approved(room: Room, pair: tuple[str, str, str]) -> None:
    """Whoever signs a comparison signs the sentences they read, also those that are its reviews'."""
    a, _, both = pair
    seen = room.settle(both)
    room.desk.act(room.writer, a, Save(f"{DX}:0", "Words nobody else has read.", number=room.head(a), seen=True))
    with pytest.raises(EditConflict):
        room.desk.act(room.editor, both, Approve(number=seen.draft.head))
    assert room.desk.open(room.editor, both).draft.head == seen.draft.head + 1


# undo


def test_the_newest_decision_is_taken_back_first_and_nobody_elses(room: Room, draft: str) -> None:
    one, two = claims(room.review(draft))[:2]
    room.desk.act(room.editor, draft, Decide(target(one), "accurate", number=0, seen=True))
    room.desk.act(room.writer, draft, Decide(target(two), "accurate", number=0, seen=True))
    opened = room.desk.act(room.editor, draft, Undo())
    assert target(one) in [target(p) for p in opened.left] and target(two) not in [target(p) for p in opened.left]


def test_a_removed_claim_comes_back_as_it_was_printed(room: Room, draft: str) -> None:
    point = claims(room.review(draft))[0]
    room.desk.act(room.editor, draft, Decide(target(point), "attributed", number=0, seen=True))
    room.desk.act(room.editor, draft, Decide(target(point), "removed", number=1, seen=True))
    back = room.desk.act(room.editor, draft, Undo())
    words = back.text.words_of(DX)
    assert words and words.sentences[point.place].attributed


# the queue


def test_passed_drafts_leave_the_queue_and_are_fetched_back(room: Room, draft: str) -> None:
    room.desk.act(room.writer, draft, PassOver("out_of_scope"))
    assert [d.draft_id for d in room.desk.queue("passed").drafts] == [draft]
    assert room.desk.queue().drafts == ()
    with pytest.raises(Mistake, match="is passed"):
        room.desk.act(room.writer, draft, Save("note", "x", number=0))
    room.desk.act(room.writer, draft, FetchBack())
    assert [d.draft_id for d in room.desk.queue().drafts] == [draft]


def test_a_draft_put_off_comes_back_at_its_time_and_is_not_too_old_then(room: Room, draft: str) -> None:
    room.desk.act(room.writer, draft, PutOff(NOON + timedelta(days=20)))
    room.clock.now = NOON + timedelta(days=19)
    assert room.desk.bring_back_due() == 0
    assert [d.draft_id for d in room.desk.queue("later").drafts] == [draft]
    room.clock.now = NOON + timedelta(days=20, hours=1)
    assert room.desk.bring_back_due() == 1
    assert [d.draft_id for d in room.desk.queue().drafts] == [draft]
    assert audit(room.desk.store).broken == ()


def test_drafts_left_for_fourteen_days_leave_the_queue(room: Room, draft: str) -> None:
    """Drafts left for fourteen days leave the queue and are fetched back."""
    room.clock.now = NOON + timedelta(days=30)
    assert room.desk.queue().drafts == ()
    assert room.desk.queue("aged").counts["aged"] == 1
    room.desk.act(room.writer, draft, FetchBack())
    assert [d.draft_id for d in room.desk.queue().drafts] == [draft]


# approving and publishing


def test_only_those_who_may_approve_and_publish_do(room: Room, draft: str) -> None:
    opened = room.settle(draft, room.admin)
    with pytest.raises(Mistake, match="is a writer and may not approve"):
        room.desk.act(room.writer, draft, Approve(number=opened.draft.head))
    room.desk.act(room.editor, draft, Approve(number=opened.draft.head))
    for who in (room.writer, room.editor):
        with pytest.raises(Mistake, match="may not publish"):
            room.desk.act(who, draft, Publish())
    assert room.desk.act(room.publisher, draft, Publish()).draft.state == "published"


def test_what_was_approved_and_then_rejected_is_not_published(room: Room, draft: str) -> None:
    signed = room.approve(draft)
    room.desk.act(room.editor, draft, Reject("not_fair"))
    with pytest.raises(Mistake, match="is rejected"):
        room.desk.act(room.publisher, draft, Publish())
    room.desk.act(room.editor, draft, FetchBack())
    assert room.desk.is_signed(room.editor, room.review(draft)) is None
    with pytest.raises(Mistake, match="was not approved"):
        room.desk.act(room.publisher, draft, Publish())
    room.desk.act(room.editor, draft, Approve(number=signed.draft.head))
    room.desk.act(room.publisher, draft, Publish())


def test_an_embargo_is_kept_to_the_minute_in_every_time_zone(room: Room, draft: str) -> None:
    room.approve(draft)
    east = timezone(timedelta(hours=9))
    room.desk.act(room.editor, draft, HoldUntil(datetime(2026, 12, 1, 9, tzinfo=east)))  # midnight UTC
    with pytest.raises(Mistake, match="embargoed until 2026-12-01 00:00 UTC"):
        room.desk.act(room.publisher, draft, Publish())
    with pytest.raises(Mistake, match="embargoed"):
        room.desk.act(room.publisher, draft, Publish(at=datetime(2026, 12, 1, 8, 59, tzinfo=east)))
    with pytest.raises(Mistake, match="no time zone"):
        room.desk.act(room.publisher, draft, Publish(at=datetime(2026, 12, 1, 9)))  # noqa: DTZ001
    west = timezone(timedelta(hours=-8))
    room.desk.act(room.publisher, draft, Publish(at=datetime(2026, 11, 30, 16, 0, 0, 1, tzinfo=west)))
    (out,) = room.desk.history(room.editor, draft).publications
    assert out.goes_out_at.isoformat() == "2026-12-01T00:00:00.000001+00:00"


def test_a_comparison_waits_for_the_embargo_of_either_review(room: Room, pair: tuple[str, str, str]) -> None:
    a, _, both = pair
    room.approve(both)
    room.desk.act(room.editor, a, HoldUntil(NOON + timedelta(days=2)))
    with pytest.raises(Mistake, match="embargoed"):
        room.desk.act(room.publisher, both, Publish())
    room.desk.act(room.publisher, both, Publish(at=NOON + timedelta(days=2)))
    room.desk.act(room.editor, a, HoldUntil(NOON + timedelta(days=5)))
    assert room.desk.public(room.editor, both, NOON + timedelta(days=4)).out is None
    assert room.desk.public(room.editor, both, NOON + timedelta(days=5)).out
    room.clock.now = NOON + timedelta(days=5)
    with pytest.raises(Mistake, match="prints it"):
        room.desk.act(room.editor, a, HoldUntil(NOON + timedelta(days=9)))


@pytest.mark.parametrize("put_away", ["pass", "reject", "retract"])
def test_a_comparison_is_not_approved_while_a_review_it_prints_is_put_away(
    room: Room, pair: tuple[str, str, str], put_away: str
) -> None:
    a, _, both = pair
    if put_away == "retract":
        room.approve(a)
        room.desk.act(room.publisher, a, Publish())
    signed = room.approve(both)
    if put_away == "pass":
        room.desk.act(room.writer, a, PassOver("other"))
    elif put_away == "reject":
        room.desk.act(room.editor, a, Reject("inaccurate"))
    else:
        room.desk.act(room.publisher, a, Retract("It was wrong."))
    opened = room.comparison(both)
    assert opened.draft.state == "open" and not opened.draft.shown.is_approvable
    assert room.desk.is_signed(room.editor, opened) is None
    with pytest.raises(Mistake, match="Quillbase 3: This draft is"):
        room.desk.act(room.editor, both, Approve(number=signed.draft.head))
    with pytest.raises(Mistake):
        room.desk.act(room.publisher, both, Publish())


def test_a_comparison_with_something_left_on_one_side_is_not_approved(room: Room, pair: tuple[str, str, str]) -> None:
    a, _, both = pair
    room.approve(a)
    with pytest.raises(Mistake, match="can't be approved yet"):
        room.desk.act(room.editor, both, Approve(number=room.comparison(both).draft.head))


def test_a_correction_needs_a_reason_and_keeps_the_old_words(room: Room, draft: str) -> None:
    room.approve(draft)
    room.desk.act(room.publisher, draft, Publish())
    with pytest.raises(Mistake, match="published already"):
        room.desk.act(room.publisher, draft, Publish(reason="Again."))
    opened = room.review(draft)
    changed = room.desk.act(room.editor, draft, Save(f"{DX}:0", "Two commands.", number=opened.draft.head, seen=True))
    assert changed.draft.state == "published"
    with pytest.raises(Mistake, match="was not approved"):
        room.desk.act(room.publisher, draft, Publish(reason="It is two commands."))
    room.desk.act(room.editor, draft, Approve(number=changed.draft.head))
    with pytest.raises(Mistake, match="needs a reason"):
        room.desk.act(room.publisher, draft, Publish())
    room.desk.act(room.publisher, draft, Publish(reason="It is two commands."))
    told = room.desk.history(room.editor, draft)
    assert [p.kind for p in told.publications] == ["published", "corrected"]
    old = told.revisions[told.approvals[0].number].text.words_of(DX)
    assert old and old.sentences[0].text.startswith("`cargo install quillbase`")


def test_what_was_retracted_is_public_again_only_when_approved_again(room: Room, draft: str) -> None:
    room.approve(draft)
    room.desk.act(room.publisher, draft, Publish())
    with pytest.raises(Mistake, match="needs a reason"):
        room.desk.act(room.publisher, draft, Retract(" "))
    room.desk.act(room.publisher, draft, Retract("The figure was wrong."))
    with pytest.raises(Mistake, match="is retracted"):
        room.desk.act(room.publisher, draft, Publish())
    room.desk.act(room.editor, draft, FetchBack())
    with pytest.raises(Mistake, match="was not approved"):
        room.desk.act(room.publisher, draft, Publish())
    room.desk.act(room.editor, draft, Approve(number=room.head(draft)))
    room.desk.act(room.publisher, draft, Publish())
    assert [p.kind for p in room.desk.history(room.editor, draft).publications] == [
        "published",
        "retracted",
        "published",
    ]


def test_an_approval_says_when_a_person_began_and_who_answers_for_it(room: Room, draft: str) -> None:
    room.clock.now = NOON + timedelta(days=2)
    room.approve(draft)
    (approval,) = room.desk.history(room.editor, draft).approvals
    assert approval.began_at >= NOON + timedelta(days=2)
    assert (approval.name, approval.responsible) == ("Ann Editor", "Panel House Ltd")
    assert len(approval.decisions) == len(room.review(draft).points)


def test_approve_and_publish_is_one_act_logged_as_two(room: Room, draft: str) -> None:
    opened = room.settle(draft)
    room.desk.act(room.publisher, draft, Approve(number=opened.draft.head), Publish())
    assert [a.what for a in room.desk.history(room.editor, draft).acts][-2:] == ["approved", "published"]


# what the panel is asked again for


def test_taking_over_keeps_peoples_words_where_a_critic_said_the_same(room: Room) -> None:
    (draft,) = room.bring(small(critics=(DX, REPORTER)))
    room.desk.act(room.editor, draft, Save(f"{DX}:0", "Two commands index a folder.", number=0, seen=True))
    room.desk.act(room.editor, draft, Save("note", "We ran none of it.", number=1))
    newer = reworded(small(critics=(DX, REPORTER)), REPORTER, 0, "Quillbase 3 indexes a folder of notes.")
    room.bring(newer, run_id="run-2")
    opened = room.desk.act(room.editor, draft, TakeOver(number=2))
    mine, theirs = opened.text.words_of(DX), opened.text.words_of(REPORTER)
    assert mine and mine.sentences[0].text == "Two commands index a folder."
    assert theirs and theirs.sentences[0].text == "Quillbase 3 indexes a folder of notes."
    assert opened.text.note == "We ran none of it."
    assert opened.draft.offered_hash == ""


def test_a_source_added_at_the_end_changes_nothing_that_was_decided(room: Room, draft: str) -> None:
    room.settle(draft)
    whole = small()
    log = whole.dossier.sources[0].model_copy(
        update={
            "source_id": "S9", "kind": "run_log", "voice": "us", "url": "",
            "passages": (whole.dossier.sources[0].passages[0].model_copy(update={"passage_id": "S9.1", "text": "$ quill index\n12 notes"}),),
        }
    )  # fmt: skip
    newer = whole.model_copy(
        update={"dossier": whole.dossier.model_copy(update={"sources": (*whole.dossier.sources, log)})}
    )
    room.bring(checked(newer), run_id="run-2")
    assert room.desk.act(room.editor, draft, TakeOver(number=room.head(draft))).left == ()


def test_taking_over_prints_whole_quotes_and_leaves_out_what_was_left_out(room: Room) -> None:
    (draft,) = room.bring(small(critics=(DX, REPORTER)))
    room.desk.act(room.editor, draft, SetStanding(Target(DX, 0), "set_aside", number=0))
    newer = reworded(small(critics=(DX, REPORTER)), REPORTER, 0, "Quillbase 3 indexes a folder of notes.")
    room.bring(newer, run_id="run-2")
    opened = room.desk.act(room.editor, draft, TakeOver(number=1))
    standings = {w.persona_id: [s.standing for s in w.sentences] for w in opened.text.critics}
    assert standings[DX] == ["set_aside", *["printed"] * (len(standings[DX]) - 1)]
    assert set(standings[REPORTER]) == {"printed"}


# what runs leave, and what becomes of it


def test_a_draft_stands_when_its_run_is_deleted(room: Room, pair: tuple[str, str, str]) -> None:
    a, _, both = pair
    room.comparison(both)
    records = open_part(RunRecords, room.url, runs_dir=Path("/nonexistent"))
    records.delete_run("run-1")
    records.close()
    assert room.desk.take_in() == 0
    assert room.approve(a).draft.state == "approved"
    assert room.approve(both).draft.state == "approved"


def test_a_review_that_a_resumed_run_made_anew_is_offered(room: Room, draft: str) -> None:
    room.review(draft)
    again = under(reworded(small(), DX, 0, "It was resumed."), "run-1")
    records = open_part(RunRecords, room.url, runs_dir=Path("/nonexistent"))
    records.save_finished(a_run("run-1").model_copy(update={"state": "finished"}), [again], None)
    records.close()
    assert room.desk.take_in() == 1
    assert room.desk.take_in() == 0
    offered = room.desk.offered(room.editor, draft)
    assert offered and offered.review_hash == again.review_hash


def test_a_review_under_another_name_replaces_no_draft_unasked(room: Room) -> None:
    products = open_part(Products, room.url, runs_dir=Path("/nonexistent"))
    drafts = []
    for run_id, name in (("run-1", "Quill"), ("run-2", "Quill 2"), ("run-3", "Ink and Paper")):
        review = small()
        launch = review.dossier.launch.model_copy(
            update={"name": name, "release": "2", "homepage": "https://q.example/q"}
        )
        named = review.model_copy(update={"dossier": review.dossier.model_copy(update={"launch": launch})})
        meet_reviewed(named.dossier, products, run_id=run_id, now=NOON)
        drafts.append((room.bring(named, run_id=run_id), *room.desk.queue(kind="review").drafts))
    products.close()
    (first, one), (second, two), (third, three) = drafts
    assert first == second == third
    assert (two.base_hash != one.base_hash, two.offered_hash) == (True, "")
    assert (three.base_hash, three.offered_hash != "") == (two.base_hash, True)


def test_the_queues_row_of_an_unopened_comparison_follows_its_reviews(room: Room, pair: tuple[str, str, str]) -> None:
    a, b, both = pair
    room.settle(a)
    room.settle(b)
    (row,) = [d.shown for d in room.desk.queue(kind="comparison").drafts]
    assert (row.draft_id, row.claims_left, row.minutes) == (both, 0, 1)


def test_a_trial_of_a_pair_whose_reviews_are_none_makes_no_draft(room: Room) -> None:
    room.bring(small(), small(ledger()))
    *_, pair = room.bring(checked(trial(small())), checked(trial(small(ledger()))), run_id="run-2", paired=True)
    assert pair == "" and room.desk.queue(kind="comparison").drafts == ()
