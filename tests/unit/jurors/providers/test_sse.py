"""Event streams put together again: however they are cut, they are the reply that no streaming would have brought."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.answers import answer, provider, spec
from tests.support.providers.billing import Usage
from tests.support.providers.dialects import DIALECTS
from tests.support.providers.streaming import as_bytes, events_of

from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors.providers.sse import Assembling, MessagesStream, ResponsesStream, events

ROUTES = {"responses": "/v1/responses", "messages": "/v1/messages"}
USAGE = Usage(fresh=40, written=0, read=5000, output=700)
ENDINGS = ["complete", "truncated", "declined"]
apis = pytest.mark.parametrize("api", list(ROUTES))


def reply_of(api: str, ending: str = "complete", text: str | None = None) -> dict[str, Any]:
    said = (ending, answer() if text is None else text)
    dialect = next(dialect for dialect in DIALECTS if dialect.path == ROUTES[api])
    return dialect.reply("m", said, USAGE)


def assembling(api: str) -> Assembling:
    return ResponsesStream(spec(api)) if api == "responses" else MessagesStream(spec(api))


def fed(api: str, body: bytes, cuts: list[int]) -> Assembling:
    """The body in pieces cut at these places."""

    async def chunks() -> AsyncIterator[bytes]:
        edges = sorted({0, len(body), *(c % (len(body) + 1) for c in cuts)})
        for start, end in zip(edges, edges[1:], strict=False):  # noqa: RUF007 - pairs of edges
            yield body[start:end]

    async def run() -> Assembling:
        made = assembling(api)
        async for name, data in events(chunks()):
            made.feed(name, data)
        return made

    return asyncio.run(run())


def stream_of(api: str, reply: dict[str, Any]) -> list[bytes]:
    return [as_bytes(event) for event in events_of(ROUTES[api], reply)]


@apis
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_streamed_reply_reads_exactly_as_the_same_reply_at_once(api: str, ending: str) -> None:
    reply = reply_of(api, ending)
    made = fed(api, b"".join(stream_of(api, reply)), [])
    asked = provider(api)
    assert asked.read(made.reply) == asked.read(json.dumps(reply))
    assert asked.read(made.reply).usage.cache_read_tokens == 5000


@apis
def test_the_stored_reply_is_the_object_itself(api: str) -> None:
    reply = reply_of(api)
    kept = json.loads(fed(api, b"".join(stream_of(api, reply)), []).reply)
    assert {n: v for n, v in kept.items() if v is not None} == {n: v for n, v in reply.items() if v is not None}


@apis
@given(cuts=st.lists(st.integers(0, 10_000), max_size=30), crlf=st.booleans())
def test_it_does_not_matter_where_packets_end(api: str, cuts: list[int], crlf: bool) -> None:
    reply = reply_of(api, text='{"quote": "Grüße, 速い"}')
    body = b": hello\n\n" + b"".join(stream_of(api, reply))
    if crlf:
        body = body.replace(b"\n", b"\r\n")
    asked = provider(api)
    assert asked.read(fed(api, body, cuts).reply) == asked.read(json.dumps(reply))


@apis
def test_a_stream_without_its_last_event_is_no_reply(api: str) -> None:
    """Statement 28."""
    made = fed(api, b"".join(stream_of(api, reply_of(api))[:-1]), [])
    assert made.started and made.reply == ""


def test_others_may_start_only_when_the_prompt_has_been_read() -> None:
    made, seen = assembling("responses"), []
    for name, data in events_of(ROUTES["responses"], reply_of("responses")):
        made.feed(name, json.dumps(data).encode())
        seen.append((name, made.started))
    assert seen[:3] == [
        ("response.created", False), ("response.in_progress", False), ("response.output_item.added", True),
    ]  # fmt: skip
    made = assembling("messages")
    made.feed(*next((n, json.dumps(d).encode()) for n, d in events_of(ROUTES["messages"], reply_of("messages"))))
    assert made.started


@pytest.mark.parametrize(
    ("api", "error", "status"),
    [
        ("messages", {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, 529),
        ("responses", {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down"}, 429),
    ],
)
def test_overloaded_inside_a_stream_costs_nothing_only_before_any_output(
    api: str, error: dict[str, Any], status: int
) -> None:
    """Statement 24."""
    told = json.dumps(error).encode()
    before = assembling(api)
    with pytest.raises(ProviderBusy) as early:
        before.feed("error", told)
    assert (early.value.maybe_paid, early.value.status) == (False, status)
    after = assembling(api)
    for name, data in list(events_of(ROUTES[api], reply_of(api)))[:5]:
        after.feed(name, json.dumps(data).encode())
    with pytest.raises(ProviderBusy) as late:
        after.feed("error", told)
    assert late.value.maybe_paid


@apis
@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{", b"[[[", b'{"index": "x", "delta": 3}', b"\xff"])
@pytest.mark.parametrize(
    "event", ["", "response.completed", "error", "message_start", "content_block_delta", "message_delta", "strange"]
)
def test_nonsense_in_a_stream_is_busy_or_nothing(api: str, event: str, data: bytes) -> None:
    try:
        assembling(api).feed(event, data)
    except ProviderBusy as err:
        assert event == "error" and err.maybe_paid


@pytest.mark.parametrize("event", ["keepalive", "response.metadata", "ping", "", "message_start", "strange.delta"])
@apis
def test_a_sign_of_life_before_any_output_lets_nobody_follow(api: str, event: str) -> None:
    made = assembling(api)
    made.feed(
        event, json.dumps({"type": event, "sequence_number": 3, "message": {"usage": {"input_tokens": 0}}}).encode()
    )
    assert not made.started
    for name, data in list(events_of(ROUTES[api], reply_of(api)))[:4]:
        made.feed(name, json.dumps(data).encode())
    assert made.started


@pytest.mark.parametrize("told", [None, {}, {"output_tokens": None}])
def test_a_streams_last_count_is_the_only_one_of_its_output(told: Any) -> None:
    """The first event counts one token of what is still to come."""
    made = assembling("messages")
    for name, data in events_of(ROUTES["messages"], reply_of("messages")):
        made.feed(name, json.dumps({**data, "usage": told} if name == "message_delta" else data).encode())
    assert provider("messages").read(made.reply).usage is None


def test_an_answer_streamed_into_a_tool_call_is_read() -> None:
    made, said = assembling("messages"), answer()
    block = {"type": "tool_use", "id": "t", "name": "answer", "input": {}}
    made.feed("content_block_start", json.dumps({"index": 0, "content_block": block}).encode())
    for part in (said[:40], said[40:]):
        delta = {"type": "input_json_delta", "partial_json": part}
        made.feed("content_block_delta", json.dumps({"index": 0, "delta": delta}).encode())
    made.feed("message_delta", json.dumps({"delta": {"stop_reason": "tool_use"}}).encode())
    made.feed("message_stop", b"{}")
    assert provider("messages").read(made.reply).text == said


@apis
def test_an_account_without_money_is_told_inside_a_stream(api: str) -> None:
    error = {"code": "insufficient_quota", "message": "x"}
    with pytest.raises(ProviderRefused, match="out of credit"):
        assembling(api).feed("error", json.dumps({**error, "type": "error", "error": error}).encode())
