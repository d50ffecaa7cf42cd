"""Hold a request body against the SDKs' own parameter types, unknown keys refused at every depth.

The types are TypedDicts that say `Iterable` where a list is sent; pydantic would validate those lazily and let unknown
keys pass, so this walks the value and the type side by side instead.
"""

from collections.abc import Iterable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

import typing_extensions as te

MARKS = (Required, NotRequired, te.Required, te.NotRequired, Annotated)
UNIONS = (Union, UnionType)


def problems(value: object, kind: Any, at: str = "body") -> list[str]:
    """What is wrong with a JSON value as this type; empty when it fits. For a union, of the member that fits best."""
    origin, args = get_origin(kind), get_args(kind)
    if te.is_typeddict(kind):
        return _of_typed_dict(value, kind, at)
    if origin in MARKS:
        return problems(value, args[0], at)
    if origin in UNIONS:
        return min((problems(value, member, at) for member in args), key=lambda found: (len(found), depth(found)))
    if origin is Literal:
        return [] if value in args else [f"{at}: {value!r} is not one of {args}"]
    if origin is dict:
        wrong = [] if isinstance(value, dict) else [f"{at}: not an object"]
        return wrong or [p for k, v in value.items() for p in problems(v, args[1], f"{at}.{k}")]
    if args and is_iterable(origin):
        wrong = [] if isinstance(value, list) else [f"{at}: not a list"]
        return wrong or [p for i, v in enumerate(value) for p in problems(v, args[-1], f"{at}.{i}")]
    return [] if fits_plainly(value, kind) else [f"{at}: {type(value).__name__} is not {kind}"]


def _of_typed_dict(value: object, kind: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: not an object"]
    hints = hints_of(kind)
    strange = [f"{at}.{name}: unknown" for name in value if name not in hints]
    missing = [f"{at}.{name}: missing" for name, hint in hints.items() if is_required(kind, hint) and name not in value]
    inner = [p for name, v in value.items() if name in hints for p in problems(v, hints[name], f"{at}.{name}")]
    return strange + missing + inner


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    return te.get_type_hints(kind, include_extras=True)


def is_required(kind: Any, hint: Any) -> bool:
    """Read from the hints: the SDKs write theirs as strings, which leaves `__required_keys__` empty."""
    origin = get_origin(hint)
    return origin in (Required, te.Required) or (kind.__total__ and origin not in (NotRequired, te.NotRequired))


def is_iterable(origin: Any) -> bool:
    return isinstance(origin, type) and (issubclass(origin, Iterable) or origin.__name__ == "SequenceNotStr")


def fits_plainly(value: object, kind: Any) -> bool:
    if kind in (object, Any):
        return True
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return kind in (str, bool, None, NoneType) and isinstance(value, NoneType if kind is None else kind)


def depth(found: list[str]) -> int:
    """How early the first problem lies: a member that fails deep inside fitted better than one that fails at once."""
    return -max((p.split(":")[0].count(".") for p in found), default=99)


def schema_problems(schema: Any, at: str = "schema") -> list[str]:
    """What OpenAI's strict mode and Anthropic's structured outputs refuse: open objects, optional fields, bounds."""
    if isinstance(schema, list):
        return [p for item in schema for p in schema_problems(item, at)]
    if not isinstance(schema, dict):
        return []
    wrong = [f"{at}: {name} is not supported" for name in sorted({"minimum", "maxLength", "default"} & set(schema))]
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            wrong.append(f"{at}: additionalProperties must be false")
        if list(schema.get("properties", {})) != list(schema.get("required", [])):
            wrong.append(f"{at}: every property must be required")
    return wrong + [p for name, inner in schema.items() for p in schema_problems(inner, f"{at}.{name}")]
