"""The split as a picture: positions say what shapes and words say."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from panel.pages.picture import WIDTH, draw
from panel.pages.wording import STANDS

CRITICS = [("Developer experience", ("ship", "skip")), ("Futurist", ("abstain", "ship"))]


def test_ship_stands_above_no_vote_above_skip() -> None:
    picture = draw([("a", ("ship",)), ("b", ("failed",)), ("c", ("skip",))], names=["X"], leans=["neither"] * 3)
    heights = [spot.y for spot in picture.spots]
    assert heights == sorted(heights)
    assert [band.words for band in picture.bands] == [("1 ship",), ("1 no vote",), ("1 skip",)]


def test_the_description_says_each_verdict_on_each_tool() -> None:
    picture = draw(CRITICS, names=["X", "Y"], leans=["a", "b"])
    assert picture.desc == "Developer experience: ship on X and skip on Y. Futurist: abstains on X and ship on Y."
    assert [thread.leans for thread in picture.threads] == ["a", "b"]


def test_a_mark_in_the_middle_band_keeps_its_critics_whole_name() -> None:
    picture = draw([("Business analyst", ("unusable", "ship"))], names=["X", "Y"], leans=["neither"])
    assert [(spot.label, spot.title) for spot in picture.spots] == [
        ("Business analyst", "Business analyst: unusable"), ("Business analyst", "Business analyst: ship"),
    ]  # fmt: skip


def test_no_middle_band_when_everybody_voted() -> None:
    assert len(draw([("a", ("ship", "skip"))], names=["X", "Y"], leans=["a"]).bands) == 2


STANDS_OF_TWO = st.lists(
    st.tuples(st.sampled_from(sorted(STANDS)), st.sampled_from(sorted(STANDS))), min_size=1, max_size=9
)


@given(STANDS_OF_TWO)
def test_marks_never_overlap_and_stay_inside(stands: list[tuple[str, str]]) -> None:
    critics = [(f"Critic {n}", on) for n, on in enumerate(stands)]
    picture = draw(critics, names=["X", "Y"], leans=["neither"] * len(stands))
    for x in {spot.x for spot in picture.spots}:
        heights = sorted(spot.y for spot in picture.spots if spot.x == x)
        assert all(low + 20 <= high for low, high in itertools.pairwise(heights))
    assert all(0 < spot.x < WIDTH and 0 < spot.y < picture.height - 8 for spot in picture.spots)
