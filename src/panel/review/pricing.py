"""What a plan may cost, said before anything is asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from panel.errors import Mistake
from panel.money import PRICE_LINE, Estimate, PlannedCall, Price, estimate, is_billed
from panel.review.plan import Plan, Seat


@dataclass(frozen=True)
class PlanPrice:
    """The price range of a plan, and whether anybody sends a bill at all."""

    free: bool
    estimate: Estimate

    @property
    def sentence(self) -> str:
        """What the person is told before being asked."""
        e = self.estimate
        calls = f"{e.calls} {'juror' if e.calls == 1 else 'jurors'} to ask"
        if self.free:
            return f"{calls}, on this machine: no bill comes from there."
        unknown = f" The price of {' and '.join(e.unpriced)} is unknown." if e.unpriced else ""
        if e.unpriced and not e.high_usd:
            return f"{calls}.{unknown}"
        return f"{calls}: ${e.low_usd:.2f} to ${e.high_usd:.2f}. Stored answers cost nothing.{unknown}"


def price_plan(plan: Plan, prices: Mapping[str, Price]) -> PlanPrice:
    """The price of asking every seat once, none of it answered before."""
    free = not any(is_billed(s.spec.name, prices=prices, free=s.spec.free) for s in plan.seats)
    return PlanPrice(
        free, estimate([_planned(seat) for seat in (*plan.seats, *plan.probes, *plan.probes)], prices=prices)
    )


def refuse_unpriced(cost: PlanPrice, budget_usd: Decimal | None) -> None:
    """Raises Mistake for a budget that can't be kept, since a price in it is unknown."""
    if budget_usd is not None and cost.estimate.unpriced:
        raise Mistake(
            f"The price of {' and '.join(cost.estimate.unpriced)} is unknown, so --budget can't be kept.",
            hint=f"Give it in panel.toml: {PRICE_LINE}; or run without --budget.",
        )


def _planned(seat: Seat) -> PlannedCall:
    q = seat.question
    return PlannedCall(
        model=seat.spec.name,
        prefix_characters=len(q.system) + len(q.dossier) + len(json.dumps(q.schema)),
        own_characters=len(q.persona),
        room=seat.spec.max_output_tokens,
        launch=q.product,
        free=seat.spec.free,
        base_url=seat.spec.base_url,
    )
