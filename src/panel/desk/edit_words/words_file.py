"""A draft's words as Markdown for an editor's own program, and back: the grammar alone, line by line. Pure.

Three marks begin a line: `#` (first line and headings), `>` (for reading: what passages say, what checks found) and
`* NAME: words` (words to change). The lines below a name are its words, too. One that would begin with a mark, or with
the `[` of files that held decisions, is written with a `\\` before it: nothing a model wrote is read back as anything
but its words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from panel.desk.drafts.text_fields import plain, plain_lines
from panel.records import without_unseen

HEAD = re.compile(r"# (\S+), revision (\d+)")
WORDS = re.compile(r"\* +(\S+?):?(?: +(.*))?")
DECISION = re.compile(r"\[ *\S? *\] +(?:[\w-]+:\w+|held)(?: +\([a-z ]+\))?")  # in files of before `drafts decide`
MARKS = ("#", ">", "*", "[", "\\")


@dataclass(frozen=True)
class FileItem:
    """Words in the file that a person may change: one line, of a note its own lines."""

    name: str
    text: str = ""


Part = FileItem | str  # a str is one line for reading, its mark before it; nobody takes it back


@dataclass(frozen=True)
class Taken:
    """What a file says. problems: lines that can't be taken back, and why, each a sentence."""

    draft_id: str
    number: int  # of the revision it was written from; -1 when the file does not say
    words: dict[str, str]  # by name, with line ends as typed
    problems: tuple[str, ...]


def write_markdown(draft_id: str, number: int, parts: Iterable[Part]) -> str:
    """The file, whole."""
    lines = [f"# {draft_id}, revision {number}"]
    for part in parts:
        if isinstance(part, str):
            lines += [*([""] if part.startswith("#") else []), plain(part)]
        else:
            first, *more = plain_lines(part.text).split("\n")
            lines += ["", f"* {part.name}: {first}".rstrip(), *map(_escaped, more)]
    return "\n".join(lines) + "\n"


def _escaped(line: str) -> str:
    return "\\" + line if line.startswith(MARKS) else line


def read_markdown(text: str, known: Iterable[Part]) -> Taken:
    """What a file says.

    known: the parts it was written from. Lines for reading that are not among them were typed by somebody who meant
    them to be kept: each is a problem, and so is whatever else the grammar does not hold.
    """
    lines = [line.strip() for line in without_unseen(text).split("\n")]
    head = next((i for i, line in enumerate(lines) if line), 0)
    found = HEAD.fullmatch(lines[head])
    reader = _Reader(frozenset(plain(part) for part in known if isinstance(part, str)))
    if any(map(DECISION.fullmatch, lines)):
        reader.problems.append("A file takes words only: decide with `panel drafts decide DRAFT TARGET DECISION`.")
    elif not found:
        reader.problems.append(f"Line {head + 1}: the first line must name the draft: `# DRAFT, revision N`.")
    else:
        for number, line in enumerate(lines[head + 1 :], start=head + 2):
            reader.read(number, line)
    words = {name: "\n".join(typed).strip() for name, typed in reader.words.items()}
    return Taken(found[1] if found else "", int(found[2]) if found else -1, words, tuple(reader.problems))


class _Reader:
    def __init__(self, written: frozenset[str]) -> None:
        self.written, self.problems = written, list[str]()
        self.words: dict[str, list[str]] = {}
        self._at = ""

    def read(self, number: int, line: str) -> None:
        if line.startswith((">", "#")):
            if line not in self.written:
                self._trouble(number, line, "is for reading only. Take the mark before it away, or the line.")
        elif line.startswith("*"):
            self._begin(number, line)
        elif self._at:
            self.words[self._at].append(plain(line.removeprefix("\\")))
        elif line:
            self._trouble(number, line, "belongs to nothing above it.")

    def _begin(self, number: int, line: str) -> None:
        found = WORDS.fullmatch(line)
        if found is None:
            self._trouble(number, line, "is no name with words. Words that begin so need a \\ before them.")
        elif found[1] in self.words:
            self._trouble(number, line, "is there twice.")
        else:
            self._at = found[1]
            self.words[self._at] = [plain(found[2] or "")]

    def _trouble(self, number: int, line: str, why: str) -> None:
        shown = line if len(line) <= 60 else f"{line[:57]}..."
        self.problems.append(f"Line {number}: {shown!r} {why}")
