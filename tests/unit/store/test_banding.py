"""Bands find what is near, whatever the order, and stay what they are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from panel.records.prints import SENTENCE_BREAK
from panel.store.banding import BANDS, bands_of

TEXT = "whoever leaves builds another index elsewhere because it documents no export of any kind"


def test_the_recipe_is_the_one_that_databases_are_full_of():
    """A new datasketch or another number here would find nothing that was kept before: bands then need rebuilding."""
    (bands,) = bands_of([TEXT])
    assert bands[:2] == (-2435487969808622170, -8503000841217715073)


def test_a_text_with_a_word_changed_shares_a_band_and_another_text_none():
    one, near, other = bands_of(
        [TEXT, TEXT.replace("another", "a new"), "two commands start it and both are on the first page"]
    )
    assert set(one) & set(near)
    assert not set(one) & set(other)
    assert len(set(one)) == BANDS


@settings(max_examples=25, deadline=None)
@given(st.permutations(["setup takes two commands", "nothing leaves the laptop", "its index has no export"]))
def test_the_order_of_a_quotes_sentences_changes_no_band(sentences):
    ordered = SENTENCE_BREAK.join(sorted(sentences))
    assert bands_of([SENTENCE_BREAK.join(sentences)]) == bands_of([ordered])


def test_a_text_shorter_than_a_run_has_no_band():
    assert bands_of(["", "it", "it is"]) == [(), (), bands_of(["it is"])[0]]
