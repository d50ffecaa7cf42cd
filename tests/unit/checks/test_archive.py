"""What a critic wrote before about another product is found, and nothing else is."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.checks.lantern import PAGES, QUOTE, make_dossier, make_opinion, make_persona

from panel.checks.archive import Past, check_archive, said_by
from panel.checks.case import Case, Shelf
from panel.checks.likening import likened, nearest
from panel.records import Sentence
from panel.records.prints import Print

DAY = date(2026, 11, 1)


def case_of(*sentences, name="Lantern", release="2", persona_id="dx", pages=None, line="", grounds=(1,), **launch):
    """One critic's case with this quote."""
    quote = tuple(Sentence(text=text, rests_on="grounds", grounds=grounds) for text in sentences)
    opinion = make_opinion(persona_id, quote=quote, line=line)
    return Case(Shelf(make_dossier(pages, name=name, release=release, **launch)), make_persona(persona_id), opinion)


def said(*sentences, **how):
    (one,) = said_by([case_of(*sentences, **how)])
    return one


def past_quotes(*quotes):
    """Quotes about as many other products, each a list of sentences, as they are kept."""
    return tuple(said(*sentences, name=f"Zorb{i}").quote for i, sentences in enumerate(quotes))


def flags_of(one, *, recent=(), alike=()):
    past = Past({one.case.persona_id: recent}, {text: tuple(alike) for text in one.looked_up})
    return list(check_archive([one], past))


def sentence_print(text, *, name="Oddfern", persona_id="dx"):
    one = said(text, name=name, persona_id=persona_id)
    return Print(
        subject=name.lower(),
        named=f"{name} 1",
        persona_id=persona_id,
        kind="words",
        text=one.sentences[0][1],
        on_day=DAY,
    )


NAMES = st.from_regex(r"[A-Z][a-z]{3,9}", fullmatch=True).filter(lambda n: n.lower() not in {"that", "this", "with"})


@pytest.mark.parametrize(
    "template",
    [
        "{} reads a folder of notes faster than the search box that you own already.",
        "A writer with one folder can judge {} in an afternoon and leave again.",
        "The price of {}'s yearly plan falls on teams that come and go.",
    ],
)
@settings(max_examples=60, deadline=None)
@given(one=NAMES, other=NAMES)
def test_a_template_with_another_name_in_it_reads_the_same(template, one, other):
    texts = [said(template.format(name), name=name).sentences[0][1] for name in (one, other)]
    assert texts[0] == texts[1]


def test_a_name_of_two_letters_is_blotted_where_it_stands_as_spelled():
    assert said("With uv the lock file comes first.", name="uv").sentences[0][1] == "with it the lock file comes first"


def test_figures_prices_versions_and_other_names_are_blotted():
    text = said("Next to Hugging Face it costs $12 a month, or 40% less than v2.1 did.").sentences[0][1]
    assert text == "next to it costs 0 a month or 0 less than 0 did"


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(4)))
def test_the_order_of_sentences_changes_no_match(order):
    before = [sentence_print(s.text.replace("$12", "$9")) for s in QUOTE]
    flags = flags_of(said(*(QUOTE[i].text for i in order)), alike=before)
    assert {f.excerpt for f in flags} == {s.text for s in QUOTE}
    assert {f.check for f in flags} == {"written_before"}


def test_a_sentence_of_another_review_is_found_with_the_review_it_stands_in():
    template = "{} asks for a card before the first result, and that is where most readers will stop."
    (flag,) = flags_of(
        said(template.format("Lantern")), alike=[sentence_print(template.format("Oddfern").replace("most", "many"))]
    )
    assert (flag.check, flag.severity, flag.index) == ("written_before", "medium", 0)
    assert flag.message == "Nearly its own words on Oddfern 1, 2026-11-01."


def test_another_critics_words_are_named_as_theirs():
    text = "It asks for a card before the first result, and that is where most readers will stop."
    (flag,) = flags_of(said(text), alike=[sentence_print(text, persona_id="skeptic")])
    assert flag.message == "Nearly skeptic's words on Oddfern 1, 2026-11-01."


def test_clauses_put_the_other_way_round_are_found():
    one = "Whoever leaves builds another index elsewhere, because the maker documents no export of any kind."
    other = "Because the maker documents no export of any kind, whoever leaves builds another index elsewhere."
    assert [f.check for f in flags_of(said(one), alike=[sentence_print(other)])] == ["written_before"]


UNRELATED = (
    "Two commands start it, and both stand on the first page of the documentation.",
    "A team that bills by the hour will find the yearly plan hard to explain.",
    "Nobody outside the company has counted how often the answers were wrong.",
    "Its plain file format is what would remain if the company closed tomorrow.",
    "The free editor that most writers own already searches folders as well.",
    "Errors carry a number, a cause and a remedy, which is rarer than it sounds.",
)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(UNRELATED), NAMES)
def test_unrelated_prose_is_never_taken_for_a_copy(text, name):
    before = [sentence_print(other, name=name) for other in UNRELATED if other != text]
    assert flags_of(said(text), alike=before) == []


def test_short_sentences_are_alike_by_accident_and_not_compared():
    assert said("It needs 8 GB of memory.", line="Free, and it stays so.").compared == []


SHORT = ("Setup takes two commands.", "Nothing leaves your laptop.", "Its index has no export.")


def test_a_quote_of_short_sentences_is_compared_as_a_whole_in_any_order():
    before = sentence_print("x").model_copy(update={"text": said(*SHORT[::-1]).whole})
    (flag,) = flags_of(said(*SHORT), alike=[before])
    assert flag.message == "The whole quote is nearly its own words on Oddfern 1, 2026-11-01."


def test_a_quote_whose_sentences_are_all_compared_is_not_looked_up_again_as_a_whole():
    one = said(*UNRELATED[:3])
    assert (one.whole, len(one.looked_up)) == ("", 3)


def opening(i):
    return [f"From an empty terminal {UNRELATED[i].lower()}"]


def test_an_opening_of_several_recent_quotes_is_named_with_the_count():
    recent = past_quotes(*(opening(i) for i in range(3)), [UNRELATED[4]])
    (flag,) = [f for f in flags_of(said(*opening(5)), recent=recent) if f.check == "stock_opener"]
    assert flag.message == "Opens like 3 of its last 4 quotes: 'from an empty terminal'."
    assert (flag.field, flag.index, flag.severity) == ("quote", 0, "medium")


def test_an_opening_with_another_name_and_figure_is_the_same_opening():
    recent = past_quotes(*([f"At ${n} a month Zorb{n} undercuts nobody."] for n in range(3)))
    flags = flags_of(said("At $12 a month Lantern is no bargain."), recent=recent)
    assert [f.excerpt for f in flags if f.check == "stock_opener"] == ["at 0 a month it"]


def test_two_of_thirty_openings_are_no_habit():
    recent = past_quotes(*(opening(i) for i in range(2)), *([UNRELATED[i % 6]] for i in range(28)))
    assert [f for f in flags_of(said(*opening(5)), recent=recent) if f.check == "stock_opener"] == []


def test_openings_older_than_the_window_of_thirty_are_left_alone():
    recent = past_quotes(*([UNRELATED[4]] for _ in range(30)), *(opening(i) for i in range(4)))
    assert [f for f in flags_of(said(*opening(5)), recent=recent) if f.check == "stock_opener"] == []


HEADS = ("Nobody shows that", "Ask first whether", "It would be news if", "Teams should doubt that")
TAILS = ("in a larger firm", "once prices change", "after the trial", "when seats are added")


def with_phrase(i, phrase="the bill survives your success"):
    return [UNRELATED[i], f"{HEADS[i]} {phrase} {TAILS[i]}."]


def phrases(one, recent):
    return [f for f in flags_of(one, recent=recent) if f.check == "stock_phrase"]


def test_a_phrase_repeated_over_products_is_named_with_the_count():
    (flag,) = phrases(said(*with_phrase(3)), past_quotes(*(with_phrase(i) for i in range(3))))
    assert flag.excerpt == "the bill survives your success"
    assert (flag.index, flag.severity) == (1, "low")
    assert flag.message == "'the bill survives your success' stands in 3 of its last 3 quotes."


def test_a_phrase_in_three_of_a_hundred_quotes_is_no_stock():
    rest = [[UNRELATED[i % 6] + f" {i}"] for i in range(97)]
    before = past_quotes(*(with_phrase(i) for i in range(3)), *rest)
    assert "the bill survives" not in str([f.excerpt for f in phrases(said(*with_phrase(3)), before)])
    one_more = past_quotes(*(with_phrase(i) for i in range(4)), *rest[:96])
    assert "the bill survives" in str([f.excerpt for f in phrases(said(*with_phrase(3)), one_more)])


def test_a_phrase_that_stands_on_the_products_pages_is_not_the_critics():
    pages = PAGES | {"S4": ("maker", "page", ["We ask if The Bill survives your success, and answer it."])}
    recent = past_quotes(*(with_phrase(i) for i in range(3)))
    assert phrases(said(*with_phrase(3), pages=pages), recent) == []


def test_words_of_what_a_sentence_cites_are_the_fields_own():
    pages = PAGES | {"S1": ("maker", "page", ["x", "x", "A bill that survives, whatever success is yours."])}
    recent = past_quotes(*(with_phrase(i) for i in range(3)))
    assert phrases(said(*with_phrase(3), pages=pages), recent) == []


def test_little_words_alone_make_no_phrase():
    text = "That is what it is for and what you would do with it."
    assert phrases(said(text), past_quotes(*([text] for _ in range(5)))) == []


def test_a_phrase_does_not_run_over_the_end_of_a_sentence():
    recent = past_quotes(*(["Nothing here survives.", "Success costs extra."] for _ in range(5)))
    assert phrases(said("Nothing here survives success costs extra."), recent) == []


def test_an_archive_with_nothing_in_it_flags_nothing():
    assert flags_of(said(*(s.text for s in QUOTE))) == []


def test_the_first_draw_of_a_critic_is_the_one_that_is_compared():
    first, second = case_of("One way of putting it is this."), case_of("Here is quite another one.")
    (one,) = said_by([first, second])
    assert one.case is first


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_likened_and_is_near_itself(text):
    case = case_of(text)
    found = likened(case, case.sentences[0])
    assert found == " ".join(found.split())
    if found:
        assert nearest(found, [found]) == 0
