"""Read a persona file: YAML in, `Persona` out, and a sentence that names the field when something is wrong."""

from difflib import get_close_matches
from typing import Any

import yaml
from pydantic import ValidationError

from panel.errors import Mistake
from panel.prompting.templates import yaml_problem
from panel.records import Persona

FIELDS = tuple(name for name in Persona.model_fields if name != "persona_id")
MISSPELT = "extra_forbidden"
TEMPLATE = """\
# One critic. Rewrite every line in your words; docs/personas.md says what each field does.
title: {title}
blurb: What this critic looks at, in a sentence for readers.
question: The one question this critic owns?
asks:
  - ask_id: first_check
    question: A question only this critic is asked?
reads_for:
  - What its verdict may rest on.
wins: What must be on the page for a ship.
loses: What on the page, or missing from it, earns a skip.
failure: How a critic like this usually goes wrong.
guard: The rule that keeps it from going wrong that way.
examples:
  - before: A sentence as this critic must not write it, about an imaginary tool.
    after: The same point, written with a fact and a reader in mind.
predicts: no  # yes: it is asked for one dated prediction
counts: no    # yes once it is written: until then it is asked and has no vote
order: 50     # place on the page, low first
"""


def parse_persona(text: str, *, persona_id: str) -> Persona:
    """The persona in a file's text.

    persona_id: the file's name without its ending; the file itself names none. Raises Mistake naming the file, the
    field and the value, with what to write instead.
    """
    file = f"{persona_id}.yaml"
    fields = _fields(text, file)
    named = fields.pop("persona_id", persona_id)
    if named != persona_id:
        raise Mistake(f"{file}: persona_id is {named!r}.", hint=f"Leave it out, or name the file '{named}.yaml'.")
    try:
        persona = Persona.model_validate({**fields, "persona_id": persona_id})
    except ValidationError as error:
        raise _mistake(error, file) from error
    _refuse_twice(persona, file)
    return persona


def _fields(text: str, file: str) -> dict[str, Any]:
    try:
        fields = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Mistake(f"{file} is not YAML: {yaml_problem(error)}.", hint="Quote a text that holds a colon.") from error
    if not isinstance(fields, dict):
        raise Mistake(f"{file} holds no fields.", hint="Start from `panel personas new NAME`.")
    return {str(name): value for name, value in fields.items()}


def _mistake(error: ValidationError, file: str) -> Mistake:
    """The first thing that is wrong, in our words. Misspelt fields come first: they explain the missing ones."""
    problems = sorted(error.errors(include_url=False), key=lambda problem: problem["type"] != MISSPELT)
    problem = problems[0]
    where = ".".join(str(part) for part in problem["loc"])
    if where == "persona_id":
        name = file.removesuffix(".yaml")
        return Mistake(f"The file name {name!r} can't name a persona.", hint="Use small letters, digits and hyphens.")
    if problem["type"] == MISSPELT:
        return Mistake(f"{file}: there is no field {where!r}.", hint=_near(str(problem["loc"][-1])))
    if problem["type"] == "missing":
        return Mistake(f"{file}: the field {where!r} is missing.", hint="docs/personas.md says what each field is for.")
    said = problem["msg"][:1].lower() + problem["msg"][1:]
    return Mistake(f"{file}: {where} is {problem['input']!r}: {said}.", hint=_shape_hint(where))


def _near(name: str) -> str:
    close = get_close_matches(name.lower().replace("-", "_"), (*FIELDS, "ask_id", "before", "after"), n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Fields are {', '.join(FIELDS)}."


def _shape_hint(where: str) -> str:
    if where.startswith("asks"):
        return "An ask has an `ask_id` (small letters and underscores) and a `question`."
    if where.startswith("examples"):
        return "An example has a `before` and an `after`."
    return "docs/personas.md says what each field is for."


def _refuse_twice(persona: Persona, file: str) -> None:
    """Replies come back by ask_id, so one name can stand for one question only."""
    names = [ask.ask_id for ask in persona.asks]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise Mistake(f"{file}: two asks are called {twice!r}.", hint="Give each ask a name of its own.")


def persona_template(persona_id: str) -> str:
    """A persona file to start from. Raises Mistake for an id that can't be a file name."""
    if not persona_id.replace("-", "").isalnum() or persona_id != persona_id.lower() or not persona_id[0].isalpha():
        raise Mistake(f"{persona_id!r} can't be a persona's id.", hint="Lower case and hyphens: security-reviewer.")
    return TEMPLATE.format(title=persona_id.replace("-", " ").capitalize())
