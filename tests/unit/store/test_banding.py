"""Bands find what is near, and stay what they are."""

from panel.store.banding import BANDS, bands_of

TEXT = "whoever leaves builds another index elsewhere because it documents no export of any kind"


def test_the_recipe_is_the_one_that_databases_are_full_of():
    """A new datasketch or another number here would find nothing that was kept before: bands then need rebuilding."""
    (bands,) = bands_of([TEXT])
    assert bands[:2] == (-2572587007436288503, 8566182163323477558)


def test_a_text_with_a_word_changed_shares_a_band_and_another_text_none():
    one, near, other = bands_of(
        [TEXT, TEXT.replace("another", "a new"), "two commands start it and both are on the first page"]
    )
    assert set(one) & set(near)
    assert not set(one) & set(other)
    assert len(set(one)) == BANDS


def test_a_text_shorter_than_a_run_has_no_band():
    assert bands_of(["", "it", "it is"]) == [(), (), bands_of(["it is"])[0]]
