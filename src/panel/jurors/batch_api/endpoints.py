"""Requests about batches through an SDK's client: one attempt each, errors told as for an ordinary call."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from panel.errors import ProviderBusy, ProviderError, ProviderRefused
from panel.jurors.batch_api.protocol import BatchRequest, BatchResult, BatchStatus
from panel.jurors.batch_api.spool import Shape, Spooled, as_json
from panel.jurors.provider import ModelSpec
from panel.jurors.providers.error_mapping import model_address, of_status, translate_error
from panel.jurors.providers.json_fields import objects, words
from panel.jurors.providers.transport import Client, Transport

SUBMIT_TIMEOUT_S = 600.0  # between two signs of life, while a provider takes in 200 MB
NO_BATCHES = frozenset({404, 405, 501})
CLOCKS_DIFFER_S = 300.0  # how far a provider's clock may be from ours when a lost submission is looked for
MOST_PAGES, PAGE = 50, 100  # of a provider's list of batches, newest first; batches a page


class BatchHttp(Transport):
    """The few kinds of request that batches need. `missing` is what a 404 means there, in a sentence."""

    async def look(self, path: str, *, missing: str, **query: object) -> dict[str, Any]:
        if query:
            path = f"{path}?{urlencode(query)}"
        return await self._object(lambda c: c.sdk.get(path, cast_to=c.response), missing=missing)

    async def create(self, path: str, body: object | Spooled, *, missing: str) -> dict[str, Any]:
        """A POST that the provider must not get twice: whatever leaves that open raises with `maybe_paid`."""
        options: dict[str, Any] = {"timeout": SUBMIT_TIMEOUT_S}
        if isinstance(body, Spooled):
            options["headers"] = {"Content-Length": str(body.size)}
        content = body.chunks() if isinstance(body, Spooled) else as_json(body)
        return await self._object(
            lambda c: c.sdk.post(path, cast_to=c.response, content=content, options=options),
            missing=missing,
            creates=True,
        )

    async def upload(self, path: str, spooled: Spooled, name: str, *, missing: str, **fields: str) -> dict[str, Any]:
        """A multipart upload, read from the file as it goes. Nothing is bought by it, so it may be sent again."""
        options = {"timeout": SUBMIT_TIMEOUT_S, "headers": {"Content-Type": "multipart/form-data"}}
        return await self._object(
            lambda c: c.sdk.post(
                path,
                cast_to=c.response,
                body=fields,
                files={"file": (name, spooled.file, "application/jsonl")},
                options=options,
            ),
            missing=missing,
        )

    async def act(self, path: str, *, missing: str) -> dict[str, Any]:
        """A POST without a body."""
        return await self._object(lambda c: c.sdk.post(path, cast_to=c.response), missing=missing)

    async def lines(self, path: str, *, missing: str) -> AsyncIterator[bytes]:
        """The lines of a file as they arrive, the last one perhaps torn. Close it (`aclosing`) when leaving early."""
        client = await self._made()
        headers = {"Accept": "application/binary"}
        try:
            response = await client.sdk.get(path, cast_to=client.response, stream=True, options={"headers": headers})
        except Exception as err:
            raise self._told(err, missing) from None
        rest = b""
        try:
            async for chunk in response.aiter_bytes():
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    yield line
        except Exception as err:
            raise self._told(err, missing) from err
        finally:
            await response.aclose()
        yield rest

    async def _object(
        self, send: Callable[[Client], Awaitable[Any]], *, missing: str, creates: bool = False
    ) -> dict[str, Any]:
        client = await self._made()
        try:
            response = await send(client)
        except Exception as err:
            told = self._told(err, missing, creates=creates)
            raise told from (None if isinstance(told, ProviderRefused) else err)
        try:
            text = self._text(response)
            self._refuse_unreadable(text, response.headers.get("content-type", ""))
        except ProviderBusy as err:
            raise _busy(err, maybe_paid=creates) from err
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ProviderBusy(f"{model_address(self.spec)} sent a reply that makes no sense.", maybe_paid=creates)
        return found

    def _told(self, err: Exception, missing: str, *, creates: bool = False) -> ProviderError:
        status = getattr(err, "status_code", None)
        if status in NO_BATCHES:
            return ProviderRefused(f"{missing} (HTTP {status})", hint="Ordinary calls still work.")
        told = translate_error(err, self.spec)
        if not isinstance(told, ProviderBusy):
            return told
        open_ended = told.maybe_paid if status is None else status != 429  # a 5xx may come after it was accepted
        return _busy(told, maybe_paid=creates and open_ended)


class HttpBatches(ABC):
    """One model's batches at a provider: what both dialects have in common."""

    root: tuple[str, ...]  # steps of the path under which batches stand
    after: str  # the query that turns the list's page
    finds_ours: bool

    def __init__(self, spec: ModelSpec, shape: Shape) -> None:
        self.spec, self.shape, self.http = spec, shape, BatchHttp(spec)
        self.none = f"{model_address(spec)} has no batches for {spec.name}."
        self.most_requests = shape.most_requests
        self.most_bytes = shape.most_bytes - len(shape.opening + shape.closing)

    def size(self, request: BatchRequest) -> int:
        return len(self.shape.encode(request)) + len(self.shape.between)

    @abstractmethod
    async def status(self, provider_batch_id: str) -> BatchStatus:
        """As in `BatchApi`."""

    async def cancel(self, provider_batch_id: str) -> None:
        """One that has ended is left as it is."""
        try:
            await self.http.act(self.at(provider_batch_id, "cancel"), missing=self._unknown(provider_batch_id))
        except ProviderError:
            if (await self.status(provider_batch_id)).state != "ended":
                raise

    async def close(self) -> None:
        await self.http.close()

    def at(self, *steps: str) -> str:
        """The path of a batch, or of all."""
        return path_of(*self.root, *steps)

    async def retrieve(self, provider_batch_id: str) -> dict[str, Any]:
        return await self.http.look(self.at(provider_batch_id), missing=self._unknown(provider_batch_id))

    async def newest_first(self) -> AsyncIterator[list[tuple[datetime | None, dict[str, Any]]]]:
        """The provider's list of batches a page at a time, each batch with the time it was made."""
        cursor: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = await self.http.look(self.at(), missing=self.none, limit=PAGE, **cursor)
            listed = objects(page, "data")
            yield [(moment(batch.get("created_at")), batch) for batch in listed]
            if not listed or not page.get("has_more"):
                return
            cursor = {self.after: words(listed[-1], "id")}

    def _unknown(self, provider_batch_id: str) -> str:
        return f"{self.spec.provider} knows no batch {provider_batch_id!r}."


def _busy(told: ProviderBusy, *, maybe_paid: bool) -> ProviderBusy:
    return ProviderBusy(str(told), retry_after_s=told.retry_after_s, maybe_paid=maybe_paid, hint=told.hint)


async def read_lines(lines: AsyncIterator[bytes], of: str) -> AsyncIterator[dict[str, Any] | BatchResult]:
    """Each line as an object, or as the result that says it can't be read. of: what file, for the sentence."""
    async with aclosing(lines):  # type: ignore[type-var]  # every generator can be closed
        number = 0
        async for line in lines:
            number += 1
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, dict):
                yield found
            else:
                yield BatchResult("", "unreadable", why=f"Line {number} of {of} can't be read.", busy=True)


def errored(custom_id: str, told: ProviderError | None, otherwise: str, request_id: str = "") -> BatchResult:
    """The result of a request that a provider could not answer. told: what an ordinary call would have raised."""
    return BatchResult(
        custom_id=custom_id, outcome="errored", why=str(told) if told else otherwise, request_id=request_id,
        busy=isinstance(told, ProviderBusy), stops_model=isinstance(told, ProviderRefused) and told.stops_model,
    )  # fmt: skip


def of_error(error: dict[str, Any], status: int, transport: Transport) -> ProviderError:
    """What an ordinary call would have raised for this error object and HTTP status."""
    return of_status(status, {"error": error}, {}, transport.spec)


def as_reply(body: dict[str, Any]) -> str:
    """A reply as text, escaped: half a surrogate pair in a model's words must not stop the other rows."""
    return json.dumps(body, separators=(",", ":"))


def path_of(*parts: str) -> str:
    """A path from our words and a provider's ids, which may hold anything."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def provider_id(found: dict[str, Any], spec_name: str) -> str:
    """The id of what was created. Raises ProviderBusy(maybe_paid=True) when the reply names none."""
    found_id = words(found, "id")
    if not found_id:
        raise ProviderBusy(f"{spec_name}: the reply to a new batch names no id.", maybe_paid=True)
    return found_id


def moment(value: object) -> datetime | None:
    """A provider's time, in seconds since 1970 or RFC 3339, as UTC; None when there is none or it makes no sense."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
