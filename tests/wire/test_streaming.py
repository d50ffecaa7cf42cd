"""The warming call over a loopback socket: streamed on the wire, an ordinary reply to everybody else."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import pytest
from tests.support.answers import ANSWER, raw, spec
from tests.support.providers.our_side import ASKED, facing

from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors import Caching
from panel.jurors.dialects import open_provider

apis = pytest.mark.parametrize("api", ["responses", "messages"])


@apis
@pytest.mark.parametrize("behaviour", ["ok", "truncate", "refuse", "empty"])
async def test_a_streamed_call_brings_what_an_ordinary_one_brings(api: str, behaviour: str) -> None:
    async with facing(api, always=behaviour) as (asked, fake):
        assert isinstance(asked, Caching)
        body = asked.first_body(ASKED)
        await asked.send(body)
        plain, streamed = await asked.send(body), await asked.stream(body, lambda: None)
    assert asked.read(streamed.text) == asked.read(plain.text)
    assert streamed.request_id and streamed.headers == plain.headers
    assert fake.seen[2] == {**body, "stream": True}, "stream is transport: nothing else is different"


@apis
async def test_the_others_are_told_at_the_first_event_and_not_at_the_last(api: str) -> None:
    async with facing(api) as (asked, fake):
        assert isinstance(asked, Caching)
        await asked.send(asked.first_body(ASKED))  # the client is made
        fake.latency_s, began, started = 1.0, time.monotonic(), list[float]()
        await asked.stream(asked.first_body(ASKED), lambda: started.append(time.monotonic()))
        ended = time.monotonic()
    assert len(started) == 1 and ended - began >= 1.0
    assert started[0] - began < 0.7 * (ended - began)


@apis
async def test_a_stream_is_read_to_its_end_so_that_its_connection_serves_again(api: str) -> None:
    """Statement 59. The end of the body comes a moment after the last event, as a gateway sends it."""
    reply, connections = json.loads(raw(api, json.dumps(ANSWER))), list[str]()
    events = frames(reply) if api == "messages" else [{"type": "response.completed", "response": reply}]
    said = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(api)
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                writer.write(b"%x\r\n%s\r\n" % (len(said), said))
                await writer.drain()
                await asyncio.sleep(0.05)
                writer.write(b"0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        asked = open_provider(spec(api, base_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"))
        assert isinstance(asked, Caching)
        for _ in range(3):
            reply = await asked.stream(asked.first_body(ASKED), lambda: None)
            assert asked.read(reply.text).ending == "complete"
        await asked.close()
    assert len(connections) == 1, "each stream took a connection of its own"


def frames(message: dict[str, Any]) -> list[dict[str, Any]]:
    """A message as the events that make it."""
    block = message["content"][0]
    return [
        {"type": "message_start", "message": {**message, "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": block["text"]}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": message["usage"]},
        {"type": "message_stop"},
    ]


@apis
async def test_a_stream_that_breaks_off_may_have_been_paid(api: str) -> None:
    """Statement 28."""
    async with facing(api, always="half") as (asked, _):
        assert isinstance(asked, Caching)
        with pytest.raises(ProviderBusy, match="half-way") as caught:
            await asked.stream(asked.first_body(ASKED), lambda: None)
    assert caught.value.maybe_paid


@apis
@pytest.mark.parametrize(("behaviour", "paid"), [("error_stream", False), ("error_late", True)])
async def test_an_error_inside_a_stream_is_busy(api: str, behaviour: str, paid: bool) -> None:
    """Statement 24."""
    async with facing(api, always=behaviour) as (asked, _):
        assert isinstance(asked, Caching)
        with pytest.raises(ProviderBusy) as caught:
            await asked.stream(asked.first_body(ASKED), lambda: None)
    assert caught.value.maybe_paid is paid and caught.value.status in (429, 529)


@apis
@pytest.mark.parametrize("behaviour", ["busy", "overloaded", "down", "reset", "error_200"])
async def test_what_makes_a_call_busy_makes_a_stream_busy(api: str, behaviour: str) -> None:
    async with facing(api, always=behaviour) as (asked, _):
        assert isinstance(asked, Caching)
        with pytest.raises(ProviderBusy) as plain:
            await asked.send(asked.first_body(ASKED))
        with pytest.raises(ProviderBusy) as streamed:
            await asked.stream(asked.first_body(ASKED), lambda: None)
    assert str(streamed.value) == str(plain.value)
    assert vars(streamed.value) == vars(plain.value)


@apis
async def test_a_key_that_is_wrong_is_refused_in_a_stream_too(api: str) -> None:
    async with facing(api, always="bad_key") as (asked, _):
        assert isinstance(asked, Caching)
        with pytest.raises(ProviderRefused) as caught:
            await asked.stream(asked.first_body(ASKED), lambda: None)
    assert caught.value.stops_model


@apis
async def test_an_answer_that_drips_is_given_up_after_our_own_timeout(api: str) -> None:
    """The SDK's timeout starts again with every packet."""
    async with facing(api, timeout_s=0.5) as (asked, fake):
        assert isinstance(asked, Caching)
        fake.latency_s, began = 5.0, time.monotonic()
        with pytest.raises(ProviderBusy, match=r"within 0\.5 s") as caught:
            await asked.stream(asked.first_body(ASKED), lambda: None)
    assert caught.value.maybe_paid and time.monotonic() - began < 4.0


@apis
async def test_a_deadline_ends_a_stream(api: str) -> None:
    async with facing(api) as (asked, fake):
        assert isinstance(asked, Caching)
        fake.latency_s = 5.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await asked.stream(asked.first_body(ASKED), lambda: None)


@apis
def test_a_body_without_marks_asks_the_same(api: str) -> None:
    """Marks stand in OpenAI's bodies only at its own address."""
    asked = open_provider(spec(api))
    assert isinstance(asked, Caching)
    body = asked.first_body(ASKED)
    bare = asked.unmarked(body)
    marked, text = json.dumps(body), json.dumps(bare)
    for mark in ('"prompt_cache_breakpoint": {"mode": "explicit"}', '"cache_control": {"type": "ephemeral"}'):
        marked = marked.replace(", " + mark, "")
    assert text == marked and text != json.dumps(body)


def test_chat_completions_are_not_streamed() -> None:
    assert not isinstance(open_provider(spec("chat")), Caching)
