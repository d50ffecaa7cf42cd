"""Who is alive: locks that a killed process, or a machine that lost its power, can't keep.

Names: a run's id, `<run_id>/<slug>` for one launch of a batch, `batch:<hash>` for one set of sources. Beside a SQLite
file they are operating-system locks under `runs/.locks/`; on Postgres they are session advisory locks (`advisory.py`).
"""

import hashlib
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from filelock import FileLock
from sqlalchemy import URL, Connection

from panel.errors import RunHeld
from panel.store.database import read_url
from panel.store.locks.run_lock import PATIENCE_S, RunLock, is_locked, remove_and_release, take

LONGEST = 200  # characters of a file's name, its ending included


class Locks(Protocol):
    """The locks of one process. Any thread may call; all waits are short."""

    def acquire(self, name: str) -> bool:
        """Take it. False: somebody has it, and that may be this process: a lock is never taken twice."""

    def release(self, name: str) -> None:
        """Let go of it; of one that is not held, or was lost, nothing."""

    def is_held(self, name: str) -> bool:
        """Somebody alive has it, this process included."""

    def lost(self, names: Collection[str], conn: Connection) -> frozenset[str]:
        """Those of these that were taken here, never released, and are held no more, as the database sees it.

        Asked inside the transaction of `conn`: whoever took them over meanwhile writes before it or after it.
        """

    def close(self) -> None:
        """Let go of all."""


def open_locks(url: str | URL, runs_dir: Path) -> Locks:
    """The locks that go with a database. Raises Mistake for an address that can't be used."""
    if read_url(url).get_backend_name() == "sqlite":
        return FileLocks(runs_dir)
    from panel.store.locks.advisory import PgLocks

    return PgLocks(url, runs_dir)


class FileLocks:
    """`Locks` on files, for processes on one machine. A run's is the one `RunLock` takes."""

    def __init__(self, runs_dir: Path) -> None:
        self._runs_dir = runs_dir
        self._held: dict[str, FileLock] = {}
        self._guard = threading.Lock()

    def acquire(self, name: str) -> bool:
        """As in `Locks`. Raises StoreError when the disk refuses."""
        path = lock_file(self._runs_dir, name)
        with self._guard:
            if name in self._held:
                return False
            lock = take(path, PATIENCE_S)
            if lock:
                self._held[name] = lock
            return lock is not None

    def release(self, name: str) -> None:
        with self._guard:
            lock = self._held.pop(name, None)
            if lock:
                remove_and_release(lock)

    def is_held(self, name: str) -> bool:
        """As in `Locks`. Raises StoreError when the disk refuses."""
        return name in self._held or is_locked(lock_file(self._runs_dir, name))

    def lost(self, names: Collection[str], conn: Connection) -> frozenset[str]:
        """None ever: the system keeps a lock as long as its process."""
        return frozenset()

    def close(self) -> None:
        for name in list(self._held):
            self.release(name)


def lock_file(runs_dir: Path, name: str) -> Path:
    """Where a lock of any name stands; a run id stands under itself."""
    plain = quote(name, safe="") + ".lock"
    if len(plain) > LONGEST:
        plain = hashlib.sha256(name.encode()).hexdigest() + ".lock"
    return runs_dir / ".locks" / plain


@contextmanager
def hold_both(locks: Locks, runs_dir: Path, run_id: str) -> Iterator[None]:
    """The right to work on one run, wherever else its database is used; let go at the end.

    On this machine that is the run's file lock, which guards its folder too. A database on a server may be shared with
    machines that don't see that file, and then an advisory lock of the run's id is taken as well: whoever asks the same
    question there is told that a living process is asking it. One lock serves all launches of such a run, for one
    process asks about them all; where workers share a batch each launch has a lock of its own (DESIGN decision 6).
    Raises RunHeld when another living process works on the run, here or elsewhere; StoreError when the disk or the
    database can't be used.
    """
    here = RunLock(runs_dir, run_id)
    here.acquire()
    elsewhere = not isinstance(locks, FileLocks)
    try:
        if elsewhere and not locks.acquire(run_id):
            raise RunHeld(
                f"Run {run_id!r} is being worked on by a process on another machine.",
                hint="Wait until it ends, or stop it there; then: panel resume " + run_id,
            )
        try:
            yield
        finally:
            if elsewhere:
                locks.release(run_id)
    finally:
        here.release()
