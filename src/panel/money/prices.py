"""What calls cost, from the tokens they used. Decimal everywhere; a price nobody knows is None, never 0."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from panel.money.addresses import OWN_HOSTS, is_regional, owner_of
from panel.records import Usage

MILLION = Decimal(1_000_000)
BATCH_SHARE = Decimal("0.5")  # of a panel.toml price; both hosted providers charge half in a batch (pipelines.md)
MOST_USD = 100_000  # a million tokens; the dearest listed is 600
REGIONAL = Decimal("1.1")  # OpenAI's data residency guide: of models released since 5 March 2026, the day of gpt-5.4
BEFORE_REGIONAL = re.compile(r"(?:ft:)?(?:gpt-[34]|gpt-5(?!\.[4-9])|o[134]|chatgpt)")
PriceClass = tuple[tuple[str, str], ...]  # ("service_tier", "priority"), in the price list's words
UPPER_BYTES_PER_TOKEN = 2  # English runs at about 4, code at 3, dense JSON at 2, Chinese at 3 (one token a character)


@dataclass(frozen=True)
class Price:
    """USD per million tokens, in the four classes that are billed apart."""

    input: Decimal
    cache_write: Decimal
    cache_read: Decimal
    output: Decimal

    def __post_init__(self) -> None:
        """Raises ValueError for what is no price: no number, below 0, or above $100,000."""
        for name, usd in vars(self).items():
            if not (usd.is_finite() and 0 <= usd <= MOST_USD):
                raise ValueError(f"{name} is {usd}, and a price is 0 to {MOST_USD:,} USD per million tokens")

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
    base_url: str = "", at: datetime | None = None, price_class: PriceClass = (),
) -> Decimal | None:  # fmt: skip
    """Exact cost in USD of these tokens on `provider/model`; None when the price or the usage is unknown.

    prices: panel.toml's, by model name; they win over the public list. free: nobody sends a bill (this machine, a
    script). batch: through the provider's batch interface; a model without a known batch price costs its full one.
    base_url: a compatible server's address, priced by what the list knows of that server, else unknown. at: when the
    call was made; None takes the list's price of today. price_class: what the reply says of how it was served, where
    that is not the ordinary way: the list's price for it, else unknown, as panel.toml's prices are of the ordinary one.
    """
    if free and name not in prices:
        return Decimal(0)
    if usage is None:
        return None
    if price_class and (batch or name in prices):
        return None
    if name in prices:
        return prices[name].of(usage) * (BATCH_SHARE if batch else 1)
    provider, _, model = name.partition("/")
    context = {"processing": "batch"} if batch else dict(price_class)
    return _listed(provider, model, usage, context, base_url=base_url, at=at)


def _listed(
    provider: str, model: str, usage: Usage, context: dict[str, str], *, base_url: str, at: datetime | None
) -> Decimal | None:
    """Cost by the `genai-prices` list, imported here: it costs 0.2 s, and runs on this machine never need it.

    context: the list's words for how it was served. Its own answer for a class it has no price for is the ordinary
    price: only a batch, which nobody serves dearer, may cost that.
    """
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens,  # its total, ours apart
        cache_write_tokens=usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        output_tokens=usage.output_tokens,
    )
    owner = owner_of(provider, base_url)
    own = not base_url or owner in OWN_HOSTS
    where = {"provider_id": owner} if own else {"provider_api_url": base_url}
    try:
        found = calc_price(tokens, model, genai_request_timestamp=at, price_context=context or None, **where)
    except LookupError:
        return None
    known = {item for variant in found.model.price_variants or () for item in variant.when.items()}
    if (not own and found.provider.id in OWN_HOSTS) or set(context.items()) - known - {("processing", "batch")}:
        return None  # a stranger's host that begins like theirs, or a class without a price
    uplift = is_regional(base_url) and not BEFORE_REGIONAL.match(model)
    return Decimal(found.total_price) * (REGIONAL if uplift else 1)


def worst_case(
    name: str, body: Mapping[str, Any], *, room: int, prices: Mapping[str, Price], free: bool = False,
    batch: bool = False, base_url: str = "",
) -> Decimal | None:  # fmt: skip
    """An upper bound in USD for one call: what a budget reserves before it leaves. None: price unknown.

    Every two bytes of text in the body count as a token, at the dearest input class, and all of `room` as output.
    Holds for text in any script that a tokenizer does not fall apart on; it is settled to the true cost afterwards.
    """
    tokens = -(-text_bytes(body) // UPPER_BYTES_PER_TOKEN)
    candidates = (Usage(input_tokens=tokens, output_tokens=room), Usage(cache_write_tokens=tokens, output_tokens=room))
    costs = [price(name, u, prices=prices, free=free, batch=batch, base_url=base_url) for u in candidates]
    known = [c for c in costs if c is not None]
    return max(known) if known else None


def text_bytes(value: object) -> int:
    """UTF-8 bytes of every string in a JSON value, keys included (a schema's property names are tokens too)."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, Mapping):
        return sum(text_bytes(k) + text_bytes(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return sum(text_bytes(v) for v in value)
    return len(str(value))
