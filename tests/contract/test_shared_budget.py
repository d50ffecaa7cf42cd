"""What the shared purse promises, on every database: never more than the limit, whoever is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.databases import open_part
from tests.support.records import a_call, a_run

from panel.records import Usage
from panel.store import Ledger, Locks, ProviderBatches, RunRecords, SentBatch, SharedBudget
from panel.store.locks.process_locks import open_locks

RUN, ONE = "run:run-1", Decimal("1.00")

SPENDER = """
import random, sys
from decimal import Decimal
from pathlib import Path
from panel.store import SharedBudget
from panel.store.locks.process_locks import open_locks
from tests.support.databases import open_part

url, folder, limit, seed = sys.argv[1], Path(sys.argv[2]), Decimal(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
purse = open_part(SharedBudget, url, locks=open_locks(url, folder))
print("ready", flush=True)
sys.stdin.readline()
refused = 0
while refused < 3:
    most = Decimal(chance.randint(1, 400)) / 10000
    if purse.lease("run:run-1", most, limit):
        spent = most * chance.randint(0, 100) / 100
        purse.settle("run:run-1", most, spent)
        print(spent, flush=True)
    else:
        refused += 1
print("full", flush=True)
sys.stdin.readline()
"""

DOOMED = """
import asyncio, sys
from decimal import Decimal
from pathlib import Path
from tests.support.records import a_call
from panel.records import Usage
from panel.store import Ledger, SharedBudget
from panel.store.locks.process_locks import open_locks
from tests.support.databases import open_part

url, folder = sys.argv[1], Path(sys.argv[2])
purse = open_part(SharedBudget, url, locks=open_locks(url, folder))
assert purse.lease("run:run-1", Decimal("0.90"), Decimal(1))
ledger = open_part(Ledger, url, runs_dir=folder)

async def main():
    row = a_call("run-1", "a")
    await ledger.claim(row)
    await ledger.answered(row.key, 0, raw="{}", usage=Usage(), cost_usd=Decimal("0.30"))

asyncio.run(main())
print("spent", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def shared_budget(database_url: str, locks: Locks) -> Iterator[SharedBudget]:
    found = open_part(SharedBudget, database_url, locks=locks)
    yield found
    found.close()


@pytest.fixture
def other(database_url: str, tmp_path: Path) -> Iterator[SharedBudget]:
    theirs = open_locks(database_url, tmp_path)
    found = open_part(SharedBudget, database_url, locks=theirs)
    yield found
    found.close()
    theirs.close()


def start(code: str, *words: str) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )


def test_leases_and_spending_together_stay_within_the_limit(shared_budget: SharedBudget, other: SharedBudget) -> None:
    assert shared_budget.lease(RUN, Decimal("0.60"), ONE)
    assert not other.lease(RUN, Decimal("0.41"), ONE)
    assert other.lease(RUN, Decimal("0.40"), ONE)
    assert not shared_budget.lease(RUN, Decimal("0.0000001"), ONE)
    shared_budget.settle(RUN, Decimal("0.60"), Decimal("0.054399"))
    assert shared_budget.spent(RUN) == Decimal("0.054399")
    assert shared_budget.leased(RUN) == Decimal("0.40")
    assert shared_budget.lease(RUN, Decimal("0.545601"), ONE)
    assert not shared_budget.lease(RUN, Decimal("0.000001"), ONE)


def test_scopes_are_apart(shared_budget: SharedBudget) -> None:
    assert shared_budget.lease(RUN, ONE, ONE)
    assert shared_budget.lease("day:2026-11-24", ONE, ONE)
    assert not shared_budget.lease(RUN, ONE, ONE)


def test_money_of_launches_in_hand_is_told_from_that_of_batches(
    shared_budget: SharedBudget, other: SharedBudget
) -> None:
    """What launches in hand hold is told from what is set aside for provider batches."""
    assert shared_budget.lease(RUN, Decimal("0.20"), ONE)
    assert other.lease(RUN, Decimal("0.10"), ONE)
    assert shared_budget.lease(RUN, Decimal("0.40"), ONE, batch_id="run-1-b1")
    assert (shared_budget.leased(RUN), shared_budget.lent(RUN)) == (Decimal("0.70"), Decimal("0.30"))


def test_what_cost_more_than_it_leased_counts_in_full(shared_budget: SharedBudget) -> None:
    shared_budget.lease(RUN, Decimal("0.10"), ONE)
    shared_budget.settle(RUN, Decimal("0.10"), Decimal("0.95"))
    assert not shared_budget.lease(RUN, Decimal("0.06"), ONE)
    assert shared_budget.lease(RUN, Decimal("0.05"), ONE)


def test_an_amount_below_nothing_is_refused(shared_budget: SharedBudget) -> None:
    with pytest.raises(ValueError, match="-1"):
        shared_budget.lease(RUN, Decimal(-1), ONE)


async def test_a_scope_begins_with_what_the_ledger_holds(shared_budget: SharedBudget, ledger: Ledger) -> None:
    row = a_call("run-1", "a")
    await ledger.claim(row)
    await ledger.answered(row.key, 0, raw="{}", usage=Usage(), cost_usd=Decimal("0.70"))
    today = f"day:{datetime.now(UTC):%Y-%m-%d}"
    for scope in (RUN, today):
        assert shared_budget.spent(scope) == Decimal("0.70")
        assert not shared_budget.lease(scope, Decimal("0.31"), ONE)
    assert shared_budget.lease("run:run-2", ONE, ONE)


def test_many_processes_never_overspend_and_no_cent_goes_missing(
    database_url: str, shared_budget: SharedBudget, tmp_path: Path
) -> None:
    workers = [start(SPENDER, database_url, str(tmp_path), "0.25", str(n)) for n in range(4)]
    for worker in workers:
        assert worker.stdout and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    spent = Decimal(0)
    for worker in workers:
        assert worker.stdout
        while (said := worker.stdout.readline().strip()) != "full":
            spent += Decimal(said)
    for worker in workers:
        worker.communicate("end\n")
        assert worker.returncode == 0
    assert shared_budget.spent(RUN) == spent
    assert Decimal("0.20") < spent <= Decimal("0.25")
    assert shared_budget.leased(RUN) == 0


def test_a_killed_workers_lease_comes_back_less_what_it_spent(
    database_url: str, shared_budget: SharedBudget, tmp_path: Path
) -> None:
    doomed = start(DOOMED, database_url, str(tmp_path))
    assert doomed.stdout and doomed.stdout.readline() == "spent\n"
    assert not shared_budget.lease(RUN, Decimal("0.20"), ONE), "its lease stands while it lives"
    assert shared_budget.lease(RUN, Decimal("0.10"), ONE)
    doomed.send_signal(signal.SIGKILL)
    doomed.communicate()
    assert any(shared_budget.lease(RUN, Decimal("0.60"), ONE) for _ in range(500)), "0.90 were leased, 0.30 of it spent"
    assert shared_budget.spent(RUN) == Decimal("0.30")
    assert not shared_budget.lease(RUN, Decimal("0.01"), ONE)


def test_a_provider_batchs_lease_outlives_the_worker(
    database_url: str, shared_budget: SharedBudget, batches: ProviderBatches, records: RunRecords, tmp_path: Path
) -> None:
    """A provider batch's lease outlives the worker and ends with the batch."""
    records.save_run(a_run())
    batch = SentBatch(batch_id="b1", run_id="run-1", provider="p", model="p/m", created_at=datetime.now(UTC))
    batches.new(batch)
    theirs = open_locks(database_url, tmp_path)
    gone = open_part(SharedBudget, database_url, locks=theirs)
    assert gone.lease(RUN, Decimal("0.80"), ONE, batch_id="b1")
    assert gone.lease(RUN, Decimal("0.20"), ONE)
    gone.close()
    theirs.close()
    assert any(shared_budget.lease(RUN, Decimal("0.20"), ONE) for _ in range(500)), "the worker's own came back"
    assert not shared_budget.lease(RUN, Decimal("0.10"), ONE)
    batches.put(batch.model_copy(update={"state": "collected"}))
    shared_budget.settle(RUN, Decimal("0.80"), Decimal("0.40"), batch_id="b1")
    assert shared_budget.lease(RUN, Decimal("0.40"), ONE)
