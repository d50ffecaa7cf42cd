"""What was asked for is there, and nothing else; verdicts follow from grounds; critics differ."""

from datetime import date

import pytest
from tests.support.opinions import DUE, GROUNDS, QUOTE, make_dossier, make_opinion, make_persona

from panel.checks import check_review
from panel.checks.opinion.completeness import is_public_address, months_after
from panel.records import Declined, Failed, Juror, Reply, Sentence, Unusable

FUTURIST = make_persona("futurist", predicts=True)


def flagged(opinion, persona=None):
    return {f.check for f in check_review(make_dossier(), [persona or make_persona()], [opinion])}


def predicted(**changes):
    return flagged(make_opinion("futurist", prediction=DUE.model_copy(update=changes)), FUTURIST)


def test_a_dated_numbered_prediction_passes():
    assert predicted() == set()


@pytest.mark.parametrize(("changes", "check"), [
    ({"resolve_by": "30 June 2027"}, "prediction_without_date"),
    ({"resolve_by": "2027-02-30"}, "prediction_without_date"),
    ({"resolve_by": ""}, "prediction_without_date"),
    ({"resolve_by": "2027-02-22"}, "prediction_horizon"),
    ({"resolve_by": "2028-11-24"}, "prediction_horizon"),
    ({"resolve_by": "2020-01-01"}, "prediction_horizon"),
    ({"probability": 0.04}, "prediction_probability"),
    ({"probability": 0.96}, "prediction_probability"),
    ({"statement": "Lantern Sync gets cheaper."}, "prediction_without_measure"),
    ({"settled_at": "the pricing page"}, "prediction_address"),
    ({"settled_at": "ftp://lantern.example.org"}, "prediction_address"),
])  # fmt: skip
def test_a_prediction_nobody_could_settle_is_flagged(changes, check):
    assert predicted(**changes) == {check}


def test_a_prediction_is_given_by_whom_it_is_asked_of():
    assert flagged(make_opinion("futurist"), FUTURIST) == {"missing_prediction"}
    assert flagged(make_opinion(prediction=DUE)) == {"unasked_prediction"}


def test_the_first_and_the_last_day_of_the_horizon_are_in_it():
    assert predicted(resolve_by="2027-02-23") == predicted(resolve_by="2028-11-23") == set()
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 31), 24) == date(2028, 12, 31)


@pytest.mark.parametrize(("address", "public"), [
    ("https://lantern.example.org/a?b=1", True), ("http://example.org", True), ("https://localhost/x", False), ("http://10.0.0.1/", False),
    ("https://user@example.org", False), ("javascript:alert(1)", False), ("https://", False), ("https://[::1", False), ("https://printer.local", False),
    (" https://example.org", False), ("https://exa mple.org", False),
])  # fmt: skip
def test_only_an_address_anyone_can_open_settles_a_prediction(address, public):
    assert is_public_address(address) is public


@pytest.mark.parametrize(("replies", "checks"), [
    ((), {"missing_ask"}),
    ((Reply(ask_id="steps", answer=" "),), {"missing_ask"}),
    ((Reply(ask_id="steps", answer="Two."), Reply(ask_id="steps", answer="Three.")), {"repeated_ask"}),
    ((Reply(ask_id="steps", answer="Two."), Reply(ask_id="mood", answer="Calm.")), {"unknown_ask"}),
])  # fmt: skip
def test_own_questions_are_answered_once_each(replies, checks):
    assert flagged(make_opinion(replies=replies)) == checks


def test_a_verdict_against_all_its_own_grounds_is_flagged():
    assert {"verdict_against_grounds", "ungrounded"} <= flagged(
        make_opinion(verdict="skip", grounds=(GROUNDS[0], GROUNDS[2]))
    )
    assert "verdict_outweighed" in flagged(make_opinion(verdict="skip"))
    assert "verdict_outweighed" not in flagged(make_opinion())


def test_a_ship_names_a_cost_and_a_skip_a_merit():
    bare = (Sentence(text="One command is the whole set-up.", rests_on="view"),)
    priced = (Sentence(text="One command is the whole set-up, but leaving means indexing again.", rests_on="view"),)
    only_for, only_against = GROUNDS[:1], GROUNDS[1:2]
    assert "ship_without_cost" in flagged(make_opinion(grounds=only_for, quote=bare))
    assert "ship_without_cost" not in flagged(make_opinion(grounds=only_for, quote=priced))
    assert "ship_without_cost" not in flagged(make_opinion(quote=bare))
    assert "skip_without_merit" in flagged(make_opinion(verdict="skip", grounds=only_against, quote=bare))
    assert "skip_without_merit" not in flagged(make_opinion(verdict="skip", quote=bare))


@pytest.mark.parametrize(("confidence", "expected"), [(0.0, True), (1.0, True), (0.99, False)])
def test_nobody_who_read_a_dossier_is_certain(confidence, expected):
    assert ("absolute_confidence" in flagged(make_opinion(confidence=confidence))) is expected


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four_grounds_are_given(count):
    grounds = tuple(GROUNDS[i % 3].model_copy(update={"number": i + 1}) for i in range(count))
    assert "ground_count" in flagged(make_opinion(grounds=grounds))


def test_opinions_nobody_gave_have_no_flags():
    juror = Juror(persona_id="dx", model="x/y", family="x")
    for kind in (Declined, Unusable, Failed):
        assert check_review(make_dossier(), [make_persona()], [kind(juror=juror, why="no")]) == ()


def panel_of(*ids):
    return [make_persona(i, order=n) for n, i in enumerate(ids)]


def test_two_critics_with_nearly_the_same_words_are_found_on_the_later_one():
    other = tuple(s.model_copy(update={"text": s.text.replace("whole", "entire")}) for s in QUOTE)
    flags = check_review(
        make_dossier(), panel_of("dx", "skeptic"), [make_opinion("skeptic", quote=other), make_opinion("dx")]
    )
    assert {f.persona_id for f in flags if f.check == "near_copy"} == {"skeptic"}
    assert {f.index for f in flags if f.check == "near_copy" and f.field == "quote"} == {0, 1, 2, 3}
    assert [f.persona_id for f in flags if f.check == "same_opening"] == ["skeptic"]


def test_critics_in_their_own_words_are_not_near_copies():
    own = (Sentence(text="Two pages by the maker name no way to take an index elsewhere.", rests_on="view"),)
    flags = check_review(
        make_dossier(),
        panel_of("dx", "skeptic"),
        [
            make_opinion("dx"),
            make_opinion("skeptic", quote=own, line="Leaving costs you the index, and no page says so."),
        ],
    )
    assert not {"near_copy", "same_opening"} & {f.check for f in flags}


def test_the_order_of_opinions_changes_no_flag():
    personas = panel_of("dx", "skeptic", "futurist")
    opinions = [make_opinion(p.persona_id, confidence=1.0, line="I ran it 9 times.") for p in personas]
    assert check_review(make_dossier(), personas, opinions) == check_review(make_dossier(), personas, opinions[::-1])
