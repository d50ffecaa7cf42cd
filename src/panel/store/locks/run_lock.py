"""Who works on a run: an operating-system lock, which a killed process can't keep.

The lock files stand in `runs/.locks/`, apart from the run folders, so that a run can be locked before its folder
exists and a finished folder holds nothing of ours. A file is removed by whoever holds its lock and lets go: whoever
opened it meanwhile finds that it has no name any more, and opens anew (filelock's `_finalize_locked_fd`).
"""

import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from panel.errors import RunHeld
from panel.store.files import disk_trouble, make_folder
from panel.store.run_ids import check_run_id

PATIENCE_S = 0.5  # `is_held` takes a free lock for an instant; an owner must not fail on that
POLL_S = 0.02


class RunLock:
    """The right to work on one run. Taken by one living process at a time; let go by release, exit or kill -9."""

    def __init__(self, runs_dir: Path, run_id: str) -> None:
        self.run_id = run_id
        self._path = lock_path(runs_dir, run_id)
        self._note = self._path.with_suffix(".pid")  # for people; the lock itself is what counts
        self._lock: FileLock | None = None

    def acquire(self) -> None:
        """Take the lock. Raises RunHeld when another living process has it, StoreError when the disk refuses."""
        self._lock = take(self._path, PATIENCE_S)
        if self._lock is None:
            raise RunHeld(
                f"Run {self.run_id!r} is being worked on{self._by_whom()}.",
                hint="Wait until it ends, or stop it; then: panel resume " + self.run_id,
            )
        with suppress(OSError):
            self._note.write_text(str(os.getpid()), encoding="ascii")

    def release(self) -> None:
        """Let go. Releasing twice does nothing."""
        if self._lock:
            remove_and_release(self._lock)
        self._lock = None

    def _by_whom(self) -> str:
        try:
            return f" by process {int(self._note.read_text(encoding='ascii'))}"
        except (OSError, ValueError):
            return " by another process"


def take(path: Path, patience_s: float) -> FileLock | None:
    """The lock on a file; None when a living process has it for so long. Raises StoreError when the disk refuses."""
    make_folder(path.parent)
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=patience_s, poll_interval=POLL_S)
    except Timeout:
        return None
    except OSError as err:
        raise disk_trouble(str(path), err) from err
    return lock


def is_held(runs_dir: Path, run_id: str) -> bool:
    """Some living process, this one included, works on the run."""
    return is_locked(lock_path(runs_dir, run_id))


def is_locked(path: Path) -> bool:
    """Some living process, this one included, has a lock on this file; what a dead one left is removed.

    Raises StoreError for the disk.
    """
    if not path.exists():
        return False
    probe = take(path, 0)
    if probe:
        remove_and_release(probe)
    return probe is None


def remove_and_release(lock: FileLock) -> None:
    """Let go of a lock, its file and its note removed first: no other may remove them. Windows keeps the file."""
    path = Path(lock.lock_file)
    for left in (path.with_suffix(".pid"), path):
        with suppress(OSError):
            left.unlink()
    lock.release()


def lock_path(runs_dir: Path, run_id: str) -> Path:
    """Where a run's lock stands: under its id, as every lock under its name."""
    return runs_dir / ".locks" / f"{check_run_id(run_id)}.lock"
