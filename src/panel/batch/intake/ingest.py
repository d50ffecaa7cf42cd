"""From sources to decided rows: every row is in SQL with its state, and a reason where nothing will be asked about it.

Streamed: rows are written as they are read and decided a page at a time, so that a hundred thousand lines are no more
in memory than a thousand.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from itertools import islice

from panel.batch.intake.dedupe import Joining, joined
from panel.batch.intake.entries import BadRow
from panel.batch.intake.shortlist import KnownOf, choose
from panel.batch.intake.source_spec import Shortlist
from panel.records import Announcement, BatchRow
from panel.store import BatchRows

READY = {"state": "ready", "reason": "", "incomplete": False, "passes": False}
TOGETHER = 500  # rows a transaction
WHOLE = "the whole source"  # where a row stands that says why a source can't be read


async def ingest_rows(
    run_id: str, found: AsyncIterator[Announcement | BadRow], rows: BatchRows, rules: Shortlist, *, as_of: date,
    known: KnownOf = lambda said: None, tell: Callable[[int], None] = lambda count: None,
) -> dict[str, int]:  # fmt: skip
    """Rows by state, after joining what is one launch and choosing what is reviewed.

    known: what the archive has of a launch. tell: how many rows were read so far, now and then.
    """
    joining = Joining()
    group: list[BatchRow] = []
    number = 0
    async for one in found:
        number += 1
        group.append(_bad(number, one) if isinstance(one, BadRow) else joining.add(number, one))
        if len(group) == TOGETHER:
            await asyncio.to_thread(rows.add, run_id, group)
            group = []
            tell(number)
    await asyncio.to_thread(rows.add, run_id, group)
    await asyncio.to_thread(_settle, run_id, rows, joining, rules, as_of, known)
    return await asyncio.to_thread(rows.counts, run_id)


def _bad(number: int, bad: BadRow) -> BatchRow:
    """A row nobody can use: failed, with where it stands and why."""
    said = Announcement(source=bad.source, at=bad.at or WHOLE, name="")
    return BatchRow(row=number, said=said, state="failed", reason=f"can't be used: {bad.reason}")


def _settle(run_id: str, rows: BatchRows, joining: Joining, rules: Shortlist, as_of: date, known: KnownOf) -> None:
    for number, later in joining.further():
        row = rows.get(run_id, number)
        rows.put(run_id, row.model_copy(update={"said": joined(row.said, later)}))
    decided = choose(rows.stream(run_id, ("new",)), rules, as_of=as_of, known=known)
    while group := list(islice(decided, TOGETHER)):
        rows.put_many(run_id, group)


def why_nothing_read(run_id: str, rows: BatchRows) -> str:
    """Why no source could be read, in a sentence for each of the first three; "" when one could."""
    if set(rows.counts(run_id)) != {"failed"} or any(row.said.at != WHOLE for row in rows.stream(run_id)):
        return ""
    return " ".join(f"{row.said.source} {row.reason}" for row in islice(rows.stream(run_id), 3))
