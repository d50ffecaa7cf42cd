"""Excerpts stand word for word in the passage they cite, or the ground does not count."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.opinions import GROUNDS, PAGES, make_dossier, make_opinion, make_persona

from panel.checks import check_review
from panel.checks.language.compared_text import normalise
from panel.records import Ground
from panel.records.review import is_grounded, standing_grounds

PAGES_WITH_TYPE = PAGES | {
    "S4": ("us", "page", ["The “first\u00a0run” – on a full disk… ends with\u00adout a mes\u200bsage, and that’s it."])
}


def flags_for(passage_id, excerpt, pages=None):
    ground = Ground(number=1, side="for", passage_id=passage_id, excerpt=excerpt)
    flags = check_review(make_dossier(pages), [make_persona()], [make_opinion(grounds=(ground,))])
    return [f for f in flags if f.field == "grounds"]


def test_a_clean_opinion_has_no_flags():
    assert check_review(make_dossier(), [make_persona()], [make_opinion()]) == ()


@pytest.mark.parametrize("excerpt", [
    'The "first run" - on a full disk... ends without a message',
    "The “first run” — on   a full disk… ends without a message, and that's it.",
    "“on a full disk... ends without a message”",
])  # fmt: skip
def test_typography_and_white_space_are_no_difference(excerpt):
    assert flags_for("S4.1", excerpt, PAGES_WITH_TYPE) == []


@pytest.mark.parametrize(("passage_id", "excerpt", "check"), [
    ("S9.1", "There is no export of the index", "unknown_passage"),
    ("S3.2", "there is no export of the index", "excerpt_not_in_passage"),
    ("S3.2", "There is no export of an index", "excerpt_not_in_passage"),
    ("S3.2", "There is no export ... building another one elsewhere", "excerpt_not_in_passage"),
    ("S3.2", "ere is no export of the ind", "excerpt_not_in_passage"),
    ("S3.2", "no export", "excerpt_too_short"),
    ("S3.2", "", "excerpt_too_short"),
    ("S3.1", "There is no export of the index", "excerpt_not_in_passage"),
    ("S3.1", "11 minutes on an M2 laptop. There is no export", "excerpt_not_in_passage"),
])  # fmt: skip
def test_an_excerpt_that_is_not_the_passages_words_voids_its_ground(passage_id, excerpt, check):
    flags = flags_for(passage_id, excerpt)
    assert [(f.check, f.severity, f.index) for f in flags] == [(check, "high", 1)]


SHORT = {
    "S1": (
        "maker",
        "pricing",
        ["$19/mo", "MIT", "License: MIT.", "Install it with `npm i lamp` and wait until it glows in the dark."],
    ),
    "S2": ("maker", "docs", [("code", "pip install uv\nuv run --json"), "pip install uv is the whole set-up of it"]),
    "S3": (
        "maker",
        "page",
        [
            "月額980円で使えます。東京で作られたツールです。",
            "ใช้งานได้ฟรีสำหรับทีมขนาดเล็ก",
            "팀 다섯 명까지 무료로 쓸 수 있다",
            "手帳 2026",
        ],
    ),
}


@pytest.mark.parametrize(("passage_id", "excerpt"), [
    ("S1.1", "$19/mo"), ("S1.2", "MIT"), ("S1.3", "License: MIT"), ("S1.3", "“License: MIT.”"), ("S1.4", "npm i lamp"),
    ("S1.4", "`npm i lamp`"), ("S2.1", "pip install uv"), ("S2.1", "run --json"), ("S3.1", "東京で作られたツールです。"),
    ("S3.1", "東京で作られたツール"), ("S3.2", "ฟรีสำหรับทีมขนาดเล็ก"), ("S3.3", "다섯 명까지 무료로 쓸 수"), ("S3.4", "手帳 2026"),
])  # fmt: skip
def test_a_short_passage_a_command_or_a_script_without_blanks_can_be_cited(passage_id, excerpt):
    assert [f.check for f in flags_for(passage_id, excerpt, SHORT) if f.severity == "high"] == []


@pytest.mark.parametrize(("passage_id", "excerpt", "check"), [
    ("S1.4", "it glows", "excerpt_too_short"), ("S2.2", "pip install uv", "excerpt_too_short"), ("S2.1", "uv", "excerpt_too_short"),
    ("S3.1", "東京で", "excerpt_too_short"), ("S3.1", "月額980円です", "excerpt_too_short"), ("S1.2", "", "excerpt_too_short"),
    ("S3.1", "月額981円で使えます", "excerpt_not_in_passage"), ("S1.1", "$29/mo for all of it", "excerpt_not_in_passage"),
])  # fmt: skip
def test_a_few_words_of_a_longer_text_still_cannot(passage_id, excerpt, check):
    assert [f.check for f in flags_for(passage_id, excerpt, SHORT)] == [check]


def test_the_message_says_where_the_words_stand_instead():
    assert "it stands in S3.2" in flags_for("S3.1", "There is no export of the index")[0].message
    assert "edge of two" in flags_for("S3.1", "took 11 minutes on an M2 laptop. There is no export")[0].message


def test_words_in_two_passages_are_noted_and_still_stand():
    twice = PAGES | {
        "S4": (
            "third_party",
            "article",
            ["They write: there is a trial. A trial of Sync lasts 14 days and needs no card."],
        )
    }
    flags = flags_for("S2.2", "A trial of Sync lasts 14 days", twice)
    assert [(f.check, f.severity) for f in flags] == [("excerpt_elsewhere_too", "low")]


def test_an_opinion_without_a_standing_ground_on_its_side_is_ungrounded():
    invented = GROUNDS[0].model_copy(update={"excerpt": "It starts in a second on any machine"})
    opinion = make_opinion(grounds=(invented, GROUNDS[1]))
    flags = check_review(make_dossier(), [make_persona()], [opinion])
    assert "ungrounded" in {f.check for f in flags}
    assert not is_grounded(opinion, flags)
    assert [g.number for g in standing_grounds(opinion, flags)] == [2]
    assert is_grounded(make_opinion(verdict="skip", grounds=(invented, GROUNDS[1])), flags)
    assert is_grounded(make_opinion(verdict="abstain", grounds=()), ())


def test_one_jurors_bad_ground_leaves_anothers_alone():
    invented = GROUNDS[0].model_copy(update={"excerpt": "It starts in a second on any machine"})
    personas = [make_persona("dx"), make_persona("skeptic")]
    opinions = [make_opinion("dx", grounds=(invented,)), make_opinion("skeptic")]
    flags = check_review(make_dossier(), personas, opinions)
    assert [is_grounded(o, flags) for o in opinions] == [False, True]


WORDS = st.lists(
    st.sampled_from(
        ["the", "index", "“notes”", "it’s", "on—a", "laptop…", "3,000", "café", "ﬁle", "ét", "naïve", "A/B"]
    ),
    min_size=8,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.data())
def test_any_run_of_a_passages_own_words_stands_in_it(words, data):
    text = " ".join(words)
    start = data.draw(st.integers(0, len(words) - 6))
    blanks = data.draw(st.sampled_from([" ", "  ", "\n", "\u00a0", "\u200b "]))
    excerpt = blanks.join(words[start : start + 6])
    flags = flags_for("S1.1", excerpt, {"S1": ("maker", "page", [text])})
    assert not [f for f in flags if f.severity == "high"]


@settings(max_examples=60, deadline=None)
@given(WORDS, st.data())
def test_a_changed_word_never_stands(words, data):
    at = data.draw(st.integers(0, len(words) - 1))
    changed = [*words[:at], "zzz", *words[at + 1 :]]
    flags = flags_for("S1.1", " ".join(changed), {"S1": ("maker", "page", [" ".join(words)])})
    assert [f.check for f in flags] == ["excerpt_not_in_passage"]


@given(st.text(max_size=200))
def test_normal_form_is_reached_in_one_step(text):
    assert normalise(normalise(text)) == normalise(text)
