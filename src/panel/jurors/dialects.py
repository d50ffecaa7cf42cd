"""Opens a model's adapter, and its provider's batches, by its dialect. Adapters know nothing of each other."""

from importlib import import_module
from typing import Any

from panel.jurors.batch_api.protocol import BatchApi
from panel.jurors.provider import ModelSpec, Provider

PROVIDERS = {
    "local": "local.LocalPicker", "responses": "openai_responses.OpenAIResponses", "chat": "openai_chat.OpenAIChat",
    "messages": "anthropic_messages.AnthropicMessages", "scripted": "scripted.Scripted",
}  # fmt: skip
BATCHES = {"openai": "openai_batches.OpenAIBatches", "anthropic": "anthropic_batches.AnthropicBatches"}


def open_provider(spec: ModelSpec) -> Provider:
    """The provider that speaks this model's dialect. Opens no socket and imports no SDK: the first send does.

    Raises Mistake for a local model that is not installed, a script that can't be read, a malformed key.
    """
    opened: Provider = _open("providers", PROVIDERS["local" if spec.provider == "local" else spec.api], spec)
    return opened


def open_batches(spec: ModelSpec) -> BatchApi | None:
    """Batches for this model; None for a local or scripted one. Opens no socket and imports no SDK.

    A compatible server at another address may have no batches: `submit` then raises ProviderRefused, which says so.
    """
    return _open("batch_api", BATCHES[spec.provider], spec) if spec.provider in BATCHES else None


def _open(chamber: str, name: str, spec: ModelSpec) -> Any:
    module, _, kind = name.partition(".")
    return getattr(import_module(f"panel.jurors.{chamber}.{module}"), kind)(spec)
