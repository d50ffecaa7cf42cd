"""What readers hand on: an entry as it stood, or why a row can't be used."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from panel.errors import Mistake
from panel.records import Value

MOST_BYTES = 20_000_000  # of a source that has to be read whole (XML, JSON); lines are streamed without such a bound
MOST_LINE = 200_000  # characters of one line
MOST_SHOWN = 60
MOST_NAMES = 12  # of columns, in a sentence


class BadRow(Value):
    """A row that can't be used as it came, and why; or one that stays but lost something (`kept`)."""

    source: str  # the spec's label
    at: str  # "line 12", "entry 3", "lamp.yaml"; "" for the whole source
    reason: str  # one sentence
    kept: bool = False


class Entry(NamedTuple):
    """One row as it stood, before its fields are ours."""

    at: str
    fields: Mapping[str, Any]
    language: str = ""  # what the whole feed says


class Torn(NamedTuple):
    """A row nobody can read."""

    at: str
    reason: str


Rows = Iterator[Entry | Torn]
OnProblem = Callable[[BadRow], None]


def quoted(value: object) -> str:
    """A hostile value fit for a sentence: escaped and short."""
    text = ascii(value if isinstance(value, str) else str(value)[: 4 * MOST_SHOWN])
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


def unknown_columns(what: str, names: Iterable[str]) -> Mistake:
    """Why rows with these columns, of which the first are named, hold none of this."""
    shown = ", ".join(quoted(name) for name in islice(filter(None, names), MOST_NAMES)) or "it is empty"
    return Mistake(
        f"None of its columns is known to hold {what}: {shown}.",
        hint="Name the columns, as `name` and `url`, or say which does in a [feeds.NAME] table: docs/feeds.md.",
    )
