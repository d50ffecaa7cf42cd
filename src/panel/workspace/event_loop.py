"""The event loop use cases run on, and how Ctrl-C ends them: calls in flight are let finish."""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from panel.pipeline import Console, StopSign

T = TypeVar("T")
YOUNG = 3_000  # new objects between looks for rings of them; a call makes about a thousand
THREADS = 4  # beside the loop: one computes at a time, the others wait for the disk; more cost CPU and memory
STOPPING = "Stopping: calls in flight are let finish (half a minute at most). Again to stop at once."


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


def run_until_stopped(work: "Callable[[StopSign], Coroutine[Any, Any, T]]", console: "Console") -> T:
    """What the work gives. Ctrl-C or SIGTERM puts up the sign it is handed; a second one ends it at once.

    Where an event loop runs in this thread already, the work has one of its own in another thread.
    """
    from panel.pipeline import StopSign

    sign = StopSign()
    if _loop_is_running():
        return _in_thread(work, sign, console)
    return run_loop(_under_signals(work, sign, console))


async def _under_signals(
    work: "Callable[[StopSign], Coroutine[Any, Any, T]]", sign: "StopSign", console: "Console"
) -> T:
    with stopped_by_signals(sign, console):
        return await work(sign)


@contextmanager
def stopped_by_signals(sign: "StopSign", console: "Console") -> Iterator[None]:
    """SIGINT and SIGTERM put up the sign; a second one ends the process at once, which loses nothing either."""
    loop = asyncio.get_running_loop()
    names = (signal.SIGINT, signal.SIGTERM)

    def put_up(name: str) -> None:
        if sign.reason:
            raise KeyboardInterrupt
        console.tell(STOPPING)
        sign.raise_(f"Stopped by {name}.")

    try:
        for number in names:
            loop.add_signal_handler(number, put_up, signal.Signals(number).name)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or a thread that gets no signals
        yield
        return
    try:
        yield
    finally:
        for number in names:
            loop.remove_signal_handler(number)


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _in_thread(work: "Callable[[StopSign], Coroutine[Any, Any, T]]", sign: "StopSign", console: "Console") -> T:
    """The work in a thread, while this one waits. Ctrl-C puts up the sign; a second one is raised here."""
    ended: list[T | BaseException] = []
    loop = asyncio.new_event_loop()

    def run() -> None:
        try:
            ended.append(loop.run_until_complete(_with_few_threads(work(sign))))
        except BaseException as err:
            ended.append(err)
        finally:
            loop.close()

    def put_up(number: int, _frame: object) -> None:
        if sign.reason:
            raise KeyboardInterrupt
        console.tell(STOPPING)
        loop.call_soon_threadsafe(sign.raise_, f"Stopped by {signal.Signals(number).name}.")

    thread = threading.Thread(target=run, name="panel", daemon=True)
    thread.start()
    with _handled_by(put_up):
        thread.join()
    if isinstance(ended[0], BaseException):
        raise ended[0]
    return ended[0]


@contextmanager
def _handled_by(put_up: Callable[[int, object], None]) -> Iterator[None]:
    """SIGINT and SIGTERM go there, and not to the loop that stands still; in another thread nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, put_up) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
