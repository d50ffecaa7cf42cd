"""Budgets held from outside: what the server was asked and billed, whatever was killed or cut off on the way.

Real processes, a real server beside them, real databases. What a call may cost at most is read from the ledger, and
held against what the budget allows; what it did cost is the server's own bill, from tariffs typed by hand.
"""

import random
import time
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.batch_days import (
    GPT,
    FakeProcess,
    fake_process,
    make_workspace,
    rows_in,
    run_quickly,
    runs_of,
    started,
)
from tests.support.crew import Crew
from tests.support.databases import Postgres, rows_of

pytestmark = pytest.mark.long

KILLS = 7
ONE = ("review", "launches/launch-00001.yaml", "--personas", "futurist", "--model", GPT, "--yes", "--json")


def risked(url: str) -> Decimal:
    """What the ledger says may be gone: each call's cost, else its worst."""
    rows = rows_of(url, "select cost_usd, worst_usd from calls")
    return sum((Decimal(cost if cost is not None else worst) for cost, worst in rows), Decimal(0))


def counted(url: str, scope: str) -> Decimal:
    found = rows_of(url, f"select amount from counters where scope = '{scope}'")
    return Decimal(found[0][0]) if found else Decimal(0)


def kill_in_flight(at: Path, server: FakeProcess, *words: str) -> bool:
    """Kill the command once the server has its call. False: it ended by itself."""
    before = server.stats()["requests"]
    with started(*words, at=at, variables=server.variables) as child:
        child.wait_until(lambda: server.stats()["requests"] > before)
        return child.process.poll() is None and child.kill()


def test_a_run_killed_in_flight_seven_times_stays_within_its_budget(tmp_path: Path) -> None:
    make_workspace(tmp_path, 1)
    url = f"sqlite:///{tmp_path / 'runs' / 'panel.db'}"
    with fake_process("--latency", "2", "--validate", "0") as server:
        assert kill_in_flight(tmp_path, server, *ONE, "--budget", "0.12")
        (run_id,) = runs_of(tmp_path)
        (worst,) = {Decimal(row[0]) for row in rows_of(url, "select worst_usd from calls")}
        most = int(Decimal("0.12") / worst)
        assert 1 < most < KILLS, "a budget for a call or two"
        killed = [kill_in_flight(tmp_path, server, "resume", run_id, "--yes", "--json") for _ in range(KILLS)]
        assert killed == [True] * (most - 1) + [False] * (KILLS - most + 1)
        said = run_quickly("resume", run_id, "--yes", "--json", at=tmp_path, **server.variables)
        assert server.stats()["requests"] == most
        assert risked(url) == most * worst <= Decimal("0.12")
        assert said.code == 6
        message = said.data["error"]["message"]
        assert f"${most * worst:.4f} presumed for calls" in message and "futurist on toolwright-1-2-1" in message
        assert "higher --budget" in said.data["error"]["hint"]
        more = run_quickly("resume", run_id, "--budget", "0.5", "--yes", "--json", at=tmp_path, **server.variables)
        assert more.code == 0, more.err
        assert Decimal(server.bill()["usd"]) <= risked(url) <= Decimal("0.5")


def test_half_price_begins_on_a_budget_that_only_half_price_keeps(tmp_path: Path) -> None:
    """All five calls of a launch may cost $0.17 in a batch and $0.35 one by one: with $0.25 the review is made."""
    make_workspace(tmp_path, 1)
    with fake_process("--batch", "ok", "--batch-polls", "1", "--validate", "0.05") as server:
        words = ("batch", "launches", "--yes", "--json", "--economy", "--budget", "0.25")
        said = run_quickly(*words, at=tmp_path, **server.variables)
        assert said.code == 0, said.err
        assert rows_in(said.data) == {1: "reviewed"}
        bill = server.bill()
        assert bill["batch_answers"] == bill["answers"] == 5


def test_answers_that_are_paid_become_a_review_on_any_budget(tmp_path: Path) -> None:
    """Killed after its calls were paid in a provider's batch, a batch goes on with less than its calls might cost."""
    make_workspace(tmp_path, 1)
    url = f"sqlite:///{tmp_path / 'runs' / 'panel.db'}"
    with fake_process("--batch", "ok", "--batch-polls", "1", "--validate", "0.05") as server:
        words = ("batch", "launches", "--yes", "--json", "--economy", "--budget", "1")
        paid = "select count(*) from calls where state = 'answered'"
        stop = {"panel.batch.launch.make_reviews": "lambda *args, **more: __import__('os')._exit(9)"}
        assert run_dying(tmp_path, server, *words, patches=stop) == 9
        assert rows_of(url, paid) == [(5,)]
        before = server.stats()["requests"]
        (run_id,) = runs_of(tmp_path)
        said = run_quickly("resume", run_id, "--budget", "0.06", "--yes", "--json", at=tmp_path, **server.variables)
        assert said.code == 0, said.err
        assert rows_in(said.data) == {1: "reviewed"}
        assert server.stats()["requests"] == before


def run_dying(at: Path, server: FakeProcess, *words: str, patches: dict[str, object]) -> int:
    with started(*words, at=at, variables=server.variables, patches=patches) as child:
        return child.end()


@pytest.mark.parametrize("economy", [(), ("--economy",)], ids=["ordinary", "economy"])
def test_a_launch_that_may_cost_more_than_a_launch_may_fails_unpaid(tmp_path: Path, economy: tuple[str, ...]) -> None:
    make_workspace(tmp_path, 2)
    with fake_process("--batch", "ok", "--batch-polls", "1", "--validate", "0.05") as server:
        words = ("batch", "launches", "--yes", "--json", "--launch-budget", "0.02", *economy)
        said = run_quickly(*words, at=tmp_path, **server.variables)
        assert said.code == 0, said.err
        assert rows_in(said.data) == {1: "failed", 2: "failed"}
        assert all("launch's budget of $0.02 has" in row["reason"] for row in said.data["failed"])
        assert (server.bill()["answers"], server.stats()["batches"]) == (0, 0)


def hold_for(kills: int, at: Path, postgres: Postgres, seed: int, *, launches: int, budget: str) -> None:
    """Two workers, one of them killed 0.2 to 5 s after a claim, connections cut now and then; and what must hold."""
    chance, done = random.Random(seed), 0
    with postgres.database() as url, ExitStack() as stack:
        server = stack.enter_context(fake_process("--latency", "0.6", "--validate", "0"))
        crew = Crew(at, url, server, stack, "--budget", budget, launches=launches)
        scope, claims = f"run:{crew.run_id}", "select count(*) from calls"
        while crew.run_state() == "started" and done < kills:
            number, before = chance.randint(0, 1), rows_of(url, claims)
            crew.workers[number].wait_until(lambda: rows_of(url, claims) != before or crew.run_state() != "started", 60)  # noqa: B023
            time.sleep(chance.uniform(0.2, 5.0))
            if done % 3 == 1:
                postgres.cut(url)
            crew.workers[number].kill()  # one that lost the queue's connection ended by itself
            crew.workers[number] = stack.enter_context(crew.worker())
            done += 1
            assert counted(url, scope) <= Decimal(budget)
        crew.workers[0].wait_until(lambda: crew.run_state() != "started")
        for worker in crew.workers:
            worker.kill()
        bill = Decimal(server.bill()["usd"])
        print(f"seed {seed}: {done} kills, bill ${bill}, ledger ${risked(url)} of ${budget}, {crew.run_state()}")
        assert counted(url, scope) == risked(url)
        assert bill <= risked(url) <= Decimal(budget)
        assert done == kills or crew.run_state() in ("stopped", "finished")


def test_workers_killed_and_cut_off_never_risk_more_than_the_budget(tmp_path: Path, postgres: Postgres) -> None:
    hold_for(3, tmp_path, postgres, 12, launches=30, budget="2.5")


@pytest.mark.chaos
@pytest.mark.parametrize("budget", ["3", "100"], ids=["scarce", "ample"])
def test_workers_killed_thirty_times_never_risk_more_than_the_budget(
    tmp_path: Path, postgres: Postgres, budget: str
) -> None:
    hold_for(30, tmp_path, postgres, 5, launches=120, budget=budget)
