"""Signing, letting out and putting away, as values: told without a database."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tests.support.drafts import NOON, checked, small
from tests.support.open_drafts import after, decide, open_draft, person
from tests.support.page_records import trial

from panel.desk.acts.change import MEANWHILE, DeskAct
from panel.desk.acts.decide import Confirm, Decide, Dismiss, Target
from panel.desk.acts.put_away import FetchBack, HoldUntil, PassOver, PutOff, Reject
from panel.desk.acts.sign import Approve, Publish, Retract
from panel.desk.acts.take_over import BringRunLog
from panel.desk.ask_again.prepare import AskAgain
from panel.desk.drafts.opened import OpenReview
from panel.desk.permissions import LEAST
from panel.errors import EditConflict, Mistake, NotAllowed
from panel.records import Review
from panel.records.desk import Approval, Publication

LATER = NOON + timedelta(days=2)
WRITER, PUBLISHER = person("writer"), person("publisher")


def settled(review: Review | None = None) -> OpenReview:
    opened = open_draft(review)
    while opened.left:
        point = opened.left[0]
        act: DeskAct = Decide(Target(point.persona_id, point.place), "accurate", number=0, seen=True)
        if point.kind in ("flag", "held"):
            act = Dismiss(point.key, "kept_on_purpose") if point.kind == "flag" else Confirm()
        elif point.kind == "views" or point.field:
            act = Decide(
                Target(point.persona_id, views=point.kind == "views", phrase=point.field),
                "accurate",
                number=0,
                seen=True,
            )
        opened = after(opened, decide(act, opened))
    return opened


def signature(number: int = 0, approval_id: int = 4, **more: Any) -> Approval:
    return Approval(
        approval_id=approval_id, draft_id="quillbase-3", number=number, revision_hash="sha256:0", edition="main",
        by="acc-editor", name="Ann", role="editor", responsible="Ann", began_at=NOON, at=NOON, decisions=(), **more,
    )  # fmt: skip


def publication(**more: Any) -> Publication:
    made = {"publication_id": 1, "draft_id": "quillbase-3", "kind": "published", "approval_id": 3, "edition": "main"}
    return Publication(**(made | {"goes_out_at": NOON, "by": "acc-publisher", "at": NOON} | more))


def test_an_approval_names_the_newest_decision_of_each_point() -> None:
    opened = settled()
    kept = {"points": opened.keys, "began_at": NOON - timedelta(hours=1), "responsible": "Panel House Ltd"}
    change = decide(Approve(number=0, reason=" a  figure "), opened, **kept)
    signed = change.approval
    assert signed and set(signed.decisions) == {d.decision_id for d in opened.decided.values()}
    assert (signed.revision_hash, signed.edition, signed.reason) == (opened.revision_hash, "main", "a figure")
    assert (signed.responsible, signed.began_at) == ("Panel House Ltd", NOON - timedelta(hours=1))
    assert (change.text, change.draft) == (None, {"state": "approved"})
    assert decide(Approve(number=0), opened, points=opened.keys).approval.began_at == NOON  # type: ignore[union-attr]


def test_what_checks_say_otherwise_of_is_signed_as_a_new_revision() -> None:
    opened = settled()
    change = decide(Approve(number=0), opened, points=frozenset(list(opened.keys)[1:]), signature=signature())
    assert (change.text, change.what, change.by) == (opened.text, "checked again", "panel")
    assert change.approval


def test_nothing_is_signed_with_something_left_or_another_text_read() -> None:
    with pytest.raises(Mistake, match="can't be approved yet"):
        decide(Approve(number=0), open_draft())
    with pytest.raises(EditConflict, match="since you read it"):
        decide(Approve(number=3), settled())
    opened = settled()
    with pytest.raises(Mistake, match="Ann has approved exactly this already"):
        decide(Approve(number=0), opened, points=opened.keys, signature=signature())
    anew = decide(Approve(number=0, reason="It was wrong."), opened, points=opened.keys, signature=signature())
    assert anew.approval


def test_a_trial_goes_into_the_trial_edition_only() -> None:
    opened = settled(checked(trial(small())))
    with pytest.raises(Mistake, match="trial edition only"):
        decide(Approve(number=0, edition="main"), opened, points=opened.keys)
    assert decide(Approve(number=0), opened, points=opened.keys).approval.edition == "trial"  # type: ignore[union-attr]


def test_only_what_is_signed_goes_out_and_by_the_signature_that_was_read() -> None:
    opened = open_draft(state="approved")
    with pytest.raises(Mistake, match="was not approved"):
        decide(Publish(), opened)
    with pytest.raises(EditConflict, match="no longer the one"):
        decide(Publish(approval=3), opened, signature=signature())
    with pytest.raises(EditConflict, match="no longer the one"):
        decide(Publish(approval=4), opened)
    change = decide(Publish(approval=4), opened, PUBLISHER, signature=signature())
    assert change.publication and (change.publication.kind, change.publication.goes_out_at) == ("published", NOON)
    assert change.draft == {"state": "published"}
    waits = decide(Publish(at=LATER), opened, PUBLISHER, signature=signature())
    assert waits.draft == {"state": "scheduled", "until": LATER}


def test_an_embargo_is_kept_to_the_minute_in_every_time_zone() -> None:
    opened, until = open_draft(state="approved"), datetime(2026, 12, 1, tzinfo=timezone.utc)  # noqa: UP017
    beside = {"signature": signature(), "embargo": until}
    east, west = timezone(timedelta(hours=9)), timezone(timedelta(hours=-8))
    with pytest.raises(Mistake, match="embargoed until 2026-12-01 00:00 UTC"):
        decide(Publish(), opened, **beside)
    with pytest.raises(Mistake, match="embargoed"):
        decide(Publish(at=datetime(2026, 12, 1, 8, 59, tzinfo=east)), opened, **beside)
    with pytest.raises(Mistake, match="no time zone"):
        decide(Publish(at=datetime(2026, 12, 1, 9)), opened, **beside)  # noqa: DTZ001
    with pytest.raises(Mistake, match="has passed"):
        decide(Publish(at=NOON - timedelta(minutes=1)), opened, signature=signature())
    assert decide(Publish(at=datetime(2026, 11, 30, 16, tzinfo=west)), opened, **beside).publication


def test_a_correction_has_a_reason_and_is_another_text() -> None:
    opened = open_draft(state="published", head=1)
    beside = {"out": publication(), "out_as": signature(0, 3)}
    with pytest.raises(Mistake, match="needs a reason"):
        decide(Publish(), opened, signature=signature(1), **beside)
    with pytest.raises(Mistake, match="published already"):
        decide(Publish(reason="Again."), opened, signature=signature(0), **beside)
    change = decide(Publish(), opened, signature=signature(1, reason="A figure."), **beside)
    assert change.publication and (change.publication.kind, change.publication.reason) == ("corrected", "A figure.")
    assert change.draft["shown"].corrections == 1


def test_of_two_drafts_of_one_launch_one_goes_out() -> None:
    with pytest.raises(Mistake, match="'torch-1' is of the same launch"):
        decide(Publish(), open_draft(state="approved"), signature=signature(), twin="torch-1")


def test_a_retraction_has_a_reason_and_something_to_take_back() -> None:
    opened = open_draft(state="published")
    with pytest.raises(Mistake, match="needs a reason"):
        decide(Retract(" "), opened, out=publication())
    with pytest.raises(Mistake, match="Nothing of this draft is public"):
        decide(Retract("Wrong."), opened)
    change = decide(Retract("Wrong."), opened, PUBLISHER, out=publication())
    assert change.publication and (change.publication.kind, change.publication.approval_id) == ("retracted", None)
    assert change.draft == {"state": "retracted"}


@pytest.mark.parametrize("what", MEANWHILE)
def test_nobody_signs_away_what_was_done_since_they_looked(what: str) -> None:
    acts = (Reject("other"), PassOver("other"), PutOff(LATER), HoldUntil(LATER), HoldUntil(None, "x"), FetchBack(),
            Publish(), Retract("x"))  # fmt: skip
    for act in acts:
        with pytest.raises(EditConflict, match=f"It was {MEANWHILE[what]} meanwhile"):
            decide(act, open_draft(state="approved"), since=("approved", what))


def test_a_writer_puts_nothing_away_that_an_editor_signed_or_turned_down() -> None:
    for state in ("approved", "scheduled", "rejected"):
        with pytest.raises(NotAllowed):
            decide(PassOver("other"), open_draft(state=state), WRITER)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        decide(PutOff(LATER), open_draft(state="approved"), WRITER)
    for state in ("rejected", "retracted", "scheduled"):
        with pytest.raises(NotAllowed):
            decide(FetchBack(), open_draft(state=state), WRITER)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        decide(FetchBack(), open_draft(state="published"), WRITER, due=publication())


def test_what_is_public_or_taken_back_is_not_put_away() -> None:
    for act in (Reject("other"), PassOver("other"), PutOff(LATER)):
        for state in ("published", "retracted"):
            with pytest.raises(Mistake, match=f"is {state}"):
                decide(act, open_draft(state=state))  # type: ignore[arg-type]
    with pytest.raises(Mistake, match="passed already"):
        decide(PassOver("other"), open_draft(state="passed"))
    with pytest.raises(Mistake, match="no reason on the list"):
        decide(Reject("because"), open_draft())


def test_fetching_back_leaves_a_signature_under_what_was_to_go_out() -> None:
    was = decide(FetchBack(), open_draft(state="scheduled"))
    assert (was.draft, was.cancels) == ({"state": "approved"}, "it was fetched back")
    called_off = decide(FetchBack(), open_draft(state="published"), due=publication())
    assert (called_off.what, called_off.draft, called_off.cancels) == ("", {}, "it was called off")
    assert decide(FetchBack(), open_draft(state="later")).draft == {"state": "open", "created_at": NOON}
    with pytest.raises(Mistake, match="open for corrections"):
        decide(FetchBack(), open_draft(state="published"))


def test_an_embargo_is_lifted_or_shortened_with_a_reason() -> None:
    known = open_draft(embargo_until=LATER)
    for until in (None, LATER - timedelta(hours=1)):
        with pytest.raises(Mistake, match="with a reason"):
            decide(HoldUntil(until, " "), known)
        assert decide(HoldUntil(until, "The maker agreed."), known).draft == {"embargo_until": until}
    assert decide(HoldUntil(LATER + timedelta(days=1)), known)
    with pytest.raises(Mistake, match="under no embargo"):
        decide(HoldUntil(None, "x"), open_draft())
    with pytest.raises(Mistake, match="public already"):
        decide(HoldUntil(LATER), open_draft(), is_public=True)
    with pytest.raises(Mistake, match="'a-vs-b' prints it"):
        decide(HoldUntil(LATER), open_draft(), printing="a-vs-b")


def test_a_run_log_has_a_title_a_day_that_came_and_something_in_it() -> None:
    session = "$ quill index\n12 notes indexed"
    log = decide(BringRunLog(" A  run ", f" {session}\x00 ", NOON.date()), open_draft(state="passed")).run_log
    assert log and (log.title, log.text, log.by) == ("A run", session, "acc-editor")
    for title, text, day in (
        ("", session, 0),
        ("A run", "short", 0),
        ("A run", "x" * 60_001, 0),
        ("A run", session, 1),
    ):
        with pytest.raises(Mistake):
            decide(BringRunLog(title, text, NOON.date() + timedelta(days=day)), open_draft())


def test_each_act_asks_for_the_role_of_the_table() -> None:
    """The door asks `may` of everybody before it opens anything; a rule of the state is asked in the act."""
    acts = {cls.__name__: cls.may for cls in every(DeskAct) if "may" in vars(cls)}
    assert acts == {
        "Decide": "decide", "Save": "save", "SetStanding": "save", "Dismiss": "dismiss", "Confirm": "confirm",
        "Undo": "decide", "Strike": "strike", "Unstrike": "strike", "BringRunLog": "bring", "TakeOver": "take over",
        "Approve": "approve", "Publish": "publish", "Retract": "retract", "Reject": "reject", "PassOver": "pass",
        "PutOff": "later", "HoldUntil": "hold", "FetchBack": "fetch back", AskAgain.__name__: "ask again",
    }  # fmt: skip
    assert set(acts.values()) <= LEAST.keys()


def every(cls: type[DeskAct]) -> set[type[DeskAct]]:
    return {cls, *(one for sub in cls.__subclasses__() for one in every(sub))}
