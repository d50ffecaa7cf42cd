"""Every call we pay for, one row an attempt. It is the resume: what it holds is never asked again.

    claim     -> Claimed   the row stands as `sent` on the disk; now send
                 Known     answered before: nothing to send
                 HeldBy    being asked by another living run, or by another coroutine of this one; look again later
    answered  -> the reply, its tokens and its price are on the disk
    failed    -> nothing came of it; the next claim tries again

A row `sent` by a run nobody works on any more (its lock is free) belongs to a killed process: it is claimed again as
the next attempt. So are rows this run sent before it was killed and resumed: whoever claims for a run holds its lock,
and one process holds one `Ledger` for it, so a `sent` row of its own that it did not send is a dead one.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from panel.records import Call, Usage, sha256_of
from panel.store.database import BUSY_S, open_engine
from panel.store.folding import exact_json, fold, unfold
from panel.store.jobs import Answered, CallRow, Claim, Claimed, Failed, Find, HeldBy, KeysHeld, Known, Replies
from panel.store.ledger_work import LedgerWork
from panel.store.writer import Writer


def ledger_key(provider: str, base_url: str, model: str, body: Mapping[str, Any], draw: int) -> str:
    """Which question this is: `sha256:` over where it goes, the exact body (long texts by their hash) and the draw.

    Bodies that differ only in the order of their keys are different questions: a schema's order is an instruction.
    """
    return folded_key(provider, base_url, model, fold(body)[0], draw)


def folded_key(provider: str, base_url: str, model: str, folded: str, draw: int) -> str:
    """`ledger_key` of a body that is folded already."""
    return sha256_of(exact_json([provider, base_url, model, folded, draw]))


class Ledger:
    """The calls of one database. All methods that wait return only when the disk has it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    @classmethod
    def open(cls, url: str, *, runs_dir: Path, busy_s: float = BUSY_S) -> "Ledger":
        """Open or make the database. runs_dir: where the locks stand that say which run is alive.

        Raises Mistake for an address, StoreError for a database that can't be used.
        """
        return cls(Writer(open_engine(url, busy_s=busy_s), LedgerWork(runs_dir)))

    async def claim(self, row: CallRow, *, again: bool = False) -> Claimed | Known | HeldBy:
        """The right to send this call, its stored answer, or who is asking it now.

        again: ask anew though it was answered (an answer nobody could use).
        A caller cancelled while it waits gives its claim back: the next one sends.
        """
        folded, apart = row.folded or fold(row.body)
        result: Claimed | Known | HeldBy = await self._writer.do(Claim(row, folded, apart, again))
        return result

    async def answered(
        self, key: str, attempt: int, *, raw: str, usage: Usage, cost_usd: Decimal | None, model_returned: str = "",
        latency_s: float | None = None, request_id: str = "",
    ) -> None:  # fmt: skip
        """Keep a reply. cost_usd None: its price is unknown, which is not 0. StoreError for a call not claimed."""
        await self._writer.do(Answered(key, attempt, raw, usage, cost_usd, model_returned, latency_s, request_id))

    async def failed(self, key: str, attempt: int, why: str, *, cost_usd: Decimal | None = None) -> None:
        """Keep that nothing came. cost_usd 0: surely not paid; None: it may have been. StoreError as `answered`."""
        await self._writer.do(Failed(key, attempt, why, cost_usd))

    async def raw_replies(self, calls: Iterable[Call]) -> dict[tuple[str, int], str]:
        """Replies as they came, by key and attempt; those never given or deleted since are left out."""
        wanted = frozenset((call.key, call.attempt) for call in calls)
        result: dict[tuple[str, int], str] = await self._writer.do(Replies(wanted))
        return result

    async def keys_held(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of these keys that were ever sent: a fresh draw is one whose keys are not among them."""
        result: frozenset[str] = await self._writer.do(KeysHeld(frozenset(keys)))
        return result

    async def sent_body(self, key: str, attempt: int) -> dict[str, Any] | None:
        """The exact body of one attempt; None when there is none or it was deleted."""
        found: tuple[str, dict[str, str]] | None = await self._writer.do(Find(key, attempt))
        return unfold(*found) if found else None

    def close(self) -> None:
        """Finish what waits and let the database go."""
        self._writer.close()
