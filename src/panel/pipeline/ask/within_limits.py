"""Claims within the limits on money: whoever finds too little left waits for calls in flight, in turn.

A call counts at its worst until it ends, and most cost far less. So a claim that does not fit waits as long as calls in
flight, here or in another living process, may give enough back, and is refused when they can't. Nobody waits for what
lies in a provider's batch. A waiting claim holds nothing, so that no two wait for each other.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar

from panel.errors import Mistake, Stopped
from panel.money import PRICE_LINE
from panel.store import Ledger, OverBudget

OTHERS_S = 1.0  # between two looks at what other processes have in flight; a call that ends here is heard at once
MOST_NAMED = 3  # calls that a sentence names
T = TypeVar("T")
MORE = {
    "run": "Resume with a higher --budget; what was answered is kept.",
    "day": "Resume tomorrow, or give the day a higher budget; what was answered is kept.",
    "launch": "Give a launch a higher budget; what was answered is kept.",
}


class ShortOfMoney:
    """Those who wait for money, by scope and in turn: a small call must not overtake a large one for ever."""

    def __init__(self) -> None:
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def claim(
        self, ledger: Ledger, claim: Callable[[], Awaitable[T | OverBudget]], *, before: Callable[[], None]
    ) -> T:
        """What the claim gives, once there is money for it. before: raises what ends the waiting.

        Raises Stopped when a limit leaves too little, Mistake when a price is unknown under a limit.
        """
        result = await claim()
        while isinstance(result, OverBudget):
            scope = result.scope
            async with self._turns[scope]:
                while isinstance(result := await claim(), OverBudget) and result.scope == scope:
                    if not result.may_wait:
                        raise await refusal(ledger, result)
                    await ledger.until_a_call_ends(OTHERS_S)
                    before()
        return result


async def refusal(ledger: Ledger, over: OverBudget) -> Stopped | Mistake:
    """What is said to a claim that a limit leaves too little for, with what is presumed and for which calls."""
    if over.worst_usd is None:
        return Mistake(
            "A model's price is unknown, so --budget can't be kept.",
            hint=f"Give its price in panel.toml: {PRICE_LINE}; or run without --budget.",
        )
    rows = await ledger.presumed(over.scope)
    lost, out = ([row for row in rows if (row.state == "sent") == is_out] for is_out in (False, True))
    presumed, aside = (sum((Decimal(row.worst_usd) for row in some), Decimal(0)) for some in (lost, out))
    parts = [f"${over.used_usd - presumed - aside:.4f} spent"]
    parts += [f"${presumed:.4f} presumed for calls of unknown cost: {_named(lost)}"] if presumed else []
    parts += [f"${aside:.4f} set aside for calls on their way"] if aside else []
    return Stopped(
        f"The {over.of}'s budget of ${over.limit_usd} has ${max(over.limit_usd - over.used_usd, Decimal(0)):.4f} left, "
        f"and what comes next may cost ${over.worst_usd:.4f} ({'; '.join(parts)}).",
        hint=MORE[over.of],
        of=over.of,
    )


def _named(rows: list[Any]) -> str:
    """Jurors and launches, a few of them."""
    names = list(dict.fromkeys(f"{row.persona_id} on {row.launch}" for row in rows))
    more = len(rows) - len(names[:MOST_NAMED])
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
