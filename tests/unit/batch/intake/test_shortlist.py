from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from panel.batch.intake.shortlist import ReviewedBefore, choose
from panel.batch.intake.source_spec import Shortlist
from panel.records import Seen
from panel.records.batch import Announcement, BatchRow

TODAY = date(2026, 11, 24)


def row(number: int, name: str = "", places: int = 1, **more: Any) -> BatchRow:
    name = name or f"Tool{number}"
    seen = tuple(Seen(where=f"feed {n}") for n in range(places))
    fields = {"homepage": f"https://tool{number}.dev", "source": "a", "at": f"line {number}", "seen_at": seen, **more}
    return BatchRow(row=number, said=Announcement(name=name, **fields))


def chosen(rows: list[BatchRow], **rules: Any) -> tuple[list[int], dict[int, str]]:
    known = rules.pop("known", lambda said: None)
    out = list(choose(rows, Shortlist(**rules), as_of=TODAY, known=known))
    assert sorted(r.row for r in out) == sorted(r.row for r in rows if r.state == "new")
    return [r.row for r in out if r.state == "ready"], {r.row: r.reason for r in out if r.reason}


def test_pins_then_places_then_newest_then_first_come() -> None:
    rows = [
        row(1), row(2, places=3), row(3, launched_at=TODAY), row(4, launched_at=TODAY - timedelta(1)), row(5, "Lamp"),
        row(6), row(7, homepage="https://www.acme.dev/app"),
    ]  # fmt: skip
    ready, _ = chosen(rows, max_reviews=7, pins=["acme.dev", "LAMP"])
    assert ready == [7, 5, 2, 3, 4, 1, 6]


def test_what_is_beyond_the_shortlist_says_so() -> None:
    ready, why = chosen([row(1), row(2), row(3)], max_reviews=2)
    assert ready == [1, 2]
    assert why == {3: "beyond today's max_reviews of 2"}


def test_a_late_row_seen_in_more_places_takes_the_place_of_an_early_one() -> None:
    assert chosen([row(1), row(2), row(3, places=2)], max_reviews=1)[0] == [3]


def test_without_a_limit_everything_is_ready_as_it_comes() -> None:
    stream = choose((row(n) for n in range(1, 10**9)), Shortlist(max_reviews=0), as_of=TODAY)
    assert [next(stream).row for _ in range(3)] == [1, 2, 3]  # an endless stream is not read to its end


def test_filters_name_their_reason_and_let_the_unknown_pass() -> None:
    rows = [
        row(1, category="databases"), row(2, category="testing"), row(3),
        row(4, language="de-AT"), row(5, language="en-GB"),
        row(6, launched_at=TODAY - timedelta(8)), row(7, launched_at=TODAY - timedelta(7)),
        row(8, homepage=""), row(9, homepage="", launch_file="/x/lamp.yaml"),
    ]  # fmt: skip
    ready, why = chosen(rows, categories=["testing"], languages=["en"], max_age_days=7)
    assert ready == [7, 2, 3, 5, 9]
    assert why == {
        1: "its category databases is not asked for",
        4: "its language de-AT is not asked for",
        6: "launched 8 days before 2026-11-24, more than 7",
        8: "it names no address to read and brings no text of its own",
    }


def test_a_pin_passes_the_filters_but_is_not_reviewed_twice() -> None:
    def known(said: Announcement) -> ReviewedBefore | None:
        return ReviewedBefore("run-1", date(2026, 11, 1)) if said.name == "Bulb" else None

    rows = [row(1, "Lamp", category="databases"), row(2, "Bulb")]
    ready, why = chosen(rows, categories=["testing"], pins=["lamp", "bulb"], known=known)
    assert ready == [1]
    assert why == {2: "reviewed on 2026-11-01 (run run-1)"}


def test_what_changed_since_its_review_is_reviewed_again_and_says_so() -> None:
    ready, why = chosen([row(1)], known=lambda said: ReviewedBefore("run-1", date(2026, 11, 1), True, "new prices"))
    assert ready == [1]
    assert why == {1: "changed since the review of 2026-11-01 (run run-1): new prices"}


def test_rows_already_decided_are_passed_over() -> None:
    decided = row(1).model_copy(update={"state": "skipped", "reason": "same launch as row 9"})
    assert list(choose([decided], Shortlist(), as_of=TODAY)) == []


@given(st.lists(st.integers(1, 4), max_size=30), st.integers(1, 8))
def test_the_shortlist_is_the_best_whatever_the_order(places: list[int], most: int) -> None:
    rows = [row(n, places=p) for n, p in enumerate(places, 1)]
    ready, _ = chosen(rows, max_reviews=most)
    assert ready == sorted((r.row for r in rows), key=lambda n: (-places[n - 1], n))[:most]
