"""Opens a model's adapter, and its provider's batches, by its dialect. Adapters know nothing of each other."""

from panel.jurors.batch_api.protocol import BatchApi
from panel.jurors.provider import ModelSpec, Provider


def open_provider(spec: ModelSpec) -> Provider:
    """The provider that speaks this model's dialect. Opens no socket and imports no SDK: the first send does.

    Raises Mistake for a local model that is not installed, a script that can't be read, a malformed key.
    """
    if spec.provider == "local":
        from panel.jurors.providers.local import LocalPicker

        return LocalPicker(spec)
    if spec.api == "responses":
        from panel.jurors.providers.openai_responses import OpenAIResponses

        return OpenAIResponses(spec)
    if spec.api == "chat":
        from panel.jurors.providers.openai_chat import OpenAIChat

        return OpenAIChat(spec)
    if spec.api == "messages":
        from panel.jurors.providers.anthropic_messages import AnthropicMessages

        return AnthropicMessages(spec)
    from panel.jurors.providers.scripted import Scripted

    return Scripted(spec)


def open_batches(spec: ModelSpec) -> BatchApi | None:
    """Batches for this model; None for a local or scripted one. Opens no socket and imports no SDK.

    A compatible server at another address may have no batches: `submit` then raises ProviderRefused, which says so.
    """
    if spec.provider == "openai":
        from panel.jurors.batch_api.openai_batches import OpenAIBatches

        return OpenAIBatches(spec)
    if spec.provider == "anthropic":
        from panel.jurors.batch_api.anthropic_batches import AnthropicBatches

        return AnthropicBatches(spec)
    return None
