"""What the ledger's thread does with a group of jobs in one transaction: endings first, then claims, then reads."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from panel.errors import StoreError
from panel.records import Usage
from panel.store.dialect import alone
from panel.store.jobs import Answered, Claim, Claimed, Failed, Find, HeldBy, KeysHeld, Known, Replies
from panel.store.ledger_sql import LedgerSql
from panel.store.lock import is_held

FoundRow = Any  # a row of `LedgerSql.attempts`
FAILED = {
    "new_state": "failed", "new_raw": None, "new_input_tokens": 0, "new_cache_write_tokens": 0,
    "new_cache_read_tokens": 0, "new_output_tokens": 0, "new_model_returned": "", "new_request_id": "",
    "new_latency_s": None,
}  # fmt: skip


class LedgerWork:
    """Does the jobs, and remembers which claims of this process are still open."""

    def __init__(self, runs_dir: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._runs_dir, self._now = runs_dir, now
        self._open: dict[str, str] = {}  # key -> run that claimed it here and has not ended it
        self._sql: LedgerSql | None = None

    def run(self, conn: Connection, jobs: Sequence[Any]) -> list[Any]:
        """One result a job, in order. An ending comes before a claim, since a claim may be waiting for it."""
        alone(conn)
        results: dict[int, Any] = {}
        self._end(conn, [job for job in jobs if isinstance(job, Answered | Failed)])
        results |= self._claim(conn, [(i, job) for i, job in enumerate(jobs) if isinstance(job, Claim)])
        for i, job in enumerate(jobs):
            if isinstance(job, Replies):
                found = self._sql_for(conn).attempts(conn, (key for key, _ in job.wanted))
                results[i] = {(r.key, r.attempt): r.raw for r in found if (r.key, r.attempt) in job.wanted and r.raw}
            elif isinstance(job, KeysHeld):
                results[i] = frozenset(row.key for row in self._sql_for(conn).attempts(conn, job.keys))
            elif isinstance(job, Find):
                results[i] = self._sql_for(conn).body(conn, job.key, job.attempt)
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

    def _sql_for(self, conn: Connection) -> LedgerSql:
        """The statements as this database spells them, compiled at first use."""
        self._sql = self._sql or LedgerSql(conn.dialect)
        return self._sql

    def _end(self, conn: Connection, jobs: Sequence[Answered | Failed]) -> None:
        if not jobs:
            return
        now = _iso(self._now())
        ended = self._sql_for(conn).end(conn, [_ending(job, now) for job in jobs])
        if ended != len(jobs):
            missing = ValueError if len(jobs) > 1 else StoreError  # in a group: each is then tried alone
            raise missing(f"The ledger has no call {jobs[0].key!r}, attempt {jobs[0].attempt}.")

    def _claim(self, conn: Connection, jobs: Sequence[tuple[int, Claim]]) -> dict[int, Any]:
        if not jobs:
            return {}
        latest = {row.key: row for row in self._sql_for(conn).attempts(conn, (job.row.key for _, job in jobs))}
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
            self._sql_for(conn).send(conn, new.values(), apart)
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


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")
