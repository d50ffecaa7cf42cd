"""What plans cost in stated uses: computed by `money`, kept with the review so that its page can be drawn again."""

from datetime import date
from decimal import Decimal

from panel.records.base import Value


class PlanCost(Value):
    """A plan's cost over a whole scenario. amount None: it can't be computed, and `how` says why."""

    plan: str
    amount: Decimal | None
    how: str  # the sum in words: "10 seats x 12 USD x 12 months = 1,440 USD"
    currency: str = ""
    at_least: bool = False  # the page says "from": the true cost may be higher


class ScenarioCost(Value):
    """One stated use of a tool, and what each plan costs in it."""

    scenario: str  # its name in scenarios.yaml
    use: str  # "10 seats, 12 months, 5,000,000 tokens a month"
    plans: tuple[PlanCost, ...]
    checked: date | None = None  # day the prices were looked up; None: nobody has
