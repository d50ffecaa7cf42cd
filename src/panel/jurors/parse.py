"""A model's text -> the answer it was asked for, or ReplyUnusable saying what is wrong. Never a guess.

Nothing is searched for and nothing is repaired: the whole text has to be one JSON object of the agreed shape. A verdict
word inside quoted launch text, a second object or prose around the first is an error, not a candidate. Two
indulgences: one code fence around the whole text, and the case of the four fields that are picked from a list.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from panel.errors import ReplyUnusable
from panel.prompting import Answer, TrialAnswer

FENCE = re.compile(r"\A```[A-Za-z0-9]*[ \t]*\r?\n(.*)\r?\n```\Z", re.DOTALL)
PROBLEMS_NAMED = 6  # a repair question that lists more is read no better

AnswerT = TypeVar("AnswerT", bound=BaseModel)


def parse_answer(text: str) -> Answer:
    """The whole answer a full juror gave. Raises ReplyUnusable."""
    found = read_object(text)
    _lower(found, "verdict")
    for ground in _objects(found, "grounds"):
        _lower(ground, "side")
    for sentence in _objects(found, "quote"):
        _lower(sentence, "rests_on")
    answer = _validated(Answer, found, text)
    if not 0 <= answer.confidence <= 1:
        _refuse(f"`confidence` is {answer.confidence:g}, and must be from 0 to 1.", text)
    for prediction in answer.predictions:
        if not 0 <= prediction.probability <= 1:
            _refuse(f"A prediction's `probability` is {prediction.probability:g}, and must be from 0 to 1.", text)
    return answer


def parse_picks(text: str, *, menu: frozenset[str]) -> TrialAnswer:
    """The picks of a trial juror.

    menu: passage ids it may pick; empty when the schema lists none. Raises ReplyUnusable, also for a pick that is on
    no menu: the nearest id would be a guess.
    """
    found = read_object(text)
    _lower(found, "verdict")
    _lower(found, "confidence")
    picks = _validated(TrialAnswer, found, text)
    strange = [p for p in (*picks.speaks_for, *picks.speaks_against) if menu and p not in menu]
    if strange:
        _refuse(f"{strange[0]!r} is not a passage of the dossier.", text)
    return picks


def read_object(text: str) -> dict[str, Any]:
    """The one JSON object that `text` is. Raises ReplyUnusable for anything else."""
    if not text.strip():
        _refuse("The answer is empty.", text)
    fenced = FENCE.match(text.strip())
    try:
        found = json.loads(
            fenced.group(1) if fenced else text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant
        )
    except json.JSONDecodeError as err:
        _refuse(f"The answer is not one JSON object: {err.msg} at line {err.lineno}, column {err.colno}.", text)
    except (ValueError, RecursionError) as err:
        _refuse(f"The answer is not one JSON object: {err}.", text)
    if not isinstance(found, dict):
        _refuse(f"The answer is a JSON {type(found).__name__}, not an object.", text)
    return found


def holds_shape(text: str, schema: dict[str, Any]) -> bool:
    """Whether the text is a JSON object with the fields asked for: what a server that holds the schema would give."""
    try:
        found = read_object(text)
    except ReplyUnusable:
        return False
    return set(schema.get("required", ())) <= set(found)


def _validated(model: type[AnswerT], found: dict[str, Any], text: str) -> AnswerT:
    try:
        return model.model_validate(found, strict=True)
    except ValidationError as err:
        problems = err.errors(include_url=False, include_context=False, include_input=False)
        named = [f"`{'.'.join(map(str, p['loc']))}`: {p['msg']}" for p in problems[:PROBLEMS_NAMED]]
        more = f" and {len(problems) - PROBLEMS_NAMED} more" if len(problems) > PROBLEMS_NAMED else ""
        _refuse(f"The answer has not the agreed fields: {'; '.join(named)}{more}.", text)


def _refuse(why: str, raw: str) -> NoReturn:
    raise ReplyUnusable(why, raw=raw) from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _lower(found: dict[str, Any], name: str) -> None:
    if isinstance(found.get(name), str):
        found[name] = found[name].lower()


def _objects(found: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    listed = found.get(name)
    if isinstance(listed, list):
        yield from (item for item in listed if isinstance(item, dict))
