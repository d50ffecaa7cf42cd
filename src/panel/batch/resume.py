"""Make rows of a batch ready again: those whose provider batch came back, and those a resume asks for anew."""

from collections.abc import Iterator
from itertools import islice

from panel.batch.intake.ingest import READY, TOGETHER
from panel.records import BatchRow
from panel.store import BatchRows


def reopen_rows(run_id: str, rows: BatchRows, *, waiting: bool = True) -> int:
    """For a resume: rows that wait, came to nothing or lack a juror are ready again; how many. Bad rows stay bad.

    waiting: False leaves those that wait to the provider batch that is still out.
    """
    states = ("waiting", "failed", "reviewed") if waiting else ("failed", "reviewed")

    def worth(row: BatchRow) -> bool:
        return row.state == "waiting" or row.incomplete or (row.state == "failed" and bool(row.said.name))

    return len(_make_ready(run_id, rows, filter(worth, rows.stream(run_id, states))))


def reopen_collected(run_id: str, rows: BatchRows) -> list[int]:
    """Launches whose provider batch came back are ready again; their numbers."""
    return _make_ready(run_id, rows, rows.stream(run_id, ("waiting",)))


def _make_ready(run_id: str, rows: BatchRows, found: Iterator[BatchRow]) -> list[int]:
    numbers: list[int] = []
    while group := list(islice(found, TOGETHER)):
        rows.put_many(run_id, [row.model_copy(update=READY) for row in group])
        numbers += [row.row for row in group]
    return numbers
