"""What a plan costs in a stated scenario: arithmetic by code, never by a model. The rules are in docs/rules.md.

`scenarios.yaml` states the uses of a tool that costs are computed for, by kind of tool.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from panel.errors import Mistake
from panel.records import (
    PERIODS,
    SEAT,
    Plan,
    PlanCost,
    Pricing,
    Quantity,
    Rate,
    ScenarioCost,
    Tariff,
    further_in,
    included_in,
    limits_in,
    plain_number,
    plural,
    read_tariff,
    unit_name,
)

CENT = Decimal("0.01")
GENERAL = "general"
FIELDS = {"name", "seats", "months", "usage"}
HINT = "Each family has `categories` and `scenarios`; each scenario `name`, `seats`, `months` and `usage`."


class Uncountable(Exception):
    """Why a plan can't be computed, in one sentence. Caught in `cost_of`."""


@dataclass(frozen=True)
class Scenario:
    """Somebody's use of a tool. usage: how many of a unit in one month (`token`, `input token`, `call`, `GB`, ...)."""

    name: str
    seats: int
    months: int
    usage: Mapping[str, int] = field(default_factory=dict)


def cost_of(scenario: Scenario, plans: Iterable[Plan]) -> tuple[PlanCost, ...]:
    """Each plan's cost in this scenario, in the plans' order. Currencies are never converted."""
    return tuple(_plan_cost(scenario, plan) for plan in plans)


def costs_of(scenarios: Iterable[Scenario], pricing: Pricing) -> tuple[ScenarioCost, ...]:
    """Each scenario with what every plan of this price list costs in it; none where there is no plan."""
    plans, day = pricing.plans, pricing.checked
    return tuple(
        ScenarioCost(scenario=s.name, use=scenario_words(s), plans=cost_of(s, plans), checked=day)
        for s in (scenarios if plans else ())
    )


def scenario_words(scenario: Scenario) -> str:
    """`10 seats, 12 months, 5,000,000 tokens a month`."""
    parts = [_of(scenario.seats, SEAT), _of(scenario.months, "month")]
    return ", ".join([*parts, *(f"{_of(count, unit)} a month" for unit, count in scenario.usage.items())])


def _plan_cost(scenario: Scenario, plan: Plan) -> PlanCost:
    tariff = read_tariff(plan.price)
    try:
        _check_known(tariff, plan)
        _check_limits((*tariff.limits, *limits_in(plan.includes)), scenario)
        more = _further(plan, tariff, scenario)
        if tariff.kind == "free" and not more:
            what = f"free for what the plan includes: {plan.includes}" if plan.includes else "free"
            return PlanCost(plan=plan.name, amount=Decimal(0), how=what)
        return _sum(tariff, more, scenario, plan)
    except Uncountable as why:
        return PlanCost(plan=plan.name, amount=None, how=str(why))


Term = tuple[str, Decimal, str]  # currency, amount, its factors in words


def _sum(tariff: Tariff, more: list[Term], scenario: Scenario, plan: Plan) -> PlanCost:
    told = [*((rate.currency, *_term(rate, tariff, scenario)) for rate in tariff.rates), *more]
    currencies = {currency for currency, _, _ in told}
    if len(currencies) > 1:
        raise Uncountable(f"The price mixes {' and '.join(sorted(currencies))}.")
    terms = [(amount, words) for _, amount, words in told]
    (currency,) = currencies
    total = sum((amount for amount, _ in terms), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    least = "at least " if tariff.at_least else ""
    how = f"{' + '.join(words for _, words in terms)} = {least}{plain_number(total)} {currency}"
    return PlanCost(plan=plan.name, amount=total, how=how, currency=currency, at_least=tariff.at_least)


def _term(rate: Rate, tariff: Tariff, scenario: Scenario) -> tuple[Decimal, str]:
    """One rate's share of the cost, and its factors in words."""
    money = f"{plain_number(rate.amount)} {rate.currency}"
    if rate.once and not rate.per:
        return rate.amount, f"{money} once"
    if not rate.per:
        raise Uncountable(f"{money} for what, and how often, is not stated.")
    amount, factors = rate.amount, [money]
    used = [quantity for quantity in rate.per if quantity.unit != SEAT and quantity.unit not in PERIODS]
    for quantity in rate.per:
        if quantity.unit == SEAT:
            count = _whole(Decimal(scenario.seats) / quantity.count)  # a pack of five seats is bought whole
            packs = f"{count} packs of {_of(quantity.count, SEAT)}"
            factors.insert(0, _of(count, SEAT) if quantity.count == 1 else packs)
        elif quantity.unit in PERIODS:
            if used:
                continue  # what is used is counted month by month already
            count = _periods(quantity, tariff, scenario)
            factors.append(_of(count, quantity.unit))
        else:
            paid, said = _used(quantity.unit, tariff, scenario)
            count = paid / quantity.count * scenario.months
            each = "" if quantity.count == 1 else f" / {plain_number(quantity.count)}"
            factors.append(f"{said}{each} x {_of(scenario.months, 'month')}")
        amount *= count
    if not used and not rate.once and not any(quantity.unit in PERIODS for quantity in rate.per):
        raise Uncountable(f"{money} per seat: whether per month, per year or once is not stated.")
    return amount, " x ".join(factors)


def _periods(quantity: Quantity, tariff: Tariff, scenario: Scenario) -> Decimal:
    """How many times it is paid. Years are paid whole, and so is a month's price that is billed yearly."""
    months = PERIODS[quantity.unit] * quantity.count
    if quantity.unit == "month" and tariff.billed_yearly:
        return _whole(Decimal(scenario.months) / 12) * 12 / quantity.count
    return _whole(Decimal(scenario.months) / months)


def _whole(count: Decimal) -> Decimal:
    """Rounded up: nobody sells half a year."""
    return count.to_integral_value(ROUND_CEILING)


def _used(unit: str, tariff: Tariff, scenario: Scenario) -> tuple[Decimal, str]:
    """How many of a unit are paid for in a month, and that in words; what is free is taken off."""
    known = {_unit(name): count for name, count in scenario.usage.items()}
    monthly = known.get(unit)
    if monthly is None and " " not in unit:  # a price per token holds for input tokens and output tokens
        parts = [count for name, count in known.items() if name.rpartition(" ")[2] == unit]
        monthly = sum(parts) if parts else None
    if monthly is None:
        raise Uncountable(f"The price is per {unit}, and the scenario says nothing of {plural(unit)}.")
    free = sum((a.count for a in tariff.allowances if a.unit == unit), Decimal(0))
    paid = max(Decimal(0), monthly - free)
    return paid, f"({_of(monthly, unit)} - {plain_number(free)} free)" if free else _of(monthly, unit)


def _further(plan: Plan, tariff: Tariff, scenario: Scenario) -> list[Term]:
    """What is used beyond what the plan includes, at the plan's price for more; a plan without one ends there."""
    terms: list[Term] = []
    rates, paid = further_in(plan.includes), {q.unit for rate in tariff.rates for q in rate.per}
    for unit, (count, is_each) in included_in(plan.includes).items():
        used = {_unit(name): monthly for name, monthly in scenario.usage.items()}.get(unit, 0)
        free = count * scenario.seats if is_each else count
        if used <= free or unit in paid:
            continue
        if unit not in rates:
            raise Uncountable(f"The plan ends at {_of(free, unit)} a month; the scenario has {_of(used, unit)}.")
        rate = rates[unit]
        amount = (used - free) / rate.per[0].count * rate.amount * scenario.months
        each = "" if rate.per[0].count == 1 else f" / {plain_number(rate.per[0].count)}"
        words = f"({_of(used, unit)} - {plain_number(free)} included){each} x {_of(scenario.months, 'month')}"
        terms.append((rate.currency, amount, f"{plain_number(rate.amount)} {rate.currency} x {words}"))
    return terms


def _check_known(tariff: Tariff, plan: Plan) -> None:
    if tariff.kind == "contact":
        raise Uncountable("The price is given on request only.")
    if tariff.kind == "unread":
        raise Uncountable(
            f"We could not read a price from {plan.price!r}." if plan.price else "We read no price of it."
        )
    if tariff.shares:
        share = " and ".join(f"{plain_number(share)}%" for share in tariff.shares)
        raise Uncountable(f"The price takes {share} of what is paid, and the scenario says nothing of payments.")


def _check_limits(limits: Iterable[Quantity], scenario: Scenario) -> None:
    known = {_unit(name): count for name, count in scenario.usage.items()} | {SEAT: scenario.seats}
    for limit in limits:
        has = known.get(limit.unit)
        if has is not None and has > limit.count:
            ends = _of(limit.count, limit.unit)
            raise Uncountable(f"The plan ends at {ends}; the scenario has {_of(has, limit.unit)}.")


def _unit(name: str) -> str:
    """A usage's name as the scenario spells it, as prices spell it: `GPU hours` -> `GPU hour`."""
    kind, _, word = " ".join(name.split()).rpartition(" ")
    return unit_name(word, kind)


def _of(count: Decimal | int, unit: str) -> str:
    name = _unit(unit)
    return f"{plain_number(Decimal(count))} {name if count == 1 else plural(name)}"


@dataclass(frozen=True)
class Scenarios:
    """Scenarios by category. What belongs to no family gets the general ones.

    text: the file they were read from, which a run keeps a copy of.
    """

    general: tuple[Scenario, ...]
    by_category: Mapping[str, tuple[Scenario, ...]]
    text: str = field(default="", kw_only=True)

    def for_category(self, category: str) -> tuple[Scenario, ...]:
        """The scenarios for a launch of this category ("" for one without)."""
        return self.by_category.get(category, self.general)


def load_scenarios(text: str) -> Scenarios:
    """The file's content. Raises Mistake naming the family and scenario that is wrong."""
    import yaml  # 30 ms, and most of this room never needs it

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise Mistake(f"scenarios.yaml is not YAML: {problem}.", hint="Quote a text that holds a colon.") from error
    if not isinstance(found, dict) or GENERAL not in found:
        raise Mistake("scenarios.yaml has no family 'general'.", hint=HINT)
    by_category: dict[str, tuple[Scenario, ...]] = {}
    for family, content in found.items():
        if not isinstance(content, dict) or set(content) != {"categories", "scenarios"}:
            raise Mistake(f"scenarios.yaml: family {family!r} is not of the right shape.", hint=HINT)
        scenarios = _scenarios(str(family), content["scenarios"])
        for category in content["categories"] or []:
            if category in by_category:
                raise Mistake(f"scenarios.yaml: {category!r} stands in two families.", hint="Keep it in one.")
            by_category[str(category)] = scenarios
    return Scenarios(_scenarios(GENERAL, found[GENERAL]["scenarios"]), by_category, text=text)


def _scenarios(family: str, given: object) -> tuple[Scenario, ...]:
    if not isinstance(given, list) or not given:
        raise Mistake(f"scenarios.yaml: family {family!r} has no scenarios.", hint=HINT)
    return tuple(_scenario(family, entry) for entry in given)


def _scenario(family: str, given: Any) -> Scenario:
    if not isinstance(given, dict) or set(given) != FIELDS or not isinstance(given["usage"], dict):
        raise Mistake(f"scenarios.yaml: a scenario of {family!r} is not of the right shape.", hint=HINT)
    numbers = [given["seats"], given["months"], *given["usage"].values()]
    if not all(isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in numbers):
        raise Mistake(f"scenarios.yaml: {given['name']!r} has a number that is none.", hint="Write 0 or more.")
    return Scenario(str(given["name"]), given["seats"], given["months"], {str(k): v for k, v in given["usage"].items()})
