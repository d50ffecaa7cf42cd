"""Markdown to blocks, by way of the page a browser would get of it: one reader for both.

Marks go (`**bold**`, `[text](address)`), words stay; what comments and styles in it hide is read by no juror.
"""

import re
from collections.abc import Iterator
from typing import Any

from panel.dossier.clean_text import clean
from panel.dossier.page.html import PageText, read_html
from panel.dossier.page.html_tree import open_html
from panel.dossier.page.passages import Block, plain_blocks
from panel.dossier.visibility.hidden_text import hidden_characters
from panel.dossier.visibility.visible_tree import HiddenText

MARKED = re.compile(r"[*_`#\[\]<>|~\\&]|^([ \t]*([-+]|\d{1,9}[.)])\s|\s{0,3}([-=])\3{2,}\s*$| {4}|\t)", re.MULTILINE)
MOST_MARKDOWN = 1_000_000  # characters; the parser takes 14 s for as many unclosed brackets


def markdown_blocks(text: str) -> Iterator[Block]:
    """Blocks of a Markdown text."""
    yield from read_markdown(text).blocks


def read_markdown(text: str) -> PageText:
    """Blocks of a Markdown text, and what it hides. Text without any mark is plain: no parser is loaded for it."""
    cut = clean(text[:MOST_MARKDOWN])
    if not MARKED.search(cut):
        return PageText(tuple(plain_blocks(cut)), tuple(hidden_characters(text)))
    from markdown_it import MarkdownIt

    env: dict[str, Any] = {}
    drawn = MarkdownIt("commonmark").enable("table").render(cut, env)
    page = read_html(open_html(drawn), is_fragment=True)
    hidden = [*page.hidden, *_unused_titles(env), *hidden_characters(text)]
    if len(text) > MOST_MARKDOWN:
        hidden.append(HiddenText("not read", f"what stands after {MOST_MARKDOWN:,} characters of Markdown"))
    return page._replace(hidden=tuple(hidden))


def _unused_titles(env: dict[str, Any]) -> Iterator[HiddenText]:
    """Titles of link definitions: `[//]: # "words"` draws nothing, and is how Markdown writes a comment."""
    titles = (found["title"] for found in env.get("references", {}).values() if found.get("title"))
    yield from (HiddenText("link title", title) for title in titles)
