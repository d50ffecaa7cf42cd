"""Fields of a reply that are read alike in all dialects: the text, the ending, the usage and the error.

Compatible servers and gateways mix the dialects' names, so that each of these four is read in one place for all.
"""

import json
from collections.abc import Sequence
from typing import Any

from panel.jurors.provider import Ending, ParsedReply
from panel.money import PriceClass
from panel.records import Usage

ENDINGS: dict[str, Ending] = {
    "length": "truncated", "max_tokens": "truncated", "max_output_tokens": "truncated", "model_length": "truncated",
    "content_filter": "declined", "refusal": "declined", "safety": "declined", "pause_turn": "paused",
    "model_context_window_exceeded": "too_long", "context_length_exceeded": "too_long",
}  # fmt: skip
STOPS = frozenset({"stop", "end_turn", "stop_sequence", "eos", "eos_token", "completed"})  # the model came to its end
BROKEN = frozenset({
    "error", "abort", "aborted", "cancelled", "failed", "in_progress", "queued", "incomplete", "network_error",
    "insufficient_system_resource", "rate_limited",
})  # fmt: skip  # the server did not, so that what is there may be half
PRICED_APART = {  # how a reply was served -> what stands there when that is the ordinary way, or a batch's
    "service_tier": frozenset({"", "auto", "default", "standard", "batch", "on_demand"}),
    "speed": frozenset({"", "standard"}),
    "inference_geo": frozenset({"", "global", "not_available"}),
}
TEXT_PARTS = ("text", "output_text", None)  # thinking is no part of an answer
MOST_TOKENS = 10**9  # of one call; a count beyond it is nonsense, and no database's integer


def as_object(raw: str | bytes) -> dict[str, Any]:
    """The reply as a JSON object; empty when it is anything else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def member(found: object, name: str) -> dict[str, Any]:
    """The object under this name; empty when there is none. Compatible servers leave out or send null."""
    inner = found.get(name) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}


def objects(found: object, name: str) -> list[dict[str, Any]]:
    """The objects listed under this name; empty when there is no list."""
    listed = found.get(name) if isinstance(found, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def told(found: dict[str, Any], *names: str) -> int | None:
    """The largest count under these names, a whole float included; None when none tells one that makes sense."""
    values = [found.get(name) for name in names]
    counts = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= MOST_TOKENS]
    return max((int(v) for v in counts if v == int(v)), default=None)


def count(found: dict[str, Any], *names: str) -> int:
    """`told`, with 0 for what is not told: for classes that a server may leave out."""
    return told(found, *names) or 0


def read_usage(found: dict[str, Any], text: str) -> Usage | None:
    """What was used, each class once; None when it is not told. text: the answer.

    OpenAI's input holds cached and written tokens, Anthropic's leaves them out. A request without input, and a text
    without output, are counts that nobody made. Some servers leave reasoning out of the output but not of the total.
    """
    usage = member(found, "usage")
    details = member(usage, "prompt_tokens_details") or member(usage, "input_tokens_details")
    into = told(usage, "prompt_tokens", "input_tokens")
    out = told(usage, "completion_tokens", "output_tokens")
    inside = ("cached_tokens", "prompt_cache_hit_tokens")
    read = max(count(details, *inside), count(usage, *inside, "cache_read_input_tokens"))
    written = max(count(details, "cache_write_tokens"), count(usage, "cache_creation_input_tokens"))
    if into is None or out is None or not into + read + written or (text.strip() and not out):
        return None
    anthropics = "cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage
    apart = read + written > into or (anthropics and not details and "prompt_tokens" not in usage)
    fresh = into if apart else into - read - written
    return Usage(
        input_tokens=fresh, cache_read_tokens=read, cache_write_tokens=written,
        output_tokens=max(out, count(usage, "total_tokens") - fresh - read - written),
    )  # fmt: skip


def read_price_class(found: dict[str, Any]) -> PriceClass:
    """How it was served, as far as that is priced apart: OpenAI tells it beside the usage, Anthropic inside."""
    told = {name: words(found, name) or words(member(found, "usage"), name) for name in PRICED_APART}
    return tuple((name, word) for name, word in told.items() if word.lower() not in PRICED_APART[name])


def parsed(found: dict[str, Any], text: str, ending: Ending, why: str) -> ParsedReply:
    """A reply whose text and ending are read, with what all dialects tell alike."""
    return ParsedReply(
        ending=ending, text=text, model=words(found, "model"), usage=read_usage(found, text), why=why,
        price_class=read_price_class(found),
    )  # fmt: skip


def read_ending(reason: str, text: str) -> Ending:
    """How a reply ended, by the provider's word. An unknown word is none against a text: the text then decides."""
    reason = reason.lower()
    if reason in ENDINGS:
        return ENDINGS[reason]
    if reason in BROKEN and not as_object(text):
        return "unreadable"
    if text.strip():
        return "complete"
    return "empty" if reason in STOPS else "unreadable"


def text_of(content: object) -> str:
    """The text of a message's content: a string, or the text among its parts."""
    parts = content if isinstance(content, list) else [content]
    said = [{"text": part} if isinstance(part, str) else part for part in parts]
    return "".join(words(part, "text") for part in said if isinstance(part, dict) and part.get("type") in TEXT_PARTS)


def answer_of(text: str, calls: Sequence[object]) -> str:
    """The text, or the arguments of the one tool call by which some gateways force a schema. Of two, none: a guess."""
    if len(calls) != 1 or as_object(text):
        return text
    return (json.dumps(calls[0]) if isinstance(calls[0], dict) else text_of(calls[0])) or text


def error_of(body: object) -> dict[str, Any]:
    """The error that a body tells, its `message` a text: OpenAI's SDK unwraps it, Gemini puts it into a list, others
    tell it as a string, or under `detail`, `errors` or `Message`. Empty when there is none."""
    if isinstance(body, list):
        body = body[0] if body else None
    if isinstance(body, str):
        return {"message": body}
    if not isinstance(body, dict):
        return {}
    inner = body.get("error")
    found = inner if isinstance(inner, dict) else body
    return {**found, "message": _message(inner if isinstance(inner, str) else found)}


def _message(found: object, depth: int = 4) -> str:
    if isinstance(found, str) or not depth:
        return found if isinstance(found, str) else ""
    if isinstance(found, list):
        return "; ".join(filter(None, (_message(item, depth - 1) for item in found[:3])))
    if not isinstance(found, dict):
        return ""
    inner = (found.get(name) for name in ("message", "Message", "msg", "detail", "error", "errors"))
    return next(filter(None, (_message(value, depth - 1) for value in inner)), "")


def words(found: object, name: str) -> str:
    """A text; "" when it is missing or null. A lone surrogate, which no UTF-8 body can carry, becomes U+FFFD."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
