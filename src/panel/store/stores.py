"""One database and everything kept in it: opened once, on one engine, and closed together."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

from sqlalchemy import Engine

from panel.store.database import make_engine, open_engine
from panel.store.desk.prints import Prints
from panel.store.draft_rows import DraftRows
from panel.store.ledger.ledger import Ledger
from panel.store.ledger.provider_batches import ProviderBatches
from panel.store.ledger.spend_limits import DayCaps
from panel.store.locks.process_locks import hold_both, open_locks
from panel.store.products.products import Products
from panel.store.runs.batch_rows import BatchRows
from panel.store.runs.run_records import RunRecords


class Stores:
    """What a workspace keeps in SQL, and the locks of this process on it. Any thread may use it."""

    def __init__(self, engine: Engine, runs_dir: Path) -> None:
        """runs_dir: where run folders and lock files stand."""
        self.engine, self.runs_dir = engine, runs_dir
        self.locks = open_locks(engine.url, runs_dir)
        self.records, self.rows = RunRecords(engine, runs_dir, self.locks), BatchRows(engine)
        self.batches, self.products = ProviderBatches(engine), Products(engine)
        self.caps = DayCaps(engine)
        self.drafts = DraftRows(engine)
        self._archive = make_engine(engine.url)
        self.prints = Prints(self._archive)  # asked while a draft is read: on one pool, readers wait for each other
        self._ledger: Ledger | None = None
        self._opening = Lock()
        self._held: set[str] = set()

    @classmethod
    def open(cls, url: str, runs_dir: Path) -> Self:
        """Open or make the database. Raises Mistake for an address, StoreError for a database that can't be used."""
        return cls(open_engine(url), runs_dir)

    @property
    def ledger(self) -> Ledger:
        """The calls. Its thread and its connection begin when it is first asked for."""
        with self._opening:
            self._ledger = self._ledger or Ledger(self.engine, self.locks)
            return self._ledger

    @contextmanager
    def hold_run(self, run_id: str) -> Iterator[None]:
        """The right to work on one run, here and on the database's other machines. Raises RunHeld, StoreError."""
        with hold_both(self.locks, self.runs_dir, run_id):
            self._held.add(run_id)
            try:
                yield
            finally:
                self._held.discard(run_id)

    def holds(self, run_id: str) -> bool:
        """Whether this process works on the run, by `hold_run`."""
        return run_id in self._held

    def close(self) -> None:
        """Finish what waits and let the database go. Closing twice does nothing."""
        if self._ledger:
            self._ledger.close()
        self.locks.close()
        self.engine.dispose()
        self._archive.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
