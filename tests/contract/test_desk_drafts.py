"""The desk's rows on SQLite and on Postgres: drafts of products that were merged or split, times that compare, sides."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from tests.support.databases import open_part
from tests.support.drafts import NOON, Room, ledger, reworded, small
from tests.support.records import STAMP, a_run

from panel.records import Review
from panel.store import RunRecords
from panel.store import draft_rows as rows
from panel.store.tables.core import launch_runs, products


def met(room: Room, run_id: str, slug: str, product_id: str, release: str) -> None:
    """The archive met this launch in this run."""
    with room.desk.store.changing() as conn:
        conn.execute(
            insert(launch_runs), {"run_id": run_id, "slug": slug, "product_id": product_id, "release": release}
        )


def product(room: Room, product_id: str) -> None:
    with room.desk.store.changing() as conn:
        row = {"product_id": product_id, "slug": product_id, "first_seen": "2026", "merged_into": ""}
        conn.execute(insert(products), row)


def again(number: int) -> Review:
    return reworded(small(), "dx-reviewer", 0, f"Said anew, {number}.")


@pytest.fixture
def drafted(room: Room) -> str:
    """A draft of product p1's release 3, opened."""
    product(room, "p1")
    product(room, "p2")
    met(room, "run-1", "quillbase-3", "p1", "3")
    (draft_id,) = room.bring(small())
    room.review(draft_id)
    return draft_id


def test_another_run_of_the_same_launch_is_offered_to_its_draft(room: Room, drafted: str) -> None:
    met(room, "run-2", "quillbase-3", "p1", "3")
    assert room.bring(again(2), run_id="run-2") == [drafted]
    assert room.desk.offered(room.editor, drafted) is not None


def test_a_merged_products_draft_goes_on_with_its_history(room: Room, drafted: str) -> None:
    with room.desk.store.changing() as conn:
        conn.execute(update(products).where(products.c.product_id == "p1").values(merged_into="p2"))
    met(room, "run-2", "quillbase-3", "p2", "3")
    assert room.bring(again(2), run_id="run-2") == [drafted]
    assert room.review(drafted).draft.scope == "p1"


def test_a_split_off_launch_keeps_its_draft(room: Room, drafted: str) -> None:
    """A split-off launch keeps its draft, and the other product gets one of its own."""
    with room.desk.store.changing() as conn:
        conn.execute(update(launch_runs).values(product_id="p2"))
    met(room, "run-2", "quillbase-3", "p2", "3")
    room.bring(again(2), run_id="run-2")
    assert room.desk.offered(room.editor, drafted) is not None
    met(room, "run-3", "quillbase-3", "p1", "3")
    room.bring(again(3), run_id="run-3")
    found = {d.draft_id for d in room.desk.queue().drafts}
    assert found == {drafted, "quillbase-3-2"}
    assert room.review("quillbase-3-2").draft.subject == "p1/3#2"


def test_two_launches_that_became_one_are_compared_with_nothing(room: Room) -> None:
    product(room, "p1")
    met(room, "run-1", "quillbase-3", "p1", "")
    met(room, "run-1", "ledgerline-cloud", "p1", "")
    room.bring(small(), run_id="run-0")
    from tests.support.drafts import _nowhere
    from tests.support.records import a_run

    from panel.records import Comparison
    from panel.store.runs.run_records import RunRecords
    from panel.tally import compare

    one, other = small(), small(ledger())
    pair: Comparison = compare(one, other, made=one.made)
    records = open_part(RunRecords, room.url, runs_dir=_nowhere())
    records.save_finished(a_run("run-1").model_copy(update={"state": "finished"}), [one, other], pair)
    records.close()
    room.desk.take_in()
    assert room.desk.queue(kind="comparison").drafts == ()
    assert room.desk.take_in() == 0


def test_times_are_kept_so_that_text_compares_as_time_does() -> None:
    east = timezone(timedelta(hours=9))
    moments = [
        datetime(2026, 12, 1, 8, 59, tzinfo=east), datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2026, 12, 1, 0, 0, 0, 1, tzinfo=UTC), datetime(2026, 12, 1, 9, 0, 1, tzinfo=east),
    ]  # fmt: skip
    kept = [rows.time_of(at) for at in moments]
    assert kept == sorted(kept)
    assert len({len(text) for text in kept}) == 1


def test_a_draft_comes_back_as_it_was_kept(room: Room, drafted: str) -> None:
    until = NOON + timedelta(days=1, microseconds=5)
    with room.desk.store.changing() as conn:
        draft = rows.load_draft(conn, drafted)
        assert draft
        changed = draft.model_copy(update={"embargo_until": until, "until": NOON})
        rows.put_draft(conn, changed)
        assert rows.load_draft(conn, drafted) == changed


def test_a_review_knows_the_comparisons_that_print_it(room: Room) -> None:
    a, b, pair = room.bring(small(), small(ledger()), paired=True)
    with room.desk.store.reading() as conn:
        assert rows.sides_of(conn, pair) == (b, a)
        assert [d.draft_id for d in rows.comparisons_with(conn, a)] == [pair]
        assert rows.comparisons_with(conn, pair) == []
        assert rows.sides_of(conn, a) == ()


def test_search_takes_every_word_and_no_wildcard(room: Room, drafted: str) -> None:
    assert [d.draft_id for d in room.desk.queue(words="QUILLBASE offline").drafts] == [drafted]
    for words in ("quillbase elsewhere", "%", "quill_ase"):
        assert room.desk.queue(words=words).drafts == ()


def test_the_queue_is_cut_into_pages_and_counted(room: Room) -> None:
    room.bring(small(), small(ledger()), paired=True)
    first = room.desk.queue(size=2)
    assert (len(first.drafts), first.more, first.counts["open"]) == (2, True, 3)
    rest = room.desk.queue(size=2, page=2)
    assert (len(rest.drafts), rest.more) == (1, False)
    assert room.desk.queue(kind="review").counts["open"] == 2


def test_runs_of_one_second_are_taken_in_by_their_time_not_by_their_names(room: Room) -> None:
    """Of a draft that nobody opened the newest review is the base, whatever its run happens to be called."""
    first, second = small(), again(2)
    records = open_part(RunRecords, room.url, runs_dir=Path())
    for run_id, minute, review in (("run-b", 0, first), ("run-a", 1, second)):
        made = STAMP.model_copy(update={"run_id": run_id, "created_at": NOON + timedelta(minutes=minute)})
        run = a_run(run_id).model_copy(update={"state": "finished", "made": made})
        records.save_finished(run, [review.model_copy(update={"made": made})], None)
    records.close()
    room.desk.take_in()
    (draft,) = room.desk.queue().drafts
    assert draft.run_id == "run-a"
