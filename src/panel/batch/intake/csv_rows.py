"""CSV, with whatever delimiter. One broken row costs itself and no other, a quote nobody closed included.

The delimiter is the one of `, ; tab |` that makes the first row hold most names we know, then most columns; the
standard library's sniffer guesses from quotes in the data and takes seconds on hostile ones.
"""

import csv
import re
from collections.abc import Collection, Iterator
from typing import BinaryIO

from panel.batch.intake.lines import Lines, as_text
from panel.batch.intake.rows import MOST_LINE, Entry, Rows, Torn
from panel.errors import Mistake

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 500
OPEN = "It opens a quote that is not closed, or closes it in the wrong place."
MOST_ROW_LINES = 50  # a quoted text may hold line ends; one that goes on longer is taken for an open quote


def read_csv(stream: BinaryIO, *, known: Collection[str], charset: str = "") -> Rows:
    """Rows of a CSV file as entries by column name.

    known: names of columns that mean something, folded. Raises Mistake for a file whose first row names none of them.
    """
    with as_text(stream, charset) as text:
        yield from _rows(Lines(text), known)


def fold_name(name: str) -> str:
    """`Launch Date`, `launch-date` and `launchDate` are one name."""
    return re.sub(r"[\W_]+", "", name).lower()


def _rows(lines: Lines, known: Collection[str]) -> Rows:
    first = next((line for line in lines if line.strip()), "")
    delimiter = _delimiter(first, known)
    names = _names(next(csv.reader([first], delimiter=delimiter), []))
    if not set(map(fold_name, names)) & set(known):
        raise Mistake(
            "Its first row names no column we know.",
            hint="Name the columns in the first row, or map them in a [feeds.NAME] table: docs/feeds.md.",
        )
    for at, row in _records(lines, delimiter, len(names)):
        if isinstance(row, str):
            yield Torn(at, row)
        else:
            yield Entry(at, {name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()})


def _delimiter(first: str, known: Collection[str]) -> str:
    def worth(delimiter: str) -> tuple[int, int]:
        names = next(csv.reader([first], delimiter=delimiter), [])
        return len(set(map(fold_name, names)) & set(known)), len(names)

    return max(DELIMITERS, key=worth)  # the first of equal ones


def _names(row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise Mistake(f"It has more than {MOST_COLUMNS} columns.", hint="Keep those that describe launches.")
    return names


def _records(lines: Lines, delimiter: str, columns: int) -> Iterator[tuple[str, list[str] | str]]:
    """Where a row begins, and the row or what is wrong with it. A wrong row that swallowed lines gives them back."""
    kept = _Kept(lines)
    reader = csv.reader(kept, delimiter=delimiter)
    while True:
        kept.begin()
        try:
            row: list[str] | str = next(reader)
        except StopIteration:
            yield from _too_long(lines)
            return
        except (_Endless, csv.Error) as err:
            row = OPEN if isinstance(err, _Endless) else f"It is no CSV: {err}."
        yield from _too_long(lines)
        if row:
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


def _too_long(lines: Lines) -> Iterator[tuple[str, str]]:
    while lines.too_long:
        yield f"line {lines.too_long.pop(0)}", f"It is longer than {MOST_LINE:,} characters."


class _Endless(Exception):
    """A row goes on over more lines than any row would."""


class _Kept:
    """The lines of the row under way."""

    def __init__(self, lines: Lines) -> None:
        self._source = lines
        self.lines: list[tuple[int, str]] = []

    def begin(self) -> None:
        self.lines = []

    def __iter__(self) -> "_Kept":
        return self

    def __next__(self) -> str:
        if len(self.lines) >= MOST_ROW_LINES:
            raise _Endless
        line = next(self._source)
        self.lines.append((self._source.number, line))
        return line
