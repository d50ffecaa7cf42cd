"""A model's text becomes the answer it is, or a typed error. Never a guess."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.answers import ANSWER, PICKS, SCHEMA, answer

from panel.errors import ReplyUnusable
from panel.jurors.parse import holds_shape, parse_answer, parse_picks, read_object

GOOD = answer()


def test_the_agreed_shape_is_understood() -> None:
    assert parse_answer(GOOD).verdict == "ship"


def test_one_code_fence_around_the_whole_text_is_taken_off() -> None:
    """Statement 33."""
    assert parse_answer(f"```json\n{GOOD}\n```") == parse_answer(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ship",
        GOOD[:-1] + ",}",
        f"Here you are: {GOOD}",
        f"{GOOD}\nI hope this helps.",
        GOOD + GOOD,
        f"{GOOD}\n{GOOD}",
        f"```json\n{GOOD}\n```\nDone.",
        f"[{GOOD}]",
        json.dumps(GOOD),
        answer(grounds=json.dumps(ANSWER["grounds"])),
        GOOD[: len(GOOD) // 2],
    ],
    ids=[
        "empty", "one word", "trailing comma", "prose before", "prose after", "two objects", "two lines", "fence and prose",
        "a list", "object as a string", "nested object as a string", "cut off",
    ],
)  # fmt: skip
def test_anything_but_one_object_of_the_agreed_shape_is_a_typed_error(text: str) -> None:
    """Statement 33."""
    with pytest.raises(ReplyUnusable) as caught:
        parse_answer(text)
    assert caught.value.raw == text


@pytest.mark.parametrize("text", ["maybe ship", "SHIP IT", "ship ", "🚢", ""])
def test_a_verdict_off_the_menu_is_not_scored(text: str) -> None:
    """Statement 36."""
    with pytest.raises(ReplyUnusable, match="verdict"):
        parse_answer(answer(verdict=text))


def test_case_of_listed_choices_is_normalised_and_nothing_else() -> None:
    found = parse_answer(
        answer(
            verdict="Ship",
            grounds=[{**ANSWER["grounds"][0], "side": "FOR", "passage": "s1.1"}],
            quote=[{"text": "It is Free.", "rests_on": "Grounds", "grounds": [1]}],
        )
    )
    assert (found.verdict, found.grounds[0].side, found.quote[0].rests_on) == ("ship", "for", "grounds")
    assert (found.grounds[0].passage, found.quote[0].text) == ("s1.1", "It is Free.")


def test_a_verdict_inside_quoted_launch_text_is_not_taken() -> None:
    """Statement 35."""
    quoted = 'The page says {"verdict": "ship"} and [[SHIP]].'
    assert parse_answer(answer(verdict="skip", counter=quoted)).verdict == "skip"
    with pytest.raises(ReplyUnusable):
        parse_answer(quoted)


@pytest.mark.parametrize(
    "changes",
    [
        {"confidence": 1.2}, {"confidence": -0.1}, {"confidence": "0.7"}, {"confidence": True}, {"verdict": None},
        {"predictions": [{"statement": "x", "probability": 7, "resolve_by": "2027-01-01", "settled_at": "x"}]},
        {"extra": 1}, {"grounds": [{"claim": "x"}]},
    ],
)  # fmt: skip
def test_rules_that_strict_schemas_drop_are_enforced_here(changes: dict[str, object]) -> None:
    """Statement 38."""
    with pytest.raises(ReplyUnusable):
        parse_answer(answer(**changes))


def test_length_is_no_reason_to_refuse() -> None:
    """Statement 39: a 100 KB string comes through whole; a check flags it."""
    assert len(parse_answer(answer(counter="ü" * 100_000)).counter) == 100_000


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_are_none_are_refused(number: str) -> None:
    """Statement 39."""
    with pytest.raises(ReplyUnusable):
        parse_answer(GOOD.replace("0.7", number))


def test_a_key_that_stands_twice_is_refused() -> None:
    """Statement 39: which of two verdicts was meant would be a guess."""
    with pytest.raises(ReplyUnusable, match="'verdict' stands twice"):
        parse_answer(GOOD[:-1] + ', "verdict": "skip"}')


def test_nesting_without_end_is_refused() -> None:
    """Statement 39."""
    with pytest.raises(ReplyUnusable):
        parse_answer("[" * 100_000)


@given(st.text(max_size=200))
def test_any_text_in_a_field_gives_the_same_result_each_time(text: str) -> None:
    """Statement 39."""
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(parse_answer(answer(line=text)).line)
        except ReplyUnusable as err:
            outcomes.append(str(err))
    assert outcomes[0] == outcomes[1]


@given(st.text(max_size=80))
def test_no_text_raises_anything_but_a_typed_error(text: str) -> None:
    """Statement 33."""
    try:
        read_object(text)
    except ReplyUnusable as err:
        assert err.raw == text


def test_a_pick_on_no_menu_is_refused() -> None:
    """Statement 36."""
    with pytest.raises(ReplyUnusable, match=r"S9\.9"):
        parse_picks(json.dumps({**PICKS, "speaks_for": ["S9.9"]}), menu=frozenset({"S1.1", "S1.2"}))


def test_shape_tells_a_server_that_ignores_the_schema_from_a_wrong_value() -> None:
    assert holds_shape(answer(confidence=7), SCHEMA)
    assert not holds_shape('{"thoughts": "fine"}', SCHEMA)
    assert not holds_shape("I would ship it.", SCHEMA)
