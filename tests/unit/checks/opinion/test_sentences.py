"""A sentence says no more than the grounds it rests on."""

import pytest
from tests.support.opinions import AS_OF, GROUNDS, PAGES, make_dossier, make_opinion, make_persona, one_sentence

from panel.checks import check_review
from panel.records import Ground, Prediction, Reply, Sentence

EXTRA = {
    "S1.2": ("for", "Search is up to 40% faster than in version 1."),
    "S1.4": ("for", "Lantern is licensed under Apache 2.0 and needs 8 GB of memory."),
    "S3.1": ("against", "On a folder of 3,000 notes the first index took 11 minutes on an M2 laptop."),
    "S2.2": ("for", "A trial of Sync lasts 14 days and needs no card."),
}


def checks_of(text, passage_id="S1.4", *, rests_on="grounds", excerpt="", field="quote"):
    """Names of the flags on a first sentence that rests on one ground."""
    side, whole = EXTRA[passage_id]
    ground = Ground(number=4, side=side, claim="", passage_id=passage_id, excerpt=excerpt or whole)
    opinion = make_opinion(grounds=(*GROUNDS, ground), quote=one_sentence(text, rests_on=rests_on, grounds=(4,)))
    flags = check_review(make_dossier(), [make_persona()], [opinion])
    return {f.check for f in flags if f.field == field and f.index == 0} - {"quote_off_aim"}


@pytest.mark.parametrize(("text", "passage_id"), [
    ("Eight gigabytes is asked for, and it is under Apache-2.0.", "S1.4"),
    ("It is under the Apache License and needs 8GB.", "S1.4"),
    ("Its page says search is 40 percent faster than before.", "S1.2"),
    ("By its own figure search is forty per cent faster.", "S1.2"),
    ("The first index of 3000 notes took eleven minutes on an M2.", "S3.1"),
    ("A folder of 3k notes took 11 minutes to index.", "S3.1"),
    ("The trial of Sync is over after 14 days.", "S2.2"),
])  # fmt: skip
def test_facts_that_stand_in_the_excerpt_pass_in_any_spelling(text, passage_id):
    assert checks_of(text, passage_id) == set()


@pytest.mark.parametrize(("text", "passage_id", "check"), [
    ("It needs 16 GB of memory.", "S1.4", "number_not_in_grounds"),
    ("It needs 8% of the memory.", "S1.4", "number_not_in_grounds"),
    ("It costs $8 for the memory.", "S1.4", "number_not_in_grounds"),
    ("It is licensed under MIT terms.", "S1.4", "number_not_in_grounds"),
    ("It is licensed under GPLv3.", "S1.4", "number_not_in_grounds"),
    ("Indexing took 11 hours on a laptop.", "S3.1", "number_not_in_grounds"),
    ("It was released on 5 March 2024 for writers.", "S1.4", "number_not_in_grounds"),
    ("It took twelve minutes on a laptop.", "S3.1", "number_not_in_grounds"),
    ("For that, Obsidian is free and already there.", "S1.4", "name_not_in_grounds"),
    ("LangChain does the same for free.", "S1.4", "name_not_in_grounds"),
    ("Then run `lantern export` to leave.", "S1.4", "name_not_in_grounds"),
])  # fmt: skip
def test_a_fact_that_stands_in_no_ground_is_flagged(text, passage_id, check):
    assert check in checks_of(text, passage_id)


def test_per_cent_in_words_is_a_share_and_no_coin():
    assert "number_not_in_grounds" in checks_of("Its page says search is fifty per cent faster.", "S1.2")


def test_a_fact_in_the_passage_but_not_in_the_excerpt_weighs_less():
    assert checks_of("It needs 8 GB of memory.", excerpt="Lantern is licensed under Apache 2.0") == {
        "fact_in_passage_only"
    }


def test_the_products_own_name_and_the_dossiers_own_days_are_no_claims():
    assert checks_of(f"Lantern 2 is under Apache 2.0 as of {AS_OF:%d %B %Y}.") == set()


@pytest.mark.parametrize(("name", "text", "other"), [
    ("Open WebUI", "Today OpenAI already sells this.", "OpenAI"), ("Claude Code", "Today Claude does this as well.", "Claude"),
    ("Claude Code", "Today Claude Sonnet does this as well.", "Sonnet"), ("GPT-5 Fine-Tuning API", "Today GPT-5.1 does this.", "GPT-5.1"),
    ("Git Butler", "Today GitHub does this as well.", "GitHub"), ("Data Lens", "Today Databricks does this.", "Databricks"),
    ("Arc", "Today Arcade and McArc do this.", "Arcade"), ("Lantern", "Today Super-Lantern does this.", "Super-Lantern"),
    ("Visual Studio Code", "Today Visual Basic does this.", "Visual"), ("Lantern Notes", "Today Note does this.", "Note"),
])  # fmt: skip
def test_another_name_that_begins_like_the_products_is_another_name(name, text, other):
    assert other in named(text, name, f"{name} is new. Claude Sonnet came before it.")


@pytest.mark.parametrize(("name", "text"), [
    ("Open WebUI", "Today Open WebUI does this."), ("Claude Code", "Today Claude Code's own page says so."),
    ("Lantern Notes", "Today Lantern does this."), ("Lantern Notes", "And LanternNotes does this."),
    ("Mistral 3 Small (24B)", "Today Mistral 3 Small runs with its 24B weights."), ("Lantern", "A Lantern-based index does this."),
])  # fmt: skip
def test_the_products_name_its_beginning_and_its_words_are_its_own(name, text):
    assert named(text, name, f"{name} is new, and Lantern, as we say, does this.") == []


def named(text, name, page):
    dossier = make_dossier(
        {"S1": ("maker", "page", [page, "It does this on any day of the week."])}, name=name, release=""
    )
    ground = Ground(number=1, side="for", passage_id="S1.2", excerpt="It does this on any day of the week.")
    flags = check_review(dossier, [make_persona()], [make_opinion(grounds=(ground,), quote=one_sentence(text))])
    return [
        f.excerpt
        for f in flags
        if f.check in ("name_not_in_grounds", "number_not_in_grounds") and (f.field, f.index) == ("quote", 0)
    ]


@pytest.mark.parametrize(("text", "check"), [
    ("At $12 a month that is fair.", "view_with_number"),
    ("By March 2027 nobody will ask.", "view_with_number"),
    ("An MIT licence would be kinder.", "view_with_number"),
    ("It reads like Obsidian with a search box.", "view_with_name"),
])  # fmt: skip
def test_a_view_states_no_facts(text, check):
    assert check in checks_of(text, rests_on="view")
    assert checks_of("That is a fair deal for one desk.", rests_on="view") == set()


@pytest.mark.parametrize("text", ["Search tools of 2019 cost a little.", "Its rival costs $30 a seat and holds 61 percent.",
                                  "Its rival is under an MIT licence.", "Some 4,000 firms use its rival."])  # fmt: skip
def test_a_figure_from_memory_that_stands_in_no_passage_is_flagged_high(text):
    assert checks_of(text, rests_on="memory") == {"memory_sentence", "number_not_in_grounds"}


@pytest.mark.parametrize(
    "text", ["Two of its rivals do so.", "The trial lasts 14 days, as usual.", "Others ask for 8 GB."]
)
def test_memory_may_count_on_its_fingers_and_repeat_what_any_passage_gives(text):
    assert checks_of(text, rests_on="memory") == {"memory_sentence"}


def flagged(**words):
    """Fields with a number that stands nowhere, of an opinion with these words."""
    flags = check_review(make_dossier(), [make_persona()], [make_opinion(**words)])
    return [f.field for f in flags if f.check == "number_not_in_grounds"]


@pytest.mark.parametrize(("answer", "flags"), [
    ("Its rival costs $30 a seat.", 1), ("It holds 61 percent of the market.", 1), ("It is under an MIT licence.", 1),
    ("It needs one command and three files.", 0), ("Your 4,500 notes are indexed as well.", 0),
    ("For your team it is $77 a month.", 1),
])  # fmt: skip
def test_figures_in_answers_are_looked_for_and_the_readers_own_are_not(answer, flags):
    assert flagged(replies=(Reply(ask_id="first_error", answer=answer),)) == ["answers"] * flags


def test_what_follows_from_figures_of_own_passages_is_no_new_figure():
    ground = Ground(number=4, side="for", passage_id="S2.2", excerpt=EXTRA["S2.2"][1])
    said = {"replies": (Reply(ask_id="first_error", answer="Two trials last 28 days."),)}
    assert flagged(grounds=(*GROUNDS, ground), **said) == []
    other = {"replies": (Reply(ask_id="first_error", answer="Two trials last 93 days."),)}
    assert flagged(grounds=(*GROUNDS, ground), **other) == ["answers"]


@pytest.mark.parametrize(("text", "flags"), [
    ("its price fell below $5", 0), ("its rival's price rose from $30 to $40", 1),
    ("it lost between 5 and 10 percent", 0), ("the 61 percent its rival holds fell under 50 percent", 1),
    ("the trial grew from 14 days to 30 days", 0),
])  # fmt: skip
def test_of_two_figures_of_what_is_to_come_one_is_how_things_stand(text, flags):
    assert flagged(change_mind=text) == ["change_mind"] * flags
    foretold = Prediction(
        statement=text, probability=0.6, resolve_by="2027-09-01", settled_at="https://lantern.example/x"
    )
    assert flagged(prediction=foretold) == ["prediction"] * flags


@pytest.mark.parametrize("grounds", [(), (7,), (1, 7)])
def test_ground_numbers_must_exist(grounds):
    flags = check_review(
        make_dossier(), [make_persona()], [make_opinion(quote=one_sentence("It installs at once.", grounds=grounds))]
    )
    assert [f.check for f in flags if f.severity == "high"] == ["unknown_ground_number"]


def test_a_sentence_can_not_rest_on_a_void_ground_alone():
    void = Ground(number=4, side="for", passage_id="S1.1", excerpt="It reads every file you ever wrote")
    both = (
        Sentence(text="It reads files.", rests_on="grounds", grounds=(4,)),
        Sentence(text="It reads files on a laptop.", rests_on="grounds", grounds=(1, 4)),
    )
    flags = check_review(make_dossier(), [make_persona()], [make_opinion(grounds=(*GROUNDS, void), quote=both)])
    assert [f.index for f in flags if f.check == "rests_on_void_ground"] == [0]


@pytest.mark.parametrize(("text", "as_fact"), [
    ("Search is 40% faster than before.", True),
    ("Lantern is 40% faster than before.", True),
    ("The maker says search is 40% faster.", False),
    ("According to its page, search is 40% faster.", False),
    ("Its own figure puts the gain at 40%.", False),
    ("The launch page gives 40% for search.", False),
])  # fmt: skip
def test_the_makers_figure_is_the_makers(text, as_fact):
    assert ("makers_figure_as_fact" in checks_of(text, "S1.2")) is as_fact


def test_prices_list_sizes_and_others_figures_need_no_attribution():
    assert "makers_figure_as_fact" not in checks_of("It took 11 minutes on 3,000 notes.", "S3.1")
    assert "makers_figure_as_fact" not in {
        f.check for f in check_review(make_dossier(), [make_persona()], [make_opinion()])
    }


def test_a_rivals_figure_is_its_makers_and_has_to_be_said_so():
    dossier = make_dossier()
    sources = tuple(s.model_copy(update={"voice": "rival"}) if s.source_id == "S1" else s for s in dossier.sources)
    side, whole = EXTRA["S1.2"]
    ground = Ground(number=4, side=side, claim="", passage_id="S1.2", excerpt=whole)
    quote = one_sentence("Search is 40% faster than before.", rests_on="grounds", grounds=(4,))
    opinion = make_opinion(grounds=(*GROUNDS, ground), quote=quote)
    flags = check_review(dossier.model_copy(update={"sources": sources}), [make_persona()], [opinion])
    told = [f.message for f in flags if f.check == "makers_figure_as_fact"]
    assert told == ["'40%' is only a rival's figure, and the words don't say so."]


def test_a_figure_the_maker_shares_with_a_third_party_needs_no_attribution():
    pages = PAGES | {"S4": ("third_party", "article", ["We timed it: search is 40% faster than the release before."])}
    grounds = (
        *GROUNDS[:2],
        Ground(number=3, side="for", passage_id="S1.2", excerpt=EXTRA["S1.2"][1]),
        Ground(number=4, side="for", passage_id="S4.1", excerpt="search is 40% faster than the release before"),
    )
    opinion = make_opinion(grounds=grounds, quote=one_sentence("Search is 40% faster.", grounds=(3, 4)))
    assert "makers_figure_as_fact" not in {
        f.check for f in check_review(make_dossier(pages), [make_persona()], [opinion])
    }


@pytest.mark.parametrize("field", ["line", "for_whom", "not_for", "counter"])
def test_short_fields_are_held_to_the_grounds_too(field):
    flags = check_review(make_dossier(), [make_persona()], [make_opinion(**{field: "have 64 GB of memory"})])
    assert [(f.check, f.field) for f in flags] == [("number_not_in_grounds", field)]


def test_a_condition_for_changing_ones_mind_may_name_any_number():
    flags = check_review(make_dossier(), [make_persona()], [make_opinion(change_mind="Sync fell under $5 a month")])
    assert flags == ()


def test_a_claim_gives_no_number_its_excerpt_lacks():
    claim = GROUNDS[0].model_copy(update={"claim": "It installs in 20 seconds."})
    flags = check_review(make_dossier(), [make_persona()], [make_opinion(grounds=(claim, *GROUNDS[1:]))])
    assert [(f.check, f.field, f.index) for f in flags] == [("claim_number_not_in_excerpt", "claim", 1)]
