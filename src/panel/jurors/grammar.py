"""A GBNF grammar for the answers of a trial juror: the schema's choices in tightly spaced JSON.

llama.cpp makes such a grammar from a JSON Schema by itself, but one that allows blanks and line ends between any two
tokens, and a small model prints them: 80 to 128 tokens an answer instead of 65 to 88, a fifth to a third of the time.
"""

import json
from typing import Any

from panel.errors import ReplyUnusable


def picks_grammar(schema: dict[str, Any]) -> str:
    """The grammar of one flat object whose fields are choices, or lists of choices with minItems and maxItems.

    Raises ReplyUnusable for any other schema: better no answer than one in a shape nobody asked for.
    """
    rules = {}
    fields = []
    for number, (name, field) in enumerate(schema["properties"].items()):
        rule, choices = f"field{number}", f"choice{number}"
        if field.get("type") == "array":
            rules[rule] = _list_of(choices, least=field.get("minItems", 0), most=field.get("maxItems", 1))
            field = field["items"]
        else:
            rules[rule] = choices
        if not field.get("enum"):
            raise ReplyUnusable(f"The trial model can only choose from lists, and {name!r} has none.", raw="")
        rules[choices] = " | ".join(_literal(json.dumps(value)) for value in field["enum"])
        fields.append(f"{_literal(json.dumps(name) + ':')} {rule}")
    root = " ".join([_literal("{"), f" {_literal(',')} ".join(fields), _literal("}")])
    return "\n".join([f"root ::= {root}", *(f"{name} ::= {rule}" for name, rule in rules.items())]) + "\n"


def _list_of(choice: str, *, least: int, most: int) -> str:
    more = f"({_literal(',')} {choice}){{{max(0, least - 1)},{max(0, most - 1)}}}"
    filled = f"{choice} {more}"
    return f"{_literal('[')} {filled if least else f'({filled})?'} {_literal(']')}"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
