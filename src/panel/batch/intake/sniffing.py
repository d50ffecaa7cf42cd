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
ZIP = b"PK\x03\x04"
PACKED = (b"\x1f\x8b", b"BZh91AY", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!\x1a")
SHEET = "Save it as CSV."
BINARY: tuple[tuple[bytes, bytes, str, str], ...] = (  # how it begins, what is in it, what it is, what to do
    (ZIP, b"xl/", "an Excel workbook", SHEET),
    (ZIP, b"opendocument.spreadsheet", "an OpenDocument spreadsheet", SHEET),
    (ZIP, b"", "a ZIP archive", "Unpack it."),
    (b"\xd0\xcf\x11\xe0", b"", "a file of an old Office, as Excel's .xls", SHEET),
    *((packed, b"", "compressed, as by gzip", "Unpack it.") for packed in PACKED),
    (b"%PDF-", b"", "a PDF", "Copy its table into a CSV file."),
    (b"SQLite format 3\0", b"", "an SQLite database", "Export the table as CSV."),
    (b"PAR1\x15", b"", "a Parquet file", "Export it as CSV."),
    (b"\x89PNG", b"", "a picture", "Give the table as text."),
)
CONTROLS = bytes({*range(32)} - set(b"\t\n\r\f\x1b"))


def format_of(name: str, start: bytes, *, media_type: str = "", said: Format = "") -> Format:
    """The format of a text. Raises Mistake for what is none we read, whatever it is called.

    start: its first START bytes or fewer. said: what panel.toml says it is. A media type decides before the name, where
    it is more than "some XML" or "some text".
    """
    _refuse_binary(start)
    if said:
        return said
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


def _refuse_binary(start: bytes) -> None:
    """Raises Mistake, saying what it is, for what is no text. UTF-16 and UTF-32 are, though half of them are zeros."""
    for begins, holds, what, hint in BINARY:
        if start.startswith(begins) and holds in start:
            raise Mistake(f"It is {what}, not a table or feed.", hint=hint)
    controls = len(start) - len(start.translate(None, CONTROLS))
    if not encoding_of(start)[0].startswith(("utf-16", "utf-32")) and controls * 20 > len(start):
        raise Mistake("It is no text: too many of its bytes are none a text has.", hint="Give it as CSV.")


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
