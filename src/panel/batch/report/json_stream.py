"""A JSON object too long to be held whole, in pieces that spell what `json.dumps(..., indent=1)` would."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def json_parts(fields: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """One object and a line end. A value that is an iterator becomes a list, its items taken as they are written.

    fields: name and value in order; one may be computed from what those before it gave.
    """
    before = "{"
    for name, value in fields:
        yield f"{before}\n {_indented(name, 0)}: "
        before = ","
        if isinstance(value, Iterator):
            yield from _list_parts(value)
        else:
            yield _indented(value, 1)
    yield "{}\n" if before == "{" else "\n}\n"


def _list_parts(items: Iterator[Any]) -> Iterator[str]:
    before = "["
    for item in items:
        yield f"{before}\n  {_indented(item, 2)}"
        before = ","
    yield "[]" if before == "[" else "\n ]"


def _indented(value: Any, depth: int) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n" + " " * depth)
