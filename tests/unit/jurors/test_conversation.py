"""What comes next with one juror: bounded, never identical after a truncation, never a guess."""

import json

import pytest
from tests.support.answers import ANSWER, APIS, PICKS, TRUNCATED, answer, exchange, provider, question

from panel.jurors import Exchange, SendStep, UnusableStep, next_step
from panel.jurors.conversation import AnsweredStep, DeclinedStep

apis = pytest.mark.parametrize("api", list(APIS))
CONTRADICTION = {"verdict": "ship", "grounds": [ANSWER["grounds"][1]]}  # its only ground speaks against


def test_the_first_step_asks_the_question() -> None:
    asked = provider()
    assert next_step(asked, question(), []) == SendStep(asked.first_body(question()), "ask")


@apis
def test_a_sound_answer_is_heard(api: str) -> None:
    asked = provider(api)
    step = next_step(asked, question(), [exchange(asked, answer())])
    assert isinstance(step, AnsweredStep) and step.answer.verdict == "ship"


@apis
@pytest.mark.parametrize("text", ['{"grounds": []}', None, ""], ids=["parses", "null", "empty"])
def test_a_truncated_answer_gets_more_room_even_when_it_parses(api: str, text: str | None) -> None:
    """Statement 29: content may be null because reasoning ate the room."""
    asked = provider(api)
    cut = exchange(asked, text, ending=TRUNCATED[api])
    step = next_step(asked, question(), [cut])
    assert isinstance(step, SendStep) and step.purpose == "more_room"
    assert step.body != cut.body and asked.room(step.body) == 2 * asked.room(cut.body)


@apis
@pytest.mark.parametrize("blanks", ["", " \n" * 2000])
def test_a_whole_answer_is_taken_though_blanks_ate_the_room_after_it(api: str, blanks: str) -> None:
    asked = provider(api)
    assert isinstance(
        next_step(asked, question(), [exchange(asked, answer() + blanks, ending=TRUNCATED[api])]), AnsweredStep
    )


@apis
def test_room_grows_twice_and_then_the_juror_is_given_up(api: str) -> None:
    """Statement 29."""
    asked = provider(api)
    exchanges: list[Exchange] = []
    rooms = []
    while isinstance(step := next_step(asked, question(), exchanges), SendStep):
        rooms.append(asked.room(step.body))
        exchanges.append(Exchange(step.body, step.purpose, exchange(asked, None, ending=TRUNCATED[api]).parsed))
    assert rooms == [4000, 8000, 16000]
    assert isinstance(step, UnusableStep) and "16,000 tokens" in step.why and not step.unparseable


@apis
def test_tokens_of_a_truncated_answer_are_counted(api: str) -> None:
    """Statement 30: discarded attempts are paid for; each class of tokens is counted once."""
    usage = exchange(provider(api), None, ending=TRUNCATED[api]).parsed.usage
    assert (usage.input_tokens, usage.cache_read_tokens, usage.output_tokens) == (40, 60, 20)


def test_a_length_ending_keeps_what_was_said() -> None:
    """Statement 31: the SDK's parser would throw LengthFinishReasonError and the completion with it; ours reads."""
    parsed = exchange(provider("chat"), '{"grounds": [', ending="length").parsed
    assert (parsed.ending, parsed.text, parsed.usage.output_tokens) == ("truncated", '{"grounds": [', 20)


@pytest.mark.parametrize(
    ("ending", "kind", "words"),
    [
        ("refusal", DeclinedStep, "refusal"),
        ("model_context_window_exceeded", UnusableStep, "does not fit"),
        ("pause_turn", UnusableStep, "paused"),
        ("tool_use", UnusableStep, "tool_use"),
    ],
)
def test_each_ending_of_anthropics_has_its_own_outcome(ending: str, kind: type, words: str) -> None:
    """Statement 32."""
    asked = provider("messages")
    text = answer() if ending == "refusal" else None
    step = next_step(asked, question(), [exchange(asked, text, ending=ending)])
    assert isinstance(step, kind) and words in step.why


@pytest.mark.parametrize(
    ("api", "reply"),
    [
        ("responses", {"ending": "content_filter"}),
        ("responses", {"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}),
        ("responses", {"status": "failed", "error": {"code": "bio_policy", "message": "No."}}),
        ("chat", {"ending": "content_filter"}),
        ("chat", {"refusal": "No."}),
        ("messages", {"ending": "refusal", "stop_details": {"explanation": "No."}}),
    ],
)
def test_every_way_to_refuse_is_a_refusal(api: str, reply: dict[str, object]) -> None:
    """Statement 32."""
    asked = provider(api)
    step = next_step(asked, question(), [exchange(asked, None, **reply)])  # type: ignore[arg-type]
    assert isinstance(step, DeclinedStep) and step.why


@pytest.mark.parametrize(
    ("api", "reply"),
    [
        ("responses", '{"status": "in_progress", "output": []}'),
        ("responses", '{"status": "incomplete", "incomplete_details": {"reason": "steered"}}'),
        ("chat", '{"choices": [{"finish_reason": null, "message": {"content": null}}]}'),
        ("chat", '{"choices": []}'),
        ("chat", '{"choices": [{"finish_reason": "tool_calls", "message": {"content": null}}]}'),
        ("messages", '{"content": [{"type": "text", "text": ""}], "stop_reason": null}'),
        ("messages", "[]"),
        ("messages", '{"content": 3, "usage": "many", "stop_reason": 4}'),
        ("responses", "not JSON at all"),
    ],
)
def test_a_reply_without_an_end_is_a_failure(api: str, reply: str) -> None:
    """Statement 28: a stream that stops without a finish reason raises nothing by itself."""
    asked = provider(api)
    parsed = asked.read(reply)
    assert parsed.ending == "unreadable"
    step = next_step(asked, question(), [Exchange(asked.first_body(question()), "ask", parsed)])
    assert isinstance(step, UnusableStep) and step.unparseable


@apis
def test_an_unusable_answer_is_repaired_once_and_then_given_up(api: str) -> None:
    """Statement 33."""
    asked = provider(api)
    first = exchange(asked, "I would ship it.")
    step = next_step(asked, question(), [first])
    assert isinstance(step, SendStep) and step.purpose == "repair"
    assert "I would ship it." in json.dumps(step.body) and "not one JSON object" in json.dumps(step.body)
    end = next_step(asked, question(), [first, exchange(asked, "As I said: ship.", purpose="repair")])
    assert isinstance(end, UnusableStep) and end.unparseable


@apis
def test_an_empty_answer_is_repaired_without_an_empty_turn(api: str) -> None:
    """Anthropic answers 400 to an assistant turn without text."""
    asked = provider(api)
    step = next_step(asked, question(), [exchange(asked, "")])
    assert isinstance(step, SendStep) and step.purpose == "repair"
    assert '"assistant"' not in json.dumps(step.body)


def test_a_wrong_value_says_nothing_about_the_server() -> None:
    asked = provider()
    off = answer(confidence=7)
    step = next_step(asked, question(), [exchange(asked, off), exchange(asked, off, purpose="repair")])
    assert isinstance(step, UnusableStep) and not step.unparseable


def test_json_is_never_looked_for_in_the_prompt() -> None:
    """Statement 34: the dossier holds a perfect answer, the reply only quotes it."""
    asked = provider()
    planted = question(dossier=f"[S1.1] {answer(verdict='ship')}")
    said = f"The dossier contains this: {answer(verdict='ship')}"
    step = next_step(asked, planted, [exchange(asked, said), exchange(asked, said, purpose="repair")])
    assert isinstance(step, UnusableStep)


def test_a_contradiction_is_asked_again_once_and_then_left_to_the_checks() -> None:
    """Statement 37."""
    asked = provider()
    first = exchange(asked, answer(**CONTRADICTION))
    step = next_step(asked, question(), [first])
    assert (
        isinstance(step, SendStep)
        and step.purpose == "repair"
        and 'no ground is on the side \\"for\\"' in json.dumps(step.body)
    )
    end = next_step(asked, question(), [first, exchange(asked, answer(**CONTRADICTION), purpose="repair")])
    assert isinstance(end, AnsweredStep) and end.answer.verdict == "ship"


@pytest.mark.parametrize("second", ["garbage", ""])
def test_a_contradicting_answer_stands_when_its_repair_is_worse(second: str) -> None:
    """Statement 37."""
    asked = provider()
    exchanges = [exchange(asked, answer(**CONTRADICTION)), exchange(asked, second, purpose="repair")]
    assert isinstance(next_step(asked, question(), exchanges), AnsweredStep)


def test_picks_are_held_to_the_menu_in_the_schema() -> None:
    """Statement 36."""
    asked = provider("chat", base_url="http://127.0.0.1:1/v1")
    heard = next_step(asked, question("picks"), [exchange(asked, json.dumps(PICKS))])
    assert isinstance(heard, AnsweredStep)
    off = next_step(asked, question("picks"), [exchange(asked, json.dumps({**PICKS, "speaks_for": ["S7.7"]}))])
    assert isinstance(off, SendStep) and off.purpose == "repair"


def test_the_problem_is_worded_by_the_caller() -> None:
    asked = provider()
    step = next_step(asked, question(), [exchange(asked, "no")], say_problem=lambda problem: "PLEASE MEND")
    assert isinstance(step, SendStep) and "PLEASE MEND" in json.dumps(step.body)


def test_the_same_exchanges_give_the_same_step() -> None:
    asked = provider()
    exchanges = [exchange(asked, "no")]
    assert next_step(asked, question(), exchanges) == next_step(asked, question(), exchanges)
