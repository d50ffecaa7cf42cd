import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from panel.errors import Mistake, RunHeld
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
    assert lock.held
    assert is_held(tmp_path, "run-1")
    lock.release()
    lock.release()
    assert not lock.held
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
    assert lock.held
    lock.release()


def test_two_runs_don_t_wait_for_each_other(tmp_path: Path) -> None:
    one, other = RunLock(tmp_path, "run-1"), RunLock(tmp_path, "run-2")
    one.acquire()
    other.acquire()
    assert one.held and other.held
    one.release()
    other.release()


def test_a_name_that_is_no_run_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Mistake):
        RunLock(tmp_path, "../run")
