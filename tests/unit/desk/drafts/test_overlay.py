"""A draft's text: what it begins with, and what of a machine's words the page prints under it."""

import math
from typing import Any

import pytest
from tests.support.drafts import change, checked, ledger, quill, stand
from tests.support.page_records import live_review, review_markdown, said, trial

from panel.desk.drafts.overlay import MAKERS_WORD, lay_over, start_text
from panel.desk.drafts.text_fields import put_text, read_field, sentence_at
from panel.errors import Mistake
from panel.pages import comparison_html, review_html
from panel.records import Answered, Declined, Review, Written
from panel.records.desk import DraftText, Struck
from panel.tally import compare


def wordy(claims: int) -> Review:
    """Every critic's quote is this many claims, each told from the others."""
    return checked(
        quill().model_copy(
            update={
                "opinions": tuple(
                    with_quote(o, tuple(said(f"{o.juror.persona_id} claim {i}.", 1) for i in range(claims)))
                    for o in quill().answered()
                )
            }
        )
    )


def with_quote(opinion: Answered, quote: Any) -> Answered:
    return opinion.model_copy(update={"words": opinion.words.model_copy(update={"quote": quote})})


def printed_claims(text: DraftText, review: Review) -> list[tuple[str, int]]:
    found = []
    for words in text.critics:
        opinion = review.opinion(words.persona_id)
        assert isinstance(opinion, Answered)
        quote = opinion.words.quote if isinstance(opinion.words, Written) else ()
        found += [
            (words.persona_id, s.place) for s in words.sentences
            if s.standing == "printed" and quote[s.place].rests_on != "view"
        ]  # fmt: skip
    return found


def test_a_draft_begins_with_every_sentence_of_every_critic() -> None:
    review = wordy(5)  # five critics, twenty-five claims
    text = start_text(review)
    assert len(printed_claims(text, review)) == 25
    for opinion in lay_over(review, text).answered():
        assert opinion.words == review.opinion(opinion.juror.persona_id).words  # type: ignore[union-attr]


def test_what_was_removed_before_begins_removed() -> None:
    review = wordy(4)
    text = start_text(review, {("dx-reviewer", 0): "removed", ("futurist", 0): "attributed"})
    assert sentence_at(text, "dx-reviewer", 0).standing == "removed"
    assert sentence_at(text, "futurist", 0).attributed
    assert len(printed_claims(text, review)) == 19


def test_a_text_saved_with_sentences_set_aside_prints_none_of_them() -> None:
    review = wordy(4)
    saved = stand(start_text(review), "futurist", 3, standing="set_aside").model_dump_json()
    printed = lay_over(review, DraftText.model_validate_json(saved))
    pages = review_html(printed, ()) + review_markdown(printed, ())
    assert "futurist claim 2." in pages
    assert "futurist claim 3." not in pages


def test_views_are_printed_whatever_their_number() -> None:
    text = start_text(quill())
    assert sentence_at(text, "dx-reviewer", 2).standing == "printed"


def test_a_trial_jurors_picks_are_its_claims_each_once() -> None:
    review = trial(quill())
    picks = {w.persona_id: [p.number for p in w.picks if p.standing == "printed"] for w in start_text(review).critics}
    assert picks["dx-reviewer"] == [1, 2]
    assert picks["futurist"] == []


@pytest.mark.parametrize("removal", ["sentence", "views", "line"])
def test_nothing_that_is_printed_or_not_changes_the_count(removal: str) -> None:
    review = quill()
    text = start_text(review)
    for words in text.critics:
        if removal == "sentence":
            for s in words.sentences:
                text = stand(text, words.persona_id, s.place, standing="removed")
        text = change(text, words.persona_id, **({"views": "removed"} if removal == "views" else {"line": "Other."}))
    before, after = review.tally, lay_over(review, text).tally
    assert (after.ship, after.skip, after.verdict, after.interval) == (
        before.ship, before.skip, before.verdict, before.interval,
    )  # fmt: skip


def test_picks_that_are_not_printed_change_no_count() -> None:
    review = trial(quill())
    review = checked(review)
    text = start_text(review)
    for words in text.critics:
        gone = tuple(p.model_copy(update={"standing": "removed"}) for p in words.picks)
        text = change(text, words.persona_id, picks=gone)
    printed = lay_over(review, text)
    assert all(o.grounds == () for o in printed.answered())
    assert (printed.tally.ship, printed.tally.skip) == (review.tally.ship, review.tally.skip)


def test_striking_an_opinion_changes_the_count_and_prints_no_word_of_it() -> None:
    review = quill()
    text = start_text(review).model_copy(update={"struck": (Struck(persona_id="futurist", reason="unsupported"),)})
    printed = lay_over(review, text)
    assert (review.tally.ship, printed.tally.ship, printed.tally.struck) == (3, 2, 1)
    for page in (review_html(printed, ()), review_markdown(printed, ())):
        for words in ("which suits notes nobody may upload", "laptops keep getting models", "signed installer"):
            assert words in review_html(review, ())
            assert words not in page


def test_the_interval_another_version_computed_is_printed_to_the_digit() -> None:
    review = quill()
    assert review.tally.interval
    last_digit = review.tally.interval.model_copy(update={"low": math.nextafter(review.tally.interval.low, 1)})
    review = review.model_copy(update={"tally": review.tally.model_copy(update={"interval": last_digit})})
    assert lay_over(review, start_text(review)).tally == review.tally
    struck = start_text(review).model_copy(update={"struck": (Struck(persona_id="futurist", reason="unsupported"),)})
    assert lay_over(review, struck).tally.interval not in (last_digit, None)


def test_the_line_of_a_dissent_is_the_edited_one() -> None:
    review = quill()
    assert review.tally.dissent and review.tally.dissent.persona_id == "business-analyst"
    text = put_text(start_text(review), read_field("business-analyst:line"), "Nobody is paid to keep it going.")
    dissent = lay_over(review, text).tally.dissent
    assert dissent and dissent.text == "Nobody is paid to keep it going."


def test_claims_of_grounds_are_printed_nowhere() -> None:
    review = quill()
    printed = lay_over(review, start_text(review))
    for claim in ("Errors are named and recoverable.", "No paid plan stands behind it."):
        assert claim in review_html(review, ())
        assert claim not in review_html(printed, ()) + review_markdown(printed, ())


def test_a_sentence_attributed_to_the_maker_says_so() -> None:
    review = quill()
    printed = lay_over(review, stand(start_text(review), "reporter", 2, attributed=True))
    assert plain(f"{MAKERS_WORD}The maker gives an indexing time") in plain(review_html(printed, ()))


def prose_of(review: Review, persona_id: str, *, views: bool) -> list[str]:
    """Every text of a critic that no decision would leave on the page: its views, or its whole quote."""
    opinion = review.opinion(persona_id)
    assert isinstance(opinion, Answered)
    assert isinstance(opinion.words, Written)
    words = opinion.words
    quote = [s.text for s in words.quote if not views or s.rests_on == "view"]
    beside = [words.line, words.for_whom, words.not_for, words.change_mind, words.counter]
    more = [r.answer for r in words.replies] + ([words.prediction.statement] if words.prediction else [])
    return [t for t in (*quote, *beside, *more) if t] if views else quote


def plain(text: str) -> str:
    """Words as a reader sees them: marks of code and typography aside."""
    for mark in ("`", "<code>", "</code>", "\\", "&#39;", "’", "'"):
        text = text.replace(mark, "")
    return text


@pytest.mark.parametrize("persona_id", ["dx-reviewer", "competitor-skeptic", "futurist", "business-analyst"])
def test_removed_views_leave_no_line_anywhere_on_a_page(persona_id: str) -> None:
    review, other = quill(), ledger()
    text = change(start_text(review), persona_id, views="removed")
    printed = lay_over(review, text)
    pair = compare(printed, lay_over(other, start_text(other)), made=review.made)
    machine = plain(review_html(review, ()))
    for words in map(plain, prose_of(review, persona_id, views=True)):
        assert words in machine
        for page in (review_html(printed, ()), review_markdown(printed, ()), comparison_html(pair)):
            assert words not in plain(page)


def test_sentences_removed_or_set_aside_leave_no_word_on_a_page() -> None:
    review = quill()
    text = start_text(review)
    for persona_id, standing in (("dx-reviewer", "removed"), ("reporter", "set_aside")):
        for s in text.words_of(persona_id).sentences:  # type: ignore[union-attr]
            text = stand(text, persona_id, s.place, standing=standing)
    page = plain(review_html(lay_over(review, text), ()))
    for persona_id in ("dx-reviewer", "reporter"):
        for words in prose_of(review, persona_id, views=False):
            assert plain(words) not in page


def test_what_jurors_said_with_the_suspicious_words_in_is_on_no_page() -> None:
    review = live_review()
    assert review.containment
    marked = tuple(
        o.model_copy(update={"words": o.words.model_copy(update={"line": "Said under the spell."})})
        if isinstance(o, Answered) and isinstance(o.words, Written) else o
        for o in review.containment.asked_with
    )  # fmt: skip
    assert marked
    held = review.model_copy(update={"containment": review.containment.model_copy(update={"asked_with": marked})})
    assert "Said under the spell." not in review_html(lay_over(held, start_text(held)), ())


def test_a_refusal_in_a_models_own_words_is_on_no_page() -> None:
    review = quill()
    mute = review.opinions[0]
    refused = Declined(juror=mute.juror, draw=mute.draw, calls=mute.calls, why="I won't judge so shoddy a tool.")
    declined = checked(review.model_copy(update={"opinions": (refused, *review.opinions[1:])}))
    printed = lay_over(declined, start_text(declined))
    assert "shoddy" in review_html(declined, ())
    for page in (review_html(printed, ()), review_markdown(printed, ())):
        assert "shoddy" not in page
        assert "Its model would not answer." in page


def test_an_opinion_the_text_does_not_have_is_printed_without_words() -> None:
    review = quill()
    printed = lay_over(review, DraftText())
    assert printed.tally.ship == review.tally.ship
    for opinion in printed.answered():
        assert (opinion.grounds, opinion.words) == ((), opinion.words.model_copy(update=WORDLESS))


WORDLESS = {
    "line": "", "quote": (), "for_whom": "", "not_for": "", "change_mind": "", "counter": "", "replies": (),
    "prediction": None,
}  # fmt: skip


@pytest.mark.parametrize("name", ["futurist:²", "futurist:", "futurist", ":reply:", "futurist:-1", ""])
def test_a_name_of_no_field_is_a_mistake(name: str) -> None:
    with pytest.raises(Mistake, match="no field"):
        read_field(name)
