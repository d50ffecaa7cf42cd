"""Anthropic's Messages API."""

from typing import Any

from panel.jurors.provider import Body, Ending, ParsedReply, Question
from panel.jurors.providers import json_fields as fields
from panel.jurors.providers.transport import OverHttp


class AnthropicMessages(OverHttp):
    """One model over `POST /v1/messages`."""

    path = "/v1/messages"

    def first_body(self, question: Question) -> Body:
        """House rules, dossier, cache mark, persona. Thinking and effort only as the spec names them."""
        dossier = {"type": "text", "text": question.dossier, "cache_control": {"type": "ephemeral"}}
        output: Body = {"format": {"type": "json_schema", "schema": question.schema}}
        if self.spec.effort:
            output["effort"] = self.spec.effort
        body: Body = {
            "model": self.spec.model, "max_tokens": self.spec.max_output_tokens, "system": question.system,
            "messages": [{"role": "user", "content": [dossier, {"type": "text", "text": question.persona}]}],
            "output_config": output, **dict(self.spec.sampling),
        }  # fmt: skip
        if self.spec.thinking:
            body["thinking"] = dict(self.spec.thinking)
        return body

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        """An empty turn is refused by the API, so an empty answer is left out; two user turns in a row are merged."""
        turns = [{"role": "assistant", "content": said}] if said.strip() else []
        return {**body, "messages": [*body["messages"], *turns, {"role": "user", "content": problem}]}

    def unmarked(self, body: Body) -> Body:
        first, *rest = body["messages"]
        content = [{k: v for k, v in part.items() if k != "cache_control"} for part in first["content"]]
        return {**body, "messages": [{**first, "content": content}, *rest]}

    def read(self, raw: str) -> ParsedReply:
        found = fields.as_object(raw)
        calls = [block["input"] for block in fields.objects(found, "content") if "input" in block]
        text = fields.answer_of(fields.text_of(found.get("content")), calls)
        ending, why = _ending(found, text)
        return fields.parsed(found, text, ending, why)


def _ending(found: dict[str, Any], text: str) -> tuple[Ending, str]:
    """How it ended, and the provider's word for it."""
    reason = fields.words(found, "stop_reason")
    ending = fields.read_ending(reason, text)
    if ending == "complete":
        return ending, ""
    if ending == "declined":
        details = fields.member(found, "stop_details")
        return ending, fields.words(details, "explanation") or fields.words(details, "category") or "refusal"
    message = fields.words(fields.error_of(found), "message")
    return ending, message or (f"stop_reason {reason}" if reason else "no stop_reason")
