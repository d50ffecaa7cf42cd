"""The desk's rules as the database holds them: raw SQL, past all of our code, breaks each, and is refused by name."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from tests.support.drafts import Room, account_row, claims, ledger, small, target

from panel.desk import Approve, BringRunLog, Decide, Publish, Save
from panel.desk.approval.audit import audit
from panel.errors import Mistake
from panel.records.desk import Account
from panel.store.migrations.versions.v0006_baseline import APPEND_ONLY, RULES
from panel.store.tables.desk_tables import accounts, approvals, decisions, drafts, publications, revisions

EARLY, LATE = "2026-11-25T12:00:00.000000Z", "2026-12-25T12:00:00.000000Z"


def raw(room: Room, statement: Any, row: Any = None) -> None:
    with room.desk.store.engine.begin() as conn:
        conn.execute(statement, row) if row is not None else conn.execute(statement)


def refused(room: Room, statement: Any, row: Any = None) -> str:
    """What the database says of a statement it refuses."""
    with pytest.raises(DBAPIError) as caught:
        raw(room, statement, row)
    return str(caught.value.orig)


@pytest.fixture
def signed(room: Room) -> str:
    """A draft with everything settled and approved."""
    (draft_id,) = room.bring(small())
    room.approve(draft_id)
    return draft_id


def an_approval(room: Room, draft_id: str, **changes: Any) -> dict[str, Any]:
    """A row the database would take, when the draft is settled."""
    opened = room.review(draft_id)
    row = {
        "approval_id": 900, "draft_id": draft_id, "number": opened.draft.head, "revision_hash": opened.revision_hash,
        "edition": "main", "by": "acc-editor", "at": EARLY, "json": "{}",
    }  # fmt: skip
    return row | changes


def a_publication(draft_id: str, **changes: Any) -> dict[str, Any]:
    row = {
        "publication_id": 900, "draft_id": draft_id, "kind": "published", "approval_id": 1, "goes_out_at": EARLY,
        "by": "acc-publisher", "at": EARLY, "reason": "", "edition": "main",
    }  # fmt: skip
    return row | changes


def says(name: str) -> str:
    return RULES[name][1]


def disable(room: Room) -> None:
    raw(room, update(accounts).values(disabled_at="2026"))


def unsettle(room: Room) -> None:
    """Take back one decision, as the newest of its point, with nothing but SQL."""
    point = claims(room.review("quillbase-3"))[0]
    raw(
        room,
        insert(decisions),
        {
            "decision_id": 900, "scope": point.scope, "key": point.key, "kind": "claim", "decision": "undone",
            "settles": 0, "draft_id": "quillbase-3", "by": "acc-writer", "at": EARLY, "json": "{}",
        },
    )  # fmt: skip


def set_draft(**changes: str) -> Callable[[Room], None]:
    return lambda room: raw(room, update(drafts).values(**changes))


def nothing(room: Room) -> None: ...


BAD_APPROVALS = [
    ("desk_approves_newest", nothing, {"revision_hash": "sha256:other"}),
    ("desk_approves_newest", nothing, {"number": 0}),
    ("desk_approves_person", nothing, {"by": "acc-writer"}),
    ("desk_approves_person", nothing, {"by": "panel"}),
    ("desk_approves_person", disable, {}),
    ("desk_approves_edition", nothing, {"edition": "other"}),
    ("desk_approves_edition", set_draft(grade="trial"), {}),
    ("desk_approves_edition", set_draft(grade="specimen"), {}),
    ("desk_approves_settled", unsettle, {}),
    ("desk_approves_standing", set_draft(state="rejected"), {}),
    ("desk_approves_standing", set_draft(state="passed"), {}),
    ("desk_approves_standing", set_draft(state="retracted"), {}),
]
BAD_PUBLICATIONS = [
    ("desk_publishes_person", nothing, {"by": "acc-editor"}),
    ("desk_publishes_person", nothing, {"by": "panel"}),
    ("desk_publishes_person", disable, {}),
    ("desk_publishes_approved", nothing, {"edition": "trial"}),
    ("desk_publishes_approved", nothing, {"approval_id": None}),
    ("desk_publishes_approved", nothing, {"kind": "corrected", "approval_id": None}),
    ("desk_publishes_settled", unsettle, {}),
    ("desk_publishes_standing", set_draft(state="rejected"), {}),
    ("desk_publishes_standing", set_draft(state="open"), {}),
    ("desk_publishes_after_embargo", set_draft(embargo_until="2026-11-25T12:00:00.000001Z"), {}),
]


def a_decision(**changes: Any) -> dict[str, Any]:
    row = {
        "decision_id": 900, "scope": "p1", "key": "sha256:k", "kind": "claim", "decision": "accurate", "settles": 1,
        "draft_id": "quillbase-3", "by": "acc-writer", "at": EARLY, "json": "{}",
    }  # fmt: skip
    return row | changes


BAD_DECISIONS = [
    ("desk_decides_person", nothing, {"by": "panel"}),
    ("desk_decides_person", nothing, {"by": "run-1"}),
    ("desk_decides_person", disable, {}),
    ("desk_decides_person", nothing, {"kind": "flag", "decision": "dismissed"}),
    ("desk_decides_person", nothing, {"kind": "held", "decision": "confirmed"}),
    ("desk_decides_truly", nothing, {"decision": "removed"}),
    ("desk_decides_truly", nothing, {"decision": "undone"}),
]


@pytest.mark.parametrize(("rule", "before", "changes"), BAD_DECISIONS)
def test_a_decision_that_breaks_a_rule_is_refused_by_name(
    room: Room, rule: str, before: Callable[[Room], None], changes: dict[str, Any]
) -> None:
    before(room)
    assert says(rule) in refused(room, insert(decisions), a_decision(**changes))


def test_decisions_that_break_no_rule_are_taken(room: Room) -> None:
    raw(room, insert(decisions), a_decision())
    flag = {"kind": "flag", "decision": "dismissed", "by": "acc-editor"}
    raw(room, insert(decisions), a_decision(decision_id=901, **flag))
    raw(room, insert(decisions), a_decision(decision_id=902, kind="flag", decision="undone", settles=0))


@pytest.mark.parametrize(("rule", "before", "changes"), BAD_APPROVALS)
def test_an_approval_that_breaks_a_rule_is_refused_by_name(
    room: Room, rule: str, before: Callable[[Room], None], changes: dict[str, Any]
) -> None:
    (draft_id,) = room.bring(small())
    room.desk.act(room.editor, draft_id, Save("note", "We ran none of it.", number=room.head(draft_id)))
    room.settle(draft_id)
    row = an_approval(room, draft_id) | changes
    before(room)
    assert says(rule) in refused(room, insert(approvals), row)


@pytest.mark.parametrize(("rule", "before", "changes"), BAD_PUBLICATIONS)
def test_a_publication_that_breaks_a_rule_is_refused_by_name(
    room: Room, signed: str, rule: str, before: Callable[[Room], None], changes: dict[str, Any]
) -> None:
    before(room)
    assert says(rule) in refused(room, insert(publications), a_publication(signed) | changes)


def test_the_same_rows_are_taken_when_no_rule_is_broken(room: Room, signed: str) -> None:
    raw(room, insert(approvals), an_approval(room, signed))
    raw(room, insert(publications), a_publication(signed, approval_id=900))
    set_draft(embargo_until=LATE)(room)
    raw(room, insert(publications), a_publication(signed, publication_id=901, goes_out_at=LATE))


def test_an_approval_of_a_text_with_nothing_to_settle_is_refused(room: Room) -> None:
    (draft_id,) = room.bring(small())
    opened = room.review(draft_id)
    row = {
        "draft_id": draft_id, "number": 1, "hash": "sha256:h", "parent_hash": opened.revision_hash,
        "base_hash": opened.draft.base_hash, "by": "x", "at": EARLY, "reason": "", "json": "{}",
    }  # fmt: skip
    raw(room, insert(revisions), row)
    said = refused(room, insert(approvals), an_approval(room, draft_id, number=1, revision_hash="sha256:h"))
    assert says("desk_approves_settled") in said


def test_an_old_approval_publishes_nothing_once_a_byte_has_changed(room: Room, signed: str) -> None:
    room.desk.act(room.editor, signed, Save("note", "One more word.", number=room.head(signed)))
    set_draft(state="approved")(room)
    assert says("desk_publishes_approved") in refused(room, insert(publications), a_publication(signed))


def test_a_comparison_waits_for_reviews_put_away_or_embargoed(room: Room) -> None:
    """A comparison goes nowhere while a review it prints is put away or embargoed."""
    quill_id, _, pair_id = room.bring(small(), small(ledger()), paired=True)
    pair = room.approve(pair_id)
    row = a_publication(pair_id)
    one = update(drafts).where(drafts.c.draft_id == quill_id)
    raw(room, one.values(embargo_until=LATE))
    assert says("desk_publishes_after_embargo") in refused(room, insert(publications), row)
    raw(room, one.values(embargo_until="", state="rejected"))
    assert says("desk_publishes_standing") in refused(room, insert(publications), row)
    signs = {"draft_id": pair_id, "number": pair.draft.head, "revision_hash": pair.revision_hash}
    again = an_approval(room, quill_id) | signs
    assert says("desk_approves_standing") in refused(room, insert(approvals), again)


@pytest.fixture
def everything(room: Room, signed: str) -> Room:
    """At least one row in every table that is only added to."""
    room.bring(small(ledger()), run_id="run-2")
    room.desk.pair(room.editor, signed, "ledgerline-cloud")
    room.desk.act(room.publisher, signed, Publish())
    room.desk.act(
        room.editor, signed, BringRunLog("Tried it", "$ quill index ~/notes\nindexed 12 notes", room.clock().date())
    )
    return room


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_happened_is_never_changed_or_deleted(everything: Room, table: str) -> None:
    rule = f"{table} is only ever added to"
    key = APPEND_ONLY[table][0]
    assert rule in refused(everything, text(f"UPDATE {table} SET {key} = {key}"))
    assert rule in refused(everything, text(f"DELETE FROM {table}"))
    if everything.desk.store.engine.dialect.name == "postgresql":
        assert rule in refused(everything, text(f"TRUNCATE {table} CASCADE"))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_row_is_not_replaced_by_another_with_its_key(everything: Room, table: str) -> None:
    if everything.desk.store.engine.dialect.name == "sqlite":
        again = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"
        if table == "desk_bases":  # the same hash is the same base: left as it is
            raw(everything, text("INSERT OR REPLACE INTO desk_bases SELECT hash, kind, '{}' FROM desk_bases"))
            with everything.desk.store.engine.connect() as conn:
                assert conn.execute(text("SELECT count(*) FROM desk_bases WHERE json = '{}'")).scalar() == 0
            return
    else:
        keys = ", ".join(APPEND_ONLY[table])
        first = APPEND_ONLY[table][0]
        again = f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT ({keys}) DO UPDATE SET {first} = EXCLUDED.{first}"
    said = refused(everything, text(again))
    assert "desk rule: " in said


def test_an_account_that_signed_something_is_not_deleted(everything: Room) -> None:
    refused(everything, delete(accounts).where(accounts.c.account_id == "acc-editor"))


def test_a_broken_rule_is_told_as_a_mistake_and_nothing_of_the_act_is_kept(room: Room, signed: str) -> None:
    stranger = Account(account_id="acc-left", name="Long Gone", role="admin")
    raw(room, insert(accounts), account_row(stranger) | {"sign_in": "left", "disabled_at": "2026-11-01"})
    room.desk.act(room.editor, signed, Save("note", "Changed.", number=room.head(signed)))
    before = len(room.desk.history(room.editor, signed).acts)
    with pytest.raises(Mistake, match="only an editor, a publisher or an admin approves"):
        room.desk.act(stranger, signed, Approve(number=room.head(signed)))
    assert len(room.desk.history(room.editor, signed).acts) == before
    assert audit(room.desk.store).broken == ()


def test_whoever_runs_the_generator_has_no_account_to_sign_with(room: Room) -> None:
    """Runs write records, the queue takes them in, and neither leaves an approval or a publication behind."""
    draft_id, _, pair_id = room.bring(small(), small(ledger()), paired=True)
    room.comparison(pair_id)
    with room.desk.store.engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM desk_approvals")).scalar() == 0
        assert conn.execute(text("SELECT count(*) FROM desk_publications")).scalar() == 0
        writes = conn.execute(text("SELECT DISTINCT desk_acts.by FROM desk_acts")).scalars().all()
    assert writes == ["panel"]
    room.settle(draft_id)
    for by in ("panel", "run-1", ""):
        assert says("desk_approves_person") in refused(room, insert(approvals), an_approval(room, draft_id, by=by))


def test_decisions_of_one_point_are_told_apart_by_their_spot(room: Room) -> None:
    (draft_id,) = room.bring(small())
    point = claims(room.review(draft_id))[0]
    room.desk.act(room.writer, draft_id, Decide(target(point), "removed", number=0, seen=True))
    (kept,) = room.desk.history(room.writer, draft_id).decisions
    assert (kept.place, kept.was, kept.settles) == (point.place, "printed", False)
