"""Replies that are no HTTP, no stream or no way to a server, through each SDK's own client."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from traceback import format_exception
from typing import Any

import pytest
from tests.support.answers import ANSWER, raw, spec
from tests.support.providers.our_side import ASKED

from panel.errors import Mistake, ProviderBusy, ProviderRefused
from panel.jurors import Provider
from panel.jurors.dialects import open_provider

apis = pytest.mark.parametrize("api", ["responses", "chat", "messages"])
JSON = b"Content-Type: application/json\r\n"
MALFORMED = {
    "a status line": b"HELLO\r\n\r\n",
    "a status": b"HTTP/1.1 two hundred\r\n\r\n",
    "a chunk": b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n",
    "half a chunk": b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\n40\r\nabc",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
    "a length": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
    "a long header": b"HTTP/1.1 200 OK\r\n" + JSON + b"X-Big: " + b"a" * 9000 + b"\r\n\r\n{}",
    "a header": b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n{}",
    "gzip": b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "nothing": b"",
}


def http(status: int, body: Any) -> bytes:
    text = json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, JSON, len(text), text)


@asynccontextmanager
async def facing(api: str, *replies: bytes) -> AsyncIterator[tuple[Provider, list[dict[str, Any]]]]:
    """A provider and the bodies that reach its server, which answers with these bytes, the last for ever."""
    seen: list[dict[str, Any]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        seen.append(json.loads(await reader.readexactly(int(length.partition(b":")[2]))))
        writer.write(replies[min(len(seen), len(replies)) - 1])
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        asked = open_provider(spec(api, base_url=f"http://127.0.0.1:{port}/v1"))
        try:
            yield asked, seen
        finally:
            await asked.close()


@apis
@pytest.mark.parametrize("reply", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_http_is_busy_and_maybe_paid(api: str, reply: bytes) -> None:
    async with facing(api, reply) as (asked, _):
        with pytest.raises(ProviderBusy) as caught:
            await asked.send(asked.first_body(ASKED))
    assert caught.value.maybe_paid and "broke" in str(caught.value)
    assert asked.spec.api_key not in "".join(format_exception(caught.value))


@apis
@pytest.mark.parametrize(
    ("variable", "value"),
    [("SSL_CERT_FILE", "/no/such.pem"), ("SSLKEYLOGFILE", "/no/such/log"), ("HTTPS_PROXY", "http://[::1")],
)
async def test_a_client_that_cannot_be_made_is_told_in_a_sentence(
    api: str, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    asked = open_provider(replace(spec(api), base_url="https://192.0.2.9:9/v1"))
    with pytest.raises((ProviderRefused, Mistake)) as caught:
        await asked.send(asked.first_body(ASKED))
    assert variable in f"{caught.value} {caught.value.hint}"  # type: ignore[attr-defined]


@apis
async def test_a_stale_certificate_file_stops_no_server_on_this_machine(
    api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    async with facing(api, http(200, json.loads(raw(api, json.dumps(ANSWER))))) as (asked, _):
        assert asked.read((await asked.send(asked.first_body(ASKED))).text).ending == "complete"
