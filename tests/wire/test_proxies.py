"""A proxy that keeps a request in: through each SDK's own client, on both of their transports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.support.answers import spec
from tests.support.providers.our_side import ASKED, no_wait

from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors import send_with_retries
from panel.jurors.dialects import open_provider

FAR_AWAY = "https://llm.example/v1"
apis = pytest.mark.parametrize("api", ["responses", "chat", "messages"])
transports = pytest.mark.parametrize("transport", ["aiohttp", "httpx"])


@asynccontextmanager
async def behind(status: int, monkeypatch: pytest.MonkeyPatch, transport: str) -> AsyncIterator[list[bytes]]:
    """All that a proxy hears which answers every CONNECT so."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)
        writer.close()

    if transport == "httpx":
        monkeypatch.setattr("panel.jurors.providers.transport.find_spec", lambda name: None)
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        yield heard


@apis
@transports
@pytest.mark.parametrize("status", [407, 403])
async def test_a_proxy_that_lets_us_nowhere_is_asked_once(
    api: str, transport: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind(status, monkeypatch, transport) as heard:
        asked = open_provider(spec(api, base_url=FAR_AWAY))
        with pytest.raises(ProviderRefused, match=rf"proxy .* HTTP {status}: nothing was sent") as caught:
            await send_with_retries(asked, asked.first_body(ASKED), sleep=no_wait)
        await asked.close()
    assert caught.value.stops_model and len(heard) == 1 and heard[0].startswith(b"CONNECT llm.example:443 ")


@apis
@transports
async def test_a_proxy_that_leads_nowhere_is_tried_twice_and_unpaid(
    api: str, transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind(503, monkeypatch, transport) as heard:
        asked = open_provider(spec(api, base_url=FAR_AWAY))
        with pytest.raises(ProviderBusy, match=r"proxy .* HTTP 503: nothing was sent") as caught:
            await send_with_retries(asked, asked.first_body(ASKED), sleep=no_wait)
        await asked.close()
    assert not caught.value.maybe_paid and len(heard) == 2


@apis
async def test_a_proxy_nobody_runs_is_named(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By aiohttp; the other transport only says that nobody could be reached."""
    async with behind(503, monkeypatch, "aiohttp"):
        pass
    asked = open_provider(spec(api, base_url=FAR_AWAY))
    with pytest.raises(ProviderBusy, match=r"proxy .* can't be reached: nothing was sent") as caught:
        await asked.send(asked.first_body(ASKED))
    await asked.close()
    assert not caught.value.maybe_paid
