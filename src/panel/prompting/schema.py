"""JSON Schemas that go out with a question: one for every persona, and one for trial jurors.

`answer.schema.json` beside this file is the committed copy of the first. Changing it changes cached prefixes and
ledger keys, so a test holds the two equal.
"""

import json
from functools import cache
from typing import Any

from panel.prompting.answer import Answer
from panel.prompting.nearest_passages import everything_citable, shortlist
from panel.records import Dossier, Persona

MOST_PICKS = 3  # a small model that may go on, goes on until its room is used up
NOISE = frozenset({"title", "description", "default", "$defs"})
ORDER = ("type", "enum", "items", "properties", "required", "additionalProperties")


def answer_schema() -> dict[str, Any]:
    """The schema of `Answer`, the same for every persona. A fresh dict: callers may change theirs."""
    schema: dict[str, Any] = json.loads(_written_out())
    return schema


@cache
def _written_out() -> str:
    """As text, which is the fastest way to many fresh copies."""
    generated = Answer.model_json_schema()
    return json.dumps(_plain(generated, generated.get("$defs", {})))


def _plain(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with references written out and everything that providers ignore or refuse left out."""
    if isinstance(schema, list):
        return [_plain(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _plain(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _plain_field(key, schema[key], definitions) for key in sorted(schema.keys() - NOISE, key=_place)}


def _plain_field(key: str, value: Any, definitions: dict[str, Any]) -> Any:
    if key == "properties":  # names of properties are never noise, even one called "title"
        return {name: _plain(inner, definitions) for name, inner in value.items()}
    return _plain(value, definitions)


def _place(key: str) -> tuple[int, str]:
    """Where a keyword stands in the written schema: as people read it, whatever pydantic's order."""
    return (ORDER.index(key) if key in ORDER else len(ORDER), key)


def trial_schema(dossier: Dossier, persona: Persona | None = None) -> dict[str, Any]:
    """What a trial juror may say: passages from a list, confidence, verdict; no free words.

    persona: whose shortlist is the list, as `render_trial` shows it; None offers every passage that can be cited. At
    least one passage on each side, so that a vote has a ground and its doubt. The length limits hold on llama.cpp,
    where this schema goes.
    """
    shown = shortlist(dossier, persona) if persona else everything_citable(dossier)
    ids = [passage.passage_id for passage in shown]
    picks = {"type": "array", "items": {"type": "string", "enum": ids}, "minItems": 1, "maxItems": MOST_PICKS}
    properties = {
        "speaks_for": picks,
        "speaks_against": dict(picks),
        "confidence": {"type": "string", "enum": ["low", "medium", "high"]},
        "verdict": {"type": "string", "enum": ["ship", "skip", "abstain"]},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
