"""What calls cost, read from the ledger as a stream: no text is loaded, and sums are exact.

Costs are decimals written as text, which SQLite can't add exactly, and whole nano-dollars would round a cached token's
price; so rows come from the database sorted and are added here.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from panel.records import Spend, SpendRow, Usage, Value
from panel.store.database import ONE_BY_ONE
from panel.store.tables.core import calls

DAY = func.substr(calls.c.sent_at, 1, 10)
NOT_FREE = or_(calls.c.state != "failed", calls.c.cost_usd.is_(None), calls.c.cost_usd != "0")  # settled in `_add`
TOKENS = (calls.c.input_tokens, calls.c.cache_write_tokens, calls.c.cache_read_tokens, calls.c.output_tokens)


class CostRow(Value):
    """Spend of one juror on one launch on one UTC day at one address, calls alone and in provider batches apart."""

    day: date
    launch: str  # slug
    persona_id: str
    model: str
    base_url: str  # where it was asked: prices differ by address
    batch: bool  # went in a provider batch
    spend: Spend
    presumed_usd: Decimal = Decimal(0)  # what budgets count for `spend.unpriced` calls: the most they may have cost


def cost_rows(conn: Connection, run_id: str = "") -> Iterator[CostRow]:
    """By launch, persona, model, day, address and batch; of one run or all.

    A call counts unless it surely cost nothing; one that was sent and never ended is `unpriced`, since its provider
    may have billed it.
    """
    batch = calls.c.batch_id != ""
    whose = (
        calls.c.launch, calls.c.persona_id, calls.c.model, DAY.label("day"), calls.c.base_url, batch.label("batch"),
    )  # fmt: skip
    wanted = _of(select(*whose, calls.c.state, calls.c.cost_usd, calls.c.worst_usd, *TOKENS), run_id).order_by(*whose)
    for (launch, persona_id, model, on, at, in_batch), rows in groupby(conn.execute(wanted), key=lambda row: row[:6]):
        spend, presumed = _add(row[6:] for row in rows)
        if spend.calls:
            yield CostRow(
                day=date.fromisoformat(on), launch=launch, persona_id=persona_id, model=model, base_url=at,
                batch=bool(in_batch), spend=spend, presumed_usd=presumed,
            )  # fmt: skip


def total(conn: Connection, run_id: str = "") -> Spend:
    """All of it in one sum."""
    return _add(conn.execute(_of(select(calls.c.state, calls.c.cost_usd, calls.c.worst_usd, *TOKENS), run_id)))[0]


def by_juror(rows: Iterable[CostRow]) -> tuple[SpendRow, ...]:
    """The same without days and batches, sorted by launch, persona and model."""
    sums: dict[tuple[str, str, str], Spend] = {}
    for row in rows:
        whose = (row.launch, row.persona_id, row.model)
        sums[whose] = add_spends(sums.get(whose, Spend()), row.spend)
    return tuple(SpendRow(launch=w[0], persona_id=w[1], model=w[2], spend=s) for w, s in sorted(sums.items()))


def add_spends(one: Spend, other: Spend) -> Spend:
    return Spend(
        calls=one.calls + other.calls, reused=one.reused + other.reused, usage=one.usage + other.usage,
        cost_usd=one.cost_usd + other.cost_usd, unpriced=one.unpriced + other.unpriced,
    )  # fmt: skip


def _of(wanted: Select[Any], run_id: str) -> Select[Any]:
    whose = (calls.c.run_id == run_id,) if run_id else ()
    return wanted.where(NOT_FREE, *whose).execution_options(**ONE_BY_ONE)


def _add(rows: Iterable[Any]) -> tuple[Spend, Decimal]:
    """State, cost, worst case and the four token classes of each, added up; and the worst of those of unknown cost."""
    cost, presumed, number, unpriced, tokens = Decimal(0), Decimal(0), 0, 0, [0, 0, 0, 0]
    for state, cost_usd, worst_usd, *used in rows:
        paid = None if cost_usd is None else Decimal(cost_usd)
        if state == "failed" and paid == 0:
            continue
        number, unpriced, cost = number + 1, unpriced + (paid is None), cost + (paid or 0)
        presumed += Decimal(worst_usd) if paid is None and worst_usd else 0
        tokens = [had + more for had, more in zip(tokens, used, strict=True)]
    names = ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens")
    usage = Usage(**dict(zip(names, tokens, strict=True)))
    return Spend(calls=number, usage=usage, cost_usd=cost, unpriced=unpriced), presumed
