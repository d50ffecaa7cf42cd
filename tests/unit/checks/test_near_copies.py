"""Critics who copy one another, or what they wrote before about another product, are found, and nothing else is."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.opinions import QUOTE, make_dossier, make_opinion, make_persona

from panel.checks import check_review
from panel.checks.case import Case, DossierIndex
from panel.checks.near_copies import LEAST_WORDS_BEFORE, check_written_before, compared, nearest
from panel.records import Sentence
from panel.records.persona import Print

ONE = "Whoever moves away rebuilds everything from scratch, since no page by the maker names a way to take it along."
TURNED = "Since no page by the maker names a way to take it along, whoever moves away rebuilds everything from scratch."
UNRELATED = (
    "Two commands start it, and both stand on the first page of the documentation.",
    "A team that bills by the hour will find the yearly plan hard to explain.",
    "Nobody outside the company has counted how often the answers were wrong.",
    "Its plain file format is what would remain if the company closed tomorrow.",
    "The free editor that most writers own already searches folders as well.",
    "Errors carry a number, a cause and a remedy, which is rarer than it sounds.",
)


def near_copies(one, other):
    personas = [make_persona(name, order=n) for n, name in enumerate(("dx", "skeptic"))]
    opinions = [
        make_opinion(p.persona_id, quote=(Sentence(text=text, rests_on="view"),), line=line)
        for p, text, line in zip(personas, (one, other), ("One command.", "No export."), strict=True)
    ]
    return [f for f in check_review(make_dossier(), personas, opinions) if f.check == "near_copy"]


def case_of(*sentences, name="Lantern", persona_id="dx", line=""):
    quote = tuple(Sentence(text=text, rests_on="grounds", grounds=(1,)) for text in sentences)
    return Case(
        DossierIndex(make_dossier(name=name)),
        make_persona(persona_id),
        make_opinion(persona_id, quote=quote, line=line),
    )


def before(*sentences, name="Oddfern", persona_id="dx"):
    """What a critic wrote of another product, as it is kept."""
    case = case_of(*sentences, name=name, persona_id=persona_id)
    kept = {"subject": name.lower(), "named": f"{name} 1", "on_day": date(2026, 11, 1)}
    return [Print(persona_id=persona_id, text=text, **kept) for _, text in compared(case, LEAST_WORDS_BEFORE)]


def flags_of(*sentences, past, persona_id="dx"):
    return list(check_written_before([case_of(*sentences, persona_id=persona_id)], {"dx": past}))


@pytest.mark.parametrize("other", [TURNED, ONE.replace("everything", "all of it")])
def test_a_copy_is_found_also_with_its_clauses_turned_round(other):
    (flag,) = near_copies(ONE, other)
    assert (flag.persona_id, flag.message) == ("skeptic", "Nearly the same words as dx's.")


def test_words_that_both_took_from_a_page_are_no_copy():
    page = "There is no export of the index, so leaving means building another one elsewhere."
    turned = "So leaving means building another one elsewhere: there is no export of the index."
    assert near_copies(page, turned) == []


def test_a_template_with_another_name_is_found_with_its_review():
    """A template with another name in it is found with the review it stands in."""
    template = "{} asks for a card before the first result, and that is where most readers will stop."
    past = before(template.format("Oddfern").replace("most", "many"))
    (flag,) = flags_of("It is free.", template.format("Lantern"), past=past)
    assert (flag.check, flag.severity, flag.field, flag.index) == ("written_before", "medium", "quote", 1)
    assert flag.message == "Nearly its own words on Oddfern 1, 2026-11-01."


def test_another_critics_words_are_not_held_against_one():
    assert flags_of(ONE, past=before(ONE), persona_id="skeptic") == []


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(len(QUOTE))))
def test_the_order_of_sentences_changes_no_match(order):
    flags = flags_of(*(QUOTE[i].text for i in order), past=before(*(s.text for s in QUOTE)))
    assert {f.excerpt for f in flags} == {s.text for s in QUOTE}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(UNRELATED))
def test_unrelated_prose_is_never_taken_for_a_copy(text):
    assert flags_of(text, past=before(*(other for other in UNRELATED if other != text))) == []
    assert near_copies(text, next(other for other in UNRELATED if other != text)) == []


def test_short_sentences_are_alike_by_accident_and_not_compared():
    assert before("It needs 8 GB of memory.") == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_compared_and_is_near_itself(text):
    for _, found in compared(case_of(text), 1):
        assert nearest(found, [found]) == 0
