import json
from pathlib import Path

import jsonschema
import pytest
from anthropic import transform_schema
from openai.lib._pydantic import to_strict_json_schema
from pydantic import TypeAdapter

from panel.prompting.answer import Answer, TrialAnswer
from panel.prompting.schema import _plain, answer_schema, trial_schema
from panel.records import Passage

COMMITTED = Path(__file__).parents[3] / "src" / "panel" / "prompting" / "answer.schema.json"
SAMPLE = {
    "grounds": [{"claim": "c", "side": "for", "passage": "S1.1", "excerpt": "five words or more here"}],
    "counter": "c",
    "answers": [{"ask": "steps", "answer": "two"}],
    "predictions": [
        {"statement": "s", "probability": 0.3, "resolve_by": "2027-06-30", "settled_at": "https://a.example/"}
    ],
    "for_whom": "f",
    "not_for": "n",
    "change_mind": "m",
    "quote": [{"text": "t", "rests_on": "grounds", "grounds": [1]}],
    "line": "l",
    "confidence": 0.5,
    "verdict": "ship",
}


def test_the_committed_schema_is_the_models():
    assert json.loads(COMMITTED.read_text("utf-8")) == answer_schema()


def test_the_committed_schema_keeps_its_order():
    assert COMMITTED.read_text("utf-8") == json.dumps(answer_schema(), indent=2) + "\n"


def test_the_schema_is_what_openai_makes_strict():
    strict = to_strict_json_schema(Answer)
    assert _plain(strict, strict["$defs"]) == answer_schema()


def test_openai_strict_mode_has_nothing_to_add():
    adapter = TypeAdapter(Answer)
    adapter.json_schema = answer_schema  # what the SDK would make strict, already as we send it
    assert to_strict_json_schema(adapter) == answer_schema()


def test_anthropic_has_nothing_to_drop_but_the_type_beside_an_enum():
    assert transform_schema(answer_schema()) == without_type_beside_enum(answer_schema())


def without_type_beside_enum(schema):
    """Anthropic's transform leaves the type out where an enum says it all; OpenAI wants both."""
    if isinstance(schema, list):
        return [without_type_beside_enum(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: without_type_beside_enum(value)
        for key, value in schema.items()
        if not (key == "type" and "enum" in schema)
    }


def test_every_part_stays_inside_both_providers_subsets():
    walk(answer_schema())


def walk(schema):
    """Only keywords that both providers take; objects closed and complete."""
    assert set(schema) <= {"type", "enum", "items", "properties", "required", "additionalProperties"}
    assert isinstance(schema["type"], str)
    if schema["type"] == "object":
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])
        for inner in schema["properties"].values():
            walk(inner)
    if schema["type"] == "array":
        walk(schema["items"])


def test_reasoning_stands_before_the_conclusion():
    names = list(answer_schema()["properties"])
    assert names[0] == "grounds"
    assert names[-1] == "verdict"
    assert names.index("quote") > names.index("counter")


def test_a_caller_that_changes_its_schema_changes_nobody_elses():
    mine = answer_schema()
    mine["properties"]["verdict"]["enum"].clear()
    assert answer_schema()["properties"]["verdict"]["enum"] == ["ship", "skip", "abstain"]


def test_schema_and_model_accept_the_same_answer():
    jsonschema.validate(SAMPLE, answer_schema())
    assert Answer.model_validate(SAMPLE).model_dump(mode="json") == SAMPLE


@pytest.mark.parametrize("field", list(SAMPLE))
def test_schema_and_model_refuse_an_answer_without_a_field(field):
    short = {name: value for name, value in SAMPLE.items() if name != field}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(short, answer_schema())
    with pytest.raises(ValueError):
        Answer.model_validate(short)


def test_a_trial_juror_may_pick_only_passages_that_stand_in_the_dossier(make_dossier):
    schema = trial_schema(make_dossier("The first passage is long enough.", "The second passage is long enough."))
    good = {"speaks_for": ["S1.1"], "speaks_against": ["S1.2"], "confidence": "low", "verdict": "skip"}
    jsonschema.validate(good, schema)
    assert TrialAnswer.model_validate(good)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**good, "speaks_for": ["S9.9"]}, schema)
    assert set(schema["properties"]) == set(TrialAnswer.model_fields)


def test_a_trial_juror_is_offered_no_heading_and_nothing_too_short_to_cite(make_dossier):
    dossier = make_dossier("Pricing of the whole tool in general", "Short.", "A passage of five plain words.")
    heading = Passage(passage_id="S1.1", kind="heading", text=dossier.sources[0].passages[0].text)
    source = dossier.sources[0].model_copy(update={"passages": (heading, *dossier.sources[0].passages[1:])})
    schema = trial_schema(dossier.model_copy(update={"sources": (source,)}))
    assert schema["properties"]["speaks_for"]["items"]["enum"] == ["S1.3"]


def test_a_dossier_of_short_lines_still_has_something_to_pick(make_dossier):
    assert trial_schema(make_dossier("Short."))["properties"]["speaks_for"]["items"]["enum"] == ["S1.1"]
