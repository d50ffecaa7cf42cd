"""What calls cost, from the tokens they used. Decimal everywhere; a price nobody knows is None, never 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

from panel.records import Usage

PRICE_LINE = '[models."provider/model".price] with input, cache_write, cache_read and output, in USD per million tokens'
MILLION = Decimal(1_000_000)
BATCH_SHARE = Decimal("0.5")  # of a panel.toml price; both hosted providers charge half in a batch (pipelines.md)
OWN_HOSTS = {"openai": "api.openai.com", "anthropic": "api.anthropic.com"}
STEP = 128  # tokens: a day's calls then have few sizes
UPPER_BYTES_PER_TOKEN = 2  # English runs at about 4, code at 3, dense JSON at 2, Chinese at 3 (one token a character)


@dataclass(frozen=True)
class Price:
    """USD per million tokens, in the four classes that are billed apart."""

    input: Decimal
    cache_write: Decimal
    cache_read: Decimal
    output: Decimal

    def of(self, usage: Usage) -> Decimal:
        """Exact cost in USD of these tokens."""
        return (
            self.input * usage.input_tokens
            + self.cache_write * usage.cache_write_tokens
            + self.cache_read * usage.cache_read_tokens
            + self.output * usage.output_tokens
        ) / MILLION


def is_billed(name: str, *, prices: Mapping[str, Price], free: bool) -> bool:
    """Whether somebody sends a bill for this model: a server on this machine that panel.toml gives a price does."""
    return not free or name in prices


def price(
    name: str, usage: Usage | None, *, prices: Mapping[str, Price], free: bool = False, batch: bool = False,
    base_url: str = "", at: datetime | None = None,
) -> Decimal | None:  # fmt: skip
    """Exact cost in USD of these tokens on `provider/model`; None when the price or the usage is unknown.

    prices: panel.toml's, by model name; they win over the public list. free: nobody sends a bill (this machine, a
    script). batch: through the provider's batch interface; a model without a known batch price costs its full one.
    base_url: a compatible server's address, priced by what the list knows of that server, else unknown. at: when the
    call was made; None takes the list's price of today.
    """
    if free and name not in prices:
        return Decimal(0)
    if usage is None:
        return None
    if name in prices:
        return prices[name].of(usage) * (BATCH_SHARE if batch else 1)
    provider, _, model = name.partition("/")
    return _listed(provider, model, usage, batch=batch, base_url=base_url, at=at)


def _listed(
    provider: str, model: str, usage: Usage, *, batch: bool, base_url: str, at: datetime | None
) -> Decimal | None:
    """Cost by the `genai-prices` list, imported here: it costs 0.2 s, and runs on this machine never need it."""
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens,  # its total, ours apart
        cache_write_tokens=usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        output_tokens=usage.output_tokens,
    )
    foreign = urlsplit(base_url).hostname not in (None, OWN_HOSTS.get(provider))
    where = {"provider_api_url": base_url} if foreign else {"provider_id": provider}
    context = {"processing": "batch"} if batch else None
    try:
        found = calc_price(tokens, model, genai_request_timestamp=at, price_context=context, **where)
    except LookupError:
        return None
    return Decimal(found.total_price)


def worst_case(
    name: str, size: int, *, room: int, prices: Mapping[str, Price], free: bool = False, batch: bool = False,
    base_url: str = "",
) -> Decimal | None:  # fmt: skip
    """An upper bound in USD for one call: what it counts until its cost is known. None: price unknown.

    Every two of the `size` bytes that are sent count as a token, rounded up to the next `STEP` tokens, at the dearest
    input class, and all of `room` as output. Holds for text in any script that a tokenizer does not fall apart on.
    """
    tokens = -(-size // (UPPER_BYTES_PER_TOKEN * STEP)) * STEP
    day = datetime.now(UTC).date()  # a list's prices change with the day
    return _worst(name, tokens, room, prices.get(name), free, batch, base_url, day)


@lru_cache(maxsize=4096)
def _worst(
    name: str, tokens: int, room: int, ours: Price | None, free: bool, batch: bool, base_url: str, _day: date
) -> Decimal | None:
    """Remembered: each call asks twice, and the public list takes 70 us for an answer."""
    prices = {} if ours is None else {name: ours}
    candidates = (Usage(input_tokens=tokens, output_tokens=room), Usage(cache_write_tokens=tokens, output_tokens=room))
    costs = [price(name, u, prices=prices, free=free, batch=batch, base_url=base_url) for u in candidates]
    known = [c for c in costs if c is not None]
    return max(known) if known else None
