"""The table of checks, its page, and the promise that every row can fire."""

import re
from pathlib import Path

import pytest

from lantern import make_dossier, make_opinion, make_persona
from panel.checks import CHECKS, check_review
from panel.checks.table import flag

ROOT = Path(__file__).parents[3]


def test_the_page_shows_the_table_word_for_word():
    page = (ROOT / "docs" / "checks.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(c.name, c.severity, c.meaning) for c in CHECKS.values()]


def test_every_check_in_the_table_is_raised_somewhere():
    sources = "".join(p.read_text("utf-8") for p in (ROOT / "src/panel/checks").glob("*.py") if p.name != "table.py")
    assert [name for name in CHECKS if f'"{name}"' not in sources] == []


def test_an_unknown_check_can_not_be_raised():
    with pytest.raises(KeyError):
        flag("no_such_check", "dx", "line", "x")


def test_every_text_field_survives_hostile_content():
    nasty = "\x00\u202e`" * 50 + "<script>{{7*7}}</script>" + "9" * 400 + "$" * 50 + "-" * 200 + "\ud7ff" + "not just " * 30
    opinion = make_opinion(line=nasty, counter=nasty, for_whom=nasty, not_for=nasty, change_mind=nasty)
    flags = check_review(make_dossier(), [make_persona()], [opinion])
    assert {"markup", "hidden_characters"} <= {f.check for f in flags}
