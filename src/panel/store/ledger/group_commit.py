"""What the ledger's thread does with a group of jobs in one transaction: endings first, then claims, then reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from panel.errors import StoreError
from panel.store.ledger.call_state import CallStates
from panel.store.ledger.messages import (
    Claim,
    Claimed,
    ClaimMany,
    HeldBy,
    InBatch,
    KeysHeld,
    LookUp,
    RecordAnswer,
    RecordFailure,
    Replies,
    StoredAnswer,
)
from panel.store.ledger.provider_batches import DONE
from panel.store.ledger.statements import LedgerSql
from panel.store.ledger.text_encoding import decode_text, encode_text, short
from panel.store.locks.process_locks import Locks
from panel.store.sql_dialect import alone

MOST = 200  # characters of a server's own names that are kept
FAILED = {
    "new_state": "failed", "new_raw": None, "new_input_tokens": 0, "new_cache_write_tokens": 0,
    "new_cache_read_tokens": 0, "new_output_tokens": 0, "new_model_returned": "", "new_request_id": "",
    "new_latency_s": None,
}  # fmt: skip


class GroupCommit:
    """Does the jobs, and remembers which claims of this process are still open."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self._open: dict[str, str] = {}  # key -> run that claimed it here and has not ended it
        self._sql: LedgerSql | None = None

    def run(self, conn: Connection, jobs: Sequence[Any]) -> list[Any]:
        """One result a job, in order. An ending comes before a claim, since a claim may be waiting for it."""
        if any(isinstance(job, RecordAnswer | RecordFailure | Claim | ClaimMany) for job in jobs):
            alone(conn)
        self._end(conn, [job for job in jobs if isinstance(job, RecordAnswer | RecordFailure)])
        claimed = iter(self._claim(conn, [claim for job in jobs for claim in _claims(job)]))
        return [self._result(conn, job, claimed) for job in jobs]

    def _result(self, conn: Connection, job: Any, claimed: Iterator[Any]) -> Any:
        if isinstance(job, Claim):
            return next(claimed)
        if isinstance(job, ClaimMany):
            return _one_refusal_for_all(list(islice(claimed, len(job.claims))))
        if isinstance(job, LookUp):
            return self._look(conn, job)
        if isinstance(job, Replies):
            found = self._sql_for(conn).attempts(conn, (key for key, _ in job.wanted))
            mine = (row for row in found if (row.key, row.attempt) in job.wanted and row.raw)
            return {(row.key, row.attempt): decode_text(row.raw) for row in mine}
        if isinstance(job, KeysHeld):
            return frozenset(row.key for row in self._sql_for(conn).attempts(conn, job.keys))
        return None

    def committed(self, jobs: Sequence[Any], results: Sequence[Any]) -> None:
        """Remember what was claimed here, forget what ended."""
        for job, result in zip(jobs, results, strict=True):
            if isinstance(result, Claimed):
                self._open[job.row.key] = job.row.run_id  # calls of a provider batch are that batch's, not ours
            elif isinstance(job, RecordAnswer | RecordFailure):
                self._open.pop(job.key, None)

    def abandoned(self, job: Any, result: Any) -> None:
        """A claim nobody waits for any more is given back: its row counts as dead. A provider batch keeps its own.

        So is one whose failure could not be written: whoever had it is gone.
        """
        if isinstance(result, Claimed):
            self._open.pop(job.row.key, None)
        elif isinstance(job, RecordFailure) and isinstance(result, Exception):
            self._open.pop(job.key, None)

    def _sql_for(self, conn: Connection) -> LedgerSql:
        """The statements as this database spells them, compiled at first use."""
        self._sql = self._sql or LedgerSql(conn.dialect)
        return self._sql

    def _end(self, conn: Connection, jobs: Sequence[RecordAnswer | RecordFailure]) -> None:
        if not jobs:
            return
        now = _iso(datetime.now(UTC))
        ended = self._sql_for(conn).end(conn, [_ending(job, now) for job in jobs])
        if ended != len(jobs):
            missing = ValueError if len(jobs) > 1 else StoreError  # in a group: each is then tried alone
            raise missing(f"The ledger has no call {jobs[0].key!r}, attempt {jobs[0].attempt}.")

    def _claim(self, conn: Connection, claims: Sequence[Claim]) -> list[Any]:
        """One result a claim; an exception among them is that caller's."""
        if not claims:
            return []
        standing = self._standing(conn, [claim.row.key for claim in claims])
        refusal = self._refusals(conn, claims)
        now = _iso(datetime.now(UTC))
        results: list[Any] = []
        new: dict[str, dict[str, Any]] = {}
        apart: dict[str, str] = {}
        for claim in claims:
            key = claim.row.key
            found: Any = _asking(new[key]) if key in new else standing.stands(key, claim.owner, again=claim.again)
            found = found or refusal(claim)
            if found is None:
                attempt = standing.next_attempt(key)
                found = Claimed(attempt)
                new[key] = _sent(claim, attempt, now)
                apart |= claim.apart
            results.append(found)
        if new:
            self._sql_for(conn).send(conn, new.values(), apart)
        return results

    def _look(self, conn: Connection, job: LookUp) -> dict[str, StoredAnswer | InBatch | HeldBy]:
        standing = self._standing(conn, job.keys)
        found = ((key, standing.stands(key, job.owner)) for key in job.keys)
        return {key: stands for key, stands in found if stands is not None}

    def _standing(self, conn: Connection, keys: Sequence[str]) -> CallStates:
        sql = self._sql_for(conn)
        latest = {row.key: row for row in sql.attempts(conn, keys)}
        out = sql.batch_states(conn, (row.batch_id for row in latest.values() if row.state == "sent" and row.batch_id))
        open_batches = frozenset(name for name, state in out.items() if state not in DONE)
        return CallStates(latest, open_batches, self._open, self._locks)

    def _refusals(self, conn: Connection, claims: Sequence[Claim]) -> Callable[[Claim], StoreError | None]:
        """Why a claim may not be made: its lock was lost, or its provider batch isn't being filled."""
        lost = self._locks.lost({claim.owner for claim in claims}, conn)
        states = self._sql_for(conn).batch_states(conn, {claim.batch_id for claim in claims} - {""})

        def refuse(claim: Claim) -> StoreError | None:
            if claim.owner in lost:
                return StoreError(
                    f"The lock on {claim.owner!r} was lost, so nothing more is asked under it.",
                    hint="What was stored is kept: start again, and only what is missing is asked.",
                )
            if claim.batch_id and states.get(claim.batch_id) != "filling":
                return StoreError(f"There is no provider batch {claim.batch_id!r} being filled.")
            return None

        return refuse


def _claims(job: Any) -> tuple[Claim, ...]:
    if isinstance(job, ClaimMany):
        return job.claims
    return (job,) if isinstance(job, Claim) else ()


def _one_refusal_for_all(results: list[Any]) -> Any:
    """A group is refused as a whole, by the first refusal in it."""
    return next((result for result in results if isinstance(result, StoreError)), results)


def _asking(new: Mapping[str, Any]) -> HeldBy:
    """What a second claim in one group is told."""
    return InBatch(new["run_id"], new["batch_id"]) if new["batch_id"] else HeldBy(new["run_id"])


def _sent(claim: Claim, attempt: int, now: str) -> dict[str, Any]:
    row = claim.row
    return {
        "key": row.key, "attempt": attempt, "run_id": row.run_id, "provider": row.provider, "model": row.model,
        "base_url": row.base_url, "purpose": row.purpose, "draw": row.draw, "launch": row.launch,
        "persona_id": row.persona_id, "state": "sent", "request": encode_text(claim.folded), "raw": None,
        "input_tokens": 0, "cache_write_tokens": 0, "cache_read_tokens": 0, "output_tokens": 0, "cost_usd": None,
        "model_returned": "", "request_id": "", "latency_s": None, "sent_at": now, "ended_at": "", "why": "",
        "owner": claim.owner, "batch_id": claim.batch_id,
    }  # fmt: skip


def _ending(job: RecordAnswer | RecordFailure, now: str) -> dict[str, Any]:
    """Values of `ANSWER`, in its names."""
    cost = None if job.cost_usd is None else str(job.cost_usd)
    values = {"at_key": job.key, "at_attempt": job.attempt, "new_cost_usd": cost, "new_ended_at": now}
    if isinstance(job, RecordFailure):
        return values | FAILED | {"new_why": encode_text(job.why)}
    usage = job.usage
    return values | {
        "new_state": "answered", "new_raw": encode_text(job.raw), "new_input_tokens": usage.input_tokens,
        "new_cache_write_tokens": usage.cache_write_tokens, "new_cache_read_tokens": usage.cache_read_tokens,
        "new_output_tokens": usage.output_tokens, "new_model_returned": short(job.model_returned, MOST),
        "new_request_id": short(job.request_id, MOST), "new_latency_s": job.latency_s, "new_why": job.why,
    }  # fmt: skip


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")
