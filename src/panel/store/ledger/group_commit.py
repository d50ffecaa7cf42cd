"""What the ledger's thread does with a group of jobs in one transaction: endings first, then claims, then reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection

from panel.errors import StoreError
from panel.store.ledger import statements as sql
from panel.store.ledger.call_state import CallStates
from panel.store.ledger.messages import (
    Claim,
    Claimed,
    ClaimMany,
    HeldBy,
    InBatch,
    KeysHeld,
    LookAtScope,
    LookUp,
    OverBudget,
    RecordAnswer,
    RecordFailure,
    Replies,
    StoredAnswer,
)
from panel.store.ledger.provider_batches import DONE
from panel.store.ledger.spend_limits import ZERO, Counters, calls_of, scopes_of
from panel.store.ledger.text_encoding import decode_text, encode_text, short
from panel.store.locks.process_locks import Locks
from panel.store.sql_dialect import alone
from panel.store.tables.core import calls

MOST = 200  # characters of a server's own names that are kept
MOST_TOKENS = 2**31 - 1  # what a column holds on every database: a server that counts more is kept all the same
MOST_IN_FLIGHT = timedelta(hours=2)  # a call older than this, an hour's outage included, is waited for no more
ALONE = calls.c.batch_id == ""  # calls that went by themselves
SENT = calls.c.state == "sent"
MOST_OWNERS = 1000
DIED = "Its process ended before an answer came."
GIVEN_BACK = "not sent: whoever asked was gone"
FAILED = {
    "new_state": "failed", "new_raw": None, "new_input_tokens": 0, "new_cache_write_tokens": 0,
    "new_cache_read_tokens": 0, "new_output_tokens": 0, "new_model_returned": "", "new_request_id": "",
    "new_latency_s": None,
}  # fmt: skip


Refuse = Callable[[Claim], StoreError | None]


@dataclass(frozen=True, slots=True)
class CountedCall:
    """An attempt at a call, and what it counts in which counters."""

    run_id: str
    attempt: int
    scopes: tuple[str, ...]  # (): not known here, since nobody knows what was written of it last
    worst_usd: Decimal
    counted_usd: Decimal


NewClaim = tuple[Claim, CountedCall]


class GroupCommit:
    """Does the jobs, and remembers which claims of this process are still open."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self._open: dict[str, CountedCall] = {}  # by key: claimed here, and not ended
        self._new: dict[str, NewClaim] = {}  # by key: claimed in this transaction
        self._owners: set[str] = set()  # locks under which was claimed here: what the dead left under them is ended

    def run(self, conn: Connection, jobs: Sequence[Any]) -> list[Any]:
        """One result a job, in order, in a transaction that may still be rolled back.

        An ending comes before a claim, since a claim may be waiting for it.
        """
        endings = [job for job in jobs if isinstance(job, RecordAnswer | RecordFailure)]
        claiming = [job for job in jobs if isinstance(job, Claim | ClaimMany)]
        if endings or claiming:
            alone(conn)
        now, counters = _iso(datetime.now(UTC)), Counters(conn)
        self._end(conn, endings, counters, now)
        claimed = iter(self._claim(conn, claiming, counters, now))
        counters.write()
        return [next(claimed) if isinstance(job, Claim | ClaimMany) else self._result(conn, job) for job in jobs]

    def _result(self, conn: Connection, job: Any) -> Any:
        if isinstance(job, LookUp):
            return self._look(conn, job)
        if isinstance(job, LookAtScope):
            if job.calls:
                return sql.presumed(conn, *calls_of(job.scope))
            return sum((Decimal(row.amount) for row in sql.by_keys(conn, sql.AMOUNTS, [job.scope])), ZERO)
        if isinstance(job, Replies):
            found = sql.by_keys(conn, sql.ATTEMPTS, (key for key, _ in job.wanted))
            mine = (row for row in found if (row.key, row.attempt) in job.wanted and row.raw)
            return {(row.key, row.attempt): decode_text(row.raw) for row in mine}
        if isinstance(job, KeysHeld):
            return frozenset(row.key for row in sql.by_keys(conn, sql.ATTEMPTS, job.keys))
        return None

    def committed(self, jobs: Sequence[Any], results: Sequence[Any]) -> None:
        """It is on the disk, and nobody was told yet: remember what was claimed here, forget what ended."""
        if len(self._owners) > MOST_OWNERS:
            self._owners.clear()  # they are looked at anew, which harms nothing
        for job, result in zip(jobs, results, strict=True):
            if isinstance(job, RecordAnswer | RecordFailure):
                if self._is_open(job.key, job.attempt):
                    del self._open[job.key]
            elif isinstance(job, Claim) and not isinstance(result, StoreError):
                self._owners.add(job.owner)
                if isinstance(result, Claimed):  # calls of a provider batch are that batch's, not ours
                    self._open[job.row.key] = self._new[job.row.key][1]

    def abandoned(self, job: Any, result: Any) -> RecordFailure | None:
        """A claim nobody waits for any more ends unpaid, since nobody sent it. A provider batch keeps its own.

        One whose failure could not be written counts as dead: whoever had it is gone.
        """
        if isinstance(job, Claim) and isinstance(result, Claimed):
            return RecordFailure(job.row.key, result.attempt, GIVEN_BACK, ZERO)
        if isinstance(result, Exception) and isinstance(job, RecordFailure):
            self._open.pop(job.key, None)
        elif isinstance(result, Exception) and isinstance(job, RecordAnswer) and job.key in self._open:
            self._open[job.key] = replace(self._open[job.key], scopes=())  # it may be written: look before counting
        return None

    def _is_open(self, key: str, attempt: int) -> bool:
        """Whether this attempt was claimed here and has not ended."""
        return key in self._open and self._open[key].attempt == attempt

    def _end(
        self, conn: Connection, jobs: Sequence[RecordAnswer | RecordFailure], counters: Counters, now: str
    ) -> None:
        """Write endings. Counters change by what a call counts now less what it counted, so that twice is as once."""
        calls_now = self._counted(conn, jobs)
        counters.load(scope for call in calls_now.values() for scope in call.scopes)
        for job in jobs:
            if call := calls_now.get((job.key, job.attempt)):
                usd = call.worst_usd if job.cost_usd is None else job.cost_usd
                counters.add(call.scopes, usd - call.counted_usd)
                calls_now[job.key, job.attempt] = replace(call, counted_usd=usd)
        ended = sql.end(conn, [_ending(job, now) for job in jobs])
        if ended != len(jobs):
            missing = ValueError if len(jobs) > 1 else StoreError  # in a group: each is then tried alone
            raise missing(f"The ledger has no call {jobs[0].key!r}, attempt {jobs[0].attempt}.")

    def _counted(
        self, conn: Connection, jobs: Sequence[RecordAnswer | RecordFailure]
    ) -> dict[tuple[str, int], CountedCall]:
        """What these calls count, by key and attempt: as they were claimed here, else as they stand in the ledger."""
        mine = [job for job in jobs if self._is_open(job.key, job.attempt) and self._open[job.key].scopes]
        found = {(job.key, job.attempt): self._open[job.key] for job in mine}
        for row in sql.by_keys(conn, sql.COUNTED, (job.key for job in jobs if (job.key, job.attempt) not in found)):
            worst, cost = Decimal(row.worst_usd or 0), row.cost_usd
            scopes = scopes_of(row.run_id, row.launch, row.sent_at)
            counted = worst if cost is None else Decimal(cost)
            found[row.key, row.attempt] = CountedCall(row.run_id, row.attempt, scopes, worst, counted)
        return found

    def _claim(self, conn: Connection, jobs: Sequence[Claim | ClaimMany], counters: Counters, now: str) -> list[Any]:
        """One result a job; an exception among them is that caller's."""
        if not jobs:
            return []
        claims = [claim for job in jobs for claim in _claims(job)]
        refuse = self._refusals(conn, claims, now)
        standing = self._standing(conn, [claim.row.key for claim in claims])
        counters.load(scope for claim in claims for scope in _scopes(claim, now))
        self._new = new = dict[str, NewClaim]()
        in_flight = cache(lambda scope: self._in_flight(conn, scope))  # asked for in this transaction alone
        results: list[Any] = []
        for job in jobs:
            found, asked = _claim_together(_claims(job), standing, new, refuse)
            refusal: StoreError | OverBudget | None = next((one for one in found if isinstance(one, StoreError)), None)
            refusal = refusal or _over_a_limit(asked, counters, new, now, in_flight)  # all of a job, or none
            if refusal is None:
                for claim in asked:
                    row, scopes, worst = claim.row, _scopes(claim, now), claim.row.worst_usd or ZERO
                    counters.add(scopes, worst)
                    call = CountedCall(row.run_id, standing.next_attempt(row.key), scopes, worst, worst)
                    new[row.key] = (claim, call)
            results.append(refusal or (found if isinstance(job, ClaimMany) else found[0]))
        if new:
            apart = {name: text for claim, _ in new.values() for name, text in claim.apart.items()}
            sql.send(conn, [_sent(claim, call.attempt, now) for claim, call in new.values()], apart)
        return results

    def _in_flight(self, conn: Connection, scope: str) -> Decimal:
        """What a scope's calls in flight, of processes that live, count now and may give back.

        Nobody waits for what lies in a provider's batch, nor for the dead.
        """
        since = _iso(datetime.now(UTC) - MOST_IN_FLIGHT)
        rows = sql.presumed(conn, SENT, ALONE, calls.c.sent_at > since, *calls_of(scope))
        alive = {owner: self._locks.is_held(owner) for owner in {row.owner for row in rows} - self._owners}
        mine = (row for row in rows if self._is_open(row.key, row.attempt) or alive.get(row.owner))
        return sum((Decimal(row.worst_usd) for row in mine), ZERO)

    def _end_dead(self, conn: Connection, claims: Iterable[Claim], now: str) -> None:
        """End what died under locks that are first claimed under here: whoever holds one knows that nobody else asks.

        Such a call may be billed: it counts at its worst for ever.
        """
        new = {claim.owner: claim.row.run_id for claim in claims if claim.owner not in self._owners}
        if not new:
            return
        of_theirs = (calls.c.run_id.in_(sorted(set(new.values()))), calls.c.owner.in_(sorted(new)))
        rows = sql.presumed(conn, SENT, ALONE, *of_theirs)
        dead = [RecordFailure(row.key, row.attempt, DIED, None) for row in rows if row.key not in self._open]
        sql.end(conn, [_ending(job, now) for job in dead])

    def _look(self, conn: Connection, job: LookUp) -> dict[str, StoredAnswer | InBatch | HeldBy]:
        standing = self._standing(conn, job.keys)
        found = ((key, standing.stands(key, job.owner)) for key in job.keys)
        return {key: stands for key, stands in found if stands is not None}

    def _standing(self, conn: Connection, keys: Sequence[str]) -> CallStates:
        latest = {row.key: row for row in sql.by_keys(conn, sql.ATTEMPTS, keys)}
        out = (row.batch_id for row in latest.values() if row.state == "sent" and row.batch_id)
        open_batches = {row.batch_id for row in sql.by_keys(conn, sql.STATES, out) if row.state not in DONE}
        return CallStates(latest, open_batches, self._open, self._locks)

    def _refusals(self, conn: Connection, claims: Sequence[Claim], now: str) -> Refuse:
        """Why a claim may not be made: its lock was lost, or its provider batch isn't being filled."""
        lost = self._locks.lost({claim.owner for claim in claims}, conn)
        self._end_dead(conn, (claim for claim in claims if claim.owner not in lost and not claim.batch_id), now)
        named = {claim.batch_id for claim in claims} - {""}
        filling = {row.batch_id for row in sql.by_keys(conn, sql.STATES, named) if row.state == "filling"}

        def refuse(claim: Claim) -> StoreError | None:
            if claim.owner in lost:
                return StoreError(
                    f"The lock on {claim.owner!r} was lost, so nothing more is asked under it.",
                    hint="What was stored is kept: start again, and only what is missing is asked.",
                )
            if claim.batch_id and claim.batch_id not in filling:
                return StoreError(f"There is no provider batch {claim.batch_id!r} being filled.")
            return None

        return refuse


def _claims(job: Claim | ClaimMany) -> tuple[Claim, ...]:
    return job.claims if isinstance(job, ClaimMany) else (job,)


def _scopes(claim: Claim, now: str) -> tuple[str, str, str]:
    return scopes_of(claim.row.run_id, claim.row.launch, now)


def _over_a_limit(
    asked: Sequence[Claim], counters: Counters, new: Mapping[str, NewClaim], now: str,
    in_flight: Callable[[str], Decimal],
) -> OverBudget | None:  # fmt: skip
    """The first limit that these claims, together, might pass. A call that costs nothing passes none."""
    needs: dict[tuple[str, Decimal], Decimal] = {}
    for claim in asked:
        for scope, limit in claim.limits.of(_scopes(claim, now)):
            if claim.row.worst_usd is None:
                return OverBudget(scope, limit, counters.used(scope), None)
            needs[scope, limit] = needs.get((scope, limit), ZERO) + claim.row.worst_usd
    for (scope, limit), need in needs.items():
        used = counters.used(scope)
        if need and used + need > limit:
            just_now = (call.worst_usd for claim, call in new.values() if scope in call.scopes and not claim.batch_id)
            least = used - in_flight(scope) - sum(just_now, ZERO)
            return OverBudget(scope, limit, used, need, may_wait=least + need <= limit)
    return None


def _claim_together(
    claims: Sequence[Claim], standing: CallStates, new: Mapping[str, NewClaim], refuse: Refuse
) -> tuple[list[Any], list[Claim]]:
    """What each of a job's claims is told if there is money, and those that need some. new: claimed by jobs before."""
    asked: dict[str, Claim] = {}
    found: list[Any] = []
    for claim in claims:
        key = claim.row.key
        if key in asked or key in new:
            found.append(_asking(asked[key] if key in asked else new[key][0]))
            continue
        found.append(standing.stands(key, claim.owner, again=claim.again) or refuse(claim))
        if found[-1] is None:
            asked[key], found[-1] = claim, Claimed(standing.next_attempt(key))
    return found, list(asked.values())


def _asking(first: Claim) -> HeldBy:
    """What a second claim in one group is told."""
    return InBatch(first.row.run_id, first.batch_id) if first.batch_id else HeldBy(first.row.run_id)


def _sent(claim: Claim, attempt: int, now: str) -> dict[str, Any]:
    row = claim.row
    return {
        "key": row.key, "attempt": attempt, "run_id": row.run_id, "provider": row.provider, "model": row.model,
        "base_url": row.base_url, "purpose": row.purpose, "draw": row.draw, "launch": row.launch,
        "persona_id": row.persona_id, "state": "sent", "request": encode_text(claim.folded), "raw": None,
        "input_tokens": 0, "cache_write_tokens": 0, "cache_read_tokens": 0, "output_tokens": 0, "cost_usd": None,
        "model_returned": "", "request_id": "", "latency_s": None, "sent_at": now, "ended_at": "", "why": "",
        "owner": claim.owner, "batch_id": claim.batch_id,
        "worst_usd": None if row.worst_usd is None else str(row.worst_usd),
    }  # fmt: skip


def _ending(job: RecordAnswer | RecordFailure, now: str) -> dict[str, Any]:
    """Values of `ANSWER`, in its names."""
    cost = None if job.cost_usd is None else str(job.cost_usd)
    values = {"at_key": job.key, "at_attempt": job.attempt, "new_cost_usd": cost, "new_ended_at": now}
    if isinstance(job, RecordFailure):
        return values | FAILED | {"new_why": encode_text(job.why)}
    used = job.usage
    return values | {
        "new_state": "answered", "new_raw": encode_text(job.raw),
        "new_input_tokens": min(used.input_tokens, MOST_TOKENS),
        "new_cache_write_tokens": min(used.cache_write_tokens, MOST_TOKENS),
        "new_cache_read_tokens": min(used.cache_read_tokens, MOST_TOKENS),
        "new_output_tokens": min(used.output_tokens, MOST_TOKENS),
        "new_model_returned": short(job.model_returned, MOST),
        "new_request_id": short(job.request_id, MOST), "new_latency_s": job.latency_s, "new_why": job.why,
    }  # fmt: skip


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")
