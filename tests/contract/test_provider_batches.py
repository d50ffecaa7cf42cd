"""What provider batches and the calls in them promise, on every database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from tests.support.databases import open_part
from tests.support.records import a_review, a_row, a_run

from panel.batch.provider_batches.poller import Poller
from panel.errors import Mistake, StoreError
from panel.records import Usage
from panel.store import (
    BatchRows,
    CallRow,
    Claimed,
    HeldBy,
    InBatch,
    Ledger,
    ProviderBatches,
    RunRecords,
    SentBatch,
    StoredAnswer,
    ledger_key,
)

DAY = datetime(2026, 11, 24, 6, tzinfo=UTC)
IN_B1 = InBatch("run-1", "b1")


@pytest.fixture(autouse=True)
def _saved_run(records: RunRecords) -> None:
    records.save_run(a_run())


@pytest.fixture
def b1(batches: ProviderBatches) -> SentBatch:
    found = a_batch()
    batches.new(found)
    return found


def a_batch(batch_id: str = "b1", **more: Any) -> SentBatch:
    return SentBatch(
        batch_id=batch_id, run_id="run-1", provider="openai", model="openai/m", **{"created_at": DAY, **more}
    )


def a_call(number: int, run_id: str = "run-1", launch: str = "acme", text: str = "") -> CallRow:
    body = {"model": "m", "input": [text, number]}
    key = ledger_key("openai", "", "openai/m", body, 0)
    return CallRow(key, run_id, "openai", "openai/m", "", "ask", 0, launch, "developer", body, owner="")


def now_is(batches: ProviderBatches, batch: SentBatch, state: str) -> None:
    batches.put(batch.model_copy(update={"state": state}))


async def answer(ledger: Ledger, row: CallRow, attempt: int = 0) -> None:
    await ledger.answered(row.key, attempt, raw="{}", usage=Usage(input_tokens=5), cost_usd=Decimal("0.01"))


def keys(rows: Sequence[CallRow]) -> set[tuple[str, int]]:
    return {(row.key, 0) for row in rows}


def test_a_batch_comes_back_as_it_was_written_last(batches: ProviderBatches, b1: SentBatch) -> None:
    assert batches.get("b1") == b1
    sent = b1.model_copy(update={"state": "submitted", "provider_batch_id": "batch_x", "expires_at": DAY})
    batches.put(sent)
    assert batches.get("b1") == sent
    with pytest.raises(StoreError, match="no provider batch 'b9'"):
        batches.get("b9")


def test_a_batch_id_is_given_once(batches: ProviderBatches, b1: SentBatch) -> None:
    with pytest.raises(StoreError, match="'b1' already"):
        batches.new(a_batch(requests=3))
    assert batches.get("b1") == b1


def test_open_batches_are_those_not_collected_or_lost_oldest_first(
    batches: ProviderBatches, records: RunRecords
) -> None:
    records.save_run(a_run("run-2"))
    states = ("submitted", "collected", "filling", "lost", "ended", "submitting")
    for number, state in enumerate(states):
        batches.new(a_batch(f"b{number}", state=state, created_at=DAY - timedelta(hours=number)))
    batches.new(a_batch("other", created_at=DAY - timedelta(days=2)).model_copy(update={"run_id": "run-2"}))
    assert [batch.batch_id for batch in batches.open_ones("run-1")] == ["b5", "b4", "b2", "b0"]
    assert batches.open_ones()[0].batch_id == "other"
    assert len(batches.of_run("run-1")) == 6


async def test_a_thousand_calls_join_a_batch_and_are_in_it_for_everybody(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch
) -> None:
    rows = [a_call(n) for n in range(1000)]
    assert await ledger.claim_for_batch(rows, "b1") == [Claimed(0)] * 1000
    assert await ledger.claim(rows[0]) == IN_B1
    assert await ledger.claim(a_call(1, "run-2")) == IN_B1
    assert await ledger.claim_for_batch(rows[:2], "b1") == [IN_B1, IN_B1]
    assert set(batches.keys("b1")) == keys(rows)


async def test_what_is_known_or_being_asked_does_not_join(ledger: Ledger, b1: SentBatch) -> None:
    rows = [a_call(n) for n in range(4)]
    await ledger.claim(rows[0])
    await answer(ledger, rows[0])
    await ledger.claim(rows[1])
    found = await ledger.claim_for_batch([*rows, rows[3]], "b1")
    assert isinstance(found[0], StoredAnswer)
    assert found[1:] == [HeldBy("run-1"), Claimed(0), Claimed(0), IN_B1]


@pytest.mark.parametrize("state", ["submitting", "submitted", "ended", "collected", "lost"])
async def test_nothing_joins_a_batch_that_may_have_been_sent(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch, state: str
) -> None:
    now_is(batches, b1, state)
    with pytest.raises(StoreError, match="no provider batch 'b1' being filled"):
        await ledger.claim_for_batch([a_call(1)], "b1")
    assert await ledger.claim(a_call(1)) == Claimed(0)


async def test_a_batch_costs_what_its_calls_did_as_far_as_the_ledger_has_them(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch
) -> None:
    rows = [a_call(n) for n in range(5)]
    await ledger.claim_for_batch(rows[:4], "b1")
    await ledger.claim(rows[4])
    await answer(ledger, rows[0])
    await answer(ledger, rows[4])
    await ledger.failed(rows[1].key, 0, "refused", cost_usd=Decimal(0))
    await ledger.failed(rows[2].key, 0, "no line", cost_usd=None)
    spent = batches.spent("b1")
    assert (spent.cost_usd, spent.unpriced) == (Decimal("0.01"), 2), "one may have been billed, one has no end yet"


async def test_a_batch_nobody_wrote_down_takes_nothing(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match="no provider batch 'b9'"):
        await ledger.claim_for_batch([a_call(1)], "b9")


@pytest.mark.parametrize("state", ["filling", "submitting", "submitted", "ended"])
async def test_a_call_stays_in_its_batch_though_whoever_sent_it_was_killed(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch, database_url: str, tmp_path: Path, state: str
) -> None:
    await ledger.claim_for_batch([a_call(1)], "b1")
    now_is(batches, b1, state)
    after = open_part(Ledger, database_url, runs_dir=tmp_path)
    assert await after.claim(a_call(1)) == IN_B1
    after.close()


@pytest.mark.parametrize("state", ["collected", "lost"])
async def test_what_a_finished_batch_left_unanswered_is_asked_again(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch, state: str
) -> None:
    rows = [a_call(n) for n in range(3)]
    await ledger.claim_for_batch(rows, "b1")
    await answer(ledger, rows[0])
    await ledger.failed(rows[1].key, 0, "expired", cost_usd=Decimal(0))
    now_is(batches, b1, state)
    assert isinstance(await ledger.claim(rows[0]), StoredAnswer)
    assert await ledger.claim(rows[1]) == Claimed(1)
    batches.new(a_batch("b2"))
    assert await ledger.claim_for_batch([rows[2]], "b2") == [Claimed(1)]
    assert await ledger.claim(rows[2]) == InBatch("run-1", "b2")


async def test_answers_of_a_batch_are_known_before_it_is_collected(ledger: Ledger, b1: SentBatch) -> None:
    await ledger.claim_for_batch([a_call(1), a_call(2)], "b1")
    await answer(ledger, a_call(1))
    assert isinstance(await ledger.claim(a_call(1)), StoredAnswer)
    (found,) = await ledger.claim_for_batch([a_call(1)], "b1")
    assert isinstance(found, StoredAnswer)


async def test_looking_claims_nothing(ledger: Ledger, b1: SentBatch, database_url: str, tmp_path: Path) -> None:
    rows = [a_call(n) for n in range(5)]
    await ledger.claim_for_batch(rows[:1], "b1")
    for row in rows[1:3]:
        await ledger.claim(row)
    await answer(ledger, rows[1])
    found = await ledger.look(row.key for row in rows)
    assert found == {
        rows[0].key: IN_B1,
        rows[1].key: StoredAnswer("{}", 0, "", Usage(input_tokens=5), Decimal("0.01")),
        rows[2].key: HeldBy("run-1"),
    }
    assert await ledger.claim(rows[3]) == Claimed(0)
    after = open_part(Ledger, database_url, runs_dir=tmp_path)  # nobody holds run-1's lock
    assert rows[2].key not in await after.look([rows[2].key])
    after.close()


async def test_bodies_are_streamed_by_launch_exactly_as_they_were_claimed(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch
) -> None:
    rows = [a_call(n, launch=f"tool-{n % 60}", text=f"dossier {n % 60} " * 200) for n in range(250)]
    await ledger.claim_for_batch(rows, "b1")
    found = list(batches.bodies("b1"))
    assert {(key, attempt) for key, attempt, _ in found} == keys(rows)
    assert all(ledger_key("openai", "", "openai/m", body, 0) == key for key, _, body in found)
    launches = [body["input"][0][:12] for _, _, body in found]
    assert sum(1 for one, other in pairwise(launches) if one != other) == 59


async def test_what_was_answered_is_not_uploaded_again(ledger: Ledger, batches: ProviderBatches, b1: SentBatch) -> None:
    rows = [a_call(n) for n in range(3)]
    await ledger.claim_for_batch(rows, "b1")
    await answer(ledger, rows[0])
    assert {key for key, _, _ in batches.bodies("b1")} == {rows[1].key, rows[2].key}
    assert set(batches.keys("b1", unanswered=True)) == keys(rows[1:])
    assert set(batches.keys("b1")) == keys(rows)


async def test_a_run_out_in_a_batch_is_neither_deleted_nor_pruned(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch, records: RunRecords
) -> None:
    await ledger.claim_for_batch([a_call(1)], "b1")
    now_is(batches, b1, "submitted")
    with pytest.raises(Mistake, match="'run-1' has 1 provider batch whose answers were not fetched"):
        records.delete_run("run-1")
    assert records.prune(datetime(2027, 1, 1, tzinfo=UTC)) == ()
    now_is(batches, b1, "collected")
    records.delete_run("run-1")
    assert batches.of_run("run-1") == ()
    assert await ledger.claim(a_call(1)) == Claimed(1)


async def test_costs_tell_batches_from_calls_by_themselves(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch, records: RunRecords
) -> None:
    await ledger.claim_for_batch([a_call(1), a_call(2)], "b1")
    await ledger.claim(a_call(3))
    for number in (1, 2, 3):
        await answer(ledger, a_call(number))
    alone, together = records.cost_table("run-1")
    assert (alone.batch, alone.spend.calls, together.batch, together.spend.calls) == (False, 1, True, 2)
    assert together.spend.cost_usd == Decimal("0.02")
    assert list(records.cost_table(day=alone.day)) == [alone, together]
    assert list(records.cost_table(day=alone.day - timedelta(1))) == []
    assert records.spent("run-1") == records.spent(day=alone.day)
    assert records.spent().cost_usd == Decimal("0.03")


async def test_a_batch_names_the_confidential_launches_in_it(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch, rows: BatchRows
) -> None:
    dossier = a_review().dossier
    for number, (name, is_confidential) in enumerate((("Acme", True), ("Bolt", False), ("Coil", True)), start=1):
        text = 'The page says "confidential":true.' if name == "Bolt" else ""
        launch = dossier.launch.model_copy(update={"name": name, "confidential": is_confidential, "description": text})
        kept = dossier.model_copy(update={"launch": launch})
        assert rows.add_dossier("run-1", a_row(number, "ready", slug=launch.slug), kept)
    calls = [a_call(n, launch=slug) for n, slug in enumerate(("acme", "bolt"))]
    await ledger.claim_for_batch(calls, "b1")
    assert batches.confidential("b1") == ("acme",)


async def test_a_batch_that_may_not_go_is_handed_to_nobody(
    ledger: Ledger, batches: ProviderBatches, b1: SentBatch
) -> None:
    """A batch that may not go is handed to nobody, and its calls may be asked again."""
    batch_api, budgets = Mock(), Mock()
    poller = Poller(
        batch_api=batch_api, provider=Mock(), ledger=ledger, store=batches, budgets=budgets, prices={}, now=lambda: DAY,
        may_go=lambda batch: "'acme' is confidential and may not go to https://models.example.",
    )  # fmt: skip
    await ledger.claim_for_batch([a_call(1)], "b1")
    assert (await poller.tick(b1)).state == "lost"
    assert batch_api.submit.call_count == 0
    assert await ledger.claim(a_call(1)) == Claimed(1)
