"""Critics of one launch who copy one another in other order."""

from tests.unit.checks.lantern import make_dossier, make_opinion, make_persona

from panel.checks import check_review
from panel.records import Sentence

ONE = "Whoever moves away rebuilds everything from scratch, since no page by the maker names a way to take it along."
TURNED = "Since no page by the maker names a way to take it along, whoever moves away rebuilds everything from scratch."


def near_copies(one, other):
    personas = [make_persona(name, order=n) for n, name in enumerate(("dx", "skeptic"))]
    opinions = [
        make_opinion(p.persona_id, quote=(Sentence(text=text, rests_on="view"),), line=line)
        for p, text, line in zip(personas, (one, other), ("One command.", "No export."), strict=True)
    ]
    return [f for f in check_review(make_dossier(), personas, opinions) if f.check == "near_copy"]


def test_a_copy_with_its_clauses_turned_round_is_found():
    (flag,) = near_copies(ONE, TURNED)
    assert (flag.persona_id, flag.message) == ("skeptic", "Nearly the same words as dx's.")


def test_words_that_both_took_from_a_page_are_no_copy():
    page = "There is no export of the index, so leaving means building another one elsewhere."
    turned = "So leaving means building another one elsewhere: there is no export of the index."
    assert near_copies(page, turned) == []
