"""TODO docstring."""

from dataclasses import dataclass
from typing import Protocol

from panel.jurors.provider import Body
from panel.store import CallRow, StoredAnswer


@dataclass
class ModelHealth:
    """Why a model is asked no more, and how many unparseable answers came in a row."""

    in_a_row: int = 0
    stopped: str = ""  # a sentence; "" while the model is asked


class Defer(Protocol):
    """Whoever collects questions for a provider batch, in place of sending them."""

    def serves(self, row: CallRow) -> bool:
        """Whether this model's questions can go in a batch; others are sent as ever."""
        ...

    async def look(self, row: CallRow, body: Body) -> StoredAnswer | None:
        """The answer, when the ledger has it."""
        ...

    async def take(self, row: CallRow, body: Body) -> None:
        """Take the question. It may be taken already."""
        ...

    async def flush(self) -> None:
        """Put what was taken on the disk."""
        ...

    def can_wait(self) -> bool:
        """Whether money comes back with a batch that is out, so that a launch which finds none left may wait."""
        ...
