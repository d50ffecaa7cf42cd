"""Server-sent events put together again into the reply that the same request gives without streaming.

Only the call that writes a provider's cache is streamed, and only so that the others know when to start. What is stored
is one JSON object, exactly as `Provider.read` takes it. Pure: bytes in, text out.
"""

import json
from collections.abc import AsyncIterator
from typing import Any, Protocol

from panel.errors import ProviderBusy, ProviderError
from panel.jurors.provider import ModelSpec
from panel.jurors.providers.error_mapping import of_error_object
from panel.jurors.providers.json_fields import as_object, count, member, words

FINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})


class Assembling(Protocol):
    """A reply on its way."""

    started: bool  # the prompt has been read: whoever shares its beginning may follow
    reply: str  # the whole reply as JSON; "" until its last event

    def feed(self, event: str, data: bytes) -> None:
        """Take one event. Raises ProviderError for an error inside the stream."""
        ...


async def events(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, bytes]]:
    """Events as (name, data) from a body in pieces, wherever it was cut. An event cut off at the end is left out.

    Of the event-stream format what both APIs use: `event` and `data` lines, comments, lines ended by LF or CRLF.
    """
    rest, name, data = b"", "", list[bytes]()
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            field, _, value = line.rstrip(b"\r").partition(b":")
            value = value.removeprefix(b" ")
            if field == b"event":
                name = value.decode("utf-8", "replace")
            elif field == b"data":
                data.append(value)
            elif not line.strip() and data:
                yield name, b"\n".join(data)
                name, data = "", []


class ResponsesStream:
    """OpenAI's Responses API: the last event holds the whole reply, so that no delta needs reading."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.started, self.reply, self.has_output = spec, False, "", False

    def feed(self, event: str, data: bytes) -> None:
        found = {} if event and self.started and event not in (*FINAL, "error") else as_object(data)
        event = event or words(found, "type")
        if event in FINAL:
            self.started, self.reply = True, json.dumps(member(found, "response"))
        elif event == "error":
            raise stream_error(found, self.spec, has_output=self.has_output)
        else:  # whatever belongs to an output says which; a sign of life before it does not
            self.started = self.started or "output_index" in found
            self.has_output = self.has_output or event.endswith(".delta")


class MessagesStream:
    """Anthropic's Messages API: a message's frame, blocks that grow, and counts that replace earlier ones."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec, self.started, self.reply = spec, False, ""
        self.message: dict[str, Any] = {}
        self.blocks: dict[int, dict[str, Any]] = {}
        self.has_output = False

    def feed(self, event: str, data: bytes) -> None:
        found = as_object(data)
        kind = words(found, "type") or event
        if kind == "error":
            raise stream_error(member(found, "error"), self.spec, has_output=self.has_output)
        if kind == "message_start":  # a usage that counts what was read and written: the cache stands
            self.message = dict(member(found, "message"))
            usage = member(self.message, "usage")
            self.started = count(usage, "input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens") > 0
            self.message["usage"] = {name: n for name, n in usage.items() if name != "output_tokens"}  # of the start
        elif kind == "content_block_start":
            self.started = True
            self.blocks[index(found)] = dict(member(found, "content_block"))
        elif kind == "content_block_delta":
            self.has_output = True
            grow(self.blocks.setdefault(index(found), {}), member(found, "delta"))
        elif kind == "message_delta":
            self.message |= member(found, "delta")
            counts = {n: v for n, v in member(found, "usage").items() if v or n == "output_tokens"}
            self.message["usage"] = member(self.message, "usage") | counts
        elif kind == "message_stop":
            self.message["content"] = [self.blocks[i] for i in sorted(self.blocks)]
            self.reply = json.dumps(self.message)


GROWING = {
    "text_delta": ("text", "text"), "thinking_delta": ("thinking", "thinking"),
    "signature_delta": ("signature", "signature"), "input_json_delta": ("partial_json", "input"),
}  # fmt: skip  # kind -> its field, and the block's


def grow(block: dict[str, Any], delta: dict[str, Any]) -> None:
    """Add a delta to its block; kinds that carry no part of an answer (citations) are left out."""
    part, whole = GROWING.get(words(delta, "type"), ("", ""))
    if part:
        block[whole] = words(block, whole) + words(delta, part)


def index(found: dict[str, Any]) -> int:
    value = found.get("index")
    return value if isinstance(value, int) else 0


def stream_error(error: dict[str, Any], spec: ModelSpec, *, has_output: bool) -> ProviderError:
    """An error event: unpaid when the server is overloaded and had said nothing, else maybe paid."""
    code = str(error.get("code") or error.get("type") or "no reason given")
    broke_off = ProviderBusy(f"{spec.name} broke off its answer ({code}).", maybe_paid=True)
    return of_error_object(error, spec, answering=has_output) or broke_off
