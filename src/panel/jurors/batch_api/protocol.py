"""A provider's batch: many calls handed over at once, answered within a day at half the price.

Each method makes one attempt and retries nothing: no create of a batch takes an idempotency key, so a second create
after a timeout can buy every call twice. What happens after an error is the caller's decision, from the ledger.
Rules by provider and where they come from: the SDKs' own types and documentation strings.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from panel.jurors.provider import Body, ModelSpec

KEY_PREFIX = "panel-"  # of every custom id of ours
CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # both providers answer 400 to a longer one
_RECIPE = "sha256:"
_OURS = re.compile(rf"{KEY_PREFIX}([A-Za-z0-9_-]{{43}})-(0|[1-9][0-9]{{0,12}})")

BatchItemOutcome = Literal["succeeded", "errored", "expired", "cancelled", "unreadable"]


def custom_id(key: str, attempt: int) -> str:
    """The name a call carries in a batch: the same for the same ledger key and attempt, 51 to 63 characters.

    Raises ValueError for a key that is not "sha256:" and 64 hex digits, and for a negative attempt.
    """
    digest = bytes.fromhex(key.removeprefix(_RECIPE)) if key.startswith(_RECIPE) else b""
    if len(digest) != 32 or not 0 <= attempt < 10**12:
        raise ValueError(f"no ledger key and attempt: {key!r}, {attempt!r}")
    return f"{KEY_PREFIX}{urlsafe_b64encode(digest).decode().rstrip('=')}-{attempt}"


def key_of(custom_id: str) -> tuple[str, int] | None:
    """The ledger key and attempt behind a custom id; None when it is not one of ours. The inverse of `custom_id`."""
    found = _OURS.fullmatch(custom_id)
    if found is None:
        return None
    return f"{_RECIPE}{urlsafe_b64decode(found[1] + '=').hex()}", int(found[2])


@dataclass(frozen=True)
class BatchRequest:
    """One call in a batch."""

    custom_id: str
    body: Body  # exactly what an ordinary call would send


@dataclass(frozen=True)
class BatchStatus:
    """How far a batch is. One that was cancelled or expired has ended, with results for part of it."""

    provider_batch_id: str
    state: Literal["working", "ended"]
    why: str = ""  # a sentence when the batch was refused as a whole: it has no results, and nothing was billed
    busy: bool = False  # with `why`: the same batch may be taken later (the provider's queue is full)
    stops_model: bool = False  # with `why`: no other request to this model can work either (out of credit)


@dataclass(frozen=True)
class BatchResult:
    """One line of a batch's results. Ours or not, and whether it is a duplicate, is for the caller: see `key_of`."""

    custom_id: str  # "" for an unreadable line
    outcome: BatchItemOutcome
    raw: str = ""  # of succeeded: the reply's JSON as `Provider.read` takes it
    why: str = ""  # a sentence, for every outcome but succeeded
    request_id: str = ""
    busy: bool = False  # worth asking again: its cause passes, or it was never asked (expired, cancelled)
    stops_model: bool = False  # its cause stops every request to this model (key, credit)


class BatchApi(Protocol):
    """Batches of one model at one provider. Raises ProviderBusy and ProviderRefused as `Provider.send` does."""

    spec: ModelSpec
    most_requests: int  # in one batch; the caller splits
    most_bytes: int  # of one batch as it is sent
    finds_ours: bool  # whether what `find` names is surely ours

    def size(self, request: BatchRequest) -> int:
        """Bytes this request takes in a batch, for splitting: the sum over a batch stays within `most_bytes`."""

    async def submit(self, batch_id: str, requests: Iterable[BatchRequest]) -> str:
        """Hand over a batch; returns the provider's id. batch_id: ours, sent along where the provider takes one.

        `requests` is read once, in a worker thread, through a temporary file: nothing is held whole.
        Raises ValueError, before anything is sent, for no requests, too many, too many bytes, a custom id twice or
        malformed. Raises ProviderBusy with `maybe_paid` when the provider may have accepted it: `find` tells.
        """

    async def find(self, batch_id: str, *, since: datetime, requests: int) -> list[str]:
        """Provider ids that are (OpenAI) or may be (Anthropic) this submission, likeliest first.

        since: when it was submitted, by our clock; five minutes of difference between clocks are allowed for.
        requests: how many it held. Anthropic keeps no word of ours with a batch, so that every batch made since with
        as many requests is named: leave out those known to be another's, and look at the custom ids when it ends.
        """

    async def status(self, provider_batch_id: str) -> BatchStatus:
        """One look. Raises ProviderRefused when the provider knows no such batch."""

    def results(self, provider_batch_id: str) -> AsyncIterator[BatchResult]:
        """Every line of the results as it arrives, in any order; for OpenAI of the output and of the error file.

        May hold rows twice, rows of nobody, and fewer than were sent. A line that can't be read is yielded as
        `unreadable`. Reading again costs nothing and begins anew.
        Raises ProviderBusy when the connection breaks or the batch has not ended, ProviderRefused when the provider
        no longer keeps the results.
        """

    async def cancel(self, provider_batch_id: str) -> None:
        """Ask the provider to stop. What it has answered by then is billed and in the results."""

    async def close(self) -> None:
        """Free sockets."""
