"""Markdown to blocks: headings, paragraphs, list items, code and table rows, in the words a reader sees.

Marks go (`**bold**`, `[text](address)`), words stay; code keeps its lines; a table row keeps its cells apart with `|`
and comes after a row of its column names. A text that holds HTML is read as the page a browser would get of it, so that
what its comments and styles hide is read by no juror.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from panel.dossier.clean_text import clean
from panel.dossier.page.passages import Block, plain_blocks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MARKED = re.compile(r"[*_`#\[\]<>|~\\&]|^([ \t]*([-+]|\d{1,9}[.)])\s|\s{0,3}([-=])\3{2,}\s*$| {4}|\t)", re.MULTILINE)
MOST_MARKDOWN = 1_000_000  # characters; the parser takes 14 s for as many unclosed brackets


def markdown_blocks(text: str) -> Iterator[Block]:
    """Blocks of a Markdown text. Text without any mark is plain text, and no parser is loaded for it."""
    text = clean(text[:MOST_MARKDOWN])
    if not MARKED.search(text):
        yield from plain_blocks(text)
        return
    parser = _parser()
    tokens = parser.parse(text)
    if any(part.type.startswith("html_") for token in tokens for part in (token, *(token.children or ()))):
        from panel.dossier.page.html import fragment_blocks

        parser.add_render_rule("code_inline", _code_in_marks)
        yield from fragment_blocks(parser.renderer.render(tokens, parser.options, {}))
    else:
        yield from _blocks(tokens)


def _blocks(tokens: Sequence["Token"]) -> Iterator[Block]:
    within: list[str] = []  # open block tokens, outermost first
    row: list[str] = []
    for token in tokens:
        if token.type in ("fence", "code_block"):
            yield Block("code", token.content)
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
        elif token.type != "image":
            words.append(token.content)
    return "".join(words)


def as_html(text: str) -> str:
    """The text as a browser would get it, comments and inline HTML included: for finding what it hides."""
    return str(_parser().render(text[:MOST_MARKDOWN]))


def unused_titles(text: str) -> Iterator[str]:
    """Titles of link definitions: `[//]: # "words"` draws nothing, and is how Markdown writes a comment."""
    if "]:" in text:
        env: dict[str, Any] = {}
        _parser().parse(text[:MOST_MARKDOWN], env)
        yield from (found["title"] for found in env.get("references", {}).values() if found.get("title"))


def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _code_in_marks(self: Any, tokens: Sequence["Token"], at: int, options: Any, env: Any) -> str:
    """Code in backticks keeps them, in HTML as in blocks."""
    return f"<code>`{escape(tokens[at].content)}`</code>"
