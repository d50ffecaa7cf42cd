"""An act is about what was read: the sentence, revision, signature or offer that stood there, and nothing in its place."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, update
from tests.support.databases import open_part
from tests.support.drafts import (
    NOON,
    Room,
    a_room,
    checked,
    claims,
    ledger,
    quill,
    reworded,
    settle_point,
    small,
    target,
    under,
    with_passage,
)
from tests.support.page_records import live_review
from tests.support.records import a_run

from panel.desk import (
    Approve,
    Confirm,
    Decide,
    FetchBack,
    HoldUntil,
    PassOver,
    Publish,
    PutOff,
    Reject,
    Save,
    SetStanding,
    Strike,
    TakeOver,
    Undo,
)
from panel.desk.acts.decide import Target
from panel.desk.approval.approval_file import approval_file
from panel.desk.approval.audit import audit
from panel.desk.approval.verify import approval_as_markdown, verify_approval_file
from panel.desk.drafts.stale import stale_drafts, stale_page
from panel.errors import EditConflict, Mistake
from panel.records import content_hash
from panel.records.desk import Decision
from panel.store.draft_rows import time_of
from panel.store.runs.run_records import RunRecords
from panel.store.tables.core import records
from panel.store.tables.desk_tables import drafts, taken

DX = "dx-reviewer"
VIEWS = Target(DX, views=True)


def decisions(room: Room, draft: str) -> list[Decision]:
    return list(room.desk.history(room.editor, draft).decisions)


# words that are not printed


GONE: dict[str, Callable[[Room, str], object]] = {
    "removed": lambda room, draft: room.desk.act(
        room.editor, draft, Decide(Target(DX, 0), "removed", number=0, seen=True)
    ),
    "set aside": lambda room, draft: room.desk.act(
        room.editor, draft, SetStanding(Target(DX, 0), "set_aside", number=0)
    ),
    "struck": lambda room, draft: room.desk.act(room.editor, draft, Strike(DX, "off_its_lens")),
}


@pytest.mark.parametrize("how", GONE)
def test_new_words_for_a_sentence_that_is_not_printed_decide_nothing(room: Room, draft: str, how: str) -> None:
    room.review(draft)
    GONE[how](room, draft)
    before, head = decisions(room, draft), room.head(draft)
    with pytest.raises(Mistake, match=f"is {how}"):
        room.desk.act(room.writer, draft, Save(f"{DX}:0", "Something else.", number=head, seen=True))
    assert (decisions(room, draft), room.head(draft)) == (before, head)


@pytest.mark.parametrize("how", GONE)
def test_words_typed_before_a_sentence_went_are_a_conflict_that_keeps_them(room: Room, draft: str, how: str) -> None:
    room.review(draft)
    GONE[how](room, draft)
    before = decisions(room, draft)
    with pytest.raises(EditConflict) as caught:
        room.desk.act(room.writer, draft, Save(f"{DX}:0", "Something else.", number=0, seen=True))
    assert caught.value.yours == "Something else."
    assert decisions(room, draft) == before


@pytest.mark.parametrize("field", ["line", "for_whom", "counter"])
def test_new_words_in_views_that_are_removed_decide_nothing(room: Room, draft: str, field: str) -> None:
    room.review(draft)
    room.desk.act(room.editor, draft, Decide(VIEWS, "removed", number=0, seen=False))
    before = decisions(room, draft)
    with pytest.raises(Mistake, match="is removed"):
        room.desk.act(room.writer, draft, Save(f"{DX}:{field}", "Other advice.", number=room.head(draft)))
    assert decisions(room, draft) == before


def test_a_view_that_is_set_aside_by_itself_is_not_amended_with_the_others(room: Room, draft: str) -> None:
    opened = room.review(draft)
    place = next(i for i, s in enumerate(opened.review.answered()[0].words.quote) if s.rests_on == "view")  # type: ignore[union-attr]
    room.desk.act(room.editor, draft, SetStanding(Target(DX, place), "set_aside", number=0))
    with pytest.raises(Mistake, match="is set aside"):
        room.desk.act(room.writer, draft, Save(f"{DX}:{place}", "Another view.", number=1))


# two people


@pytest.mark.parametrize(
    ("first", "second"), [("accurate", "removed"), ("removed", "accurate"), ("accurate", "attributed")]
)
def test_who_decides_a_sentence_otherwise_than_somebody_just_did_is_told(
    room: Room, draft: str, first: str, second: str
) -> None:
    point = next(p for p in claims(room.review(draft)) if any(s.voice == "maker" for s in p.passages))
    room.desk.act(room.writer, draft, Decide(target(point), first, number=0, seen=True, known=0))  # type: ignore[arg-type]
    with pytest.raises(EditConflict):
        room.desk.act(room.editor, draft, Decide(target(point), second, number=0, seen=True, known=0))  # type: ignore[arg-type]
    assert [d.decision for d in decisions(room, draft)] == [first]
    newest, head = decisions(room, draft)[-1].decision_id, room.head(draft)
    room.desk.act(room.editor, draft, Decide(target(point), second, number=head, seen=True, known=newest))  # type: ignore[arg-type]
    assert decisions(room, draft)[-1].decision == second


def test_two_who_decide_a_sentence_alike_are_told_nothing(room: Room, draft: str) -> None:
    point = claims(room.review(draft))[0]
    for who in (room.writer, room.editor):
        room.desk.act(who, draft, Decide(target(point), "accurate", number=0, seen=True, known=0))
    assert [d.decision for d in decisions(room, draft)] == ["accurate", "accurate"]


def test_only_the_approval_that_was_on_the_screen_is_published(room: Room, draft: str) -> None:
    room.settle(draft)
    first = room.desk.act(room.editor, draft, Approve(number=room.head(draft)))
    seen = room.desk.is_signed(room.editor, first)
    assert seen
    room.desk.act(room.writer, draft, Save("note", "We ran none of it.", number=room.head(draft)))
    room.desk.act(room.editor, draft, Approve(number=room.head(draft)))
    with pytest.raises(EditConflict, match="no longer the one"):
        room.desk.act(room.publisher, draft, Publish(approval=seen.approval_id))
    assert room.desk.history(room.editor, draft).publications == ()
    with pytest.raises(EditConflict, match="changed this draft"):
        room.desk.act(room.publisher, draft, Publish(number=seen.number))
    now = room.desk.is_signed(room.editor, room.desk.open(room.editor, draft))
    assert now and room.desk.act(room.publisher, draft, Publish(approval=now.approval_id)).draft.state == "published"


def test_another_offer_than_the_one_that_was_read_is_not_taken_over(room: Room, draft: str) -> None:
    room.review(draft)
    passage = quill().dossier.passage("S3.2")
    assert passage
    offers = []
    for number in (2, 3):
        newer = checked(with_passage(small(), "S3.2", passage.text + f" In release {number}."))
        room.bring(newer, run_id=f"run-{number}")
        offers.append(room.desk.open(room.editor, draft).draft.offered_hash)
    with pytest.raises(EditConflict, match="Another review is offered"):
        room.desk.act(room.editor, draft, TakeOver(number=0, offered=offers[0]))
    assert room.desk.act(room.editor, draft, TakeOver(number=0, offered=offers[1])).draft.base_hash == offers[1]


def test_undo_takes_back_the_decision_that_was_named_and_no_other(room: Room, draft: str) -> None:
    one, two = claims(room.review(draft))[:2]
    room.desk.act(room.editor, draft, Decide(target(one), "accurate", number=0, seen=True))
    named = room.desk.undoable(room.editor, room.review(draft))
    assert named and named.place == one.place
    room.desk.act(room.editor, draft, Decide(target(two), "accurate", number=0, seen=True))  # in another window
    with pytest.raises(EditConflict, match="no longer your newest"):
        room.desk.act(room.editor, draft, Undo(named.decision_id))
    assert [d.decision for d in decisions(room, draft)] == ["accurate", "accurate"]
    newest = room.desk.undoable(room.editor, room.review(draft))
    assert newest
    room.desk.act(room.editor, draft, Undo(newest.decision_id))
    assert decisions(room, draft)[-1].decision == "undone"


def test_words_for_reviewers_are_confirmed_as_they_were_read(room: Room) -> None:
    review = live_review()
    (draft,) = room.bring(review)
    point = next(p for p in room.review(draft).points if p.kind == "held")
    with pytest.raises(EditConflict, match="Other words"):
        room.desk.act(room.editor, draft, Confirm("sha256:of-other-words"))
    room.desk.act(room.editor, draft, Confirm(point.key))
    assert decisions(room, draft)[-1].decision == "confirmed"


WHOLE: dict[str, Callable[[Room, str, int], object]] = {
    "strike": lambda room, d, n: room.desk.act(room.editor, d, Strike(DX, "off_its_lens", number=n)),
    "reject": lambda room, d, n: room.desk.act(room.editor, d, Reject("too_thin", number=n)),
    "pass": lambda room, d, n: room.desk.act(room.writer, d, PassOver("too_thin", number=n)),
    "later": lambda room, d, n: room.desk.act(room.writer, d, PutOff(NOON.replace(year=2027), number=n)),
    "hold": lambda room, d, n: room.desk.act(room.editor, d, HoldUntil(NOON.replace(year=2027), number=n)),
    "fetch back": lambda room, d, n: room.desk.act(room.writer, d, FetchBack(number=n)),
    "approve": lambda room, d, n: room.desk.act(room.editor, d, Approve(number=n)),
}


@pytest.mark.parametrize("act", WHOLE)
def test_an_act_on_a_draft_that_was_changed_since_is_refused(room: Room, draft: str, act: str) -> None:
    room.settle(draft)
    seen = room.head(draft)
    room.desk.act(room.writer, draft, Save("note", "We ran none of it.", number=seen))
    with pytest.raises(EditConflict, match="changed this draft since you read it"):
        WHOLE[act](room, draft, seen)
    WHOLE[act](room, draft, seen + 1) if act != "fetch back" else None


# what a decision says of how it was made


def test_a_decision_names_its_channel_and_one_file_its_number(room: Room, draft: str) -> None:
    opened = room.review(draft)
    point, *_ = claims(opened)
    room.desk.act(room.writer, draft, Decide(target(point), "accurate", number=0, seen=True))
    back = room.desk.taking_back()
    for other in [*claims(opened)[1:], next(p for p in opened.points if p.kind == "views")]:
        back.act(room.editor, draft, Decide(target(other), "accurate", number=0, seen="shown"))
    first, *rest = decisions(room, draft)
    assert (first.channel, first.together, first.source_seen) == ("terminal", 0, True)
    assert {d.channel for d in rest} == {"editor"}
    assert len({d.together for d in rest}) == 1 and rest[0].together > 0
    assert [d.source_seen for d in rest] == ["shown" if d.kind == "claim" else False for d in rest]
    assert audit(room.desk.store).broken == ()


def test_the_approval_file_says_how_many_were_decided_at_once_how_fast(room: Room, draft: str) -> None:
    opened, back = room.review(draft), room.desk.taking_back()
    for point in opened.points:
        settle_point(back, room.editor, point, number=0)
    signed = room.desk.act(room.editor, draft, Approve(number=0))
    approval = room.desk.is_signed(room.editor, signed)
    assert approval
    history = room.desk.history(room.editor, draft)
    made = {d.decision_id: d for d in history.decisions}
    file = approval_file(signed, history, approval, made, {room.editor.account_id: room.editor.name})
    count = len(opened.points)
    assert (
        f"- {count} in {count - 1}.0 s, by Ann Editor, from one file that an editor program wrote"
        in approval_as_markdown(file)
    )
    assert list(verify_approval_file(json.loads(json.dumps(file)))) == []


def test_a_decision_from_before_channels_were_kept_has_the_hash_it_had(room: Room, draft: str) -> None:
    point = claims(room.review(draft))[0]
    room.desk.act(room.writer, draft, Decide(target(point), "accurate", number=0, seen=True))
    told = decisions(room, draft)[0].model_dump(mode="json")
    old = Decision.model_validate({name: v for name, v in told.items() if name not in ("channel", "together")})
    assert (old.channel, old.together, old.source_seen) == ("", 0, True)
    assert not {"channel", "together"} & set(json.loads(old.model_dump_json()))
    assert content_hash(old) != content_hash(old.model_copy(update={"channel": "browser"}))


# nothing after an act undoes it; one bad record stops nobody


class Broken:
    """An archive that can't be written to."""

    def flags(self, printed: object, scope: str) -> tuple[()]:
        return ()

    def remember(self, printed: object, scope: str) -> None:
        raise OSError("the database is locked")


def test_what_fails_after_an_act_does_not_tell_it_as_failed(tmp_path: Path) -> None:
    with a_room(f"sqlite:///{tmp_path / 'panel.db'}", archive=Broken()) as room:
        (draft,) = room.bring(small())
        room.settle(draft)
        assert room.desk.act(room.editor, draft, Approve(number=room.head(draft))).draft.state == "approved"


def test_no_act_reads_the_archive_while_it_holds_the_lock(tmp_path: Path) -> None:
    class Asked(Broken):
        def flags(self, printed: object, scope: str) -> tuple[()]:
            asked.append(scope)
            return ()

    asked: list[str] = []
    with a_room(f"sqlite:///{tmp_path / 'panel.db'}", archive=Asked()) as room:
        (draft,) = room.bring(small())
        point = claims(room.review(draft))[0]
        asked.clear()
        room.desk.act(room.editor, draft, Decide(target(point), "removed", number=0, seen=True))
        room.desk.act(room.editor, draft, Save("note", "We ran none of it.", number=1))
        assert asked == []


def test_a_record_that_cant_be_read_is_told_and_taken_once_it_can(room: Room) -> None:
    """A record that can't be read is set aside, told, and taken once it can."""
    made = [under(small(), "run-1"), under(small(ledger()), "run-1")]
    store = open_part(RunRecords, room.url, runs_dir=Path("/nonexistent"))
    store.save_finished(a_run("run-1").model_copy(update={"state": "finished"}), made, None)
    with room.desk.store.changing() as conn:
        at = (records.c.slug == made[0].slug, records.c.kind == "review")
        conn.execute(update(records).where(*at).values(json='{"format": 99}'))
    assert room.desk.take_in() == 2
    queue = room.desk.queue()
    assert [d.draft_id for d in queue.drafts] == [made[1].slug]
    assert queue.unreadable == (("run-1", made[0].slug),)
    line = next(act for act, _ in room.desk.log() if act.what == "could not be read")
    assert (line.detail["run"], line.detail["slug"]) == ("run-1", made[0].slug)
    mended = reworded(made[0], DX, 0, "One command makes an index of a folder.")
    store.save_finished(a_run("run-1").model_copy(update={"state": "finished"}), [mended, made[1]], None)
    store.close()
    assert room.desk.take_in() == 1
    assert room.desk.queue().unreadable == ()
    assert len(room.desk.queue().drafts) == 2
    assert audit(room.desk.store).broken == ()


# what a page costs does not grow with the archive


def many(room: Room, count: int) -> None:
    """So many more synthetic drafts of one base, each with its record taken in."""
    (first,) = room.bring(small())
    with room.desk.store.changing() as conn:
        wanted = "select * from desk_drafts where draft_id = ?"
        row = dict(conn.exec_driver_sql(wanted, (first,)).mappings().one())
        for n in range(count):
            name = f"d-{count}-{n}"
            at = time_of(NOON - timedelta(seconds=n))
            conn.execute(drafts.insert(), row | {"draft_id": name, "subject": name, "created_at": at})
            conn.execute(taken.insert(), {"run_id": name, "kind": "review", "slug": "s", "hash": "h", "draft_id": name})


Asked = list[tuple[str, object]]


def statements(room: Room, ask: Callable[[], object]) -> Asked:
    """What the database is asked meanwhile, each with its values."""
    told: Asked = []

    def note(conn: object, cursor: object, statement: str, values: object, *_: object) -> None:
        told.append((statement, values))

    event.listen(room.desk.store.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(room.desk.store.engine, "before_cursor_execute", note)
    return told


def stale_once(room: Room) -> None:
    with room.desk.store.reading() as conn:
        stale_page(conn, NOON.date(), "")


PAGES: dict[str, Callable[[Room], object]] = {
    "the queue": lambda room: (
        room.desk.take_in(20),
        room.desk.bring_back_due(),
        room.desk.queue(kind="review", size=1),
    ),
    "left drafts": lambda room: room.desk.queue("aged", kind="review", size=1),
    "stale": stale_once,
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_as_often_with_many_drafts_as_with_few(
    room: Room, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.desk.drafts.stale.AT_ONCE", 10)
    monkeypatch.setattr("panel.desk.drafts.stale.LOOKS", 2)
    counts = []
    for more in (40, 400):
        many(room, more)
        PAGES[page](room)  # what is read once and kept
        counts.append(len(statements(room, lambda: PAGES[page](room))))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_reads_no_table_whole(room: Room, page: str) -> None:
    many(room, 40)
    asked = statements(room, lambda: PAGES[page](room))
    with room.desk.store.reading() as conn:
        for statement, values in asked:
            if statement.startswith("SELECT"):
                plan = [row.detail for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]  # type: ignore[arg-type]
                assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step], (statement, plan)


def test_a_page_view_takes_in_no_more_than_a_step_and_says_that_more_waits(room: Room) -> None:
    store = open_part(RunRecords, room.url, runs_dir=Path("/nonexistent"))
    for n in range(5):
        store.save_finished(
            a_run(f"run-{n}").model_copy(update={"state": "finished"}), [under(small(), f"run-{n}")], None
        )
    store.close()
    assert room.desk.take_in(2) == 2
    assert room.desk.queue().is_behind
    assert room.desk.take_in() == 3
    assert not room.desk.queue().is_behind


def test_stale_drafts_are_paged_by_key_and_each_is_told_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.desk.drafts.stale.AT_ONCE", 10)
    monkeypatch.setattr("panel.desk.drafts.stale.LOOKS", 2)
    many(room, 45)
    with room.desk.store.changing() as conn:
        conn.execute(update(drafts).where(drafts.c.draft_id == "d-45-7").values(state="published"))
    today, told, after, pages = NOON.replace(year=2027).date(), list[str](), "", 0
    with room.desk.store.reading() as conn:
        whole = [draft.draft_id for draft, _ in stale_drafts(conn, today)]
        for _ in range(10):
            pages += 1
            found, after = stale_page(conn, today, after)
            told += [draft.draft_id for draft, _ in found]
            if not after:
                break
    assert (told, len(told), pages) == (whole, 46, 3)
    assert told[0] == "d-45-7"
