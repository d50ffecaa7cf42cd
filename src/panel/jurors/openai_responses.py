"""OpenAI's Responses API: the dialect at OpenAI's own address."""

import re
from collections.abc import Callable
from typing import Any

from panel.jurors.base import Body, Ending, ModelSpec, Question, RawReply, Reading
from panel.jurors.openai_client import at_openai, openai_client
from panel.jurors.replies import as_object, count, member, objects, words
from panel.jurors.streams import ResponsesStream
from panel.jurors.translate import where
from panel.jurors.wire import Wire
from panel.records import Usage

CACHE_MARKS_FROM = (5, 6)  # older models answer 400 to prompt_cache_options and breakpoints
INCOMPLETE: dict[str, Ending] = {"max_output_tokens": "truncated", "content_filter": "declined"}
POLICY_CODES = frozenset({"invalid_prompt", "bio_policy", "misalignment_policy_violation"})


class OpenAIResponses:
    """One model over `POST /responses`."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.wire = Wire(spec, openai_client)

    @property
    def endpoint(self) -> str:
        return where(self.spec)

    def first_body(self, question: Question) -> Body:
        """House rules, dossier, cache mark, persona. `store: false`: nothing is kept at the provider for us."""
        dossier: Body = {"type": "input_text", "text": question.dossier}
        body: Body = {
            "model": self.spec.model,
            "instructions": question.system,
            "input": [_message("user", [dossier, {"type": "input_text", "text": question.persona}])],
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": question.schema_name,
                    "strict": True,
                    "schema": question.schema,
                }
            },
            "max_output_tokens": self.spec.max_output_tokens,
            "store": False,
            **dict(self.spec.sampling),
        }
        if self.spec.effort:
            body["reasoning"] = {"effort": self.spec.effort}
        if sends_cache_marks(self.spec):
            dossier["prompt_cache_breakpoint"] = {"mode": "explicit"}
            body["prompt_cache_options"] = {"mode": "explicit"}
            body["prompt_cache_key"] = question.cache_key
        return body

    def more_room_body(self, body: Body, *, max_output_tokens: int) -> Body:
        return {**body, "max_output_tokens": max_output_tokens}

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        turns = [_message("assistant", said)] if said else []
        return {**body, "input": [*body["input"], *turns, _message("user", problem)]}

    def room(self, body: Body) -> int:
        return int(body["max_output_tokens"])

    async def send(self, body: Body) -> RawReply:
        return await self.wire.post("/responses", body)

    async def stream(self, body: Body, started: Callable[[], None]) -> RawReply:
        return await self.wire.stream("/responses", body, ResponsesStream(self.spec), started)

    def unmarked(self, body: Body) -> Body:
        """In explicit mode nothing is written to the cache where no breakpoint stands."""
        first, *rest = body["input"]
        content = [{k: v for k, v in part.items() if k != "prompt_cache_breakpoint"} for part in first["content"]]
        return {**body, "input": [{**first, "content": content}, *rest]}

    async def close(self) -> None:
        await self.wire.close()

    def read(self, raw: str) -> Reading:
        found = as_object(raw)
        said = [p for m in objects(found, "output") if _is_answer(m) for p in objects(m, "content")]
        text = "".join(words(p, "text") for p in said if p.get("type") == "output_text")
        refusal = " ".join(words(p, "refusal") for p in said if p.get("type") == "refusal")
        ending, why = _ending(found, text, refusal)
        return Reading(ending=ending, text=text, model=words(found, "model"), usage=_usage(found), why=why)


def sends_cache_marks(spec: ModelSpec) -> bool:
    """What panel.toml says; else only at OpenAI's own address, since a compatible server may refuse what it does not
    know."""
    if spec.cache_marks is not None:
        return spec.cache_marks
    return at_openai(spec) and takes_cache_marks(spec.model)


def takes_cache_marks(model: str) -> bool:
    """Whether the model knows explicit cache breakpoints: gpt-5.6 and later."""
    named = re.match(r"gpt-(\d+)(?:\.(\d+))?", model)
    return named is not None and (int(named[1]), int(named[2] or 0)) >= CACHE_MARKS_FROM


def _message(role: str, content: str | list[Body]) -> Body:
    return {"type": "message", "role": role, "content": content}


def _is_answer(item: dict[str, Any]) -> bool:
    """A message that is not commentary on the way to the answer."""
    return item.get("type") == "message" and item.get("phase") != "commentary"


def _ending(found: dict[str, Any], text: str, refusal: str) -> tuple[Ending, str]:
    """How it ended, and the provider's word for it. A status goes before the text: cut-off JSON may still parse."""
    status = words(found, "status")
    if refusal:
        return "declined", refusal
    if status == "completed":
        return ("complete", "") if text.strip() else ("empty", "no text")
    if status == "incomplete":
        reason = words(member(found, "incomplete_details"), "reason")
        return INCOMPLETE.get(reason, "unreadable"), f"incomplete: {reason or 'no reason given'}"
    error = member(found, "error")
    code, message = words(error, "code"), words(error, "message")
    if code in POLICY_CODES or code.endswith("_policy_violation"):
        return "declined", message or code
    if code == "context_length_exceeded":
        return "too_long", message or code
    return "unreadable", f"status {status or 'missing'}" + (f", {code}: {message}" if code or message else "")


def _usage(found: dict[str, Any]) -> Usage:
    """OpenAI's input_tokens includes cached and written tokens: taken out, so that each class is counted once."""
    usage = member(found, "usage")
    details = member(usage, "input_tokens_details")
    read, written = count(details, "cached_tokens"), count(details, "cache_write_tokens")
    return Usage(
        input_tokens=max(0, count(usage, "input_tokens") - read - written),
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=count(usage, "output_tokens"),
    )
