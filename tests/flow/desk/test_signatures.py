"""Signatures, what is public when, and embargoes: nothing goes out that is not signed as it stands, at its hour."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert
from tests.support.drafts import NOON, Room, claims, ledger, reworded, settle_point, small, target

from panel.checks import check_review
from panel.cli.drafts.show import told_draft
from panel.desk import (
    Approve,
    BringRunLog,
    Decide,
    FetchBack,
    HoldUntil,
    PassOver,
    Publish,
    PutOff,
    Reject,
    Retract,
    Save,
    Strike,
    TakeOver,
    Undo,
)
from panel.desk.accounts import Accounts
from panel.desk.approval.approval_inputs import read_approval_file
from panel.desk.approval.audit import audit
from panel.desk.approval.verify import verify_approval_file
from panel.desk.drafts import opened as opened_draft
from panel.desk.drafts import points
from panel.desk.drafts.opened import OpenComparison
from panel.desk.drafts.publications import editorial_of, signed
from panel.desk.times import Times
from panel.errors import Mistake
from panel.pages import comparison_html, review_html
from panel.records import Flag
from panel.records.desk import Approval
from panel.store import Products
from panel.store import draft_rows as rows
from panel.store.tables.desk_tables import publications
from panel.web.views.draft import DraftPage, draft_page

TOMORROW = NOON + timedelta(days=1)
AFTER = NOON + timedelta(days=2)


@pytest.fixture
def scheduled(room: Room, draft: str) -> str:
    room.approve(draft)
    assert room.desk.act(room.publisher, draft, Publish(at=TOMORROW)).draft.state == "scheduled"
    return draft


def note(room: Room, draft: str, words: str = "We looked again.") -> None:
    room.desk.act(room.editor, draft, Save("note", words, number=room.head(draft)))


def out(room: Room, draft: str, at=AFTER):  # type: ignore[no-untyped-def]
    found = room.desk.public(room.editor, draft, at).out
    return found and found.publication_id


def correct(room: Room, draft: str, words: str = "We erred.") -> None:
    """A signed text that is not what is out."""
    note(room, draft, words)
    room.desk.act(room.editor, draft, Approve(number=room.head(draft), reason="A wrong figure."))


# signatures


def test_decisions_made_again_after_an_undo_give_no_signature_back(room: Room, draft: str) -> None:
    room.settle(draft, room.publisher)
    room.desk.act(room.publisher, draft, Approve(number=room.head(draft)), Publish())
    correct(room, draft)
    opened = room.review(draft)
    assert room.desk.is_signed(room.editor, opened)
    room.desk.act(room.publisher, draft, Undo())
    for point in room.review(draft).left:
        who = room.editor if point.kind == "flag" else room.writer
        settle_point(room.desk, who, point, number=room.head(draft))
    again = room.review(draft)
    assert again.revision_hash == opened.revision_hash and not again.left
    assert room.desk.is_signed(room.editor, again) is None
    with pytest.raises(Mistake, match="was not approved"):
        room.desk.act(room.publisher, draft, Publish(reason="A wrong figure."))


def test_the_database_refuses_a_publication_with_a_point_decided_anew(room: Room, draft: str) -> None:
    room.approve(draft)
    point = claims(room.review(draft))[0]
    room.desk.act(room.writer, draft, Decide(target(point), "accurate", number=room.head(draft), seen=True))
    row = {
        "publication_id": 9, "draft_id": draft, "kind": "published", "approval_id": 1, "edition": "main",
        "goes_out_at": "2026-12-25T12:00:00.000000Z", "by": "acc-publisher", "at": "2026", "reason": "",
    }  # fmt: skip
    with pytest.raises(Mistake, match=r"decided anew|fetched back"), room.desk.store.changing() as conn:
        conn.exec_driver_sql("UPDATE desk_drafts SET state = 'approved'")
        conn.execute(insert(publications), row)


def test_a_new_check_changes_no_old_signature_and_no_byte_of_its_file(
    room: Room, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.approve(draft)
    before = read_approval_file(room.desk, room.editor, draft)
    new = Flag(
        check="new_rule", severity="high", persona_id="dx-reviewer", field="line", index=0, message="A new rule."
    )
    monkeypatch.setattr(points, "check_review", lambda *a, **k: (*check_review(*a, **k), new))
    opened_draft._laid.cache_clear()
    try:
        assert any(point.check == "new_rule" for point in room.review(draft).left)
        assert read_approval_file(room.desk, room.editor, draft) == before
        assert verify_approval_file(before) == ()
        assert room.desk.act(room.publisher, draft, Publish()).draft.state == "published"
        note(room, draft)
        with pytest.raises(Mistake, match="1 flag"):
            room.desk.act(room.editor, draft, Approve(number=room.head(draft)))
    finally:
        opened_draft._laid.cache_clear()


def test_an_approval_keeps_the_points_that_checks_ask_for_on_its_day(
    room: Room, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.settle(draft)
    new = Flag(
        check="new_rule", severity="high", persona_id="dx-reviewer", field="line", index=0, message="A new rule."
    )
    monkeypatch.setattr(points, "check_review", lambda *a, **k: (*check_review(*a, **k), new))
    opened_draft._laid.cache_clear()
    try:
        opened = room.approve(draft)
        flag = next(p for p in opened.points if p.check == "new_rule")
        with room.desk.store.reading() as conn:
            assert (flag.scope, flag.key) in rows.points_kept(conn, draft, opened.draft.head)
        assert room.desk.is_signed(room.editor, opened)
    finally:
        opened_draft._laid.cache_clear()


def test_what_was_done_keeps_the_name_it_was_done_under(room: Room, draft: str) -> None:
    room.approve(draft)
    file, lines = read_approval_file(room.desk, room.editor, draft), room.desk.log()
    with room.desk.store.changing() as conn:
        conn.exec_driver_sql("UPDATE desk_accounts SET name = 'Somebody Else' WHERE account_id = 'acc-editor'")
    assert read_approval_file(room.desk, room.editor, draft) == file
    assert {p["decision"]["name"] for p in file["points"]} == {"Ann Editor"}
    assert {a.detail["by_name"] for a, _ in lines if a.by == "acc-editor"} == {"Ann Editor"}


# what is public when


def test_what_is_scheduled_is_not_public_before_its_hour_and_is_afterwards(room: Room, scheduled: str) -> None:
    assert out(room, scheduled, TOMORROW - timedelta(seconds=1)) is None
    assert out(room, scheduled, TOMORROW) == 1
    room.clock.now = TOMORROW
    assert room.desk.bring_back_due() == 1
    assert room.review(scheduled).draft.state == "published"
    assert room.desk.log()[0][0].what == "went out"


ENDS = {
    "an edit": lambda room, d: note(room, d),
    "an undo": lambda room, d: room.desk.act(room.editor, d, Undo()),
    "a strike": lambda room, d: room.desk.act(room.editor, d, Strike("dx-reviewer", "other")),
    "a pass": lambda room, d: room.desk.act(room.editor, d, PassOver("other")),
    "a rejection": lambda room, d: room.desk.act(room.editor, d, Reject("not_fair")),
    "putting it off": lambda room, d: room.desk.act(room.editor, d, PutOff(AFTER)),
    "fetching it back": lambda room, d: room.desk.act(room.publisher, d, FetchBack()),
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_signature_before_the_hour_cancels_the_publication(room: Room, scheduled: str, end: str) -> None:
    ENDS[end](room, scheduled)
    assert out(room, scheduled) is None
    assert room.desk.public(room.editor, scheduled).due is None
    assert "cancelled" in [act.what for act in room.desk.history(room.editor, scheduled).acts]
    room.clock.now = AFTER + timedelta(days=1)
    room.desk.bring_back_due()
    if room.review(scheduled).draft.state in ("passed", "rejected"):
        room.desk.act(room.editor, scheduled, FetchBack())
    if room.review(scheduled).draft.state == "open":
        room.settle(scheduled)
        if not room.review(scheduled).hindrance:
            room.desk.act(room.editor, scheduled, Approve(number=room.head(scheduled)))
    assert out(room, scheduled, AFTER + timedelta(days=9)) is None, "an approval alone brings nothing back"
    assert audit(room.desk.store).broken == ()


def test_a_writer_calls_off_nothing_that_a_publisher_set(room: Room, scheduled: str) -> None:
    for act in (
        lambda: room.desk.act(room.writer, scheduled, FetchBack()),
        lambda: room.desk.act(room.writer, scheduled, PassOver("other")),
        lambda: room.desk.act(room.writer, scheduled, PutOff(AFTER)),
    ):
        with pytest.raises(Mistake, match="may not"):
            act()
    assert out(room, scheduled) == 1


def test_an_embargo_set_after_a_publication_holds_it_beyond_its_hour(room: Room, scheduled: str) -> None:
    room.desk.act(room.editor, scheduled, HoldUntil(AFTER))
    assert out(room, scheduled, AFTER - timedelta(seconds=1)) is None
    due = room.desk.public(room.editor, scheduled).due
    assert due and due.goes_out_at == AFTER
    room.clock.now = TOMORROW + timedelta(hours=1)
    room.desk.bring_back_due()
    assert room.review(scheduled).draft.state == "scheduled"
    assert out(room, scheduled, AFTER) == 1


def test_a_newer_files_embargo_holds_what_is_scheduled(room: Room, scheduled: str) -> None:
    newer = small()
    launch = newer.dossier.launch.model_copy(update={"embargo_until": AFTER, "embargo_source": "stated"})
    dossier = newer.dossier.model_copy(update={"launch": launch})
    room.bring(newer.model_copy(update={"dossier": dossier}), run_id="run-2")
    assert room.review(scheduled).draft.embargo_until == AFTER
    assert out(room, scheduled, TOMORROW) is None
    assert room.desk.log()[0][0].detail["embargo"] == AFTER.isoformat()


def test_another_hour_takes_the_place_of_the_first(room: Room, scheduled: str) -> None:
    room.desk.act(room.publisher, scheduled, Publish(at=AFTER))
    assert out(room, scheduled, TOMORROW) is None
    assert out(room, scheduled, AFTER) == 3  # after the line that cancels the first


def test_a_correction_published_now_is_not_undone_by_an_older_hour(room: Room, draft: str) -> None:
    room.approve(draft)
    room.desk.act(room.publisher, draft, Publish())
    correct(room, draft)
    room.desk.act(room.publisher, draft, Publish(at=TOMORROW))
    correct(room, draft, "We erred twice.")
    room.desk.act(room.publisher, draft, Publish())
    history = room.desk.history(room.editor, draft)
    newest = history.approvals[-1].approval_id
    for at in (room.clock.now, AFTER):
        found = room.desk.public(room.editor, draft, at).out
        assert found and found.approval_id == newest


def test_a_correction_takes_the_reason_that_was_typed_when_it_was_approved(room: Room, draft: str) -> None:
    room.approve(draft)
    room.desk.act(room.publisher, draft, Publish())
    correct(room, draft)
    room.desk.act(room.publisher, draft, Publish())
    last = room.desk.history(room.editor, draft).publications[-1]
    assert (last.kind, last.reason) == ("corrected", "A wrong figure.")


def test_what_is_only_scheduled_is_called_off_not_retracted(room: Room, scheduled: str) -> None:
    with pytest.raises(Mistake, match="Nothing of this draft is public"):
        room.desk.act(room.publisher, scheduled, Retract("Wrong."))


def test_a_writer_fetches_back_nothing_that_was_retracted(room: Room, draft: str) -> None:
    room.approve(draft)
    room.desk.act(room.publisher, draft, Publish())
    room.desk.act(room.publisher, draft, Retract("It was wrong."))
    with pytest.raises(Mistake, match="may not reject"):
        room.desk.act(room.writer, draft, FetchBack())
    room.desk.act(room.editor, draft, FetchBack())


# times


def test_what_has_passed_is_refused(room: Room, draft: str) -> None:
    room.approve(draft)
    for act in (
        lambda: room.desk.act(room.publisher, draft, Publish(at=NOON)),
        lambda: room.desk.act(room.editor, draft, HoldUntil(NOON)),
        lambda: room.desk.act(room.editor, draft, PutOff(NOON)),
    ):
        with pytest.raises(Mistake, match="has passed"):
            act()
    assert room.desk.history(room.editor, draft).publications == ()


def test_an_embargo_is_lifted_or_shortened_only_with_a_logged_reason(room: Room, draft: str) -> None:
    with pytest.raises(Mistake, match="under no embargo"):
        room.desk.act(room.editor, draft, HoldUntil(None, "The maker agreed."))
    room.desk.act(room.editor, draft, HoldUntil(AFTER))
    for sooner in (None, TOMORROW):
        with pytest.raises(Mistake, match="with a reason"):
            room.desk.act(room.editor, draft, HoldUntil(sooner))
    room.desk.act(room.editor, draft, HoldUntil(None, "The maker agreed."))
    assert room.desk.log()[0][0].detail["reason"] == "The maker agreed."


def test_a_time_is_read_and_told_in_one_zone_that_is_named() -> None:
    berlin = Times("Europe/Berlin")
    at = berlin.read("2026-12-01T09:00", now=NOON)
    assert at.isoformat() == "2026-12-01T08:00:00+00:00"
    assert berlin.told(at) == "2026-12-01 09:00 Europe/Berlin"
    assert berlin.read("2026-12-01T09:00-05:00", now=NOON).hour == 14
    assert berlin.read("+2d", now=NOON) == NOON + timedelta(days=2)
    for text in ("", "soon", "2026-13-01", "2026-03-29T02:30", "2026-10-25T02:30", "0001-01-01"):
        with pytest.raises(Mistake):
            berlin.read(text, now=NOON)


# who did it, and whether the record is whole


def test_a_writers_note_is_printed_as_a_writers(room: Room, draft: str) -> None:
    for who, word in ((room.writer, "Ann Writer, writer"), (room.editor, "Ann Editor, editor")):
        room.desk.act(who, draft, Save("note", f"A note by {who.name}.", number=room.head(draft)))
        opened = room.review(draft)
        assert word in review_html(opened.printed, (), editorial_of(opened, None))


def by_hand(room: Room, *statements: str) -> None:
    """As somebody who dropped the triggers."""
    with room.desk.store.engine.begin() as conn:
        for table in ("desk_points", "desk_run_logs", "desk_revisions"):
            for verb in ("update", "delete"):
                conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{verb}")
        for statement in statements:
            assert conn.exec_driver_sql(statement).rowcount


BY_HAND = {
    "UPDATE desk_revisions SET \"by\" = 'acc-admin' WHERE number = 1": "is not the one in the log",
    "UPDATE desk_revisions SET at = '2026-01-01T00:00:00Z' WHERE number = 1": "is not the one in the log",
    "UPDATE desk_revisions SET reason = 'because' WHERE number = 1": "is not the one in the log",
    "DELETE FROM desk_points WHERE number = 1 AND position = 0": "points of revision 1",
    "DELETE FROM desk_points WHERE number = 0": "points of revision 0",
    "UPDATE desk_run_logs SET text = 'Nothing of the kind happened.'": "Run log 1",
    "DELETE FROM desk_run_logs": "Run log 1",
    "UPDATE desk_drafts SET embargo_until = ''": "The embargo of",
    "UPDATE desk_drafts SET grade = 'trial'": "The grade of",
    "UPDATE desk_drafts SET state = 'published'": "The log says that",
    "UPDATE desk_accounts SET role = 'admin' WHERE name = 'Bo'": "is not as the log leaves it",
    "UPDATE desk_accounts SET name = 'Bob' WHERE name = 'Bo'": "is not as the log leaves it",
}


@pytest.mark.parametrize("statement", BY_HAND)
def test_an_audit_sees_what_was_changed_by_hand(room: Room, draft: str, statement: str) -> None:
    Accounts(room.desk.store.engine).add("Bo", "writer", "four plain words here", by="test", now=NOON)
    note(room, draft)
    room.approve(draft)
    room.desk.act(room.editor, draft, HoldUntil(TOMORROW))
    room.desk.act(room.writer, draft, BringRunLog("A session", "$ quill --version, and it said 3.", NOON.date()))
    assert audit(room.desk.store).broken == ()
    by_hand(room, statement)
    assert any(BY_HAND[statement] in told for told in audit(room.desk.store).broken)


def test_an_approval_of_words_nobody_decided_on_is_found(room: Room, draft: str) -> None:
    """A revision whose list of points its writer made up: every trigger lets it pass."""
    opened = room.settle(draft)
    kept = opened.points[-1:]
    words = opened.text.critics[0]
    other = words.sentences[0].model_copy(update={"text": "It sells what you type."})
    text = opened.text.model_copy(
        update={"critics": (words.model_copy(update={"sentences": (other, *words.sentences[1:])}),)}
    )
    revision = opened.revision.model_copy(
        update={"number": opened.draft.head + 1, "parent_hash": opened.revision_hash, "text": text}
    )
    approval = Approval(
        draft_id=draft, number=revision.number, revision_hash=revision.revision_hash, edition="main", by="acc-editor",
        name="Ann Editor", role="editor", responsible="X", began_at=NOON, at=room.clock.now,
        decisions=(opened.decided[kept[0].scope, kept[0].key].decision_id,),
    )  # fmt: skip
    with room.desk.store.changing() as conn:
        rows.add_revision(conn, revision, kept)
        rows.put_draft(conn, opened.draft.model_copy(update={"head": revision.number}))
        rows.add_approval(conn, approval)
    told = "\n".join(audit(room.desk.store).broken)
    assert "prints what nobody decided on" in told and "It sells what you type" in told


def test_who_signs_in_is_in_the_log(room: Room) -> None:
    people = Accounts(room.desk.store.engine)
    people.add("Bo", "writer", "four plain words here", sign_in="bo", by="test", now=NOON)
    people.sign_in("bo", "four plain words here", address="127.0.0.1", now=NOON)
    line = room.desk.log()[0][0]
    assert (line.what, line.detail["by_name"]) == ("signed in", "Bo")


def test_a_product_act_leaves_a_line_when_it_holds_and_none_when_not(room: Room) -> None:
    """A product act that fails leaves no line, and one that holds leaves one."""
    products = Products(room.desk.store.engine)
    before = len(room.desk.log())
    with pytest.raises(Mistake):
        products.rename("nothing", "Glow", by="Ann", reason="r", now=NOON, account="acc-editor")
    assert len(room.desk.log()) == before


def test_a_strike_ends_when_the_critic_answers_anew(room: Room, draft: str) -> None:
    room.desk.act(room.editor, draft, Strike("dx-reviewer", "other"))
    room.bring(reworded(small(), "dx-reviewer", 0, "It was said anew."), run_id="run-2")
    assert room.desk.act(room.editor, draft, TakeOver(number=room.head(draft))).text.struck == ()


def test_a_comparison_that_lags_behind_its_reviews_is_not_signed(room: Room) -> None:
    *_, both = room.bring(small(), small(ledger()), paired=True)
    opened = room.approve(both)
    assert isinstance(opened, OpenComparison)
    stale = opened.revision.model_copy(update={"base_hash": "sha256:other"})
    lagging = replace(opened, revision=stale)
    with room.desk.store.reading() as conn:
        assert signed(conn, opened)
        object.__setattr__(lagging, "revision_hash", opened.revision_hash)
        assert signed(conn, lagging) is None


# ways on


def page_of(room: Room, draft: str) -> DraftPage:
    """The draft's page for a publisher."""
    desk, me = room.desk, room.publisher
    opened = desk.open(me, draft)
    return draft_page(
        opened, me, names={}, history=desk.history(me, draft), approval=desk.is_signed(me, opened), now=desk.now,
        public=desk.public(me, draft),
    )  # fmt: skip


def card_of(room: Room, draft: str) -> str:
    """What `panel drafts show` prints."""
    desk, me = room.desk, room.publisher
    opened = desk.open(me, draft)
    signature, public, added = desk.is_signed(me, opened), desk.public(me, draft), desk.editorial(me, opened)
    return "\n".join(told_draft(opened, signature, public, desk.times, added))


def test_a_correction_called_off_leaves_what_is_out(room: Room, draft: str) -> None:
    room.approve(draft)
    room.desk.act(room.publisher, draft, Publish())
    first = out(room, draft)
    with pytest.raises(Mistake, match="open for corrections"):
        room.desk.act(room.publisher, draft, FetchBack())
    correct(room, draft)
    room.desk.act(room.publisher, draft, Publish(at=TOMORROW))
    assert page_of(room, draft).is_due
    with pytest.raises(Mistake, match="may not reject"):
        room.desk.act(room.writer, draft, FetchBack())
    called_off = room.desk.act(room.publisher, draft, FetchBack())
    assert called_off.draft.state == "published" and room.desk.is_signed(room.editor, called_off)
    assert out(room, draft, AFTER) == first and not page_of(room, draft).is_due
    room.desk.act(room.publisher, draft, Publish())
    assert out(room, draft) != first
    assert audit(room.desk.store).broken == ()


def test_a_page_says_that_a_change_ended_the_approval_and_the_hour(room: Room, scheduled: str) -> None:
    assert not any("ended" in said for said in page_of(room, scheduled).readers_have)
    note(room, scheduled)
    approval, hour = page_of(room, scheduled).readers_have
    assert "ended: something was changed since" in approval and hour == "What was to go out goes out no more."


def test_a_draft_that_is_signed_is_not_printed_as_approved_by_nobody(room: Room, draft: str) -> None:
    room.settle(draft)
    assert "Nobody has approved this." in card_of(room, draft)
    room.approve(draft)
    assert "Nobody has approved this." not in card_of(room, draft) and "Approved by " in card_of(room, draft)


def test_readers_lose_a_comparison_with_a_retracted_review(room: Room) -> None:
    """Readers lose a comparison with a review that was retracted and are told."""
    one, _, both = room.bring(small(), small(ledger()), paired=True)
    room.approve(both)
    room.desk.act(room.publisher, both, Publish())
    room.approve(one)
    room.desk.act(room.publisher, one, Publish())
    assert out(room, both)
    room.desk.act(room.publisher, one, Retract("A wrong figure."))
    assert out(room, both) is None
    assert "retracted" in page_of(room, both).hindrance
    html = comparison_html(
        room.comparison(both).for_readers, (), room.desk.editorial(room.editor, room.comparison(both))
    )
    assert "was retracted. A wrong figure." in html and "Nobody has approved this." not in html
    room.desk.act(room.editor, one, FetchBack())
    assert out(room, both) is None, "words that were taken back come back only when the comparison goes out anew"
    room.approve(one)
    room.approve(both) if not room.desk.is_signed(room.editor, room.comparison(both)) else None
    room.desk.act(room.publisher, both, Publish())
    assert out(room, both)
    assert audit(room.desk.store).broken == ()
