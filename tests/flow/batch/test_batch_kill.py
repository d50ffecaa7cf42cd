"""A day's batch killed at random moments and resumed: nothing lost, calls in flight asked again at most, batches once.

The server is a process of its own and outlives every kill, as a provider does. Waits made for hosted providers and for
real machines (polls, heartbeats) are cut down by patching the constants in the child: see `batch_days.quickly`.
"""

import json
import random
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.batch_days import (
    JURORS,
    Child,
    FakeProcess,
    fake_process,
    make_workspace,
    rows_in,
    run_quickly,
    runs_of,
    started,
)
from tests.support.command import run_here
from tests.support.crew import IN_FLIGHT, Crew
from tests.support.databases import Postgres, rows_of

from panel.batch.workers.jobs import MOST_RESCUES

pytestmark = pytest.mark.long

MOST_AGAIN = 2 * IN_FLIGHT  # calls in flight at a kill
LAUNCHES = 10
SLOW = ("--latency", "0.15", "--validate", "0.05")
ECONOMY_SERVER = ("--batch", "ok", "--batch-polls", "2", "--latency", "0.1", "--validate", "0.05")


def moment(chance: random.Random, server: FakeProcess, at: Path, child: Child) -> Callable[[], bool]:
    """When to kill: as the batch comes into being, at so many calls more, or after a time."""
    before = server.stats()
    calls, looks, since = chance.randint(1, 12), chance.randint(1, 8), time.monotonic()
    wait_s = chance.uniform(0.3, 3.0)
    return chance.choice(
        [
            lambda: any((at / "runs").glob("2*")),
            lambda: server.stats()["requests"] >= before["requests"] + calls,
            lambda: server.stats()["batch_calls"] >= before["batch_calls"] + looks,
            lambda: "handed over" in child.err,
            lambda: time.monotonic() >= since + wait_s,
        ]
    )


def kill_and_go_on(at: Path, kills: int, seed: int, *flags: str) -> None:
    """Kill so many times, finish, and hold every promise."""
    chance, killed = random.Random(seed), 0
    make_workspace(at, LAUNCHES, in_flight=IN_FLIGHT, timeout_s=30)
    with fake_process(*(ECONOMY_SERVER if flags else SLOW)) as server:
        for _ in range(kills):
            words = next_step(at, flags)
            with started(*words, at=at, variables=server.variables) as child:
                child.wait_until(moment(chance, server, at, child))
                killed += child.kill()
                assert "Traceback" not in child.err, child.err
        said = run_quickly(*next_step(at, flags), at=at, **server.variables)
        assert said.code == 0, said.err
        bill, stats = server.bill(), server.stats()
    print(f"seed {seed}: killed {killed} times, {bill['answers']} answers, {bill['repeats']} of them again")
    summary = said.data
    assert summary["state"] == "finished"
    assert rows_in(summary) == dict.fromkeys(range(1, LAUNCHES + 1), "reviewed"), "a launch was lost"
    assert all(entry["reason"] == "" for entry in summary["reviewed"]), "a juror was lost"
    assert bill["answers"] - bill["repeats"] == LAUNCHES * JURORS  # in the very words of the day it began
    assert bill["repeats"] <= killed * MOST_AGAIN
    assert_paid_but_for_kills(summary, bill)
    if flags:
        sent = rows_of(f"sqlite:///{at / 'runs' / 'panel.db'}", "select json from provider_batches")
        named = [one["provider_batch_id"] for (text,) in sent if (one := json.loads(text))["provider_batch_id"]]
        assert len(set(named)) == len(named) == stats["batches"], "a provider batch was bought twice, or lost"
        assert bill["batch_answers"] == LAUNCHES * JURORS
        assert bill["repeats"] == 0
    (folder,) = [at / "runs" / run_id for run_id in runs_of(at)]
    assert run_here("runs", "verify", str(folder), at=at).code == 0


def next_step(at: Path, flags: tuple[str, ...]) -> list[str]:
    """Go on with the batch; begin anew what was killed before anybody was asked."""
    begin = ["batch", "launches", "--yes", "--json", *flags]
    found = runs_of(at)
    assert len(found) <= 1
    if not found:
        return begin
    if not is_read(at, found[0]):
        said = run_here("resume", found[0], "--yes", at=at)
        assert said.code == 2
        assert f"panel runs delete {found[0]}" in said.err
        assert run_here("runs", "delete", found[0], "--yes", at=at).code == 0
        return begin
    return ["resume", found[0], "--yes", "--json"]


def is_read(at: Path, run_id: str) -> bool:
    """Whether every row of a batch was taken in and decided."""
    url = f"sqlite:///{at / 'runs' / 'panel.db'}"
    states = [row[0] for row in rows_of(url, f"select state from batch_rows where run_id = '{run_id}'")]
    return len(states) == LAUNCHES and "new" not in states


def assert_paid_but_for_kills(summary: dict[str, Any], bill: dict[str, Any]) -> None:
    """What the ledger can't know is what was in flight at a kill: calls of unknown price, as many as came again or more."""
    spend = summary["spend"]
    assert spend["unpriced_calls"] >= bill["repeats"]
    assert Decimal(spend["cost_usd"]) <= Decimal(bill["usd"])
    if not bill["repeats"]:
        assert Decimal(spend["cost_usd"]) == Decimal(bill["usd"])


def test_a_batch_killed_six_times_repeats_only_calls_in_flight(tmp_path: Path) -> None:
    """A batch killed six times loses nothing and repeats only calls in flight."""
    kill_and_go_on(tmp_path, 6, random.SystemRandom().randint(0, 10**6))


def test_a_batch_at_half_price_killed_six_times_submits_each_once(tmp_path: Path) -> None:
    """A batch at half price killed six times submits every provider batch once."""
    kill_and_go_on(tmp_path, 6, random.SystemRandom().randint(0, 10**6), "--economy")


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("flags", [(), ("--economy",)], ids=["ordinary", "economy"])
def test_a_batch_killed_at_many_random_points_loses_nothing(tmp_path: Path, seed: int, flags: tuple[str, ...]) -> None:
    kill_and_go_on(tmp_path, 10, seed, *flags)


def assert_done_once(crew: Crew, bill: dict[str, Any], most_again: int) -> None:
    assert crew.states() == ["reviewed"] * LAUNCHES
    assert rows_in(crew.summary()) == dict.fromkeys(range(1, LAUNCHES + 1), "reviewed")
    assert bill["answers"] - bill["repeats"] == LAUNCHES * JURORS
    assert bill["repeats"] <= most_again


def test_a_killed_workers_launches_are_finished_by_another(tmp_path: Path, postgres_url: str) -> None:
    with fake_process("--latency", "0.5", "--validate", "0.05") as server, ExitStack() as stack:
        crew = Crew(tmp_path, postgres_url, server, stack, launches=LAUNCHES)
        one, two = crew.workers
        one.wait_until(crew.are_busy)
        assert one.kill()
        two.wait_until(crew.is_finished)
        assert crew.is_finished(), two.err
        assert_done_once(crew, server.bill(), MOST_AGAIN)


def test_a_worker_stalled_beyond_its_heartbeat_ends_its_launches(tmp_path: Path, postgres_url: str) -> None:
    """A worker stalled beyond its heartbeat ends its launches itself, and nobody pays twice."""
    with fake_process("--latency", "0.5", "--validate", "0.05") as server, ExitStack() as stack:
        crew = Crew(tmp_path, postgres_url, server, stack, launches=LAUNCHES)
        one, two = crew.workers
        one.wait_until(crew.are_busy)
        one.signal(signal.SIGSTOP)
        try:
            two.wait_until(lambda: rescued(crew))
            assert not crew.is_finished(), "a launch in a living worker's hand was taken over"
        finally:
            one.signal(signal.SIGCONT)
        two.wait_until(crew.is_finished)
        assert crew.is_finished(), one.err + two.err
        assert_done_once(crew, server.bill(), 0)


def rescued(crew: Crew) -> bool:
    """Whether jobs of the stalled worker were handed out again while it still had them in hand.

    Asked of one moment: between two of its tries the other worker has nothing in hand for a second only.
    """
    jobs = "select count(*) from procrastinate_jobs where task_name = 'review'"
    rows = f"select count(*) from batch_rows where run_id = '{crew.run_id}' and state = 'ready'"
    in_hand, again, left = rows_of(
        crew.url, f"select ({jobs} and status = 'doing'), ({jobs} and attempts > 0 and status <> 'doing'), ({rows})"
    )[0]
    return in_hand == 0 and again > 0 and 0 < left <= 3


def test_a_worker_that_stalls_and_then_dies_is_replaced(tmp_path: Path, postgres_url: str) -> None:
    """Its jobs were handed out again while it still held its launches; whoever met them had to come back."""
    with fake_process("--latency", "0.5", "--validate", "0.05") as server, ExitStack() as stack:
        crew = Crew(tmp_path, postgres_url, server, stack, launches=LAUNCHES)
        one, two = crew.workers
        one.wait_until(crew.are_busy)
        one.signal(signal.SIGSTOP)
        two.wait_until(lambda: rescued(crew))
        assert one.kill()
        two.wait_until(crew.is_finished)
        assert crew.is_finished(), two.err
        assert_done_once(crew, server.bill(), MOST_AGAIN)


def test_workers_stopped_by_a_signal_leave_their_launches_to_the_next(tmp_path: Path, postgres_url: str) -> None:
    with fake_process("--latency", "0.5", "--validate", "0.05") as server, ExitStack() as stack:
        crew = Crew(tmp_path, postgres_url, server, stack, launches=LAUNCHES)
        crew.workers[0].wait_until(crew.are_busy)
        for worker in crew.workers:
            worker.signal(signal.SIGTERM)
        assert [worker.end() for worker in crew.workers] == [0, 0], crew.workers[0].err
        assert crew.left() > 0
        assert server.bill()["lost_answers"] == 0, "a call in flight was not let finish"
        third = stack.enter_context(crew.worker())
        third.wait_until(crew.is_finished)
        assert crew.is_finished(), third.err
        assert_done_once(crew, server.bill(), 0)


def returns_to_the_queue(url: str) -> int:
    """Of the launch that lost most workers."""
    return int(
        rows_of(url, "select coalesce(max(attempts), 0) from procrastinate_jobs where task_name = 'review'")[0][0]
    )


@pytest.mark.chaos
def test_workers_killed_again_and_again_lose_nothing(tmp_path: Path, postgres: Postgres) -> None:
    """Up to thirty kills; fewer where a slow machine would have a launch given up, as one that takes workers down."""
    chance, kills = random.Random(11), 0
    with postgres.database() as url, fake_process(*SLOW) as server, ExitStack() as stack:
        crew = Crew(tmp_path, url, server, stack, launches=LAUNCHES)
        while not crew.is_finished() and kills < 30 and returns_to_the_queue(url) < MOST_RESCUES - 1:
            time.sleep(chance.uniform(0.5, 3.0))
            number = chance.randint(0, 1)
            kills += crew.workers[number].kill()
            crew.workers[number] = stack.enter_context(crew.worker())
        crew.workers[0].wait_until(crew.is_finished)
        assert_done_once(crew, server.bill(), kills * MOST_AGAIN)
