"""What a cache and a batch discount saved, from what calls used: the same tokens priced as if neither were there."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from panel.money.prices import Price, price
from panel.records import Usage


@dataclass(frozen=True)
class Saved:
    """USD, and the share of input tokens that came from a cache (0..1). Negative: it cost more than it saved."""

    cache_usd: Decimal
    batch_usd: Decimal
    hit_share: float


def saved(
    model: str,
    usage: Usage,
    *,
    prices: Mapping[str, Price],
    batch: bool = False,
    free: bool = False,
    base_url: str = "",
) -> Saved:
    """For these tokens of one model. 0 where a price is unknown: nothing is claimed then.

    cache_usd: with every token read at the input price, less the true cost. batch_usd: with the ordinary price for the
    same tokens in the same classes, less the batch's.
    """
    read = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    plain = Usage(input_tokens=read, output_tokens=usage.output_tokens)

    def cost(tokens: Usage, *, in_batch: bool) -> Decimal | None:
        return price(model, tokens, prices=prices, free=free, batch=in_batch, base_url=base_url)

    def less(more: Decimal | None, fewer: Decimal | None) -> Decimal:
        return Decimal(0) if more is None or fewer is None else more - fewer

    true = cost(usage, in_batch=batch)
    return Saved(
        cache_usd=less(cost(plain, in_batch=batch), true),
        batch_usd=less(cost(usage, in_batch=False), true) if batch else Decimal(0),
        hit_share=usage.cache_read_tokens / read if read else 0.0,
    )
