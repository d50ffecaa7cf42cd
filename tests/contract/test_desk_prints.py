"""What critics wrote is kept and found again, on both databases, and a draft's prose is held against it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.support.databases import open_part
from tests.support.opinions import MADE, make_dossier, make_opinion, make_persona

from panel.desk.drafts.overlay import MAKERS_WORD
from panel.desk.drafts.written_before import WrittenBefore
from panel.records import Flag, Made, NotAsked, Review, Rho, Sentence, Tally
from panel.records.persona import Print
from panel.store.desk.prints import Prints

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
TEXT = "whoever leaves builds another index elsewhere because it documents no export of any kind"


@pytest.fixture
def archive(database_url: str) -> Iterator[Prints]:
    found = open_part(Prints, database_url)
    yield found
    found.close()


def a_print(subject="oddfern", text=TEXT, *, persona_id="dx", on_day=date(2026, 11, 1)):
    return Print(subject=subject, named=subject.title(), persona_id=persona_id, text=text, on_day=on_day)


def remember(archive: Prints, review: Review, subject: str, now: datetime) -> None:
    WrittenBefore(archive, lambda: now).remember(review, subject)


def prose_flags(archive: Prints, review: Review, subject: str, now: datetime) -> tuple[Flag, ...]:
    return WrittenBefore(archive, lambda: now).flags(review, subject)


def words(archive: Prints, subject: str = "third", **asked):  # type: ignore[no-untyped-def]
    return archive.recent("dx", **{"besides": subject, "since": date.min, "limit": 9} | asked)


def test_a_critics_words_come_back_but_for_those_on_the_product_itself(archive: Prints) -> None:
    archive.remember("oddfern", [a_print(), a_print(persona_id="skeptic")])
    assert words(archive) == (a_print(),)
    assert words(archive, "oddfern") == ()


def test_remembering_again_replaces_that_products_prints_and_no_others(archive: Prints) -> None:
    archive.remember("oddfern", [a_print()])
    archive.remember("lantern", [a_print("lantern")])
    archive.remember("oddfern", [a_print(text="two commands start it")])
    assert words(archive, "oddfern") == (a_print("lantern"),)
    archive.remember("lantern", [])
    assert words(archive, "oddfern") == ()


def test_another_products_print_is_refused_and_nothing_is_lost(archive: Prints) -> None:
    archive.remember("oddfern", [a_print()])
    with pytest.raises(ValueError, match="another product than 'oddfern'"):
        archive.remember("oddfern", [a_print("lantern")])
    assert words(archive) == (a_print(),)


def test_the_newest_come_first_and_no_more_than_asked(archive: Prints) -> None:
    for day in (3, 1, 2):
        archive.remember(f"tool-{day}", [a_print(f"tool-{day}", on_day=date(2026, 11, day))])
    assert [p.subject for p in words(archive, since=date(2026, 11, 2))] == ["tool-3", "tool-2"]
    assert [p.subject for p in words(archive, "tool-3", limit=1)] == ["tool-2"]


def a_review(name="Lantern", *, sentences=(), line="", release="2", pages=None, words=None, **launch) -> Review:
    quote = tuple(Sentence(text=text, rests_on="view") for text in sentences)
    opinion = make_opinion(quote=quote, line=line) if words is None else make_opinion(words=words)
    return Review(
        made=MADE,
        how=Made(prompts={}, schema_hash="sha256:0"),
        grade="full",
        dossier=make_dossier(pages, name=name, release=release, **launch),
        personas=(make_persona(),),
        opinions=(opinion,),
        tally=Tally(
            asked=1,
            ship=1,
            skip=0,
            abstain=0,
            ungrounded=0,
            declined=0,
            unusable=0,
            failed=0,
            interval=None,
            rho=Rho(),
            verdict="ship",
        ),
    )


def template(name, i=0):
    return (
        f"From an empty folder {name} reaches its first useful answer before the coffee is cold.",
        f"Version {i} of the {('index', 'cache', 'editor', 'shell')[i % 4]} is what its users asked for in {2000 + i}.",
    )


def test_a_template_with_the_name_swapped_is_flagged_with_its_source(archive: Prints) -> None:
    """A template with the name swapped is flagged with the review it stood in."""
    remember(archive, a_review("Oddfern", sentences=template("Oddfern")), "oddfern", NOW - timedelta(days=20))
    found = [f for f in prose_flags(archive, a_review(sentences=template("Lantern")), "lantern", NOW) if f.index == 0]
    assert [(f.check, f.message) for f in found] == [
        ("written_before", "Nearly its own words on Oddfern 2, 2026-11-05.")
    ]


def test_a_re_review_of_the_same_product_is_not_held_against_itself(archive: Prints) -> None:
    remember(archive, a_review(sentences=template("Lantern")), "lantern", NOW)
    assert prose_flags(archive, a_review(release="3", sentences=template("Lantern")), "lantern", NOW) == ()


def test_what_is_older_than_half_a_year_is_forgotten(archive: Prints) -> None:
    remember(archive, a_review("Oddfern", sentences=template("Oddfern")), "oddfern", NOW - timedelta(days=10))
    draft = a_review(sentences=template("Lantern"))
    assert prose_flags(archive, draft, "lantern", NOW)
    assert prose_flags(archive, draft, "lantern", NOW + timedelta(days=171)) == ()


def test_a_trial_review_has_no_words_to_remember_or_to_flag(archive: Prints) -> None:
    trial = a_review(words=NotAsked())
    remember(archive, trial, "lantern", NOW)
    assert prose_flags(archive, trial, "lantern", NOW) == ()


def test_edited_words_are_what_is_compared(archive: Prints) -> None:
    remember(archive, a_review("Oddfern", sentences=template("Oddfern")), "oddfern", NOW)
    edited = a_review(sentences=("Lantern asks for a folder and a minute, and says what it did with both.",))
    assert prose_flags(archive, edited, "lantern", NOW) == ()


def test_the_desks_own_lead_in_is_no_critics_habit(archive: Prints) -> None:
    attributed = [MAKERS_WORD + text for text in ("it reads folders.", "an index takes minutes.", "nothing is sent.")]
    for n, text in enumerate(attributed):
        remember(archive, a_review(f"Oddfern{n}", sentences=(text,)), f"tool-{n}", NOW)
    draft = a_review(sentences=(MAKERS_WORD + "two people wrote it.",))
    assert prose_flags(archive, draft, "lantern", NOW) == ()
