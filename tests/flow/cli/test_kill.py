"""A run killed with SIGKILL at random points and started again: nothing lost, only calls in flight sent twice."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.support.databases import Postgres

CALLS, IN_FLIGHT = 120, 8

# Claims, "sends" (says so), waits as a server would, records, says so. Every word on stdout is a fact of the outside.
CHILD = """
import asyncio, random, sys
from pathlib import Path
from panel.records import Usage
from panel.store import CallRow, Claimed, StoredAnswer, Ledger, ledger_key
from panel.store.locks.process_locks import open_locks
from tests.support.databases import open_part

url, folder, calls, in_flight, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
pace = random.Random(seed)

def say(*words):
    print(*words, flush=True)

async def ask(ledger, slots, n):
    body = {"question": n, "dossier": "d" * 2000}
    key = ledger_key("p", "", "m", body, 0)
    async with slots:
        claim = await ledger.claim(CallRow(key, "run-1", "p", "m", "", "ask", 0, "acme", "developer", body))
        if isinstance(claim, StoredAnswer):
            say("known", n, claim.raw)
            return
        assert isinstance(claim, Claimed), claim
        say("sent", n)
        await asyncio.sleep(pace.random() * 0.02)
        await ledger.answered(key, claim.attempt, raw=f"answer-{n}", usage=Usage(input_tokens=1), cost_usd=None)
        say("stored", n)

async def main():
    ledger, slots = open_part(Ledger, url, runs_dir=folder, locks=locks), asyncio.Semaphore(in_flight)
    await asyncio.gather(*(ask(ledger, slots, n) for n in range(calls)))
    ledger.close()

locks = open_locks(url, folder)
while not locks.acquire("run-1"):
    pass  # a server frees a killed process' lock when it hears that the connection closed
asyncio.run(main())
locks.close()
say("finished")
"""


def run_until(url: str, folder: Path, words: int | None, *, seed: int) -> list[list[str]]:
    """What a child said. It is killed once it has said this many words; None lets it finish."""
    command = [sys.executable, "-c", CHILD, url, str(folder), str(CALLS), str(IN_FLIGHT), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as child:
        assert child.stdout is not None
        said = []
        for line in child.stdout:  # lines written before the kill are still read after it
            said.append(line.split())
            if words is not None and len(said) == words:
                child.send_signal(signal.SIGKILL)
    assert child.returncode == (0 if words is None else -signal.SIGKILL)
    return [line for line in said if len(line) > 1 or line == ["finished"]]


def run_with_kills(folder: Path, kills: int, seed: int, url: str = "") -> None:
    """Kill `kills` times, finish, and hold every promise. url: of the database, SQLite in `folder` unless given."""
    url = url or f"sqlite:///{folder / 'panel.db'}"
    chance = random.Random(seed)
    stored: set[str] = set()
    sent: Counter[str] = Counter()
    for _ in range(kills):
        said = run_until(url, folder, chance.randint(1, CALLS), seed=chance.randint(0, 9999))
        new = [line[1] for line in said if line[0] == "sent"]
        assert not stored & set(new), "a stored answer was asked again"
        sent.update(new)
        stored |= {line[1] for line in said if line[0] == "stored"}
    said = run_until(url, folder, None, seed=seed)
    assert said[-1] == ["finished"]
    last = [line[1] for line in said if line[0] == "sent"]
    assert not stored & set(last), "a stored answer was asked again"
    sent.update(last)
    known = {line[1]: line[2] for line in said if line[0] == "known"}
    assert known.keys() | set(last) == {str(n) for n in range(CALLS)}, "an answer was lost"
    assert all(raw == f"answer-{n}" for n, raw in known.items())
    assert stored <= known.keys()
    assert sum(sent.values()) - CALLS <= kills * IN_FLIGHT


def test_a_run_killed_three_times_repeats_only_calls_in_flight(tmp_path: Path) -> None:
    """A run killed three times loses nothing and repeats only calls in flight."""
    seed = random.SystemRandom().randint(0, 10**6)
    print("seed", seed)  # shown when the test fails
    run_with_kills(tmp_path, kills=3, seed=seed)


def test_the_same_on_postgres(tmp_path: Path, postgres_url: str) -> None:
    seed = random.SystemRandom().randint(0, 10**6)
    print("seed", seed)
    run_with_kills(tmp_path, kills=6, seed=seed, url=postgres_url)


@pytest.mark.chaos
def test_a_hundred_random_kills_on_postgres_lose_nothing(
    tmp_path: Path, postgres: Postgres, request: pytest.FixtureRequest
) -> None:
    if "chaos" not in request.config.option.markexpr:
        pytest.skip("minutes long: make test-chaos")
    for seed in range(25):
        with postgres.database() as url:
            run_with_kills(tmp_path, kills=4, seed=seed, url=url)


@pytest.mark.chaos
def test_a_hundred_random_kills_lose_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if "chaos" not in request.config.option.markexpr:
        pytest.skip("minutes long: make test-chaos")
    for seed in range(25):
        (tmp_path / str(seed)).mkdir()
        run_with_kills(tmp_path / str(seed), kills=4, seed=seed)
