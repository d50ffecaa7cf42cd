"""Blocks of text cut into passages: the smallest things a ground can cite, small enough to check at a glance."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from panel.dossier.clean_text import clean
from panel.records import Passage

BlockKind = Literal["prose", "heading", "code", "table"]

MOST_WORDS = 120
MOST_CHARACTERS = 1000  # for scripts without spaces and for what is no prose at all
CODE_LINES = 40
MOST_PASSAGES = 99_999  # what an id can hold
SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"'\u201d\u2019)\]]*\s+(?=[\"'\u201c\u2018(\[]*[^\sa-z])|(?<=[\u3002\uff0e!?])(?=[^\s])"
)
WORDS = re.compile(r"\S+\s*")


class Block(NamedTuple):
    """A piece of a page in reading order, not yet cut."""

    kind: BlockKind
    text: str


def cut(source_id: str, blocks: Iterable[Block]) -> tuple[Passage, ...]:
    """Passages `S1.1`, `S1.2`, ... of one source. The same blocks give the same ids; empty ones give none."""
    texts = [(block.kind, text) for block in blocks for text in _pieces(block)][:MOST_PASSAGES]
    numbered = enumerate(texts, 1)
    return tuple(Passage(passage_id=f"{source_id}.{n}", kind=kind, text=text) for n, (kind, text) in numbered)


def plain_blocks(text: str) -> Iterator[Block]:
    """Paragraphs of plain text: what blank lines part."""
    for paragraph in re.split(r"\n\s*\n", clean(text)):
        yield Block("prose", paragraph)


def count_words(text: str) -> int:
    """Words, and for scripts that write none apart one for two letters."""
    return max(len(text.split()), sum(c > "\u2e7f" for c in text) // 2)


def _pieces(block: Block) -> Iterator[str]:
    text = clean(block.text)
    if block.kind == "code":
        yield from _code_pieces(text)
    else:
        yield from _prose_pieces(" ".join(text.split()))


def _code_pieces(text: str) -> Iterator[str]:
    """Lines as they stand, without blank ones around them; long listings in parts."""
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    for start in range(0, len(lines), CODE_LINES):
        part = "\n".join(lines[start : start + CODE_LINES]).strip("\n")
        for i in range(0, len(part), 4 * MOST_CHARACTERS):
            if piece := part[i : i + 4 * MOST_CHARACTERS].strip("\n"):
                yield piece


def _prose_pieces(text: str) -> Iterator[str]:
    """Whole sentences up to about `MOST_WORDS`. A sentence longer than that is cut between words."""
    held = ""
    for sentence in _sentences(text):
        if held and _too_long(f"{held} {sentence}"):
            yield held
            held = ""
        held = f"{held} {sentence}".strip()
        if _too_long(held):
            *full, held = _hard_cut(held)
            yield from full
    if held:
        yield held


def _sentences(text: str) -> Iterator[str]:
    """The text in sentences, every character but the white space between them kept."""
    if not _too_long(text):
        yield from [text] if text else []
        return
    start = 0
    for found in SENTENCE_END.finditer(text):
        end = found.end()
        if piece := text[start:end].strip():
            yield piece
        start = end
    if rest := text[start:].strip():
        yield rest


def _hard_cut(text: str) -> list[str]:
    pieces, held, words = [], "", 0
    for word in WORDS.findall(text):
        while len(word) > MOST_CHARACTERS:
            pieces += [held.strip(), word[:MOST_CHARACTERS]]
            held, words, word = "", 0, word[MOST_CHARACTERS:]
        if words == MOST_WORDS or len(held) + len(word) > MOST_CHARACTERS:
            pieces.append(held.strip())
            held, words = "", 0
        held, words = held + word, words + 1
    return [piece for piece in [*pieces, held.strip()] if piece] or [text]


def _too_long(text: str) -> bool:
    return len(text) > MOST_CHARACTERS or len(text.split()) > MOST_WORDS
