"""Lines of a file of any size and any encoding, a bounded number of characters at a time."""

import codecs
import io
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from panel.batch.intake.entries import MOST_LINE

SAMPLE = 65_536  # bytes that decide the encoding
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(start: bytes, said: str = "") -> tuple[str, int]:
    """The encoding of a text by its first bytes, and how many of them are its mark.

    By byte order mark, then UTF-16 if about every other byte is 0, then as its server said, then UTF-8 if the bytes are
    that, else Windows-1252.
    """
    for mark, name in MARKS:
        if start.startswith(mark):
            return name, len(mark)
    if wide := _wide(start):
        return wide, 0
    from panel.dossier import web_codec

    for name in (web_codec(said), "utf-8"):
        try:
            codecs.getincrementaldecoder(name)().decode(start, False) if name else ""
        except UnicodeError:
            continue
        if name:
            return name, 0
    return "cp1252", 0


def _wide(start: bytes) -> str:
    """UTF-16 that came without its mark: zeros on one side of most pairs, and on the other of almost none."""
    first, second = start[::2].count(0), start[1::2].count(0)
    if max(first, second) * 3 < len(start) // 2 or min(first, second) * 20 > max(first, second) or len(start) < 8:
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


@contextmanager
def as_text(stream: BinaryIO, said: str = "") -> Iterator[io.TextIOWrapper]:
    """The stream as text with its line ends as they stand. Bytes that fit no character become U+FFFD.

    The stream itself is left open.
    """
    start = stream.read(SAMPLE)
    encoding, skipped = encoding_of(start, said)
    stream.seek(skipped)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


class TextLines:
    """An iterator over lines that knows where it is, can go back a few, and passes over endless ones.

    A line longer than MOST_LINE is left out, and `passed_over` names it.
    """

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._again: deque[tuple[int, str]] = deque()
        self._read = 0
        self.number = 0  # of the line given last
        self.ended = False  # a line was asked for and there was none
        self._too_long: list[int] = []

    def __iter__(self) -> "TextLines":
        return self

    def __next__(self) -> str:
        if self._again:
            self.number, line = self._again.popleft()
            return line
        while True:
            line = self._text.readline(MOST_LINE)
            if not line:
                self.ended = True
                raise StopIteration
            self.number = self._read = self._read + 1
            if len(line) < MOST_LINE or line.endswith("\n"):
                return line
            self._too_long.append(self._read)
            while (more := self._text.readline(MOST_LINE)) and not more.endswith("\n"):
                pass

    def passed_over(self) -> Iterator[tuple[str, str]]:
        """Where lines too long stand, and that they are, each once."""
        while self._too_long:
            yield f"line {self._too_long.pop(0)}", f"It is longer than {MOST_LINE:,} characters."

    def go_back(self, lines: list[tuple[int, str]]) -> None:
        """Give these, with their numbers, again."""
        self._again.extendleft(reversed(lines))
        self.ended = False
