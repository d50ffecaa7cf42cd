from pathlib import Path

import pytest

from panel.dossier.plans.scenarios import load_scenarios
from panel.errors import Mistake
from panel.prompting.categories import load_categories

ROOT = Path(__file__).resolve().parents[4]


def test_every_category_has_a_family_of_three_scenarios() -> None:
    scenarios = load_scenarios((ROOT / "scenarios.yaml").read_text(encoding="utf-8"))
    known = load_categories((ROOT / "categories.yaml").read_text(encoding="utf-8"))
    assert set(scenarios.by_category) == set(known)
    assert all(len(scenarios.for_category(category)) == 3 for category in [*known, ""])


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "general: 3", "team: {categories: [], scenarios: []}", "general: {categories: [], scenarios: []}",
        "general: {categories: [], scenarios: [{name: a, seats: -1, months: 1, usage: {}}]}",
        "general: {categories: [], scenarios: [{name: a, seats: 1, months: yes, usage: {}}]}",
        "general: {categories: [], scenarios: [{name: a, seats: 1, months: 1, usage: {}, more: 1}]}",
        "general: {categories: [x], scenarios: [{name: a, seats: 1, months: 1, usage: {}}]}\n"
        "b: {categories: [x], scenarios: [{name: a, seats: 1, months: 1, usage: {}}]}",
    ],
)  # fmt: skip
def test_a_wrong_file_is_a_mistake_with_a_hint(text: str) -> None:
    with pytest.raises(Mistake) as found:
        load_scenarios(text)
    assert found.value.hint
