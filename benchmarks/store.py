"""What the store costs on SQLite and on Postgres: CPU of this process, and wall time, for each thing it does.

    python benchmarks/store.py                      # 5,000 calls, 100 in flight, medians of 3 rounds
    python benchmarks/store.py --calls 1000 --rounds 1

A call is a claim and an answer, each on the disk before it returns; bodies share one dossier of 20,000 characters, as
the jurors of a launch do, and are folded before. Bytes are for replies of 3 kB that repeat themselves, which Postgres
packs. Postgres is a server of its own on this machine, its own CPU not counted, with `fsync` off; SQLite's file has the
settings of every workspace.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from day import note

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for tests.support.databases

Timed = dict[str, tuple[float, float]]  # what was done -> CPU and wall milliseconds each
DOSSIER = "What the page says goes on for a while. " * 500
REPLY = '{"verdict": "ship", "quote": "' + "It copies ten thousand files in four seconds. " * 60 + '"}'


@contextmanager
def timed(into: Timed, what: str, number: int) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    into[what] = (1000 * (time.process_time() - cpu) / number, 1000 * (time.perf_counter() - wall) / number)


def rows_of(calls: int, run_id: str) -> list[Any]:
    from panel.store import CallRow, fold_body, folded_key

    rows = []
    for number in range(calls):
        body = {"model": "m", "input": [DOSSIER, f"Question {number} of {run_id}. " * 30]}
        folded = fold_body(body)
        key = folded_key("openai", "", "m", folded[0], 0)
        rows.append(CallRow(key, run_id, "openai", "m", "", "ask", 0, f"tool-{number // 5}", "developer", body, folded))
    return rows


def kilobytes(url: str) -> float:
    """What the database holds on its disk."""
    from tests.support.databases import rows_of as query

    asked = "select page_count * page_size from pragma_page_count(), pragma_page_size()"
    if not url.startswith("sqlite"):
        asked = "select sum(pg_total_relation_size(relid)) from pg_stat_user_tables"
    return float(query(url, asked)[0][0]) / 1000


async def in_flight(most: int, acts: list[Callable[[], Awaitable[None]]]) -> None:
    """Each of `most` coroutines does its share, one after the other."""

    async def share(first: int) -> None:
        for act in acts[first::most]:
            await act()

    await asyncio.gather(*(share(n) for n in range(most)))


async def measure(url: str, folder: Path, calls: int, most: int) -> Timed:
    from tests.support.records import a_run

    from panel.records import Usage
    from panel.records.batch import Announcement, BatchRow
    from panel.store import Claimed, SentBatch, SharedBudget, SharedPace, Stores

    found: Timed = {}
    stores = Stores.open(url, folder)
    ledger, records, locks, batches, day = stores.ledger, stores.records, stores.locks, stores.batches, stores.rows
    shared_budget, pace = SharedBudget(stores.engine, locks), SharedPace(stores.engine)
    records.save_run(a_run("run-1"))
    assert locks.acquire("run-1")
    usage = Usage(input_tokens=900, cache_read_tokens=5000, output_tokens=700)

    async def call(row: Any) -> None:
        claim = await ledger.claim(row)
        assert isinstance(claim, Claimed), claim
        await ledger.answered(row.key, claim.attempt, raw=REPLY, usage=usage, cost_usd=Decimal("0.0123"), latency_s=0.5)

    await in_flight(most, [lambda row=row: call(row) for row in rows_of(200, "warm")])
    with timed(found, "fold a body and hash its key", calls):
        rows = rows_of(calls, "run-1")
    before_kb = kilobytes(url)
    with timed(found, f"call: claim and answer, {most} in flight", calls):
        await in_flight(most, [lambda row=row: call(row) for row in rows])
    found["kilobytes a call, texts and indexes included"] = (kilobytes(url) - before_kb) / calls, 0.0
    with timed(found, "call known already", calls):
        await in_flight(most, [lambda row=row: ledger.claim(row) for row in rows])  # type: ignore[misc]
    batches.new(SentBatch(batch_id="b1", run_id="run-1", provider="openai", model="m", created_at=datetime.now(UTC)))
    many = rows_of(1000, "batch")
    with timed(found, "claim for a provider batch, 1,000 at once", 1000):
        await ledger.claim_for_batch(many, "b1")
    with timed(found, "body for its upload", 1000):
        assert sum(1 for _ in batches.bodies("b1")) == 1000
    launches = [BatchRow(row=n, said=Announcement(source="s", at=f"line {n}", name=f"Tool {n}")) for n in range(1000)]
    with timed(found, "row of a day, added", 1000):
        day.add("run-1", launches)
    with timed(found, "row of a day, changed", 200):
        for row in launches[:200]:
            day.put("run-1", row.model_copy(update={"state": "ready"}))
    with timed(found, "lease and settle", 200):
        for _ in range(200):
            shared_budget.lease("run:run-2", Decimal("0.01"), Decimal(1000))
            shared_budget.settle("run:run-2", Decimal("0.01"), Decimal("0.01"))
    with timed(found, "block of a shared rate", 200):
        for _ in range(200):
            pace.reserve("lane", 5, 600)
    with timed(found, "row of `runs costs`", calls):
        assert sum(row.spend.calls for row in records.cost_table("run-1")) == calls
    stores.close()
    return found


def compare(args: argparse.Namespace) -> None:
    from tests.support.databases import Postgres

    from panel.workspace.event_loop import run_loop

    warnings.simplefilter("ignore")
    postgres, measured = Postgres(), {"SQLite": list[Timed](), "Postgres": list[Timed]()}
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder, postgres.database() as url:
            urls = {"SQLite": f"sqlite:///{folder}/panel.db", "Postgres": url}
            for name, rounds in measured.items():
                rounds.append(run_loop(measure(urls[name], Path(folder), args.calls, args.in_flight)))
    postgres.stop()
    print(f"{args.calls} calls, medians of {args.rounds}, milliseconds each, CPU of the client and wall")
    print(f"  {'':<44}" + "".join(f"{name + ' CPU':>14}{'wall':>8}" for name in measured))
    for what in measured["SQLite"][0]:
        middle = [[statistics.median(r[what][n] for r in rounds) for n in (0, 1)] for rounds in measured.values()]
        print(f"  {what:<44}" + "".join(f"{cpu:>14.3f}{wall:>8.3f}" for cpu, wall in middle))
        if what.startswith("call: "):
            note(
                "ledger, CPU a call",
                " and ".join(f"{m[0]:.3f} ms on {n}" for m, n in zip(middle, measured, strict=True)),
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--in-flight", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
