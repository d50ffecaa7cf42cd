"""The ledger's statements: written in SQLAlchemy Core, compiled once for a database, then handed to its driver.

That saves the 15 microseconds a row that `Connection.execute` takes to bind values; no column here needs its values
converted, and every call passes here twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Dialect, Table, bindparam, insert, select, update

from panel.store.ledger.text_encoding import decode_text, encode_text
from panel.store.sql_dialect import insert_or_leave, upsert
from panel.store.tables.core import PRESUMED, calls, counters, provider_batches, texts

Key = tuple[str, int]  # ledger key, attempt
SIZES = (1, 8, 64, 400)  # keys looked up at once: few spellings of one query, which drivers then keep prepared
FOUND = (
    "key", "attempt", "state", "run_id", "raw", "model_returned", "input_tokens", "cache_write_tokens",
    "cache_read_tokens", "output_tokens", "cost_usd", "owner", "batch_id",
)  # fmt: skip
COUNTED = ("key", "attempt", "run_id", "launch", "sent_at", "cost_usd", "worst_usd")  # what a counter is made of
PRESUMED_COLUMNS = tuple(
    calls.c[name]
    for name in ("key", "attempt", "owner", "state", "batch_id", "launch", "persona_id", "worst_usd", "sent_at")
)
ENDED = (
    "state", "raw", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens", "cost_usd",
    "model_returned", "request_id", "latency_s", "ended_at", "why",
)  # fmt: skip


class PreparedStatement:
    """One statement as a dialect spells it, and the order its values go in."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str] | None = None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.sql = str(compiled)
        order = compiled.positiontup  # None where values go by name
        self.values: Any = dict if order is None else _picker(order)

    def many(self, conn: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
        """Run it for each row; give back how many rows it touched."""
        values = [self.values(row) for row in rows]
        return conn.exec_driver_sql(self.sql, values).rowcount if values else 0

    def rows(self, conn: Connection, values: Mapping[str, Any]) -> Iterator[Any]:
        """Run it once; give back what it finds."""
        yield from conn.exec_driver_sql(self.sql, self.values(values))


class LedgerSql:
    """What the ledger says to one kind of database."""

    def __init__(self, dialect: Dialect) -> None:
        at = (calls.c.key == bindparam("at_key"), calls.c.attempt == bindparam("at_attempt"))
        ending = update(calls).where(*at).values({name: bindparam(f"new_{name}") for name in ENDED})
        self._end = PreparedStatement(ending, dialect)
        self._send = PreparedStatement(insert(calls), dialect, [column.name for column in calls.c])
        self._keep = PreparedStatement(insert_or_leave(dialect, texts), dialect, [column.name for column in texts.c])
        self._count = PreparedStatement(upsert(dialect.name, counters, ("scope", "amount")), dialect)
        self._find = _by_keys(dialect, FOUND, calls, calls.c.key, calls.c.attempt)
        self._counted = _by_keys(dialect, COUNTED, calls, calls.c.key)
        self._amounts = _by_keys(dialect, ("scope", "amount"), counters, counters.c.scope)

    def end(self, conn: Connection, endings: Sequence[Mapping[str, Any]]) -> int:
        """Write how calls ended: `at_key`, `at_attempt` and `new_...` for each of `ENDED`. How many there were."""
        return self._end.many(conn, endings)

    def send(self, conn: Connection, rows: Iterable[Mapping[str, Any]], apart: Mapping[str, str]) -> None:
        """Write calls about to be sent, and the texts their bodies name."""
        self._keep.many(conn, [{"hash": name, "text": encode_text(text)} for name, text in apart.items()])
        self._send.many(conn, rows)

    def attempts(self, conn: Connection, keys: Iterable[str]) -> Iterator[Any]:
        """Every attempt at these keys, `FOUND` of each, the newest of a key last."""
        return _rows(conn, self._find, keys)

    def counted(self, conn: Connection, keys: Iterable[str]) -> Iterator[Any]:
        """Every attempt at these keys, `COUNTED` of each."""
        return _rows(conn, self._counted, keys)

    def amounts(self, conn: Connection, scopes: Iterable[str]) -> dict[str, str]:
        """The counters of these scopes; one that counts nothing yet is not among them."""
        return {row.scope: row.amount for row in _rows(conn, self._amounts, scopes)}

    def count(self, conn: Connection, amounts: Mapping[str, str]) -> None:
        """Write counters, by scope."""
        self._count.many(conn, [{"scope": scope, "amount": amounts[scope]} for scope in sorted(amounts)])

    def presumed(self, conn: Connection, *where: ColumnElement[bool]) -> Sequence[Any]:
        """Calls counted at their worst: key, attempt, owner, state, batch, launch, persona, worst, when sent."""
        return conn.execute(select(*PRESUMED_COLUMNS).where(PRESUMED, *where)).all()

    def batch_states(self, conn: Connection, batch_ids: Iterable[str]) -> dict[str, str]:
        """The states of these provider batches; one nobody wrote down is not among them."""
        wanted = sorted(set(batch_ids))
        if not wanted:
            return {}
        found = select(provider_batches.c.batch_id, provider_batches.c.state)
        return {row.batch_id: row.state for row in conn.execute(found.where(provider_batches.c.batch_id.in_(wanted)))}


def texts_named(conn: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """Texts stored apart, by hash; those deleted are left out."""
    rows = conn.execute(select(texts.c.hash, texts.c.text).where(texts.c.hash.in_(sorted(hashes))))
    return {row.hash: decode_text(row.text) for row in rows}


def _by_keys(
    dialect: Dialect, names: Sequence[str], table: Table, key: Column[Any], *order: Column[Any]
) -> dict[int, PreparedStatement]:
    """One statement for each of `SIZES`: the rows with these keys."""

    def of(size: int) -> PreparedStatement:
        wanted = key.in_([bindparam(f"key_{n}") for n in range(size)])
        return PreparedStatement(select(*(table.c[name] for name in names)).where(wanted).order_by(*order), dialect)

    return {size: of(size) for size in SIZES}


def _rows(conn: Connection, by_size: Mapping[int, PreparedStatement], keys: Iterable[str]) -> Iterator[Any]:
    wanted = sorted(set(keys))
    while wanted:
        size = next((size for size in SIZES if size >= len(wanted)), SIZES[-1])
        some, wanted = wanted[:size], wanted[size:]
        some += some[-1:] * (size - len(some))
        yield from by_size[size].rows(conn, {f"key_{n}": key for n, key in enumerate(some)})


def _picker(order: Sequence[str]) -> Any:
    """Values of a row as a tuple, in a statement's order."""
    if len(order) > 1:
        return itemgetter(*order)
    return lambda row: (row[order[0]],)
