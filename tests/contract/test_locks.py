"""What locks promise, on files and on Postgres: one living holder, and none after a kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.databases import Postgres, open_part
from tests.support.records import a_call

from panel.errors import StoreError
from panel.records import Usage
from panel.store import Claimed, HeldBy, Ledger, Locks, StoredAnswer
from panel.store.locks.process_locks import open_locks
from panel.store.locks.run_lock import RunLock

NAMES = ("20261124-060000-day-k3f9", "20261124-060000-day-k3f9/acme-2", "batch:sha256-0af3", "../odd name %s/ü" * 30)

HOLD = """
import sys
from collections.abc import Iterator
from pathlib import Path
from panel.store.locks.process_locks import open_locks
locks = open_locks(sys.argv[1], Path(sys.argv[2]))
print(*(locks.acquire(name) for name in sys.argv[3:]), flush=True)
sys.stdin.read()
"""


class Other:
    """Another process that takes these locks and keeps them until it is killed."""

    def __init__(self, url: str, runs_dir: Path, *names: str) -> None:
        command = [sys.executable, "-c", HOLD, url, str(runs_dir), *names]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
        )
        assert self._process.stdout
        self.got = [word == "True" for word in self._process.stdout.readline().split()]

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()


def gone_soon(locks: Locks, name: str) -> bool:
    """Nobody holds it, at once or when the server has noticed the end of a killed process' connection."""
    return any(not locks.is_held(name) for _ in range(2000))


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_is_held_until_released_and_never_taken_twice(locks: Locks, name: str) -> None:
    assert not locks.is_held(name)
    assert locks.acquire(name)
    assert not locks.acquire(name)
    assert locks.is_held(name)
    locks.release(name)
    locks.release(name)
    assert not locks.is_held(name)
    assert locks.acquire(name)


def test_locks_don_t_wait_for_each_other(locks: Locks) -> None:
    assert all(locks.acquire(name) for name in NAMES)
    locks.release(NAMES[0])
    assert [locks.is_held(name) for name in NAMES] == [False, True, True, True]


def test_a_living_process_keeps_its_locks_and_a_killed_one_none(
    locks: Locks, database_url: str, tmp_path: Path
) -> None:
    other = Other(database_url, tmp_path, *NAMES[:2])
    assert other.got == [True, True]
    assert [locks.is_held(name) for name in NAMES[:3]] == [True, True, False]
    assert not locks.acquire(NAMES[1])
    other.kill()
    assert gone_soon(locks, NAMES[0])
    assert gone_soon(locks, NAMES[1])
    assert locks.acquire(NAMES[1])


def test_closing_lets_go_of_all(locks: Locks, database_url: str, tmp_path: Path) -> None:
    mine = open_locks(database_url, tmp_path)
    assert mine.acquire("run-1")
    mine.close()
    assert gone_soon(locks, "run-1")


def test_a_runs_folder_lock_counts(locks: Locks, tmp_path: Path) -> None:
    lock = RunLock(tmp_path, "run-1")
    lock.acquire()
    assert locks.is_held("run-1")
    lock.release()
    assert not locks.is_held("run-1")


async def test_a_call_belongs_to_its_owners_lock_not_to_its_run(
    ledger: Ledger, locks: Locks, database_url: str, tmp_path: Path
) -> None:
    """Two workers on one run, each on its own launch."""
    other = Other(database_url, tmp_path, "run-1/acme")
    elsewhere = open_part(Ledger, database_url, runs_dir=tmp_path)
    assert await elsewhere.claim(a_call("run-1", "a", owner="run-1/acme")) == Claimed(0)
    elsewhere.close()
    assert await ledger.claim(a_call("run-1", "a", owner="run-1/bolt")) == HeldBy("run-1")
    other.kill()
    assert gone_soon(locks, "run-1/acme")
    assert await ledger.claim(a_call("run-1", "a", owner="run-1/bolt")) == Claimed(1)


# Postgres: locks stand on a connection, which can break while the process lives.


@pytest.fixture
def pg(postgres_url: str, tmp_path: Path) -> Iterator[Locks]:
    found = open_locks(postgres_url, tmp_path)
    yield found
    found.close()


def test_a_broken_connection_is_said_once_with_the_locks_it_held(
    pg: Locks, postgres: Postgres, postgres_url: str
) -> None:
    assert pg.acquire("run-1/acme")
    assert pg.acquire("run-1/bolt")
    postgres.cut(postgres_url)
    with pytest.raises(StoreError, match="broke, and with it the locks on 'run-1/acme', 'run-1/bolt'"):
        pg.is_held("run-1/acme")
    assert not pg.is_held("run-1/acme")
    with pytest.raises(StoreError, match="'run-1/acme'"):
        pg.acquire("run-1/acme")  # whoever took it here has to hear of it, and lets go, first
    pg.release("run-1/acme")
    assert pg.acquire("run-1/acme")


def test_a_broken_connection_that_held_nothing_goes_unnoticed(pg: Locks, postgres: Postgres, postgres_url: str) -> None:
    assert not pg.is_held("run-1")
    postgres.cut(postgres_url)
    assert not pg.is_held("run-1")
    postgres.restart()
    assert pg.acquire("run-1")


async def test_a_lost_lock_claims_nothing_and_still_keeps_paid_answers(
    pg: Locks, postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """A worker cut off for a while: its launch is another's by now, who may be asking the same."""
    ledger = open_part(Ledger, postgres_url, runs_dir=tmp_path, locks=pg)
    assert pg.acquire("run-1/acme")
    sent, late = (a_call("run-1", word, owner="run-1/acme") for word in ("a", "b"))
    assert await ledger.claim(sent) == Claimed(0)
    postgres.cut(postgres_url)
    with pytest.raises(StoreError):
        await ledger.look([sent.key])  # the ledger's own connection broke too, and is made anew
    with pytest.raises(StoreError, match="lock on 'run-1/acme' was lost"):
        await ledger.claim(late)
    await ledger.answered(sent.key, 0, raw="{}", usage=Usage(), cost_usd=None)
    assert isinstance(await ledger.claim(sent), StoredAnswer)
    assert await ledger.claim(a_call("run-2", "c")) == Claimed(0)
    ledger.close()


def test_a_password_is_never_printed(tmp_path: Path) -> None:
    locks = open_locks("postgresql://me:secret@127.0.0.1:1/x", tmp_path)
    with pytest.raises(StoreError, match="nobody answers there") as caught:
        locks.acquire("run-1")
    assert "secret" not in str(caught.value) + caught.value.hint
