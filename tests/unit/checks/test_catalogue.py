"""The table of checks, its page, and what no text does to it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.opinions import make_dossier, make_opinion, make_persona, one_sentence

from panel.checks import check_review
from panel.checks.catalogue import CHECKS, flag

ROOT = Path(__file__).parents[3]


def test_the_page_shows_the_table_word_for_word():
    page = (ROOT / "docs" / "checks.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(c.name, c.severity, c.meaning) for c in CHECKS.values()]


def test_an_unknown_check_can_not_be_raised():
    with pytest.raises(KeyError):
        flag("no_such_check", "dx", "line", "x")


def test_every_text_field_survives_hostile_content():
    nasty = (
        "\x00\u202e`" * 50 + "<script>{{7*7}}</script>" + "9" * 400 + "$" * 50 + "-" * 200 + "\ud7ff" + "not just " * 30
    )
    opinion = make_opinion(line=nasty, counter=nasty, for_whom=nasty, not_for=nasty, change_mind=nasty)
    flags = check_review(make_dossier(), [make_persona()], [opinion])
    assert {"markup", "hidden_characters"} <= {f.check for f in flags}


PIECES = st.sampled_from(
    [
        "$",
        "€ ",
        "3",
        "1,000",
        "٣",
        "²",
        ".5",
        "%",
        " per cent",
        "forty ",
        "two ",
        "hundred ",
        "million",
        " dollars",
        "May ",
        "Q3 ",
        "2026",
        "-",
        "—",
        "`",
        "GPL",
        "v",
        "Apache ",
        "CC BY-NC ",
        "not ",
        "isn't ",
        "a ",
        ", ",
        "it's ",
        ". ",
        "<b",
        "](",
        "\u200b",
        "K",
        " B",
        "x",
        "I ran ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_spelling_makes_a_check_fall_over(text):
    opinion = make_opinion(line=text, counter=text, quote=one_sentence(text, rests_on="view"))
    assert check_review(make_dossier(), [make_persona()], [opinion]) == check_review(
        make_dossier(), [make_persona()], [opinion]
    )


@pytest.mark.parametrize(
    "part", ["it isn't a ", "not just ", "9,999", "9 % ", "<a ", "[a", "a-", "`", "Apache ", "We ", "Word "]
)
def test_a_hundred_thousand_characters_of_anything_are_read_to_the_end(part):
    """A pattern or a loop that looks at everything once for each character would take hours and be killed."""
    opinion = make_opinion(counter=part * (100_000 // len(part)))
    assert isinstance(check_review(make_dossier(), [make_persona()], [opinion]), tuple)
