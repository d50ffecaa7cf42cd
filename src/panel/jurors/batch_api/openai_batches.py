"""OpenAI's Batch API: a file of requests up, two files of results down.

The list of batches is read newest first, as OpenAI's pages show it; its SDK's types don't say so, hence `find` stops
at a page that is wholly too old and not at the first old batch.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any

from panel.errors import ProviderBusy, ProviderError, ProviderRefused
from panel.jurors.batch_api import endpoints
from panel.jurors.batch_api.protocol import BatchRequest, BatchResult, BatchStatus
from panel.jurors.batch_api.spool import Shape, Spooled, spool
from panel.jurors.provider import ModelSpec
from panel.jurors.providers.error_mapping import model_address, of_error_object, status_of
from panel.jurors.providers.json_fields import count, member, objects, words

ENDPOINTS = {"responses": "/v1/responses", "chat": "/v1/chat/completions"}
MOST_REQUESTS, MOST_BYTES = 50_000, 200_000_000
KEPT_S = 30 * 24 * 3600  # how long results are kept, the longest allowed; without it they stay until deleted
OUR_ID = "panel_batch_id"
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})  # any other word, known or new: still working
NEVER_ASKED = {"batch_expired": "expired", "batch_cancelled": "cancelled"}
QUEUE_FULL = "token_limit_exceeded"  # too many tokens wait in this model's batches: the same batch fits later
ERRORS_TOLD = 3


class OpenAIBatches(endpoints.HttpBatches):
    """Batches of one model over `/files` and `/batches`."""

    root, after = ("batches",), "after"
    finds_ours = True

    def __init__(self, spec: ModelSpec) -> None:
        super().__init__(spec, Shape(self._line, MOST_REQUESTS, MOST_BYTES))

    async def submit(self, batch_id: str, requests: Iterable[BatchRequest]) -> str:
        spooled = await asyncio.to_thread(spool, requests, self.shape)
        with spooled.file:
            file_id = await self._upload(batch_id, spooled)
        made = await self.http.create(
            self.at(),
            {
                "input_file_id": file_id, "endpoint": ENDPOINTS[self.spec.api], "completion_window": "24h",
                "metadata": {OUR_ID: batch_id}, "output_expires_after": {"anchor": "created_at", "seconds": KEPT_S},
            },
            missing=self.none,
        )  # fmt: skip
        return endpoints.provider_id(made, self.spec.name)

    async def find(self, batch_id: str, *, since: datetime, requests: int) -> list[str]:
        oldest = since - timedelta(seconds=endpoints.CLOCKS_DIFFER_S)
        found: list[str] = []
        async for listed in self.newest_first():
            found += [words(b, "id") for _, b in listed if words(member(b, "metadata"), OUR_ID) == batch_id]
            if all(at is not None and at < oldest for at, _ in listed):
                break
        return found

    async def status(self, provider_batch_id: str) -> BatchStatus:
        found = await self.retrieve(provider_batch_id)
        why = _whole_failure(found)
        told = self._of_whole(found) if why else None
        return BatchStatus(
            provider_batch_id=provider_batch_id, state="ended" if words(found, "status") in ENDED else "working",
            why=f"openai refused the whole batch: {why}" if why else "", busy=isinstance(told, ProviderBusy),
            stops_model=isinstance(told, ProviderRefused) and told.stops_model,
        )  # fmt: skip

    async def results(self, provider_batch_id: str) -> AsyncIterator[BatchResult]:
        found = await self.retrieve(provider_batch_id)
        if words(found, "status") not in ENDED:
            raise ProviderBusy(f"openai still works on batch {provider_batch_id}.")
        gone = f"openai no longer keeps the results of batch {provider_batch_id}."
        for name in ("output_file_id", "error_file_id"):
            if file_id := words(found, name):
                lines = self.http.lines(endpoints.path_of("files", file_id, "content"), missing=gone)
                async for row in endpoints.read_lines(lines, f"{name.partition('_')[0]} file {file_id}"):
                    yield row if isinstance(row, BatchResult) else self._result(row)

    def _line(self, request: BatchRequest) -> dict[str, object]:
        url = ENDPOINTS[self.spec.api]
        return {"custom_id": request.custom_id, "method": "POST", "url": url, "body": request.body}

    async def _upload(self, batch_id: str, spooled: Spooled) -> str:
        """The file's id. One whose reply was lost stays at OpenAI for its 30 days and costs nothing."""
        found = await self.http.upload("/files", spooled, f"{batch_id}.jsonl", missing=self.none, purpose="batch")
        file_id = words(found, "id")
        if not file_id:
            raise ProviderBusy(f"{model_address(self.spec)} took an upload and named no file.")
        return file_id

    def _of_whole(self, found: dict[str, Any]) -> ProviderError:
        """What an ordinary call would have raised for the first error of a batch that failed as a whole."""
        first = (objects(member(found, "errors"), "data") or [{}])[0]
        return endpoints.of_error(first, 429 if words(first, "code") == QUEUE_FULL else 400, self.http)

    def _result(self, row: dict[str, Any]) -> BatchResult:
        custom_id = words(row, "custom_id")
        response, error = member(row, "response"), member(row, "error")
        if error:
            return self._without_reply(custom_id, error)
        request_id = words(response, "request_id")
        body, status = member(response, "body"), count(response, "status_code")
        if status == 200 and body:
            told = of_error_object(body.get("error"), self.spec)
            if told is None:
                return BatchResult(custom_id, "succeeded", raw=endpoints.as_reply(body), request_id=request_id)
            return endpoints.errored(custom_id, told, "", request_id)
        if not status or status == 200:
            return endpoints.errored(custom_id, None, "The line holds neither a reply nor an error.", request_id)
        return endpoints.errored(
            custom_id, endpoints.of_error(member(body, "error") or body, status, self.http), "", request_id
        )

    def _without_reply(self, custom_id: str, error: dict[str, Any]) -> BatchResult:
        code, message = words(error, "code"), words(error, "message")
        if code in NEVER_ASKED:
            outcome = NEVER_ASKED[code]
            return BatchResult(custom_id, outcome, why=message or f"The batch was {outcome}.", busy=True)  # type: ignore[arg-type]
        return endpoints.errored(custom_id, endpoints.of_error(error, status_of(code) or 400, self.http), "")


def _whole_failure(found: dict[str, Any]) -> str:
    """Why the whole batch was refused, the first errors word for word; "" when it was not."""
    if words(found, "status") != "failed":
        return ""
    listed = objects(member(found, "errors"), "data")
    told = [
        f"line {e['line']}: {words(e, 'message')}" if isinstance(e.get("line"), int) else words(e, "message")
        for e in listed[:ERRORS_TOLD]
    ]
    more = f"; and {len(listed) - ERRORS_TOLD} more" if len(listed) > ERRORS_TOLD else ""
    return ("; ".join(t for t in told if t) or "no reason given") + more
