"""What people add to a page stands on it in their name, and nothing of a struck opinion does."""

from html import unescape

from tests.support import page_records
from tests.support.page_records import review_markdown

from panel.pages import comparison_html, comparison_markdown, review_html
from panel.pages.view import review_view
from panel.records import Corrected, Editorial, StruckOut, Written

NOTE = "We asked the maker.\nNobody answered <b>yet</b>."


def struck() -> tuple[Editorial, str]:
    """The first critic's opinion struck, and a sentence of it."""
    review = page_records.review_a()
    opinion = review.answered()[0]
    assert isinstance(opinion.words, Written)
    out = StruckOut(slug=review.slug, persona_id=opinion.juror.persona_id, why="It speaks of another tool.")
    return Editorial(struck=(out,)), opinion.words.quote[0].text


def test_an_untouched_page_says_that_nobody_approved_it() -> None:
    html = review_html(page_records.review_a())
    assert "Draft. Nobody has approved this." in html
    assert "editors-note" not in html.partition("</style>")[2]
    assert '"creativeWorkStatus": "Draft"' in html


def test_a_signed_page_says_who_signed_it_and_no_longer_that_nobody_did() -> None:
    html = review_html(page_records.review_a(), None, Editorial(signed="Approved by Ann Editor, 25 Nov 2026."))
    assert "Approved by Ann Editor, 25 Nov 2026." in html
    assert "Nobody has approved" not in html
    assert '"creativeWorkStatus": "Approved"' in html


def test_the_note_stands_first_escaped_and_without_the_ai_mark() -> None:
    html = review_html(page_records.review_a(), None, Editorial(note=NOTE, note_by="Ann Editor"))
    body = html.partition("<main")[2]
    note = body[body.index("editors-note") : body.index("</section>")]
    assert "Nobody answered &lt;b&gt;yet&lt;/b&gt;." in note
    assert "Ann Editor, editor" in note
    assert "AI critic" not in note
    assert body.index("editors-note") < body.index("<h1")


def test_corrections_stand_on_the_page_with_their_reason() -> None:
    added = Editorial(corrected=(Corrected(on="26 Nov 2026", why="The price was wrong."),))
    assert "<b>Corrected 26 Nov 2026:</b> The price was wrong." in review_html(page_records.review_a(), None, added)


def test_nothing_of_a_struck_opinion_is_printed_but_why_it_was_struck() -> None:
    added, sentence = struck()
    page = review_view(page_records.review_a(), None, added)
    said = page.critics[0].on[0]
    assert (said.stand, said.word, said.sentences, said.notes) == ("struck", "Struck", (), ())
    for text in (
        review_html(page_records.review_a(), None, added),
        comparison_html(page_records.comparison(), (), added),
    ):
        assert "Struck by an editor: It speaks of another tool." in text
        assert sentence[:40] not in text
    assert sentence[:40] in review_markdown(page_records.review_a())


def test_a_retracted_page_says_so_with_day_and_reason_and_nothing_else() -> None:
    added = Editorial(
        note=NOTE, signed="Approved by Ann Editor, 25 Nov 2026.",
        retracted=Corrected(on="27 Nov 2026", why="The maker's figures were invented."),
    )  # fmt: skip
    told = "Retracted on 27 Nov 2026: The maker's figures were invented."
    review, pair = page_records.review_a(), page_records.comparison()
    pages = [review_html(review, (), added), comparison_html(pair, (), added)]
    pages += [review_markdown(review, (), added), comparison_markdown(pair, (), added)]
    spoken = [s.text[:30] for o in review.answered() if isinstance(o.words, Written) for s in o.words.quote]
    for page in map(unescape, pages):
        assert told in page.replace("\\", "")
        assert "was retracted." in page
        assert "Nobody has approved" not in page and "Approved by" not in page and "Nobody answered" not in page
        assert not [words for words in spoken if words in page]
    assert '"creativeWorkStatus": "Retracted"' in pages[0]
