"""JSON Feed, other JSON, and JSON lines. Nesting, numbers and lengths are bounded by what may be asked for later."""

import json
import re
from collections.abc import Mapping
from itertools import starmap
from typing import Any, BinaryIO

from panel.batch.intake.entries import MOST_BYTES, Entry, Rows, Torn
from panel.batch.intake.source_spec import is_address
from panel.batch.intake.text_lines import TextLines, as_text, encoding_of
from panel.dossier import joined
from panel.errors import Mistake

LINKS = ("url", "external_url")
RELATIVE = re.compile(r"(?!www\.)(?![a-z][a-z0-9+.-]*:)\S*(?:[/?]\S*|\.(?:html?|php|aspx?))", re.IGNORECASE)
USUAL = ("items", "entries", "launches", "hits", "results", "data")  # where a JSON file has its list


def read_jsonl(stream: BinaryIO, *, charset: str = "") -> Rows:
    """One object a line."""
    with as_text(stream, charset) as text:
        yield from _lines(TextLines(text))


def _lines(lines: TextLines) -> Rows:
    for line in lines:
        yield from starmap(Torn, lines.passed_over())
        if line.strip():
            yield _row(f"line {lines.number}", line)
    yield from starmap(Torn, lines.passed_over())


def read_json(stream: BinaryIO, *, entries: str = "", url: str = "", charset: str = "") -> Rows:
    """The objects of the list at the dotted path `entries`, else of the list the file is or usually has.

    url: where it was found. Links of a JSON Feed are relative to that, else to the address it names as its own.
    Raises Mistake for a file that is no JSON, or has no such list.
    """
    raw = read_whole(stream)
    encoding, skipped = encoding_of(raw[:65_536], charset)
    value = _parse(raw[skipped:].decode(encoding, "replace"))
    feed = value if isinstance(value, Mapping) else {}
    is_feed = "jsonfeed.org/version" in str(feed.get("version"))
    base = base_of(url, feed.get("feed_url"), feed.get("home_page_url")) if is_feed else ""
    language = feed.get("language", "")
    for number, item in enumerate(_list(value, entries), 1):
        if isinstance(item, Mapping):
            whole = {key: whole_link(item[key], base) for key in LINKS if base and key in item}
            yield Entry(f"entry {number}", {**item, **whole}, language if isinstance(language, str) else "")
        else:
            yield Torn(f"entry {number}", "It is no object with fields.")


def base_of(*addresses: object) -> str:
    """The first of these that is an address, for links that are relative to it; "" for none."""
    return next((one for one in addresses if isinstance(one, str) and is_address(one)), "")


def whole_link(link: object, base: str) -> object:
    """A link of a feed, whole where it was relative. What looks like an id or a host stays as it is."""
    is_relative = isinstance(link, str) and base and RELATIVE.fullmatch(link.strip())
    return joined(base, str(link)) or link if is_relative else link


def read_whole(stream: BinaryIO) -> bytes:
    """All of it. Raises Mistake for more than MOST_BYTES."""
    raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise Mistake(f"It is larger than {MOST_BYTES // 1_000_000} MB.", hint="Give it as CSV or JSON lines.")
    return raw


def _row(at: str, line: str) -> Entry | Torn:
    try:
        value = _parse(line)
    except Mistake as err:
        return Torn(at, str(err))
    return Entry(at, value) if isinstance(value, Mapping) else Torn(at, "It is no object with fields.")


def _parse(text: str) -> Any:
    """Numbers stay text: a release 2.10 is not 2.1. Raises Mistake."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda name: None)
    except json.JSONDecodeError as err:
        where = f"line {err.lineno}, column {err.colno}" if err.lineno > 1 else f"column {err.colno}"
        raise Mistake(f"It is not whole JSON: {err.msg} at {where}.") from err
    except RecursionError as err:
        raise Mistake("It is nested too deeply.") from err


def _list(value: Any, path: str) -> list[Any]:
    if path:
        found = at_path(value, path)
    elif isinstance(value, Mapping):
        usual = (value[key] for key in USUAL if isinstance(value.get(key), list))
        lists = [one for one in value.values() if isinstance(one, list) and one and isinstance(one[0], Mapping)]
        found = next(usual, lists[0] if len(lists) == 1 else None)
    else:
        found = value
    if isinstance(found, list):
        return found
    raise Mistake(
        f"It has no list at {path!r}." if path else "No list of launches was found in it.",
        hint='Say where it is in the [feeds.NAME] table: entries = "data.items".',
    )


def at_path(value: Any, path: str) -> Any:
    """What stands at a dotted path (`node.links.0.href`), None when nothing does. A key with dots in it comes first."""
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple) and step.isascii() and step.isdigit() and len(step) < 6:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value
