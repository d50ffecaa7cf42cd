"""What a ledger promises, on every database."""

import asyncio
import multiprocessing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.databases import open_part, sent_body

from panel.errors import StoreError
from panel.records import Call, Usage
from panel.store import CallRow, Claimed, HeldBy, Ledger, StoredAnswer, ledger_key
from panel.store.locks.run_lock import RunLock

BODY = {"model": "m", "input": "What do you make of it?", "schema": {"b": "x" * 600, "a": 1}}
USAGE = Usage(input_tokens=3, cache_write_tokens=12304, cache_read_tokens=7, output_tokens=550)


def a_row(run_id: str = "run-1", body: dict[str, Any] = BODY, draw: int = 0) -> CallRow:
    key = ledger_key("openai", "", "m", body, draw)
    return CallRow(key, run_id, "openai", "m", "", "ask", draw, "acme", "developer", body)


async def answer(ledger: Ledger, row: CallRow, attempt: int, raw: str = '{"ok":1}') -> None:
    await ledger.answered(
        row.key, attempt, raw=raw, usage=USAGE, cost_usd=Decimal("0.054399"), model_returned="m-1", latency_s=1.5
    )


async def test_first_claim_is_yours(ledger: Ledger) -> None:
    assert await ledger.claim(a_row()) == Claimed(0)


async def test_an_answer_is_known_to_every_later_run_with_its_exact_cost(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    await answer(ledger, a_row(), 0)
    found = await ledger.claim(a_row("run-2"))
    assert found == StoredAnswer('{"ok":1}', 0, "m-1", USAGE, Decimal("0.054399"))


async def test_a_cost_comes_back_digit_for_digit(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    await ledger.answered(a_row().key, 0, raw="{}", usage=USAGE, cost_usd=Decimal("0.10000000000000000003"))
    found = await ledger.claim(a_row())
    assert isinstance(found, StoredAnswer)
    assert str(found.cost_usd) == "0.10000000000000000003"


async def test_an_unknown_price_stays_unknown(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    await ledger.answered(a_row().key, 0, raw="{}", usage=USAGE, cost_usd=None)
    found = await ledger.claim(a_row())
    assert isinstance(found, StoredAnswer)
    assert found.cost_usd is None


async def test_another_draw_is_another_question(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    await answer(ledger, a_row(), 0)
    assert await ledger.claim(a_row(draw=1)) == Claimed(0)


async def test_again_asks_anew_and_the_latest_answer_wins(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    await answer(ledger, a_row(), 0, raw="first")
    assert await ledger.claim(a_row(), again=True) == Claimed(1)
    await answer(ledger, a_row(), 1, raw="second")
    found = await ledger.claim(a_row())
    assert isinstance(found, StoredAnswer)
    assert (found.raw, found.attempt) == ("second", 1)


async def test_a_failed_call_is_asked_again(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    await ledger.failed(a_row().key, 0, "the server was down", cost_usd=Decimal(0))
    assert await ledger.claim(a_row()) == Claimed(1)


async def test_the_same_run_asking_twice_at_once_is_told_it_asks_already(ledger: Ledger) -> None:
    first, second = await asyncio.gather(ledger.claim(a_row()), ledger.claim(a_row()))
    assert (first, second) == (Claimed(0), HeldBy("run-1"))
    await answer(ledger, a_row(), 0)
    assert isinstance(await ledger.claim(a_row()), StoredAnswer)


async def test_a_call_sent_by_a_living_run_is_held(ledger: Ledger, database_url: str, tmp_path: Path) -> None:
    lock = RunLock(tmp_path, "run-1")
    lock.acquire()
    await ledger.claim(a_row())
    other = open_part(Ledger, database_url, runs_dir=tmp_path)
    assert await other.claim(a_row("run-2")) == HeldBy("run-1")
    lock.release()
    assert await other.claim(a_row("run-2")) == Claimed(1)
    other.close()


async def test_what_this_run_sent_before_it_was_killed_is_asked_again(database_url: str, tmp_path: Path) -> None:
    lock = RunLock(tmp_path, "run-1")
    lock.acquire()
    before = open_part(Ledger, database_url, runs_dir=tmp_path)
    await before.claim(a_row())
    before.close()  # as a kill leaves it: sent, and nobody remembers
    after = open_part(Ledger, database_url, runs_dir=tmp_path)
    assert await after.claim(a_row()) == Claimed(1)
    after.close()
    lock.release()


async def test_a_cancelled_claim_is_given_back(ledger: Ledger) -> None:
    waiting = asyncio.create_task(ledger.claim(a_row()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    while isinstance(found := await ledger.claim(a_row()), HeldBy):
        pass  # until the cancelled claim's own commit has been heard of
    assert found == Claimed(1)


async def test_a_late_cancelled_claim_is_given_back(ledger: Ledger) -> None:
    """Cancelled after the result was set and before the task woke: the result is lost, and so is the claim."""
    waiting = asyncio.create_task(ledger.claim(a_row()))
    deliver = ledger._writer._hand_over

    def deliver_then_cancel(results: Any) -> None:
        deliver(results)
        waiting.cancel()

    ledger._writer._hand_over = deliver_then_cancel  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await waiting
    ledger._writer._hand_over = deliver  # type: ignore[method-assign]
    assert await ledger.claim(a_row()) == Claimed(1)


async def test_ending_a_call_nobody_claimed_is_refused_and_harms_no_other(ledger: Ledger) -> None:
    row = a_row()
    await ledger.claim(row)
    good, bad = await asyncio.gather(
        answer(ledger, row, 0), ledger.failed("sha256:none", 0, "?"), return_exceptions=True
    )
    assert good is None
    assert isinstance(bad, StoreError)
    assert isinstance(await ledger.claim(row), StoredAnswer)


async def test_the_exact_body_comes_back_key_order_included(ledger: Ledger) -> None:
    body = {"z": ["y" * 5000, {"$text": "page text"}], "schema": {"b": "x" * 600, "a": {"verdict": 1, "claim": 2}}}
    await ledger.claim(a_row(body=body))
    found = sent_body(ledger, a_row(body=body).key, 0)
    assert repr(found) == repr(body)


async def test_raw_replies_are_found_by_key_and_attempt(ledger: Ledger) -> None:
    row = a_row()
    await ledger.claim(row)
    await answer(ledger, row, 0, raw="first")
    await ledger.claim(row, again=True)
    wanted = [Call(key=row.key, attempt=n, purpose="ask") for n in (0, 1)]
    assert await ledger.raw_replies(wanted) == {(row.key, 0): "first"}


async def test_keys_held_names_those_ever_sent(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    assert await ledger.keys_held([a_row().key, a_row(draw=1).key]) == {a_row().key}


async def test_a_thousand_keys_can_be_looked_up(ledger: Ledger) -> None:
    await ledger.claim(a_row())
    many = [f"sha256:{n}" for n in range(1000)]
    assert await ledger.keys_held([*many, a_row().key]) == {a_row().key}


async def test_five_hundred_claims_at_once_are_each_answered(ledger: Ledger) -> None:
    rows = [a_row(body={"n": n}) for n in range(500)]
    assert await asyncio.gather(*(ledger.claim(row) for row in rows)) == [Claimed(0)] * 500
    await asyncio.gather(*(answer(ledger, row, 0) for row in rows))
    found = await asyncio.gather(*(ledger.claim(row) for row in rows))
    assert all(isinstance(each, StoredAnswer) for each in found)


async def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(StoreError, match="closed"):
        await ledger.claim(a_row())


def _claim_once(url: str, runs_dir: Path, run_id: str, start: Any, out: Any) -> None:
    lock = RunLock(runs_dir, run_id)
    lock.acquire()
    ledger = open_part(Ledger, url, runs_dir=runs_dir)
    start.wait()
    out.put(type(asyncio.run(ledger.claim(a_row(run_id)))).__name__)
    start.wait()  # alive until everybody has asked
    ledger.close()
    lock.release()


def test_two_processes_claiming_one_key_at_once_get_it_once(database_url: str, tmp_path: Path) -> None:
    ctx = multiprocessing.get_context("spawn")
    start, out = ctx.Barrier(3), ctx.Queue()
    workers = [ctx.Process(target=_claim_once, args=(database_url, tmp_path, f"run-{n}", start, out)) for n in range(3)]
    for worker in workers:
        worker.start()
    said = sorted(out.get(timeout=300) for _ in workers)
    for worker in workers:
        worker.join(60)
    assert said == ["Claimed", "HeldBy", "HeldBy"]
