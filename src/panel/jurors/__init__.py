"""Models as jurors: open one, send it a question with retries, decide what comes next, make a record of it."""

from panel.jurors.base import Caching, ModelSpec, Provider, Question, RawReply, Reading
from panel.jurors.conversation import Ask, Exchange, GaveUp, Heard, Refused, next_step, sound_answer
from panel.jurors.flow import Flow, open_flows
from panel.jurors.local import LocalModel, local_model
from panel.jurors.opinions import to_opinion
from panel.jurors.retry import send_with_retries
from panel.jurors.tickets import FlowHealth

__all__ = [
    "Ask", "Caching", "Exchange", "Flow", "FlowHealth", "GaveUp", "Heard", "LocalModel", "ModelSpec", "Provider",
    "Question", "RawReply", "Reading", "Refused", "local_model", "next_step", "open_flows", "open_provider",
    "send_with_retries", "sound_answer", "to_opinion",
]  # fmt: skip


def open_provider(spec: ModelSpec) -> Provider:
    """The provider that speaks this model's dialect. Opens no socket and imports no SDK: the first send does.

    Raises Mistake for a local model that is not installed, a script that can't be read, a malformed key.
    """
    if spec.provider == "local":
        from panel.jurors.local import LocalPicker

        return LocalPicker(spec)
    if spec.api == "responses":
        from panel.jurors.openai_responses import OpenAIResponses

        return OpenAIResponses(spec)
    if spec.api == "chat":
        from panel.jurors.openai_chat import OpenAIChat

        return OpenAIChat(spec)
    if spec.api == "messages":
        from panel.jurors.anthropic_messages import AnthropicMessages

        return AnthropicMessages(spec)
    from panel.jurors.scripted import Scripted

    return Scripted(spec)
