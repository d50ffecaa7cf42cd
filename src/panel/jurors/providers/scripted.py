"""Answers from a file, for tests and for the specimen: product slug -> persona id -> what the juror says.

acme-2:
  futurist: {grounds: [...], ..., verdict: ship}     # the shape of Answer, or of TrialAnswer
  business-analyst: {refuse: "I'd rather not."}      # also {garbage: text} and {truncate: true}
  competitor-skeptic: [{truncate: true}, {...}]      # a list: one entry a turn, the last one repeated
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from panel.errors import Mistake, ProviderRefused
from panel.jurors.provider import Body, ModelSpec, ParsedReply, Question, RawReply
from panel.jurors.providers.json_fields import as_object, words
from panel.records import Usage


class Scripted:
    """A juror whose every word is written beforehand. Costs nothing, touches no network."""

    def __init__(self, spec: ModelSpec) -> None:
        """Raises Mistake when the script can't be read or is not a mapping of mappings."""
        self.spec = spec
        self._text = _read(spec.model)
        self.script = _parse(spec.model, self._text)

    @property
    def endpoint(self) -> str:
        """The script's hash: an edited script is asked anew."""
        return "scripted:sha256:" + hashlib.sha256(self._text.encode()).hexdigest()

    def first_body(self, question: Question) -> Body:
        return {
            "model": "scripted", "product": question.product, "persona_id": question.persona_id, "turn": 0,
            "max_output_tokens": self.spec.max_output_tokens,
        }  # fmt: skip

    def more_room_body(self, body: Body, *, max_output_tokens: int) -> Body:
        return {**body, "turn": body["turn"] + 1, "max_output_tokens": max_output_tokens}

    def repair_body(self, body: Body, *, said: str, problem: str) -> Body:
        return {**body, "turn": body["turn"] + 1, "problem": problem}

    def room(self, body: Body) -> int:
        return int(body["max_output_tokens"])

    async def send(self, body: Body) -> RawReply:
        """The scripted reply. Raises ProviderRefused when the script has none."""
        product, persona_id = body["product"], body["persona_id"]
        said = self.script.get(product, {}).get(persona_id)
        if isinstance(said, list) and said:
            said = said[min(body["turn"], len(said) - 1)]
        if not isinstance(said, dict):
            raise ProviderRefused(
                f"The script {self.spec.model!r} has no answer for persona {persona_id!r} on product {product!r}.",
                hint="Write one, in the shape of `panel schema Answer`.",
            )
        return RawReply(text=json.dumps(said, ensure_ascii=False, default=_day), latency_s=0.0)

    async def close(self) -> None:
        """Nothing is held open."""

    def read(self, raw: str) -> ParsedReply:
        said, usage = as_object(raw), Usage()
        if "refuse" in said:
            return ParsedReply(ending="declined", text="", model="scripted", usage=usage, why=words(said, "refuse"))
        if "truncate" in said:
            return ParsedReply(ending="truncated", text="", model="scripted", usage=usage, why="scripted")
        text = words(said, "garbage") if "garbage" in said else raw
        return ParsedReply(ending="complete", text=text, model="scripted", usage=usage)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise Mistake(f"The script {path!r} is not UTF-8 text.", hint="Save it as UTF-8.") from err
    except OSError as err:
        raise Mistake(f"The script {path!r} can't be read: {err.strerror}.", hint="Write scripted/PATH.") from err


def _parse(path: str, text: str) -> dict[str, Any]:
    import yaml

    from panel.prompting import yaml_problem

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as err:
        raise Mistake(f"The script {path!r} is not YAML: {yaml_problem(err)}.", hint="Mend that line.") from err
    if not isinstance(found, dict) or not all(isinstance(personas, dict) for personas in found.values()):
        raise Mistake(
            f"The script {path!r} is not one: it must map product slugs to persona ids to answers.",
            hint="See examples/specimen/answers.yaml.",
        )
    return found


def _day(value: object) -> str:
    """YAML reads 2027-06-30 as a day; an answer holds it as text."""
    if isinstance(value, date):
        return value.isoformat()
    raise Mistake(f"A script holds text, numbers, lists and mappings, not {value!r}.")
