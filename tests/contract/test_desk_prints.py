"""What critics wrote is kept and found again, on both databases, and a draft's prose is held against it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from tests.unit.checks.lantern import MADE, make_dossier, make_opinion, make_persona

from panel.desk.prose import prose_flags, remember, rival_flags
from panel.desk.text import MAKERS_WORD
from panel.records import Made, NotAsked, Review, Rho, Sentence, Tally
from panel.records.prints import Print
from panel.store.desk_prints import _LOADED, _RECENT, _SHARING, MOST_CANDIDATES, Prints
from panel.store.desk_tables import print_bands, prints

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
TEXT = "whoever leaves builds another index elsewhere because it documents no export of any kind"
NEAR = TEXT.replace("another", "a new")


@pytest.fixture
def archive(database_url: str) -> Iterator[Prints]:
    found = Prints.open(database_url)
    yield found
    found.close()


def a_print(subject="oddfern", text=TEXT, *, persona_id="dx", kind="words", on_day=date(2026, 11, 1)):
    return Print(subject=subject, named=subject.title(), persona_id=persona_id, kind=kind, text=text, on_day=on_day)


def test_a_near_text_of_another_product_is_a_candidate_word_for_word_as_kept(archive: Prints) -> None:
    archive.remember("oddfern", [a_print(), a_print(text="two commands start it and both stand on one page")])
    assert archive.candidates("lantern", [NEAR, "nothing of the kind stands anywhere at all"]) == {NEAR: (a_print(),)}


def test_a_products_own_prints_are_no_candidates(archive: Prints) -> None:
    archive.remember("lantern", [a_print("lantern"), a_print("lantern", kind="quote")])
    assert archive.candidates("lantern", [TEXT]) == {}
    assert archive.recent("dx", besides="lantern", since=date.min, limit=9) == ()


def test_remembering_again_replaces_that_products_prints_and_no_others(archive: Prints) -> None:
    archive.remember("oddfern", [a_print()])
    archive.remember("lantern", [a_print("lantern")])
    archive.remember("oddfern", [a_print(text="two commands start it and both stand on one page")])
    assert archive.candidates("third", [TEXT]) == {TEXT: (a_print("lantern"),)}
    archive.remember("lantern", [])
    assert archive.candidates("third", [TEXT]) == {}


def test_a_replaced_print_leaves_no_band_behind(archive: Prints) -> None:
    for _ in range(3):
        archive.remember("oddfern", [a_print(), a_print(kind="quote")])
    with archive._engine.connect() as conn:
        assert conn.execute(select(func.count()).select_from(prints)).scalar() == 2
        assert conn.execute(select(func.count()).select_from(print_bands)).scalar() == 12


def test_another_products_print_is_refused_and_nothing_is_lost(archive: Prints) -> None:
    archive.remember("oddfern", [a_print()])
    with pytest.raises(ValueError, match="another product than 'oddfern'"):
        archive.remember("oddfern", [a_print("lantern")])
    assert archive.candidates("third", [TEXT]) == {TEXT: (a_print(),)}


def test_recent_quotes_come_newest_first_of_that_critic_alone_and_no_more_than_asked(archive: Prints) -> None:
    for day in (3, 1, 2):
        archive.remember(
            f"tool-{day}",
            [
                a_print(f"tool-{day}", f"about tool {day}", kind="quote", on_day=date(2026, 11, day)),
                a_print(f"tool-{day}", on_day=date(2026, 11, day)),
                a_print(f"tool-{day}", kind="quote", persona_id="skeptic", on_day=date(2026, 11, day)),
            ],
        )
    quotes = archive.recent("dx", besides="tool-9", since=date(2026, 11, 2), limit=9)
    assert quotes == ("about tool 3", "about tool 2")
    assert archive.recent("dx", besides="tool-3", since=date.min, limit=1) == ("about tool 2",)


def test_a_text_that_hundreds_share_is_found_without_reading_them_all_and_hides_no_other(archive: Prints) -> None:
    rare = "two commands start it and both stand on one page"
    for n in range(120):  # 120 times 12 bands: more than is read at once
        archive.remember(f"tool-{n}", [a_print(f"tool-{n}")])
    archive.remember("tool-x", [a_print("tool-x", rare)])
    found = archive.candidates("lantern", [TEXT, rare])
    assert 0 < len(found[TEXT]) <= MOST_CANDIDATES
    assert found[rare] == (a_print("tool-x", rare),)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (_SHARING, {"bands": [1, 2, 3], "most": 9}),
        (_LOADED, {"ids": [1, 2, 3], "subject": "lantern"}),
        (_RECENT, {"persona": "dx", "subject": "lantern", "since": "2026-01-01", "most": 9}),
    ],
)
def test_every_question_is_answered_from_an_index(archive: Prints, statement, told) -> None:  # type: ignore[no-untyped-def]
    archive.remember("oddfern", [a_print(), a_print(kind="quote")])
    with archive._engine.connect() as conn:
        query = statement.params(told).compile(conn, compile_kwargs={"literal_binds": True})
        how = "explain query plan" if conn.dialect.name == "sqlite" else "explain"
        plan = "\n".join(str(row[-1]) for row in conn.exec_driver_sql(f"{how} {query}"))
    assert "SEARCH" in plan or "Index" in plan
    assert "SCAN" not in plan and "Seq Scan" not in plan
    assert "TEMP B-TREE" not in plan


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


def test_a_template_with_the_name_swapped_is_flagged_with_the_review_it_stood_in(archive: Prints) -> None:
    remember(archive, a_review("Oddfern", sentences=template("Oddfern")), "oddfern", NOW - timedelta(days=20))
    found = [f for f in prose_flags(archive, a_review(sentences=template("Lantern")), "lantern", NOW) if f.index == 0]
    assert [(f.check, f.message) for f in found] == [
        ("written_before", "Nearly its own words on Oddfern 2, 2026-11-05.")
    ]


def test_a_re_review_of_the_same_product_is_not_held_against_itself(archive: Prints) -> None:
    remember(archive, a_review(sentences=template("Lantern")), "lantern", NOW)
    assert prose_flags(archive, a_review(release="3", sentences=template("Lantern")), "lantern", NOW) == ()


def test_an_opening_becomes_stock_with_the_third_product_and_is_forgotten_after_half_a_year(archive: Prints) -> None:
    draft = a_review(sentences=("From an empty folder Lantern asks for nothing.",))
    for n, day in enumerate((30, 20, 10)):
        assert "stock_opener" not in {f.check for f in prose_flags(archive, draft, "lantern", NOW)}
        past = a_review(f"Oddfern{n}", sentences=template(f"Oddfern{n}", n))
        remember(archive, past, f"tool-{n}", NOW - timedelta(days=day))
    (flag,) = [f for f in prose_flags(archive, draft, "lantern", NOW) if f.check == "stock_opener"]
    assert flag.message == "Opens like 3 of its last 3 quotes: 'from an empty folder it'."
    later = prose_flags(archive, draft, "lantern", NOW + timedelta(days=171))
    assert "stock_opener" not in {f.check for f in later}


def test_a_trial_review_has_no_words_to_remember_or_to_flag(archive: Prints) -> None:
    trial = a_review(words=NotAsked())
    remember(archive, trial, "lantern", NOW)
    assert prose_flags(archive, trial, "lantern", NOW) == ()
    assert rival_flags(trial, make_dossier(name="Moth")) == ()


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
