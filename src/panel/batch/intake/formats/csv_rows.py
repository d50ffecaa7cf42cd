"""CSV, with whatever delimiter. One broken row costs itself and no other, a quote nobody closed included.

The header is the first of the first few records that names two columns we know, or one below records of a single cell:
sheets write a title, `sep=;` or an encoding above it. The delimiter is the one of `, ; tab |` that makes the header
hold most names we know, then most columns; the standard library's sniffer guesses from quotes in the data and takes
seconds on hostile ones.
"""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from panel.batch.intake.entries import Entry, Rows, Torn, unknown_columns
from panel.batch.intake.field_map import NAMING
from panel.batch.intake.text_lines import TextLines, as_text
from panel.errors import Mistake

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 500
OPEN = "It opens a quote that is not closed, or closes it in the wrong place."
MOST_ROW_LINES = 50  # a quoted text may hold line ends; one that goes on longer is taken for an open quote
HEADER_WITHIN = 10  # records
FieldOf = Callable[[str], str]  # the field a column of this name holds, "" for one unknown


class Header(NamedTuple):
    """The record that names the columns, as one delimiter finds it."""

    known: int  # names that mean something
    names: list[str]
    lines: int  # from the file's start to its end
    delimiter: str


def read_csv(stream: BinaryIO, *, field_of: FieldOf, charset: str = "") -> Rows:
    """Rows of a CSV file as entries by column name; of two columns of one name the first that holds something.

    Rows of empty cells are none. Raises Mistake for a file whose first records name no column that could name a launch.
    """
    with as_text(stream, charset) as text:
        yield from _rows(TextLines(text), field_of)


def _rows(lines: TextLines, field_of: FieldOf) -> Rows:
    start = [(lines.number, line) for line in islice(lines, MOST_ROW_LINES)]
    header = max(
        (_header(start, delimiter, field_of) for delimiter in DELIMITERS), key=lambda h: (h.known, len(h.names))
    )
    if not header.known:
        raise unknown_columns("a name or an address", header.names)
    if len(header.names) > MOST_COLUMNS:
        raise Mistake(f"It has more than {MOST_COLUMNS} columns.", hint="Keep those that describe launches.")
    lines.go_back(start[header.lines :])
    for at, row in _records(lines, header.delimiter, len(header.names)):
        if isinstance(row, str):
            yield Torn(at, row)
        else:
            cells: dict[str, str] = {}
            for name, cell in zip(header.names, row, strict=False):
                cells[name] = cells[name] if cells.get(name, "").strip() else cell
            yield Entry(at, {name: cell for name, cell in cells.items() if name})


def _header(start: list[tuple[int, str]], delimiter: str, field_of: FieldOf) -> Header:
    """The header as this delimiter finds it: two known names, or one below nothing but titles; else the first row."""
    reader = csv.reader((line for _, line in start), delimiter=delimiter)
    none, below_titles = Header(0, [], 0, delimiter), True
    first, alone = none, none
    try:
        for row in islice((row for row in reader if any(cell.strip() for cell in row)), HEADER_WITHIN):
            names = _names(row)
            fields = [field for field in map(field_of, names[:MOST_COLUMNS]) if field]
            known = len(fields) if not {*NAMING}.isdisjoint(fields) else 0
            header = Header(known, names, reader.line_num, delimiter)
            if header.known > 1 or (header.known and below_titles and len(names) > 1):
                return header
            if header.known and below_titles:  # the header of a single column, or a title like "Tools"
                alone = alone if alone.known else header
            first = first if first.names else header._replace(known=0)
            below_titles = below_titles and sum(map(bool, names)) == 1
    except csv.Error:
        pass
    return alone if alone.known else first


def _names(row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    while names and not names[-1]:
        names.pop()
    return names


def _records(lines: TextLines, delimiter: str, columns: int) -> Iterator[tuple[str, list[str] | str]]:
    """Where a row begins, and the row or what is wrong with it. A wrong row that swallowed lines gives them back."""
    kept = _Kept(lines, delimiter)
    reader = csv.reader(kept, delimiter=delimiter, strict=True)
    while True:
        kept.lines = []
        try:
            row: list[str] | str = next(reader)
        except StopIteration:
            yield from lines.passed_over()
            return
        except csv.Error as err:
            row = OPEN if "expected" in str(err) else f"It is no CSV: {err}."
        yield from lines.passed_over()
        if isinstance(row, str) or any(cell.strip() for cell in row):
            wrong = row if isinstance(row, str) else OPEN if lines.ended else _wrong(row, columns)
            if wrong and len(kept.lines) > 1:
                lines.go_back(kept.lines[1:])
                wrong = OPEN
            yield f"line {kept.lines[0][0]}", wrong or row


def _wrong(row: list[str], columns: int) -> str:
    if any("\0" in cell for cell in row):
        return "It holds NUL bytes."
    if len(row) < columns or any(cell.strip() for cell in row[columns:]):
        return f"It has {len(row)} columns and the first row {columns}."
    return ""


class _Kept:
    """The lines of the row under way, handed on without the blanks that some exports write around a quoted cell."""

    def __init__(self, lines: TextLines, delimiter: str) -> None:
        self._source = lines
        end = rf"(?=[{re.escape(delimiter)}\r\n]|\Z)"
        self._around = re.compile(rf'(?<=") +{end}|(?<={re.escape(delimiter)}) +(?="(?:[^"]|"")*+" *{end})')
        self.lines: list[tuple[int, str]] = []

    def __iter__(self) -> "_Kept":
        return self

    def __next__(self) -> str:
        if len(self.lines) >= MOST_ROW_LINES:
            raise csv.Error("the row's end was expected")
        line = next(self._source)
        self.lines.append((self._source.number, line))
        return self._around.sub("", line)
