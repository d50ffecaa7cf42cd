"""Verdicts counted: order, padding and losses can't make a panel surer than it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.opinions import GROUNDS, STANDS, make_opinion, make_persona, opinion

from panel.checks.catalogue import flag
from panel.records import NotAsked, Rho
from panel.tally import tally
from panel.tally.effective_votes import effective_jurors, ship_interval

RHO = Rho()
STRENGTH = {"not_enough": 0, "split": 1, "ship": 2, "skip": 2}


def panel(*stands, **changes):
    personas = [make_persona(f"p{i}", order=i) for i in range(len(stands))]
    return [opinion(p.persona_id, s, **changes) for p, s in zip(personas, stands, strict=True)], personas


def count(*stands, **changes):
    opinions, personas = panel(*stands, **changes)
    return tally(opinions, personas, (), RHO)


@pytest.mark.parametrize(("stands", "verdict"), [
    (("ship",) * 4, "ship"), (("ship", "ship", "ship", "skip"), "ship"), (("ship", "ship", "ship"), "ship"),
    (("ship", "ship", "ship", "failed"), "ship"), (("ship", "ship", "ship", "abstain"), "ship"),
    (("ship", "ship", "ship", "failed", "failed"), "split"), (("ship", "ship", "ship", "ungrounded", "declined"), "split"),
    (("ship", "ship", "skip"), "split"), (("ship", "ship", "skip", "skip"), "split"), (("ship", "ship", "ship", "skip", "failed"), "split"),
    (("ship", "ship"), "not_enough"), (("ship", "ship", "abstain", "abstain"), "not_enough"), (("ship", "skip"), "not_enough"),
    (("skip",) * 4, "skip"), (("skip", "skip", "skip", "ship"), "skip"), (("skip", "skip", "ship"), "split"), ((), "not_enough"),
    (("failed",) * 4, "not_enough"), (("abstain",) * 4, "not_enough"),
])  # fmt: skip
def test_the_written_rule_decides_each_case(stands, verdict):
    assert count(*stands).verdict == verdict


def test_every_stand_is_counted_in_its_own_place():
    counted = count(*STANDS)
    assert [getattr(counted, s) for s in STANDS] == [1] * 7
    assert (counted.asked, counted.voting, counted.ungrounded_personas) == (7, 2, ("p3",))


def test_a_void_ground_takes_the_vote_with_it():
    opinions, personas = panel("ship", "ship", "ship")
    void = flag("excerpt_not_in_passage", "p1", "grounds", "x", index=1)
    assert tally(opinions, personas, (void,), RHO).ungrounded_personas == ("p1",)


def test_personas_that_do_not_count_are_in_no_number():
    opinions, personas = panel("ship", "ship", "ship")
    reporter = make_persona("reporter", counts=False)
    with_reporter = tally([*opinions, opinion("reporter", "abstain")], [*personas, reporter], (), RHO)
    assert with_reporter == tally(opinions, personas, (), RHO)


def test_a_struck_opinion_is_counted_as_struck_and_as_missing():
    opinions, personas = panel("ship", "ship", "ship", "skip")
    counted = tally(opinions, personas, (), RHO, struck=frozenset({"p3"}))
    assert (counted.struck, counted.skip, counted.verdict) == (1, 0, "ship")
    opinions, personas = panel("ship", "ship", "ship", "skip", "skip")
    assert tally(opinions, personas, (), RHO, struck=frozenset({"p3", "p4"})).verdict == "split"


SOME = st.lists(
    st.tuples(st.sampled_from(STANDS), st.floats(0, 1), st.sampled_from(["anthropic", "openai"])), max_size=7
)


def some_panel(rows):
    personas = [make_persona(f"p{i}", order=i % 3) for i in range(len(rows))]
    return [opinion(f"p{i}", s, confidence=c, family=f) for i, (s, c, f) in enumerate(rows)], personas


@settings(max_examples=80, deadline=None)
@given(SOME, st.randoms(use_true_random=False))
def test_shuffling_changes_nothing(rows, random):
    opinions, personas = some_panel(rows)
    before = tally(opinions, personas, (), RHO)
    random.shuffle(opinions)
    random.shuffle(personas)
    assert tally(opinions, personas, (), RHO) == before


@settings(max_examples=80, deadline=None)
@given(SOME, st.data())
def test_losing_an_opinion_never_makes_the_verdict_stronger(rows, data):
    opinions, personas = some_panel(rows)
    before = tally(opinions, personas, (), RHO).verdict
    if not opinions:
        return
    at = data.draw(st.integers(0, len(opinions) - 1))
    lost = {
        "removed": opinions[:at] + opinions[at + 1 :],
        "failed": [*opinions[:at], opinion(f"p{at}", "failed"), *opinions[at + 1 :]],
    }
    for rest in lost.values():
        after = tally(rest, personas, (), RHO).verdict
        assert STRENGTH[after] <= STRENGTH[before]
        assert {before, after} != {"ship", "skip"}


@settings(max_examples=60, deadline=None)
@given(SOME, st.integers(1, 3))
def test_padding_with_repeats_changes_nothing(rows, draws):
    opinions, personas = some_panel(rows)
    repeats = [o.model_copy(update={"draw": d}) for o in opinions for d in range(1, draws + 1)]
    padded = tally([*repeats, *opinions, *opinions], personas, (), RHO)
    assert padded == tally(opinions, personas, (), RHO)


@settings(max_examples=80, deadline=None)
@given(SOME)
def test_numbers_add_up_and_no_votes_give_no_interval(rows):
    counted = tally(*some_panel(rows), (), RHO)
    assert counted.asked == sum(getattr(counted, s) for s in (*STANDS, "struck")) == len(rows)
    assert (counted.interval is None) == (counted.voting == 0)
    if counted.interval:
        share = counted.ship / counted.voting
        assert 0 <= counted.interval.low <= share <= counted.interval.high <= 1
        assert 1 <= counted.interval.effective <= counted.voting + 1e-9
    else:
        assert counted.verdict == "not_enough"


@pytest.mark.parametrize(("rho", "effective"), [(0.4375, 1.73), (0.6, 1.43), (0.8, 1.18)])
def test_four_jurors_of_one_family_are_worth_kishs_number(rho, effective):
    same = Rho(same_family=rho)
    assert effective_jurors(["a"] * 4, same) == pytest.approx(4 / (1 + 3 * rho)) == pytest.approx(effective, abs=0.005)


def test_pairs_over_families_count_as_more_independent():
    assert effective_jurors(["a", "b"], RHO) > effective_jurors(["a", "a"], RHO)
    assert effective_jurors(["a", "a", "b", "b"], RHO) == pytest.approx(16 / (4 + 4 * 0.8 + 8 * 0.44))
    assert effective_jurors(["a"], RHO) == 1
    with pytest.raises(ValueError, match="no votes"):
        effective_jurors([], RHO)


@pytest.mark.parametrize(
    ("ship", "voting", "low", "high"),
    [(4, 4, 0.555, 1.0), (3, 4, 0.284, 0.972), (8, 12, 0.388, 0.875), (0, 4, 0.0, 0.445)],
)
def test_the_interval_is_the_published_jeffreys_one(ship, voting, low, high):
    found = ship_interval(ship, voting, effective=voting)
    assert (found.low, found.high) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_fewer_effective_jurors_widen_the_interval():
    """Fewer effective jurors widen the interval, and unanimity keeps its doubt."""
    assert ship_interval(4, 4, effective=1.18).low < ship_interval(4, 4, effective=4).low < 1
    assert ship_interval(0, 0, effective=1) is None


def test_the_dissent_is_the_most_confident_vote_against():
    opinions, personas = panel("ship", "ship", "ship", "ship", "skip", "skip")
    opinions[4] = opinion("p4", "skip", confidence=0.2)
    opinions[5] = opinion("p5", "skip", confidence=0.9)
    dissent = tally(opinions, personas, (), RHO).dissent
    assert (dissent.persona_id, dissent.kind, dissent.text) == ("p5", "vote", opinions[5].words.line)


def test_an_unanimous_panel_dissents_by_its_greatest_doubters_counter():
    opinions, personas = panel("ship", "ship", "ship")
    opinions[1] = opinion("p1", "ship", confidence=0.1)
    dissent = tally(opinions, personas, (), RHO).dissent
    assert (dissent.persona_id, dissent.kind, dissent.text) == ("p1", "counter", opinions[1].words.counter)


def test_equal_confidence_goes_to_whoever_stands_first_on_the_page():
    opinions, personas = panel("skip", "skip", "ship", "ship", "ship")
    assert tally(opinions[::-1], personas, (), RHO).dissent.persona_id == "p0"


@pytest.mark.parametrize(
    "verdicts", [("skip", "ship"), ("ship", "skip", "skip", "ship", "abstain"), ("abstain", "failed")]
)
def test_at_a_tie_there_is_no_side_to_dissent_from(verdicts):
    opinions, personas = panel(*verdicts)
    assert tally(opinions, personas, (), RHO).dissent is None


def test_an_ungrounded_vote_is_no_dissent_and_a_trial_panel_may_have_none():
    opinions, personas = panel("ship", "ship", "ship", "failed")
    opinions[3] = make_opinion("p3", verdict="skip", grounds=GROUNDS[:1], confidence=1.0)
    assert tally(opinions, personas, (), RHO).dissent.kind == "counter"
    trial = [o.model_copy(update={"words": NotAsked()}) for o in opinions[:3]]
    assert tally(trial, personas[:3], (), RHO).dissent is None
