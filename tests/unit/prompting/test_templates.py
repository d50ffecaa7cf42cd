import pytest

from panel.errors import Mistake
from panel.prompting.templates import Templates


def test_fingerprint_names_every_file_and_changes_with_its_text(prompt_texts):
    before = Templates(prompt_texts).fingerprint
    after = Templates({**prompt_texts, "persona.j2": prompt_texts["persona.j2"] + "More."}).fingerprint
    assert set(before) == set(prompt_texts)
    assert all(value.startswith("sha256:") for value in before.values())
    assert {name for name in before if before[name] != after[name]} == {"persona.j2"}


def test_missing_prompt_files_are_named(prompt_texts):
    texts = {name: text for name, text in prompt_texts.items() if name not in ("system.j2", "moves.yaml")}
    with pytest.raises(Mistake, match=r"'system.j2', 'moves.yaml'"):
        Templates(texts)


def test_a_template_that_names_an_unknown_value_is_refused(prompt_texts):
    templates = Templates({**prompt_texts, "repair.j2": "{{ problem }} {{ weather }}"})
    with pytest.raises(Mistake, match=r"'repair.j2'.*weather"):
        templates.render("repair.j2", problem="x")


def test_a_broken_template_is_refused_with_its_line(prompt_texts):
    templates = Templates({**prompt_texts, "repair.j2": "fine\n{% if problem %}"})
    with pytest.raises(Mistake, match=r"'repair.j2', line 2"):
        templates.render("repair.j2", problem="x")


def test_a_template_reaches_nothing_outside_its_values(prompt_texts):
    templates = Templates({**prompt_texts, "repair.j2": "{{ problem.__class__.__mro__ }}"})
    with pytest.raises(Mistake, match="unsafe"):
        templates.render("repair.j2", problem="x")


def test_values_are_data_and_never_template_source(templates):
    text = templates.render("repair.j2", problem="{{ 7 * 7 }} {% include 'system.j2' %}")
    assert "{{ 7 * 7 }} {% include 'system.j2' %}" in text


def test_an_unknown_template_is_named(templates):
    with pytest.raises(Mistake, match=r"'chorus.j2'"):
        templates.render("chorus.j2")


def test_moves_that_are_not_yaml_are_refused(prompt_texts):
    with pytest.raises(Mistake, match=r"moves.yaml"):
        Templates({**prompt_texts, "moves.yaml": "a: [1"}).settings("moves.yaml")
