"""What breaks is said in one sentence, and nothing is lost by it."""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.support.databases import Postgres, open_part
from tests.support.records import a_call, a_run

from panel.errors import StoreError
from panel.records import Usage
from panel.store import Claimed, Ledger, RunRecords, StoredAnswer
from panel.store.database import changing, database_trouble, open_engine, read_url
from panel.store.sql_dialect import alone

CLAIMER = """
import asyncio, random, sys
from functools import partial
from pathlib import Path
from typing import Any
from tests.support.records import a_call
from panel.store import Claimed, Ledger
from panel.store.locks.process_locks import open_locks
from tests.support.databases import open_part

url, folder, name, keys = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
locks = open_locks(url, folder)
assert locks.acquire(f"run-1/{name}")
ledger = open_part(Ledger, url, runs_dir=folder, locks=locks)
rows = [a_call("run-1", str(n), owner=f"run-1/{name}") for n in range(keys)]
random.shuffle(rows)

async def main():
    found = await asyncio.gather(*(ledger.claim(row) for row in rows))
    print(*(row.body["input"][1] for row, claim in zip(rows, found) if isinstance(claim, Claimed)), flush=True)
    await asyncio.to_thread(sys.stdin.readline)

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main())
ledger.close()
locks.close()
"""


def test_processes_claiming_the_same_keys_at_once_get_each_key_once(database_url: str, tmp_path: Path) -> None:
    open_engine(database_url).dispose()
    command = [sys.executable, "-c", CLAIMER, database_url, str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    workers = [
        subprocess.Popen([*command, f"w{n}", "300"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        for n in range(3)
    ]
    for worker in workers:
        assert worker.stdout and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    got = Counter(key for worker in workers if worker.stdout for key in worker.stdout.readline().split())
    for worker in workers:  # all lived until all had asked
        worker.communicate("end\n")
        assert worker.returncode == 0
    assert got == Counter(str(n) for n in range(300))


@pytest.fixture
def pg_ledger(postgres_url: str, tmp_path: Path) -> Iterator[Ledger]:
    found = open_part(Ledger, postgres_url, runs_dir=tmp_path)
    yield found
    found.close()


async def test_a_restarted_server_costs_one_sentence_and_no_answer(
    pg_ledger: Ledger, postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    records = open_part(RunRecords, postgres_url, runs_dir=tmp_path)
    records.save_run(a_run())
    first, second = a_call("run-1", "a"), a_call("run-1", "b")
    for row in (first, second):
        await pg_ledger.claim(row)
    await pg_ledger.answered(first.key, 0, raw="{}", usage=Usage(), cost_usd=Decimal(1))
    postgres.restart()
    with pytest.raises(StoreError, match="can't be used: the connection"):
        await pg_ledger.answered(second.key, 0, raw="{}", usage=Usage(), cost_usd=Decimal(1))
    await pg_ledger.answered(second.key, 0, raw="{}", usage=Usage(), cost_usd=Decimal(1))
    assert [type(await pg_ledger.claim(row)) for row in (first, second)] == [StoredAnswer, StoredAnswer]
    assert records.load_run("run-1") == a_run()
    assert records.spent("run-1").cost_usd == 2
    records.close()


async def test_a_stopped_server_is_named_until_it_is_back(pg_ledger: Ledger, postgres: Postgres) -> None:
    row = a_call("run-1", "a")
    await pg_ledger.claim(row)
    postgres.halt()
    try:
        for _ in range(3):
            with pytest.raises(StoreError, match=r"^The database 'postgresql:"):
                await pg_ledger.answered(row.key, 0, raw="{}", usage=Usage(), cost_usd=None)
    finally:
        postgres.start()
    await pg_ledger.answered(row.key, 0, raw="{}", usage=Usage(), cost_usd=None)
    assert isinstance(await pg_ledger.claim(row), StoredAnswer)


async def test_broken_connections_lose_no_call_and_claim_none_twice(
    pg_ledger: Ledger, postgres: Postgres, postgres_url: str
) -> None:
    """Calls in flight when connections break are all told, and none is claimed twice. Cut at a random moment, again and
    again, while calls are claimed and answered."""
    ledger, done, sent, told = pg_ledger, set[int](), Counter[int](), 0

    async def until_done(act: Callable[[], Awaitable[Any]]) -> Any:
        nonlocal told
        while True:
            try:
                return await act()
            except StoreError:
                told += 1

    async def ask(number: int) -> None:
        row = a_call("run-1", str(number))
        claim = await until_done(lambda: ledger.claim(row))
        assert isinstance(claim, Claimed)
        sent[number] += 1
        said = {"raw": str(number), "usage": Usage(), "cost_usd": None}
        await until_done(lambda: ledger.answered(row.key, claim.attempt, **said))
        done.add(number)

    async def cut() -> None:
        while len(done) < 400:
            await asyncio.sleep(random.random() * 0.05)
            await asyncio.to_thread(postgres.cut, postgres_url)

    slots = asyncio.Semaphore(20)

    async def in_turn(number: int) -> None:
        async with slots:
            await ask(number)

    await asyncio.gather(cut(), *(in_turn(n) for n in range(400)))
    found = [await until_done(partial(ledger.claim, a_call("run-1", str(n)))) for n in range(400)]
    assert [claim.raw for claim in found if isinstance(claim, StoredAnswer)] == [str(n) for n in range(400)]
    assert told > 0
    assert set(sent.values()) == {1}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            'could not extend file "base/5/16": No space left on device\nHINT:  Check free disk space.',
            "its disk is full",
        ),
        ("sorry, too many clients already", "it has no connection left"),
        ('database "panel" does not exist', "the server has no such database or user"),
        ('password authentication failed for user "me"', "it refuses the user or the password"),
        ("cannot execute INSERT in a read-only transaction", "it may only be read"),
        ("something new", "it said 'something new'"),
    ],
)
def test_what_postgres_says_is_put_into_words(said: str, meant: str) -> None:
    url = read_url("postgresql://me:secret@db.example/panel")
    err = database_trouble(url, OperationalError("insert", {}, psycopg.OperationalError(said)))
    assert str(err) == f"The database 'postgresql://me:***@db.example/panel' can't be used: {meant}."
    assert err.hint


def test_a_database_there_is_none_of_is_said_so(postgres: Postgres) -> None:
    with pytest.raises(StoreError, match="the server has no such database"):
        open_engine(postgres.url("nowhere"))


@pytest.mark.parametrize(
    ("idle_s", "lock_s", "frozen", "other"),
    [(1, 60, "stood still for too long", ""), (60, 1, "", "another program keeps it locked")],
)
def test_a_program_that_stands_still_keeps_nobody_waiting_for_long(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, idle_s: int, lock_s: int, frozen: str, other: str
) -> None:
    """Frozen inside a transaction that holds the writer lock: cut off, or whoever waits is told so."""
    monkeypatch.setattr("panel.store.database.IDLE_S", idle_s)
    monkeypatch.setattr("panel.store.database.LOCK_S", lock_s)
    with postgres.database() as url, ExitStack() as stack:
        here, there = (open_engine(url) for _ in range(2))
        for engine in (here, there):
            stack.callback(engine.dispose)
        with told(frozen), changing(here) as standing_still:
            alone(standing_still)
            with told(other), changing(there) as waiting:
                alone(waiting)
            standing_still.execute(text("select 1"))


def told(sentence: str) -> AbstractContextManager[object]:
    """A StoreError with this sentence, or none at all."""
    return pytest.raises(StoreError, match=sentence) if sentence else nullcontext()


def test_every_connection_is_watched_by_the_server(postgres: Postgres) -> None:
    with postgres.database() as url:
        engine = open_engine(url)
        with engine.connect() as conn:
            for name in ("idle_in_transaction_session_timeout", "lock_timeout"):
                assert conn.execute(text(f"show {name}")).scalar_one() != "0"
        engine.dispose()
