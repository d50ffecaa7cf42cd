"""What the ledger's thread is asked to do, and what it says to a claim."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from panel.records import Usage


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call about to be made: what is sent, where, for whom."""

    key: str  # `ledger_key` of the fields below
    run_id: str  # who pays; its lock is the one held, unless `owner` names another
    provider: str
    model: str
    base_url: str
    purpose: str
    draw: int
    launch: str  # slug
    persona_id: str
    body: dict[str, Any]  # exactly the JSON that is sent
    folded: tuple[str, dict[str, str]] | None = None  # what `fold(body)` gave, when the caller has it from the key
    owner: str = ""  # name of the lock the caller holds for it; "": the run's


@dataclass(frozen=True, slots=True)
class Claimed:
    """It is yours to send, and `sent` on the disk."""

    attempt: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """It was answered before."""

    raw: str
    attempt: int
    model_returned: str
    usage: Usage
    cost_usd: Decimal | None  # what it cost then


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A living run is asking it; your own run's id when another coroutine of yours is."""

    run_id: str


@dataclass(frozen=True, slots=True)
class InBatch(HeldBy):
    """It went out in a provider batch whose results have not been collected."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Job: `Ledger.claim`."""

    row: CallRow
    folded: str
    apart: dict[str, str]
    again: bool
    batch_id: str = ""

    @property
    def owner(self) -> str:
        """Name of the lock it is claimed under."""
        return self.row.owner or self.row.run_id


@dataclass(frozen=True, slots=True)
class ClaimMany:
    """Job: `Ledger.claim_for_batch`."""

    claims: tuple[Claim, ...]
    batch_id: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Job: `Ledger.look`."""

    keys: tuple[str, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """Job: `Ledger.answered`."""

    key: str
    attempt: int
    raw: str
    usage: Usage
    cost_usd: Decimal | None
    model_returned: str
    latency_s: float | None
    request_id: str
    why: str


@dataclass(frozen=True, slots=True)
class RecordFailure:
    """Job: `Ledger.failed`."""

    key: str
    attempt: int
    why: str
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Replies:
    """Job: `Ledger.raw_replies`."""

    wanted: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class KeysHeld:
    """Job: `Ledger.keys_held`."""

    keys: frozenset[str]
