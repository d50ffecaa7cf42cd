"""Work off a batch's rows: so many launches at once, until none is left or something stops the batch."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from panel.batch.batch_context import BatchContext
from panel.batch.events import Begun, Ended
from panel.batch.launch import review_row
from panel.errors import PanelError
from panel.pipeline import StopSign
from panel.records import BatchRow


@dataclass
class Pool:
    """Launches in flight, the rows still to be taken, and what stopped the batch."""

    context: BatchContext
    sign: StopSign
    rows: Iterator[BatchRow]
    why: PanelError | None = None
    taking: asyncio.Lock = field(default_factory=asyncio.Lock)  # `rows` is read by one at a time, off the loop

    async def run(self, at_once: int) -> None:
        """Raises what stopped the batch, after every launch in flight has come to its end or given up."""
        tasks = [asyncio.create_task(self._take_turns()) for _ in range(at_once)]
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in tasks:
            if not task.cancelled() and (err := task.exception()):
                raise err
        if self.why:
            raise self.why

    async def _take_turns(self) -> None:
        while not self.why and not self.sign.reason and (row := await self._next_row()):
            self.context.listen(Begun(row.row, row.said.name))
            try:
                done = await review_row(self.context, row)
            except PanelError as err:  # ends the batch: the others finish what they have begun
                self.why = self.why or err
                self.context.listen(Ended(row, Decimal(0)))
                return
            self.context.listen(Ended(done.row, done.spent_usd))

    async def _next_row(self) -> BatchRow | None:
        async with self.taking:
            return await asyncio.to_thread(next, self.rows, None)


async def work_off(context: BatchContext, sign: StopSign, *, at_once: int) -> None:
    """Review every ready row. Raises Stopped at a limit or signal, StoreError when nothing can be kept."""
    pool = Pool(context, sign, context.rows.stream(context.run_id, ("ready",)))
    await sign.let_finish(pool.run(at_once))
    sign.refuse()


def launches_at_once(concurrency: int, seats: int) -> int:
    """Launches in flight that keep so many calls in flight, though one juror of each goes ahead of the others."""
    return max(2, min(256, -(-2 * concurrency // max(1, seats)) + 2))
