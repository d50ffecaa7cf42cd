"""The other two renderings say the same, safely."""

import unicodedata

import pytest
from markdown_it import MarkdownIt
from tests.support import page_records
from tests.support.page_records import review_markdown

from panel.pages import comparison_card, comparison_markdown, review_card


def _tokens(text: str) -> list:
    return MarkdownIt("commonmark").enable("table").parse(text)


def _inline(text: str) -> list:
    return [child for token in _tokens(text) for child in token.children or []]


def test_markdown_opens_with_the_answer_and_has_the_parts_of_the_page() -> None:
    text = comparison_markdown(page_records.comparison())
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert f"# {page_records.ANSWER}" in text
    assert headings == [
        "## Who it is for", "## The tools", "## Reviewer scorecard", "## The maker’s figures", "## Pricing read",
        "## Dissent", "## Predictions", "## Where they meet", "## What differs in kind", "## Details", "## What the critics read",
        "## How this was made",
    ]  # fmt: skip
    assert "Critics read, and ran nothing. 5 pages, 4 by the makers. 23 Nov 2026." in text
    assert sum(token.type == "table_open" for token in _tokens(text)) == 3


def test_markdown_sets_backticks_as_code_and_escapes_the_rest() -> None:
    inline = _inline(comparison_markdown(page_records.hostile()))
    assert "rm -rf <dir>" in [child.content for child in inline if child.type == "code_inline"]
    hrefs = {child.attrs["href"] for child in inline if child.type == "link_open"}
    assert hrefs
    assert not [href for href in hrefs if "evil" in href or not href.startswith("https://")]
    assert not [t for t in _tokens(comparison_markdown(page_records.hostile())) if t.type == "html_block"]
    assert not [child for child in inline if child.type in ("html_inline", "image")]


def test_markdown_puts_a_space_between_sentences() -> None:
    assert "nobody asks for an account. (1) When a file is broken" in comparison_markdown(page_records.comparison())


@pytest.mark.parametrize("render", [comparison_markdown, comparison_card])
def test_every_rendering_says_what_it_is(render) -> None:
    assert (
        render(page_records.comparison("specimen"))
        .lstrip("> *")
        .startswith("Specimen: invented opinions, written by hand, not by a model")
    )
    assert (
        render(page_records.comparison("trial"))
        .lstrip("> *")
        .startswith("A trial model chose these passages and wrote nothing; on a model this small")
    )
    for grade in ("full", "trial", "specimen"):
        text = render(page_records.comparison(grade))
        assert "Draft. Nobody has approved this." in text
        assert "AI critics: labelled lenses, not people" in text


def test_a_review_renders_in_both() -> None:
    assert "The panel would ship Quillbase: 3 of 4 critics say so." in review_markdown(page_records.review_a())
    assert review_card(page_records.review_a()).startswith("The panel would ship Quillbase: 3 of 4 critics say so.")
    assert "failed. The budget of 0.05 USD was reached." in review_card(page_records.troubled_review())


@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_card_keeps_to_its_width_and_sends_text_alone(width: int) -> None:
    """The card keeps to its width and sends nothing to the terminal but text."""
    for record in (page_records.comparison(), page_records.hostile()):
        card = comparison_card(record, width)
        assert max(len(line) for line in card.splitlines()) <= width
        assert not [c for c in card if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs")]


def test_the_card_measures_wide_letters_as_two_columns() -> None:
    wide = "漢字 " * 40
    card = comparison_card(page_records.comparison(answer=wide), 40)
    columns = [sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in card.splitlines()]
    assert max(columns) <= 40


def test_the_card_says_verdicts_in_words_beside_their_signs() -> None:
    card = comparison_card(page_records.comparison())
    assert "+ Quillbase: ship." in card
    assert "- Ledgerline Cloud: skip." in card
