"""Anthropic's Messages API."""

from collections.abc import Callable
from typing import Any

from panel.jurors.base import Body, Ending, ModelSpec, Question, RawReply, Reading
from panel.jurors.replies import as_object, count, member, objects, words
from panel.jurors.streams import MessagesStream
from panel.jurors.translate import OWN_ADDRESSES, where
from panel.jurors.wire import CONNECT_TIMEOUT_S, Client, Wire, http_client, transport_errors
from panel.records import Usage

STOP: dict[str, Ending] = {
    "end_turn": "complete",
    "stop_sequence": "complete",
    "max_tokens": "truncated",
    "refusal": "declined",
    "pause_turn": "paused",
    "model_context_window_exceeded": "too_long",
}  # "tool_use" and a missing reason bring no answer: no tools were offered, and a stream that breaks off gives none


class AnthropicMessages:
    """One model over `POST /v1/messages`."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.wire = Wire(spec, anthropic_client)

    @property
    def endpoint(self) -> str:
        return where(self.spec)

    def first_body(self, question: Question) -> Body:
        """House rules, dossier, cache mark, persona. Thinking and effort only as the spec names them."""
        output: Body = {"format": {"type": "json_schema", "schema": question.schema}}
        if self.spec.effort:
            output["effort"] = self.spec.effort
        body: Body = {
            "model": self.spec.model,
            "max_tokens": self.spec.max_output_tokens,
            "system": question.system,
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": question.dossier, "cache_control": {"type": "ephemeral"}},
                        {"type": "text", "text": question.persona},
                    ],
                }
            ],
            "output_config": output,
            **dict(self.spec.sampling),
        }
        if self.spec.thinking:
            body["thinking"] = dict(self.spec.thinking)
        return body

    def more_room_body(self, body: Body, *, max_output_tokens: int) -> Body:
        return {**body, "max_tokens": max_output_tokens}

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        """An empty turn is refused by the API, so an empty answer is left out; two user turns in a row are merged."""
        turns = [{"role": "assistant", "content": said}] if said.strip() else []
        return {**body, "messages": [*body["messages"], *turns, {"role": "user", "content": problem}]}

    def room(self, body: Body) -> int:
        return int(body["max_tokens"])

    async def send(self, body: Body) -> RawReply:
        return await self.wire.post("/v1/messages", body)

    async def stream(self, body: Body, started: Callable[[], None]) -> RawReply:
        return await self.wire.stream("/v1/messages", body, MessagesStream(self.spec), started)

    def unmarked(self, body: Body) -> Body:
        first, *rest = body["messages"]
        content = [{k: v for k, v in part.items() if k != "cache_control"} for part in first["content"]]
        return {**body, "messages": [{**first, "content": content}, *rest]}

    async def close(self) -> None:
        await self.wire.close()

    def read(self, raw: str) -> Reading:
        found = as_object(raw)
        text = "".join(words(b, "text") for b in objects(found, "content") if b.get("type") == "text")
        ending, why = _ending(found, text)
        return Reading(ending=ending, text=text, model=words(found, "model"), usage=_usage(found), why=why)


def anthropic_client(spec: ModelSpec) -> Client:
    """A client for this spec. The address is always given: the SDK would else read ANTHROPIC_BASE_URL by itself."""
    import anthropic
    import httpx2

    timeout = httpx2.Timeout(spec.timeout_s, connect=CONNECT_TIMEOUT_S)
    sdk = anthropic.AsyncAnthropic(
        api_key=spec.api_key or "none",
        base_url=spec.base_url or OWN_ADDRESSES["anthropic"],
        max_retries=0,
        timeout=timeout,
        http_client=http_client(anthropic, spec, timeout),
    )
    return Client(sdk, httpx2.Response, (anthropic.AnthropicError, *transport_errors()))


def _ending(found: dict[str, Any], text: str) -> tuple[Ending, str]:
    """How it ended. The reason goes before the text: cut-off JSON may still parse."""
    reason = words(found, "stop_reason")
    ending = STOP.get(reason, "unreadable")
    if ending == "complete":
        return ("complete", "") if text.strip() else ("empty", "no text")
    if ending == "declined":
        details = member(found, "stop_details")
        return ending, words(details, "explanation") or words(details, "category") or "refusal"
    error = words(member(found, "error"), "message")
    return ending, error or (f"stop_reason {reason}" if reason else "no stop_reason")


def _usage(found: dict[str, Any]) -> Usage:
    """Anthropic's input_tokens leaves cached and written tokens out already."""
    usage = member(found, "usage")
    return Usage(
        input_tokens=count(usage, "input_tokens"),
        cache_read_tokens=count(usage, "cache_read_input_tokens"),
        cache_write_tokens=count(usage, "cache_creation_input_tokens"),
        output_tokens=count(usage, "output_tokens"),
    )
