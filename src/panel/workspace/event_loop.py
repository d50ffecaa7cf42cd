"""The event loop commands run on."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
YOUNG = 3_000  # new objects between looks for rings of them; a call makes about a thousand
THREADS = 4  # beside the loop: one computes at a time, the others wait for the disk; more cost CPU and memory


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run` on uvloop where there is one: a fifth less CPU a call, measured by benchmarks/calls.py."""
    with _few_searches():
        try:
            import uvloop
        except ImportError:  # Windows
            return asyncio.run(_with_few_threads(work))
        return uvloop.run(_with_few_threads(work))


async def _with_few_threads(work: Coroutine[Any, Any, T]) -> T:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    return await work


@contextmanager
def _few_searches() -> Iterator[None]:
    """Search for unreachable rings of objects seldom, and not among what was there before the loop.

    With Python's own settings a quarter of a call's CPU went into it: each search of the old walks every module's
    objects (measured, 2,000 calls: 2.0 of 7 s). What is in no ring goes at once all the same.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
