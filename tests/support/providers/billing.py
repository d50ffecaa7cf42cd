"""What the provider would bill, kept by the server: exact, in four token classes, replies that never arrived included.

Tariffs are typed by hand where the server is started, so that the bill is an oracle for our own sums: nothing here
shares code or prices with `panel.money`.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ONE_MILLION = Decimal(1_000_000)
TIERS = {"": Decimal(1), "default": Decimal(1), "priority": Decimal(2), "flex": Decimal("0.5")}  # of the tariff
FOR_ALL = "*"  # the tariff of models that have none of their own


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, each counted once."""

    fresh: int
    written: int
    read: int
    output: int


@dataclass(frozen=True)
class Tariff:
    """US dollars for a million tokens, and what a batch pays of that."""

    input: Decimal
    cache_write: Decimal
    cache_read: Decimal
    output: Decimal
    batch_share: Decimal = Decimal("0.5")

    def usd(self, usage: Usage, *, batch: bool) -> Decimal:
        whole = (
            usage.fresh * self.input
            + usage.written * self.cache_write
            + usage.read * self.cache_read
            + usage.output * self.output
        ) / ONE_MILLION
        return whole * self.batch_share if batch else whole


def tariff(text: str) -> Tariff:
    """Read from "input/cache_write/cache_read/output", dollars a million: "3/3.75/0.30/15"."""
    return Tariff(*(Decimal(part) for part in text.split("/")))


@dataclass(slots=True)
class Line:
    """One answer on the bill."""

    model: str
    usage: Usage
    usd: Decimal | None  # None: the model has no tariff
    batch: bool
    body: bytes  # digest of what was sent
    reply_id: str = ""  # the id in the reply: whoever kept it has this answer
    arrived: bool = False  # the whole reply left this server, readable


@dataclass
class Bill:
    """Every answer made, in order."""

    tariffs: dict[str, Tariff] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def add(self, model: str, usage: Usage, body: bytes, *, batch: bool = False, tier: str = "") -> Line:
        price = self.tariffs.get(model) or self.tariffs.get(FOR_ALL)
        line = Line(model, usage, price.usd(usage, batch=batch) * TIERS[tier] if price else None, batch, body)
        self.lines.append(line)
        return line

    @property
    def usd(self) -> Decimal:
        """All that would be billed."""
        return self.sum_of(self.lines)

    @property
    def lost_usd(self) -> Decimal:
        """The part whose reply never arrived, or arrived unreadable."""
        return self.sum_of([line for line in self.lines if not line.arrived])

    @property
    def repeats(self) -> int:
        """Answers made beyond the first for one and the same body."""
        return sum(n - 1 for n in Counter(line.body for line in self.lines).values())

    @property
    def repeats_after_arrival(self) -> int:
        """Answers made for a body whose answer had already arrived: paid twice without need."""
        had: set[bytes] = set()
        again = 0
        for line in self.lines:
            again += line.body in had
            if line.arrived:
                had.add(line.body)
        return again

    def sum_of(self, lines: list[Line]) -> Decimal:
        return sum((line.usd for line in lines if line.usd is not None), Decimal())

    def as_json(self) -> dict[str, Any]:
        """`GET /bill`. Dollars are text: exact."""
        return {
            "usd": str(self.usd),
            "lost_usd": str(self.lost_usd),
            "batch_usd": str(self.sum_of([line for line in self.lines if line.batch])),
            "answers": len(self.lines),
            "batch_answers": sum(line.batch for line in self.lines),
            "lost_answers": sum(not line.arrived for line in self.lines),
            "repeats": self.repeats,
            "repeats_after_arrival": self.repeats_after_arrival,
            "unpriced_answers": sum(line.usd is None for line in self.lines),
            "models": {model: self._of_model(model) for model in sorted({line.model for line in self.lines})},
        }

    def _of_model(self, model: str) -> dict[str, Any]:
        lines = [line for line in self.lines if line.model == model]
        return {
            "usd": str(self.sum_of(lines)),
            "answers": len(lines),
            "input_tokens": sum(line.usage.fresh for line in lines),
            "cache_write_tokens": sum(line.usage.written for line in lines),
            "cache_read_tokens": sum(line.usage.read for line in lines),
            "output_tokens": sum(line.usage.output for line in lines),
        }
