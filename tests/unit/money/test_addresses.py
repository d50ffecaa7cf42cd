"""Whose an address is: one answer for dialect, price, family and cache marks."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.answers import spec

from panel.jurors import may_take_confidential
from panel.jurors.providers.openai_responses import sends_cache_marks
from panel.money import is_own, owner_of, price
from panel.records import Usage
from panel.workspace import Settings, read_settings

TOKENS = Usage(input_tokens=1_000_000)
OPENAIS = ["", "https://api.openai.com/v1", "https://eu.api.openai.com/v1", "https://US.api.openai.com/v1/"]
STRANGERS = [
    "https://api.openai.com.evil.example/v1", "https://evilapi.openai.com/v1", "https://acme.openai.azure.com/openai/v1",
    "https://openrouter.ai/api/v1", "http://127.0.0.1:11434/v1", "https://api.anthropic.com/v1",
]  # fmt: skip


def settings(base_url: str) -> Settings:
    return read_settings(Path(), "", {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": base_url})


@pytest.mark.parametrize("base_url", OPENAIS)
def test_openais_own_addresses_are_its_own_in_everything(base_url: str) -> None:
    """The regions are those of OpenAI's SDK and of its guide to data residency."""
    asked = settings(base_url).model_spec("openai/gpt-6.1-sol")
    assert (asked.api, asked.family, asked.at_own_address) == ("responses", "openai", True)
    assert sends_cache_marks(asked) and may_take_confidential(asked, ["openai"])
    assert price(asked.name, TOKENS, prices={}, base_url=base_url) is not None


@pytest.mark.parametrize("base_url", STRANGERS)
def test_any_other_address_is_nobodys_but_its_hosts(base_url: str) -> None:
    asked = settings(base_url).model_spec("openai/gpt-6.1-sol")
    assert (asked.api, asked.at_own_address) == ("chat", False)
    assert asked.family != "openai" and not sends_cache_marks(asked) and not may_take_confidential(asked, ["openai"])


def test_a_host_that_begins_like_openais_is_not_billed_like_openai() -> None:
    assert price("openai/gpt-4.1", TOKENS, prices={}, base_url="https://api.openai.com.evil.example/v1") is None
    assert price("openai/gpt-4.1", TOKENS, prices={}, base_url="https://acme.openai.azure.com/v1") is not None


def test_one_address_in_two_dialects_is_one_family() -> None:
    there = "https://gateway.example/v1"
    assert spec("chat", base_url=there).family == spec("messages", base_url=there).family == "gateway.example"
    assert spec("chat", base_url="https://api.anthropic.com/v1").family == spec("messages").family == "anthropic"


def test_an_owner_is_a_provider_or_a_host() -> None:
    assert [owner_of("openai", url) for url in ("", "https://jp.api.openai.com/v1", "http://[::1]:8000/v1")] == [
        "openai", "openai", "::1",
    ]  # fmt: skip
    assert owner_of("local", "") == "local" and is_own("local", "")


@pytest.mark.parametrize(
    ("model", "share"), [("gpt-6.1-sol", "1.1"), ("gpt-5.4", "1.1"), ("gpt-5.1", "1"), ("gpt-4.1", "1"), ("o3", "1")]
)
def test_a_regional_address_costs_a_tenth_more_for_models_since_5_4(model: str, share: str) -> None:
    """OpenAI, "Data residency": a 10% uplift for models released on or after 5 March 2026."""
    everywhere = price(f"openai/{model}", TOKENS, prices={})
    regional = price(f"openai/{model}", TOKENS, prices={}, base_url="https://eu.api.openai.com/v1")
    assert everywhere is not None and regional == everywhere * Decimal(share)
