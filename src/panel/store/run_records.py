"""SQL copies of runs and their records, what they cost, and how they are deleted: spend stays, texts go."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, select, update

from panel.errors import RunHeld
from panel.records import Comparison, Review, Run, SpendRow, Usage
from panel.store.database import BUSY_S, in_words, open_engine
from panel.store.dialect import alone, put
from panel.store.folder import RunFolder
from panel.store.lock import RunLock, is_held
from panel.store.run_rows import Whose, add_up, drop_unnamed_texts, matching, record_row, run_row, which_run
from panel.store.tables import calls, records, runs


class Records:
    """Runs, reviews and comparisons of one database. Plain calls, each its own transaction, on the disk on return."""

    def __init__(self, engine: Engine, runs_dir: Path) -> None:
        self._engine, self._runs_dir = engine, runs_dir

    @classmethod
    def open(cls, url: str, *, runs_dir: Path, busy_s: float = BUSY_S) -> "Records":
        """Open or make the database. Raises Mistake for an address, StoreError for a database that can't be used."""
        return cls(open_engine(url, busy_s=busy_s), runs_dir)

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def save_run(self, run: Run) -> None:
        """Keep the run as it stands, in place of what was kept of it before."""
        with self._change() as conn:
            put(conn, runs, run_row(run))

    def save_review(self, run_id: str, review: Review) -> None:
        """Keep a review of a run that is saved."""
        with self._change() as conn:
            _put_review(conn, run_id, review)

    def save_comparison(self, run_id: str, comparison: Comparison) -> None:
        """Keep a comparison of a run that is saved."""
        with self._change() as conn:
            _put_comparison(conn, run_id, comparison)

    def save_finished(self, run: Run, reviews: Sequence[Review], comparison: Comparison | None) -> None:
        """The finished run and all its records in one transaction: SQL never holds half a result."""
        with self._change() as conn:
            put(conn, runs, run_row(run))
            for review in reviews:
                _put_review(conn, run.run_id, review)
            if comparison:
                _put_comparison(conn, run.run_id, comparison)

    def load_run(self, run_id: str) -> Run:
        """The run with this id, or with an id that begins so if it is the only one.

        Raises Mistake when there is none, naming the nearest, or when there are several.
        """
        with self._change() as conn:
            ids = matching(conn, run_id)
            if len(ids) != 1:
                raise which_run(conn, run_id, ids)
            text = conn.execute(select(runs.c.json).where(runs.c.run_id == ids[0])).scalar_one()
        return Run.model_validate_json(text)

    def list_runs(self) -> tuple[Run, ...]:
        """Every run, the newest first."""
        with self._change() as conn:
            found = conn.execute(select(runs.c.json).order_by(runs.c.created_at.desc(), runs.c.run_id.desc())).scalars()
            return tuple(Run.model_validate_json(text) for text in found)

    def load_reviews(self, run_id: str) -> tuple[Review, ...]:
        """The reviews a finished run made, by slug."""
        return tuple(Review.model_validate_json(text) for text in self._records(run_id, "review"))

    def load_comparison(self, run_id: str) -> Comparison | None:
        """The comparison a finished run made, None when it made none."""
        found = self._records(run_id, "comparison")
        return Comparison.model_validate_json(found[0]) if found else None

    def costs(self, run_id: str = "") -> tuple[SpendRow, ...]:
        """What the ledger's calls cost, by launch, persona and model; of one run or of all there ever were.

        Whoever sent a call owns its cost, deleted runs included. A call counts unless it surely cost nothing; one that
        was sent and never ended is `unpriced`, since its provider may have billed it.
        """
        mine = select(calls).order_by(calls.c.launch, calls.c.persona_id, calls.c.model)
        with self._change() as conn:
            rows = conn.execute(mine.where(calls.c.run_id == run_id) if run_id else mine)
            priced = ((row, None if row.cost_usd is None else Decimal(row.cost_usd)) for row in rows)
            return add_up(_spent(row, cost) for row, cost in priced if row.state != "failed" or cost != 0)

    def delete_run(self, run_id: str) -> None:
        """Delete a run: its records, its folder, and the texts of the calls it sent; what they cost stays.

        Another run that reused those answers keeps its own folder, and asks again if it is ever resumed.
        Raises RunHeld while a living process works on it, Mistake when there is no such run.
        """
        lock = RunLock(self._runs_dir, run_id)
        lock.acquire()
        try:
            folder = RunFolder(self._runs_dir / run_id)
            with self._change() as conn:
                known = conn.execute(delete(runs).where(runs.c.run_id == run_id)).rowcount
                if not known and not folder.path.is_dir():
                    raise which_run(conn, run_id, [])
                conn.execute(delete(records).where(records.c.run_id == run_id))
                conn.execute(update(calls).where(calls.c.run_id == run_id).values(request=None, raw=None, why=""))
                drop_unnamed_texts(conn)
            folder.remove()  # after the commit: a crash between leaves a folder that can be deleted again
        finally:
            lock.release()

    def prune(self, older_than: datetime) -> tuple[str, ...]:
        """Delete every run made before this moment (UTC) that nobody works on; give back their ids."""
        before = older_than.isoformat()
        with self._change() as conn:
            old = list(conn.execute(select(runs.c.run_id).where(runs.c.created_at < before)).scalars())
        gone = []
        for run_id in old:
            if not is_held(self._runs_dir, run_id):
                try:
                    self.delete_run(run_id)
                except RunHeld:  # resumed a moment ago: it is in use, so it is kept
                    continue
                gone.append(run_id)
        return tuple(gone)

    def _records(self, run_id: str, kind: str) -> list[str]:
        wanted = select(records.c.json).where(records.c.run_id == run_id, records.c.kind == kind)
        with self._change() as conn:
            return list(conn.execute(wanted.order_by(records.c.slug)).scalars())

    @contextmanager
    def _change(self) -> Iterator[Connection]:
        with in_words(self._engine.url), self._engine.begin() as conn:
            alone(conn)
            yield conn


def _put_review(conn: Connection, run_id: str, review: Review) -> None:
    put(conn, records, record_row(run_id, "review", review.slug, review.review_hash, review))


def _put_comparison(conn: Connection, run_id: str, comparison: Comparison) -> None:
    put(conn, records, record_row(run_id, "comparison", comparison.slug, comparison.comparison_hash, comparison))


def _spent(row: Row[Any], cost: Decimal | None) -> tuple[Whose, Usage, Decimal | None]:
    usage = Usage(
        input_tokens=row.input_tokens,
        cache_write_tokens=row.cache_write_tokens,
        cache_read_tokens=row.cache_read_tokens,
        output_tokens=row.output_tokens,
    )
    return (row.launch, row.persona_id, row.model), usage, cost
