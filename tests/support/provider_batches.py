"""A provider's batches and the ledger's calls in them, in memory: for stepping one batch by hand."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.support.answers import provider, spec

from panel.batch.provider_batches.poller import Poller
from panel.errors import ProviderError
from panel.jurors.batch_api.protocol import BatchRequest, BatchResult, BatchStatus, custom_id
from panel.jurors.provider import ModelSpec
from panel.money import Price
from panel.records import Spend, Usage
from panel.store import SentBatch

START = datetime(2026, 11, 24, 6, tzinfo=UTC)
PRICE = Price(input=Decimal(3), cache_write=Decimal("3.75"), cache_read=Decimal("0.3"), output=Decimal(15))
REPLY = (
    '{"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5", "content": '
    '[{"type": "text", "text": "{}"}], "stop_reason": "end_turn", "usage": {"input_tokens": 1000, '
    '"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 200}}'
)
HALF_PRICE = Decimal("0.003")  # of this reply: (1,000 x $3 + 200 x $15) a million, and half of it


def key(number: int) -> str:
    return f"sha256:{number:064x}"


def row(number: int, outcome: str = "succeeded", **more: Any) -> BatchResult:
    """The line of one of our calls."""
    return BatchResult(custom_id(key(number), 0), outcome, raw=REPLY if outcome == "succeeded" else "", **more)  # type: ignore[arg-type]


@dataclass
class Wire:
    """What the provider says, in turn; an error among it is raised. The last word of each kind is repeated."""

    spec: ModelSpec = field(default_factory=lambda: spec("messages"))
    most_requests: int = 100
    most_bytes: int = 10**6
    finds_ours: bool = True
    takes: Callable[[], None] = lambda: None  # called while a hand-over is on its way
    submits: list[Any] = field(default_factory=lambda: ["theirs"])
    finds: list[Any] = field(default_factory=lambda: [[]])
    looks: list[Any] = field(default_factory=lambda: [status("ended")])
    lines: list[Any] = field(default_factory=list)
    cancels: list[Any] = field(default_factory=lambda: [None])
    handed_over: list[list[BatchRequest]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def size(self, request: BatchRequest) -> int:
        return 100

    async def submit(self, batch_id: str, requests: Iterable[BatchRequest]) -> str:
        self.handed_over.append(list(requests))
        self.takes()
        return str(said(self.submits))

    async def find(self, batch_id: str, *, since: datetime, requests: int) -> list[str]:
        return list(said(self.finds))

    async def status(self, provider_batch_id: str) -> BatchStatus:
        found: BatchStatus = said(self.looks)
        return found

    async def results(self, provider_batch_id: str) -> AsyncIterator[BatchResult]:
        for line in self.lines:
            if isinstance(line, Exception):
                raise line
            yield line

    async def cancel(self, provider_batch_id: str) -> None:
        self.cancelled.append(provider_batch_id)
        said(self.cancels)

    async def close(self) -> None:
        pass


def said(words: list[Any]) -> Any:
    found = words.pop(0) if len(words) > 1 else words[0]
    if isinstance(found, ProviderError):
        raise found
    return found


def status(state: str, **more: Any) -> BatchStatus:
    return BatchStatus("theirs", state, **more)  # type: ignore[arg-type]


@dataclass
class Books:
    """Ledger and list of provider batches at once, for one batch of a few calls."""

    calls: dict[tuple[str, int], tuple[str, Decimal | None]] = field(default_factory=dict)  # -> state, cost
    batches: dict[str, SentBatch] = field(default_factory=dict)
    kept: int = 0
    whys: dict[tuple[str, int], str] = field(default_factory=dict)

    async def answered(self, at_key: str, attempt: int, *, cost_usd: Decimal | None, **_: Any) -> None:
        self.calls[at_key, attempt] = ("answered", cost_usd)
        self.kept += 1

    async def failed(self, at_key: str, attempt: int, why: str, *, cost_usd: Decimal | None = None) -> None:
        self.calls[at_key, attempt], self.whys[at_key, attempt] = ("failed", cost_usd), why

    def put(self, batch: SentBatch) -> None:
        self.batches[batch.batch_id] = batch

    def of_run(self, run_id: str) -> tuple[SentBatch, ...]:
        return tuple(self.batches.values())

    def open_ones(self, run_id: str = "") -> tuple[SentBatch, ...]:
        return tuple(batch for batch in self.batches.values() if batch.state not in ("collected", "lost"))

    def keys(self, batch_id: str, *, unanswered: bool = False) -> Iterator[tuple[str, int]]:
        return iter([at for at, (state, _) in self.calls.items() if state == "sent" or not unanswered])

    def bodies(self, batch_id: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
        return ((*at, {"model": "m"}) for at in self.keys(batch_id, unanswered=True))

    def spent(self) -> Spend:
        """What the calls cost; those still without an end are `unpriced`."""
        counted = [cost for state, cost in self.calls.values() if not (state == "failed" and cost == 0)]
        return Spend(
            calls=len(counted),
            usage=Usage(),
            cost_usd=sum((cost for cost in counted if cost is not None), Decimal(0)),
            unpriced=sum(cost is None for cost in counted),
        )


class Desk:
    """A poller over all of that, a batch b1 of so many calls, and a clock."""

    def __init__(self, calls: int = 3, **words: Any) -> None:
        self.batch_api, self.books = Wire(**words), Books()
        self.books.calls = {(key(n), 0): ("sent", None) for n in range(calls)}
        self.clock, self.heard, self.stopped = START, list[str](), dict[str, str]()
        model = self.batch_api.spec.name
        self.batch = SentBatch(batch_id="b1", run_id="r", provider="anthropic", model=model, created_at=START)
        self.books.put(self.batch)
        self.restart()

    def restart(self) -> None:
        """Another life of the program: what stood in no row is forgotten."""
        self.poller = Poller(
            batch_api=self.batch_api, provider=provider("messages"), ledger=self.books, store=self.books,  # type: ignore[arg-type]
            prices={self.batch.model: PRICE}, now=lambda: self.clock, say=self.heard.append,
            stop_model=self.stopped.__setitem__,
        )  # fmt: skip

    async def tick(self) -> str:
        """One step; the state as it is then kept."""
        await self.poller.tick(self.books.batches["b1"])
        return self.books.batches["b1"].state

    async def until(self, state: str) -> None:
        for _ in range(8):
            if await self.tick() == state:
                return
        raise AssertionError(f"{self.books.batches['b1'].state}, not {state}: {self.heard}")

    def later(self, **by: float) -> None:
        self.clock += timedelta(**by)

    def states(self) -> list[str]:
        return [state for state, _ in self.books.calls.values()]
