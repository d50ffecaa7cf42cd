"""What code read and reckoned: facts with their places, and what plans cost in stated scenarios."""

from collections.abc import Sequence
from decimal import Decimal

from panel.pages import wording
from panel.pages.model import CostLine, FactLine, FactPlace, FactsSection, ScenarioLine, SourceLine
from panel.pages.safe_text import clean, cut_short
from panel.records import Fact, PlanCost, ScenarioCost, disagree

MOST_FACTS = 40  # rows
MOST_PLACES = 3  # of one row
MOST_PLANS = 12  # of one scenario
WHAT = {
    "name": "Name", "tagline": "Tagline", "publisher": "Publisher", "pricing_class": "Price class", "plan": "Plan",
    "licence": "Licence", "version": "Version", "published": "Published", "updated": "Updated",
    "language": "Language", "repository": "Repository", "package": "Package",
}  # fmt: skip


def facts(found: Sequence[Fact], sources: Sequence[SourceLine]) -> FactsSection:
    """One row for each thing stated, with every place that states it; rows in dispute are never left out."""
    groups = disagree(found)
    told = {True: "sources disagree", False: "one source, two answers"}
    disputed = {fact: told[len({f.source_id for f in group}) > 1] for group in groups for fact in group}
    rows: dict[tuple[str, str], list[Fact]] = {}
    for fact in sorted(found, key=lambda f: list(WHAT).index(f.kind)):
        rows.setdefault((fact.kind, fact.value), []).append(fact)
    lines = [_line(row, sources, disputed.get(row[0], "")) for row in rows.values()]
    kept = sorted(lines, key=lambda line: not line.disputed)[:MOST_FACTS]
    more = len(lines) - len(kept)
    return FactsSection(
        lines=tuple(line for line in lines if line in kept),
        more=f"{wording.count_of(more, 'more fact')} in the dossier." if more else "",
        disputed=tuple(dict.fromkeys(_subject(group[0]) for group in groups)),
    )


def _subject(fact: Fact) -> str:
    """What is in dispute: "licence"; of a plan, which."""
    what = WHAT[fact.kind].lower()
    return f"{what} {cut_short(clean(fact.value.partition(':')[0]), 30)}" if fact.kind == "plan" else what


def _line(row: Sequence[Fact], sources: Sequence[SourceLine], disputed: str) -> FactLine:
    more = len(row) - MOST_PLACES
    return FactLine(
        what=WHAT[row[0].kind],
        value=_value(row[0]),
        places=tuple(_where(fact, sources) for fact in row[:MOST_PLACES]),
        more_places=f"and {wording.count_of(more, 'other place')}" if more > 0 else "",
        checked=wording.listed([wording.day(day) for day in sorted({f.checked for f in row if f.checked})]),
        disputed=disputed,
    )


def _value(fact: Fact) -> str:
    """As it stands; a price class in the page's words."""
    known = wording.PRICE_CLASSES if fact.kind == "pricing_class" else {}
    return known.get(fact.value, clean(fact.value))


def _where(fact: Fact, sources: Sequence[SourceLine]) -> FactPlace:
    return FactPlace(
        source_id=fact.source_id,
        source=next((line for line in sources if line.source_id == fact.source_id), None),
        read_from=clean(fact.read_from),
        passage_id=clean(fact.passage_id),
    )


def scenario_line(cost: ScenarioCost) -> ScenarioLine:
    more = len(cost.plans) - MOST_PLANS
    return ScenarioLine(
        name=clean(cost.scenario),
        use=clean(cost.use),
        costs=tuple(_cost(plan) for plan in cost.plans[:MOST_PLANS]),
        more=f"{wording.count_of(more, 'more plan')} in the record." if more > 0 else "",
        checked=wording.day(cost.checked) or "nobody has",
    )


def _cost(plan: PlanCost) -> CostLine:
    return CostLine(
        plan=clean(plan.plan) or "The plan",
        cost=_amount(plan),
        how="nothing to pay" if plan.how == "free" else clean(plan.how),
        is_computed=plan.amount is not None,
    )


def _amount(plan: PlanCost) -> str:
    """ "1,440 USD", "at least 90 EUR", "Free"; what can't be computed is never 0."""
    if plan.amount is None:
        return "Not computed"
    if plan.amount == 0 and not plan.currency:
        return "Free"
    whole = plan.amount == plan.amount.to_integral_value()
    shown = f"{plan.amount.quantize(Decimal(1) if whole else Decimal('0.01')):,}"
    return f"{'at least ' if plan.at_least else ''}{shown} {clean(plan.currency)}".rstrip()
