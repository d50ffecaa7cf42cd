"""What was handed to a provider as one batch: written down before it is sent, and until its results are collected.

filling -> submitting -> submitted -> ended -> collected. `lost`: it is known never to have run, or its results are out
of reach. A call in a batch is claimed as part of it (`Ledger.claim_for_batch`) while it is `filling`; once the batch is
`collected` or `lost`, whatever of it still has no answer may be asked again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, select

from panel.errors import StoreError
from panel.records import Value
from panel.store.database import Face, changing, pages, reading
from panel.store.ledger.bodies import named_hashes, unfold
from panel.store.ledger.statements import texts_named
from panel.store.ledger.text_encoding import decode_text
from panel.store.sql_dialect import insert_or_leave, put
from panel.store.tables.core import IN_A_BATCH, calls, provider_batches, records

DONE = frozenset({"collected", "lost"})
SENT_OUT = frozenset({"submitting", "submitted", "ended"})  # a provider may hold answers that nobody has fetched
CONFIDENTIAL = '"confidential":true'  # in a record's JSON; in a text within it the quotes would be escaped
AT_ONCE = 100  # calls read together: their texts are in memory
JSON = select(provider_batches.c.json)
IN_ORDER = (calls.c.launch, calls.c.key, calls.c.attempt)  # jurors of one launch side by side: one cached dossier


class SentBatch(Value):
    """One batch of calls at one provider's model."""

    batch_id: str  # ours
    run_id: str
    provider: str
    model: str
    base_url: str = ""
    state: Literal["filling", "submitting", "submitted", "ended", "collected", "lost"] = "filling"
    provider_batch_id: str = ""  # theirs; "" until they named it
    requests: int = 0
    created_at: datetime  # UTC
    submitted_at: datetime | None = None
    expires_at: datetime | None = None
    adopted: bool = False  # its provider's id was found by looking, and may be another's
    not_ours: tuple[str, ...] = ()  # found so, and turned out to be another's
    why: str = ""  # of lost


class ProviderBatches(Face):
    """The provider batches of one database. Plain calls, each its own transaction, on the disk on return."""

    def new(self, batch: SentBatch) -> None:
        """Write down a batch of a saved run, before anything else is done with it. StoreError when there is one."""
        with changing(self._engine) as conn:
            added = insert_or_leave(conn.dialect, provider_batches).execution_options(preserve_rowcount=True)
            if not conn.execute(added, _row(batch)).rowcount:
                raise StoreError(f"There is a provider batch {batch.batch_id!r} already.")

    def put(self, batch: SentBatch) -> None:
        """The batch as it stands now, in place of what was kept of it."""
        with changing(self._engine) as conn:
            put(conn, provider_batches, _row(batch))

    def get(self, batch_id: str) -> SentBatch:
        """The batch with this id of ours. Raises StoreError when there is none."""
        with reading(self._engine) as conn:
            found = conn.execute(JSON.where(provider_batches.c.batch_id == batch_id)).scalar()
        if found is None:
            raise StoreError(f"There is no provider batch {batch_id!r}.")
        return SentBatch.model_validate_json(found)

    def open_ones(self, run_id: str = "") -> tuple[SentBatch, ...]:
        """All that are neither collected nor lost, the oldest first; of one run or of all."""
        wanted = JSON.where(provider_batches.c.state.not_in(sorted(DONE)))
        return self._several(wanted.where(provider_batches.c.run_id == run_id) if run_id else wanted)

    def of_run(self, run_id: str) -> tuple[SentBatch, ...]:
        """All a run ever made, the oldest first."""
        return self._several(JSON.where(provider_batches.c.run_id == run_id))

    def keys(self, batch_id: str, *, unanswered: bool = False) -> Iterator[tuple[str, int]]:
        """Key and attempt of the calls in it, by launch. unanswered: only those that neither answered nor failed."""
        for page in pages(self._engine, _calls_in(batch_id, unanswered), IN_ORDER, AT_ONCE * 10):
            yield from ((row.key, row.attempt) for row in page)

    def confidential(self, batch_id: str) -> tuple[str, ...]:
        """Slugs of the confidential launches in it, by what their dossiers say."""
        mine = (IN_A_BATCH, calls.c.batch_id == batch_id)
        its = select(calls.c.launch).where(*mine)
        run = select(provider_batches.c.run_id).where(provider_batches.c.batch_id == batch_id).scalar_subquery()
        at = (records.c.run_id == run, records.c.kind == "dossier", records.c.slug.in_(its))
        wanted = select(records.c.slug).where(*at, records.c.json.contains(CONFIDENTIAL)).order_by(records.c.slug)
        with reading(self._engine) as conn:
            return tuple(conn.execute(wanted).scalars())

    def bodies(self, batch_id: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Key, attempt and exact body of the calls in it that have no answer, for the upload; a page at a time.

        Raises StoreError for a body whose text was deleted.
        """
        texts: dict[str, str] = {}
        for page in pages(self._engine, _calls_in(batch_id, True).add_columns(calls.c.request), IN_ORDER, AT_ONCE):
            folded = [decode_text(row.request or "null") for row in page]
            named = frozenset().union(*(named_hashes(each) for each in folded))
            with reading(self._engine) as conn:
                new = texts_named(conn, named - texts.keys())
            texts = {name: text for name, text in (texts | new).items() if name in named}  # of this page only
            for row, body in zip(page, folded, strict=True):
                yield row.key, row.attempt, _whole(batch_id, body, texts)

    def _several(self, wanted: Select[Any]) -> tuple[SentBatch, ...]:
        with reading(self._engine) as conn:
            rows = conn.execute(wanted.order_by(provider_batches.c.created_at, provider_batches.c.batch_id)).scalars()
            return tuple(SentBatch.model_validate_json(text) for text in rows)


def _calls_in(batch_id: str, unanswered: bool) -> Select[Any]:
    found = select(*IN_ORDER).where(IN_A_BATCH, calls.c.batch_id == batch_id)
    return found.where(calls.c.state == "sent") if unanswered else found


def _whole(batch_id: str, folded: str, texts: dict[str, str]) -> dict[str, Any]:
    try:
        body = unfold(folded, texts)
    except KeyError as err:
        raise StoreError(f"A text of provider batch {batch_id!r} was deleted.") from err
    if not isinstance(body, dict):
        raise StoreError(f"A body of provider batch {batch_id!r} was deleted.")
    return body


def _row(batch: SentBatch) -> dict[str, Any]:
    return {
        "batch_id": batch.batch_id, "run_id": batch.run_id, "state": batch.state,
        "created_at": batch.created_at.isoformat(timespec="microseconds"), "json": batch.model_dump_json(),
    }  # fmt: skip
