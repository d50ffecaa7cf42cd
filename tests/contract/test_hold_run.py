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
from panel.store import Claimed, HeldBy, Ledger, StoredAnswer, Stores
from panel.store.locks.run_lock import is_held

HOLDER = """
import asyncio, sys
from pathlib import Path
from tests.support.records import a_call
from panel.store import Stores

with Stores.open(sys.argv[1], Path(sys.argv[2])) as stores, stores.hold_run("run-1"):
    print(asyncio.run(stores.ledger.claim(a_call("run-1", "a"))).attempt, flush=True)
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
    with Stores.open(database_url, tmp_path) as stores:
        with pytest.raises(RunHeld, match="Run 'run-1' is being worked on"), stores.hold_run("run-1"):
            pass
        with stores.hold_run("run-2"):
            assert stores.holds("run-2")
        other.end()
        with stores.hold_run("run-1"):
            assert is_held(tmp_path, "run-1")
        assert not is_held(tmp_path, "run-1")
        assert not stores.holds("run-1")


async def test_a_run_whose_lock_was_lost_asks_nothing_more(
    postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """Another machine may have taken it over meanwhile."""
    with Stores.open(postgres_url, tmp_path) as stores, stores.hold_run("run-1"):
        assert await stores.ledger.claim(a_call("run-1", "a")) == Claimed(0)
        postgres.cut(postgres_url)
        with pytest.raises(StoreError):
            await stores.ledger.look(["k"])  # the ledger's own connection broke too, and is made anew
        with pytest.raises(StoreError, match="lock on 'run-1' was lost"):
            await stores.ledger.claim(a_call("run-1", "b"))
