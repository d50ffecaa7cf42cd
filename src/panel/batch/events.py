"""What a batch tells whoever watches it. Values only: the command line draws them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from panel.pipeline import Notice
from panel.records import BatchRow


@dataclass(frozen=True)
class Begun:
    """A launch is being gathered or asked about."""

    row: int
    name: str


@dataclass(frozen=True)
class Ended:
    """What became of a row; `spent_usd` is what its launch cost in this process."""

    row: BatchRow
    spent_usd: Decimal


@dataclass(frozen=True)
class Paid:
    """What a provider's batch cost, now that it was collected. No launch's `spent_usd` holds it."""

    spent_usd: Decimal


BatchEvent = Begun | Ended | Notice | Paid
BatchListener = Callable[[BatchEvent], None]
