from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.batch.intake.joining import MOST_SIGHTINGS, Joining, fold_release, joined
from panel.records import Seen
from panel.records.batch import Announcement, BatchRow


def said(
    name: str = "Lamp", homepage: str = "https://lamp.dev", release: str = "", where: str = "a", **more: Any
) -> Announcement:
    fields = {"source": where, "at": "entry 1", "seen_at": (Seen(where=where, url=homepage),), **more}
    return Announcement(name=name, homepage=homepage, release=release, **fields)


def join(*rows: Announcement) -> tuple[list[BatchRow], dict[int, Announcement]]:
    joining = Joining()
    made = [joining.add(n, row) for n, row in enumerate(rows, 1)]
    return made, {n: joined(made[n - 1].said, later) for n, later in joining.further()}


def test_one_launch_in_three_feeds_is_one_with_three_sightings() -> None:
    rows, whole = join(
        said(where="a", release="v2.1.0"),
        said("LAMP 2.1", "https://www.lamp.dev/", "2.1", "b", tagline="a light"),
        said("Lamp", "", "", "c", listing="https://list.example/lamp", launched_at=date(2026, 11, 23)),
    )
    assert [(row.state, row.same_as, row.reason) for row in rows] == [
        ("new", None, ""),
        ("skipped", 1, "same launch as row 1"),
        ("skipped", 1, "same launch as row 1"),
    ]
    assert [seen.where for seen in whole[1].seen_at] == ["a", "b", "c"]
    assert (whole[1].tagline, whole[1].launched_at, whole[1].release) == ("a light", date(2026, 11, 23), "v2.1.0")


def test_a_row_without_address_gets_the_later_ones() -> None:
    _, whole = join(said(homepage=""), said())
    assert whole[1].homepage == "https://lamp.dev"


def test_two_releases_are_two_launches_and_one_unstated_joins_the_first() -> None:
    rows, _ = join(said(release="1.0"), said(release="2.0"), said())
    assert [row.same_as for row in rows] == [None, None, 1]


def test_two_products_of_one_name_stay_two() -> None:
    rows, whole = join(said(), said(homepage="https://lamp.io"))
    assert [row.state for row in rows] == ["new", "new"]
    assert whole == {}


def test_a_filled_release_parts_later_ones() -> None:
    rows, _ = join(said(), said(release="2.1"), said(release="2.2"))
    assert [row.same_as for row in rows] == [None, 1, None]


def test_a_crowd_under_one_name_hides_no_exact_sighting() -> None:
    crowd = [said(homepage=f"https://lamp{n}.dev") for n in range(200)]
    rows, _ = join(*crowd, said(homepage="https://lamp199.dev", where="b"))
    assert rows[-1].same_as == 200


def test_sightings_are_bounded() -> None:
    _, whole = join(*(said(where=f"feed {n}") for n in range(200)))
    assert len(whole[1].seen_at) == MOST_SIGHTINGS


@pytest.mark.parametrize(("one", "other"), [("v2.1.0", "2.1"), ("Version 2", "2.0"), ("2.1RC1", "2.1rc1")])
def test_releases_written_differently_are_one(one: str, other: str) -> None:
    assert fold_release(one) == fold_release(other)


@pytest.mark.parametrize(("one", "other"), [("2.1", "2.10"), ("2.1", "2.1rc1"), ("v", "")])
def test_different_releases_stay_different(one: str, other: str) -> None:
    assert fold_release(one) != fold_release(other)


NAMES = st.sampled_from(["Lamp", "lamp 2.1", "Bulb", "🔥", "C++"])
HOMES = st.sampled_from(
    ["", "https://lamp.dev", "https://lamp.dev/bulb", "https://github.com/acme/lamp", "https://bulb.dev"]
)
ROWS = st.lists(st.builds(said, NAMES, HOMES, st.sampled_from(["", "2.1", "v2.1.0", "3"])), max_size=12)


@given(ROWS)
def test_every_row_stays_or_points_at_an_earlier_one_that_stays(rows: list[Announcement]) -> None:
    made, whole = join(*rows)
    staying = {row.row for row in made if row.state == "new"}
    assert len(made) == len(rows)
    assert all(row.same_as in staying and row.same_as < row.row for row in made if row.state == "skipped")
    assert set(whole) == {row.same_as for row in made} - {None}
