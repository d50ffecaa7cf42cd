"""SIGINT and SIGTERM put up a stop sign: the first lets calls in flight end, the second ends at once."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from panel.batch import StopSign
from panel.cli.terminal.terminal import talk


@contextmanager
def signals(sign: StopSign) -> Iterator[None]:
    """SIGINT and SIGTERM put up the sign; a second one ends the process at once, which loses nothing either."""
    loop = asyncio.get_running_loop()
    names = (signal.SIGINT, signal.SIGTERM)

    def put_up(name: str) -> None:
        if sign.reason:
            raise KeyboardInterrupt
        talk("Stopping: calls in flight are let finish (half a minute at most). Again to stop at once.")
        sign.raise_(f"Stopped by {name}.")

    try:
        for number in names:
            loop.add_signal_handler(number, put_up, signal.Signals(number).name)
    except NotImplementedError:  # Windows
        yield
        return
    try:
        yield
    finally:
        for number in names:
            loop.remove_signal_handler(number)
