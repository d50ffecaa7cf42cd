"""What leaves, held against the SDKs' own parameter types, and what it never holds."""

import json
from typing import Any

import pytest
from tests.support.answers import APIS, provider, question, spec
from tests.support.providers.dialects import DIALECTS

from panel.jurors import Caching
from panel.jurors.providers.openai_responses import takes_cache_marks
from panel.prompting.schema import answer_schema

PATHS = {"responses": "/v1/responses", "chat": "/v1/chat/completions", "messages": "/v1/messages"}
FULL = question(schema=answer_schema())
ELSEWHERE = {"base_url": "http://127.0.0.1:9/v1"}

apis = pytest.mark.parametrize("api", list(APIS))
places = pytest.mark.parametrize("place", [{}, ELSEWHERE], ids=["own address", "compatible server"])


def problems(api: str, body: dict[str, Any]) -> list[str]:
    return next(d for d in DIALECTS if d.path == PATHS[api]).problems(body)


@apis
@places
def test_every_body_fits_the_sdks_own_types(api: str, place: dict[str, str]) -> None:
    sampling = () if api == "messages" else (("temperature", 0.5),)  # Anthropic's types know no sampling any more
    asked = provider(api, **place, effort="low", sampling=sampling)
    body = asked.first_body(FULL)
    assert problems(api, body) == []
    assert problems(api, asked.more_room_body(body, max_output_tokens=9000)) == []
    assert problems(api, asked.repair_body(body, said="{}", problem="No verdict.")) == []
    assert problems(api, asked.repair_body(body, said="", problem="Empty.")) == []


@apis
def test_the_types_refuse_an_unknown_field(api: str) -> None:
    assert problems(api, {**provider(api).first_body(FULL), "surprise": 1}) == ["body.surprise: unknown"]


@pytest.mark.parametrize(("api", "field"), [("chat", "model"), ("messages", "max_tokens"), ("messages", "messages")])
def test_the_types_refuse_a_missing_field(api: str, field: str) -> None:
    body = provider(api).first_body(FULL)
    del body[field]
    assert problems(api, body)[0] == f"body.{field}: missing"


@apis
def test_dossier_stands_before_persona_in_a_block_of_its_own(api: str) -> None:
    body = provider(api).first_body(FULL)
    turn = (body.get("input") or body["messages"])[-1]
    assert [block["text"] for block in turn["content"]] == [FULL.dossier, FULL.persona]


@apis
def test_no_sampling_effort_or_thinking_is_sent_unless_named(api: str) -> None:
    body = provider(api).first_body(FULL)
    unnamed = {"temperature", "top_p", "seed", "reasoning", "reasoning_effort", "thinking", "top_k"}
    assert not unnamed & set(body) and "effort" not in json.dumps(body)


def test_what_the_settings_name_is_sent() -> None:
    named = provider("messages", effort="high", thinking=(("type", "adaptive"),), sampling=(("top_p", 0.9),))
    body = named.first_body(FULL)
    assert (body["output_config"]["effort"], body["thinking"], body["top_p"]) == ("high", {"type": "adaptive"}, 0.9)
    assert provider("responses", effort="low").first_body(FULL)["reasoning"] == {"effort": "low"}
    assert provider("chat", effort="low").first_body(FULL)["reasoning_effort"] == "low"


def test_the_cache_mark_ends_the_dossier_block() -> None:
    block = provider("messages").first_body(FULL)["messages"][0]["content"][0]
    assert block["cache_control"] == {"type": "ephemeral"}
    body = provider("responses").first_body(FULL)
    assert body["input"][0]["content"][0]["prompt_cache_breakpoint"] == {"mode": "explicit"}
    assert (body["prompt_cache_options"], body["prompt_cache_key"]) == ({"mode": "explicit"}, "abc")


@pytest.mark.parametrize(
    "changes",
    [{"model": "gpt-5.5"}, {"model": "gpt-5"}, {"model": "o4"}, ELSEWHERE],
    ids=["5.5", "5", "o4", "elsewhere"],
)
def test_cache_marks_go_only_where_they_are_known(changes: dict[str, str]) -> None:
    assert "prompt_cache" not in json.dumps(provider("responses", **changes).first_body(FULL))


@pytest.mark.parametrize(
    ("model", "takes"),
    [("gpt-5.6", True), ("gpt-5.6-mini", True), ("gpt-5.10", True), ("gpt-6", True), ("gpt-6.1-sol", True),
     ("gpt-5.5", False), ("gpt-5", False), ("gpt-4.1", False), ("llama-9", False)],
)  # fmt: skip
def test_cache_marks_are_known_from_gpt_5_6_on(model: str, takes: bool) -> None:
    assert takes_cache_marks(model) is takes


def test_nothing_is_kept_at_openai_for_us() -> None:
    assert provider("responses").first_body(FULL)["store"] is False
    assert provider("chat").first_body(FULL)["store"] is False


def test_compatible_servers_get_the_field_they_know_for_room() -> None:
    assert "max_tokens" in provider("chat", **ELSEWHERE).first_body(FULL)
    assert "max_completion_tokens" in provider("chat").first_body(FULL)


@apis
def test_the_same_question_gives_the_same_bytes(api: str) -> None:
    assert json.dumps(provider(api).first_body(FULL)) == json.dumps(provider(api).first_body(FULL))


@apis
def test_asking_again_leaves_the_first_body_as_it_was(api: str) -> None:
    asked = provider(api)
    body = asked.first_body(FULL)
    before = json.dumps(body)
    asked.repair_body(asked.more_room_body(body, max_output_tokens=9), said="x", problem="y")
    assert json.dumps(body) == before


@apis
def test_the_key_is_in_no_body_and_no_repr(api: str) -> None:
    key = spec().api_key
    assert key not in json.dumps(provider(api).first_body(FULL)) and key not in repr(spec(api))


@pytest.mark.parametrize("api", ["responses", "messages"])
def test_a_body_without_marks_asks_the_same(api: str) -> None:
    """Marks stand in OpenAI's bodies only at its own address."""
    asked = provider(api)
    assert isinstance(asked, Caching)
    body = asked.first_body(FULL)
    marked, text = json.dumps(body), json.dumps(asked.unmarked(body))
    for mark in ('"prompt_cache_breakpoint": {"mode": "explicit"}', '"cache_control": {"type": "ephemeral"}'):
        marked = marked.replace(", " + mark, "")
    assert text == marked and text != json.dumps(body)


def test_chat_completions_carry_no_marks() -> None:
    assert not isinstance(provider("chat"), Caching)
