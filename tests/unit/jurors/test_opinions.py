"""The record made of how a conversation ended."""

import json
from datetime import UTC, date, datetime

import pytest
from tests.support.answers import PICKS, answer

from panel.jurors import UnusableStep, to_opinion
from panel.jurors.conversation import AnsweredStep, DeclinedStep
from panel.jurors.opinions import clean, first_words
from panel.jurors.parse import parse_answer, parse_picks
from panel.records import (
    Answered,
    Coverage,
    Declined,
    Dossier,
    Juror,
    Launch,
    LaunchSource,
    NotAsked,
    Opinion,
    Passage,
    Persona,
    Source,
    Stamp,
    Unusable,
    Written,
)
from panel.records.persona import Ask

PREDICTION = {
    "statement": "It lives.",
    "probability": 0.6,
    "resolve_by": "2027-06-30",
    "settled_at": "https://example.org",
}
LONG = "one  two\nthree " + "word " * 60


def persona(**changes: object) -> Persona:
    values = {"persona_id": "futurist", "asks": (Ask(ask_id="first_hour", question="How long?"),), "predicts": True}
    texts = dict.fromkeys(("title", "blurb", "question", "wins", "loses", "failure", "guard"), "x")
    return Persona(**{**texts, **values, **changes})  # type: ignore[arg-type]


def dossier() -> Dossier:
    passages = (Passage(passage_id="S1.1", text=LONG), Passage(passage_id="S1.2", text="It needs a card."))
    source = Source(
        source_id="S1", title="x", kind="page", voice="maker", bytes_sha256="x", text_sha256="x", passages=passages
    )
    return Dossier(
        made=Stamp(created_at=datetime(2026, 11, 23, tzinfo=UTC), version="0"),
        as_of=date(2026, 11, 23),
        launch=Launch(name="Acme", sources=(LaunchSource(title="x"),)),
        sources=(source,),
        coverage=Coverage(passages_total=2, passages_kept=2),
    )


def opinion(step: AnsweredStep | DeclinedStep | UnusableStep, **changes: object) -> Opinion:
    juror = Juror(persona_id="futurist", model="openai/x", family="openai")
    return to_opinion(step, persona=persona(**changes), juror=juror, dossier=dossier(), draw=0, calls=())


def answered(step: AnsweredStep, **changes: object) -> Answered:
    found = opinion(step, **changes)
    assert isinstance(found, Answered)
    return found


def heard(**changes: object) -> AnsweredStep:
    return AnsweredStep(parse_answer(answer(**changes)))


def words(found: Answered) -> Written:
    assert isinstance(found.words, Written)
    return found.words


def test_an_answer_becomes_numbered_grounds_and_words() -> None:
    found = answered(heard())
    assert [(g.number, g.side, g.passage_id) for g in found.grounds] == [(1, "for", "S1.1"), (2, "against", "S1.2")]
    assert words(found).quote[0].grounds == (1,) and words(found).prediction is None
    assert Answered.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("verdict", ["ship", "skip", "abstain"])
def test_a_persona_that_does_not_count_always_abstains(verdict: str) -> None:
    assert answered(heard(verdict=verdict), counts=False).verdict == "abstain"


def test_a_refusal_is_declined_and_a_failure_to_answer_unusable() -> None:
    assert isinstance(opinion(DeclinedStep("I'd rather not.")), Declined)
    assert isinstance(opinion(UnusableStep("No JSON.", unparseable=True)), Unusable)


def test_picks_carry_the_passages_own_first_words_and_no_repeats() -> None:
    picks = {**PICKS, "speaks_for": ["S1.1", "S1.1"], "speaks_against": ["S1.2", "S1.1"]}
    found = answered(AnsweredStep(parse_picks(json.dumps(picks), menu=frozenset())))
    assert [(g.number, g.side, g.passage_id) for g in found.grounds] == [
        (1, "for", "S1.1"), (2, "against", "S1.2"), (3, "against", "S1.1"),
    ]  # fmt: skip
    assert found.grounds[0].excerpt in LONG and len(found.grounds[0].excerpt.split()) == 40
    assert found.words == NotAsked() and all(g.claim == "" for g in found.grounds)


def test_a_pick_that_is_in_no_dossier_is_left_out() -> None:
    found = answered(AnsweredStep(parse_picks(json.dumps({**PICKS, "speaks_for": ["S9.9"]}), menu=frozenset())))
    assert [g.passage_id for g in found.grounds] == ["S1.2"]


def test_first_words_are_verbatim() -> None:
    assert first_words("  a  b\nc d", most=3) == "a  b\nc"
    assert first_words("a b", most=9) == "a b"


def test_a_prediction_is_kept_only_of_personas_asked_for_one() -> None:
    assert words(answered(heard(predictions=[PREDICTION]))).prediction is not None
    assert words(answered(heard(predictions=[PREDICTION]), predicts=False)).prediction is None


def test_only_the_personas_own_questions_are_answered_each_once() -> None:
    said = [{"ask": "first_hour", "answer": "a"}, {"ask": "first_hour", "answer": "b"}, {"ask": "other", "answer": "c"}]
    replies = words(answered(heard(answers=said))).replies
    assert [(r.ask_id, r.answer) for r in replies] == [("first_hour", "a")]


@pytest.mark.parametrize(
    ("dirty", "fine"),
    [
        ("a\u200bb", "ab"), ("\u202eevil\u202c", "evil"), ("tag\U000e0041", "tag"), ("a\x00\x1b[31mb", "a[31mb"),
        ("two\nlines\tand  blanks ", "two lines and blanks"), ("lone \ud800 half", "lone half"), ("Grüße 🚢", "Grüße 🚢"),
    ],
)  # fmt: skip
def test_hidden_characters_leave_model_text(dirty: str, fine: str) -> None:
    """Statement 39."""
    assert clean(dirty) == fine
