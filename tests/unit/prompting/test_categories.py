from pathlib import Path

import pytest

from panel.errors import Mistake
from panel.prompting.categories import load_categories

FILE = Path(__file__).parents[3] / "categories.yaml"


def test_the_files_categories_are_jobs_with_a_title_and_a_line():
    categories = load_categories(FILE.read_text("utf-8"))
    assert 15 <= len(categories) <= 25
    assert {"language-models", "model-customisation", "coding-assistants"} <= categories.keys()
    assert all(len(category.meaning.split()) <= 24 for category in categories.values())
    assert len({category.title for category in categories.values()}) == len(categories)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no categories"),
        ("a: [1", "not YAML"),
        ("Big Models: {title: x, meaning: y}", "'Big Models' is not a slug"),
        ("models: {title: x}", "'models' needs a title and a meaning"),
        ("models: {title: x, meaning: ' '}", "'models' has an empty field"),
        ("models: words", "'models' needs a title and a meaning"),
    ],
)
def test_a_mistake_names_the_category(text, said):
    with pytest.raises(Mistake, match=said):
        load_categories(text)
