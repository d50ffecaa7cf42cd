"""Points and their keys: what is decided once, and what opens it again."""

import pytest
from tests.support.drafts import change, checked, ledger, quill, renumbered, stand, with_passage
from tests.support.page_records import live_review, trial

from panel.desk.drafts.overlay import start_text
from panel.desk.drafts.points import flags_of, must_settle, points_of
from panel.desk.drafts.text_fields import put_text, read_field
from panel.records import Answered, Review, Written
from panel.records.desk import DraftText, Point, Struck


def points(review: Review, text: DraftText | None = None, scope: str = "p1") -> list[Point]:
    text = text or start_text(review)
    return list(points_of(review, text, flags_of(review, text), scope=scope))


def keys(review: Review, text: DraftText | None = None) -> set[tuple[str, str, str]]:
    return {(p.scope, p.kind, p.key) for p in points(review, text)}


def test_the_same_sentences_on_renumbered_passages_are_the_same_points() -> None:
    assert keys(quill()) == keys(renumbered(quill()))


def test_a_byte_of_a_sentence_opens_that_sentence_and_nothing_else() -> None:
    review = quill()
    text = start_text(review)
    was = next(w for w in text.critics if w.persona_id == "reporter").sentences[1].text
    edited = put_text(text, read_field("reporter:1"), was + "!")
    gone, new = keys(review) - keys(review, edited), keys(review, edited) - keys(review)
    assert [k[1] for k in gone] == [k[1] for k in new] == ["claim"]


def test_a_byte_of_a_passage_opens_what_rests_on_it_and_nothing_else() -> None:
    review = quill()
    passage = review.dossier.passage("S2.1")
    assert passage
    other = with_passage(review, "S2.1", passage.text + " ")
    text = start_text(review)

    def resting(points: list[Point]) -> set[str]:
        return {p.key for p in points if any(s.passage_id == "S2.1" for s in p.passages)}

    def rest(points: list[Point]) -> set[str]:
        return {p.key for p in points if p.kind == "claim" and all(s.passage_id != "S2.1" for s in p.passages)}

    before, after = points(review, text), points(other, text)
    assert resting(before)
    assert not resting(before) & resting(after)
    assert rest(before) == rest(after)


def test_a_sentence_as_the_makers_word_is_another_point_than_as_ours() -> None:
    review = quill()
    attributed = stand(start_text(review), "reporter", 0, attributed=True)
    assert len(keys(review) - keys(review, attributed)) == 1


def test_a_view_changed_opens_that_critics_views_alone() -> None:
    review = quill()
    for name in ("futurist:line", "futurist:for_whom", "futurist:1", "futurist:prediction"):
        edited = put_text(start_text(review), read_field(name), "Other words entirely.")
        gone = keys(review) - keys(review, edited)
        assert [k[1] for k in gone if k[1] != "flag"] == ["views"], name


def test_what_is_removed_set_aside_or_struck_has_no_point() -> None:
    review = quill()
    text = start_text(review)
    assert len(points(review, stand(text, "reporter", 0, standing="removed"))) == len(points(review)) - 1
    assert len(points(review, stand(text, "reporter", 0, standing="set_aside"))) == len(points(review)) - 1
    struck = text.model_copy(update={"struck": (Struck(persona_id="futurist", reason="other"),)})
    assert "futurist" not in {p.persona_id for p in points(review, struck)}
    gone = change(text, "futurist", views="removed")
    assert [p.kind for p in points(review, gone) if p.persona_id == "futurist"] == ["claim"]


def test_another_product_has_other_points_for_the_same_sentence() -> None:
    one, other = points(quill(), scope="p1"), points(quill(), scope="p2")
    assert not {(p.scope, p.key) for p in one} & {(p.scope, p.key) for p in other}


def test_a_trial_jurors_pick_is_told_from_the_same_pick_on_the_other_side() -> None:
    review = checked(trial(quill()))
    picked = [p for p in points(review) if p.kind == "pick"]
    assert len(picked) == 10 and all(p.passages and p.side for p in picked)
    turned = tuple(
        o.model_copy(update={"grounds": tuple(g.model_copy(update={"side": "against"}) for g in o.grounds)})
        for o in review.answered()
    )
    other = checked(review.model_copy(update={"opinions": turned}))
    before = {p.key for p in picked if p.side == "for"}
    assert not before & {p.key for p in points(other) if p.kind == "pick"}


def test_words_for_reviewers_are_one_point_before_all_others() -> None:
    found = points(live_review())
    assert [p.kind for p in found].count("held") == 1
    assert found[0].kind == "held"


def test_a_flag_is_at_its_sentence_also_when_sentences_before_it_are_gone() -> None:
    review = ledger()
    text = put_text(start_text(review), read_field("futurist:2"), "It costs 999 USD a search.")
    text = stand(text, "futurist", 0, standing="removed")
    text = stand(text, "futurist", 1, standing="removed")
    flag = next(f for f in flags_of(review, text) if f.check == "number_not_in_grounds" and f.persona_id == "futurist")
    assert flag.index == 2
    point = next(p for p in points(review, text) if p.kind == "flag" and p.persona_id == "futurist")
    assert point.place == 2


@pytest.mark.parametrize("name", ["dx-reviewer:line", "dx-reviewer:2"])
def test_a_dismissed_flag_opens_again_when_its_words_change(name: str) -> None:
    review = quill()
    text = put_text(start_text(review), read_field(name), "We used it for a week and it held up.")
    other = put_text(text, read_field(name), "We used it for a week and it fell over.")
    mine = [p.key for p in points(review, text) if p.check == "first_hand_use"]
    assert mine
    assert not set(mine) & {p.key for p in points(review, other) if p.check == "first_hand_use"}


def test_only_high_flags_that_an_editor_can_do_something_about_are_points() -> None:
    review = quill()
    flags = flags_of(review, start_text(review))
    assert {f.severity for f in flags if must_settle(f)} <= {"high"}
    assert not any(must_settle(f) for f in flags if f.field == "grounds" or f.check == "ungrounded")


def test_a_struck_critics_flags_are_gone() -> None:
    review = quill()
    text = put_text(start_text(review), read_field("futurist:line"), "We used it for a week.")
    assert any(f.check == "first_hand_use" for f in flags_of(review, text))
    struck = text.model_copy(update={"struck": (Struck(persona_id="futurist", reason="other"),)})
    assert not any(f.persona_id == "futurist" for f in flags_of(review, struck))


def test_nothing_is_missing_where_an_editor_took_the_views_out() -> None:
    review = quill()
    text = change(start_text(review), "futurist", views="removed")
    missing = ("missing_words", "missing_ask", "missing_prediction")
    assert not [f for f in flags_of(review, text) if f.persona_id == "futurist" and f.check in missing]
    opinion = review.opinion("futurist")
    assert isinstance(opinion, Answered)
    assert isinstance(opinion.words, Written)


# a line, and advice, that give figures or names


def phrased(text: str, name: str = "line", who: str = "dx-reviewer") -> tuple[Review, DraftText]:
    review = quill()
    return review, put_text(start_text(review), read_field(f"{who}:{name}"), text)


@pytest.mark.parametrize("name", ["line", "for_whom", "not_for"])
def test_a_short_text_with_a_figure_is_a_claim_on_its_passages(name: str) -> None:
    """A short text with a figure is a claim on the passages that give it."""
    found = points(*phrased("Indexing took 41 seconds on a laptop.", name, "competitor-skeptic"))
    (point,) = [p for p in found if p.field == name and (p.kind, p.persona_id) == ("claim", "competitor-skeptic")]
    assert (point.place, point.rests_on) == (-1, "grounds")
    assert point.passages and all("41 seconds" in passage.text for passage in point.passages)
    views = next(p for p in found if p.kind == "views" and p.persona_id == "competitor-skeptic")
    assert "41 seconds" not in views.text


def test_a_figure_no_passage_gives_comes_before_the_critics_claims() -> None:
    """A short text whose figure no passage gives comes before the critics' claims."""
    found = points(*phrased("It costs 977 euros a year."))
    mine = [p for p in found if p.persona_id == "dx-reviewer"]
    assert (mine[0].field, mine[0].passages, mine[0].rests_on) == ("line", (), "none")


def test_a_line_that_gives_no_figure_and_no_name_is_decided_with_the_views() -> None:
    review, text = phrased("It does what it says, and says little.")
    mine = [p for p in points(review, text) if p.persona_id == "dx-reviewer"]
    assert "line" not in [p.field for p in mine]
    (views,) = [p for p in mine if p.kind == "views"]
    assert views.text.startswith("It does what it says")


def test_a_figure_changed_in_a_line_opens_the_line_and_not_the_views() -> None:
    one, other = (keys(*phrased(f"Indexing took {seconds} seconds.")) for seconds in (41, 42))
    assert [k[1] for k in one - other if k[1] != "flag"] == ["claim"]


def test_the_products_own_name_makes_no_claim_of_a_line() -> None:
    assert "line" not in [p.field for p in points(*phrased("Choose Quillbase for its plain errors."))
                          if p.persona_id == "dx-reviewer"]  # fmt: skip


def test_removed_views_leave_no_claim_of_a_line() -> None:
    review, text = phrased("Indexing took 41 seconds.")
    gone = change(text, "dx-reviewer", views="removed")
    assert not [p for p in points(review, gone) if p.field == "line" and p.persona_id == "dx-reviewer"]


# what a key is made of


@pytest.mark.parametrize("change_of", [{"voice": "third_party"}, {"url": "https://elsewhere.example/notes"}])
def test_whose_word_a_passage_is_and_its_address_open_what_rests_on_it(change_of: dict[str, str]) -> None:
    review, text = quill(), start_text(quill())
    sources = tuple(s.model_copy(update=change_of if s.source_id == "S1" else {}) for s in review.dossier.sources)
    other = review.model_copy(update={"dossier": review.dossier.model_copy(update={"sources": sources})})

    def of(review: Review, rests: bool) -> set[str]:
        claims = (p for p in points(review, text) if p.kind == "claim")
        return {p.key for p in claims if any(s.passage_id.startswith("S1.") for s in p.passages) == rests}

    assert of(review, True) and not of(review, True) & of(other, True)
    assert of(review, False) == of(other, False)


@pytest.mark.parametrize("name", ["change_mind", "counter", "reply:first_error"])
def test_every_text_of_the_views_opens_them_when_it_changes(name: str) -> None:
    review = quill()
    edited = put_text(start_text(review), read_field(f"dx-reviewer:{name}"), "Something else entirely.")
    gone = {k[1] for k in keys(review) - keys(review, edited)}
    assert "views" in gone


def test_words_for_reviewers_are_read_anew_in_another_review() -> None:
    review = live_review()
    other = review.model_copy(update={"figures": ()})
    assert other.review_hash != review.review_hash
    assert points(review)[0].kind == points(other)[0].kind == "held"
    assert points(review)[0].key != points(other)[0].key


def test_a_flag_is_settled_anew_when_passages_under_it_change() -> None:
    """A flag is settled anew when the passages under its sentence change."""
    review = ledger()
    text = put_text(start_text(review), read_field("futurist:2"), "It costs 999 USD a search.")
    found = [p for p in points(review, text) if p.check == "number_not_in_grounds" and p.persona_id == "futurist"]
    (under,) = {s.passage_id for p in points(review, text) if (p.persona_id, p.place, p.kind) == ("futurist", 2, "claim")
                for s in p.passages}  # fmt: skip
    passage = review.dossier.passage(under)
    assert passage and found
    other = with_passage(review, under, passage.text + " It changed.")
    assert not {p.key for p in found} & {p.key for p in points(other, text)}
