"""What the commands print with: data on stdout, talk on stderr, nothing that a terminal would obey."""

import json
import sys
from typing import Any


def safe(text: str) -> str:
    """Text without control, direction and unseen characters: a terminal shows it and obeys nothing in it."""
    from panel.records.invisible import without_unseen  # brings the records along: not at start-up

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
    from panel.records.invisible import LINE_ENDS, UNSEEN

    text = json.dumps(value, ensure_ascii=False, indent=1)
    for unseen in () if text.isascii() else (UNSEEN, LINE_ENDS):
        text = unseen.sub(lambda found: json.dumps(found.group())[1:-1], text)
    sys.stdout.write(text + "\n")


def table(rows: list[tuple[str, ...]]) -> str:
    """Columns padded to their widest cell, two spaces apart; no rules, so that it pastes well."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)
