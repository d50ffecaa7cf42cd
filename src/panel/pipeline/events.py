"""What a run tells whoever watches it. Values only: the command line and the desk draw them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from panel.records import Opinion


@dataclass(frozen=True)
class TurnBegan:
    """A juror's turn has come."""

    launch: str
    persona_id: str
    model: str
    stage: str = ""  # of a launch that is asked several times: which of them; "" for one that is asked once


@dataclass(frozen=True)
class TurnWaits:
    """A juror waits: a limit, a server that is down, another run asking the same."""

    launch: str
    persona_id: str
    why: str
    stage: str = ""


@dataclass(frozen=True)
class TurnEnded:
    """A juror is done, whatever came of it."""

    launch: str
    opinion: Opinion
    reused: bool  # nothing was sent: the ledger held the whole answer
    spent_usd: Decimal  # by the run so far, priced calls only
    stage: str = ""


@dataclass(frozen=True)
class Notice:
    """Something a person may want to know: a wait, a limit, a provider batch, what the archive says."""

    text: str


Event = TurnBegan | TurnWaits | TurnEnded | Notice
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Nobody listens."""
