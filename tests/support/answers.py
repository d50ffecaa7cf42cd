"""Answers, questions and replies that the tests of this room change one thing in."""

import copy
import json
from typing import Any

from panel.jurors import Exchange, ModelSpec, Provider, Question
from panel.jurors.dialects import open_provider

ANSWER: dict[str, Any] = {
    "grounds": [
        {"claim": "It is free.", "side": "for", "passage": "S1.1", "excerpt": "free to download and to run"},
        {"claim": "It needs a GPU.", "side": "against", "passage": "S1.2", "excerpt": "needs a card with 24 GB"},
    ],
    "counter": "Hosted rivals cost cents.",
    "answers": [{"ask": "first_hour", "answer": "S1.2 tells."}],
    "predictions": [],
    "for_whom": "own the card.",
    "not_for": "rent by the hour.",
    "change_mind": "the licence changed.",
    "quote": [{"text": "It is free to run.", "rests_on": "grounds", "grounds": [1]}],
    "line": "Free, if you own the card.",
    "confidence": 0.7,
    "verdict": "ship",
}
PICKS: dict[str, Any] = {
    "speaks_for": ["S1.1"], "speaks_against": ["S1.2"], "confidence": "medium", "verdict": "ship",
}  # fmt: skip
MENU = {"type": "array", "items": {"type": "string", "enum": ["S1.1", "S1.2"]}, "minItems": 1, "maxItems": 3}
PICKS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "speaks_for": MENU,
        "speaks_against": MENU,
        "confidence": {"type": "string", "enum": ["low", "medium", "high"]},
        "verdict": {"type": "string", "enum": ["ship", "skip", "abstain"]},
    },
    "required": list(PICKS),
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {"type": "object", "required": list(ANSWER)}
APIS = {"responses": "openai", "chat": "openai", "messages": "anthropic"}


def answer(**changes: Any) -> str:
    """The answer as JSON text, with some fields changed."""
    return json.dumps({**copy.deepcopy(ANSWER), **changes})


def spec(api: str = "responses", **changes: Any) -> ModelSpec:
    provider = APIS.get(api, api)
    model = changes.pop("model", "gpt-6.1-sol" if provider == "openai" else "claude-sonnet-5-5")
    values: dict[str, Any] = {"api_key": "sk-test-0123456789abcdef", **changes}
    return ModelSpec(name=f"{provider}/{model}", provider=provider, model=model, api=api, **values)  # type: ignore[arg-type]


def provider(api: str = "responses", **changes: Any) -> Provider:
    return open_provider(spec(api, **changes))


def question(kind: str = "full", **changes: Any) -> Question:
    values: dict[str, Any] = {
        "system": "House rules.",
        "dossier": "[S1.1] free to download and to run",
        "persona": "You read for cost.",
        "schema_name": "answer" if kind == "full" else "picks",
        "schema": SCHEMA if kind == "full" else PICKS_SCHEMA,
        "kind": kind,
        "cache_key": "abc",
        "product": "acme-2",
        "persona_id": "business-analyst",
    }
    return Question(**{**values, **changes})


def raw(api: str, text: str | None, *, ending: str = "complete", **changes: Any) -> str:
    """A reply of this dialect. ending: "complete" or the provider's own word for another."""
    if api == "chat":
        reason = "stop" if ending == "complete" else ending
        message = {"role": "assistant", "content": text, **changes}
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 60}}
        return json.dumps({"model": "m", "choices": [{"finish_reason": reason, "message": message}], "usage": usage})
    if api == "messages":
        content = [] if text is None else [{"type": "text", "text": text}]
        usage = {"input_tokens": 40, "cache_read_input_tokens": 60, "output_tokens": 20}
        reason = "end_turn" if ending == "complete" else ending
        return json.dumps({"model": "m", "content": content, "stop_reason": reason, "usage": usage, **changes})
    content = [] if text is None else [{"type": "output_text", "text": text}]
    usage = {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 60}, "output_tokens": 20}
    status = "completed" if ending == "complete" else "incomplete"
    details = None if ending == "complete" else {"reason": ending}
    return json.dumps(
        {
            "model": "m",
            "status": status,
            "incomplete_details": details,
            "output": [{"type": "message", "role": "assistant", "content": content}],
            "usage": usage,
            **changes,
        }
    )


TRUNCATED = {"responses": "max_output_tokens", "chat": "length", "messages": "max_tokens"}


def exchange(
    asked: Provider, text: str | None, *, purpose: str = "ask", ending: str = "complete", **changes: Any
) -> Exchange:
    """One exchange with this provider, in which the model said `text`."""
    parsed = asked.read(raw(asked.spec.api, text, ending=ending, **changes))
    return Exchange(body=asked.first_body(question()), purpose=purpose, parsed=parsed)  # type: ignore[arg-type]
