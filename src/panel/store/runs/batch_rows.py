"""A day's launches in SQL: the plan, one row a launch, and each launch's dossier and review as it gets them.

Any number of workers write here, each its own launches; nothing holds more than a page of rows.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic import RootModel
from sqlalchemy import func, select

from panel.errors import StoreError
from panel.records import BatchPlan, BatchRow, Dossier, ProposedPair, Review
from panel.store.database import Face, changing, pages, reading
from panel.store.runs.record_rows import record_row
from panel.store.sql_dialect import insert_or_leave, put
from panel.store.tables.core import batch_plans, batch_rows, records

AT_ONCE = 500  # rows written in one transaction


class PairList(RootModel[tuple[ProposedPair, ...]]):
    """All pairs of a batch, as one record."""


class BatchRows(Face):
    """The batches of one database. Plain calls, each its own transaction, on the disk on return.

    A batch's run is saved first (`RunRecords.save_run`), and its rows go when that is deleted.
    """

    def save_plan(self, run_id: str, plan: BatchPlan) -> None:
        """Keep what every launch of this batch is asked with."""
        with changing(self._engine) as conn:
            put(conn, batch_plans, {"run_id": run_id, "json": plan.model_dump_json()})

    def load_plan(self, run_id: str) -> BatchPlan:
        """The plan of a batch. Raises StoreError when it has none."""
        with reading(self._engine) as conn:
            found = conn.execute(select(batch_plans.c.json).where(batch_plans.c.run_id == run_id)).scalar()
        if found is None:
            raise StoreError(f"Run {run_id!r} is no batch, or was stopped before it had a plan.")
        return BatchPlan.model_validate_json(found)

    def add(self, run_id: str, rows: Iterable[BatchRow]) -> None:
        """Keep new rows; one that is there already stays as it stands, so an intake cut short can be done again."""
        for some in _by_number(rows):
            with changing(self._engine) as conn:
                conn.execute(insert_or_leave(conn.dialect, batch_rows), [_row(run_id, row) for row in some])

    def put(self, run_id: str, row: BatchRow) -> None:
        """Keep the row as it stands, in place of what was kept of it."""
        self.put_many(run_id, [row])

    def put_many(self, run_id: str, rows: Iterable[BatchRow]) -> None:
        for some in _by_number(rows):
            with changing(self._engine) as conn:
                for row in some:
                    put(conn, batch_rows, _row(run_id, row))

    def get(self, run_id: str, row: int) -> BatchRow:
        """One row by its number. Raises StoreError when there is none."""
        wanted = select(batch_rows.c.json).where(batch_rows.c.run_id == run_id, batch_rows.c.number == row)
        with reading(self._engine) as conn:
            found = conn.execute(wanted).scalar()
        if found is None:
            raise StoreError(f"Run {run_id!r} has no row {row}.")
        return BatchRow.model_validate_json(found)

    def stream(self, run_id: str, states: Collection[str] = (), size: int = 200) -> Iterator[BatchRow]:
        """Rows by number, those in these states or all. Rows may change while it goes on; none comes twice."""
        wanted = select(batch_rows.c.number, batch_rows.c.json).where(batch_rows.c.run_id == run_id)
        if states:
            wanted = wanted.where(batch_rows.c.state.in_(sorted(states)))
        for page in pages(self._engine, wanted, (batch_rows.c.number,), size):
            yield from (BatchRow.model_validate_json(row.json) for row in page)

    def counts(self, run_id: str) -> dict[str, int]:
        """How many rows are in each state; states that no row is in are left out."""
        state = batch_rows.c.state
        wanted = select(state, func.count()).where(batch_rows.c.run_id == run_id).group_by(state)
        with reading(self._engine) as conn:
            return {row[0]: row[1] for row in conn.execute(wanted)}

    def any(self, run_id: str, states: Collection[str]) -> bool:
        """Whether a row of the run is in one of these states; one look at an index, however many rows there are."""
        wanted = select(batch_rows.c.number).where(batch_rows.c.run_id == run_id, batch_rows.c.state.in_(list(states)))
        with reading(self._engine) as conn:
            return conn.execute(wanted.limit(1)).first() is not None

    def add_dossier(self, run_id: str, row: BatchRow, dossier: Dossier) -> bool:
        """Keep what the critics read about a row's launch, and the row, whose slug is the dossier's, in one go.

        False when another launch of this batch has that slug: nothing was kept. Another worker goes on with the same.
        """
        new = record_row(run_id, "dossier", row.slug, dossier.dossier_hash, dossier)
        with changing(self._engine) as conn:
            added = insert_or_leave(conn.dialect, records).execution_options(preserve_rowcount=True)
            is_new = bool(conn.execute(added, new).rowcount)
            if is_new:
                put(conn, batch_rows, _row(run_id, row))
        return is_new

    def load_dossier(self, run_id: str, slug: str) -> Dossier | None:
        """The dossier of one launch, None when it has none yet."""
        found = self._load(run_id, "dossier", slug)
        return None if found is None else Dossier.model_validate_json(found)

    def save_review(self, run_id: str, review: Review) -> None:
        """Keep a launch's review the moment it is made."""
        self._save(record_row(run_id, "review", review.slug, review.review_hash, review))

    def save_pairs(self, run_id: str, pairs: Sequence[ProposedPair]) -> None:
        """Keep what is worth comparing, in place of what was proposed before."""
        self._save(record_row(run_id, "pairs", "", "", PairList(tuple(pairs))))

    def load_pairs(self, run_id: str) -> tuple[ProposedPair, ...]:
        """What is worth comparing; nothing before the batch was summed up."""
        found = self._load(run_id, "pairs", "")
        return () if found is None else PairList.model_validate_json(found).root

    def _save(self, row: dict[str, Any]) -> None:
        with changing(self._engine) as conn:
            put(conn, records, row)

    def _load(self, run_id: str, kind: str, slug: str) -> str | None:
        at = (records.c.run_id == run_id, records.c.kind == kind, records.c.slug == slug)
        with reading(self._engine) as conn:
            found: str | None = conn.execute(select(records.c.json).where(*at)).scalar()
        return found


def _by_number(rows: Iterable[BatchRow]) -> Iterator[list[BatchRow]]:
    """A transaction's worth at a time, each in one order, so that two writers of the same rows never wait crosswise."""
    going = iter(rows)
    while some := list(islice(going, AT_ONCE)):
        yield sorted(some, key=lambda row: row.row)


def _row(run_id: str, row: BatchRow) -> dict[str, Any]:
    return {"run_id": run_id, "number": row.row, "state": row.state, "json": row.model_dump_json()}
