"""SQL copies of runs and their records, what they cost, and how they are deleted: spend stays, texts go."""

from collections.abc import Iterator, Sequence, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, select, update

from panel.errors import Mistake, RunHeld
from panel.records import Comparison, Review, Run, Spend, SpendRow
from panel.store.database import changing_alone, reading
from panel.store.files import remove_torn_files
from panel.store.ledger.cost_sums import CostRow, by_juror, cost_rows, total
from panel.store.ledger.provider_batches import SENT_OUT
from panel.store.locks.process_locks import Locks, hold_both
from panel.store.locks.run_lock import is_held, is_locked
from panel.store.runs.record_rows import drop_texts, matching, naming_runs, record_row, run_row, texts_of, which_run
from panel.store.runs.run_folder import RunFolder
from panel.store.sql_dialect import put
from panel.store.tables.core import calls, provider_batches, records, runs

CLOCKS_DIFFER = timedelta(hours=1)  # between the machines that share a database, and a claim's time and its commit


class RunRecords:
    """Runs, reviews and comparisons of one database. Plain calls, each its own transaction, on the disk on return."""

    def __init__(self, engine: Engine, runs_dir: Path, locks: Locks) -> None:
        self._engine, self._runs_dir, self._locks = engine, runs_dir, locks

    def save_run(self, run: Run) -> None:
        """Keep the run as it stands, in place of what was kept of it before."""
        with changing_alone(self._engine) as conn:
            put(conn, runs, run_row(run))

    def save_finished(self, run: Run, reviews: Sequence[Review], comparison: Comparison | None) -> None:
        """The finished run and all its records in one transaction: SQL never holds half a result."""
        with changing_alone(self._engine) as conn:
            put(conn, runs, run_row(run))
            for review in reviews:
                put(conn, records, record_row(run.run_id, "review", review.slug, review.review_hash, review))
            if comparison:
                row = record_row(run.run_id, "comparison", comparison.slug, comparison.comparison_hash, comparison)
                put(conn, records, row)

    def load_run(self, run_id: str) -> Run:
        """The run with this id, or with an id that begins so if it is the only one.

        Raises Mistake when there is none, naming the nearest, or when there are several.
        """
        with reading(self._engine) as conn:
            ids = matching(conn, run_id)
            if len(ids) != 1:
                raise which_run(conn, run_id, ids)
            text = conn.execute(select(runs.c.json).where(runs.c.run_id == ids[0])).scalar_one()
        return Run.model_validate_json(text)

    def list_runs(self, *, unfinished: bool = False) -> tuple[Run, ...]:
        """Every run, the newest first; or those that have not finished."""
        wanted = select(runs.c.json).order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
        if unfinished:
            wanted = wanted.where(runs.c.state != "finished")
        with reading(self._engine) as conn:
            return tuple(Run.model_validate_json(text) for text in conn.execute(wanted).scalars())

    def load_reviews(self, run_id: str) -> tuple[Review, ...]:
        """The reviews a run made, by slug, all in memory."""
        found = (Review.model_validate_json(text) for text in self._records(run_id, "review"))
        return tuple(sorted(found, key=lambda review: review.slug))  # databases sort letters each in their own way

    def load_comparison(self, run_id: str) -> Comparison | None:
        """The comparison a finished run made, None when it made none."""
        found = self._records(run_id, "comparison")
        return Comparison.model_validate_json(found[0]) if found else None

    def costs(self, run_id: str = "") -> tuple[SpendRow, ...]:
        """What the ledger's calls cost, by launch, persona and model; of one run or of all there ever were.

        Whoever sent a call owns its cost, deleted runs included. A call counts unless it surely cost nothing; one that
        was sent and never ended is `unpriced`, since its provider may have billed it.
        """
        with reading(self._engine) as conn:
            return by_juror(cost_rows(conn, run_id))

    def cost_table(self, run_id: str = "") -> Iterator[CostRow]:
        """The same a row at a time, by UTC day and with provider batches apart, as `cost_rows` orders them.

        One reading from first row to last: take them without pause.
        """
        with reading(self._engine) as conn:
            yield from cost_rows(conn, run_id)

    def spent(self, run_id: str = "") -> Spend:
        """All of it in one sum."""
        with reading(self._engine) as conn:
            return total(conn, run_id)

    def delete_run(self, run_id: str) -> None:
        """Delete a run: its records, its folder, and the texts of the calls it sent; what they cost stays.

        Another run that reused those answers keeps its own folder, and asks again if it is ever resumed.
        Raises RunHeld while a living process works on it, Mistake when there is no such run or when a provider still
        works on a batch of it.
        """
        with reading(self._engine) as conn:  # every request is looked through before the write lock is taken
            began = datetime.now(UTC)
            named = naming_runs(conn, texts_of(conn, run_id))
        self._delete(run_id, {name for name, by in named.items() if by == {run_id}}, began)

    def _delete(self, run_id: str, own_texts: Set[str], began: datetime) -> None:
        """own_texts: texts that no other run named when it `began` to be looked for; asked again of newer calls."""
        with hold_both(self._locks, self._runs_dir, run_id):
            self._refuse_while_asked(run_id)
            folder = RunFolder(self._runs_dir / run_id)
            with changing_alone(self._engine) as conn:
                _refuse_while_out(conn, run_id)
                known = conn.execute(delete(runs).where(runs.c.run_id == run_id)).rowcount
                if not known and not folder.path.is_dir():
                    raise which_run(conn, run_id, [])
                conn.execute(delete(records).where(records.c.run_id == run_id))
                conn.execute(update(calls).where(calls.c.run_id == run_id).values(request=None, raw=None, why=""))
                newer = naming_runs(conn, own_texts, since=(began - CLOCKS_DIFFER).isoformat())
                drop_texts(conn, {name for name, by in newer.items() if not by})
            folder.remove()  # after the commit: a crash between leaves a folder that can be deleted again

    def prune(self, older_than: datetime) -> tuple[str, ...]:
        """Delete every run made before this moment (UTC) that nobody works on; give back their ids.

        What killed processes left goes with them: locks that nobody holds, and files half written a day ago or earlier.
        """
        before = older_than.isoformat()
        with reading(self._engine) as conn:
            began = datetime.now(UTC)
            old = list(conn.execute(select(runs.c.run_id).where(runs.c.created_at < before)).scalars())
            named = naming_runs(conn, frozenset().union(*(texts_of(conn, run_id) for run_id in old)))
        gone: list[str] = []
        for run_id in old:
            if not is_held(self._runs_dir, run_id):
                own = {name for name, by in named.items() if run_id in by and by.issubset({run_id, *gone})}
                try:
                    self._delete(run_id, own, began)
                except (RunHeld, Mistake):  # resumed a moment ago, gone, or out in a batch: it is kept
                    continue
                gone.append(run_id)
        for path in self._runs_dir.glob(".locks/*.lock"):
            is_locked(path)
        remove_torn_files(self._runs_dir)
        return tuple(gone)

    def _refuse_while_asked(self, run_id: str) -> None:
        """Raises RunHeld when a worker, on whatever machine, holds a launch of the run that it asks about."""
        owners = select(calls.c.owner).where(calls.c.run_id == run_id, calls.c.state == "sent").distinct()
        with reading(self._engine) as conn:
            others = set(conn.execute(owners).scalars()) - {run_id}
        if any(self._locks.is_held(owner) for owner in others):
            raise RunHeld(f"Run {run_id!r} is being worked on by another process.", hint="Wait until it ends.")

    def _records(self, run_id: str, kind: str) -> list[str]:
        wanted = select(records.c.json).where(records.c.run_id == run_id, records.c.kind == kind)
        with reading(self._engine) as conn:
            return list(conn.execute(wanted).scalars())


def _refuse_while_out(conn: Connection, run_id: str) -> None:
    """Raises Mistake for a run whose provider batches may hold answers that nobody has fetched."""
    at = (provider_batches.c.run_id == run_id, provider_batches.c.state.in_(sorted(SENT_OUT)))
    out = conn.execute(select(func.count()).select_from(provider_batches).where(*at)).scalar_one()
    if out:
        raise Mistake(
            f"Run {run_id!r} has {out} provider batch{'es' * (out > 1)} whose answers were not fetched.",
            hint="Let it end, or cancel it first.",
        )
