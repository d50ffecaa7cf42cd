"""Chat completions: the dialect of Ollama, vLLM, LM Studio, llama.cpp and every other compatible server."""

from panel.jurors.provider import Body, ParsedReply, Question
from panel.jurors.providers import json_fields as fields
from panel.jurors.providers.transport import OverHttp


class OpenAIChat(OverHttp):
    """One model over `POST /chat/completions`."""

    path = "/chat/completions"

    def first_body(self, question: Question) -> Body:
        """House rules, dossier, persona. Compatible servers know `max_tokens`; OpenAI itself has renamed it."""
        own = self.spec.at_own_address
        asked = [{"type": "text", "text": text} for text in (question.dossier, question.persona)]
        body: Body = {
            "model": self.spec.model,
            "messages": [{"role": "system", "content": question.system}, {"role": "user", "content": asked}],
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

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        turns = [{"role": "assistant", "content": said}] if said else []
        return {**body, "messages": [*body["messages"], *turns, {"role": "user", "content": problem}]}

    def read(self, raw: str) -> ParsedReply:
        found = fields.as_object(raw)
        choice = min(fields.objects(found, "choices"), key=lambda choice: fields.count(choice, "index"), default={})
        message = fields.member(choice, "message")
        asked = [
            *(fields.member(call, "function") for call in fields.objects(message, "tool_calls")),
            fields.member(message, "function_call"),
        ]
        calls = [call["arguments"] for call in asked if "arguments" in call]
        text = fields.answer_of(fields.text_of(message.get("content")), calls)
        reason, refusal = fields.words(choice, "finish_reason"), fields.words(message, "refusal")
        ending, why = "declined" if refusal else fields.read_ending(reason, text), refusal
        if ending != "complete" and not refusal:
            error = fields.error_of(choice if "error" in choice else found).get("message")
            why = error or (f"finish_reason {reason}" if reason else "no finish_reason")
        return fields.parsed(found, text, ending, why)
