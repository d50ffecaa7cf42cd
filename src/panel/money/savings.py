"""What a cache and a batch discount saved, from what calls used: the same tokens priced as if neither were there."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from panel.money.prices import MILLION, Price, price
from panel.records import Usage

ORDINARY_TOKENS = 1000  # of a call whose price is taken: public lists ask more of calls beyond 200,000 and the like


@dataclass(frozen=True)
class Saved:
    """USD. Negative: it cost more than it saved."""

    cache_usd: Decimal = Decimal(0)
    batch_usd: Decimal = Decimal(0)

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(self.cache_usd + other.cache_usd, self.batch_usd + other.batch_usd)


class Savings:
    """What tokens saved, of one call or of any number added up. Each model's rates are looked up once.

    The rates are those of an ordinary call, so that a day's sum isn't taken for one very long call and priced as such.
    """

    def __init__(self, prices: Mapping[str, Price]) -> None:
        """prices: panel.toml's, by model name; they win over the public list."""
        self._prices = prices
        self._rates: dict[tuple[str, bool, str], Price | None] = {}

    def of(self, model: str, usage: Usage, *, batch: bool = False, base_url: str = "") -> Saved:
        """For these tokens of one model; batch: all of them went in provider batches. 0 where a price is unknown.

        cache_usd: with every token read at the input price, less the true cost. batch_usd: with the ordinary price for
        the same tokens in the same classes, less the batch's.
        """
        rates = self._rates_of(model, batch, base_url)
        if rates is None:
            return Saved()
        read = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
        plain = Usage(input_tokens=read, output_tokens=usage.output_tokens)
        alone = self._rates_of(model, False, base_url) if batch else None
        return Saved(
            cache_usd=rates.of(plain) - rates.of(usage),
            batch_usd=alone.of(usage) - rates.of(usage) if alone else Decimal(0),
        )

    def _rates_of(self, model: str, batch: bool, base_url: str) -> Price | None:
        at = (model, batch, base_url)
        if at not in self._rates:
            self._rates[at] = _rates(model, self._prices, batch=batch, base_url=base_url)
        return self._rates[at]


def _rates(model: str, prices: Mapping[str, Price], *, batch: bool, base_url: str) -> Price | None:
    """USD per million tokens of each class; None where one is unknown."""
    classes = ("input", "cache_write", "cache_read", "output")
    costs = [
        price(model, Usage(**{f"{name}_tokens": ORDINARY_TOKENS}), prices=prices, batch=batch, base_url=base_url)
        for name in classes
    ]
    known = [cost * MILLION / ORDINARY_TOKENS for cost in costs if cost is not None]
    return Price(*known) if len(known) == len(classes) else None
