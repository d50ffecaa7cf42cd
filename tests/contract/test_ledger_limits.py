"""What runs, days and launches may cost, on every database: held at each claim, whatever ends or dies meanwhile."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from tests.support.databases import open_part, rows_of
from tests.support.records import a_call, a_run

from panel.errors import Mistake, StoreError
from panel.records import Usage
from panel.store import (
    CallRow,
    Claimed,
    HeldBy,
    InBatch,
    Ledger,
    Locks,
    OverBudget,
    ProviderBatches,
    RunRecords,
    SentBatch,
    SpendLimits,
    StoredAnswer,
)
from panel.store.ledger.spend_limits import DayCaps
from panel.store.locks.process_locks import open_locks

RUN = "run:run-1"
SENDS_AND_WAITS = """
import asyncio, sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tests.support.records import a_call
from panel.store import Ledger, SpendLimits
from panel.store.locks.process_locks import open_locks
from tests.support.databases import open_part

url, folder = sys.argv[1], Path(sys.argv[2])
locks = open_locks(url, folder)
assert locks.acquire("run-1/1")
ledger = open_part(Ledger, url, runs_dir=folder, locks=locks)
row = replace(a_call("run-1", "theirs"), owner="run-1/1", worst_usd=Decimal("0.60"))
print(asyncio.run(ledger.claim(row, limits=SpendLimits(Decimal(1)))), flush=True)
sys.stdin.read()
"""


def usd(amount: str) -> Decimal:
    return Decimal(amount)


def a_priced(question: str, worst: str | None = "0.40", *, run_id: str = "run-1", launch: str = "acme") -> CallRow:
    return replace(
        a_call(run_id, question), launch=launch, worst_usd=None if worst is None else usd(worst), owner=f"{run_id}/own"
    )


async def answer(ledger: Ledger, row: CallRow, cost: str | None, attempt: int = 0, **more: Any) -> None:
    told = {"raw": "{}", "usage": Usage(), **more}
    await ledger.answered(row.key, attempt, cost_usd=None if cost is None else usd(cost), **told)


def used(url: str) -> dict[str, Decimal]:
    """Every counter that counts anything."""
    found = {scope: Decimal(amount) for scope, amount in rows_of(url, "select scope, amount from counters")}
    return {scope: amount for scope, amount in found.items() if amount}


def sums(url: str) -> dict[str, Decimal]:
    """What the counters should say, added up from the calls alone: cost, else worst, else nothing."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for run_id, launch, sent_at, cost, worst in rows_of(
        url, "select run_id, launch, sent_at, cost_usd, worst_usd from calls"
    ):
        for scope in (f"run:{run_id}", f"day:{sent_at[:10]}", f"launch:{run_id}/{launch}"):
            found[scope] += Decimal(cost or worst or 0)
    return {scope: amount for scope, amount in found.items() if amount}


async def test_a_claim_counts_at_its_worst_until_its_cost_is_known(ledger: Ledger, database_url: str) -> None:
    row = a_priced("a")
    assert await ledger.claim(row, limits=SpendLimits(usd("0.50"))) == Claimed(0)
    assert await ledger.used(RUN) == usd("0.40")
    await answer(ledger, row, "0.054399")
    assert await ledger.used(RUN) == await ledger.used("launch:run-1/acme") == usd("0.054399")
    assert used(database_url) == sums(database_url)


@pytest.mark.parametrize(("limits", "scope"), [
    (SpendLimits(usd("0.5")), RUN),
    (SpendLimits(None, usd("0.5")), f"day:{datetime.now(UTC):%Y-%m-%d}"),
    (SpendLimits(None, None, usd("0.5")), "launch:run-1/acme"),
    (SpendLimits(usd(9), usd(9), usd("0.5")), "launch:run-1/acme"),
])  # fmt: skip
async def test_a_claim_that_might_pass_a_limit_writes_nothing(
    ledger: Ledger, database_url: str, limits: SpendLimits, scope: str
) -> None:
    first = a_priced("a")
    await ledger.claim(first, limits=limits)
    await answer(ledger, first, "0.11")
    refused = await ledger.claim(a_priced("b"), limits=limits)
    if not scope.startswith("day:"):
        assert refused == OverBudget(scope, usd("0.5"), usd("0.11"), usd("0.40"))
    assert isinstance(refused, OverBudget) and not refused.may_wait
    assert rows_of(database_url, "select count(*) from calls") == [(1,)]
    assert await ledger.claim(a_priced("b", "0.39"), limits=limits) == Claimed(0), "to the limit, and not below it"


async def test_runs_and_launches_have_money_of_their_own_and_days_one_for_all(ledger: Ledger) -> None:
    limits = SpendLimits(usd("0.5"), usd("1"), usd("0.5"))
    assert await ledger.claim(a_priced("a"), limits=limits) == Claimed(0)
    assert isinstance(await ledger.claim(a_priced("b", launch="bolt"), limits=limits), OverBudget)
    assert await ledger.claim(a_priced("c", run_id="run-2"), limits=limits) == Claimed(0)
    third = await ledger.claim(a_priced("d", run_id="run-3"), limits=limits)
    assert isinstance(third, OverBudget) and third.of == "day"


async def test_a_stored_answer_needs_no_money(ledger: Ledger) -> None:
    await ledger.claim(a_priced("a"))
    await answer(ledger, a_priced("a"), "0.30")
    assert isinstance(await ledger.claim(a_priced("a"), limits=SpendLimits(usd("0.01"))), StoredAnswer)


async def test_a_call_that_costs_nothing_passes_any_limit(ledger: Ledger) -> None:
    assert await ledger.claim(a_priced("a", "0"), limits=SpendLimits(usd(0), usd(0), usd(0))) == Claimed(0)


async def test_a_price_nobody_knows_is_refused_under_a_limit_only(ledger: Ledger) -> None:
    refused = await ledger.claim(a_priced("a", None), limits=SpendLimits(usd(9)))
    assert isinstance(refused, OverBudget) and refused.worst_usd is None
    assert await ledger.claim(a_priced("a", None)) == Claimed(0)


@pytest.mark.parametrize("limit", ["-1", "NaN", "Infinity"])
def test_a_limit_that_cant_be_kept_is_named(limit: str) -> None:
    with pytest.raises(Mistake, match=limit):
        SpendLimits(None, usd(limit))


async def test_a_failure_gives_back_only_what_surely_was_not_billed(ledger: Ledger) -> None:
    for question, cost in (("a", usd("0")), ("b", None), ("c", usd("0.1"))):
        row = a_priced(question)
        await ledger.claim(row)
        await ledger.failed(row.key, 0, "nothing came", cost_usd=cost)
    assert await ledger.used(RUN) == usd("0.5")
    assert [row.persona_id for row in await ledger.presumed(RUN)] == [a_priced("b").persona_id]


async def test_what_cost_more_than_its_worst_counts_in_full(ledger: Ledger) -> None:
    row = a_priced("a", "0.05")
    await ledger.claim(row, limits=SpendLimits(usd(1)))
    await answer(ledger, row, "0.95")
    assert isinstance(await ledger.claim(a_priced("b", "0.06"), limits=SpendLimits(usd(1))), OverBudget)
    assert await ledger.claim(a_priced("b", "0.05"), limits=SpendLimits(usd(1))) == Claimed(0)


async def test_an_ending_written_twice_counts_once(ledger: Ledger, database_url: str) -> None:
    """As when a connection breaks between the commit and its word: whoever has the answer writes it again."""
    rows = [a_priced("a"), a_priced("b")]
    await asyncio.gather(*(ledger.claim(row) for row in rows))
    for cost in ("0.1", "0.1", "0.2"):
        await answer(ledger, rows[0], cost)
    await asyncio.gather(answer(ledger, rows[1], None), answer(ledger, rows[1], "0.03"))
    assert used(database_url) == sums(database_url)
    assert await ledger.used(RUN) == usd("0.23")


async def test_claims_made_together_stay_within_the_limit_together(ledger: Ledger) -> None:
    rows = [a_priced(str(n), "0.10") for n in range(300)]
    results = await asyncio.gather(*(ledger.claim(row, limits=SpendLimits(usd("1"))) for row in rows))
    assert sum(result == Claimed(0) for result in results) == 10
    assert await ledger.used(RUN) == usd("1.00")
    refused = [result for result in results if isinstance(result, OverBudget)]
    assert len(refused) == 290 and all(result.may_wait for result in refused), "ten are in flight and may cost less"


async def test_a_cancelled_claim_gives_its_money_back(ledger: Ledger) -> None:
    waiting = asyncio.create_task(ledger.claim(a_priced("a")))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(10):
        while await ledger.used(RUN):
            pass
    assert await ledger.claim(a_priced("a"), limits=SpendLimits(usd("0.40"))) in (Claimed(0), Claimed(1))


async def test_nobody_waits_for_what_can_never_be_enough(ledger: Ledger) -> None:
    await ledger.claim(a_priced("a"))
    limits = SpendLimits(usd("0.5"))
    assert (await ledger.claim(a_priced("b", "0.50"), limits=limits)).may_wait  # type: ignore[union-attr]
    assert not (await ledger.claim(a_priced("b", "0.51"), limits=limits)).may_wait  # type: ignore[union-attr]


def start(code: str, *words: str) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )


def under(question: str, worst: str, owner: str) -> CallRow:
    return replace(a_call("run-1", question), owner=owner, worst_usd=usd(worst))


async def test_a_killed_processs_call_keeps_its_worst_and_is_waited_for_no_more(
    database_url: str, tmp_path: Path
) -> None:
    locks = open_locks(database_url, tmp_path)
    locks.acquire("run-1/2")
    ledger, limits = open_part(Ledger, database_url, runs_dir=tmp_path, locks=locks), SpendLimits(usd("1"))
    mine = under("mine", "0.60", "run-1/2")
    with start(SENDS_AND_WAITS, database_url, str(tmp_path)) as doomed:
        assert doomed.stdout and doomed.stdout.readline() == "Claimed(attempt=0)\n"
        refused = await ledger.claim(mine, limits=limits)
        assert isinstance(refused, OverBudget) and refused.may_wait, "it lives, and may cost less"
        doomed.send_signal(signal.SIGKILL)
        doomed.communicate()
    async with asyncio.timeout(20):  # until the system has let go of its lock
        while (refused := await ledger.claim(mine, limits=limits)).may_wait:  # type: ignore[union-attr]
            pass
    assert refused == OverBudget(RUN, usd("1"), usd("0.60"), usd("0.60"))
    locks.acquire("run-1/1")
    assert await ledger.claim(under("theirs", "0.30", "run-1/1"), limits=limits) == Claimed(1)
    assert await ledger.used(RUN) == usd("0.90"), "the dead attempt may be billed beside the new one"
    assert rows_of(database_url, "select state from calls where attempt = 0") == [("failed",)]
    ledger.close()
    locks.close()


async def test_two_who_wait_for_the_dead_of_each_other_are_both_refused(database_url: str, tmp_path: Path) -> None:
    """Each holds the lock under which a process died before: seen from outside, such a call looks alive."""
    locks = open_locks(database_url, tmp_path)
    for owner in ("run-1/1", "run-1/2"):
        dying = open_part(Ledger, database_url, runs_dir=tmp_path, locks=locks)
        await dying.claim(under(owner, "0.40", owner))
        dying.close()  # as a kill leaves it
        locks.acquire(owner)
    one, two = (open_part(Ledger, database_url, runs_dir=tmp_path, locks=locks) for _ in range(2))
    limits = SpendLimits(usd("1"))
    await one.claim(under("x", "0.30", "run-1/1"), limits=limits)
    refused = await two.claim(under("y", "0.30", "run-1/2"), limits=limits)
    assert isinstance(refused, OverBudget) and not refused.may_wait
    again = await one.claim(under("x", "0.30", "run-1/1"), limits=limits)
    assert isinstance(again, OverBudget) and not again.may_wait
    for each in (one, two, locks):
        each.close()


async def test_a_call_of_another_living_run_is_waited_for_under_a_days_limit(
    ledger: Ledger, database_url: str, tmp_path: Path
) -> None:
    theirs = open_locks(database_url, tmp_path)
    theirs.acquire("run-2")
    other = open_part(Ledger, database_url, runs_dir=tmp_path, locks=theirs)
    await other.claim(replace(a_call("run-2", "a"), worst_usd=usd("0.60"), owner="run-2"))
    refused = await ledger.claim(a_priced("b", "0.60"), limits=SpendLimits(None, usd("1")))
    assert isinstance(refused, OverBudget) and refused.may_wait
    other.close()
    theirs.close()


@pytest.fixture
def b1(records: RunRecords, batches: ProviderBatches) -> SentBatch:
    records.save_run(a_run())
    batch = SentBatch(batch_id="b1", run_id="run-1", provider="p", model="p/m", created_at=datetime.now(UTC))
    batches.new(batch)
    return batch


@pytest.mark.usefixtures("b1")
async def test_a_provider_batch_takes_all_or_nothing_and_is_not_waited_for(ledger: Ledger) -> None:
    limits = SpendLimits(usd("1"))
    rows = [a_priced(str(n), "0.30") for n in range(4)]
    refused = await ledger.claim_for_batch(rows, "b1", limits=limits)
    assert refused == OverBudget(RUN, usd("1"), usd("0"), usd("1.20"))
    assert await ledger.used(RUN) == 0
    taken = await ledger.claim_for_batch(rows[:3], "b1", limits=limits)
    assert isinstance(taken, list) and all(isinstance(one, Claimed) for one in taken)
    again = await ledger.claim_for_batch(rows[:3], "b1", limits=limits)
    assert isinstance(again, list) and all(isinstance(one, InBatch) for one in again), "it needed money twice"
    ordinary = await ledger.claim(a_priced("x", "0.30"), limits=limits)
    assert isinstance(ordinary, OverBudget) and not ordinary.may_wait
    await answer(ledger, rows[0], "0.05")
    assert await ledger.claim(a_priced("x", "0.30"), limits=limits) == Claimed(0)


@pytest.mark.usefixtures("b1")
async def test_a_batch_that_is_refused_for_another_reason_counts_nothing(ledger: Ledger) -> None:
    with pytest.raises(StoreError):
        await ledger.claim_for_batch([a_priced("a")], "b2", limits=SpendLimits(usd("1")))
    assert await ledger.used(RUN) == 0


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_call_counts_in_the_day_it_was_claimed_in(
    ledger: Ledger, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    row, late = a_priced("a"), datetime(2026, 11, 1, 23, 59, 59, tzinfo=UTC)
    with monkeypatch.context() as patched:
        patched.setattr("panel.store.ledger.group_commit.datetime", Mock(now=lambda zone: late))
        await ledger.claim(row)
    with closing(open_part(Ledger, database_url, runs_dir=tmp_path)) as other:
        await answer(other if elsewhere else ledger, row, "0.07")
    assert used(database_url) == sums(database_url)
    assert await ledger.used("day:2026-11-01") == usd("0.07")


async def test_an_answer_whose_commit_nobody_confirmed_counts_once(
    ledger: Ledger, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the commit and before its word: the answer is written again, and counted once."""
    row, other = a_priced("a"), a_priced("b")
    await asyncio.gather(ledger.claim(row), ledger.claim(other))
    writer = ledger._writer
    commit = writer._commit
    with monkeypatch.context() as patched:
        patched.setattr(writer._work, "committed", lambda jobs, results: None)
        patched.setattr(
            writer, "_commit", lambda jobs: [(job, StoreError("The connection broke.")) for job, _ in commit(jobs)]
        )
        with pytest.raises(StoreError):
            await answer(ledger, row, "0.03")
    assert await ledger.used(RUN) == usd("0.43")
    await answer(ledger, row, "0.03")
    assert await ledger.used(RUN) == usd("0.43")
    assert used(database_url) == sums(database_url)


@pytest.mark.parametrize("tokens", [2**31, 2**63, 2**70])
async def test_a_paid_answer_with_absurd_token_counts_is_kept(ledger: Ledger, tokens: int) -> None:
    row = a_priced("a")
    await ledger.claim(row)
    usage = Usage(input_tokens=tokens, cache_write_tokens=tokens, cache_read_tokens=tokens, output_tokens=tokens)
    await answer(ledger, row, "1", raw='{"an": "answer"}', usage=usage)
    found = await ledger.claim(row)
    assert isinstance(found, StoredAnswer)
    assert (found.raw, found.usage.output_tokens) == ('{"an": "answer"}', 2**31 - 1)


def test_a_days_cap_is_kept_by_all_and_a_name_takes_one_place(database_url: str, tmp_path: Path) -> None:
    one, two = open_part(DayCaps, database_url), open_part(DayCaps, database_url)
    today, tomorrow = date(2026, 11, 28), date(2026, 11, 29)
    assert [caps.take("asked-again", today, name, 2) for caps, name in ((one, "a"), (two, "b"), (one, "c"))] == [
        True, True, False,
    ]  # fmt: skip
    assert two.take("asked-again", today, "a", 2), "it has its place already"
    assert one.take("asked-again", tomorrow, "c", 2)
    one.close()
    two.close()


class Play:
    """Random acts on a ledger, some of which end the process: what stands must always add up."""

    def __init__(self, url: str, folder: Path, locks: Locks, seed: int) -> None:
        self.url, self.folder, self.locks, self.chance = url, folder, locks, random.Random(seed)
        self.ledger = self.open()
        self.sent: list[tuple[CallRow, int]] = []

    def open(self) -> Ledger:
        return open_part(Ledger, self.url, runs_dir=self.folder, locks=self.locks)

    async def step(self) -> None:
        act = self.chance.choices(("claim", "answer", "fail", "again", "kill"), (50, 25, 10, 10, 3))[0]
        if act == "kill":
            self.ledger.close()
            self.ledger, self.sent = self.open(), []
        elif act == "claim" or not self.sent:
            await self.claim([self.row() for _ in range(self.chance.randint(1, 12))])
        else:
            row, attempt = self.sent.pop(self.chance.randrange(len(self.sent)))
            cost = self.chance.choice([None, Decimal(0), (row.worst_usd or 0) * self.chance.randint(0, 110) / 100])
            if act == "fail":
                await self.ledger.failed(row.key, attempt, "no", cost_usd=cost)
            else:
                for _ in range(1 + (act == "again")):
                    await answer(self.ledger, row, None if cost is None else str(cost), attempt)

    def row(self) -> CallRow:
        run_id, launch = f"run-{self.chance.randint(1, 2)}", f"tool-{self.chance.randint(1, 3)}"
        worst = str(Decimal(self.chance.randint(0, 999)) / 1000)
        row = a_priced(f"{run_id} {launch} {self.chance.randint(1, 200)}", worst, run_id=run_id, launch=launch)
        return replace(row, owner=run_id)

    async def claim(self, rows: Iterable[CallRow]) -> None:
        """Side by side, each under limits of its own; none may take a counter over its limit."""
        limits = SpendLimits(Decimal(12), Decimal(20), Decimal(5))
        before, rows = used(self.url), list(rows)
        results = await asyncio.gather(*(self.ledger.claim(row, limits=limits) for row in rows))
        self.sent += [(r, c.attempt) for r, c in zip(rows, results, strict=True) if isinstance(c, Claimed)]
        for scope, amount in used(self.url).items():
            limit = {"run": 12, "day": 20, "launch": 5}[scope.partition(":")[0]]
            assert amount <= max(limit, before.get(scope, Decimal(0))), f"{scope} stands at {amount}"
        assert {type(found) for found in results} <= {Claimed, StoredAnswer, HeldBy, OverBudget}


@pytest.mark.parametrize("seed", range(4))
async def test_counters_are_the_sums_of_their_calls_whatever_happens(
    database_url: str, locks: Locks, tmp_path: Path, seed: int
) -> None:
    play = Play(database_url, tmp_path, locks, seed)
    for run_id in ("run-1", "run-2"):
        locks.acquire(run_id)
    for _ in range(60):
        await play.step()
        assert used(database_url) == sums(database_url)
    play.ledger.close()
    assert rows_of(database_url, "select count(*) from calls")[0][0] > 40
