"""What a batch cost, from the ledger: by model and in all, with what the cache and the batch discount saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from panel.money import Price, saved
from panel.records import Usage
from panel.store import CostRow

ZERO = Decimal(0)


@dataclass
class ModelSpend:
    """One model's calls. `unpriced` calls are in no sum of money."""

    model: str
    calls: int = 0
    unpriced: int = 0
    usage: Usage = field(default_factory=Usage)
    in_batches: Usage = field(default_factory=Usage)  # of these, through provider batches
    cost_usd: Decimal = ZERO

    @property
    def hit_share(self) -> float:
        """Share of input tokens read from the cache, 0..1."""
        u = self.usage
        read = u.input_tokens + u.cache_write_tokens + u.cache_read_tokens
        return u.cache_read_tokens / read if read else 0.0


@dataclass(frozen=True)
class BatchSpend:
    """A batch's whole bill, as the ledger has it."""

    models: tuple[ModelSpend, ...]
    by_launch: Mapping[str, Decimal]  # slug -> USD
    saved_by_cache_usd: Decimal
    saved_by_batches_usd: Decimal

    @property
    def cost_usd(self) -> Decimal:
        return sum((m.cost_usd for m in self.models), ZERO)

    @property
    def calls(self) -> int:
        return sum(m.calls for m in self.models)

    @property
    def unpriced(self) -> int:
        return sum(m.unpriced for m in self.models)

    def as_json(self) -> dict[str, Any]:
        """For the summary: figures as exact decimal text."""
        return {
            "cost_usd": str(self.cost_usd),
            "calls": self.calls,
            "unpriced_calls": self.unpriced,
            "saved_by_cache_usd": str(self.saved_by_cache_usd),
            "saved_by_batches_usd": str(self.saved_by_batches_usd),
            "models": [
                {
                    "model": m.model,
                    "calls": m.calls,
                    "unpriced_calls": m.unpriced,
                    "cost_usd": str(m.cost_usd),
                    "cache_hit_share": round(m.hit_share, 4),
                    **m.usage.model_dump(),
                }
                for m in self.models
            ],
        }


def add_up(rows: Iterable[CostRow], prices: Mapping[str, Price], addresses: Mapping[str, str]) -> BatchSpend:
    """One pass over the ledger's rows. addresses: model -> base URL, for the price of what was saved."""
    models: dict[str, ModelSpend] = {}
    by_launch: dict[str, Decimal] = {}
    for row in rows:
        spend = models.setdefault(row.model, ModelSpend(row.model))
        spend.calls += row.spend.calls
        spend.unpriced += row.spend.unpriced
        spend.usage = spend.usage + row.spend.usage
        spend.cost_usd += row.spend.cost_usd
        if row.batch:
            spend.in_batches = spend.in_batches + row.spend.usage
        by_launch[row.launch] = by_launch.get(row.launch, ZERO) + row.spend.cost_usd
    cache, batches = ZERO, ZERO
    for spend in models.values():
        for usage, batch in ((_less(spend.usage, spend.in_batches), False), (spend.in_batches, True)):
            gain = saved(spend.model, usage, prices=prices, batch=batch, base_url=addresses.get(spend.model, ""))
            cache, batches = cache + gain.cache_usd, batches + gain.batch_usd
    return BatchSpend(tuple(sorted(models.values(), key=lambda m: m.model)), by_launch, cache, batches)


def _less(usage: Usage, part: Usage) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens - part.input_tokens,
        cache_write_tokens=usage.cache_write_tokens - part.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens - part.cache_read_tokens,
        output_tokens=usage.output_tokens - part.output_tokens,
    )
