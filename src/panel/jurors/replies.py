"""Small readings that all dialects share: a reply as an object, counts that may be missing, text that can be sent."""

import json
from typing import Any


def as_object(raw: str) -> dict[str, Any]:
    """The reply as a JSON object; empty when it is anything else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def member(found: object, name: str) -> dict[str, Any]:
    """The object under this name; empty when there is none. Compatible servers leave out or send null."""
    inner = found.get(name) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}


def objects(found: object, name: str) -> list[dict[str, Any]]:
    """The objects listed under this name; empty when there is no list."""
    listed = found.get(name) if isinstance(found, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def count(found: dict[str, Any], name: str) -> int:
    """A token count; 0 when it is missing, null or nonsense."""
    value = found.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def words(found: object, name: str) -> str:
    """A text; "" when it is missing or null. A lone surrogate, which no UTF-8 body can carry, becomes U+FFFD."""
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
