"""The maker's figures, and whose word each is."""

import pytest
from tests.support.opinions import make_dossier

from panel.checks import maker_figures
from panel.checks.figures import RANK
from panel.checks.language.mentions import MEASURES

MAKER = "Indexing is 40% faster than in the last release."


def figures(pages):
    return maker_figures(make_dossier(pages))


def standing(maker, other=None, *, voice="third_party", kind="article", neighbours=()):
    pages = {"S1": ("maker", "page", [maker, *neighbours])}
    if other:
        pages["S2"] = (voice, kind, [other])
    (figure,) = figures(pages)
    return figure.standing, figure.others


def test_figures_are_shares_multiples_scores_times_and_sizes_only():
    page = [
        "Answers come 3x faster and 40% cheaper.", "It scores 81.2 on MMLU.", "A query takes 150 ms.", "The model has 24B parameters.",
        "It costs $12 a month and launched on 5 March 2026 as version 2.1.", "1. Open the app. 2. Pick a folder. There are 14 themes.",
    ]  # fmt: skip
    assert [f.figure for f in figures({"S1": ("maker", "page", page)})] == [
        "3x",
        "40%",
        "81.2",
        "150 ms",
        "24B parameters",
    ]


def test_at_most_five_are_listed_measured_ones_first_in_reading_order():
    page = ["A context of 128k tokens and 7B parameters.", "Up 10%, 20% and 30%.", "Down 5% or 6%, in 12 seconds."]
    assert [f.figure for f in figures({"S1": ("maker", "page", page)})] == ["10%", "20%", "30%", "5%", "6%"]


@pytest.mark.parametrize("word", [word for word, unit in MEASURES.items() if unit in RANK])
def test_a_unit_is_found_however_it_is_spelt_and_joined(word):
    """A passage is read only where it may hold a figure: that look misses no spelling."""
    for number in ("7", "7 ", "7-", "2 thousand ", "twenty ", "ten", "twenty-"):
        (figure,) = figures({"S1": ("maker", "page", [f"Build 1, {number}{word}, is here."])})
        assert figure.figure == f"{number}{word}"


@pytest.mark.parametrize("text", ["It scores 81.2 on MMLU.", "It has 7B weights.", "It has 7 M weights."])
def test_a_figure_without_a_unit_is_found(text):
    assert len(figures({"S1": ("maker", "page", [text])})) == 1


def test_one_figure_repeated_is_listed_once_where_it_first_stands():
    (figure,) = figures({"S1": ("maker", "page", [MAKER, "Yes, forty percent."])})
    assert (figure.figure, figure.passage_id, figure.sentence) == ("40%", "S1.1", MAKER)


def test_code_and_other_voices_give_no_makers_figures():
    assert figures({"S1": ("third_party", "article", [MAKER]), "S2": ("unknown", "page", [MAKER])}) == ()


@pytest.mark.parametrize(("other", "expected"), [
    ("Measured on our notes, indexing was 40 percent faster than the release before.", ("supported_by", ("S2.1",))),
    ("Measured on our notes, indexing was 12% faster than the release before.", ("disputed_by", ("S2.1",))),
    ("With a data set of 300 notes indexing was 40% faster on one release and 5% faster on another.", ("disputed_by", ("S2.1",))),
    ("The company says indexing is 40% faster than in the last release.", ("no_method_given", ())),
    ("Indexing was 12% faster than in the last release for me.", ("questioned_by", ("S2.1",))),
    ("Indexing was 40% faster than in the last release for me.", ("no_method_given", ())),
    ("Version 2.1 indexing was 12% faster than in the last release, since 2024.", ("questioned_by", ("S2.1",))),
    ("Indexing was 12% faster than in the last release, on 300 notes.", ("disputed_by", ("S2.1",))),
    ("Is indexing really faster than in the last release?", ("no_method_given", ())),
    ("Rent rose 12% in the city.", ("no_method_given", ())),
    ("Indexing took 40 minutes on the last release.", ("no_method_given", ())),
])  # fmt: skip
def test_another_voice_supports_or_disputes_with_its_own_number_only(other, expected):
    """Another voice supports or disputes only with its own number on the same thing."""
    assert standing(MAKER, other) == expected


def test_a_run_log_counts_as_a_voice_of_ours_whatever_it_is_filed_under():
    log = "lantern: indexing 12% faster than release 1"
    assert standing(MAKER, log, voice="unknown", kind="run_log") == ("disputed_by", ("S2.1",))
    assert standing(MAKER, log, voice="unknown", kind="article") == ("no_method_given", ())


@pytest.mark.parametrize(
    "method", ["We measured on an M2 laptop.", "The baseline is release 1.", "A dataset of 3,000 notes was used."]
)
def test_a_method_in_the_passage_or_beside_it_leaves_only_the_makers_word(method):
    assert standing(MAKER, neighbours=(method,)) == ("makers_word_only", ())
    assert standing(f"{MAKER} {method}") == ("makers_word_only", ())
    assert standing(MAKER, neighbours=("Nothing here.", method)) == ("no_method_given", ())


def test_a_size_by_design_needs_no_method():
    assert standing("The model has 24B parameters.") == ("makers_word_only", ())


def test_a_dossier_without_figures_has_none():
    assert figures({"S1": ("maker", "page", ["A calm place for notes."])}) == ()


@pytest.mark.parametrize(("kind", "expected"), [
    ("article", "disputed_by"), ("discussion", "questioned_by"), ("issues", "questioned_by"),
])  # fmt: skip
def test_how_a_number_was_got_is_not_taken_from_another_persons_comment(kind, expected):
    page = ["Indexing was 12% faster than in the last release.", "I measured reading speed, median of 50 runs."]
    pages = {"S1": ("maker", "page", [MAKER]), "S2": ("third_party", kind, page)}
    assert [f.standing for f in figures(pages)] == [expected]


def test_a_measured_number_wins_over_one_that_only_questions():
    page = ["Indexing was 12% faster than in the last release.", "Nothing.", "Nothing.",
            "Measured on an M2 Pro, indexing was 15% faster than in the last release."]  # fmt: skip
    pages = {"S1": ("maker", "page", [MAKER]), "S2": ("third_party", "discussion", page)}
    assert [(f.standing, f.others) for f in figures(pages)] == [("disputed_by", ("S2.4",))]
