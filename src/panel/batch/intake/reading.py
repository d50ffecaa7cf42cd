"""Sources read row by row: `take_in` streams announcements and bad rows, from files, folders and addresses.

Of a file read by lines, AT_ONCE rows are held at most. Feeds in XML and JSON are read whole, up to `rows.MOST_BYTES`.
Reading goes on in a thread, so that other work on the loop keeps time. One source's failure is one bad row; the others
go on.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from panel.batch.intake.csv_rows import MOST_COLUMNS, read_csv
from panel.batch.intake.fields import columns_of, names_address
from panel.batch.intake.json_rows import read_json, read_jsonl
from panel.batch.intake.launch_rows import launch_text, launches_in, one_launch
from panel.batch.intake.normalize import Unfit, announce, heads_of
from panel.batch.intake.rows import BadRow, Entry, OnProblem, Rows, Torn, listing_of
from panel.batch.intake.sniffing import START, format_of
from panel.batch.intake.tables import Format, SourceSpec
from panel.batch.intake.xml_rows import read_xml
from panel.dossier.launch_file.load import decode
from panel.errors import Mistake, PanelError
from panel.records import Page
from panel.records.batch import Announcement

AT_ONCE = 200  # rows read in a thread before the loop has its turn
Row = Announcement | BadRow
FetchFeed = Callable[[str], Awaitable[Page]]  # `partial(fetcher.get, as_feed=True)`; raises PanelError


async def take_in(
    sources: Sequence[SourceSpec],
    *,
    fetch: FetchFeed,
    on_problem: OnProblem = lambda problem: None,
    categories: frozenset[str] = frozenset(),
) -> AsyncIterator[Announcement | BadRow]:
    """Every row of every source, in order, as an announcement or with the reason it can't be used.

    fetch: brings a feed by its address. on_problem: hears of every bad row, and of rows that stay but lost something
    (`kept`). categories: slugs there are; what a source calls otherwise is unknown. Raises nothing for a bad source: it
    is one BadRow whose `at` is "".
    """
    for spec in sources:
        try:
            with closing(await _open(spec, fetch, on_problem, categories)) as rows:
                while some := await asyncio.to_thread(list, islice(rows, AT_ONCE)):
                    for row in some:
                        if isinstance(row, BadRow):
                            on_problem(row)
                        yield row
        except PanelError as err:
            problem = BadRow(source=spec.label, at="", reason=_sentence(err))
            on_problem(problem)
            yield problem


async def _open(
    spec: SourceSpec, fetch: FetchFeed, on_problem: OnProblem, categories: frozenset[str]
) -> Generator[Row, None, None]:
    """The source's rows, ready to be read in a thread. Raises PanelError."""
    if is_address(spec.source):
        page = await fetch(spec.source)
        if not 200 <= page.status < 300:
            raise Mistake(f"Its server answers {page.status}.", hint="Open the address in a browser.")
        rows = _fetched(spec, page)
    else:
        rows = _local(spec, Path(spec.source), categories)
    return _rows(rows, spec, on_problem, categories)


def is_address(source: str) -> bool:
    """Whether a source is on the web rather than a file's or folder's name."""
    return source.lower().startswith(("http://", "https://"))


def _rows(
    rows: Iterator[Entry | Torn | Announcement], spec: SourceSpec, on_problem: OnProblem, categories: frozenset[str]
) -> Generator[Row, None, None]:
    """Rows as announcements; whatever fails midway ends this source with a last bad row."""
    heads = frozenset[str]()
    columns: dict[str, None] = {}
    ended = False
    while not ended:
        group, ended = _ahead(rows, spec)
        heads |= heads_of((row for row in group if isinstance(row, Entry)), spec.table)
        for row in group:
            if isinstance(row, Entry) and len(columns) <= MOST_COLUMNS:
                columns |= dict.fromkeys(map(str, row.fields))
            yield _announced(row, spec, on_problem, categories, heads) if isinstance(row, Entry) else row
    if columns and not names_address(columns, spec.table):
        on_problem(BadRow(source=spec.label, at="", reason=_no_address(columns), kept=True))


def _ahead(rows: Iterator[Entry | Torn | Announcement], spec: SourceSpec) -> tuple[list[Entry | Row], bool]:
    """The next rows, so that what their titles share is known before one is cut; and whether they are the last."""
    group: list[Entry | Row] = []
    try:
        for row in islice(rows, AT_ONCE):
            group.append(BadRow(source=spec.label, at=row.at, reason=row.reason) if isinstance(row, Torn) else row)
        return group, len(group) < AT_ONCE
    except PanelError as err:
        reason = _sentence(err)
    except OSError as err:
        reason = f"Reading it broke off: {err.strerror}."
    return [*group, BadRow(source=spec.label, at="", reason=reason)], True


def _no_address(columns: Iterable[str]) -> str:
    return (
        f"None of its columns is known to hold an address: {listing_of(columns)}. "
        "Say which does in a [feeds.NAME] table: docs/feeds.md."
    )


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
    kind = format_of(name, _start(stream), media_type=page.media_type, said=spec.table.format)
    if kind == "launch":
        yield from launch_text(name or "the page", decode(page.body, what="It"))
    else:
        yield from _read(kind, stream, spec, url=page.final_url, charset=page.charset)


def _read(kind: Format, stream: BinaryIO, spec: SourceSpec, *, url: str = "", charset: str = "") -> Rows:
    if kind == "csv":
        return read_csv(stream, field_of=columns_of(spec.table), charset=charset)
    if kind == "jsonl":
        return read_jsonl(stream, charset=charset)
    if kind in ("json", "json_feed"):
        return read_json(stream, entries=spec.table.entries, charset=charset)
    if kind in ("rss", "atom"):
        return read_xml(stream, url=url, charset=charset)
    raise Mistake("It is a file, and its format says a folder of launch files.", hint="Leave `format` out.")


def _start(stream: BinaryIO) -> bytes:
    start = stream.read(START)
    stream.seek(0)
    return start


def _sentence(err: PanelError) -> str:
    return f"{err} {err.hint}".strip()
