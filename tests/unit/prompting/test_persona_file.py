import pytest

from panel.errors import Mistake
from panel.prompting.persona_file import parse_persona, persona_template

GOOD = """
title: Gardener
blurb: Looks at what grows back.
question: What grows back after it is cut?
wins: Growth that is documented.
loses: Soil that is not.
failure: Sees weeds in everything.
guard: Cite the leaf.
asks:
  - ask_id: roots
    question: Where are the roots?
"""


def test_a_file_with_the_needed_fields_is_a_persona():
    persona = parse_persona(GOOD, persona_id="gardener")
    assert (persona.persona_id, persona.title, persona.counts, persona.predicts) == (
        "gardener",
        "Gardener",
        True,
        False,
    )
    assert [ask.ask_id for ask in persona.asks] == ["roots"]


@pytest.mark.parametrize(
    ("change", "said", "hint"),
    [
        (("title:", "titel:"), "no field 'titel'", "Did you mean 'title'?"),
        (("ask_id:", "askid:"), "no field 'asks.0.askid'", "Did you mean 'ask_id'?"),
        (("blurb: Looks at what grows back.", "zzz: 1\nblurb: x"), "no field 'zzz'", "Fields are format, title"),
        (("title: Gardener\n", ""), "'title' is missing", "docs/personas.md"),
        (("title: Gardener", "title: ''"), "title is ''", "docs/personas.md"),
        (("title: Gardener", "title: Gardener\ncounts: maybe"), "counts is 'maybe'", "docs/personas.md"),
        (("ask_id: roots", "ask_id: The Roots"), "asks.0.ask_id is 'The Roots'", "small letters"),
        (("title: Gardener", "title: Gardener\npersona_id: farmer"), "persona_id is 'farmer'", "'farmer.yaml'"),
        (("title: Gardener", "title: [Gardener"), "is not YAML", "colon"),
        (("title: Gardener", "title: Gardener\nexamples: [{before: x}]"), "'examples.0.after' is missing", "docs"),
    ],
)
def test_a_mistake_names_file_field_and_value_and_says_what_to_write(change, said, hint):
    with pytest.raises(Mistake) as caught:
        parse_persona(GOOD.replace(*change), persona_id="gardener")
    assert "gardener.yaml" in str(caught.value)
    assert said in str(caught.value)
    assert hint in caught.value.hint


def test_two_asks_of_one_name_are_refused():
    twice = GOOD + "  - ask_id: roots\n    question: And again?\n"
    with pytest.raises(Mistake, match="two asks are called 'roots'"):
        parse_persona(twice, persona_id="gardener")


@pytest.mark.parametrize("text", ["", "- a list", "just words"])
def test_a_file_without_fields_is_refused(text):
    with pytest.raises(Mistake, match="holds no fields"):
        parse_persona(text, persona_id="gardener")


def test_a_file_name_that_is_no_id_is_named():
    with pytest.raises(Mistake, match="file name 'My Gardener'"):
        parse_persona(GOOD, persona_id="My Gardener")


def test_yaml_can_build_no_object():
    with pytest.raises(Mistake, match="is not YAML"):
        parse_persona("title: !!python/object/apply:os.getcwd []", persona_id="gardener")


def test_the_file_to_start_from_is_a_persona_as_it_stands():
    persona = parse_persona(persona_template("night-watch"), persona_id="night-watch")
    assert persona.title == "Night watch"
    assert not persona.counts  # a placeholder has no vote
    assert not persona.predicts


@pytest.mark.parametrize("persona_id", ["Night", "night watch", "9lives", "../night"])
def test_an_id_that_can_name_no_file_gets_no_file_to_start_from(persona_id):
    with pytest.raises(Mistake):
        persona_template(persona_id)
