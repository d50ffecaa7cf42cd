"""All that a use case says to a person, and how the person stops it.

Data for the next program is returned, never told; the command line prints it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from panel.errors import Mistake, Stopped
from panel.jurors import RateLimiter

T = TypeVar("T")
log = logging.getLogger(__name__)
GRACE_S = 30.0  # how long calls in flight may take to end after a stop


class Priced(Protocol):
    """What something may cost, before anybody is asked."""

    @property
    def sentence(self) -> str: ...

    @property
    def free(self) -> bool:
        """Nobody sends a bill for it."""


@dataclass(frozen=True)
class WorkAhead:
    """What is about to be done, for whoever draws how far it is."""

    total: int  # turns of jurors, or launches of a batch
    titles: Mapping[str, str] | None = None  # persona_id -> title, of a run; None: a batch
    budget_usd: Decimal | None = None
    limiters: Iterable[RateLimiter] = ()


class Console(Protocol):
    """A person, or nobody."""

    def tell(self, text: str) -> None:
        """One line."""

    def confirm(self, price: Priced) -> None:
        """Say what it may cost and have it agreed to. Raises Mistake where it costs and nobody can be asked."""

    def progress(self, of: WorkAhead) -> AbstractContextManager[Callable[[Any], None]]:
        """Who hears the events of the work (`pipeline.Event`, `batch.BatchEvent`) while it goes on."""


@dataclass(frozen=True)
class SilentConsole:
    """Nobody: what is told goes to the log, and money is spent only where that was agreed before."""

    yes: bool = False

    def tell(self, text: str) -> None:
        log.info("%s", text)

    def confirm(self, price: Priced) -> None:
        self.tell(price.sentence)
        if not self.yes and not price.free:
            raise Mistake("This may cost money, and no budget is given.", hint="Give budget_usd.")

    def progress(self, of: WorkAhead) -> AbstractContextManager[Callable[[Any], None]]:
        return nullcontext(lambda event: None)


@dataclass
class StopSign:
    """Raised by a signal: no new call is sent, those in flight end and are kept."""

    reason: str = ""
    raised: asyncio.Event = field(default_factory=asyncio.Event)

    def raise_(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.raised.set()

    def refuse(self) -> None:
        """Raises Stopped once the sign is up."""
        if self.reason:
            raise Stopped(self.reason, hint="What was answered is kept.", of="signal")

    async def let_finish(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work gives. Once the sign is up it has `GRACE_S` to end, and is cut then. Raises Stopped, cut."""
        task, up = asyncio.ensure_future(work), asyncio.ensure_future(self.raised.wait())
        try:
            await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({task}, timeout=GRACE_S)
        finally:
            up.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)  # what it was in the midst of is written down
        if task.cancelled():
            self.refuse()
        return task.result()
