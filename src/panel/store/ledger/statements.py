"""What the ledger says to its database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, insert, select, update

from panel.store.ledger.text_encoding import decode_text, encode_text
from panel.store.sql_dialect import insert_or_leave, upsert
from panel.store.tables.core import PRESUMED, calls, counters, provider_batches, texts

SIZES = (1, 8, 64, 400)  # keys looked up at once: few spellings of one query, which drivers then keep prepared
KEYS: Any = bindparam("keys", expanding=True)
c = calls.c
ATTEMPTS = select(  # the newest of a key last
    c.key, c.attempt, c.state, c.run_id, c.raw, c.model_returned, c.input_tokens, c.cache_write_tokens,
    c.cache_read_tokens, c.output_tokens, c.cost_usd, c.owner, c.batch_id,
).where(c.key.in_(KEYS)).order_by(c.attempt)  # fmt: skip
COUNTED = select(c.key, c.attempt, c.run_id, c.launch, c.sent_at, c.cost_usd, c.worst_usd).where(c.key.in_(KEYS))
AMOUNTS = select(counters).where(counters.c.scope.in_(KEYS))
STATES = select(provider_batches.c.batch_id, provider_batches.c.state).where(provider_batches.c.batch_id.in_(KEYS))
UNKNOWN = select(
    c.key, c.attempt, c.owner, c.state, c.batch_id, c.launch, c.persona_id, c.worst_usd, c.sent_at
).where(PRESUMED)  # fmt: skip
ENDED = (
    "state", "raw", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens", "cost_usd",
    "model_returned", "request_id", "latency_s", "ended_at", "why",
)  # fmt: skip
END = (
    update(calls)
    .where(c.key == bindparam("at_key"), c.attempt == bindparam("at_attempt"))
    .values({name: bindparam(f"new_{name}") for name in ENDED})
)


def end(conn: Connection, endings: Sequence[Mapping[str, Any]]) -> int:
    """Write how calls ended: `at_key`, `at_attempt` and `new_...` for each of `ENDED`. How many there were."""
    return conn.execute(END, endings).rowcount if endings else 0


def send(conn: Connection, rows: Sequence[Mapping[str, Any]], apart: Mapping[str, str]) -> None:
    """Write calls about to be sent, and the texts their bodies name."""
    if apart:
        named = [{"hash": name, "text": encode_text(text)} for name, text in apart.items()]
        conn.execute(insert_or_leave(conn.dialect, texts), named)
    conn.execute(insert(calls), rows)


def count(conn: Connection, new: Mapping[str, str]) -> None:
    """Write counters, by scope."""
    if new:
        rows = [{"scope": scope, "amount": new[scope]} for scope in sorted(new)]
        conn.execute(upsert(conn.dialect.name, counters, ("scope", "amount")), rows)


def presumed(conn: Connection, *where: ColumnElement[bool]) -> Sequence[Any]:
    """Calls counted at their worst, `UNKNOWN` of each."""
    return conn.execute(UNKNOWN.where(*where)).all()


def texts_named(conn: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """Texts stored apart, by hash; those deleted are left out."""
    rows = conn.execute(select(texts.c.hash, texts.c.text).where(texts.c.hash.in_(sorted(hashes))))
    return {row.hash: decode_text(row.text) for row in rows}


def by_keys(conn: Connection, statement: Select[Any], keys: Iterable[str]) -> Iterator[Any]:
    """The rows of `ATTEMPTS`, `COUNTED`, `AMOUNTS` or `STATES` for these keys, each asked for once."""
    wanted = sorted(set(keys))
    while wanted:
        size = next((size for size in SIZES if size >= len(wanted)), SIZES[-1])
        some, wanted = wanted[:size], wanted[size:]
        yield from conn.execute(statement, {"keys": some + some[-1:] * (size - len(some))})
