"""What the commands print with: data on stdout, talk on stderr, nothing that a terminal would obey."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

MOST_MEASURED = 500  # rows of a streamed table that say how wide its columns are


def safe(text: str) -> str:
    """Text without control, direction and unseen characters: a terminal shows it and obeys nothing in it."""
    from panel.records import without_unseen  # brings the records along: not at start-up

    return without_unseen(text)


def talk(text: str) -> None:
    """One line for the person, on stderr."""
    sys.stderr.write(safe(text) + "\n")
    sys.stderr.flush()


def say(text: str) -> None:
    """Data for the next program or the reader, on stdout."""
    sys.stdout.write(safe(text) + "\n")


def say_json(value: Any) -> None:
    """Exactly one JSON object on stdout; what nobody sees is escaped in it, and nothing is lost."""
    say_parts([json.dumps(value, ensure_ascii=False, indent=1), "\n"])


def say_written(path: Path, then: str, *, json_: bool) -> None:
    """The path of a file that a command wrote, and what to do next with it."""
    if json_:
        say_json({"path": str(path)})
        return
    talk(f"Wrote {path}. {then}")
    say(str(path))


def say_parts(parts: Iterable[str]) -> None:
    """The same of a JSON object that comes in pieces."""
    from panel.records import LINE_ENDS, UNSEEN

    for text in parts:
        for unseen in () if text.isascii() else (UNSEEN, LINE_ENDS):
            text = unseen.sub(lambda found: json.dumps(found.group())[1:-1], text)
        sys.stdout.write(text)


def is_terminal() -> bool:
    """A person can be asked: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def table(rows: list[tuple[str, ...]]) -> str:
    """Columns padded to their widest cell, two spaces apart; no rules, so that it pastes well."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


def table_lines(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """The same of a table too long to be held: as wide as its first rows, and a wider cell after them sticks out."""
    first = list(islice(rows, MOST_MEASURED))
    widths = [max(map(len, column)) for column in zip(*first, strict=True)]
    for row in chain(first, rows):
        yield "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
