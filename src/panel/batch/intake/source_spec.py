"""What panel.toml says of a source and of a day's shortlist, checked when it is read."""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from panel.records import Value, Voice

Format = Literal["", "rss", "atom", "json_feed", "json", "jsonl", "csv", "launch", "launches"]
FIELDS = ("name", "release", "tagline", "homepage", "listing", "category", "language", "launched_at", "text")
Paths = str | tuple[str, ...]
CUT_GROUPS = frozenset({"name", "release", "tagline"})


class FeedTable(Value):
    """`[feeds.NAME]`: where a feed is and which of its fields are ours. Everything but `source` may be left out.

    A field's value is a dotted path (`node.website`, `links.1`); a text with paths in braces
    (`https://lists.example/item?id={id}`); a constant behind `=` (`=databases`); or a list of these, of which the first
    that gives something counts. "" turns a default off.
    """

    source: str = ""  # a file, a folder or an address; a file's path is from the workspace
    format: Format = ""  # "": by content and name
    where: str = ""  # how a sighting is called on pages; "": the feed's name
    entries: str = ""  # dotted path of the list in a JSON file; "": where such files usually have it
    strip: Paths = ()  # regular expressions taken out of titles
    only: str = ""  # a regular expression; an entry whose title lacks it is no launch
    cut: str = "auto"  # how a title gives name, release and tagline: "auto", "never", or a regex with these groups
    categories: dict[str, str] = {}  # the feed's tags, any case, to categories.yaml's slugs
    name: Paths | None = None
    release: Paths | None = None
    tagline: Paths | None = None
    homepage: Paths | None = None
    listing: Paths | None = None
    category: Paths | None = None
    language: Paths | None = None
    launched_at: Paths | None = None
    text: Paths | None = None  # what an entry says of its launch at length: a source that critics read
    voice: Voice = "unknown"  # whose word that text is

    @field_validator("strip", "only")
    @classmethod
    def _is_pattern(cls, given: Paths) -> Paths:
        for pattern in listed(given):
            compile_pattern(pattern)
        return given

    @model_validator(mode="after")
    def _cut_has_groups(self) -> Self:
        if self.cut not in ("auto", "never") and not set(compile_pattern(self.cut).groupindex) & CUT_GROUPS:
            raise ValueError('cut is "auto", "never" or a regular expression with a group (?P<name>...)')
        return self


class SourceSpec(Value):
    """One thing to read announcements from."""

    label: str  # the feed's name, else the file or address as given
    source: str
    table: FeedTable = FeedTable()


class Shortlist(Value):
    """`[batch]`: which of a day's launches are reviewed."""

    max_reviews: int = Field(default=100, ge=0)  # a batch; 0: all
    pins: tuple[str, ...] = ()  # names, hosts or addresses that go first and pass the filters
    categories: tuple[str, ...] = ()  # slugs; empty: every category. A launch of unknown category passes
    languages: tuple[str, ...] = ()  # "en"; empty: every language. An unknown language passes
    max_age_days: int = Field(default=0, ge=0)  # before the batch's day; 0: any age. An unknown day passes


def is_address(source: str) -> bool:
    """Whether a source, or a command's argument, is a page's address and not a file's or folder's name."""
    return source.lower().startswith(("http://", "https://"))


def listed(paths: Paths | None) -> tuple[str, ...]:
    """One or several, as several; "" is none."""
    given = (paths,) if isinstance(paths, str) else paths or ()
    return tuple(path for path in given if path)


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Raises ValueError, with what is wrong in it, for what is no regular expression."""
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as err:
        raise ValueError(f"{pattern!r} is no regular expression: {err}") from err
