"""What the ledger's thread does with a group of jobs in one transaction: endings first, then claims, then reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from panel.errors import StoreError
from panel.records import Usage
from panel.store.dialect import alone, insert_missing
from panel.store.folding import named_hashes
from panel.store.lock import is_held
from panel.store.tables import calls, texts

if TYPE_CHECKING:
    from panel.store.ledger import CallRow


@dataclass(frozen=True, slots=True)
class Claimed:
    """It is yours to send, and `sent` on the disk."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Known:
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
class Claim:
    """Job: `Ledger.claim`."""

    row: "CallRow"
    folded: str
    apart: dict[str, str]
    again: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """Job: `Ledger.answered`."""

    key: str
    attempt: int
    raw: str
    usage: Usage
    cost_usd: Decimal | None
    model_returned: str
    latency_s: float | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Failed:
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


@dataclass(frozen=True, slots=True)
class Find:
    """Job: `Ledger.sent_body`."""

    key: str
    attempt: int


FOUND = (
    calls.c.key, calls.c.attempt, calls.c.state, calls.c.run_id, calls.c.raw, calls.c.model_returned,
    calls.c.input_tokens, calls.c.cache_write_tokens, calls.c.cache_read_tokens, calls.c.output_tokens,
    calls.c.cost_usd,
)  # fmt: skip
LATEST = select(*FOUND).where(calls.c.key.in_(bindparam("keys", expanding=True))).order_by(calls.c.attempt)
SEND = insert(calls)
ANSWER = (
    update(calls)
    .where(calls.c.key == bindparam("at_key"), calls.c.attempt == bindparam("at_attempt"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "state", "raw", "input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens", "cost_usd",
                "model_returned", "request_id", "latency_s", "ended_at", "why",
            )
        }
    )
)  # fmt: skip
FoundRow = Row[*tuple[Any, ...]]
FAILED = {
    "new_state": "failed", "new_raw": None, "new_input_tokens": 0, "new_cache_write_tokens": 0,
    "new_cache_read_tokens": 0, "new_output_tokens": 0, "new_model_returned": "", "new_request_id": "",
    "new_latency_s": None,
}  # fmt: skip
MOST_KEYS = 400  # bound values in one query


class LedgerWork:
    """Does the jobs, and remembers which claims of this process are still open."""

    def __init__(self, runs_dir: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._runs_dir, self._now = runs_dir, now
        self._open: dict[str, str] = {}  # key -> run that claimed it here and has not ended it

    def run(self, conn: Connection, jobs: Sequence[Any]) -> list[Any]:
        """One result a job, in order. An ending comes before a claim, since a claim may be waiting for it."""
        alone(conn)
        results: dict[int, Any] = {}
        self._end(conn, [job for job in jobs if isinstance(job, Answered | Failed)])
        results |= self._claim(conn, [(i, job) for i, job in enumerate(jobs) if isinstance(job, Claim)])
        for i, job in enumerate(jobs):
            if isinstance(job, Replies):
                results[i] = _replies(conn, job)
            elif isinstance(job, KeysHeld):
                results[i] = _keys_held(conn, job)
            elif isinstance(job, Find):
                results[i] = _find(conn, job)
        return [results.get(i) for i in range(len(jobs))]

    def committed(self, jobs: Sequence[Any], results: Sequence[Any]) -> None:
        """Remember what was claimed here, forget what ended."""
        for job, result in zip(jobs, results, strict=True):
            if isinstance(result, Claimed):
                self._open[job.row.key] = job.row.run_id
            elif isinstance(job, Answered | Failed):
                self._open.pop(job.key, None)

    def abandoned(self, job: Any, result: Any) -> None:
        """A claim nobody waits for any more is given back: its row counts as dead."""
        if isinstance(result, Claimed):
            self._open.pop(job.row.key, None)

    def _end(self, conn: Connection, jobs: Sequence[Answered | Failed]) -> None:
        if not jobs:
            return
        now = _iso(self._now())
        ended = conn.execute(ANSWER, [_ending(job, now) for job in jobs]).rowcount
        if ended != len(jobs):
            missing = ValueError if len(jobs) > 1 else StoreError  # in a group: each is then tried alone
            raise missing(f"The ledger has no call {jobs[0].key!r}, attempt {jobs[0].attempt}.")

    def _claim(self, conn: Connection, jobs: Sequence[tuple[int, Claim]]) -> dict[int, Any]:
        if not jobs:
            return {}
        latest = _latest(conn, sorted({job.row.key for _, job in jobs}))
        now = _iso(self._now())
        results: dict[int, Any] = {}
        new: dict[str, dict[str, Any]] = {}
        apart: dict[str, str] = {}
        for i, job in jobs:
            key = job.row.key
            row = latest.get(key)
            results[i] = HeldBy(new[key]["run_id"]) if key in new else self._stands(row, job)
            if results[i] is None:
                attempt = row.attempt + 1 if row else 0
                results[i] = Claimed(attempt)
                new[key] = _sent(job, attempt, now)
                apart |= job.apart
        if new:
            insert_missing(conn, texts, [{"hash": name, "text": text} for name, text in apart.items()])
            conn.execute(SEND, list(new.values()))
        return results

    def _stands(self, row: FoundRow | None, job: Claim) -> Known | HeldBy | None:
        """What the latest attempt means for this claim; None: ask."""
        if row is None or row.state == "failed":
            return None
        if row.state == "sent":
            return self._held(row, job.row.run_id)
        return None if job.again or row.raw is None else _known(row)  # no text left: its run was deleted

    def _held(self, row: FoundRow, run_id: str) -> HeldBy | None:
        """Who is asking it: another coroutine here, or another run that some living process works on."""
        if row.key in self._open:
            return HeldBy(self._open[row.key])
        alive = row.run_id != run_id and is_held(self._runs_dir, row.run_id)
        return HeldBy(row.run_id) if alive else None


def _latest(conn: Connection, keys: Sequence[str]) -> dict[str, FoundRow]:
    """The newest attempt at each key that was ever asked."""
    return {row.key: row for row in conn.execute(LATEST, {"keys": keys})}


def _known(row: FoundRow) -> Known:
    _, attempt, _, _, raw, model, fresh, write, read, output, cost = tuple(row)
    usage = Usage.model_construct(
        input_tokens=fresh, cache_write_tokens=write, cache_read_tokens=read, output_tokens=output
    )
    return Known(raw, attempt, model, usage, None if cost is None else Decimal(cost))


def _sent(job: Claim, attempt: int, now: str) -> dict[str, Any]:
    row = job.row
    return {
        "key": row.key, "attempt": attempt, "run_id": row.run_id, "provider": row.provider, "model": row.model,
        "base_url": row.base_url, "purpose": row.purpose, "draw": row.draw, "launch": row.launch,
        "persona_id": row.persona_id, "state": "sent", "request": job.folded, "raw": None, "input_tokens": 0,
        "cache_write_tokens": 0, "cache_read_tokens": 0, "output_tokens": 0, "cost_usd": None, "model_returned": "",
        "request_id": "", "latency_s": None, "sent_at": now, "ended_at": "", "why": "",
    }  # fmt: skip


def _ending(job: Answered | Failed, now: str) -> dict[str, Any]:
    """Values of `ANSWER`, in its names."""
    cost = None if job.cost_usd is None else str(job.cost_usd)
    values = {"at_key": job.key, "at_attempt": job.attempt, "new_cost_usd": cost, "new_ended_at": now}
    if isinstance(job, Failed):
        return values | FAILED | {"new_why": job.why}
    usage = job.usage
    return values | {
        "new_state": "answered", "new_raw": job.raw, "new_input_tokens": usage.input_tokens,
        "new_cache_write_tokens": usage.cache_write_tokens, "new_cache_read_tokens": usage.cache_read_tokens,
        "new_output_tokens": usage.output_tokens, "new_model_returned": job.model_returned,
        "new_request_id": job.request_id, "new_latency_s": job.latency_s, "new_why": "",
    }  # fmt: skip


def _replies(conn: Connection, job: Replies) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for some in _some(sorted({key for key, _ in job.wanted})):
        for row in conn.execute(LATEST, {"keys": some}):
            if (row.key, row.attempt) in job.wanted and row.raw is not None:
                found[row.key, row.attempt] = row.raw
    return found


def _keys_held(conn: Connection, job: KeysHeld) -> frozenset[str]:
    asked = select(calls.c.key).where(calls.c.key.in_(bindparam("keys", expanding=True))).distinct()
    some = (conn.execute(asked, {"keys": keys}).scalars() for keys in _some(sorted(job.keys)))
    return frozenset(key for keys in some for key in keys)


def _find(conn: Connection, job: Find) -> tuple[str, dict[str, str]] | None:
    at = (calls.c.key == job.key, calls.c.attempt == job.attempt)
    folded = conn.execute(select(calls.c.request).where(*at)).scalar()
    if folded is None:
        return None
    named = sorted(named_hashes(folded))
    rows = conn.execute(select(texts.c.hash, texts.c.text).where(texts.c.hash.in_(named)))
    return folded, {row.hash: row.text for row in rows}


def _some(keys: Sequence[str]) -> list[Sequence[str]]:
    return [keys[i : i + MOST_KEYS] for i in range(0, len(keys), MOST_KEYS)]


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")
