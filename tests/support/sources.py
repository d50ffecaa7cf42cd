"""Sources written for a test, and what was taken in from them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from panel.batch.intake.entries import BadRow
from panel.batch.intake.read_sources import read_announcements
from panel.batch.intake.source_spec import FeedTable, SourceSpec
from panel.records import Page
from panel.records.batch import Announcement

CATEGORIES = frozenset({"databases", "testing", "coding-assistants"})


class Taken:
    """Rows by kind, in order."""

    def __init__(self, rows: Sequence[Announcement | BadRow], heard: Sequence[BadRow]) -> None:
        self.rows = rows
        self.good = [row for row in rows if isinstance(row, Announcement)]
        self.bad = [(row.at, row.reason) for row in rows if isinstance(row, BadRow)]
        self.notes = [(row.at, row.reason) for row in heard if row.kept]
        self.heard = heard


async def nobody(url: str) -> Page:
    raise AssertionError(f"{url} was fetched")


async def take(*specs: SourceSpec, fetch: Any = nobody) -> Taken:
    heard: list[BadRow] = []
    rows = [row async for row in read_announcements(specs, fetch=fetch, on_problem=heard.append, categories=CATEGORIES)]
    return Taken(rows, heard)


async def take_text(folder: Path, text: str | bytes, name: str = "today.csv", /, **table: Any) -> Taken:
    """What is taken in from one file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return await take(SourceSpec(label="today", source=str(path), table=FeedTable(**table)))
