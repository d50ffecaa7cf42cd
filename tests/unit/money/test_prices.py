"""Costs from tokens: exact, and unknown stays unknown."""

from decimal import Decimal
from pathlib import Path

import pytest

from panel.errors import Mistake
from panel.money import Price, price, worst_case
from panel.records import Usage
from panel.workspace import read_settings

ORACLE = Usage(input_tokens=3, cache_write_tokens=12304, output_tokens=550)
OURS = Price(input=Decimal(3), cache_write=Decimal("3.75"), cache_read=Decimal("0.3"), output=Decimal(15))


def test_the_published_oracle_case_is_priced_to_the_last_digit():
    assert price("anthropic/claude-sonnet-4-5", ORACLE, prices={}) == Decimal("0.054399")
    assert price("anthropic/some-new-model", ORACLE, prices={"anthropic/some-new-model": OURS}) == Decimal("0.054399")


def test_all_four_classes_are_billed_apart():
    usage = Usage(input_tokens=1, cache_write_tokens=10, cache_read_tokens=100, output_tokens=1000)
    assert OURS.of(usage) == Decimal("0.0150705")
    assert price("anthropic/claude-sonnet-4-5", usage, prices={}) == Decimal("0.0150705")


def test_an_unknown_model_has_no_price_rather_than_a_price_of_zero():
    assert price("anthropic/nobody-made-this", ORACLE, prices={}) is None
    assert price("strangers/claude-sonnet-4-5", ORACLE, prices={}) is None


def test_a_compatible_server_is_not_billed_by_the_name_it_uses():
    assert price("openai/gpt-5", ORACLE, prices={}) is not None
    assert price("openai/gpt-5", ORACLE, prices={}, base_url="https://llm.example.net/v1") is None
    assert price("openai/gpt-5", ORACLE, prices={}, base_url="https://api.openai.com/v1") is not None


def test_a_local_model_costs_nothing_unless_panel_toml_names_a_price():
    assert price("openai/gpt-5", ORACLE, prices={}, free=True) == 0
    assert price("openai/gpt-5", ORACLE, prices={"openai/gpt-5": OURS}, free=True) == OURS.of(ORACLE)


def test_panel_toml_wins_over_the_public_list():
    dear = Price(input=Decimal(0), cache_write=Decimal(0), cache_read=Decimal(0), output=Decimal(1000))
    assert price("anthropic/claude-sonnet-4-5", ORACLE, prices={"anthropic/claude-sonnet-4-5": dear}) == Decimal("0.55")


@pytest.mark.parametrize(
    ("model", "price_class", "usd"),
    [
        ("openai/gpt-6.1-sol", (), "4"),
        ("openai/gpt-6.1-sol", (("service_tier", "priority"),), "8"),
        ("openai/gpt-6.1-sol", (("service_tier", "flex"),), "2"),
        ("openai/gpt-6.1-sol", (("service_tier", "scale"),), None),
        ("openai/gpt-4o-2024-05-13", (("service_tier", "flex"),), None),
        ("anthropic/claude-opus-5", (), "5"),
        ("anthropic/claude-opus-5", (("speed", "fast"),), "10"),
        ("anthropic/claude-opus-5", (("service_tier", "priority"),), None),
        ("anthropic/claude-opus-5", (("inference_geo", "us"),), None),
        ("anthropic/claude-opus-5", (("speed", "fast"), ("inference_geo", "us")), None),
    ],
)
def test_what_was_served_dearer_is_priced_so_or_is_unknown(model, price_class, usd):
    """A million input tokens (gpt-6.1-sol: at its long-context price), typed from the list of genai-prices 0.2.3."""
    cost = price(model, Usage(input_tokens=1_000_000), prices={}, price_class=price_class)
    assert cost == (None if usd is None else Decimal(usd))


def test_a_price_of_panel_toml_is_of_the_ordinary_class():
    priority = (("service_tier", "priority"),)
    assert price("x/y", ORACLE, prices={"x/y": OURS}, price_class=priority) is None
    assert price("openai/gpt-6.1-sol", ORACLE, prices={}, batch=True, price_class=priority) is None
    assert price("x/y", ORACLE, prices={}, free=True, price_class=priority) == 0


@pytest.mark.parametrize("usd", ["-0.01", "NaN", "Infinity", "-Infinity", "100001"])
@pytest.mark.parametrize("name", ["input", "cache_write", "cache_read", "output"])
def test_what_is_no_price_is_refused_in_a_sentence(name, usd):
    toml = {"input": "1", "cache_write": "1", "cache_read": "1", "output": "1", name: usd}
    table = ", ".join(f'{key} = "{value}"' for key, value in toml.items())
    with pytest.raises(Mistake) as caught:
        read_settings(Path(), f'[models."x/y"]\nprice = {{ {table} }}\n', {})
    assert "models.x/y.price" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=name):
        Price(**{key: Decimal(value) for key, value in toml.items()})


def test_a_batch_costs_half():
    assert price("anthropic/claude-sonnet-4-5", ORACLE, prices={}, batch=True) == Decimal("0.0271995")
    assert price("x/y", ORACLE, prices={"x/y": OURS}, batch=True) == Decimal("0.0271995")


@pytest.mark.parametrize("text", ["word " * 400, "字" * 400, '{"a":1,"b":[2,3]}' * 40])
def test_the_worst_case_covers_a_token_per_two_bytes_and_all_the_room(text):
    worst = worst_case("x/y", {"input": [{"text": text}]}, room=100, prices={"x/y": OURS})
    tokens = len(text.encode()) // 2
    assert worst >= OURS.of(Usage(cache_write_tokens=tokens, output_tokens=100))
    assert worst_case("x/unknown", {"input": text}, room=100, prices={}) is None
