"""A draft as Markdown for an editor's own program, and back: the grammar alone, line by line. Pure.

Four marks begin a line and nothing else does: `#` (first line and headings), `>` (for reading: what passages say,
what checks found), `[a] NAME (was)` (something to decide), `* NAME: words` (words to change). The lines below a marker
are its words, too. One that would begin with a mark is written with a `\\` before it, so that nothing a model wrote can
be read back as anything but its words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from panel.desk.drafts.text_fields import plain, plain_lines
from panel.records import without_unseen

HEAD = re.compile(r"# (\S+), revision (\d+)")
MARKER = re.compile(r"\[ *(\S?) *\] +(\S+)(?: +\(([a-z ]+)\))?")
WORDS = re.compile(r"\* +(\S+?):?(?: +(.*))?")
MARKS = ("#", ">", "[", "*", "\\")


@dataclass(frozen=True)
class FileItem:
    """Something in the file that a person may change.

    mark: `a`, `m`, `x`, ...; "" where nothing is marked yet; None of words that are not decided by themselves.
    was: what was decided before, in a word, as the file says it in parentheses.
    text: its words, one line (a note: its own lines); "" of what has none to change.
    """

    name: str
    mark: str | None = None
    was: str = ""
    text: str = ""


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Comment:
    """Lines for reading. Nobody takes them back."""

    lines: tuple[str, ...]


Part = FileItem | Heading | Comment


@dataclass(frozen=True)
class FileProblem:
    """A line that can't be taken back, and why. line: from 1; 0 of the file as a whole."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.why}" if self.line else self.why


@dataclass(frozen=True)
class Taken:
    """What a file says."""

    draft_id: str
    number: int  # of the revision it was written from; -1 when the file does not say
    items: tuple[FileItem, ...]
    problems: tuple[FileProblem, ...]


def write_markdown(draft_id: str, number: int, parts: Iterable[Part]) -> str:
    """The file, whole."""
    lines, last = [f"# {draft_id}, revision {number}"], False
    for part in parts:
        is_words = isinstance(part, FileItem) and part.mark is None
        lines += [*([""] if not (last and is_words) else []), *_lines(part)]
        last = is_words
    return "\n".join(lines) + "\n"


def _lines(part: Part) -> list[str]:
    if isinstance(part, Heading):
        return [f"## {plain(part.text)}".rstrip()]
    if isinstance(part, Comment):
        return [f"> {plain(line)}".rstrip() for line in part.lines]
    lines = plain_lines(part.text).split("\n")
    if part.mark is None:
        return [f"* {part.name}: {lines[0]}".rstrip(), *map(_escaped, lines[1:])]
    was = f" ({part.was})" if part.was else ""
    return [f"[{part.mark or ' '}] {part.name}{was}", *(_escaped(line) for line in lines if part.text)]


def _escaped(line: str) -> str:
    return "\\" + line if line.startswith(MARKS) else line


def read_markdown(text: str, known: Iterable[Part]) -> Taken:
    """What a file says.

    known: the parts it was written from. Headings and lines for reading that are not among them were typed by
    somebody who meant them to be kept: each is a problem, and so is whatever else the grammar does not hold.
    """
    lines = without_unseen(text).removeprefix("\n").split("\n")
    head = next((i for i, line in enumerate(lines) if line.strip()), 0)
    found = HEAD.fullmatch(lines[head].strip())
    written = {line for part in known if not isinstance(part, FileItem) for line in _lines(part)}
    reader = _Reader(frozenset(written))
    for number, line in enumerate(lines[head + bool(found) :], start=head + bool(found) + 1):
        reader.read(number, line.strip())
    problems = reader.problems
    if not found:
        problems = [FileProblem(head + 1, "the first line must name the draft: `# DRAFT, revision N`."), *problems]
        return Taken("", -1, reader.items, tuple(problems))
    return Taken(found[1], int(found[2]), reader.items, tuple(problems))


class _Reader:
    def __init__(self, written: frozenset[str]) -> None:
        self.written, self.problems = written, list[FileProblem]()
        self._items: dict[str, tuple[FileItem, list[str]]] = {}
        self._at = ""

    @property
    def items(self) -> tuple[FileItem, ...]:
        return tuple(replace(item, text="\n".join(lines).strip()) for item, lines in self._items.values())

    def read(self, number: int, line: str) -> None:
        if line.startswith((">", "#")):
            if line not in self.written:
                self._trouble(number, line, "is for reading only. Take the mark before it away, or the line.")
        elif line.startswith("["):
            found = MARKER.fullmatch(line)
            self._begin(number, line, found and FileItem(found[2], found[1].lower(), found[3] or ""), "")
        elif line.startswith("*"):
            found = WORDS.fullmatch(line)
            self._begin(number, line, found and FileItem(found[1]), found[2] if found else "")
        elif self._at:
            self._items[self._at][1].append(plain(line.removeprefix("\\")))
        elif line:
            self._trouble(number, line, "belongs to nothing above it.")

    def _begin(self, number: int, line: str, item: FileItem | None, words: str) -> None:
        if item is None:
            self._trouble(number, line, "is no marker. Words that begin so need a \\ before them.")
        elif item.name in self._items:
            self._trouble(number, line, "is there twice.")
        else:
            self._items[item.name] = (item, [plain(words or "")])
            self._at = item.name

    def _trouble(self, number: int, line: str, why: str) -> None:
        shown = line if len(line) <= 60 else f"{line[:57]}..."
        self.problems.append(FileProblem(number, f"{shown!r} {why}"))


def one_line(items: Sequence[FileItem], *, keeps_lines: frozenset[str]) -> tuple[FileItem, ...]:
    """The items with wrapped words on one line again, but for those whose lines are their own."""
    return tuple(item if item.name in keeps_lines else replace(item, text=plain(item.text)) for item in items)
