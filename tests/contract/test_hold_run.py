"""What `hold_run` promises: one living process a run, and nobody asks what it is asking, on whatever machine.

A machine of its own is a process with a runs folder of its own: on SQLite the file is shared, and so is the folder.
"""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.databases import Postgres
from tests.support.records import a_call

from panel.errors import RunHeld, StoreError
from panel.records import Usage
from panel.store import Claimed, HeldBy, Ledger, StoredAnswer, hold_run

HOLDER = """
import asyncio, sys
from contextlib import closing
from pathlib import Path
from tests.support.records import a_call
from panel.store import Ledger, hold_run

url, runs_dir = sys.argv[1], Path(sys.argv[2])
with hold_run(url, runs_dir, "run-1") as (_, locks), closing(Ledger.open(url, runs_dir=runs_dir, locks=locks)) as ledger:
    print(asyncio.run(ledger.claim(a_call("run-1", "a"))).attempt, flush=True)
    sys.stdin.readline()
"""


class Machine:
    """A process elsewhere that holds run-1 and has sent its question, until it is killed or told to end."""

    def __init__(self, url: str, runs_dir: Path) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", HOLDER, url, str(runs_dir)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        assert self._process.stdout
        assert self._process.stdout.readline() == "0\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        self._process.communicate("end\n")
        assert self._process.returncode == 0


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path) -> Path:
    """The other machine's runs folder."""
    return tmp_path / "elsewhere" if database_url.startswith("postgres") else tmp_path


async def test_the_same_question_is_not_sent_while_another_machine_asks_it(
    ledger: Ledger, database_url: str, elsewhere: Path
) -> None:
    other = Machine(database_url, elsewhere)
    assert await ledger.claim(a_call("run-2", "a")) == HeldBy("run-1")
    assert await ledger.claim(a_call("run-2", "b")) == Claimed(0)
    other.kill()
    found = [await ledger.claim(a_call("run-2", "a")) for _ in range(200)]  # until the server has noticed the kill
    assert Claimed(1) in found
    assert found.count(Claimed(1)) == 1


async def test_what_the_other_machine_was_told_is_known_here(
    ledger: Ledger, database_url: str, elsewhere: Path
) -> None:
    other = Machine(database_url, elsewhere)
    row = a_call("run-1", "a")
    await ledger.answered(row.key, 0, raw="{}", usage=Usage(), cost_usd=Decimal(1))
    other.end()
    assert isinstance(await ledger.claim(a_call("run-2", "a")), StoredAnswer)


def test_a_run_is_held_by_one_process_whichever_machine_it_is_on(
    database_url: str, elsewhere: Path, tmp_path: Path
) -> None:
    other = Machine(database_url, elsewhere)
    with pytest.raises(RunHeld, match="Run 'run-1' is being worked on"), hold_run(database_url, tmp_path, "run-1"):
        pass
    with hold_run(database_url, tmp_path, "run-2"):
        pass
    other.end()
    with hold_run(database_url, tmp_path, "run-1") as (lock, _):
        assert lock.held
    assert not lock.held


async def test_a_run_whose_lock_was_lost_asks_nothing_more(
    postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """Another machine may have taken it over meanwhile."""
    with hold_run(postgres_url, tmp_path, "run-1") as (_, locks):
        ledger = Ledger.open(postgres_url, runs_dir=tmp_path, locks=locks)
        assert await ledger.claim(a_call("run-1", "a")) == Claimed(0)
        postgres.cut(postgres_url)
        with pytest.raises(StoreError):
            await ledger.look(["k"])  # the ledger's own connection broke too, and is made anew
        with pytest.raises(StoreError, match="lock on 'run-1' was lost"):
            await ledger.claim(a_call("run-1", "b"))
        ledger.close()
