"""A thousand launches, a tenth of all calls going wrong in every way there is, and a kill in the middle.

Every launch ends reviewed or named with its reason; nothing is paid twice but calls in flight at the kill; and the
spend equals the server's own bill. An answer lost on its way is billed by the server and stands in our ledger as a call
of unknown price, so equal means: ours + what was billed for answers that never reached us = the bill, exactly, every
answer in the ledger being one line of the bill at the bill's price (`bills.py`). The tariff is typed by hand in
`batch_days.py`; `test_the_tariff_is_the_oracles_and_a_batch_costs_half` holds it against $0.054399.

`make test-chaos` runs these; `-s` prints the figures. The server lives in this process and outlives every kill.
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.batch_days import make_workspace, run_quickly, started
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
from tests.support.bills import Books, assert_books_meet, calls_in_flight, read_books
from tests.support.command import both_providers, fake_server, run_here
from tests.support.databases import Postgres, rows_of
from tests.support.providers.batches import fate
from tests.support.providers.faults import PASSING, STATUSES
from tests.support.providers.server import Fake

pytestmark = pytest.mark.chaos
LAUNCHES = int(os.environ.get("PANEL_TEST_THOUSAND", "1000"))
IN_FLIGHT = 8  # of each provider
MOST_CUT_OFF = 2 * IN_FLIGHT  # calls a kill of one process can cut off
TIMEOUT_S = 15.0  # how long a hanging reply is waited for
LONGEST_S = 3600.0  # beyond what any machine needs
HALF_DONE = LAUNCHES // 2
MORE_FATES = ("expires+duplicated", "invalid", "queue_full", "lost_500", "stalls", "no_output_file", "archived")
EVERY_FATE = (*FATES, *MORE_FATES) * max(1, LAUNCHES // 250)
PATCHES = {
    **SMALL_BATCHES,
    "panel.batch.provider_batches.poller.KEPT_AT_MOST": "timedelta(seconds=20)",  # of a batch that never ends
    "panel.batch.workers.jobs.HEARTBEAT_S": 1.0,
    "panel.batch.workers.jobs.STALLED_S": 8.0,
    "panel.workspace.job_queue.HEARTBEAT_S": 1.0,
    "panel.workspace.job_queue.STALLED_S": 8.0,
}


class Watch:
    """Tells when something that costs a query is so; looks every half second."""

    def __init__(self, there: Callable[[], bool]) -> None:
        self.there, self.looked_at, self.is_so = there, 0.0, False

    def __call__(self) -> bool:
        if not self.is_so and time.monotonic() - self.looked_at > 0.5:
            self.is_so, self.looked_at = self.there(), time.monotonic()
        return self.is_so


def reviewed(url: str) -> int:
    return int(rows_of(url, "select count(*) from batch_rows where state = 'reviewed'")[0][0])


def is_half_done(url: str, folder: Path) -> Watch:
    """Half the launches are reviewed; nothing is asked before the database is there."""
    return Watch(lambda: any(folder.glob("2*/inputs")) and reviewed(url) >= HALF_DONE)


def tell(what: str, summary: dict[str, Any], books: Books, in_flight: int, since: float) -> None:
    named = f"{len(summary['reviewed'])} reviewed, {len(summary['failed'])} failed"
    reasons = sorted({entry["reason"] for entry in summary["failed"]})
    print(f"\n{what}: {named} in {time.monotonic() - since:.0f} s; {in_flight} calls in flight at the kill; {books}")
    print("".join(f"  failed: {reason}\n" for reason in reasons[:10]))


def assert_every_fault_was_met(fake: Fake, *, in_batches: bool) -> None:
    met = set(fake.stats.behaviours)
    if in_batches:
        assert {f"batch:{name}" for name in (*STATUSES, "reset")} <= met
    else:
        assert set(PASSING) <= met


def unbilled_rows_out_of_reach(fake: Fake) -> int:
    """Rows of batches whose results are gone: nobody can tell that these were not billed."""
    gone = [sent for sent in fake.batches.sent.values() if sent.fate.archived]
    return sum(sent.total - sum(row.line is not None for row in sent.rows) for sent in gone)


def assert_batches_bought_once(url: str, fake: Fake) -> None:
    """Whatever the provider took is known here, once. What its queue had no room for was handed over again."""
    sent = [json.loads(text)["provider_batch_id"] for (text,) in rows_of(url, "select json from provider_batches")]
    named = [name for name in sent if name]
    assert len(set(named)) == len(named)
    bought = {name for name, sent in fake.batches.sent.items() if not sent.errors}
    assert bought <= set(named) <= set(fake.batches.sent), "a provider batch was bought twice, or lost"


def run_on_one_machine(at: Path, *flags: str) -> None:
    """Half of it, a kill, and the rest by `panel resume`."""
    since, folder = time.monotonic(), at / "runs"
    url = f"sqlite:///{folder / 'panel.db'}"
    launches = make_workspace(at, LAUNCHES, in_flight=IN_FLIGHT, timeout_s=TIMEOUT_S)
    with fake_server(**settings()) as fake:
        fake.batch_fates.extend(replace(fate(names), seed=i) for i, names in enumerate(EVERY_FATE if flags else ()))
        words, variables = ("batch", str(launches), "--yes", "--json", *flags), both_providers(fake)
        with started(*words, at=at, variables=variables, patches=PATCHES) as child:
            batches_out = Watch(lambda: fake.stats.batches >= len(EVERY_FATE) // 2)
            child.wait_until(batches_out if flags else is_half_done(url, folder), longest_s=LONGEST_S)
            assert child.kill(), child.err
        in_flight = calls_in_flight(url)
        assert in_flight <= MOST_CUT_OFF
        (run_id,) = [path.name for path in folder.glob("2*")]
        said = run_quickly(
            "resume", run_id, "--yes", "--json", at=at, patches=PATCHES, longest_s=LONGEST_S, **variables
        )
        assert said.code == 0, said.err
        hold_promises(said.data, url, fake, in_flight, since, "one process " + " ".join(flags), economy=bool(flags))
    assert run_here("runs", "verify", str(folder / run_id), at=at).code == 0


def hold_promises(
    summary: dict[str, Any], url: str, fake: Fake, in_flight: int, since: float, what: str, *, economy: bool
) -> None:
    books = read_books(url, fake)
    tell(what.strip(), summary, books, in_flight, since)
    assert_all_named(summary, LAUNCHES)
    untold = unbilled_failures(fake) + missing_rows(fake) + unbilled_rows_out_of_reach(fake)
    assert_books_meet(books, summary, in_flight=in_flight, untold=untold, in_files=torn_lines(fake))
    assert_every_fault_was_met(fake, in_batches=economy)
    if economy:
        assert not fake.batch_fates, "a fate was met by no batch"
        assert_batches_bought_once(url, fake)
        assert fake.bill.as_json()["batch_answers"] > books.answers / 2


def test_a_thousand_launches_killed_and_resumed_are_paid_as_billed(tmp_path: Path) -> None:
    """A thousand launches killed half way and resumed are named, and paid as billed."""
    run_on_one_machine(tmp_path)


def test_a_thousand_at_half_price_killed_are_paid_as_billed(tmp_path: Path) -> None:
    """A thousand launches at half price killed while batches are out are paid as billed."""
    run_on_one_machine(tmp_path, "--economy")


def run_fleet(at: Path, url: str, *flags: str) -> None:
    """Two workers share it; one is killed half-way and replaced."""
    since = time.monotonic()
    launches = make_workspace(at, LAUNCHES, in_flight=IN_FLIGHT, timeout_s=TIMEOUT_S)
    with fake_server(**settings()) as fake, ExitStack() as stack:
        fake.batch_fates.extend(replace(fate(names), seed=i) for i, names in enumerate(EVERY_FATE if flags else ()))
        variables = {**both_providers(fake), "PANEL_DATABASE_URL": url}
        handed = run_quickly("batch", str(launches), "--yes", "--json", "--enqueue", *flags, at=at, **variables)
        assert handed.code == 0, handed.err

        def worker() -> Any:
            return started("worker", at=at, variables=variables, patches=PATCHES)

        one, two = (stack.enter_context(worker()) for _ in range(2))
        if flags:
            one.wait_until(Watch(lambda: fake.stats.batches >= len(EVERY_FATE) // 2), longest_s=LONGEST_S)
        else:
            one.wait_until(is_half_done(url, at / "runs"), longest_s=LONGEST_S)
        assert one.kill(), one.err
        in_flight = min(calls_in_flight(url), MOST_CUT_OFF)
        three = stack.enter_context(worker())
        done = f"select state from runs where run_id = '{handed.run_id}'"
        two.wait_until(Watch(lambda: rows_of(url, done) == [("finished",)]), longest_s=LONGEST_S)
        assert rows_of(url, done) == [("finished",)], two.err
        for each in (two, three):
            each.signal(15)
        assert [each.end() for each in (two, three)] == [0, 0], two.err + three.err
        told = [each.err.count(": reviewed") + each.err.count(": waiting") for each in (one, two, three)]
        assert min(told) > 0, f"a worker did nothing: {told}"
        summary = read_summary(at / "runs" / handed.run_id)
        what = f"two workers on Postgres {' '.join(flags)}"
        hold_promises(summary, url, fake, in_flight, since, what, economy=bool(flags))


def test_a_thousand_shared_by_two_workers_are_paid_as_billed(tmp_path: Path, postgres: Postgres) -> None:
    """A thousand launches shared by two workers, one of them killed, are paid as billed."""
    with postgres.database() as url:
        run_fleet(tmp_path, url)


def test_a_thousand_at_half_price_by_two_workers_are_paid_as_billed(tmp_path: Path, postgres: Postgres) -> None:
    """A thousand launches at half price shared by two workers, one of them killed, are paid as billed."""
    with postgres.database() as url:
        run_fleet(tmp_path, url, "--economy")
