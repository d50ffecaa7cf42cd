"""What a source is, from its name and its first bytes."""

import json
from pathlib import PurePosixPath

from panel.batch.intake.lines import encoding_of
from panel.batch.intake.tables import Format
from panel.errors import Mistake

BY_ENDING: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".yaml": "launch", ".yml": "launch",
    ".md": "launch", ".markdown": "launch",
}  # fmt: skip
BY_TYPE: dict[str, Format] = {
    "application/rss+xml": "rss", "application/rdf+xml": "rss", "application/atom+xml": "atom",
    "application/feed+json": "json_feed", "text/csv": "csv", "application/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/x-ndjson": "jsonl", "application/ndjson": "jsonl", "application/jsonl": "jsonl",
    "application/yaml": "launch", "application/x-yaml": "launch", "text/markdown": "launch",
}  # fmt: skip
START = 65_536  # bytes looked at


def format_of(name: str, start: bytes, *, media_type: str = "") -> Format:
    """The format of a text. Raises Mistake for what is none we read.

    start: its first START bytes or fewer. A media type decides first, where it is more than "some XML" or "some text".
    """
    encoding, skipped = encoding_of(start)
    text = start[skipped:].decode(encoding, "replace").lstrip()
    if text[:15].lower().startswith(("<!doctype html", "<html")):
        raise Mistake("It is a web page, not a feed.", hint="Look for the feed's address on it.")
    if text.startswith("<"):
        return "rss"
    known = BY_TYPE.get(media_type) or BY_ENDING.get(PurePosixPath(name.lower()).suffix)
    if known and known not in ("rss", "atom"):
        return known
    if text.startswith("["):
        return "json"
    if text.startswith("{"):
        return _json_of(text)
    if any(mark in text.partition("\n")[0] for mark in ",;\t|"):
        return "csv"
    raise Mistake(
        "It is no feed, table or launch file we know.",
        hint="It may be RSS, Atom, JSON Feed, JSON, JSON lines, CSV or a launch file; format = says which.",
    )


def _json_of(text: str) -> Format:
    """One object a line, a feed, or a launch file."""
    first, _, rest = text.partition("\n")
    try:
        whole = isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        whole = False
    if whole and rest.lstrip().startswith("{"):
        return "jsonl"
    if "jsonfeed.org/version" in text[:2000]:
        return "json_feed"
    return "launch" if '"sources"' in text and '"name"' in text and '"items"' not in text[:2000] else "json"
