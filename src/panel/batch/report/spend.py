"""What calls cost, from the ledger: by whatever is asked for and in all, with what cache and batch discount saved."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal

from panel.money import Price, Saved, Savings
from panel.records import Spend
from panel.store import CostRow, add_spends

ZERO = Decimal(0)
By = Literal["juror", "persona", "model", "launch", "day"]
KEYS: dict[By, Callable[[CostRow], tuple[str, ...]]] = {
    "juror": lambda row: (row.launch, row.persona_id, row.model),
    "persona": lambda row: (row.persona_id,),
    "model": lambda row: (row.model,),
    "launch": lambda row: (row.launch,),
    "day": lambda row: (row.day.isoformat(),),
}
IN_ORDER: frozenset[By] = frozenset({"juror", "launch"})  # the ledger gives its rows by these


@dataclass
class Bill:
    """Calls added up. `unpriced` ones are in no sum of money."""

    name: tuple[str, ...] = ()  # whose, as `KEYS` has it
    spend: Spend = field(default_factory=Spend)
    saved: Saved = field(default_factory=Saved)
    presumed_usd: Decimal = ZERO  # what budgets count for the unpriced

    def add(self, row: CostRow, savings: Savings) -> None:
        self.spend = add_spends(self.spend, row.spend)
        self.presumed_usd += row.presumed_usd
        self.saved += savings.of(row.model, row.spend.usage, batch=row.batch, base_url=row.base_url)

    @property
    def hit_share(self) -> float:
        """Share of input tokens read from the cache, 0..1."""
        u = self.spend.usage
        read = u.input_tokens + u.cache_write_tokens + u.cache_read_tokens
        return u.cache_read_tokens / read if read else 0.0


def bills(rows: Iterable[CostRow], by: By, savings: Savings, total: Bill) -> Iterator[Bill]:
    """One bill for each juror, persona, model, launch or day; `total` gets all of it.

    A launch's is given once its rows have been read, so a long day needs no more memory than a short one; the others
    are few, and are given sorted at the end.
    """
    if by in IN_ORDER:
        for name, some in groupby(rows, key=KEYS[by]):
            yield _bill(name, some, savings, total)
        return
    found: dict[tuple[str, ...], Bill] = {}
    for row in rows:
        found.setdefault(KEYS[by](row), Bill(KEYS[by](row))).add(row, savings)
        total.add(row, savings)
    yield from (found[name] for name in sorted(found))


def _bill(name: tuple[str, ...], rows: Iterable[CostRow], savings: Savings, total: Bill) -> Bill:
    bill = Bill(name)
    for row in rows:
        bill.add(row, savings)
        total.add(row, savings)
    return bill


@dataclass(frozen=True)
class BatchSpend:
    """A batch's whole bill, as the ledger has it."""

    models: tuple[Bill, ...]
    by_launch: Mapping[str, Decimal]  # slug -> USD
    total: Bill

    @property
    def cost_usd(self) -> Decimal:
        return self.total.spend.cost_usd

    @property
    def calls(self) -> int:
        return self.total.spend.calls

    def as_json(self) -> dict[str, Any]:
        """For the summary: figures as exact decimal text."""
        return {
            "cost_usd": str(self.cost_usd),
            "calls": self.calls,
            "unpriced_calls": self.total.spend.unpriced,
            "presumed_usd": str(self.total.presumed_usd),
            "saved_by_cache_usd": str(self.total.saved.cache_usd),
            "saved_by_batches_usd": str(self.total.saved.batch_usd),
            "models": [
                {
                    "model": m.name[0],
                    "calls": m.spend.calls,
                    "unpriced_calls": m.spend.unpriced,
                    "cost_usd": str(m.spend.cost_usd),
                    "cache_hit_share": round(m.hit_share, 4),
                    **m.spend.usage.model_dump(),
                }
                for m in self.models
            ],
        }


def add_up(rows: Iterable[CostRow], prices: Mapping[str, Price]) -> BatchSpend:
    """One pass over the ledger's rows. prices: panel.toml's, for what was saved."""
    by_launch: dict[str, Decimal] = {}
    total = Bill()

    def counted() -> Iterator[CostRow]:
        for row in rows:
            by_launch[row.launch] = by_launch.get(row.launch, ZERO) + row.spend.cost_usd
            yield row

    models = tuple(bills(counted(), "model", Savings(prices), total))
    return BatchSpend(models, by_launch, total)
