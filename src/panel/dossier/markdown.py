"""Markdown to blocks: headings, paragraphs, list items, code and table rows, in the words a reader sees.

Marks go (`**bold**`, `[text](address)`), words stay; code keeps its lines; a table row keeps its cells apart with `|`
and comes after a row of its column names.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from panel.dossier.cleaning import clean
from panel.dossier.passages import Block, plain_blocks

if TYPE_CHECKING:
    from markdown_it.token import Token

MARKED = re.compile(r"[*_`#\[\]<>|~\\&]|^(\s*([-+]|\d{1,9}[.)])\s|\s{0,3}([-=])\3{2,}\s*$| {4}|\t)", re.MULTILINE)


def markdown_blocks(text: str) -> Iterator[Block]:
    """Blocks of a Markdown text. Text without any mark is plain text, and no parser is loaded for it."""
    text = clean(text)
    if not MARKED.search(text):
        yield from plain_blocks(text)
        return
    from markdown_it import MarkdownIt

    yield from _blocks(MarkdownIt("commonmark").enable("table").parse(text))


def _blocks(tokens: Sequence["Token"]) -> Iterator[Block]:
    within: list[str] = []  # open block tokens, outermost first
    row: list[str] = []
    for token in tokens:
        if token.type in ("fence", "code_block"):
            yield Block("code", token.content)
        elif token.type == "html_block":
            from panel.dossier.page import fragment_blocks

            yield from fragment_blocks(token.content)
        elif token.type == "inline" and {"th_open", "td_open"} & set(within[-1:]):
            row.append(_words(token))
        elif token.type == "inline":
            yield Block("heading" if within[-1:] == ["heading_open"] else "prose", _words(token))
        elif token.type == "tr_close":
            yield Block("table", " | ".join(row))
            row = []
        if token.nesting > 0:
            within.append(token.type)
        elif token.nesting < 0:
            within.pop()


def _words(inline: "Token") -> str:
    """An inline token as a reader sees it; code in backticks keeps them, an image's description is not seen."""
    words = []
    for token in inline.children or []:
        if token.type == "code_inline":
            words.append(f"`{token.content}`")
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif token.type not in ("html_inline", "image"):
            words.append(token.content)
    return "".join(words)


def as_html(text: str) -> str:
    """The text as a browser would get it, comments and inline HTML included: for finding what it hides."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark").enable("table").render(text))
