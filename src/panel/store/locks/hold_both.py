"""The right to work on one run, wherever else its database is used.

On this machine that is the run's file lock, which guards its folder too. A database on a server may be shared with
machines that don't see that file, and then an advisory lock of the run's id is taken as well: whoever asks the same
question there is told that a living process is asking it. One lock serves all launches of such a run, for one process
asks about them all; where workers share a batch each launch has a lock of its own (DESIGN decision 6).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from panel.errors import RunHeld
from panel.store.locks.process_locks import FileLocks, Locks
from panel.store.locks.run_lock import RunLock


@contextmanager
def hold_both(locks: Locks, runs_dir: Path, run_id: str) -> Iterator[None]:
    """Both locks, let go at the end.

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
