"""OpenAI's Responses API: the dialect at OpenAI's own address."""

import re
from typing import Any

from panel.jurors.provider import Body, Ending, ModelSpec, ParsedReply, Question
from panel.jurors.providers import json_fields as fields
from panel.jurors.providers.transport import OverHttp

CACHE_MARKS_FROM = (5, 6)  # older models answer 400 to prompt_cache_options and breakpoints
POLICY_CODES = frozenset({"invalid_prompt", "bio_policy", "misalignment_policy_violation"})


class OpenAIResponses(OverHttp):
    """One model over `POST /responses`."""

    path = "/responses"

    def first_body(self, question: Question) -> Body:
        """House rules, dossier, cache mark, persona. `store: false`: nothing is kept at the provider for us."""
        dossier: Body = {"type": "input_text", "text": question.dossier}
        body: Body = {
            "model": self.spec.model, "instructions": question.system,
            "input": [_message("user", [dossier, {"type": "input_text", "text": question.persona}])],
            "text": {"format": {
                "type": "json_schema", "name": question.schema_name, "strict": True, "schema": question.schema,
            }},
            "max_output_tokens": self.spec.max_output_tokens, "store": False, **dict(self.spec.sampling),
        }  # fmt: skip
        if self.spec.effort:
            body["reasoning"] = {"effort": self.spec.effort}
        if sends_cache_marks(self.spec):
            dossier["prompt_cache_breakpoint"] = {"mode": "explicit"}
            body["prompt_cache_options"] = {"mode": "explicit"}
            body["prompt_cache_key"] = question.cache_key
        return body

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        turns = [_message("assistant", said)] if said else []
        return {**body, "input": [*body["input"], *turns, _message("user", problem)]}

    def unmarked(self, body: Body) -> Body:
        """In explicit mode nothing is written to the cache where no breakpoint stands."""
        first, *rest = body["input"]
        content = [{k: v for k, v in part.items() if k != "prompt_cache_breakpoint"} for part in first["content"]]
        return {**body, "input": [{**first, "content": content}, *rest]}

    def read(self, raw: str) -> ParsedReply:
        found = fields.as_object(raw)
        output = fields.objects(found, "output")
        answers = [item for item in output if _is_answer(item)]
        calls = [item["arguments"] for item in output if item.get("type") == "function_call" and "arguments" in item]
        text = fields.answer_of("".join(fields.text_of(item.get("content")) for item in answers), calls)
        parts = (part for item in answers for part in fields.objects(item, "content") if part.get("type") == "refusal")
        ending, why = _ending(found, text, " ".join(fields.words(part, "refusal") for part in parts))
        return fields.parsed(found, text, ending, why)


def sends_cache_marks(spec: ModelSpec) -> bool:
    """What panel.toml says; else only at OpenAI's own address, since a compatible server may refuse what it does not
    know."""
    if spec.cache_marks is not None:
        return spec.cache_marks
    return spec.at_own_address and takes_cache_marks(spec.model)


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
    """How it ended, and the provider's word for it."""
    if refusal:
        return "declined", refusal
    status = fields.words(found, "status")
    if status == "incomplete":
        status = fields.words(fields.member(found, "incomplete_details"), "reason") or status
    error = fields.member(found, "error")
    code, message = fields.words(error, "code"), fields.words(fields.error_of(error), "message")
    if code in POLICY_CODES or code.endswith("_policy_violation"):
        return "declined", message or code
    ending = fields.read_ending(code if code in fields.ENDINGS else status, text)
    told = ", ".join(filter(None, (f"status {status or 'missing'}", code, message)))
    return ending, "" if ending == "complete" else told
