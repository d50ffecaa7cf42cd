"""A day's launches against servers that fail in every way that passes: all reviewed or named, and paid as billed.

The tariff is typed by hand here and in `batch_days.py`, for the server; what the program is told stands as TOML beside
it. `PANEL_TEST_LAUNCHES` says how many; a whole thousand, with kills, is in test_thousand.py.
"""

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.batch_days import (
    CLAUDE,
    JURORS,
    assert_paid_as_billed,
    make_workspace,
    rows_in,
    run_quickly,
    started,
)
from tests.support.batch_faults import (
    FATES,
    SMALL_BATCHES,
    assert_all_named,
    missing_rows,
    read_summary,
    settings,
    torn_lines,
    unbilled_failures,
)
from tests.support.bills import assert_books_meet, read_books
from tests.support.command import both_providers, fake_server, run_here
from tests.support.providers.batches import Fate, fate
from tests.support.providers.billing import Usage, tariff
from tests.support.providers.faults import Faults

pytestmark = pytest.mark.long

LAUNCHES = int(os.environ.get("PANEL_TEST_LAUNCHES", "60"))


def run_ordinary(at: Path, count: int) -> None:
    launches = make_workspace(at, count)
    with fake_server(**settings()) as fake:
        said = run_quickly(
            "batch", str(launches), "--yes", "--json", at=at, longest_s=60 + 2.0 * count, **both_providers(fake)
        )
        assert said.code == 0, said.err
        summary = said.data
        assert_all_named(summary, count)
        books = read_books(f"sqlite:///{at / 'runs' / 'panel.db'}", fake)
        assert_books_meet(books, summary, in_flight=0, untold=unbilled_failures(fake) + books.late)
        assert len(fake.stats.behaviours) >= min(12, count // 3), "hardly any fault was met"
        assert fake.stats.behaviours["hang"] if count > 500 else True
        assert summary["spend"]["saved_by_cache_usd"] > "0"
    folder = at / "runs" / summary["run_id"]
    assert len(list((folder / "launches").iterdir())) == len(summary["reviewed"])
    assert run_here("runs", "verify", str(folder), at=at).code == 0


def test_ten_percent_faults_leave_launches_reviewed_or_named(tmp_path: Path) -> None:
    """Every launch is reviewed or named, and paid as billed, under ten percent faults."""
    run_ordinary(tmp_path, LAUNCHES)


def test_a_model_whose_money_is_used_up_is_asked_no_more(tmp_path: Path) -> None:
    """A model whose money is used up is asked no more, and every launch says so. A fault that does not pass: each model
    meets it once, and its jurors fail by name from then on."""
    launches = make_workspace(tmp_path, 12)
    stopping = Faults(0.5, 3, ("spend_cap",))
    with fake_server(**settings(faults=stopping)) as fake:
        said = run_quickly("batch", str(launches), "--yes", "--json", at=tmp_path, **both_providers(fake))
        assert said.code == 0, said.err
        rows = rows_in(said.data)
        assert sorted(rows) == list(range(1, 13))
        assert set(rows.values()) <= {"reviewed", "failed"}
        assert said.data["failed"]
        assert all("quota" in entry["reason"] for entry in said.data["failed"])
        assert_paid_as_billed(said.data, fake.bill.as_json())
        assert fake.stats.behaviours["spend_cap"] <= 16, "a model that can't be asked was asked on"


def test_the_tariff_is_the_oracles_and_a_batch_costs_half(tmp_path: Path) -> None:
    """DESIGN decision 14: $0.054399 for 3 fresh, 12,304 written and 550 out at $3, $3.75 and $15 a million."""
    launches = make_workspace(tmp_path, 1)
    oracle = {"*": tariff("3/3.75/0.30/15")}
    with fake_server(tariffs=oracle, fixed_usage=Usage(3, 12304, 0, 550)) as fake:
        words = ("batch", str(launches), "--yes", "--json", "--model", CLAUDE)
        said = run_here(*words, at=tmp_path, **both_providers(fake))
        assert said.code == 0, said.err
        assert said.data["spend"]["cost_usd"] == str(JURORS * 0.054399)[:8] == "0.271995"
        assert_paid_as_billed(said.data, fake.bill.as_json())
        (entry,) = said.data["reviewed"]
        assert entry["cost_usd"] == "0.271995"


def run_economy(at: Path, count: int, fates: tuple[str, ...] = FATES) -> None:
    launches = make_workspace(at, count)
    deals: list[Fate] = [replace(fate(names), seed=i) for i, names in enumerate(fates)]
    with fake_server(**settings()) as fake:
        fake.batch_fates.extend(deals)
        said = run_quickly(
            "batch", str(launches), "--yes", "--json", "--economy", at=at, patches=SMALL_BATCHES,
            longest_s=60 + 2.0 * count, **both_providers(fake),
        )  # fmt: skip
        assert said.code == 0, said.err
        assert_all_named(said.data, count)
        untold = unbilled_failures(fake) + missing_rows(fake)
        assert_paid_as_billed(said.data, fake.bill.as_json(), untold=untold, most=untold + torn_lines(fake))
        assert not fake.batch_fates, "a fate was met by no batch"
        bill = fake.bill.as_json()
        assert bill["batch_answers"] > bill["answers"] / 2
        assert said.data["spend"]["saved_by_batches_usd"] > "0"


def test_the_same_at_half_price_when_batches_come_back_in_every_state(tmp_path: Path) -> None:
    run_economy(tmp_path, LAUNCHES)


def run_fleet(at: Path, count: int, url: str, *flags: str) -> dict[str, Any]:
    """Hand the launches out, let two workers share them, and give back the summary."""
    launches = make_workspace(at, count)
    with fake_server(**settings()) as fake, ExitStack() as stack:
        variables = {**both_providers(fake), "PANEL_DATABASE_URL": url}
        handed = run_quickly("batch", str(launches), "--yes", "--json", "--enqueue", *flags, at=at, **variables)
        assert handed.code == 0, handed.err
        assert handed.data["handed_out"] == count
        folder = at / "runs" / handed.run_id
        workers = [
            stack.enter_context(started("worker", at=at, variables=variables, patches=SMALL_BATCHES)) for _ in range(2)
        ]
        workers[0].wait_until(lambda: any(" is finished." in w.err for w in workers), longest_s=60 + 2.0 * count)
        said = run_here("runs", "show", handed.run_id, "--json", at=at, **variables)
        assert said.data["run"]["state"] == "finished", "\n".join(worker.err for worker in workers)
        for worker in workers:
            worker.signal(15)
        assert [worker.end() for worker in workers] == [0, 0], workers[0].err
        assert not any("Unclosed" in worker.err for worker in workers), workers[0].err
        told = [worker.err.count(": reviewed") for worker in workers]
        assert min(told) > 0, f"one worker did nothing: {told}"
        summary: dict[str, Any] = read_summary(folder)
        assert_all_named(summary, count)
        untold = unbilled_failures(fake) + missing_rows(fake)
        assert_paid_as_billed(summary, fake.bill.as_json(), untold=untold, most=untold + torn_lines(fake))
        assert Counter(entry["launch"] for entry in summary["reviewed"]).most_common(1)[0][1] == 1
        return summary


def test_the_same_with_two_workers_on_postgres(tmp_path: Path, postgres_url: str) -> None:
    run_fleet(tmp_path, LAUNCHES, postgres_url)


def test_the_same_at_half_price_with_two_workers_on_postgres(tmp_path: Path, postgres_url: str) -> None:
    run_fleet(tmp_path, LAUNCHES // 2, postgres_url, "--economy")
