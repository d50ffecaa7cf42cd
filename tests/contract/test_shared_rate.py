"""What the shared pace promises, on every database."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from tests.support.databases import open_part

from panel.store import SharedPace
from panel.store.database import open_engine

LANE = "openai/m requests"

RESERVER = """
import sys, time
from panel.store import SharedPace
from tests.support.databases import open_part
pace = open_part(SharedPace, sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(40):
    wait_s = pace.reserve("openai/m requests", 5, 600)
    print(time.time() + wait_s, flush=True)
pace.close()
"""


@pytest.fixture
def pace(database_url: str) -> Iterator[SharedPace]:
    found = open_part(SharedPace, database_url)
    yield found
    found.close()


def test_the_first_block_goes_at_once_and_the_next_when_its_time_has_come(pace: SharedPace) -> None:
    assert pace.reserve(LANE, 10, 60) == 0
    assert pace.reserve(LANE, 10, 60) == pytest.approx(10, abs=1)
    assert pace.reserve(LANE, 1, 1) == pytest.approx(20, abs=1)
    assert pace.reserve(LANE, 1, 60) == pytest.approx(80, abs=1)


def test_lanes_are_apart(pace: SharedPace) -> None:
    pace.reserve(LANE, 1000, 1)
    assert pace.reserve("anthropic/m requests", 1, 60) == 0


@pytest.mark.parametrize(("requests", "per_minute"), [(0, 60), (-1, 60), (1, 0)])
def test_a_block_of_nothing_is_refused(pace: SharedPace, requests: int, per_minute: float) -> None:
    with pytest.raises(ValueError, match="requests at"):
        pace.reserve(LANE, requests, per_minute)


def test_many_processes_keep_one_rate(database_url: str, pace: SharedPace) -> None:
    """600 a minute in blocks of 5: 160 blocks begin half a second apart. Nobody waits here."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", RESERVER, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ,
        )
        for _ in range(4)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    begins = sorted(float(line) for worker in workers for line in worker.communicate()[0].split())
    assert len(begins) == 160
    assert begins[-1] - begins[0] == pytest.approx(159 * 0.5, abs=0.5)
    for number, begin in enumerate(begins):  # a second's grace: a busy machine reads the clock late
        assert begin > begins[0] + number * 0.5 - 1


def test_workers_are_those_that_beat_lately(pace: SharedPace, database_url: str) -> None:
    assert pace.workers(LANE) == 0
    for worker in ("w1", "w2", "w2", "w3"):
        pace.beat(worker, LANE)
    pace.beat("w4", "another lane")
    assert pace.workers(LANE) == 3
    engine = open_engine(database_url)
    with engine.begin() as conn:
        conn.execute(text("update beats set beat_at = beat_at - 20 where worker = 'w1'"))
        conn.execute(text("update beats set beat_at = beat_at - 7200 where worker = 'w3'"))
    assert pace.workers(LANE) == 1
    assert pace.workers(LANE, within_s=40) == 2
    pace.beat("w2", LANE)
    with engine.connect() as conn:
        kept = sorted(conn.execute(text("select worker from beats where lane = :lane"), {"lane": LANE}).scalars())
    engine.dispose()
    assert kept == ["w1", "w2"], "one from hours ago is forgotten"
    pace.leave("w2", LANE)
    assert pace.workers(LANE) == 0
