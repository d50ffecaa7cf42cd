"""Patterns compiled when first needed: all of them together take 40 ms, and an honest page needs a few."""

import re
from collections.abc import Iterator
from functools import cached_property


class Lazy:
    """A regular expression by its source."""

    def __init__(self, source: str, flags: "re.RegexFlag | int" = 0) -> None:
        self.source = source
        self.flags = flags

    @cached_property
    def _compiled(self) -> "re.Pattern[str]":
        return re.compile(self.source, self.flags)

    def search(self, text: str) -> "re.Match[str] | None":
        """The first hit."""
        return self._compiled.search(text)

    def finditer(self, text: str) -> "Iterator[re.Match[str]]":
        """Every hit, left to right."""
        return self._compiled.finditer(text)
