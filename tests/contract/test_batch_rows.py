"""What a day's rows promise, on every database."""

from datetime import timedelta

import pytest
from tests.support.records import a_plan, a_review, a_row, a_run

from panel.errors import StoreError
from panel.records import Dossier, ProposedPair
from panel.store import BatchRows, RunRecords


@pytest.fixture(autouse=True)
def _saved_run(records: RunRecords) -> None:
    records.save_run(a_run())


def test_a_plan_comes_back_whole(rows: BatchRows) -> None:
    rows.save_plan("run-1", a_plan())
    rows.save_plan("run-1", a_plan().model_copy(update={"draw": 1}))
    assert rows.load_plan("run-1") == a_plan().model_copy(update={"draw": 1})


def test_a_run_without_a_plan_is_said_to_be_no_batch(rows: BatchRows) -> None:
    with pytest.raises(StoreError, match="'run-1' is no batch"):
        rows.load_plan("run-1")


def test_rows_come_back_in_order_however_many_they_are(rows: BatchRows) -> None:
    rows.add("run-1", (a_row(n) for n in range(1200, 0, -1)))
    assert [row.row for row in rows.stream("run-1", size=7)] == list(range(1, 1201))
    assert rows.get("run-1", 1200) == a_row(1200)


def test_an_intake_done_again_changes_no_row_that_has_gone_on(rows: BatchRows) -> None:
    rows.add("run-1", [a_row(1), a_row(2)])
    rows.put("run-1", a_row(1, "reviewed", slug="tool-1"))
    rows.add("run-1", [a_row(1), a_row(2), a_row(3)])
    assert [row.state for row in rows.stream("run-1")] == ["reviewed", "new", "new"]


def test_rows_are_counted_and_chosen_by_state(rows: BatchRows) -> None:
    rows.add("run-1", [a_row(n) for n in range(1, 7)])
    rows.put_many("run-1", [a_row(2, "ready"), a_row(3, "failed", reason="No page answered."), a_row(5, "ready")])
    assert rows.counts("run-1") == {"new": 3, "ready": 2, "failed": 1}
    assert [row.row for row in rows.stream("run-1", ("ready", "failed"), size=1)] == [2, 3, 5]
    assert rows.get("run-1", 3).reason == "No page answered."


def test_rows_changed_while_they_are_streamed_come_once_and_hold_nobody_up(rows: BatchRows) -> None:
    rows.add("run-1", [a_row(n, "ready") for n in range(1, 51)])
    seen = []
    for row in rows.stream("run-1", ("ready",), size=10):
        seen.append(row.row)
        rows.put("run-1", row.model_copy(update={"state": "reviewed"}))
    assert seen == list(range(1, 51))
    assert rows.counts("run-1") == {"reviewed": 50}


def test_a_run_sees_no_other_runs_rows(rows: BatchRows, records: RunRecords) -> None:
    records.save_run(a_run("run-2"))
    rows.add("run-1", [a_row(1)])
    rows.add("run-2", [a_row(1, "skipped", reason="Seen before.")])
    assert rows.counts("run-2") == {"skipped": 1}
    assert [row.state for row in rows.stream("run-1")] == ["new"]


def test_a_row_there_is_none_of_is_said_to_be_missing(rows: BatchRows) -> None:
    with pytest.raises(StoreError, match="'run-1' has no row 9"):
        rows.get("run-1", 9)


def test_rows_of_a_run_nobody_saved_are_refused(rows: BatchRows) -> None:
    with pytest.raises(StoreError):
        rows.add("run-9", [a_row(1)])


def test_a_launchs_dossier_and_review_are_kept_as_they_come(rows: BatchRows, records: RunRecords) -> None:
    reviews = [a_review(name) for name in ("Bolt", "Acme", "Cord")]
    for number, review in enumerate(reviews, start=1):
        assert rows.add_dossier("run-1", a_row(number, "ready", slug=review.slug), review.dossier)
        rows.save_review("run-1", review)
    assert rows.load_dossier("run-1", "acme") == reviews[1].dossier
    assert rows.load_dossier("run-1", "dart") is None
    assert records.load_reviews("run-1") == tuple(sorted(reviews, key=lambda review: review.slug))


def _a_day_older(dossier: Dossier) -> Dossier:
    return dossier.model_copy(update={"as_of": dossier.as_of - timedelta(days=1)})


def test_two_launches_of_one_name_never_share_a_slug(rows: BatchRows) -> None:
    """Two launches of one name never share a slug, whichever worker is first. Else the second would be reviewed by the
    first one's pages, and lie in its folder."""
    mine, other = a_review("Acme").dossier, _a_day_older(a_review("Acme").dossier)
    rows.add("run-1", [a_row(1, "ready"), a_row(2, "ready")])
    assert rows.add_dossier("run-1", a_row(1, "ready", slug="acme"), mine)
    assert not rows.add_dossier("run-1", a_row(2, "ready", slug="acme"), other)
    assert [row.slug for row in rows.stream("run-1")] == ["acme", ""]
    assert rows.load_dossier("run-1", "acme") == mine


def test_the_last_pairs_proposed_are_kept_until_the_run_is_deleted(rows: BatchRows, records: RunRecords) -> None:
    pair = ProposedPair(a="lamp", b="bulb", a_name="Lamp", b_name="Bulb", why="Both burn.", compare="panel compare x y")
    assert rows.load_pairs("run-1") == ()
    rows.save_pairs("run-1", [pair, pair])
    rows.save_pairs("run-1", [pair])
    assert rows.load_pairs("run-1") == (pair,)
    records.delete_run("run-1")
    assert rows.load_pairs("run-1") == ()


def test_a_deleted_runs_rows_and_plan_go_with_it(rows: BatchRows, records: RunRecords) -> None:
    rows.save_plan("run-1", a_plan())
    rows.add("run-1", [a_row(1)])
    records.delete_run("run-1")
    assert rows.counts("run-1") == {}
    with pytest.raises(StoreError):
        rows.load_plan("run-1")
