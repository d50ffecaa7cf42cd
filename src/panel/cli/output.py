"""What the commands print with: data on stdout, talk on stderr, nothing that a terminal would obey."""

import json
import re
import sys
from typing import Any

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def safe(text: str) -> str:
    """Text without control and direction characters: a terminal shows it and obeys nothing in it."""
    return CONTROL.sub("", text)


def talk(text: str) -> None:
    """One line for the person, on stderr."""
    sys.stderr.write(safe(text) + "\n")
    sys.stderr.flush()


def say(text: str) -> None:
    """Data for the next program or the reader, on stdout."""
    sys.stdout.write(safe(text) + "\n")


def say_json(value: Any) -> None:
    """Exactly one JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def table(rows: list[tuple[str, ...]]) -> str:
    """Columns padded to their widest cell, two spaces apart; no rules, so that it pastes well."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)
