import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from panel.errors import Mistake, RunHeld
from panel.store.locks.process_locks import FileLocks
from panel.store.locks.run_lock import RunLock, is_held

HOLD = """
import sys
from pathlib import Path
from panel.store.locks.run_lock import RunLock
lock = RunLock(Path(sys.argv[1]), "run-1")
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def hold(runs_dir: Path) -> "subprocess.Popen[bytes]":
    """Another process that has taken the lock and keeps it until killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(runs_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_lock_is_held_until_released(tmp_path: Path) -> None:
    lock = RunLock(tmp_path, "run-1")
    assert not is_held(tmp_path, "run-1")
    lock.acquire()
    assert is_held(tmp_path, "run-1")
    lock.release()
    lock.release()
    assert not is_held(tmp_path, "run-1")


def test_asking_whether_a_lock_is_held_does_not_take_it(tmp_path: Path) -> None:
    lock = RunLock(tmp_path, "run-1")
    lock.acquire()
    lock.release()
    assert [is_held(tmp_path, "run-1") for _ in range(3)] == [False] * 3


def test_a_second_start_names_run_and_process_and_a_kill_frees_the_lock(tmp_path: Path) -> None:
    other = hold(tmp_path)
    lock = RunLock(tmp_path, "run-1")
    with pytest.raises(RunHeld, match=f"'run-1' is being worked on by process {other.pid}"):
        lock.acquire()
    assert is_held(tmp_path, "run-1")
    end(other)
    lock.acquire()
    assert is_held(tmp_path, "run-1")
    lock.release()


def test_two_runs_don_t_wait_for_each_other(tmp_path: Path) -> None:
    one, other = RunLock(tmp_path, "run-1"), RunLock(tmp_path, "run-2")
    one.acquire()
    other.acquire()
    assert is_held(tmp_path, "run-1") and is_held(tmp_path, "run-2")
    one.release()
    other.release()


def test_a_name_that_is_no_run_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake):
        RunLock(tmp_path, "../run")


def test_a_lock_let_go_leaves_no_file(tmp_path: Path) -> None:
    lock, others = RunLock(tmp_path, "run-1"), FileLocks(tmp_path)
    lock.acquire()
    assert others.acquire("run-1/acme")
    assert len(list((tmp_path / ".locks").iterdir())) == 3  # two locks, and whose the run's is
    assert is_held(tmp_path, "run-1")
    lock.release()
    others.close()
    assert list((tmp_path / ".locks").iterdir()) == []


def test_a_killed_process_leaves_a_file_until_somebody_asks(tmp_path: Path) -> None:
    end(hold(tmp_path))
    assert sorted(path.name for path in (tmp_path / ".locks").iterdir()) == ["run-1.lock", "run-1.pid"]
    assert not is_held(tmp_path, "run-1")
    assert list((tmp_path / ".locks").iterdir()) == []


CROWD = """
import os, sys, time
from pathlib import Path
from panel.errors import RunHeld
from panel.store.locks.run_lock import RunLock
from panel.store.locks.run_lock import is_held
runs, inside = Path(sys.argv[1]), Path(sys.argv[1], "inside")
until = time.monotonic() + 4
taken = 0
while time.monotonic() < until:
    lock = RunLock(runs, "run-1")
    try:
        lock.acquire()
    except RunHeld:
        continue
    os.close(os.open(inside, os.O_CREAT | os.O_EXCL))  # fails while another is inside
    taken += 1
    inside.unlink()
    lock.release()
    is_held(runs, "run-1")
print(taken)
"""


def test_two_never_hold_one_lock_though_its_file_is_removed(tmp_path: Path) -> None:
    words = [sys.executable, "-c", CROWD, str(tmp_path)]
    crowd = [subprocess.Popen(words, stdout=subprocess.PIPE, env=os.environ) for _ in range(5)]
    taken = [process.communicate()[0] for process in crowd]
    assert [process.returncode for process in crowd] == [0] * 5
    assert sum(map(int, taken)) > 50
    assert list(tmp_path.rglob("*.lock")) == []
