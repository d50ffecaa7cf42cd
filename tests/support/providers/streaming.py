"""A whole reply cut into the events that a streamed one comes in, each built with the SDKs' own event types."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

PIECE = 400  # characters of a delta
Event = tuple[str, dict[str, Any]]


def events_of(path: str, reply: dict[str, Any]) -> Iterator[Event]:
    """Name and data of every event, in order. path: the route that was asked."""
    return _messages(reply) if path == "/v1/messages" else _responses(reply)


def _responses(reply: dict[str, Any]) -> Iterator[Event]:
    from openai.types import responses as r

    begun = {**reply, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    numbers = iter(range(10**6))

    def event(kind: type[Any], name: str, **fields: Any) -> Event:
        made = kind.model_validate({"type": name, "sequence_number": next(numbers), **fields})
        return name, made.model_dump(mode="json")

    yield event(r.ResponseCreatedEvent, "response.created", response=begun)
    yield event(r.ResponseInProgressEvent, "response.in_progress", response=begun)
    for i, item in enumerate(reply["output"]):
        yield event(
            r.ResponseOutputItemAddedEvent, "response.output_item.added", output_index=i, item={**item, "content": []}
        )
        for part in item["content"]:
            if part["type"] == "output_text":
                for piece in pieces(part["text"]):
                    yield event(
                        r.ResponseTextDeltaEvent, "response.output_text.delta", item_id=item["id"], output_index=i,
                        content_index=0, delta=piece, logprobs=[],
                    )  # fmt: skip
    last = {
        "completed": (r.ResponseCompletedEvent, "response.completed"),
        "incomplete": (r.ResponseIncompleteEvent, "response.incomplete"),
        "failed": (r.ResponseFailedEvent, "response.failed"),
    }[reply["status"]]
    yield event(*last, response=reply)


def _messages(reply: dict[str, Any]) -> Iterator[Event]:
    from anthropic import types as a

    def event(kind: type[Any], name: str, **fields: Any) -> Event:
        return name, kind.model_validate({"type": name, **fields}).model_dump(mode="json")

    usage = reply["usage"]
    begun = {**reply, "content": [], "stop_reason": None, "stop_details": None, "usage": {**usage, "output_tokens": 1}}
    yield event(a.RawMessageStartEvent, "message_start", message=begun)
    for i, block in enumerate(reply["content"]):
        yield event(a.RawContentBlockStartEvent, "content_block_start", index=i, content_block={**block, "text": ""})
        yield "ping", {"type": "ping"}
        for piece in pieces(block["text"]):
            delta = {"type": "text_delta", "text": piece}
            yield event(a.RawContentBlockDeltaEvent, "content_block_delta", index=i, delta=delta)
        yield event(a.RawContentBlockStopEvent, "content_block_stop", index=i)
    ended = {n: reply.get(n) for n in ("stop_reason", "stop_sequence", "stop_details")}
    yield event(a.RawMessageDeltaEvent, "message_delta", delta=ended, usage={"output_tokens": usage["output_tokens"]})
    yield event(a.RawMessageStopEvent, "message_stop")


def pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]


def as_bytes(event: Event) -> bytes:
    name, data = event
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


async def stream(
    request: web.Request,
    reply: dict[str, Any],
    *,
    headers: dict[str, str],
    behaviour: str = "ok",
    latency_s: float = 0.0,
) -> web.StreamResponse:
    """Send the reply as events: the first at once, the last after `latency_s`.

    behaviour "half": breaks off before the last event; "error_stream": says it is overloaded before any output;
    "error_late": says so in the middle.
    """
    response = web.StreamResponse(headers={**headers, "content-type": "text/event-stream"})
    await response.prepare(request)
    made = list(events_of(request.path, reply))
    middle = 1 if behaviour == "error_stream" else len(made) // 2
    for event in made[:middle]:
        await response.write(as_bytes(event))
    if behaviour in ("error_stream", "error_late"):
        error = {"type": "overloaded_error", "message": "Overloaded"}
        if request.path != "/v1/messages":
            error = {"code": "rate_limit_exceeded", "message": "Slow down"}
        wrapped = {"type": "error", "error": error} if request.path == "/v1/messages" else {"type": "error", **error}
        await response.write(as_bytes(("error", wrapped)))
        return response
    await asyncio.sleep(latency_s)
    for event in made[middle:-1] if behaviour == "half" else made[middle:]:
        await response.write(as_bytes(event))
    return response
