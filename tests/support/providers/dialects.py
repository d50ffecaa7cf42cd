"""The three APIs: what a valid request is, where its dossier and persona stand, what a reply looks like."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import Any

from tests.support.providers.billing import Usage
from tests.support.providers.types_of import problems, schema_problems

Reply = tuple[str, str]  # ending in our words: "complete", "truncated", "declined", ...; the text
numbers = itertools.count(1)


@dataclass(frozen=True)
class Dialect:
    """One route."""

    path: str
    provider: str  # "openai" or "anthropic"
    params: Callable[[], Any]
    schema: Callable[[dict[str, Any]], Any]
    blocks: Callable[[dict[str, Any]], tuple[str, str]]  # dossier, persona
    shape: Callable[[str, Reply, Usage], dict[str, Any]]
    model: Callable[[], Any]  # the SDK's own model of a reply

    def reply(self, model: str, said: Reply, usage: Usage, *, checked: bool = True) -> dict[str, Any]:
        """A reply; checked: held against the SDK's model and filled up with what that has besides."""
        made = self.shape(model, said, usage)
        if not checked:
            return made
        whole: dict[str, Any] = self.model().model_validate(made, strict=True).model_dump(mode="json")
        return whole

    def problems(self, body: dict[str, Any]) -> list[str]:
        """Why the hosted API would answer 400; empty when it would not."""
        return problems(body, self.params()) or schema_problems(self.schema(body))


@cache
def sdk_type(module: str, name: str) -> Any:
    """A type of an SDK, imported when it is first needed."""
    return getattr(import_module(module), name)


def two_blocks(turns: list[dict[str, Any]]) -> tuple[str, str]:
    """Dossier and persona: the first two texts of the first user turn."""
    content = next(t["content"] for t in turns if t["role"] == "user")
    texts = [block["text"] for block in content]
    return texts[0], texts[1]


def responses_shape(model: str, reply: Reply, usage: Usage) -> dict[str, Any]:
    ending, text = reply
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    if ending == "declined":
        part = {"type": "refusal", "refusal": text}
    content = [] if not text and ending != "declined" else [part]
    total = usage.fresh + usage.written + usage.read
    details: dict[str, Any] = {"cached_tokens": usage.read, "cache_write_tokens": usage.written}
    return {
        "id": f"resp_{next(numbers)}",
        "object": "response",
        "created_at": 0,
        "model": model,
        "status": "incomplete" if ending == "truncated" else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if ending == "truncated" else None,
        "output": [
            {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": content},
        ],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": total,
            "input_tokens_details": details,
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": total + usage.output,
        },
    }


def chat_shape(model: str, reply: Reply, usage: Usage) -> dict[str, Any]:
    ending, text = reply
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
    if ending == "declined":
        message = {"role": "assistant", "content": None, "refusal": text}
    total = usage.fresh + usage.written + usage.read
    return {
        "id": f"chat_{next(numbers)}",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "finish_reason": "length" if ending == "truncated" else "stop", "message": message}],
        "usage": {
            "prompt_tokens": total,
            "completion_tokens": usage.output,
            "total_tokens": total + usage.output,
            "prompt_tokens_details": {"cached_tokens": usage.read, "cache_write_tokens": usage.written},
        },
    }


def messages_shape(model: str, reply: Reply, usage: Usage) -> dict[str, Any]:
    ending, text = reply
    stops = {"truncated": "max_tokens", "declined": "refusal"}
    return {
        "id": f"msg_{next(numbers)}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}] if text and ending != "declined" else [],
        "stop_reason": stops.get(ending, "end_turn"),
        "stop_details": {"type": "refusal", "explanation": text} if ending == "declined" else None,
        "usage": {
            "input_tokens": usage.fresh,
            "cache_creation_input_tokens": usage.written,
            "cache_read_input_tokens": usage.read,
            "output_tokens": usage.output,
        },
    }


DIALECTS = (
    Dialect(
        path="/v1/responses",
        provider="openai",
        params=partial(sdk_type, "openai.types.responses.response_create_params", "ResponseCreateParamsNonStreaming"),
        schema=lambda body: body["text"]["format"]["schema"],
        blocks=lambda body: two_blocks(body["input"]),
        shape=responses_shape,
        model=partial(sdk_type, "openai.types.responses", "Response"),
    ),
    Dialect(
        path="/v1/chat/completions",
        provider="openai",
        params=partial(sdk_type, "openai.types.chat.completion_create_params", "CompletionCreateParamsNonStreaming"),
        schema=lambda body: body["response_format"]["json_schema"]["schema"],
        blocks=lambda body: two_blocks(body["messages"]),
        shape=chat_shape,
        model=partial(sdk_type, "openai.types.chat", "ChatCompletion"),
    ),
    Dialect(
        path="/v1/messages",
        provider="anthropic",
        params=partial(sdk_type, "anthropic.types.message_create_params", "MessageCreateParamsNonStreaming"),
        schema=lambda body: body["output_config"]["format"]["schema"],
        blocks=lambda body: two_blocks(body["messages"]),
        shape=messages_shape,
        model=partial(sdk_type, "anthropic.types", "Message"),
    ),
)


def knows_cache_marks(model: str) -> bool:
    """Models before gpt-5.6 answer 400 to cache marks."""
    named = re.match(r"gpt-(\d+)\.?(\d*)", model)
    return named is None or (int(named[1]), int(named[2] or 0)) >= (5, 6)
