"""Request bodies without their repetition: a long text or a schema is stored once, by hash, and named in the body.

Five jurors of one launch send the same dossier, house rules and schema. `fold_body` takes those out and leaves
`{"$text": hash}` or `{"$json": hash}`; `unfold` puts them back and gives the exact body, key order included, because
the order of a schema's fields is the order in which a model writes them.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

LONG = 512  # characters from which a text is stored apart
TEXT, JSON, KEPT = "$text", "$json", "$kept"
OURS = frozenset({TEXT, JSON, KEPT})
ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def exact_json(value: Any) -> str:
    """The value as JSON with its keys in their own order, no spaces, text kept as it is."""
    return ENCODER.encode(value)


@lru_cache(maxsize=64)
def text_hash(text: str) -> str:
    """`sha256:...` of a text. Cached: every juror of a launch brings the same dossier.

    A lone surrogate is no UTF-8; it is hashed as the three bytes it would have.
    """
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fold_body(body: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The body as JSON with long texts and schemas named by hash, and those texts by hash."""
    apart: dict[str, str] = {}
    return exact_json(_fold(dict(body), apart)), apart


def unfold(folded: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The body `fold_body` was given. Raises KeyError when a text it names is not among `texts`."""
    body: dict[str, Any] = _unfold(json.loads(folded), texts)
    return body


def named_hashes(folded: str) -> frozenset[str]:
    """Hashes of the texts a folded body names."""
    found: set[str] = set()
    _collect(json.loads(folded), found)
    return frozenset(found)


def _fold(value: Any, apart: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _apart(TEXT, value, apart) if len(value) >= LONG else value
    if isinstance(value, dict):
        folded = {name: _fold(item, apart) for name, item in value.items() if name != "schema"}
        if "schema" in value:
            folded = {name: _fold_schema(value[name], apart) if name == "schema" else folded[name] for name in value}
        return {KEPT: folded} if len(folded) == 1 and not OURS.isdisjoint(folded) else folded
    if isinstance(value, list | tuple):
        return [_fold(item, apart) for item in value]
    return value


def _fold_schema(schema: Any, apart: dict[str, str]) -> Any:
    text = exact_json(schema) if isinstance(schema, dict) else ""
    return _apart(JSON, text, apart) if len(text) >= LONG else _fold(schema, apart)


def _apart(mark: str, text: str, apart: dict[str, str]) -> dict[str, str]:
    name = text_hash(text)
    apart[name] = text
    return {mark: name}


def _unfold(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_unfold(item, texts) for item in value]
    if not isinstance(value, dict):
        return value
    mark = next(iter(value)) if len(value) == 1 else ""
    if mark == TEXT:
        return texts[value[TEXT]]
    if mark == JSON:
        return json.loads(texts[value[JSON]])
    inner = value[KEPT] if mark == KEPT else value
    return {name: _unfold(item, texts) for name, item in inner.items()}


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, found)
    elif isinstance(value, dict):
        mark = next(iter(value)) if len(value) == 1 else ""
        if mark in (TEXT, JSON):
            found.add(value[mark])
            return
        for item in (value[KEPT] if mark == KEPT else value).values():
            _collect(item, found)
