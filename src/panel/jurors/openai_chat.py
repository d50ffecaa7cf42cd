"""Chat completions: the dialect of Ollama, vLLM, LM Studio, llama.cpp and every other compatible server."""

from typing import Any

from panel.jurors.base import Body, Ending, ModelSpec, Question, RawReply, Reading
from panel.jurors.openai_client import at_openai, openai_client
from panel.jurors.replies import as_object, count, member, objects, words
from panel.jurors.translate import where
from panel.jurors.wire import Wire
from panel.records import Usage

# A reason of "" is a stream that broke off; tools were never offered. Both bring no answer.
FINISH: dict[str, Ending] = {"stop": "complete", "length": "truncated", "content_filter": "declined"}
ROOM_FIELDS = ("max_tokens", "max_completion_tokens")


class OpenAIChat:
    """One model over `POST /chat/completions`."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.wire = Wire(spec, openai_client)

    @property
    def endpoint(self) -> str:
        return where(self.spec)

    def first_body(self, question: Question) -> Body:
        """House rules, dossier, persona. Compatible servers know `max_tokens`; OpenAI itself has renamed it."""
        own = at_openai(self.spec)
        body: Body = {
            "model": self.spec.model,
            "messages": [
                {"role": "system", "content": question.system},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": question.dossier},
                        {"type": "text", "text": question.persona},
                    ],
                },
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": question.schema_name, "strict": True, "schema": question.schema},
            },
            "max_completion_tokens" if own else "max_tokens": self.spec.max_output_tokens,
            **dict(self.spec.sampling),
        }
        if own:
            body["store"] = False
        if self.spec.effort:
            body["reasoning_effort"] = self.spec.effort
        return body

    def more_room_body(self, body: Body, *, max_output_tokens: int) -> Body:
        return {**body, _room_field(body): max_output_tokens}

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        turns = [{"role": "assistant", "content": said}] if said else []
        return {**body, "messages": [*body["messages"], *turns, {"role": "user", "content": problem}]}

    def room(self, body: Body) -> int:
        return int(body[_room_field(body)])

    async def send(self, body: Body) -> RawReply:
        return await self.wire.post("/chat/completions", body)

    async def close(self) -> None:
        await self.wire.close()

    def read(self, raw: str) -> Reading:
        found = as_object(raw)
        choice = next(iter(objects(found, "choices")), {})
        message = member(choice, "message")
        text = words(message, "content")
        ending, why = _ending(found, words(choice, "finish_reason"), text, words(message, "refusal"))
        return Reading(ending=ending, text=text, model=words(found, "model"), usage=_usage(found), why=why)


def _room_field(body: Body) -> str:
    return next(name for name in ROOM_FIELDS if name in body)


def _ending(found: dict[str, Any], reason: str, text: str, refusal: str) -> tuple[Ending, str]:
    """How it ended. The reason goes before the text: cut-off JSON may still parse."""
    if refusal:
        return "declined", refusal
    ending = FINISH.get(reason, "unreadable")
    if ending == "complete" and not text.strip():
        return "empty", "no text"
    if ending != "unreadable":
        return ending, "" if ending == "complete" else f"finish_reason {reason}"
    error = words(member(found, "error"), "message")
    return ending, error or (f"finish_reason {reason}" if reason else "no finish_reason")


def _usage(found: dict[str, Any]) -> Usage:
    """prompt_tokens includes cached and written tokens; details are missing or null on most compatible servers."""
    usage = member(found, "usage")
    details = member(usage, "prompt_tokens_details")
    read, written = count(details, "cached_tokens"), count(details, "cache_write_tokens")
    return Usage(
        input_tokens=max(0, count(usage, "prompt_tokens") - read - written),
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=count(usage, "completion_tokens"),
    )
