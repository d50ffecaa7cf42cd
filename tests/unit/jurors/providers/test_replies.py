"""What servers say, in every form that the compatible ones give it: usage, text, ending and error."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.support.answers import APIS, answer, provider, question, raw, spec

from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors import Exchange, SendStep, next_step
from panel.jurors.batch_api.openai_batches import OpenAIBatches
from panel.jurors.conversation import AnsweredStep
from panel.jurors.providers.error_mapping import of_status
from panel.money import Price, price
from panel.records import Usage

apis = pytest.mark.parametrize("api", list(APIS))
PRICE = Price(input=Decimal(1), cache_write=Decimal(1), cache_read=Decimal("0.1"), output=Decimal(10))
USED = Usage(input_tokens=9000, output_tokens=600)


def reply(api: str, **changes: Any) -> dict[str, Any]:
    return {**json.loads(raw(api, answer())), **changes}


def usage_of(api: str, usage: Any) -> Usage | None:
    return provider(api).read(json.dumps(reply(api, usage=usage))).usage


@apis
@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "many",
        {"prompt_tokens": 0, "completion_tokens": 0, "input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": 9000},
        {"output_tokens": 600},
        {"input_tokens": 9000, "output_tokens": 0},
        {"input_tokens": -9000, "output_tokens": 600},
        {"input_tokens": True, "output_tokens": 600},
        {"input_tokens": 0.5, "output_tokens": 600},
        {"input_tokens": 10**30, "output_tokens": 600},
    ],
)
def test_usage_nobody_told_is_unknown_and_has_no_price(api: str, usage: Any) -> None:
    asked = provider(api)
    found = usage_of(api, usage)
    assert found is None
    assert price(asked.spec.name, found, prices={asked.spec.name: PRICE}) is None
    assert price(asked.spec.name, found, prices={}) is None
    assert price("local/m", found, prices={}, free=True) == 0  # nobody sends a bill


@apis
@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 9000, "completion_tokens": 600, "total_tokens": 9600},
        {"input_tokens": 9000, "output_tokens": 600},
        {"prompt_tokens": 9000.0, "completion_tokens": 600.0},
        {"prompt_tokens": 9000, "completion_tokens": 600, "input_tokens": 0, "output_tokens": None},
        {"prompt_tokens": 9000, "completion_tokens": 600, "prompt_tokens_details": None, "total_tokens": 0},
        {"prompt_tokens": 9000, "completion_tokens": 200, "total_tokens": 9600},  # reasoning outside the output
    ],
)
def test_usage_is_read_under_any_dialects_names(api: str, usage: Any) -> None:
    assert usage_of(api, usage) == USED


@apis
@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 9000, "completion_tokens": 600, "prompt_tokens_details": {"cached_tokens": 8000}},
        {"input_tokens": 9000, "output_tokens": 600, "input_tokens_details": {"cached_tokens": 8000}},
        {"prompt_tokens": 9000, "completion_tokens": 600, "cached_tokens": 8000},
        {"prompt_tokens": 9000, "completion_tokens": 600, "prompt_cache_hit_tokens": 8000},
        {"prompt_tokens": 9000, "completion_tokens": 600, "cache_read_input_tokens": 8000},  # a gateway's both names
        {"input_tokens": 1000, "output_tokens": 600, "cache_read_input_tokens": 8000},  # Anthropic's: apart
        {"prompt_tokens": 1000, "completion_tokens": 600, "cached_tokens": 8000, "total_tokens": 9600},
    ],
)
def test_cached_tokens_are_counted_once_wherever_they_stand(api: str, usage: Any) -> None:
    assert usage_of(api, usage) == Usage(input_tokens=1000, cache_read_tokens=8000, output_tokens=600)


def chat(content: Any, reason: Any = "stop", **message: Any) -> dict[str, Any]:
    said = {"finish_reason": reason, "message": {"content": content, **message}}
    return {"choices": [said], "usage": {"prompt_tokens": 9000, "completion_tokens": 600}}


def call(arguments: Any) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": "answer", "arguments": arguments}}]


TEXT = {"type": "text", "text": answer()}
THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}]}
HALVES = [{"type": "text", "text": answer()[:50]}, {"type": "text", "text": answer()[50:]}]
ANTHROPIC: dict[str, Any] = {"stop_reason": "end_turn", "usage": {"input_tokens": 9000, "output_tokens": 600}}
TOOL = {"type": "tool_use", "id": "t", "name": "answer", "input": json.loads(answer())}
MESSAGE = {"type": "message", "content": [TEXT]}
FUNCTION = {"type": "function_call", "name": "answer", "arguments": answer()}
RESPONSE: dict[str, Any] = {"status": "completed", "usage": ANTHROPIC["usage"]}


@pytest.mark.parametrize(
    ("api", "reply"),
    [
        *(("chat", chat(answer(), reason)) for reason in ("eos", "eos_token", "", None, "STOP", "end_turn", "odd", 3)),
        *(("chat", chat(answer(), reason)) for reason in ("length", "model_length", "max_tokens", "error", "abort")),
        ("chat", chat([THINKING, TEXT])),
        ("chat", chat(HALVES)),
        ("chat", chat([answer()])),
        ("chat", chat(TEXT)),
        ("chat", chat([{"type": "output_text", "text": answer()}])),
        ("chat", chat(None, "tool_calls", tool_calls=call(answer()))),
        ("chat", chat("I call the tool.", "tool_calls", tool_calls=call(json.loads(answer())))),
        ("chat", chat("", "function_call", function_call={"name": "answer", "arguments": answer()})),
        ("chat", {"choices": [{**chat("No")["choices"][0], "index": 1}, {**chat(answer())["choices"][0], "index": 0}]}),
        ("messages", {**ANTHROPIC, "content": answer()}),
        ("messages", {**ANTHROPIC, "content": [THINKING, *HALVES]}),
        ("messages", {**ANTHROPIC, "content": [{"type": "text", "text": "Now:"}, TOOL], "stop_reason": "tool_use"}),
        ("messages", {**ANTHROPIC, "content": [TEXT], "stop_reason": None}),
        ("messages", {**ANTHROPIC, "content": [TEXT], "stop_reason": "stop"}),
        ("messages", {**ANTHROPIC, "content": [TEXT], "stop_reason": "pause_turn"}),
        ("messages", {**ANTHROPIC, "content": [TEXT], "stop_reason": "model_context_window_exceeded"}),
        ("responses", {**RESPONSE, "output": [MESSAGE]}),
        ("responses", {**RESPONSE, "output": [{**MESSAGE, "content": answer()}]}),
        ("responses", {**RESPONSE, "output": [FUNCTION]}),
        ("responses", {**RESPONSE, "output": [MESSAGE], "status": None}),
        ("responses", {**RESPONSE, "output": [MESSAGE], "status": "incomplete"}),
    ],
)
def test_a_whole_answer_is_taken_whatever_is_said_around_it(api: str, reply: dict[str, Any]) -> None:
    asked = provider(api)
    parsed = asked.read(json.dumps(reply))
    assert isinstance(next_step(asked, question(), [Exchange({}, "ask", parsed)]), AnsweredStep)


@pytest.mark.parametrize("calls", [call(answer()) * 2, call("{"), call(None), [{}]])
def test_of_two_tool_calls_or_half_of_one_no_answer_is_made(calls: list[Any]) -> None:
    asked = provider("chat")
    parsed = asked.read(json.dumps(chat(None, "tool_calls", tool_calls=calls)))
    assert not isinstance(
        next_step(asked, question(), [Exchange(asked.first_body(question()), "ask", parsed)]), AnsweredStep
    )


@pytest.mark.parametrize("reason", ["length", "max_tokens", "model_length", "MAX_TOKENS"])
def test_every_word_for_a_cut_off_answer_gets_it_more_room(reason: str) -> None:
    asked = provider("chat")
    parsed = asked.read(json.dumps(chat(answer()[:99], reason)))
    step = next_step(asked, question(), [Exchange(asked.first_body(question()), "ask", parsed)])
    assert isinstance(step, SendStep) and step.purpose == "more_room"


@pytest.mark.parametrize(
    ("api", "reply", "says"),
    [
        ("chat", {"choices": None}, "no finish_reason"),
        ("chat", {"choices": [{"finish_reason": "error", "error": {"message": "Gone"}, "message": {}}]}, "Gone"),
        ("chat", chat(answer()[:99], "error"), "error"),
        ("chat", chat("", "insufficient_system_resource"), "insufficient_system_resource"),
        ("chat", chat(None, "abort"), "abort"),
        ("chat", {"error": "Unexpected endpoint"}, "Unexpected endpoint"),
        ("chat", {"error": {"message": "Try later"}}, "Try later"),
        ("chat", {"detail": [{"msg": "Worker died"}]}, "Worker died"),
        ("messages", {"type": "error", "error": {"message": "Gone"}}, "Gone"),
        ("messages", {"content": [], "stop_reason": None}, "no stop_reason"),
        ("responses", {"status": "failed", "error": {"code": "odd", "message": "Gone"}, "output": []}, "Gone"),
        ("responses", {"status": "cancelled", "output": [{**MESSAGE, "content": "half"}]}, "cancelled"),
    ],
)
def test_an_ending_without_an_answer_is_no_answer(api: str, reply: dict[str, Any], says: str) -> None:
    parsed = provider(api).read(json.dumps(reply))
    assert parsed.ending == "unreadable" and says in parsed.why


RATE, PLAN = "Rate limit reached on requests per min. Try again in 1s.", "Please check your plan and billing details."
FAR = "x" * 400 + " Your credit balance is too low"
DELAY = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26.5s"}]
LIMITED: list[tuple[str, int, Any]] = [
    ("OpenAI", 429, {"error": {"message": f"{RATE} Visit /account/billing", "type": "requests", "code": "rate_limit_exceeded"}}),
    ("OpenAI, long", 429, {"error": {"message": RATE + "x" * 300 + " billing", "code": "rate_limit_exceeded"}}),
    ("Anthropic", 429, {"type": "error", "error": {"type": "rate_limit_error", "message": f"{RATE} Spend limit: see docs."}}),
    ("Gemini", 429, [{"error": {"code": 429, "message": PLAN, "status": "RESOURCE_EXHAUSTED", "details": DELAY}}]),
    ("Groq", 429, {"error": {"message": f"{RATE} Upgrade at /settings/billing", "type": "tokens", "code": "rate_limit_exceeded"}}),
    ("Mistral", 429, {"object": "error", "message": "Requests rate limit exceeded", "type": "rate_limited", "code": "1300"}),
    ("OpenRouter", 429, {"error": {"message": "Rate limit exceeded. Add 10 credits to unlock more", "code": 429, "metadata": {}}}),
    ("Together", 429, {"error": {"message": f"{RATE} Add a payment method", "type": "model_rate_limit", "code": None}}),
    ("LiteLLM", 429, {"error": {"message": f"litellm.RateLimitError: {PLAN}", "type": "throttling_error", "code": "429"}}),
    ("Azure", 429, {"error": {"code": "429", "message": "Exceeded the token rate limit of your pricing tier."}}),
    ("a gateway's words", 429, {"error": f"{RATE} billing"}),
]  # fmt: skip
SPENT: list[tuple[str, int, Any]] = [
    ("OpenAI", 429, {"error": {"message": PLAN, "type": "insufficient_quota", "code": "insufficient_quota"}}),
    ("OpenAI, inactive", 429, {"error": {"message": "x", "type": "billing_not_active", "code": "billing_not_active"}}),
    ("Anthropic", 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}}),
    ("Anthropic, far", 400, {"error": {"type": "invalid_request_error", "message": FAR}}),
    ("Anthropic, cap", 429, {"error": {"type": "rate_limit_error", "message": "x", "details": {"error_code": "spend_limit_reached"}}}),
    ("DeepSeek", 402, {"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request_error"}}),
    ("OpenRouter", 402, {"error": {"message": "This request requires more credits", "code": 402}}),
    ("Moonshot", 429, {"error": {"message": PLAN, "type": "exceeded_current_quota_error"}}),
    ("Together", 429, {"error": {"message": "Too much", "type": "credit_limit", "code": None}}),
    ("LiteLLM", 400, {"error": {"message": "Over", "type": "budget_exceeded", "param": None, "code": "400"}}),
    ("xAI", 429, {"code": "Some resource has been exhausted", "error": "Your team has used all available credits."}),
    ("new-api", 403, {"error": {"message": "x", "type": "new_api_error", "code": "insufficient_user_quota"}}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "status", "body"), LIMITED, ids=[who for who, *_ in LIMITED])
def test_a_rate_limit_is_waited_for_whatever_it_says_of_billing(who: str, status: int, body: Any) -> None:
    told = of_status(status, body, {}, spec("chat"))
    assert isinstance(told, ProviderBusy) and not told.maybe_paid
    assert told.retry_after_s == (26.5 if who == "Gemini" else None)


@pytest.mark.parametrize(("who", "status", "body"), SPENT, ids=[who for who, *_ in SPENT])
def test_an_account_without_money_stops_its_model(who: str, status: int, body: Any) -> None:
    told = of_status(status, body, {}, spec("chat"))
    assert isinstance(told, ProviderRefused) and told.stops_model and "out of credit" in str(told)


def test_a_refusal_that_speaks_of_billing_is_about_the_request() -> None:
    told = of_status(400, {"error": {"message": "`billing` is an unknown field.", "code": None}}, {}, spec())
    assert isinstance(told, ProviderRefused) and not told.stops_model and "`billing`" in str(told)


@pytest.mark.parametrize(
    "body",
    [
        [{"error": {"message": "Say this"}}], {"detail": "Say this"}, {"detail": [{"msg": "Say this"}]},
        {"errors": [{"message": "Say this"}]}, {"Message": "Say this"}, {"error": "Say this"}, "Say this",
        {"error": {"error": {"message": "Say this"}}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_the_servers_own_words_are_shown_wherever_they_stand(status: int, body: Any) -> None:
    assert "Say this" in str(of_status(status, body, {}, spec("chat")))


@pytest.mark.parametrize("depth", [10, 100_000])
def test_an_error_within_errors_is_survived(depth: int) -> None:
    body: Any = "deep"
    for _ in range(depth):
        body = {"error": body}
    assert isinstance(of_status(400, body, {}, spec()), ProviderRefused)


@pytest.mark.parametrize(
    "text", ["Wed, 21 Oct 2099 07:28:00 +99999999999999", "Wed, 99 Oct 99999 07:28:00", "soon", "-"]
)
def test_a_wait_that_makes_no_sense_is_none(text: str) -> None:
    told = of_status(429, None, {"retry-after": text, "date": text}, spec())
    assert isinstance(told, ProviderBusy) and told.retry_after_s is None


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        ({"code": 429, "message": "x"}, ProviderBusy, 429),
        ({"code": "rate_limited", "type": "rate_limit_error"}, ProviderBusy, 429),
        ({"type": "overloaded_error"}, ProviderBusy, 529),
        ({"code": 502, "message": "x"}, ProviderBusy, 502),
        ({"code": "insufficient_quota", "message": "x"}, ProviderRefused, None),
        ({"code": 400, "message": "x"}, ProviderRefused, None),
    ],
)
def test_an_error_in_a_batchs_row_is_told_as_an_ordinary_calls(error: Any, kind: type, status: int | None) -> None:
    wire = OpenAIBatches(spec())
    row = {"custom_id": "c", "response": {"status_code": 200, "body": {"error": error}}, "error": None}
    result = wire._result(row)
    assert result.outcome == "errored" and result.busy == (kind is ProviderBusy)
