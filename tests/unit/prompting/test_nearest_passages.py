import pytest

from panel.prompting.nearest_passages import MOST_SHOWN, MOST_WORDS_SHOWN, citable, shortlist
from panel.prompting.question import render_trial
from panel.prompting.schema import trial_schema
from panel.records import Passage

PASSAGES = (
    *(f"Gadget number {n} of the row stands on a shelf in a quiet hall." for n in range(12)),
    "The price list charges 3 dollars a unit, with a discount beyond the quota, by its terms.",
    "Installation takes one command, and the error documentation lists every failed step.",
)


def persona_of(personas, persona_id):
    return next(persona for persona in personas if persona.persona_id == persona_id)


def test_each_critic_is_shown_what_its_questions_are_about(personas, make_dossier):
    dossier = make_dossier(*PASSAGES)
    analyst = shortlist(dossier, persona_of(personas, "business-analyst"), most=1)
    developer = shortlist(dossier, persona_of(personas, "developer-experience"), most=1)
    assert [p.passage_id for p in analyst] == ["S1.13"]
    assert [p.passage_id for p in developer] == ["S1.14"]


def test_a_shortlist_keeps_the_dossiers_order_and_its_limit(personas, make_dossier):
    for persona in personas:
        ids = [int(p.passage_id.partition(".")[2]) for p in shortlist(make_dossier(*PASSAGES), persona)]
        assert ids == sorted(ids)
        assert len(ids) == MOST_SHOWN


def test_long_passages_leave_room_for_the_answer(personas, make_dossier):
    """Long passages leave room for the answer, and the nearest is always shown."""
    long = make_dossier(*(f"The price {n} " + "and so on and on " * 60 for n in range(6)))
    words = sum(len(passage.text.split()) for passage in shortlist(long, personas[0]))
    assert 0 < words <= MOST_WORDS_SHOWN
    endless = make_dossier("The price " + "and so on " * 400)
    assert len(shortlist(endless, personas[0])) == 1


def test_a_short_dossier_is_shown_whole(personas, make_dossier):
    dossier = make_dossier("One passage of five words.", "Another passage of five words.")
    assert shortlist(dossier, personas[0]) == dossier.sources[0].passages


def test_a_trial_juror_is_shown_exactly_what_it_may_pick(templates, personas, make_dossier):
    dossier = make_dossier(*PASSAGES)
    for persona in personas:
        ids = trial_schema(dossier, persona)["properties"]["speaks_for"]["items"]["enum"]
        shown = [
            line.partition("]")[0][1:] for line in render_trial(templates, dossier, persona).dossier.splitlines()[2:]
        ]
        assert shown == ids


@pytest.mark.parametrize(
    ("kind", "text", "is_citable"),
    [
        ("prose", "five words make one excerpt", True),
        ("prose", "twenty-five-characters-it-is", True),
        ("prose", "four words only here", False),
        ("heading", "a heading of five or more words", False),
    ],
)
def test_citable_is_what_an_excerpt_can_be(kind, text, is_citable):
    assert citable(Passage(passage_id="S1.1", kind=kind, text=text)) is is_citable
