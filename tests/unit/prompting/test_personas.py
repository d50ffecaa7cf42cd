"""The critics we ship, held to what the house asks of them."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from panel.prompting.persona_file import parse_persona
from panel.records import Persona
from panel.records.persona import Ask, Example

ROOT = Path(__file__).parents[3]
PERSONAS = tuple(
    parse_persona(path.read_text("utf-8"), persona_id=path.stem) for path in sorted((ROOT / "personas").glob("*.yaml"))
)
VOTERS = tuple(persona for persona in PERSONAS if persona.counts)
METHOD_WORDS = re.compile(r"\b(bets?|thes[ie]s|buyers?|primitives?|moats?|moment of truth)\b", re.IGNORECASE)
CONTRAST = re.compile(r"\b(isn't|is not|not) (just |only )?[^,.;]+, (it's|it is|but)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def examples():
    return [
        pytest.param(pair, id=f"{persona.persona_id}-{i}")
        for persona in PERSONAS
        for i, pair in enumerate(persona.examples)
    ]


def test_four_critics_vote_and_the_reporter_does_not():
    assert [p.persona_id for p in sorted(VOTERS, key=lambda p: p.order)] == [
        "developer-experience",
        "competitor-skeptic",
        "futurist",
        "business-analyst",
    ]
    assert [p.persona_id for p in PERSONAS if not p.counts] == ["reporter"]


def test_only_the_futurist_is_asked_for_a_prediction():
    assert [persona.persona_id for persona in PERSONAS if persona.predicts] == ["futurist"]


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.persona_id)
def test_each_critic_has_asks_examples_and_a_named_failure(persona: Persona):
    assert 2 <= len(persona.asks) <= 4
    assert len(persona.examples) == 2
    assert len(persona.reads_for) >= 3
    assert len(persona.failure.split()) >= 12
    assert len(persona.guard.split()) >= 25
    assert len(persona.blurb.split()) <= 24


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.persona_id)
def test_each_critic_says_what_is_outside_its_lens(persona: Persona):
    assert "outside my lens" in persona.guard


@pytest.mark.parametrize("persona", VOTERS, ids=lambda persona: persona.persona_id)
def test_a_ship_is_told_to_state_its_cost_and_a_skip_a_merit(persona: Persona):
    assert re.search(r"[Ss]tate (the|what)", persona.wins)
    assert "Name" in persona.loses
    assert "abstain" in persona.guard


@pytest.mark.parametrize("pair", examples())
def test_the_better_sentence_keeps_the_house_rules(pair: Example):
    assert not METHOD_WORDS.search(pair.after)
    assert not CONTRAST.search(pair.after)
    assert all(len(sentence.split()) <= 28 for sentence in SENTENCE_END.split(pair.after))
    assert re.search(r"\d|`|\b(one|three|nine|gigabyte|servers)\b", pair.after, re.IGNORECASE), "nothing concrete in it"


def test_no_two_critics_share_an_ask_or_a_question():
    asks = [ask.ask_id for persona in PERSONAS for ask in persona.asks]
    assert len(set(asks)) == len(asks)
    assert len({persona.question for persona in PERSONAS}) == len(PERSONAS)


def test_questions_of_different_critics_have_few_words_in_common():
    for one, other in combinations(VOTERS, 2):
        mine, theirs = content_words(one), content_words(other)
        assert len(mine & theirs) / len(mine | theirs) < 0.2, (one.persona_id, other.persona_id)


def content_words(persona: Persona) -> set[str]:
    words = re.findall(r"[a-z]{5,}", " ".join([persona.question, *(ask.question for ask in persona.asks)]).lower())
    return set(words) - {
        "which",
        "passage",
        "passages",
        "write",
        "dossier",
        "these",
        "would",
        "their",
        "there",
        "where",
    }


def test_no_persona_pretends_to_be_a_person_or_to_have_used_a_tool():
    for persona in PERSONAS:
        text = persona.model_dump_json()
        assert not re.search(r"\b(I (tried|used|tested|installed)|years of experience|my team)\b", text)


def test_every_field_of_a_persona_file_is_documented():
    page = (ROOT / "docs" / "personas.md").read_text("utf-8")
    for model in (Persona, Ask, Example):
        for field in model.model_fields:
            assert f"`{field}`" in page, field


def test_the_worked_example_of_the_docs_is_a_persona():
    page = (ROOT / "docs" / "personas.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert blocks
    persona = parse_persona(blocks[0], persona_id="archivist")
    assert persona.counts and persona.asks and persona.examples
