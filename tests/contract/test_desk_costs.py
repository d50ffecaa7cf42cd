"""What the desk reads for one act, one signature, one look back: as much with few drafts as with many."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select, text
from tests.support.drafts import NOON, Room, claims, ledger, small, target

from panel.desk import Approve, Decide, Save
from panel.desk.desk import Desk
from panel.desk.drafts import opened as opened_drafts
from panel.desk.drafts.opened import printed_numbers, texts_hash
from panel.desk.stats import RunningStats, read_stats
from panel.records import Account
from panel.records.desk import DraftText, Revision
from panel.store import draft_rows as rows
from panel.store.tables.desk_tables import drafts

MANY = 1500
STATES = ("published", "open", "later", "scheduled", "passed")


def fill(room: Room, like: str, first: int, many: int) -> None:
    """So many drafts more, in every state; what is put off has its hour to come."""
    with room.desk.store.changing() as conn:
        row = dict(conn.execute(select(drafts).where(drafts.c.draft_id == like)).mappings().one())
        hour = rows.time_of(NOON + timedelta(days=90))
        for n in range(first, first + many):
            state = STATES[n % len(STATES)]
            until = hour if state in ("later", "scheduled") else ""
            named = {"draft_id": f"other-{n}", "subject": f"other/{n}", "scope": f"other-{n}", "head": -1}
            conn.execute(drafts.insert(), row | named | {"state": state, "until": until})


@contextmanager
def steps(engine: Engine) -> Iterator[Counter[str]]:
    """Statements sent, and on SQLite the steps of its machine, by the hundred: what reads more rows takes more."""
    counted: Counter[str] = Counter()

    def step() -> int:
        counted["steps"] += 100
        return 0

    def sent(*_: object) -> None:
        counted["statements"] += 1

    def watch(connection: object, *_: object) -> None:
        if engine.dialect.name == "sqlite":
            connection.set_progress_handler(step, 100)  # type: ignore[attr-defined]

    engine.dispose()  # so that each connection is a new one
    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "connect", watch)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        event.remove(engine, "connect", watch)
        engine.dispose()


def cost_of(room: Room, do: Callable[[], object]) -> Counter[str]:
    do()
    with steps(room.desk.store.engine) as counted:
        do()
    return counted


def test_an_act_and_a_page_read_as_much_with_ten_drafts_as_with_many(room: Room) -> None:
    draft, _, pair = room.bring(small(), small(ledger()), paired=True)
    room.comparison(pair)
    point = claims(room.review(draft))[0]
    acts: dict[str, Callable[[], object]] = {
        "decide": lambda: room.desk.act(room.editor, draft, Decide(target(point), "accurate", number=0, seen=True)),
        "open": lambda: room.review(draft),
        "due": room.desk.bring_back_due,
    }
    fill(room, draft, 0, 10)
    few = {name: cost_of(room, do) for name, do in acts.items()}
    fill(room, draft, 10, MANY)
    if room.desk.store.engine.dialect.name == "postgresql":
        with room.desk.store.changing() as conn:
            conn.execute(text("analyze desk_drafts"))
    many = {name: cost_of(room, do) for name, do in acts.items()}
    for name in acts:
        assert many[name]["statements"] == few[name]["statements"] > 0, name
        assert many[name]["steps"] <= 1.3 * few[name]["steps"] + 200, name


def sign_again(room: Room, draft: str, who: Account, words: str) -> None:
    head = room.head(draft)
    room.desk.act(who, draft, Save("note", words, number=head))
    room.desk.act(who, draft, Approve(number=head + 1))


def test_statistics_read_a_signature_once_and_count_what_is_signed_last(room: Room) -> None:
    """D4: they were made anew of every signed draft after any act of anybody."""
    one, other, pair = room.bring(small(), small(ledger()), paired=True)
    running = RunningStats(room.desk.store)
    assert running.look(60)[0].drafts == 0
    for draft in (one, other):
        point = claims(room.review(draft))[0]
        room.desk.act(room.editor, draft, Decide(target(point), "removed", number=room.head(draft), seen=True))
        room.approve(draft)
    assert running.look(60) == (read_stats(room.desk.store), 0)
    sign_again(room, one, room.editor, "We erred.")
    found, left = running.look(60)
    assert (found.drafts, left) == (2, 0)
    assert found == read_stats(room.desk.store)
    assert sum(group.removed for group in found.groups) == 2
    room.desk.act(room.editor, other, Save("note", "Not signed.", number=room.head(other)))
    with steps(room.desk.store.engine) as counted:
        assert running.look(60) == (found, 0)
    assert counted["statements"] <= 9, "nobody signed anything: no draft is read"
    room.approve(pair)
    assert running.look(60) == (found, 0), "a comparison is no draft more"


def test_a_page_of_statistics_waits_for_nobody_and_says_what_is_left(room: Room) -> None:
    (draft,) = room.bring(small())
    room.approve(draft)
    running = RunningStats(room.desk.store)
    with running._counting:  # as while a thread counts
        found, left = running.look(0)
    assert (found.drafts, left) == (0, 1)
    assert running.look(60)[0].drafts == 1


def revision(at_min: int, a: str, b: str) -> Revision:
    return Revision(
        draft_id="pair", number=0, base_hash=texts_hash(a, b), parent_hash="", by="panel",
        at=NOON + timedelta(minutes=at_min), text=DraftText(),
    )  # fmt: skip


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    counted: Counter[str] = Counter()

    def count(a: str, b: str) -> str:
        counted["pairs"] += 1
        return texts_hash(a, b)

    monkeypatch.setattr(opened_drafts, "texts_hash", count)
    return counted


def made(side: str, *minutes: int) -> list[tuple[int, str, object]]:
    """Number, hash and moment of each revision, the newest first."""
    return [(n, f"{side}{n}", NOON + timedelta(minutes=at)) for n, at in enumerate(minutes)][::-1]


def test_a_comparison_of_then_is_found_by_its_moment_and_its_hash(hashed: Counter[str]) -> None:
    """D5: each pair of the two sides' revisions was hashed."""
    a, b = made("a", *range(0, 100, 2)), made("b", *range(1, 101, 2))
    assert printed_numbers(a, b, revision(50, "a25", "b24")) == (25, 24)  # type: ignore[arg-type]
    assert hashed["pairs"] == 1
    assert printed_numbers(a, b, revision(50, "a7", "b3")) == (7, 3), "clocks disagreed: it is searched"  # type: ignore[arg-type]
    assert printed_numbers(a, b, revision(50, "x", "y")) == (49, 49), "none fits: the newest"  # type: ignore[arg-type]


def test_a_comparison_is_opened_as_it_was_at_each_revision(room: Room, hashed: Counter[str]) -> None:
    a, b, pair = room.bring(small(), small(ledger()), paired=True)
    room.comparison(pair)
    notes = {}
    for i in range(3):
        for side in (a, b):
            room.desk.act(room.editor, side, Save("note", f"{side} {i}", number=room.head(side)))
            notes[room.head(pair)] = [s.text.note for s in room.comparison(pair).sides]
    hashed.clear()
    then = {number: [s.text.note for s in at(room.desk, room.editor, pair, number)] for number in notes}
    assert then == notes
    assert hashed["pairs"] <= 3 * len(notes)


def at(desk: Desk, who: Account, pair: str, number: int) -> tuple[opened_drafts.OpenReview, ...]:
    return desk.open_at(who, pair, number).reviews
