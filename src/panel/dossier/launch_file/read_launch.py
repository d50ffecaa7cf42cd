"""A launch file read once at the edge: every field checked, every complaint one sentence with what to do."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from panel.dossier.clean_text import clean, one_line
from panel.dossier.identity.address import tidy_address
from panel.dossier.launch_file.launch_yaml import load_launch
from panel.dossier.launch_file.source_files import source_path
from panel.errors import Mistake
from panel.records import Launch, LaunchSource, Plan, Pricing, Rival, Seen

SHAPES: Mapping[str, type[BaseModel]] = {
    "": Launch,
    "pricing": Pricing,
    "plans": Plan,
    "seen_at": Seen,
    "rivals": Rival,
    "sources": LaunchSource,
}
ADDRESSES = ("homepage", "url")
MULTILINE = ("description", "entry", "includes")
FORMAT = 1


def read_launches(path: Path, *, categories: frozenset[str]) -> tuple[tuple[Launch, Path], ...]:
    """The launches a file announces (one, for now), each with the folder its source files are under.

    categories: slugs a launch may name. Raises Mistake naming file, field, value and what to do.
    """
    fields = load_launch(path)
    launch = _launch(path, fields)
    if launch.category and launch.category not in categories:
        raise _wrong(path, "category", launch.category, "is no category there is", _near(launch.category, categories))
    folder = path.resolve().parent
    for n, source in enumerate(launch.sources):
        where = f"{str(path)!r}: sources[{n}]"
        if bool(source.file) == bool(source.text.strip()):
            both = "both a text and a file" if source.file else "neither a text nor a file"
            raise Mistake(f"{where} has {both}.", hint="Give each source one: text, pasted in, or file, a path.")
        if source.file:
            source_path(source.file, folder, where=where)
    return ((launch, folder),)


def tidy_launch(launch: Launch) -> Launch:
    """The launch with clean text and tidy addresses. Source texts are cleaned when they are cut, not here.

    Raises ValueError naming the field of an address that is none. Tidying twice changes nothing.
    """
    data = launch.model_dump(by_alias=True)
    sources = [(source.pop("text"), source.pop("file")) for source in data["sources"]]
    tidy = _tidy("", data)
    for source, (text, file) in zip(tidy["sources"], sources, strict=True):
        source |= {"text": text, "file": file}
    return Launch.model_validate(tidy)


def _launch(path: Path, fields: dict[str, Any]) -> Launch:
    if str(fields.pop("format", FORMAT)) != str(FORMAT):
        raise Mistake(f"{str(path)!r} is of a format this version can't read.", hint=f"It reads format: {FORMAT}.")
    try:
        return tidy_launch(Launch.model_validate(fields))
    except ValidationError as err:
        raise _first_problem(path, err) from err
    except ValueError as err:
        raise Mistake(f"{str(path)!r}: {err}.", hint="Write it as https://example.com/page.") from err


def _tidy(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tidy(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_tidy(name, item) for item in value)
    if not isinstance(value, str):
        return value
    if name in ADDRESSES:
        return _address(name, value)
    if name == "source" and value.startswith(("http://", "https://")):  # of a price: an address or a title
        return _address(name, value)
    return clean(value).strip() if name in MULTILINE else one_line(value)


def _address(name: str, value: str) -> str:
    try:
        return tidy_address(one_line(value))
    except ValueError as err:
        raise ValueError(f"{name} {value!r} is {err}") from err


def _first_problem(path: Path, err: ValidationError) -> Mistake:
    """The first thing pydantic found, in our words. Fields that don't exist come first: they explain missing ones."""
    problems = sorted(err.errors(), key=lambda e: e["type"] != "extra_forbidden")
    first = problems[0]
    where, value, kind = _where(first["loc"]), first["input"], first["type"]
    if kind == "extra_forbidden":
        known = _fields_of(first["loc"])
        return Mistake(f"{str(path)!r}: there is no field {where!r}.", hint=_near(str(first["loc"][-1]), known))
    if kind == "missing":
        return Mistake(f"{str(path)!r}: the field {where!r} is missing.", hint=f"Add it: {first['loc'][-1]}: ...")
    if kind == "literal_error":
        expected = str(first.get("ctx", {}).get("expected", "")).replace(" or ", ",")
        allowed = [part.strip(" '") for part in expected.split(",") if part.strip(" '")]
        return _wrong(path, where, value, "is not one of those it may be", _near(str(value), allowed))
    if where == "embargo_until":
        return _wrong(path, where, value, "is no day and no time with its zone", "Write it as 2026-12-01T09:00+01:00.")
    if kind.startswith("date"):
        return _wrong(path, where, value, "is not a day", "Write it as 2026-11-23.")
    if kind == "too_short" and where == "sources":
        return Mistake(f"{str(path)!r} has no source.", hint="Add one: a title, and a text or a file.")
    if kind == "string_too_long":
        most = first.get("ctx", {}).get("max_length")
        return Mistake(f"{str(path)!r}: {where} is longer than {most} characters.", hint="Shorten it.")
    return _wrong(path, where, value, f"does not fit: {first['msg'].lower()}", "`panel new NAME` shows every field.")


def _wrong(path: Path, field: str, value: object, what: str, hint: str) -> Mistake:
    shown = repr(value) if len(repr(value)) <= 80 else repr(value)[:77] + "..."
    return Mistake(f"{str(path)!r}: {field} {shown} {what}.", hint=hint)


def _where(loc: Iterable[int | str]) -> str:
    """`sources[1].voice`"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _fields_of(loc: tuple[int | str, ...]) -> list[str]:
    """Names a mapping at this place may have."""
    within = next((str(part) for part in reversed(loc[:-1]) if isinstance(part, str)), "")
    shape = SHAPES.get(within, Launch)
    return [field.alias or name for name, field in shape.model_fields.items()]


def _near(value: str, allowed: Iterable[str]) -> str:
    """The nearest allowed word, else all of them."""
    every = sorted(allowed)
    found = get_close_matches(value.lower(), every, n=1, cutoff=0.6)
    return f"Did you mean {found[0]!r}?" if found else "It may be: " + ", ".join(every) + "."
