"""Anthropic's Message Batches: one request up, one stream of results down.

Its words: in_progress, canceling, ended; a row succeeded, errored, canceled or expired. Results are kept for 29 days,
then the batch is archived: it can still be looked at, its results are gone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors.batch_api import endpoints
from panel.jurors.batch_api.protocol import BatchItemOutcome, BatchRequest, BatchResult, BatchStatus
from panel.jurors.batch_api.spool import Shape, spool
from panel.jurors.provider import ModelSpec
from panel.jurors.providers.json_fields import count, member, words

MOST_REQUESTS, MOST_BYTES = 100_000, 256_000_000
NEVER_ASKED: dict[str, BatchItemOutcome] = {"canceled": "cancelled", "expired": "expired"}
STATUSES = {
    "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
    "not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500,
    "timeout_error": 504, "overloaded_error": 529,
}  # fmt: skip  # what an ordinary call answers with; a row of a batch has the word only


class AnthropicBatches(endpoints.HttpBatches):
    """Batches of one model over `/v1/messages/batches`."""

    root, after = ("v1", "messages", "batches"), "after_id"
    finds_ours = False

    def __init__(self, spec: ModelSpec) -> None:
        shape = Shape(_line, MOST_REQUESTS, MOST_BYTES, opening=b'{"requests":[', between=b",", closing=b"]}")
        super().__init__(spec, shape)

    async def submit(self, batch_id: str, requests: Iterable[BatchRequest]) -> str:
        """batch_id stays here: Anthropic takes no word of ours with a batch."""
        spooled = await asyncio.to_thread(spool, requests, self.shape)
        with spooled.file:
            made = await self.http.create(self.at(), spooled, missing=self.none)
        return endpoints.provider_id(made, self.spec.name)

    async def find(self, batch_id: str, *, since: datetime, requests: int) -> list[str]:
        """Those with as many requests, in the order of their distance from `since`."""
        since = since.astimezone(UTC)
        oldest = since - timedelta(seconds=endpoints.CLOCKS_DIFFER_S)
        found: list[tuple[timedelta, str]] = []
        async for listed in self.newest_first():
            fit = [(at, b) for at, b in listed if at is not None and at >= oldest and _total(b) == requests]
            found += [(abs(at - since), words(b, "id")) for at, b in fit]
            if any(at is not None and at < oldest for at, _ in listed):
                break
        return [found_id for _, found_id in sorted(found)]

    async def status(self, provider_batch_id: str) -> BatchStatus:
        found = await self.retrieve(provider_batch_id)
        return BatchStatus(
            provider_batch_id=provider_batch_id,
            state="ended" if words(found, "processing_status") == "ended" else "working",
        )

    async def results(self, provider_batch_id: str) -> AsyncIterator[BatchResult]:
        """The path is ours and not the reply's `results_url`, so that the key goes nowhere else."""
        found = await self.retrieve(provider_batch_id)
        gone = f"anthropic no longer keeps the results of batch {provider_batch_id}."
        if words(found, "processing_status") != "ended":
            raise ProviderBusy(f"anthropic still works on batch {provider_batch_id}.")
        if words(found, "archived_at"):
            raise ProviderRefused(f"{gone} It was archived at {words(found, 'archived_at')}.")
        lines = self.http.lines(self.at(provider_batch_id, "results"), missing=gone)
        async for row in endpoints.read_lines(lines, f"the results of {provider_batch_id}"):
            yield row if isinstance(row, BatchResult) else self._result(row)

    def _result(self, row: dict[str, Any]) -> BatchResult:
        custom_id, result = words(row, "custom_id"), member(row, "result")
        kind, message = words(result, "type"), member(result, "message")
        if kind == "succeeded" and message:
            return BatchResult(custom_id, "succeeded", raw=endpoints.as_reply(message))
        if kind in NEVER_ASKED:
            outcome = NEVER_ASKED[kind]
            why = f"anthropic did not come to it: the batch was {outcome}."
            return BatchResult(custom_id, outcome, why=why.replace("batch was expired", "batch expired"), busy=True)
        if kind != "errored":
            return endpoints.errored(custom_id, None, "The line holds neither a reply nor an error.")
        said = member(result, "error")
        error = member(said, "error") or said
        status = STATUSES.get(words(error, "type"), 400)
        return endpoints.errored(custom_id, endpoints.of_error(error, status, self.http), "", words(said, "request_id"))


def _line(request: BatchRequest) -> dict[str, object]:
    return {"custom_id": request.custom_id, "params": request.body}


def _total(found: dict[str, Any]) -> int:
    """Requests in the batch: the sum of its counts, as Anthropic promises."""
    return sum(count(member(found, "request_counts"), name) for name in member(found, "request_counts"))
