import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.databases import open_part, rows_of, sent_body
from tests.support.records import LONG, a_call, a_comparison, a_review, a_run

from panel.errors import Mistake, RunHeld
from panel.records import FileEntry, Run, Usage
from panel.store import CallRow, Claimed, Ledger, Locks, RunFolder, RunRecords
from panel.store.locks.process_locks import open_locks
from panel.store.locks.run_lock import RunLock


async def ask(ledger: Ledger, row: CallRow, cost: str | None = "0.10") -> None:
    claim = await ledger.claim(row)
    assert isinstance(claim, Claimed)
    usage = Usage(input_tokens=10, output_tokens=1)
    await ledger.answered(row.key, claim.attempt, raw="{}", usage=usage, cost_usd=Decimal(cost) if cost else None)


def test_a_run_comes_back_as_it_was_saved_last(records: RunRecords) -> None:
    records.save_run(a_run())
    stopped = a_run().model_copy(update={"state": "stopped", "why": "budget"})
    records.save_run(stopped)
    assert records.load_run("run-1") == stopped


def test_runs_are_listed_newest_first(records: RunRecords) -> None:
    for run_id, day in (("run-1", 20), ("run-3", 22), ("run-2", 21)):
        records.save_run(a_run(run_id, day))
    assert [run.run_id for run in records.list_runs()] == ["run-3", "run-2", "run-1"]


def test_the_beginning_of_an_id_is_enough_while_it_is_one_runs(records: RunRecords) -> None:
    for run_id in ("20261123-a", "20261124-b", "20261124"):
        records.save_run(a_run(run_id))
    assert records.load_run("20261123").run_id == "20261123-a"
    assert records.load_run("20261124").run_id == "20261124"
    with pytest.raises(Mistake, match="begins 3 runs: 20261123-a, 20261124, 20261124-b"):
        records.load_run("2026")


def test_a_run_there_is_none_of_is_answered_with_the_nearest(records: RunRecords) -> None:
    records.save_run(a_run("20261123-151200-acme-k3f9"))
    with pytest.raises(Mistake, match="no run '20261123-151200-acne-k3f9'") as caught:
        records.load_run("20261123-151200-acne-k3f9")
    assert "20261123-151200-acme-k3f9" in caught.value.hint


@pytest.mark.parametrize("odd", ["", "%", "../x"])
def test_what_is_no_run_id_finds_nothing(records: RunRecords, odd: str) -> None:
    records.save_run(a_run())
    with pytest.raises(Mistake):
        records.load_run(odd)


def test_a_finished_run_brings_its_records_back_whole(records: RunRecords) -> None:
    comparison = a_comparison()
    run = a_run().model_copy(update={"state": "finished"})
    records.save_finished(run, [comparison.review_a, comparison.review_b], comparison)
    assert records.load_run("run-1") == run
    assert records.load_reviews("run-1") == (comparison.review_a, comparison.review_b)
    assert records.load_comparison("run-1") == comparison


def test_a_run_without_a_comparison_has_none(records: RunRecords) -> None:
    records.save_finished(a_run(), [a_review()], None)
    assert records.load_comparison("run-1") is None


async def test_costs_add_up_to_the_cent_by_juror(records: RunRecords, ledger: Ledger) -> None:
    await ask(ledger, a_call("run-1", "a"), "0.054399")
    await ask(ledger, a_call("run-1", "b"), "0.000001")
    await ask(ledger, a_call("run-1", "c", "skeptic"), None)
    await ask(ledger, a_call("run-2", "d"), "1")
    developer, skeptic = records.costs("run-1")
    assert (developer.persona_id, developer.model, developer.spend.calls) == ("developer", "p/m", 2)
    assert developer.spend.cost_usd == Decimal("0.0544")
    assert developer.spend.usage == Usage(input_tokens=20, output_tokens=2)
    assert (skeptic.spend.unpriced, skeptic.spend.cost_usd) == (1, Decimal(0))
    assert sum(row.spend.cost_usd for row in records.costs()) == Decimal("1.0544")


async def test_costs_leave_out_what_surely_cost_nothing_and_keep_what_may_have(
    records: RunRecords, ledger: Ledger
) -> None:
    for question, cost in (("a", Decimal(0)), ("b", None)):
        row = a_call("run-1", question)
        await ledger.claim(row)
        await ledger.failed(row.key, 0, "no answer", cost_usd=cost)
    await ledger.claim(a_call("run-1", "c"))
    (row_,) = records.costs("run-1")
    assert (row_.spend.calls, row_.spend.unpriced) == (2, 2)


async def test_deleting_a_run_keeps_its_spend_and_drops_its_texts(
    records: RunRecords, ledger: Ledger, tmp_path: Path
) -> None:
    records.save_finished(a_run(), [a_review()], None)
    RunFolder.create(tmp_path, a_run()).write("review.json", "{}")
    row = a_call("run-1", "a")
    await ask(ledger, row)
    before = records.costs()
    records.delete_run("run-1")
    assert records.costs() == before
    assert records.list_runs() == ()
    assert records.load_reviews("run-1") == ()
    assert not (tmp_path / "run-1").exists()
    assert sent_body(ledger, row.key, 0) is None
    assert await ledger.claim(a_call("run-2", "a")) == Claimed(1)


async def test_texts_another_run_names_are_kept_and_the_others_go(
    records: RunRecords, ledger: Ledger, database_url: str
) -> None:
    await ask(ledger, a_call("run-1", "a" * 600))
    await ask(ledger, a_call("run-2", "b"))
    for run_id in ("run-1", "run-2"):
        records.save_run(a_run(run_id))
    records.delete_run("run-1")
    assert sent_body(ledger, a_call("run-2", "b").key, 0) == {"input": [LONG, "b"]}
    assert rows_of(database_url, "select text from texts") == [(LONG,)]
    records.delete_run("run-2")
    assert rows_of(database_url, "select text from texts") == []


async def test_a_text_named_while_its_run_is_deleted_is_kept(
    records: RunRecords, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are read before the write lock is taken; what was claimed meanwhile is looked at under it."""
    await ask(ledger, a_call("run-1", "a"))
    records.save_run(a_run())
    newer, delete, loop = a_call("run-2", "b"), records._delete, asyncio.get_running_loop()

    def delete_after_a_claim(*found: Any) -> None:
        asyncio.run_coroutine_threadsafe(ask(ledger, newer), loop).result(timeout=30)
        delete(*found)

    monkeypatch.setattr(records, "_delete", delete_after_a_claim)
    await asyncio.to_thread(records.delete_run, "run-1")
    assert sent_body(ledger, newer.key, 0) == {"input": [LONG, "b"]}


async def test_pruning_drops_texts_that_only_pruned_runs_named(
    records: RunRecords, ledger: Ledger, database_url: str
) -> None:
    for run_id, day, text in (("run-1", 1, "a"), ("run-2", 2, "b"), ("run-3", 22, "c" * 600)):
        await ask(ledger, a_call(run_id, text))
        records.save_run(a_run(run_id, day))
    await ask(ledger, a_call("run-2", "d" * 600))
    assert records.prune(datetime(2026, 11, 10, tzinfo=UTC)) == ("run-1", "run-2")
    assert set(rows_of(database_url, "select text from texts")) == {(LONG,), ("c" * 600,)}


def test_a_list_of_runs_reads_no_lists_of_files_and_only_what_is_asked(records: RunRecords, database_url: str) -> None:
    entry = FileEntry(path="a.json", sha256="sha256:" + "0" * 64)
    records.save_run(a_run("run-1", 20).model_copy(update={"state": "finished", "files": (entry,) * 3}))
    records.save_run(a_run("run-2", 21))
    assert not any("a.json" in text for (text,) in rows_of(database_url, "select json from runs"))
    assert [run.run_id for run in records.list_runs(unfinished=True)] == ["run-2"]
    assert [run.run_id for run in records.list_runs(since=date(2026, 11, 21))] == ["run-2"]


def test_a_run_being_worked_on_is_not_deleted(records: RunRecords, tmp_path: Path) -> None:
    records.save_run(a_run())
    lock = RunLock(tmp_path, "run-1")
    lock.acquire()
    with pytest.raises(RunHeld):
        records.delete_run("run-1")
    lock.release()
    assert records.load_run("run-1") == a_run()


async def test_a_run_a_worker_elsewhere_asks_about_is_not_deleted(
    records: RunRecords, ledger: Ledger, locks: Locks, tmp_path: Path
) -> None:
    records.save_run(a_run())
    locks.acquire("run-1/acme")
    await ledger.claim(a_call("run-1", "a", owner="run-1/acme"))
    with pytest.raises(RunHeld):
        records.delete_run("run-1")
    assert records.prune(datetime(2027, 1, 1, tzinfo=UTC)) == ()
    locks.release("run-1/acme")
    records.delete_run("run-1")
    assert records.list_runs() == ()


def test_a_run_held_on_another_machine_is_not_deleted(postgres_url: str, tmp_path: Path) -> None:
    records = open_part(RunRecords, postgres_url, runs_dir=tmp_path / "here")
    records.save_run(a_run())
    elsewhere = open_locks(postgres_url, tmp_path / "there")
    elsewhere.acquire("run-1")
    with pytest.raises(RunHeld):
        records.delete_run("run-1")
    elsewhere.close()
    records.close()


def test_deleting_a_run_there_is_none_of_is_a_mistake(records: RunRecords) -> None:
    with pytest.raises(Mistake, match="no run 'run-9'"):
        records.delete_run("run-9")


def test_a_folder_left_by_a_crash_between_can_be_deleted_again(records: RunRecords, tmp_path: Path) -> None:
    RunFolder.create(tmp_path, a_run())
    records.delete_run("run-1")
    assert not (tmp_path / "run-1").exists()


def test_pruning_deletes_what_is_older_and_nobody_works_on(records: RunRecords, tmp_path: Path) -> None:
    runs: list[Run] = [a_run("run-1", 1), a_run("run-2", 2), a_run("run-3", 20)]
    for run in runs:
        records.save_run(run)
    lock = RunLock(tmp_path, "run-2")
    lock.acquire()
    assert records.prune(datetime(2026, 11, 10, tzinfo=UTC)) == ("run-1",)
    lock.release()
    assert [run.run_id for run in records.list_runs()] == ["run-3", "run-2"]
