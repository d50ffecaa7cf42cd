from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.batch.intake.dedupe import MOST_SIGHTINGS, Joining, fold_release, joined
from panel.dossier.identity.same_product import named_release
from panel.records import LaunchSource, Seen
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


LIST = "https://list.example/lamp"


def test_one_launch_in_three_feeds_is_one_with_three_sightings() -> None:
    rows, whole = join(
        said(where="a", release="v2.1.0"),
        said("LAMP 2.1", "https://www.lamp.dev/", "2.1", "b", tagline="a light", listing=LIST),
        said("Lamp", "", "", "c", listing=LIST + "/", launched_at=date(2026, 11, 23)),
    )
    assert [(row.state, row.same_as, row.reason) for row in rows] == [
        ("new", None, ""),
        ("skipped", 1, "same launch as row 1"),
        ("skipped", 1, "same launch as row 1"),
    ]
    assert [seen.where for seen in whole[1].seen_at] == ["a", "b", "c"]
    assert (whole[1].tagline, whole[1].launched_at, whole[1].release) == ("a light", date(2026, 11, 23), "v2.1.0")


def test_a_row_without_address_gets_the_later_ones_of_its_listing() -> None:
    _, whole = join(said(homepage="", listing=LIST), said(listing=LIST))
    assert whole[1].homepage == "https://lamp.dev"


@pytest.mark.parametrize(
    "addresses",
    [
        ("https://lamp.dev", ""),
        ("", "https://lamp.dev"),
        ("", ""),
        ("https://lamp.dev", "https://lamp.dev/blog/lamp"),
        ("https://lamp.dev", "https://docs.lamp.dev"),
    ],
)
def test_a_name_is_no_proof_at_one_site_or_without_an_address(addresses: tuple[str, str]) -> None:
    assert apart(*(said("Lamp", address, where=address) for address in addresses)) == ["", "row 1"]


def test_a_name_with_the_same_text_is_one_launch() -> None:
    lamp, more = (LaunchSource(title="Its entry", text=text) for text in ("A light for desks.", "A light for roads."))
    rows, _ = join(*(said("Lamp", "", sources=(text,)) for text in (lamp, more, lamp)))
    assert [row.same_as for row in rows] == [None, None, 1]


def test_two_releases_are_two_launches_and_one_unstated_joins_the_first() -> None:
    rows, _ = join(said(release="1.0"), said(release="2.0"), said())
    assert [row.same_as for row in rows] == [None, None, 1]


def test_two_products_of_one_name_stay_two() -> None:
    rows, whole = join(said(), said(homepage="https://lamp.io"))
    assert [row.state for row in rows] == ["new", "new"]
    assert whole == {}


def apart(*rows: Announcement) -> list[str]:
    """What each row may be the same as; no two are joined."""
    made, _ = join(*rows)
    assert [row.same_as for row in made] == [None] * len(rows)
    return [row.may_be.partition(":")[0] for row in made]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://acme.dev/artikel/lampe", "https://acme.dev/artikel/feder"),
        ("https://maker.substack.com/p/lampe", "https://maker.substack.com/p/feder"),
        ("https://entwickler.acme.dev/neues/lampe", "https://entwickler.acme.dev/neues/feder"),
        ("https://acme.dev/news?id=1", "https://acme.dev/news?id=2"),
        ("https://lampe.acme.dev", "https://feder.acme.dev"),
        ("https://arxiv.org/abs/2611.1", "https://arxiv.org/abs/2611.2"),
        ("https://acme.dev", "https://acme.dev/"),
    ],
)
def test_posts_of_other_names_are_no_one_launch(one: str, other: str) -> None:
    apart(said("Lampe", one), said("Feder", other))


def test_one_address_is_one_launch_whatever_the_names() -> None:
    rows, _ = join(said("Lampe", "https://acme.dev/neues?id=7"), said("Torch", "http://www.acme.dev/neues/?id=7"))
    assert rows[1].same_as == 1


@pytest.mark.parametrize(
    "homes",
    [
        ("https://github.com/acme/lamp", "https://github.com/other/lamp"),
        ("https://github.com/acme/lamp", "https://lamp.example"),
        ("https://lamp.dev", "https://lamp.io"),
    ],
)
def test_a_name_at_two_homes_is_offered_and_not_joined(homes: tuple[str, str]) -> None:
    assert apart(said("Lamp", homes[0]), said("Lamp", homes[1])) == ["", "row 1"]


def test_two_pages_of_a_list_under_one_name_are_offered() -> None:
    watch = "https://www.youtube.com/watch?v="
    assert apart(said("Lamp", "", listing=watch + "a"), said("Lamp", "", listing=watch + "b")) == ["", "row 1"]


def test_a_row_without_an_address_joins_no_one_of_several_namesakes() -> None:
    assert apart(said("Lamp", "https://lamp.dev"), said("Lamp", "https://lamp.io"), said("Lamp", ""))[2] == "row 1"


def test_numbers_that_end_names_are_their_releases() -> None:
    apart(said("GPT 4", "https://gpt.example"), said("GPT 5", "https://gpt.example"))
    apart(said("Helldivers", ""), said("Helldivers 2", ""), said("Helldivers 3", ""))
    rows, _ = join(said("Tool 1"), said("Tool v1.0"), said("Tool 2", release="2"), said("Tool v2.0.0"))
    assert [row.same_as for row in rows] == [None, 1, None, 3]


def test_a_filled_release_parts_later_ones() -> None:
    rows, _ = join(said(), said(release="2.1"), said(release="2.2"))
    assert [row.same_as for row in rows] == [None, 1, None]


def test_a_crowd_under_one_name_hides_no_exact_sighting() -> None:
    crowd = [said(homepage=f"https://lamp{n}.dev") for n in range(200)]
    rows, _ = join(*crowd, said(homepage="https://lamp199.dev", where="b"))
    assert rows[-1].same_as == 200


def test_a_crowd_under_one_name_hides_no_post_of_a_list() -> None:
    crowd = [said("Lamp", f"https://lamp{n}.dev", listing=f"https://list.example/{n}") for n in range(60)]
    rows, _ = join(*crowd, said("Lamp", "", listing="https://list.example/59"))
    assert rows[-1].same_as == 60


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


@given(ROWS)
def test_a_further_row_changes_nothing_of_those_before(rows: list[Announcement]) -> None:
    assert join(*rows[:-1])[0] == join(*rows)[0][: len(rows[:-1])]


@given(st.lists(st.builds(said, NAMES, HOMES.filter(bool), st.sampled_from(["", "3"])), min_size=2, max_size=2), ROWS)
def test_joining_two_rows_knows_no_order_and_no_row_between_joins_them(
    pair: list[Announcement], between: list[Announcement]
) -> None:
    """A row that tells the release of the first may: `Lamp`, `Lamp 2.1` at its address, then `lamp 2.1` of its site."""
    one, other = pair
    is_one = join(one, other)[0][1].same_as is not None
    assert (join(other, one)[0][1].same_as is not None) == is_one
    if not is_one and not same_address(one, other):
        rows = join(one, *(row for row in between if row.homepage and release_of(row) in ("", release_of(one))), other)[
            0
        ]
        assert rows[-1].same_as != 1


def release_of(said: Announcement) -> str:
    return fold_release(named_release(said.name, said.release))


def same_address(one: Announcement, other: Announcement) -> bool:
    return one.homepage == other.homepage
