"""What the rest of the program knows of a model: a spec, a question, a body to send, a parsed reply.

A provider is one API dialect at one address. It builds bodies and reads replies without I/O, so that a body can be
hashed, stored and priced before it leaves, put in a provider's batch, or replayed from the ledger years later;
`send` is the only method that touches the network, makes exactly one request, and never retries.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Literal, Protocol, runtime_checkable
from urllib.parse import urlsplit

from panel.money import PriceClass, is_own, owner_of
from panel.records import Usage

Api = Literal["responses", "chat", "messages", "scripted"]
Ending = Literal["complete", "truncated", "declined", "paused", "too_long", "empty", "unreadable"]
Body = dict[str, Any]  # exactly the JSON that is sent


def is_loopback(base_url: str) -> bool:
    """A server on this machine: it needs no key and sends no bill."""
    host = urlsplit(base_url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class ModelSpec:
    """One model as settings name it. Plain values: nothing here is read from the environment."""

    name: str  # "openai/gpt-6.1-sol", as typed and as printed
    provider: str  # "openai", "anthropic", "local", "scripted"
    model: str  # as the provider spells it; for "scripted" the path of the script
    api: Api
    base_url: str = ""  # "" is the provider's own address
    api_key: str = field(default="", repr=False)
    max_output_tokens: int = 4000  # first try; a truncated answer is asked again with more room
    effort: str = ""  # "" sends none
    thinking: tuple[tuple[str, Any], ...] = ()  # Anthropic's `thinking`, as items; () sends none
    sampling: tuple[tuple[str, float], ...] = ()  # only what panel.toml names for this model
    timeout_s: float = 120.0
    context_tokens: int = 0  # 0: not known; the local model's slot size otherwise
    cache_marks: bool | None = None  # of OpenAI's Responses; None: at its own address, on models that know them

    @property
    def family(self) -> str:
        """Whose model it is. Jurors of one family share blind spots; so do those on one compatible server, in whichever
        dialect it is asked."""
        return owner_of(self.provider, self.base_url)

    @property
    def at_own_address(self) -> bool:
        """Asked at its provider's own API: a compatible server may refuse fields it does not know."""
        return is_own(self.provider, self.base_url)

    @property
    def free(self) -> bool:
        """Nobody sends a bill: it runs on this machine, or it is a script."""
        return self.provider in ("local", "scripted") or is_loopback(self.base_url)


@dataclass(frozen=True)
class Question:
    """All that one juror is asked, in prompt order, with the cache mark after `dossier`."""

    system: str  # house rules
    dossier: str
    persona: str  # brief and question
    schema_name: str
    schema: dict[str, Any]
    kind: Literal["full", "picks"] = "full"
    cache_key: str = ""  # one per launch
    product: str = ""  # the launch's slug
    persona_id: str = ""


@dataclass(frozen=True)
class RawReply:
    """What one request brought back, kept as it came."""

    text: str  # the response body, JSON
    latency_s: float
    request_id: str = ""
    headers: tuple[tuple[str, str], ...] = ()  # rate-limit headers only, lower case


@dataclass(frozen=True)
class ParsedReply:
    """A reply understood as far as the dialect goes; the answer inside is still text."""

    ending: Ending
    text: str  # the model's answer; "" when there is none
    model: str  # the id the server named
    usage: Usage | None  # None: the server did not tell it
    why: str = ""  # refusal text, or the ending in the provider's word
    price_class: PriceClass = ()  # how it was served, where that is not the ordinary way and has a price of its own


class Provider(Protocol):
    """One API dialect at one address, for one model."""

    spec: ModelSpec

    @property
    def endpoint(self) -> str:
        """What enters the ledger key besides provider and model: the base URL, or the local weights' hash."""

    def first_body(self, question: Question) -> Body:
        """The body that asks the question."""

    def more_room_body(self, body: Body, *, max_output_tokens: int) -> Body:
        """The same question with more room: never sent identically after a truncation."""

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        """The question again, followed by what the model said and what was wrong with it."""

    def room(self, body: Body) -> int:
        """Output tokens this body allows."""

    async def send(self, body: Body) -> RawReply:
        """One request. Raises ProviderBusy, ProviderRefused or ProviderError."""

    def read(self, raw: str) -> ParsedReply:
        """Understand a stored or fresh reply. Never raises for what a server may send."""

    async def close(self) -> None:
        """Free sockets, stop a local server."""


@runtime_checkable
class Caching(Protocol):
    """What a provider can do besides when its API bills a marked prefix apart. Marks are no part of the question: the
    ledger keeps the body as it was given."""

    def unmarked(self, body: Body) -> Body:
        """The body without cache marks: a prefix that nobody reads again is not worth the price of writing it."""
