"""Ten editors at one draft at once, each with threads and connections of its own: nothing is lost, whoever is first."""

import random
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from tests.support.drafts import Room, claims, ledger, quill, target

from panel.desk import Approve, Decide, Save, Undo
from panel.desk.acts.decide import Target
from panel.desk.approval.audit import audit
from panel.errors import EditConflict, Mistake
from panel.records.desk import Account

EDITORS, ACTS = 10, 6
DX = "dx-reviewer"


def act_of(room: Room, who: Account, draft_id: str, dice: random.Random, note: str) -> tuple[str, Callable[[], object]]:
    """One act somebody might do next, on what they read just now or a little before."""
    opened = room.review(draft_id, who)
    number = max(0, opened.draft.head - dice.choice((0, 0, 0, 1, 3)))
    point = dice.choice(claims(opened) or [opened.points[0]])
    name = f"{point.persona_id}:{point.place}"
    desk = room.desk
    return dice.choice(
        (
            ("save", lambda: desk.act(who, draft_id, Save(name, note, number=number, seen=True))),
            ("save", lambda: desk.act(who, draft_id, Save(f"{point.persona_id}:line", note, number=number))),
            ("save", lambda: desk.act(who, draft_id, Save("note", note, number=number))),
            ("decide", lambda: desk.act(who, draft_id, Decide(target(point), "accurate", number=number, seen=True))),
            ("decide", lambda: desk.act(who, draft_id, Decide(target(point), "attributed", number=number, seen=True))),
            (
                "decide",
                lambda: desk.act(who, draft_id, Decide(Target(DX, views=True), "accurate", number=number, seen=True)),
            ),
            ("undo", lambda: desk.act(who, draft_id, Undo())),
            ("approve", lambda: desk.act(who, draft_id, Approve(number=number))),
        )
    )


@pytest.fixture
def ten(room: Room) -> list[Account]:
    from sqlalchemy import insert
    from tests.support.drafts import account_row

    from panel.store.tables.desk_tables import accounts

    people = [
        Account(account_id=f"acc-{n}", name=f"Editor {n}", sign_in=f"e{n}", role="editor") for n in range(EDITORS)
    ]
    with room.desk.store.changing() as conn:
        conn.execute(insert(accounts), [account_row(who) for who in people])
    return people


def test_ten_editors_at_once_lose_nothing(room: Room, ten: list[Account]) -> None:
    draft_id, _, pair_id = room.bring(quill(), ledger(), paired=True)
    room.comparison(pair_id)
    landed: list[tuple[str, str]] = []  # (act, words) of what went through
    refused: Counter[str] = Counter()
    broken: list[BaseException] = []
    start = threading.Barrier(EDITORS)

    def work(n: int) -> None:
        dice = random.Random(n)
        start.wait()
        for i in range(ACTS):
            note = f"Words {i} of editor {n}."
            try:
                what, act = act_of(room, ten[n], draft_id, dice, note)
                act()
                landed.append((what, note))
            except (EditConflict, Mistake) as err:
                refused[type(err).__name__] += 1
            except BaseException as err:
                broken.append(err)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(EDITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert len(landed) + refused.total() == EDITORS * ACTS
    assert len(landed) > EDITORS
    assert_whole(room, draft_id, [words for what, words in landed if what == "save"])
    assert_whole(room, pair_id, [])
    assert audit(room.desk.store).broken == ()


def assert_whole(room: Room, draft_id: str, saved: list[str]) -> None:
    """Revisions without gaps, each the next one's parent, and every saved word in one of them."""
    told = room.desk.history(room.editor, draft_id)
    assert [r.number for r in told.revisions] == list(range(len(told.revisions)))
    for before, after in zip(told.revisions, told.revisions[1:], strict=False):
        assert after.parent_hash == before.revision_hash
    texts = [r.text.model_dump_json() for r in told.revisions]
    for words in saved:
        assert any(words in text for text in texts), words
    assert [d.decision_id for d in told.decisions] == sorted({d.decision_id for d in told.decisions})
    opened = room.desk.open(room.editor, draft_id)
    assert opened.draft.head == told.revisions[-1].number


def test_a_reader_sees_one_moment_while_others_act(room: Room, ten: list[Account]) -> None:
    """What is read in one look belongs together: a comparison's revision is of the texts it shows."""
    draft_id, _, pair_id = room.bring(quill(), ledger(), paired=True)
    room.comparison(pair_id)
    done, torn = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            opened = room.comparison(pair_id, ten[0])
            if opened.revision.base_hash != opened.prints_hash:
                torn.append(opened.draft.head)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(8):
        head = room.head(draft_id)
        room.desk.act(ten[1], draft_id, Save(f"{DX}:0", f"Words {i}.", number=head, seen=True))
    done.set()
    reader.join()
    assert torn == []


def test_two_who_approve_at_once_sign_once_or_twice_but_never_another_text(room: Room, ten: list[Account]) -> None:
    (draft_id,) = room.bring(quill())
    opened = room.settle(draft_id)
    start = threading.Barrier(3)
    outcomes: list[str] = []

    def sign(who: Account) -> None:
        start.wait()
        try:
            room.desk.act(who, draft_id, Approve(number=opened.draft.head))
            outcomes.append("signed")
        except (EditConflict, Mistake) as err:
            outcomes.append(type(err).__name__)

    def change() -> None:
        start.wait()
        room.desk.act(ten[2], draft_id, Save("note", "Changed meanwhile.", number=opened.draft.head))

    threads = [threading.Thread(target=sign, args=(who,)) for who in ten[:2]] + [threading.Thread(target=change)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = room.desk.history(room.editor, draft_id)
    assert len(told.approvals) == outcomes.count("signed") <= 1
    assert all(a.revision_hash == told.revisions[a.number].revision_hash for a in told.approvals)
    last = room.desk.open(room.editor, draft_id)
    assert last.draft.state == "open"
    assert room.desk.is_signed(room.editor, last) is None
