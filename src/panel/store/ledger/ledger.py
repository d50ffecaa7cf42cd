"""Every call we pay for, one row an attempt. It is the resume: what it holds is never asked again.

    claim     -> Claimed   the row stands as `sent` on the disk; now send
                 Known     answered before: nothing to send
                 HeldBy    being asked by another living run, or by another coroutine of this one; look again later
                 InBatch   on its way in a provider batch, until that batch is `collected` or `lost`
    answered  -> the reply, its tokens and its price are on the disk
    failed    -> nothing came of it; the next claim tries again

A row `sent` under a lock nobody holds any more belongs to a killed process: it is claimed again as the next attempt.
So are rows sent under the claimer's own lock before it was killed and resumed: whoever claims holds the lock named
(`owner`, else the run's), and one process holds one `Ledger` for it, so a `sent` row of its own that it did not send is
a dead one.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from panel.records import Call, Usage, sha256_of
from panel.store.ledger.bodies import exact_json, fold_body
from panel.store.ledger.group_commit import GroupCommit
from panel.store.ledger.messages import (
    CallRow,
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
from panel.store.ledger.writer import LedgerWriter
from panel.store.locks.process_locks import Locks


def ledger_key(provider: str, base_url: str, model: str, body: Mapping[str, Any], draw: int) -> str:
    """Which question this is: `sha256:` over where it goes, the exact body (long texts by their hash) and the draw.

    Bodies that differ only in the order of their keys are different questions: a schema's order is an instruction.
    """
    return folded_key(provider, base_url, model, fold_body(body)[0], draw)


def folded_key(provider: str, base_url: str, model: str, folded: str, draw: int) -> str:
    """`ledger_key` of a body that is folded already."""
    return sha256_of(exact_json([provider, base_url, model, folded, draw]))


class Ledger:
    """The calls of one database. All methods that wait return only when the disk has it."""

    def __init__(self, engine: Engine, locks: Locks) -> None:
        """locks: those this process holds for what it claims; a claim under one that was lost is refused.

        Raises StoreError for a database that can't be used.
        """
        self._writer = LedgerWriter(engine, GroupCommit(locks))

    async def claim(self, row: CallRow, *, again: bool = False) -> Claimed | StoredAnswer | HeldBy:
        """The right to send this call, its stored answer, or who is asking it now.

        again: ask anew though it was answered (an answer nobody could use).
        A caller cancelled while it waits gives its claim back: the next one sends.
        """
        result: Claimed | StoredAnswer | HeldBy = await self._writer.do(_claim(row, again))
        return result

    async def claim_for_batch(
        self, rows: Sequence[CallRow], batch_id: str
    ) -> list[Claimed | StoredAnswer | HeldBy | InBatch]:
        """Put these calls into a provider batch that is being filled: one result a row, in order, one transaction.

        A row claimed here belongs to the batch, whoever lives: to all, this caller included, it is `InBatch` until the
        batch is `collected` or `lost`. A key given twice is `Claimed` once. Raises StoreError when there is no such
        batch in state `filling`: nothing may join one whose bodies may have been sent.
        """
        claims = tuple(_claim(row, False, batch_id) for row in rows)
        result: list[Claimed | StoredAnswer | HeldBy | InBatch] = await self._writer.do(ClaimMany(claims, batch_id))
        return result

    async def look(self, keys: Iterable[str], *, owner: str = "") -> dict[str, StoredAnswer | InBatch | HeldBy]:
        """How these questions stand, claiming nothing; a key that would be `Claimed` now is not in the answer.

        owner: the lock the caller holds; calls sent under it by a process since killed count as dead.
        """
        result: dict[str, StoredAnswer | InBatch | HeldBy] = await self._writer.do(LookUp(tuple(keys), owner))
        return result

    async def answered(
        self, key: str, attempt: int, *, raw: str, usage: Usage, cost_usd: Decimal | None, model_returned: str = "",
        latency_s: float | None = None, request_id: str = "",
    ) -> None:  # fmt: skip
        """Keep a reply. cost_usd None: its price is unknown, which is not 0. StoreError for a call not claimed."""
        await self._writer.do(RecordAnswer(key, attempt, raw, usage, cost_usd, model_returned, latency_s, request_id))

    async def failed(self, key: str, attempt: int, why: str, *, cost_usd: Decimal | None = None) -> None:
        """Keep that nothing came. cost_usd 0: surely not paid; None: it may have been. StoreError as `answered`."""
        await self._writer.do(RecordFailure(key, attempt, why, cost_usd))

    async def raw_replies(self, calls: Iterable[Call]) -> dict[tuple[str, int], str]:
        """Replies as they came, by key and attempt; those never given or deleted since are left out."""
        wanted = frozenset((call.key, call.attempt) for call in calls)
        result: dict[tuple[str, int], str] = await self._writer.do(Replies(wanted))
        return result

    async def keys_held(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of these keys that were ever sent: a fresh draw is one whose keys are not among them."""
        result: frozenset[str] = await self._writer.do(KeysHeld(frozenset(keys)))
        return result

    def close(self) -> None:
        """Finish what waits and let the connection go."""
        self._writer.close()


def _claim(row: CallRow, again: bool, batch_id: str = "") -> Claim:
    folded, apart = row.folded or fold_body(row.body)
    return Claim(row, folded, apart, again, batch_id)
