"""Models as jurors: open one, send it a question with retries, decide what comes next, make a record of it."""

from panel.jurors.conversation import (
    AnsweredStep,
    DeclinedStep,
    Exchange,
    SendStep,
    UnusableStep,
    next_step,
    sound_answer,
)
from panel.jurors.opinions import to_opinion
from panel.jurors.provider import Caching, ModelSpec, ParsedReply, Provider, Question, RawReply
from panel.jurors.providers.local import LocalModel, local_model
from panel.jurors.rate_limits.permit import LimiterHealth
from panel.jurors.rate_limits.rate_limiter import RateLimiter, open_limiters
from panel.jurors.rate_limits.retry import send_with_retries

__all__ = [
    "AnsweredStep",
    "Caching",
    "DeclinedStep",
    "Exchange",
    "LimiterHealth",
    "LocalModel",
    "ModelSpec",
    "ParsedReply",
    "Provider",
    "Question",
    "RateLimiter",
    "RawReply",
    "SendStep",
    "UnusableStep",
    "local_model",
    "next_step",
    "open_limiters",
    "open_provider",
    "send_with_retries",
    "sound_answer",
    "to_opinion",
]  # fmt: skip
