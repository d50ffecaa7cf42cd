"""The log: whoever gets past the triggers and changes it, or what it tells of, is found."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from tests.support.drafts import Room, small

from panel.desk import Publish
from panel.desk.approval.audit import audit
from panel.store.desk.act_log import append_act, read_acts
from panel.store.tables.desk_tables import acts, approvals, decisions, revisions


@pytest.fixture
def told(room: Room) -> Room:
    """A desk with a draft that was settled, approved and published; and triggers that somebody dropped."""
    (draft_id,) = room.bring(small())
    room.approve(draft_id)
    room.desk.act(room.publisher, draft_id, Publish())
    assert audit(room.desk.store).broken == ()
    drop_triggers(room, "desk_acts", "desk_revisions", "desk_decisions", "desk_approvals")
    return room


def drop_triggers(room: Room, *tables: str) -> None:
    with room.desk.store.engine.begin() as conn:
        for table in tables:
            if conn.dialect.name == "sqlite":
                for verb in ("update", "delete", "again"):
                    conn.execute(text(f"DROP TRIGGER {table}_{verb}"))
            else:
                conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def write(room: Room, *statements: object) -> None:
    with room.desk.store.engine.begin() as conn:
        for statement in statements:
            conn.execute(statement)  # type: ignore[call-overload]


def last(room: Room) -> int:
    with room.desk.store.reading() as conn:
        return int(conn.execute(select(func.max(acts.c.seq))).scalar_one())


def swap(room: Room, one: int, other: int) -> None:
    write(
        room,
        update(acts).where(acts.c.seq == one).values(seq=9000),
        update(acts).where(acts.c.seq == other).values(seq=one),
        update(acts).where(acts.c.seq == 9000).values(seq=other),
    )


TAMPERING: dict[str, tuple[Callable[[Room], None], str]] = {
    "who": (lambda r: write(r, update(acts).where(acts.c.seq == 3).values(by="acc-admin")), "Line 3 of the log was changed."),
    "when": (lambda r: write(r, update(acts).where(acts.c.seq == 3).values(at="2020-01-01T00:00:00Z")), "Line 3 of the log was changed."),
    "detail": (lambda r: write(r, update(acts).where(acts.c.seq == 3).values(detail='{"seen":true}')), "Line 3 of the log was changed."),
    "hash": (lambda r: write(r, update(acts).where(acts.c.seq == 3).values(hash="sha256:x")), "Line 4 of the log does not follow"),
    "removed": (lambda r: write(r, delete(acts).where(acts.c.seq == 3)), "Line 3 of the log is missing."),
    "first removed": (lambda r: write(r, delete(acts).where(acts.c.seq == 1)), "Line 1 of the log is missing."),
    "reordered": (lambda r: swap(r, 3, 4), "Line 3 of the log does not follow the line before it."),
    "end cut off": (lambda r: write(r, delete(acts).where(acts.c.seq == last(r))), "Publication 1 has no line in the log."),
    "decision slipped in": (
        lambda r: write(
            r,
            insert(decisions).values(
                decision_id=99, scope="s", key="k", kind="claim", decision="accurate", settles=1, draft_id="d",
                by="acc-editor", at="2026", json="{}",
            ),
        ),
        "Decision 99 can't be read",
    ),
    "approval renamed": (lambda r: write(r, update(approvals).values(approval_id=7)), "Approval 7 was changed."),
    "words changed": (
        lambda r: write(r, update(revisions).where(revisions.c.number == 0).values(json=changed_text(r))),
        "Revision 0 of quillbase-3 was changed.",
    ),
    "words and hash changed": (
        lambda r: write(r, update(revisions).where(revisions.c.number == 0).values(hash="sha256:x")),
        "Revision 0 of quillbase-3 was changed.",
    ),
}  # fmt: skip


def changed_text(room: Room) -> str:
    with room.desk.store.reading() as conn:
        kept = json.loads(conn.execute(select(revisions.c.json).where(revisions.c.number == 0)).scalar_one())
    kept["note"] = "Nobody wrote this."
    return json.dumps(kept)


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found_and_named(told: Room, name: str) -> None:
    tamper, says = TAMPERING[name]
    if name == "approval renamed" and told.desk.store.engine.dialect.name == "sqlite":
        write(told, text("PRAGMA defer_foreign_keys = ON"), text("DELETE FROM desk_publications WHERE 0"))
        drop_triggers(told, "desk_publications")
        write(told, text("DELETE FROM desk_publications"))
    tamper(told)
    found = audit(told.desk.store).broken
    assert any(says in line for line in found), found


def test_a_line_put_in_between_is_found(told: Room) -> None:
    with told.desk.store.engine.begin() as conn:
        for seq in range(last(told), 3, -1):
            conn.execute(update(acts).where(acts.c.seq == seq).values(seq=seq + 1))
        lines = {act.seq: act for act, _ in read_acts(conn)}
        false = lines[3].model_copy(update={"seq": 4, "what": "approved", "previous": lines[3].act_hash})
        row = false.model_dump(mode="json") | {"detail": json.dumps(false.detail), "hash": false.act_hash}
        conn.execute(insert(acts), row)
    assert any("Line 5" in line for line in audit(told.desk.store).broken)


def test_lines_have_numbers_without_a_gap_and_times_in_utc(room: Room) -> None:
    with room.desk.store.changing() as conn:
        for i in range(3):
            append_act(conn, by="acc-admin", what="signed in", now=room.clock(), detail={"n": i, "ü": "ß", "b": None})
    with room.desk.store.reading() as conn:
        kept = [act for act, _ in read_acts(conn)]
    assert [act.seq for act in kept] == [1, 2, 3]
    assert kept[2].previous == kept[1].act_hash
    assert kept[0].at.utcoffset() is not None and not kept[0].at.utcoffset()
    assert audit(room.desk.store).broken == ()


def test_an_act_that_fails_leaves_no_line(room: Room) -> None:
    with pytest.raises(ZeroDivisionError), room.desk.store.changing() as conn:
        append_act(conn, by="acc-admin", what="signed in", now=room.clock())
        _ = 1 / 0
    with room.desk.store.reading() as conn:
        assert list(read_acts(conn)) == []
