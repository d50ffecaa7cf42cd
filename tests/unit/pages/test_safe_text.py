"""Text made harmless for HTML, Markdown and a terminal."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from panel.pages.safe_text import Piece, clean, code_span, cut_short, markdown, plain, safe_href, split_code, tail_apart


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07shown", "shown"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tag\U000e0041s", "tags"),
        ("two\n lines\tand\u2028three\x85", "two lines and three"),
        ("nbsp\u00a0kept as a space", "nbsp kept as a space"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("café 日本", "café 日本"),
    ],
)
def test_clean_keeps_what_a_reader_sees_and_nothing_else(text: str, seen: str) -> None:
    assert clean(text) == seen


@given(st.text())
def test_clean_leaves_one_line_and_is_stable(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert all(c.isprintable() or c in "\u200c\u200d" for c in once)


def test_backticks_become_code_and_nothing_else_does() -> None:
    assert split_code("run `quill index` on **notes**") == (
        Piece("run "), Piece("quill index", is_code=True), Piece(" on **notes**"),
    )  # fmt: skip
    assert split_code("a lone ` stays") == (Piece("a lone ` stays"),)


@given(st.lists(st.sampled_from(["`pg_dump`", "`a b`", " ", "today.", "`", "  ", "x"]), max_size=6).map("".join))
@example("Leave with `pg_dump` today.")
def test_taking_the_last_word_apart_loses_nothing(text: str) -> None:
    cut = split_code(text)
    head, tail = tail_apart(cut)
    assert plain(head + tail) == plain(cut)


@pytest.mark.parametrize(
    "url", ["https://quillbase.example/a?b=1#c", "http://example.org:8080/x", "HTTPS://EXAMPLE.org"]
)
def test_ordinary_addresses_become_links(url: str) -> None:
    assert safe_href(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "javascript:alert(1)", "data:text/html,x", "//evil.example", "https:///nohost", "https://user@evil.example",
        "https://a.example/\u202e", "https://a.example/<b>", "https://a.example/ b", "https://a.example:port/", "https://[::1",
        "ftp://a.example", "java\nscript:alert(1)", "https://a.example/`x`",
    ],
)  # fmt: skip
def test_odd_addresses_never_become_links(url: str) -> None:
    assert safe_href(url) == ""


def _words(html_tokens: list, kinds: set[str]) -> str:
    out = []
    for token in html_tokens:
        for child in token.children or []:
            kinds.add(child.type)
            out.append(child.content)
    return "".join(out)


@pytest.mark.parametrize(
    "text",
    [
        "**bold** _it_ ~~no~~", "# head", "- item", "1. item", "12) item", "+ plus", "> quote", "| a | b |", "[x](https://e.example)",
        "![i](x.png)", "<script>alert(1)</script>", "&lt;b&gt;", "a\\*b", "`code` ``", "=====", "---", "$x$", ": def", "[^1]", "<https://e.example>",
    ],
)  # fmt: skip
def test_escaped_text_reads_as_itself_in_markdown(text: str) -> None:
    kinds: set[str] = set()
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown(text))
    assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert _words(tokens, kinds) == text
    assert kinds <= {"text", "text_special", "code_inline"}  # an address is set as code


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_escaped_text_is_never_a_link_or_html(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse("start " + markdown(text))
    kinds: set[str] = set()
    _words(tokens, kinds)
    assert not kinds & {"link_open", "html_inline", "image", "em_open", "strong_open", "s_open"}
    assert not any(t.type in ("html_block", "heading_open", "table_open") for t in tokens)


def test_addresses_in_a_models_text_are_code_and_no_renderer_links_them() -> None:
    assert (
        markdown("see https://evil.example/a and me@evil.example")
        == "see `https://evil.example/a` and `me@evil.example`"
    )


def test_a_code_span_outlasts_the_backticks_it_holds() -> None:
    assert code_span("a `b` c") == "``a `b` c``"
    assert code_span("`") == "`` ` ``"


def test_cut_short_marks_what_is_missing() -> None:
    assert cut_short("abcdef", 4) == "abc…"
    assert cut_short("abcd", 4) == "abcd"
