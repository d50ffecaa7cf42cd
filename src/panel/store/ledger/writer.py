"""One thread that writes, in groups: all that waits goes into one transaction, and is answered after its commit.

Hundreds of callers share one flush to the disk. A caller that got its result knows that it is on the disk.
"""

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError

from panel.errors import StoreError
from panel.store.database import in_words
from panel.store.ledger.group_commit import GroupCommit
from panel.store.sql_dialect import by_key

VALUE_ERRORS = (DataError, IntegrityError)  # the database is well: it refuses one row
MOST_TOGETHER = 400  # jobs a transaction: below every database's limit on bound values
GATHER_S = 0.002  # waits this long for company: a flush costs 0.2 ms of CPU however many calls share it


@dataclass(eq=False, slots=True)
class Job:
    """Something to write or read, and who waits for it."""

    what: Any
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class LedgerWriter:
    """Does groups of jobs in its own thread, on its own connection. Raises StoreError when it can't open.

    `run` and `committed` of the work are called in that thread, `abandoned` in the caller's loop.
    """

    def __init__(self, engine: Engine, work: GroupCommit) -> None:
        self._engine, self._work = engine, work
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._open = True
        with in_words(engine.url):
            self._conn = engine.connect()
        self._thread = threading.Thread(target=self._run, name="panel-writer", daemon=True)
        self._thread.start()

    async def do(self, what: Any) -> Any:
        """The job's result once its transaction is committed. Raises what `work` raised for it."""
        if not self._open:
            raise StoreError("The ledger was closed.", hint="Open it again.")
        loop = asyncio.get_running_loop()
        job = Job(what, loop.create_future(), loop)
        self._queue.put(job)
        try:
            return await job.done
        except asyncio.CancelledError:
            if job.done.done() and not job.done.cancelled() and not job.done.exception():
                self._give_back(job, job.done.result())
            raise

    def close(self) -> None:
        """Finish what waits, then close the connection. Closing twice does nothing."""
        if self._open:
            self._open = False
            self._queue.put(None)
            self._thread.join()
            self._conn.close()

    def _run(self) -> None:
        going = True
        while going:
            group = [self._queue.get()]
            time.sleep(GATHER_S)
            with suppress(Empty):
                while len(group) < MOST_TOGETHER and group[-1] is not None:
                    group.append(self._queue.get_nowait())
            going = group[-1] is not None
            jobs = [job for job in group if job is not None]
            if jobs:
                self._deliver(self._commit(jobs))

    def _commit(self, jobs: list[Job]) -> list[tuple[Job, Any]]:
        """Results by job. A disk or lock that fails, fails all; anything else only the job that brought it."""
        try:
            with in_words(self._engine.url), self._conn.begin():
                by_key(self._conn)
                results = self._work.run(self._conn, [job.what for job in jobs])
        except Exception as err:
            if len(jobs) == 1 or (isinstance(err, StoreError) and not isinstance(err.__cause__, VALUE_ERRORS)):
                return [(job, err) for job in jobs]
            return [pair for job in jobs for pair in self._commit([job])]  # one job's fault: each alone shows whose
        self._work.committed([job.what for job in jobs], results)
        return list(zip(jobs, results, strict=True))

    def _deliver(self, results: list[tuple[Job, Any]]) -> None:
        """One wake-up for each loop that waits, whatever the number of its callers."""
        loops = {id(job.loop): job.loop for job, _ in results}
        for name, loop in loops.items():
            mine = [(job, result) for job, result in results if id(job.loop) == name]
            with suppress(RuntimeError):  # that loop has ended, and its callers with it
                loop.call_soon_threadsafe(self._hand_over, mine)

    def _hand_over(self, results: list[tuple[Job, Any]]) -> None:
        for job, result in results:
            if job.done.cancelled():
                self._give_back(job, result)
            elif isinstance(result, BaseException):
                self._give_back(job, result)
                job.done.set_exception(result)
            else:
                job.done.set_result(result)

    def _give_back(self, job: Job, result: Any) -> None:
        """Let the work undo what nobody waits for any more. A closed ledger leaves it as a kill does."""
        if (undo := self._work.abandoned(job.what, result)) and self._open:
            nobody: asyncio.Future[Any] = job.loop.create_future()
            nobody.cancel()
            self._queue.put(Job(undo, nobody, job.loop))
