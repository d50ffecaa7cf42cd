"""The loop that commands run on: how much runs beside it."""

import asyncio
import threading

from panel.workspace import run_loop
from panel.workspace.event_loop import THREADS


def test_blocking_work_runs_on_a_few_threads_alone() -> None:
    together = threading.Barrier(THREADS)

    def name() -> str:
        together.wait()
        return threading.current_thread().name

    async def many() -> list[str]:
        return await asyncio.gather(*(asyncio.to_thread(name) for _ in range(3 * THREADS)))

    assert len(set(run_loop(many()))) == THREADS
