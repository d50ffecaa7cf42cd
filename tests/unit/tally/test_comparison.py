"""Two reviews paired by a written rule."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.opinions import GROUNDS, MADE, STANDS, make_dossier, make_persona, opinion

from panel.checks import check_comparison
from panel.errors import Mistake
from panel.records import Made, Pricing, Review, Rho
from panel.tally import compare, tally
from panel.tally.pick import chance_if_equal

TITLES = ("Developer experience", "Competitor skeptic", "Futurist", "Business analyst")
PERSONAS = [make_persona(t.split()[0].lower(), title=t, order=i) for i, t in enumerate(TITLES)]


def review(name, stands, *, personas=PERSONAS, grade="full", words=None, flags=(), **launch):
    opinions = [opinion(p.persona_id, s) for p, s in zip(personas, stands, strict=True)]
    if words:
        opinions = [
            o.model_copy(update={"words": o.words.model_copy(update=words)}) if hasattr(o, "words") else o
            for o in opinions
        ]
    dossier = make_dossier(name=name, release="", **launch)
    return Review(
        made=MADE,
        how=Made(prompts={}, schema_hash=""),
        grade=grade,
        dossier=dossier,
        personas=tuple(personas),
        opinions=tuple(opinions),
        flags=tuple(flags),
        tally=tally(opinions, personas, flags, Rho()),
    )


def pair(stands_a, stands_b, **launch):
    return compare(review("Alpha", stands_a, **launch), review("Beta", stands_b, **launch), made=MADE)


SHIPS, SKIPS = ("ship",) * 4, ("skip",) * 4


@pytest.mark.parametrize(("a", "b", "pick"), [
    (SHIPS, SKIPS, "a"), (SKIPS, SHIPS, "b"), (SHIPS, SHIPS, "depends"), (SKIPS, SKIPS, "depends"),
    (SHIPS, ("skip", "skip", "abstain", "ship"), "a"), (SHIPS, ("skip", "skip", "ship", "ship"), "depends"),
    (("ship", "ship", "ship", "skip"), ("skip", "skip", "skip", "ship"), "depends"),
    (SHIPS, ("skip", "skip", "failed", "declined"), "depends"), (SHIPS, ("skip", "skip", "ungrounded", "ship"), "depends"),
    (("failed",) * 4, ("failed",) * 4, "depends"),
])  # fmt: skip
def test_a_pick_needs_three_on_one_side_and_none_on_the_other(a, b, pick):
    assert pair(a, b).pick.pick == pick


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STANDS), st.sampled_from(STANDS)), min_size=4, max_size=4))
def test_both_orders_give_one_record_and_swapped_fortunes_a_mirrored_pick(rows):
    a, b = [r[0] for r in rows], [r[1] for r in rows]
    x, y = review("Alpha", a), review("Beta", b)
    assert compare(x, y, made=MADE) == compare(y, x, made=MADE)
    mirror = {"a": "b", "b": "a", "depends": "depends"}
    assert pair(b, a).pick.pick == mirror[pair(a, b).pick.pick]


def test_equal_tools_get_a_pick_about_five_times_in_a_hundred():
    assert chance_if_equal(4) == pytest.approx(0.0469, abs=0.0001)
    assert pair(SHIPS, SHIPS).pick.chance_if_equal == chance_if_equal(4)
    assert [chance_if_equal(k) for k in (0, 1, 2)] == [0, 0, 0]
    assert chance_if_equal(3) == pytest.approx(2 * 0.21**3)
    assert pair(SHIPS, ("failed", *SHIPS[1:])).pick.chance_if_equal == chance_if_equal(3)


def test_tools_that_differ_in_kind_never_get_a_pick():
    both = compare(
        review("Alpha", SHIPS, category="open-models"), review("Beta", SKIPS, category="hosted-apis"), made=MADE
    )
    assert both.pick.pick == "depends"
    assert both.differs_in_kind == ("Alpha is filed under open models, Beta under hosted apis.",)
    assert both.answer == "It depends on the job: choose Alpha for open models, Beta for hosted apis."
    one = compare(review("Alpha", SHIPS), review("Beta", SKIPS, category="hosted-apis"), made=MADE)
    assert one.pick.pick == "depends"
    assert one.differs_in_kind == ("Beta is filed under hosted apis, Alpha under nothing.",)
    assert one.answer == "It depends: Alpha has no category, so nothing says it does the same job as Beta."
    assert pair(SHIPS, SKIPS, category="x").differs_in_kind == ()


def test_the_same_launch_is_not_compared_with_itself():
    with pytest.raises(Mistake, match="alpha"):
        compare(review("Alpha", SHIPS), review("Alpha", SKIPS), made=MADE)


@pytest.mark.parametrize(("a", "b", "answer"), [
    (SHIPS, ("skip", "skip", "skip", "ship"), "Pick Alpha over Beta: Developer experience, Competitor skeptic and Futurist ship it and not the other, and no critic does the reverse."),
    (SKIPS, SHIPS, "Pick Beta over Alpha: Developer experience, Competitor skeptic, Futurist and Business analyst ship it and not the other, and no critic does the reverse."),
    (("ship", "skip", "ship", "ship"), ("skip", "ship", "ship", "ship"), "It depends: choose Alpha if you side with Developer experience, Beta if you side with Competitor skeptic."),
    (("ship", "ship", "skip", "skip"), SKIPS, "It depends: choose Alpha over Beta if you side with Developer experience and Competitor skeptic; the others lean neither way."),
    (SHIPS, SHIPS, "It depends: no critic ships only one of Alpha and Beta."),
    (SHIPS, ("failed", "failed", "ship", "ship"), "It depends: 2 of 4 critics could judge both Alpha and Beta, and none prefers one."),
])  # fmt: skip
def test_the_answer_is_one_short_sentence_that_names_both_tools(a, b, answer):
    found = pair(a, b).answer
    assert found == answer
    assert len(found.split()) <= 30
    assert "Alpha" in found and "Beta" in found


def test_the_reason_counts_who_stands_where():
    because = pair(("ship", "skip", "ship", "ship"), ("skip", "ship", "ship", "ship")).pick.because
    assert (
        because
        == "Developer experience ships Alpha and not Beta; Competitor skeptic ships Beta and not Alpha; a pick needs 3 on one side and none on the other."
    )


def test_a_persona_asked_on_one_side_only_is_not_asked_on_the_other():
    both = compare(review("Alpha", SHIPS), review("Beta", SHIPS[:3], personas=PERSONAS[:3]), made=MADE)
    assert [(s.persona_id, s.a, s.b, s.leans) for s in both.splits][-1] == ("business", "ship", "not_asked", "neither")
    reporter = make_persona("reporter", counts=False)
    with_reporter = compare(
        review("Alpha", (*SHIPS, "abstain"), personas=[*PERSONAS, reporter]), review("Beta", SHIPS), made=MADE
    )
    assert "reporter" not in {s.persona_id for s in with_reporter.splits}


def test_conditions_come_from_those_with_evidence_shippers_first():
    both = pair(("skip", "ship", "ungrounded", "failed"), SHIPS)
    choose = [c.persona_id for c in both.conditions if (c.tool, c.kind) == ("a", "choose_if")]
    skip = [c.persona_id for c in both.conditions if (c.tool, c.kind) == ("a", "skip_if")]
    assert (choose, skip) == (["competitor", "developer"], ["developer", "competitor"])
    assert both.conditions[0].text == "keep your notes as plain files on one laptop"


def test_passages_two_personas_rest_on_are_listed_with_their_sides():
    both = pair(SHIPS, ("ship", "failed", "failed", "failed"))
    assert {c.tool for c in both.cited_together} == {"a"}
    first = both.cited_together[0]
    assert (first.passage_id, len(first.for_personas), first.opposing) == (GROUNDS[0].passage_id, 4, False)


def test_the_grade_is_the_lower_of_the_two():
    for one, other, lower in (("full", "trial", "trial"), ("trial", "specimen", "specimen"), ("full", "full", "full")):
        assert compare(review("Alpha", SHIPS, grade=one), review("Beta", SHIPS, grade=other), made=MADE).grade == lower


def test_prices_are_read_from_the_files_and_none_is_made_up():
    free = Pricing(pricing_class="open_source", entry="nothing, on a 24 GB card of your own", checked=date(2026, 11, 5))
    read = compare(review("Alpha", SHIPS, pricing=free), review("Beta", SHIPS), made=MADE).pricing
    assert read.a == "open source, no licence fee; entry: nothing, on a 24 GB card of your own; checked 5 Nov 2026"
    assert read.b == "Nobody has looked up its price"
    assert read.differs == "We have read no price of Beta, so the two can't be compared."
    looked = Pricing(pricing_class="unknown", checked=date(2026, 11, 5))
    assert (
        compare(review("Alpha", SHIPS, pricing=looked), review("Beta", SHIPS, pricing=free), made=MADE).pricing.a
        == "We looked for a price on 5 Nov 2026 and found none"
    )
    assert (
        pair(SHIPS, SHIPS, pricing=Pricing(pricing_class="usage")).pricing.differs
        == "Both are of one kind: paid by use."
    )
    assert pair(SHIPS, SHIPS, pricing=Pricing(pricing_class="usage")).pricing.a == "paid by use; not checked"


def test_a_pick_of_our_own_tool_says_that_we_own_it() -> None:
    def owned(name: str, stands: tuple[str, ...]) -> Review:
        return review(name, stands, stake="owned")

    won = compare(review("Alpha", SHIPS), review("Beta", SKIPS), made=MADE).answer
    assert "We own" not in won
    assert compare(owned("Alpha", SHIPS), review("Beta", SKIPS), made=MADE).answer == f"{won} We own Alpha."
    assert "We own" not in compare(review("Alpha", SHIPS), owned("Beta", SKIPS), made=MADE).answer


@pytest.mark.parametrize(("line", "contradicts"), [
    ("Beta is the better choice for notes.", True), ("Pick Beta over Alpha.", True), ("Beta beats Alpha on every page.", True), ("Beta wins.", True),
    ("Alpha is the better choice for notes.", False), ("Pick Alpha over Beta.", False), ("Alpha beats Beta.", False), ("Beats Beta on price.", False),
    ("Beta is not the better choice.", False), ("Beta wins on price alone.", False), ("Alphabet soup beats Beta.", False), ("It loses to Beta.", True),
    ("Alpha is worse than Beta.", True),
])  # fmt: skip
def test_prose_that_names_another_winner_than_the_pick_is_flagged_high(line, contradicts):
    both = compare(review("Alpha", SHIPS, words={"line": line}), review("Beta", SKIPS), made=MADE)
    flags = check_comparison(both)
    assert {(f.check, f.severity, f.field) for f in flags} == (
        {("prose_contradicts_pick", "high", "line")} if contradicts else set()
    )


@pytest.mark.parametrize(
    "line",
    [
        "It is the better choice of the two.",
        "The better choice for one desk.",
        "Alpha wins.",
        "Choose this over Beta.",
        "Pick Beta instead of Alpha.",
    ],
)
def test_any_winner_contradicts_an_answer_that_depends(line):
    both = compare(review("Alpha", SHIPS, words={"line": line}), review("Beta", SHIPS), made=MADE)
    assert check_comparison(both) != ()


def test_the_counter_argument_may_say_anything():
    both = compare(review("Alpha", SHIPS, words={"counter": "Beta beats Alpha."}), review("Beta", SKIPS), made=MADE)
    assert check_comparison(both) == ()
