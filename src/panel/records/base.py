"""What every record shares: frozen values, canonical bytes, hashes that name their recipe."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Value(BaseModel):
    """Base of everything that crosses a room or is written to disk."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Hashed(Value):
    """A record whose hashes are cached properties, since several readers ask for them; a copy makes its own."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        copy = super().model_copy(update=update, deep=deep)
        for name in self.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy


class Stamp(Value):
    """When and with what a file was made. Part of every file on disk, of no content hash."""

    created_at: datetime  # UTC
    version: str  # of this package
    commit: str = ""  # git commit of the checkout, "" outside one
    dirty: bool = False  # the checkout had uncommitted changes
    run_id: str = ""  # the run that made it, "" outside one


def plain_day(day: date) -> str:
    """A day as people read it, in no machine's language: "23 Nov 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def canonical_json(value: Any) -> str:
    """One spelling for one value: keys sorted, no spaces, text kept as UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(value: str | bytes) -> str:
    """`sha256:` and the hex digest of the text (as UTF-8) or bytes."""
    raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def content_hash(record: Value, *, without: frozenset[str] = frozenset({"made"})) -> str:
    """Hash of a record's content: all its fields but those named in `without` (the stamp), in records inside it too."""
    data = record.model_dump(mode="json")
    _take_out(data, without)
    return sha256_of(canonical_json(data))


def _take_out(value: dict[str, Any] | list[Any], names: frozenset[str]) -> None:
    """Delete these keys, at every depth."""
    if isinstance(value, dict):
        for name in names & value.keys():
            del value[name]
        value = list(value.values())
    for inner in value:
        if isinstance(inner, (dict, list)):
            _take_out(inner, names)
