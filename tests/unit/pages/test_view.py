"""Records to view values: exact keys, and no state that turns into an empty box."""

from dataclasses import fields

import pytest
from jinja2 import meta
from tests.support import page_records

from panel.pages import render
from panel.pages.model import ComparisonPage, ReviewPage
from panel.pages.view import comparison_view, review_view
from panel.records import Flag

REVIEW_KEYS = {
    "kind", "grade", "banner", "title", "is_answered", "answer", "answer_size", "kicker", "because", "depth", "independence", "sides",
    "critics", "picture", "uncounted", "forecasts", "held", "made", "contents", "status",
    "is_signed", "note", "note_by", "note_role", "corrected", "retracted",
}  # fmt: skip
COMPARISON_KEYS = REVIEW_KEYS | {"choose_first", "pricing_differs", "parity", "together", "differs_in_kind", "rule"}
FROM_CODE = {"style", "style_hash", "linked"}  # HTML only: our style sheet, its hash, the JSON-LD


def test_pages_have_exactly_these_fields() -> None:
    assert {f.name for f in fields(ReviewPage)} == REVIEW_KEYS
    assert {f.name for f in fields(ComparisonPage)} == COMPARISON_KEYS


@pytest.mark.parametrize(("kind", "keys"), [("review", REVIEW_KEYS), ("comparison", COMPARISON_KEYS)])
@pytest.mark.parametrize("ending", ["html", "md"])
def test_templates_read_exactly_the_fields_of_their_page(kind: str, ending: str, keys: set[str]) -> None:
    environment = render._html() if ending == "html" else render._markdown()
    used: set[str] = set()
    for name in (f"{kind}.{ending}", f"layout.{ending}", *(["icons.html", "picture.html"] if ending == "html" else [])):
        used |= meta.find_undeclared_variables(environment.parse(render.template_text(name)))
    used -= {*render._WORDS, "part", "p", "live"}  # macros imported outside the block that calls them
    assert used <= keys | (FROM_CODE if ending == "html" else set())
    unused = {
        "html": {"kind"} if kind == "" else set(),
        "md": {"kind", "title", "answer_size", "kicker", "picture", "contents", "is_signed"},
    }[ending]
    assert keys - used == unused


def test_each_critic_who_counts_is_on_both_sides_and_the_reporter_on_none() -> None:
    page = comparison_view(page_records.comparison())
    assert [c.persona_id for c in page.critics] == [p.persona_id for p in page_records.PERSONAS if p.counts]
    assert all([said.side for said in critic.on] == ["a", "b"] for critic in page.critics)
    assert all(side.reporter is not None and side.reporter.has_words for side in page.sides)


def test_evidence_carries_voice_source_and_whether_it_is_quoted() -> None:
    dx = comparison_view(page_records.comparison()).critics[0].on[0]
    first = dx.sentences[0].notes[0]
    assert (first.quoted, first.is_quoted, first.passage_id) == ("quoted word for word", True, "S1.2")
    assert first.source is not None
    assert (first.source.title, first.source.voice) == ("Quillbase 3 release notes", "the maker's word")


def test_words_that_do_not_stand_in_the_passage_are_never_called_quoted() -> None:
    dx = comparison_view(page_records.hostile()).critics[0].on[0]
    wrong = page_records.ground(1, "for", "S1.1", "words that stand nowhere", "")
    opinion = page_records.QUILL_OPINIONS[0].model_copy(update={"grounds": (wrong,)})
    void = Flag(
        check="excerpt_not_in_passage", severity="high", persona_id=opinion.juror.persona_id, field="grounds", index=1,
        message="Ground 1's excerpt does not stand in S1.1.",
    )  # fmt: skip
    checked = page_records.review_a(opinions=(opinion,)).model_copy(update={"flags": (void,)})
    made_up = review_view(checked, flags=()).critics[0].on[0].notes[0]
    assert (made_up.quoted, made_up.is_quoted) == ("does not count as quoted", False)
    assert (dx.notes[1].quoted, dx.notes[1].source) == ("there is no passage S9.9", None)


def test_view_and_memory_sentences_are_marked_and_uncited_ones_too() -> None:
    page = comparison_view(page_records.comparison())
    assert [s.mark for s in page.critics[1].on[0].sentences] == ["", "memory: unchecked", ""]
    assert page.critics[0].on[0].sentences[2].mark == "view"
    assert comparison_view(page_records.hostile()).critics[0].on[0].sentences[2].mark == "no evidence given"


def test_flags_stand_beside_their_sentence_when_high_or_medium() -> None:
    page = review_view(page_records.review_a())
    assert [f.check for f in page.critics[1].on[0].sentences[1].flags] == ["memory-sentence"]
    assert page.critics[2].on[0].sentences[0].flags == ()
    hidden = review_view(page_records.review_a(), flags=())
    assert hidden.critics[1].on[0].sentences[1].flags == ()


def test_a_flag_about_nobody_stands_on_top() -> None:
    flag = Flag(
        check="answer", severity="high", persona_id="", field="answer", message="The prose contradicts the pick."
    )
    assert [f.message for f in comparison_view(page_records.comparison(), (flag,)).held] == [
        "The prose contradicts the pick."
    ]


def test_those_not_counted_are_listed_with_why() -> None:
    page = review_view(page_records.troubled_review())
    assert [(u.title, u.word) for u in page.uncounted] == [
        ("Developer experience", "Ungrounded, said ship"), ("Competitor skeptic", "Declined"), ("Futurist", "Unusable"),
        ("Business analyst", "Failed"), ("Reporter", "Failed"),
    ]  # fmt: skip
    assert all(u.why for u in page.uncounted)
    assert page.sides[0].conditions.choose == ()


def test_a_critic_missing_from_a_review_is_not_asked() -> None:
    page = comparison_view(
        page_records.comparison(a=page_records.review_a(opinions=page_records.QUILL_OPINIONS[:2]), splits=())
    )
    assert page.critics[2].on[0].stand == "not_asked"
    assert page.critics[2].on[0].why == "Not on this panel."


def test_a_struck_opinion_is_shown_as_struck_and_not_counted() -> None:
    whole = page_records.comparison()
    splits = (whole.splits[0].model_copy(update={"a": "struck"}), *whole.splits[1:])
    page = comparison_view(whole.model_copy(update={"splits": splits}))
    assert ("Developer experience", "Struck") in [(u.title, u.word) for u in page.uncounted]


def test_a_trial_shows_picks_where_words_were_not_asked() -> None:
    page = comparison_view(page_records.comparison("trial"))
    dx = page.critics[0].on[0]
    assert not dx.has_words
    assert "".join(p.text for p in dx.line) == "Picked S1.2: “There is no account and no key.”"
    assert "".join(p.text for p in page.critics[2].on[0].line) == "It picked no passage."
    assert [n.passage_id for n in page.sides[0].conditions.picked_for] == ["S1.2", "S3.2", "S2.1"]
    assert [side.dissent for side in page.sides] == [None, None]


def test_two_releases_of_one_product_are_told_apart() -> None:
    other = page_records.QUILL.model_copy(update={"release": "4"})
    page = comparison_view(
        page_records.comparison(
            b=page_records.review_b(dossier=page_records.dossier(other, page_records.LEDGER_PASSAGES))
        )
    )
    assert [side.name for side in page.sides] == ["Quillbase 3", "Quillbase 4"]


def test_a_price_nobody_knows_stays_unknown_in_the_costs() -> None:
    costs = {row.title: row.cost for row in review_view(page_records.review_a()).sides[0].jurors}
    assert costs["Competitor skeptic"] == "unknown"
    assert costs["Developer experience"] == "$0.0118"


def test_a_long_pick_is_cut_on_the_first_screen_and_whole_in_the_scorecard() -> None:
    dx = comparison_view(page_records.wordy("trial")).critics[0].on[0]
    assert "".join(p.text for p in dx.line).endswith(" …”")
    assert dx.notes[0].excerpt.endswith("and four more words")
