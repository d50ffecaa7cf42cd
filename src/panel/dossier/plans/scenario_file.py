"""`scenarios.yaml`: the uses of a tool that costs are computed for, by kind of tool."""

from collections.abc import Mapping
from typing import Any

from panel.dossier.plans.scenarios import Scenario
from panel.errors import Mistake

GENERAL = "general"
FIELDS = {"name", "seats", "months", "usage"}
HINT = "Each family has `categories` and `scenarios`; each scenario `name`, `seats`, `months` and `usage`."


class Scenarios:
    """Scenarios by category. What belongs to no family gets the general ones.

    text: the file they were read from, which a run keeps a copy of.
    """

    def __init__(
        self, general: tuple[Scenario, ...], by_category: Mapping[str, tuple[Scenario, ...]], *, text: str = ""
    ) -> None:
        self.text = text
        self.general = general
        self.by_category = dict(by_category)

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
