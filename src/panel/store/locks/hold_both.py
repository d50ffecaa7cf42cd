"""The right to work on one run, wherever else its database is used.

On this machine that is the run's file lock, which guards its folder too. A database on a server may be shared with
machines that don't see that file, and then an advisory lock of the run's id is taken as well: whoever asks the same
question there is told that a living process is asking it. One lock serves all launches of such a run, for one process
asks about them all; where workers share a batch each launch has a lock of its own (DESIGN decision 6).
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL

from panel.errors import RunHeld
from panel.store.locks.process_locks import FileLocks, Locks, open_locks
from panel.store.locks.run_lock import RunLock


@contextmanager
def hold_run(url: str | URL, runs_dir: Path, run_id: str) -> Iterator[tuple[RunLock, Locks]]:
    """Both locks, let go at the end; the second is for the `Ledger`, which asks nothing under a lock that was lost.

    Raises RunHeld when another living process works on the run, here or elsewhere; Mistake for an address that can't
    be used; StoreError when the disk or the database can't.
    """
    lock = RunLock(runs_dir, run_id)
    lock.acquire()
    try:
        with closing(open_locks(url, runs_dir)) as locks:
            if not isinstance(locks, FileLocks) and not locks.acquire(run_id):
                raise RunHeld(
                    f"Run {run_id!r} is being worked on by a process on another machine.",
                    hint="Wait until it ends, or stop it there; then: panel resume " + run_id,
                )
            yield lock, locks
    finally:
        lock.release()
