"""How the questions of one group stand in the ledger: answered, on their way, or to be asked."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from panel.records import Usage
from panel.store.ledger.messages import HeldBy, InBatch, StoredAnswer
from panel.store.ledger.text_encoding import decode_text
from panel.store.locks.process_locks import Locks

FoundRow = Any  # a row of `statements.ATTEMPTS`


class CallStates:
    """The latest attempts at some keys, and who is alive. Good for one transaction.

    open_batches: ids of provider batches whose results are still to come. open_here: by key, the claims of
    this process that have not ended.
    """

    def __init__(
        self, latest: Mapping[str, FoundRow], open_batches: Collection[str], open_here: Mapping[str, Any],
        locks: Locks,
    ) -> None:  # fmt: skip
        self._latest, self._open_batches, self._open_here, self._locks = latest, open_batches, open_here, locks
        self._alive: dict[str, bool] = {}  # owner -> held; a thousand dead calls often had one owner

    def next_attempt(self, key: str) -> int:
        """The number a new attempt at this key gets."""
        row = self._latest.get(key)
        return row.attempt + 1 if row else 0

    def stands(self, key: str, owner: str, *, again: bool = False) -> StoredAnswer | HeldBy | None:
        """What the latest attempt means for whoever holds the lock `owner`; None: ask. again: an answer doesn't do."""
        row = self._latest.get(key)
        if row is None or row.state == "failed":
            return None
        if row.state == "sent":
            return self._on_its_way(row, owner)
        return None if again or row.raw is None else _known(row)  # no text left: its run was deleted

    def _on_its_way(self, row: FoundRow, owner: str) -> HeldBy | None:
        """Who is asking: a provider batch, another coroutine here, or somebody alive elsewhere; None: nobody."""
        if row.batch_id:
            return InBatch(row.run_id, row.batch_id) if row.batch_id in self._open_batches else None
        if row.key in self._open_here:
            return HeldBy(self._open_here[row.key].run_id)
        return HeldBy(row.run_id) if row.owner != owner and self._is_alive(row.owner) else None

    def _is_alive(self, owner: str) -> bool:
        if owner not in self._alive:
            self._alive[owner] = self._locks.is_held(owner)
        return self._alive[owner]


def _known(row: FoundRow) -> StoredAnswer:
    usage = Usage.model_construct(
        input_tokens=row.input_tokens, cache_write_tokens=row.cache_write_tokens,
        cache_read_tokens=row.cache_read_tokens, output_tokens=row.output_tokens,
    )  # fmt: skip
    cost = None if row.cost_usd is None else Decimal(row.cost_usd)
    return StoredAnswer(decode_text(row.raw), row.attempt, row.model_returned, usage, cost)
