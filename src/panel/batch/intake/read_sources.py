"""Sources read row by row: `read_announcements` streams announcements and bad rows, from files, folders and addresses.

Of a file read by lines, AT_ONCE rows are held at most. Feeds in XML and JSON are read whole, up to MOST_BYTES.
Reading goes on in a thread, so that other work on the loop keeps time. One source's failure is one bad row; the others
go on.
"""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from contextlib import closing
from html import unescape
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from panel.batch.intake.entries import MOST_SHOWN, BadRow, Entry, OnProblem, Rows, Torn, unknown_columns
from panel.batch.intake.field_map import ADDRESSES, NAMING, columns_of, may_name
from panel.batch.intake.formats.csv_rows import MOST_COLUMNS, read_csv
from panel.batch.intake.formats.json_rows import read_json, read_jsonl
from panel.batch.intake.formats.launch_rows import launch_text, launches_in, one_launch
from panel.batch.intake.formats.xml_rows import read_xml
from panel.batch.intake.normalize import Unfit, announce, heads_of
from panel.batch.intake.source_spec import Format, SourceSpec, is_address
from panel.batch.intake.text_lines import encoding_of
from panel.dossier import decode_launch_file, joined
from panel.errors import Mistake, PanelError
from panel.records import Announcement, Page

AT_ONCE = 200  # rows read in a thread before the loop has its turn
SourceRow = Announcement | BadRow
OnRow = Callable[[Entry | SourceRow, SourceSpec], None]
FetchFeed = Callable[[str], Awaitable[Page]]  # `partial(fetcher.get, as_feed=True)`; raises PanelError
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
LINK_ELEMENT = re.compile(r"<link\s[^<>]{1,1000}>", re.IGNORECASE)
FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/(?:feed\+)?json", re.IGNORECASE)
HREF = re.compile(r"""\shref\s*=\s*["']?([^"'<>\s]{1,1000})""", re.IGNORECASE)
CONTROLS = bytes({*range(32)} - set(b"\t\n\r\f\x1b"))


async def read_announcements(
    sources: Sequence[SourceSpec],
    *,
    fetch: FetchFeed,
    on_problem: OnProblem = lambda problem: None,
    categories: frozenset[str] = frozenset(),
    on_row: OnRow = lambda row, spec: None,
) -> AsyncIterator[Announcement | BadRow]:
    """Every row of every source, in order, as an announcement or with the reason it can't be used.

    fetch: brings a feed by its address. on_problem: hears of every bad row, and of rows that stay but lost something
    (`kept`). categories: slugs there are; what a source calls otherwise is unknown. on_row: hears of every row as it
    stood, before its problems. Raises nothing for a bad source: it is one BadRow whose `at` is "".
    """
    for spec in sources:
        try:
            with closing(await _open(spec, fetch, on_problem, categories, on_row)) as rows:
                while some := await asyncio.to_thread(list, islice(rows, AT_ONCE)):
                    for row in some:
                        if isinstance(row, BadRow):
                            on_problem(row)
                        yield row
        except PanelError as err:
            problem = BadRow(source=spec.label, at="", reason=_sentence(err))
            on_row(problem, spec)
            on_problem(problem)
            yield problem


async def _open(
    spec: SourceSpec, fetch: FetchFeed, on_problem: OnProblem, categories: frozenset[str], on_row: OnRow
) -> Generator[SourceRow, None, None]:
    """The source's rows, ready to be read in a thread. Raises PanelError."""
    if is_address(spec.source):
        page = await fetch(spec.source)
        if not 200 <= page.status < 300:
            raise Mistake(f"Its server answers {page.status}.", hint="Open the address in a browser.")
        rows = _fetched(spec, page)
    else:
        rows = _local(spec, Path(spec.source), categories)
    return _rows(rows, spec, on_problem, categories, on_row)


def _rows(
    rows: Iterator[Entry | Torn | Announcement],
    spec: SourceSpec,
    on_problem: OnProblem,
    categories: frozenset[str],
    on_row: OnRow,
) -> Generator[SourceRow, None, None]:
    """Rows as announcements; what fails midway ends them with a bad one. Raises Mistake if none could be a launch."""
    heads = frozenset[str]()
    columns: dict[str, None] = {}
    ended = False
    while not ended:
        group, ended = _ahead(rows, spec)
        entries = [row for row in group if isinstance(row, Entry)]
        heads |= heads_of(entries, spec.table)
        for entry in entries:
            if len(columns) <= MOST_COLUMNS:
                columns |= dict.fromkeys(map(str, entry.fields))
        if columns and not may_name(NAMING, columns, spec.table):
            raise unknown_columns("a name or an address", columns)
        for row in group:
            on_row(row, spec)
            yield _announced(row, spec, on_problem, categories, heads) if isinstance(row, Entry) else row
    if columns and not may_name(ADDRESSES, columns, spec.table):
        reason = _sentence(unknown_columns("an address", columns))
        on_problem(BadRow(source=spec.label, at="", reason=reason, kept=True))


def _ahead(rows: Iterator[Entry | Torn | Announcement], spec: SourceSpec) -> tuple[list[Entry | SourceRow], bool]:
    """The next rows, so that what their titles share is known before one is cut; and whether they are the last."""
    group: list[Entry | SourceRow] = []
    try:
        for row in islice(rows, AT_ONCE):
            group.append(BadRow(source=spec.label, at=row.at, reason=row.reason) if isinstance(row, Torn) else row)
        return group, len(group) < AT_ONCE
    except PanelError as err:
        reason = _sentence(err)
    except OSError as err:
        reason = f"Reading it broke off: {err.strerror}."
    return [*group, BadRow(source=spec.label, at="", reason=reason)], True


def _announced(
    entry: Entry, spec: SourceSpec, on_problem: OnProblem, categories: frozenset[str], heads: frozenset[str]
) -> Announcement | BadRow:
    lost: list[str] = []
    try:
        said = announce(entry, spec, categories=categories, note=lost.append, heads=heads)
    except Unfit as err:
        return BadRow(source=spec.label, at=entry.at, reason=str(err))
    for reason in lost:
        on_problem(BadRow(source=spec.label, at=entry.at, reason=reason, kept=True))
    return said


def _local(spec: SourceSpec, path: Path, categories: frozenset[str]) -> Iterator[Entry | Torn | Announcement]:
    where = spec.table.where or spec.label
    try:
        if path.is_dir():
            yield from launches_in(path, label=spec.label, where=where, categories=categories)
            return
        if not path.is_file():
            raise Mistake(f"{spec.source!r} can't be found.", hint="Give a file, a folder or an address.")
        with path.open("rb") as stream:
            kind = format_of(path.name, _start(stream), said=spec.table.format)
            if kind != "launch":
                yield from _read(kind, stream, spec)
                return
    except ValueError as err:  # a name no file can have
        raise Mistake(f"{spec.source!r} is no file's name.", hint="Give a file, a folder or an address.") from err
    yield one_launch(path, label=spec.label, where=where, at=path.name, categories=categories)


def _fetched(spec: SourceSpec, page: Page) -> Iterator[Entry | Torn | Announcement]:
    stream = io.BytesIO(page.body)
    name = urlsplit(page.final_url).path.rpartition("/")[2]
    kind = format_of(name, _start(stream), media_type=page.media_type, said=spec.table.format, url=page.final_url)
    if kind == "launch":
        yield from launch_text(name or "the page", decode_launch_file(page.body, what="It"))
    else:
        yield from _read(kind, stream, spec, url=page.final_url, charset=page.charset)


def _read(kind: Format, stream: BinaryIO, spec: SourceSpec, *, url: str = "", charset: str = "") -> Rows:
    if kind == "csv":
        return read_csv(stream, field_of=columns_of(spec.table), charset=charset)
    if kind == "jsonl":
        return read_jsonl(stream, charset=charset)
    if kind in ("json", "json_feed"):
        return read_json(stream, entries=spec.table.entries, url=url, charset=charset)
    if kind in ("rss", "atom"):
        return read_xml(stream, url=url, charset=charset)
    raise Mistake("It is a file, and its format says a folder of launch files.", hint="Leave `format` out.")


def _start(stream: BinaryIO) -> bytes:
    start = stream.read(START)
    stream.seek(0)
    return start


def _sentence(err: PanelError) -> str:
    return f"{err} {err.hint}".strip()


def format_of(name: str, start: bytes, *, media_type: str = "", said: Format = "", url: str = "") -> Format:
    """The format of a text. Raises Mistake for what is none we read, whatever it is called.

    start: its first START bytes or fewer. said: what panel.toml says it is. A media type decides before the name, where
    it is more than "some XML" or "some text". url: where it was found.
    """
    _refuse_binary(start)
    if said:
        return said
    encoding, skipped = encoding_of(start)
    text = start[skipped:].decode(encoding, "replace").lstrip()
    if text[:15].lower().startswith(("<!doctype html", "<html")):
        feed = _named_feed(text, url)
        hint = f"It names its feed: {feed}" if feed else "Look for the feed's address on it."
        raise Mistake("It is a web page, not a feed.", hint=hint)
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


def _named_feed(text: str, url: str) -> str:
    """The address of the feed that a web page says is another form of it, fit for a sentence; "" for none."""
    for link in LINK_ELEMENT.findall(text):
        found = HREF.search(link)
        if found and FEED_TYPE.search(link) and "alternate" in link.lower():
            return ascii(joined(url, unescape(found[1])) or found[1][:MOST_SHOWN])[1:-1]
    return ""


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
