"""Launch files as plain data: YAML, JSON, or Markdown with front matter. Nothing in them is run or expanded.

Every value is read as text, dates and numbers too, and the record's types make of it what they need: a release `1.10`
stays `1.10` and a tagline `no` stays a tagline.
"""

import json
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import yaml

from panel.errors import Mistake

MOST_BYTES = 1_000_000
FENCE = "---"
ENDINGS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".md": "markdown", ".markdown": "markdown"}
START_HINT = "Write one with: panel new NAME"
LIBYAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without it


class _Doubled(Exception):
    """A key stands twice in one mapping; the later would silently win."""


class _TextOnly(yaml.composer.Composer, yaml.constructor.SafeConstructor):
    """Safe YAML in which every plain value is text or nothing, no key stands twice, and nothing is repeated by name."""

    check_event: Any  # the parser's
    peek_event: Any
    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse `*name`: a few lines of them expand to gigabytes, and a launch file needs none."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "a value is repeated by *name; write it out", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        _refuse_doubles(names)
        return super().construct_mapping(node, deep=deep)


class _Loader(_TextOnly, yaml.SafeLoader):
    """All in Python: seven times slower, and it says what is wrong with a file."""


class _FastLoader(_TextOnly, LIBYAML):  # type: ignore[misc]
    """What this reads, the other reads alike or refuses: a tab or a `?` within a plain value."""

    def __init__(self, text: str) -> None:
        LIBYAML.__init__(self, text)
        yaml.composer.Composer.__init__(self)


def load_launch(path: Path) -> dict[str, Any]:
    """The file's fields as given, the body of a Markdown file added as a source.

    Raises Mistake for a file that can't be read, isn't one of the three forms, or isn't a mapping.
    """
    form = ENDINGS.get(path.suffix.lower())
    if not form:
        raise Mistake(f"{str(path)!r} is no launch file: its name should end in .yaml, .json or .md.", hint=START_HINT)
    return launch_fields(str(path), read_text(path, most=MOST_BYTES, what=f"{str(path)!r}"))


def launch_fields(name: str, text: str) -> dict[str, Any]:
    """The fields of a launch file's text; its name's ending says which of the three forms it has. Raises Mistake."""
    path = Path(name)
    form = ENDINGS.get(path.suffix.lower(), "yaml")
    body = ""
    if form == "markdown":
        text, body = _split_front_matter(path, text)
    fields = _parse(path, text, "json" if form == "json" else "yaml")
    if not isinstance(fields, dict) or not fields:
        raise Mistake(f"{str(path)!r} holds no fields.", hint=START_HINT)
    fields = _given(fields)
    if body.strip():
        name = str(fields.get("name", path.stem))
        given = fields.get("sources") or []
        more = {"title": f"{name}: launch notes", "text": body}
        fields["sources"] = [*(given if isinstance(given, list) else [given]), more]
    return fields


def read_text(path: Path, *, most: int, what: str) -> str:
    """A file's text. what: how a sentence names it. Raises Mistake for everything but readable UTF-8 text."""
    return decode_launch_file(read_bytes(path, most=most, what=what), what=what)


def read_bytes(path: Path, *, most: int, what: str) -> bytes:
    """A file's bytes. Raises Mistake when it is missing, a folder, unreadable or larger than `most`."""
    try:
        if path.is_dir():
            raise Mistake(f"{what} is a folder.", hint="Name a file in it.")
        if not path.is_file():
            raise Mistake(f"{what} can't be found.", hint=_nearby(path))
        if path.stat().st_size > most:
            raise Mistake(f"{what} is larger than {most // 1000} kB.", hint="Keep the part that critics need to read.")
        return path.read_bytes()
    except (OSError, ValueError) as err:
        why = getattr(err, "strerror", None) or err
        raise Mistake(f"{what} can't be read: {why}.", hint="Check its permissions.") from err


def decode_launch_file(raw: bytes, *, what: str) -> str:
    """Bytes as text: UTF-8, or UTF-16 where a byte order mark says so. Raises Mistake for anything else."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as err:
        raise _no_text(raw, what) from err
    if "\0" in text:
        raise _no_text(raw, what)
    return text


def _no_text(raw: bytes, what: str) -> Mistake:
    kind = "a PDF" if raw.startswith(b"%PDF") else "not UTF-8 text"
    return Mistake(f"{what} is {kind}.", hint="Save it as UTF-8 text, Markdown or HTML.")


def _nearby(path: Path) -> str:
    """A file beside it whose name is nearly the one asked for."""
    from difflib import get_close_matches

    try:
        names = [found.name for found in path.parent.iterdir()]
    except OSError:
        return "Check the path."
    near = get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f"Did you mean {str(path.parent / near[0])!r}?" if near else "Check the path."


def _split_front_matter(path: Path, text: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    ends = [n for n, line in enumerate(lines) if line.rstrip() == FENCE]
    if len(ends) < 2 or ends[0] != 0:
        raise Mistake(f"{str(path)!r} has no front matter.", hint="Begin it with the fields between two lines of ---.")
    return "".join(lines[1 : ends[1]]), "".join(lines[ends[1] + 1 :])


def _parse(path: Path, text: str, form: str) -> Any:
    try:
        if form == "json":
            return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_pairs)
        try:
            return yaml.load(text, Loader=_FastLoader)  # noqa: S506
        except (yaml.YAMLError, ValueError):
            return yaml.load(text, Loader=_Loader)  # noqa: S506
    except _Doubled as err:
        raise Mistake(f"{str(path)!r} gives {str(err)!r} twice.", hint="Keep one of them.") from err
    except yaml.MarkedYAMLError as err:
        line = f"line {err.problem_mark.line + 1}: " if err.problem_mark else ""
        told = f"{str(path)!r} is not YAML: {line}{err.problem}."
        raise Mistake(told, hint="Quote a text that holds a colon.") from err
    except (yaml.YAMLError, ValueError) as err:
        told = f"{str(path)!r} is not {form.upper()}: {' '.join(str(err).split())}."
        raise Mistake(told, hint="Mend that place.") from err
    except RecursionError as err:
        raise Mistake(f"{str(path)!r} is nested too deeply.", hint=START_HINT) from err


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _refuse_doubles([name for name, _ in pairs])
    return dict(pairs)


def _refuse_doubles(names: Iterable[Hashable]) -> None:
    seen: set[Hashable] = set()
    for name in names:
        if name in seen:
            raise _Doubled(str(name))
        seen.add(name)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that were filled in: one left blank was not given."""
    return {name: _deep(item) for name, item in fields.items() if item is not None and item != ""}


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return _given(value)
    return [_deep(item) for item in value] if isinstance(value, list) else value
