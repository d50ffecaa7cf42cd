from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.batch.intake.normalize import Cut, cut_title, read_day, shared_heads


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


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("Show HN: Fernrohr – stars from a balcony", Cut("Fernrohr", "", "stars from a balcony")),
        ("In preview: Fernrohr", Cut("Fernrohr")),
        ("[Rilasciato] Fernrohr 2.1", Cut("Fernrohr", "2.1")),
        ("【お知らせ】望遠鏡 2.1", Cut("望遠鏡", "2.1")),
        ("新機能：望遠鏡", Cut("望遠鏡")),
        ("Nouveau : Lunette", Cut("Lunette")),
        ("Jetzt verfügbar: Fernrohr – Sterne vom Balkon", Cut("Fernrohr", "", "Sterne vom Balkon")),
        ("[Coming soon] Early access: Fernrohr", Cut("Fernrohr")),
        ("What's new in Fernrohr 2.1", Cut("Fernrohr", "2.1")),
        ("Announcing general availability of Fernrohr", Cut("Fernrohr")),
        ("Fernrohr is generally available", Cut("Fernrohr")),
        ("Fernrohr is now in public beta!", Cut("Fernrohr")),
        ("Fernrohr in preview: see at night", Cut("Fernrohr", "", "see at night")),
        ("Fernrohr ist jetzt verfügbar", Cut("Fernrohr")),
        ("La Lunette est désormais disponible", Cut("La Lunette")),
    ],
)
def test_what_announces_is_no_part_of_the_name(title: str, cut: Cut) -> None:
    assert cut_title(title) == cut


@pytest.mark.parametrize(
    "title",
    ["New Relic", "Open Beta", "We Are Live", "Out of Reach", "What are we?", "A love-in", "Why Fernrohr is still...",
     "Fernrohr Preview", "Newcomer"],
)  # fmt: skip
def test_a_name_that_sounds_like_news_stays_whole(title: str) -> None:
    assert cut_title(title) == Cut(title)


def test_one_word_that_announces_is_a_name_before_an_article() -> None:
    assert cut_title("Launch: a kit for rockets") == Cut("Launch", "", "a kit for rockets")
    assert cut_title("Launch: Rocket Kit") == Cut("Rocket Kit")


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("v0.76.0 (2026-05-20)", Cut("", "v0.76.0")),
        ("2026-05-06, Version 24.0.0 (Current), @someone", Cut("", "24.0.0")),
        ("Fernrohr 0.75.0 Security Release", Cut("Fernrohr", "0.75.0")),
        ("Fernrohr 6.1 beta 2 released", Cut("Fernrohr", "6.1 beta 2")),
        ("Fernrohr v2.1 (LTS) (2026-05-20)", Cut("Fernrohr", "v2.1")),
        ("fernrohr-lens: 1.2.0", Cut("fernrohr-lens", "1.2.0")),
        ("[acme/fernrohr] v1.2.0", Cut("acme/fernrohr", "v1.2.0")),
    ],
)
def test_a_release_is_read_off_usual_titles(title: str, cut: Cut) -> None:
    assert cut_title(title) == cut


def test_a_head_that_many_titles_share_is_none_s_name() -> None:
    titles = [
        "Werkstatt: Fernrohr – Sterne",
        "werkstatt: Lupe",
        "Werkstatt: Brille",
        "Lupe: 1.1",
        "Lupe: 1.2",
        "Lupe: 1.3",
    ]
    heads = shared_heads(titles)
    assert heads == {"werkstatt"}
    assert cut_title(titles[0], heads=heads) == Cut("Fernrohr", "", "Sterne")
    assert shared_heads(titles[1:]) == frozenset()
    own = cut_title("Werkstatt: dunkle Seiten", heads=heads, address="https://blog.werkstatt.example/dunkel")
    assert own == Cut("Werkstatt", "", "dunkle Seiten"), "the site's own name is a product's"
    assert shared_heads(["Lupe: klein"] * 9) == frozenset(), "one row three times shares nothing"


def test_the_address_tells_a_head_from_a_name() -> None:
    assert cut_title("Izlazi: Dalekozor", address="https://dalekozor.example/") == Cut("Dalekozor")
    assert cut_title("Dalekozor: Svjetla", address="https://dalekozor.example/svjetla") == Cut(
        "Dalekozor", "", "Svjetla"
    )
    assert cut_title("Quill – an editor", address="https://editor.example/") == Cut("Quill", "", "an editor")


def test_a_persons_own_rule_wins_and_a_title_it_misses_stays_whole() -> None:
    how = r"^(?P<tagline>.+) with (?P<name>\w+)$"
    assert cut_title("Light desks with Lamp", how=how) == Cut("Lamp", "", "Light desks")
    assert cut_title("Lamp: a light", how=how) == Cut("Lamp: a light")


@given(st.text(max_size=200))
def test_no_title_is_lost_or_longer_than_it_was(title: str) -> None:
    cut = cut_title(title)
    assert len(cut.name) + len(cut.release) + len(cut.tagline) <= len(title)
    assert not title.strip() or any(cut)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23", "2026-11-23T10:00:00Z", "2026-11-22T23:30:00-08:00", "Mon, 23 Nov 2026 10:00:00 GMT",
     "November 23, 2026", "23.11.2026", "1795428000", "1795428000000", "2026/11/23", "2026.11.23 9:05", "2026. 11. 23.",
     "2026年11月23日", "２０２６年１１月２３日", "2026년 11월 23일 오전 1:31", "20261123T100000Z", "2026-W48-1",
     "2026/11/22 23:30:00 -0800", "Mon Nov 23 10:00:00 UTC 2026", "Monday, 23-Nov-26 10:00:00 GMT", "Montag, 23. November 2026",
     "Пн, 23 Nov 2026 10:00:00 +0300"],
)  # fmt: skip
def test_days_are_read_in_utc(text: str) -> None:
    assert read_day(text) == date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "11/12/2026", "2026-13-01", "1889-01-01", "9999-01-01", "0", "-1", "9" * 40, "2026", "2026-11", "2026-W48",
     "10:00", "令和8年11月23日", "23 พฤศจิกายน 2569", "2569-11-23", "1405/09/02", "2026/23/11", "23/11/26", "46349", "04.17.2023",
     "Mon, 01 Jan 0001 00:00:00 +0000", "Mon Jan 01 00:00:00 0001", "2026.11.23.4"],
)  # fmt: skip
def test_what_names_no_day_gives_none(text: str) -> None:
    assert read_day(text) is None


@given(st.text(max_size=60) | st.integers().map(str) | st.datetimes().map(str))
def test_no_date_field_raises(text: str) -> None:
    day = read_day(text)
    assert day is None or 1990 <= day.year < 2100
