"""A spending limit that holds while many calls are in flight: reserve before sending, settle after."""

from dataclasses import dataclass
from decimal import Decimal

from panel.errors import Mistake, Stopped

PRICE_LINE = '[models."provider/model".price] with input, cache_write, cache_read and output, in USD per million tokens'


@dataclass(frozen=True)
class Reservation:
    """Money set aside for one call. None: the price is unknown and there is no limit."""

    number: int
    amount_usd: Decimal | None


class Budget:
    """Money spent and set aside. `spent + presumed + reserved` never exceeds `limit_usd`.

    That holds under any interleaving as long as each call costs no more than was reserved for it; a call that cost
    more is counted as it was, and nothing is reserved after. One event loop's: no method waits, so each is atomic.
    """

    def __init__(self, limit_usd: Decimal | None = None, *, spent_usd: Decimal = Decimal(0), of: str = "run") -> None:
        """spent_usd: what was spent under this limit before, by the same run. of: whose money, for the sentence."""
        if limit_usd is not None and (not limit_usd.is_finite() or limit_usd < 0):
            raise Mistake(f"A budget of {limit_usd} USD can't be kept.", hint="Give 0 or more, for example --budget 2.")
        self.limit_usd = limit_usd
        self.spent_usd = spent_usd  # known costs
        self.presumed_usd = Decimal(0)  # sent, cost never learnt: what was reserved counts as spent
        self.unpriced = 0  # calls whose cost is in neither sum
        self.of = of
        self._open: dict[int, Decimal] = {}
        self._number = 0

    @property
    def reserved_usd(self) -> Decimal:
        """Set aside for calls in flight."""
        return sum(self._open.values(), Decimal(0))

    @property
    def committed_usd(self) -> Decimal:
        """All that is gone or may be: spent, presumed spent, set aside."""
        return self.spent_usd + self.presumed_usd + self.reserved_usd

    def reserve(self, amount_usd: Decimal | None) -> Reservation:
        """Set money aside for one call, before it is sent.

        amount_usd: the most it may cost; None when the price is unknown.
        Raises Mistake for an unknown price under a limit, Stopped when the limit would be exceeded.
        """
        if amount_usd is None and self.limit_usd is not None:
            raise Mistake(
                "A model's price is unknown, so --budget can't be kept.",
                hint=f"Give its price in panel.toml: {PRICE_LINE}; or run without --budget.",
            )
        if amount_usd is not None and not amount_usd >= 0:
            raise ValueError(f"a call can't cost {amount_usd} USD")
        if self.limit_usd is not None and amount_usd is not None and self.committed_usd + amount_usd > self.limit_usd:
            raise self._stopped(amount_usd, self.limit_usd)
        self._number += 1
        self._open[self._number] = amount_usd or Decimal(0)
        return Reservation(self._number, amount_usd)

    def settle(self, reservation: Reservation, cost_usd: Decimal | None) -> None:
        """Replace a reservation by what the call cost.

        cost_usd: None when it was sent and its cost can't be known; the reservation then counts as spent.
        Raises ValueError when it was settled before.
        """
        if self._open.pop(reservation.number, None) is None:
            raise ValueError(f"reservation {reservation.number} is not open")
        if cost_usd is not None:
            self.spent_usd += cost_usd
        elif reservation.amount_usd is not None:
            self.presumed_usd += reservation.amount_usd
        else:
            self.unpriced += 1

    def _stopped(self, amount_usd: Decimal, limit_usd: Decimal) -> Stopped:
        spent = self.spent_usd + self.presumed_usd
        return Stopped(
            f"The {self.of}'s budget of ${limit_usd} is used up: ${spent:.4f} spent, ${self.reserved_usd:.4f} set "
            f"aside for calls in flight, and the next call may cost ${amount_usd:.4f}.",
            hint="Resume with a higher --budget; what was answered is kept.",
            of=self.of,
        )
