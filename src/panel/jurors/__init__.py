"""Models as jurors: open one, send it a question with retries, decide what comes next, make a record of it."""

from panel.jurors.conversation import Ask, Exchange, GaveUp, Heard, Refused, next_step, sound_answer
from panel.jurors.opinions import to_opinion
from panel.jurors.provider import Caching, ModelSpec, Provider, Question, RawReply, Reading
from panel.jurors.providers.local import LocalModel, local_model
from panel.jurors.rate_limits.permit import FlowHealth
from panel.jurors.rate_limits.rate_limiter import Flow, open_flows
from panel.jurors.rate_limits.retry import send_with_retries

__all__ = [
    "Ask", "Caching", "Exchange", "Flow", "FlowHealth", "GaveUp", "Heard", "LocalModel", "ModelSpec", "Provider",
    "Question", "RawReply", "Reading", "Refused", "local_model", "next_step", "open_flows", "open_provider",
    "send_with_retries", "sound_answer", "to_opinion",
]  # fmt: skip
