from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.batch.intake.days import read_day
from panel.batch.intake.titles import Cut, cut_title


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("Lamp 2.1: a light for desks", Cut("Lamp", "2.1", "a light for desks")),
        ("Lamp – a light", Cut("Lamp", "", "a light")),
        ("Lamp - a light - and more", Cut("Lamp", "", "a light - and more")),
        ("Introducing Lamp 2.0 | light", Cut("Lamp", "2.0", "light")),
        ("Lamp v3 is out!", Cut("Lamp", "v3")),
        ("lantern 2.1.0rc1", Cut("lantern", "2.1.0rc1")),
        ("lantern@2.1.0", Cut("lantern", "2.1.0")),
        ("lantern-v2.1.0", Cut("lantern", "v2.1.0")),
        ("v2.1.0", Cut("", "v2.1.0")),
        ("Mistral Small 3", Cut("Mistral Small 3")),
        ("GPT-4o", Cut("GPT-4o")),
        ("X-ray for code", Cut("X-ray for code")),
        ("What we learned when we moved all of it: a story", Cut("What we learned when we moved all of it: a story")),
        ("12:30 Club", Cut("12:30 Club")),
    ],
)
def test_titles_are_cut_by_the_rule(title: str, cut: Cut) -> None:
    assert cut_title(title) == cut


def test_a_persons_own_rule_wins_and_a_title_it_misses_stays_whole() -> None:
    how = r"^(?P<tagline>.+) with (?P<name>\w+)$"
    assert cut_title("Light desks with Lamp", how=how) == Cut("Lamp", "", "Light desks")
    assert cut_title("Lamp: a light", how=how) == Cut("Lamp: a light")


@given(st.text(max_size=200))
def test_no_title_is_lost_or_longer_than_it_was(title: str) -> None:
    cut = cut_title(title)
    assert len(cut.name) + len(cut.release) + len(cut.tagline) <= len(title)
    assert not title.strip() or any(cut) or title.strip(" ,").lower().startswith(("introducing", "announcing"))


@pytest.mark.parametrize(
    "text",
    ["2026-11-23", "2026-11-23T10:00:00Z", "2026-11-22T23:30:00-08:00", "Mon, 23 Nov 2026 10:00:00 GMT",
     "November 23, 2026", "23.11.2026", "1795428000", "1795428000000"],
)  # fmt: skip
def test_days_are_read_in_utc(text: str) -> None:
    assert read_day(text) == date(2026, 11, 23)


@pytest.mark.parametrize(
    "text", ["", "soon", "11/12/2026", "2026-13-01", "1889-01-01", "9999-01-01", "0", "-1", "9" * 40]
)
def test_what_names_no_day_gives_none(text: str) -> None:
    assert read_day(text) is None


@given(st.text(max_size=60) | st.integers().map(str) | st.datetimes().map(str))
def test_no_date_field_raises(text: str) -> None:
    day = read_day(text)
    assert day is None or 1990 <= day.year < 2100
