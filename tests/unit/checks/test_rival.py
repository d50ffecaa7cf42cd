"""A quote that fits the other product as well is found; one detail clears it."""

import pytest
from tests.unit.checks.lantern import make_dossier, make_opinion, make_persona

from panel.checks.case import Case, Shelf
from panel.checks.rival import check_rival
from panel.records import Sentence

RIVAL = {
    "S1": ("maker", "page", [
        "Moth reads a folder of Markdown and answers questions on your own laptop.",
        "Install it with one command; the desktop app is free, and Sync costs $9 a month for each person.",
        "It indexes any folder and is licensed under MIT.",
    ]),
}  # fmt: skip


def flags(*sentences, grounds=(1, 2, 3), rests_on="grounds", pages=None):
    quote = tuple(
        Sentence(text=t, rests_on=rests_on, grounds=grounds if rests_on == "grounds" else ()) for t in sentences
    )
    case = Case(Shelf(make_dossier()), make_persona(), make_opinion(quote=quote))
    return list(check_rival([case], make_dossier(pages or RIVAL, name="Moth", release="1")))


GENERIC = ("One command installs it on your own laptop.", "Sharing costs something, so a person alone gains most.")


def test_a_quote_without_a_detail_of_its_own_fits_both():
    (flag,) = flags(*GENERIC)
    assert (flag.check, flag.severity, flag.field) == ("fits_any_rival", "medium", "quote")
    assert flag.message == "Nothing in this quote is missing from what is known of Moth: it fits both."


@pytest.mark.parametrize(
    "detail",
    [
        "Sync is $12 a month.",  # the rival's is $9
        "It is 40% faster.",
        "The command is `pip install lantern`.",
        "It runs beside Obsidian.",
        "There is no export to take along.",  # a feature in a cited passage
        "Its yearly bill comes first.",  # "yearly" is in what it cites and not in the rival's
    ],
)
def test_one_detail_the_other_lacks_clears_the_whole_quote(detail):
    assert flags(*GENERIC, detail) == []


@pytest.mark.parametrize(
    "shared", ["Sync is for each person.", "Better than Moth.", "Lantern is what you want.", "It indexes a folder."]
)
def test_what_both_have_and_the_products_own_names_are_no_detail(shared):
    assert len(flags(*GENERIC, shared)) == 1


def test_a_feature_counts_only_where_the_sentence_cites_it():
    assert len(flags(*GENERIC, "An export would help.", rests_on="view")) == 1


def test_the_same_figure_in_other_spelling_is_held_by_the_other():
    pages = RIVAL | {"S2": ("maker", "page", ["It is forty percent faster and costs 12 USD."])}
    assert len(flags(*GENERIC, "Sync is $12, and 40 % faster.", pages=pages)) == 1


def test_a_critic_who_wrote_nothing_is_left_alone():
    from panel.records import NotAsked

    case = Case(Shelf(make_dossier()), make_persona(), make_opinion(words=NotAsked()))
    assert list(check_rival([case], make_dossier(RIVAL, name="Moth"))) == []
