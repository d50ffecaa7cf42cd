"""Money for launches: leased from what the run and the day may still spend, given back when the launch is done.

The shared budget is asked once a launch, not once a call, and holds over every process on the database. A launch's
calls then reserve within its own lease. While other launches hold leases, whoever finds too little left waits for what
they give back; only when none does is the money used up. What is set aside for a provider's batch comes back with it, a
day later: nobody waits for that here.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from panel.errors import Stopped
from panel.money import Budget
from panel.store import SharedBudget

BudgetLimits = Callable[[], Mapping[str, Decimal]]
WAIT_S = 0.5  # between looks at a budget that others hold leases on


@dataclass(frozen=True)
class LaunchLease:
    """One launch's money. Give it back with `LaunchBudgets.give_back`."""

    budget: Budget
    leased_usd: Decimal
    scopes: tuple[str, ...] = ()  # of the budgets it came from


class LaunchBudgets:
    """Hands out leases within the limits of a run, a day and a launch; no limit, no lease."""

    def __init__(
        self,
        shared_budget: SharedBudget,
        limits: BudgetLimits,
        *,
        launch_usd: Decimal | None = None,
        wait_s: float = WAIT_S,
    ) -> None:
        """limits: gives scope (`run:ID`, `day:YYYY-MM-DD`) -> USD as it is now, since a day's budget ends with the day.
        launch_usd: one launch's."""
        self._shared_budget, self._limits, self._launch_usd, self._wait_s = shared_budget, limits, launch_usd, wait_s
        self._asking = asyncio.Lock()  # one at a time, in turn: a small lease must not overtake a large one for ever

    async def lease(self, worst_usd: Decimal | None) -> LaunchLease:
        """Money for one launch. worst_usd: the most its first questions may cost; None when a price is unknown.

        Raises Stopped when the run's or the day's money is used up.
        """
        limits = self._limits()
        if not limits:
            return LaunchLease(Budget(self._launch_usd, of="launch"), Decimal(0))
        amount = worst_usd or Decimal(0)
        amount = amount if self._launch_usd is None else min(amount, self._launch_usd)
        await self._take_all(amount, limits)
        return LaunchLease(Budget(amount, of="launch"), amount, tuple(limits))

    def give_back(self, lease: LaunchLease) -> None:
        """Return what a launch did not spend."""
        spent = lease.budget.spent_usd + lease.budget.presumed_usd
        for scope in lease.scopes:
            self._shared_budget.settle(scope, lease.leased_usd, spent)

    def may_grow(self, lease: LaunchLease) -> bool:
        """Whether a launch that ran out of its lease may ask for a larger one: its own limit is not what stopped it."""
        return bool(lease.scopes) and (self._launch_usd is None or lease.leased_usd < self._launch_usd)

    async def promise(self, amount_usd: Decimal, *, batch_id: str) -> None:
        """Set money aside for calls in a provider's batch, until it is collected. Raises Stopped as `lease`."""
        await self._take_all(amount_usd, self._limits(), batch_id)

    def keep_promise(self, batch_id: str, spent_usd: Decimal, *, unknown_share: Decimal = Decimal(0)) -> None:
        """A provider's batch is over: what it did not cost is free again. Kept once, however often it is said.

        unknown_share: 0..1, of its calls that may have been billed though no answer came: that much of the promise
        counts as spent.
        """
        for scope in self._limits():
            if promised := self._shared_budget.leased(scope, batch_id=batch_id):
                spent = min(promised, spent_usd + promised * unknown_share)
                self._shared_budget.settle(scope, promised, max(spent, spent_usd), batch_id=batch_id)

    async def _take_all(self, amount: Decimal, limits: Mapping[str, Decimal], batch_id: str = "") -> None:
        """The amount from every budget, or from none."""
        async with self._asking:
            taken: list[str] = []
            try:
                for scope, limit in limits.items():
                    await self._take(scope, amount, limit, batch_id)
                    taken.append(scope)
            except BaseException:
                for scope in taken:
                    self._shared_budget.settle(scope, amount, Decimal(0), batch_id=batch_id)
                raise

    async def _take(self, scope: str, amount: Decimal, limit: Decimal, batch_id: str) -> None:
        while not self._shared_budget.lease(scope, amount, limit, batch_id=batch_id):
            if not self._shared_budget.lent(scope):
                gone = self._shared_budget.spent(scope) + self._shared_budget.leased(scope)
                raise used_up(scope, limit, gone, amount)
            await asyncio.sleep(self._wait_s)


def used_up(scope: str, limit: Decimal, gone: Decimal, amount: Decimal) -> Stopped:
    """The sentence for a budget that can't give a launch what it may need. gone: spent, or set aside for batches."""
    of = scope.partition(":")[0]
    return Stopped(
        f"The {of}'s budget of ${limit} has ${max(Decimal(0), limit - gone):.4f} left, and the next launch may need "
        f"${amount:.4f}.",
        hint="Go on with a higher budget; what was answered is kept.",
        of=of,
    )
