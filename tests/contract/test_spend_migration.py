"""Money of before schema 0007: what purses and leases knew is carried over into counters and worst cases."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, inspect, text
from tests.support.databases import open_part, rows_of
from tests.support.records import a_run

from panel.store import Ledger, SentBatch
from panel.store.database import open_engine, read_url
from panel.store.upgrade import MIGRATIONS

pytestmark = pytest.mark.usefixtures("real_migrations")
CALL = text(
    "insert into calls (key, attempt, run_id, provider, model, base_url, purpose, draw, launch, persona_id, state, "
    "input_tokens, cache_write_tokens, cache_read_tokens, output_tokens, cost_usd, model_returned, request_id, "
    "sent_at, ended_at, why, owner, batch_id) values (:key, 0, :run, 'p', 'p/m', '', 'ask', 0, :launch, 'x', :state, "
    "0, 0, 0, 0, :cost, '', '', :sent, '', '', :run, :batch)"
)
CALLS = (  # run, launch, state, cost, day, batch
    ("run-1", "acme", "answered", "0.054399", "27", ""),
    ("run-1", "acme", "answered", "0.10000000000000000003", "28", ""),
    ("run-1", "bolt", "failed", None, "28", ""),  # may have been billed: nobody knows its worst any more
    ("run-1", "bolt", "sent", None, "28", ""),
    ("run-1", "bolt", "sent", None, "28", "b1"),
    ("run-1", "bolt", "sent", None, "28", "b1"),
    ("run-1", "bolt", "sent", None, "28", "b1"),
    ("run-1", "bolt", "answered", "0.02", "28", "b1"),
    ("run-2", "acme", "answered", "1", "28", ""),
    ("run-3", "acme", "answered", "0.30", "20", ""),
)


@pytest.fixture(params=["sqlite", "postgres"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of schema 0006 with calls, purses and leases."""
    if request.param == "sqlite":
        yield filled(f"sqlite:///{tmp_path / 'panel.db'}")
    else:
        with request.getfixturevalue("postgres").database(empty=True) as url:
            yield filled(url)


def filled(url: str) -> str:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(read_url(url))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0006")
        fill(conn)
    engine.dispose()
    return url


def fill(conn: Connection) -> None:
    run = {"json": a_run().model_dump_json()}
    conn.execute(text("insert into runs values ('run-1', 'batch', 'stopped', '2026-11-27', :json)"), run)
    batch = SentBatch(batch_id="b1", run_id="run-1", provider="p", model="p/m", created_at="2026-11-28T06:00:00Z")
    told = {"json": batch.model_dump_json()}
    conn.execute(text("insert into provider_batches values ('b1', 'run-1', 'submitted', '2026-11-28', :json)"), told)
    for number, (run_id, launch, state, cost, day, batch_id) in enumerate(CALLS):
        conn.execute(
            CALL,
            {"key": f"sha256:{number}", "run": run_id, "launch": launch, "state": state, "cost": cost,
             "sent": f"2026-11-{day}T06:00:00.000+00:00", "batch": batch_id},
        )  # fmt: skip
    for scope, spent in (("run:run-1", "0.17"), ("run:run-3", "0.95"), ("asked-again:2026-11-28", "7")):
        conn.execute(text("insert into purses values (:scope, :spent)"), {"scope": scope, "spent": spent})
    for scope, owner, leased in (
        ("run:run-1", "b1", "0.20"), ("day:2026-11-28", "b1", "0.20"), ("run:run-1", "purse:dead", "5"),
    ):  # fmt: skip
        conn.execute(
            text("insert into leases values (:scope, :owner, :leased)"),
            {"scope": scope, "owner": owner, "leased": leased},
        )


async def test_counters_begin_with_what_the_ledger_and_the_purses_hold(old_url: str, tmp_path: Path) -> None:
    engine = open_engine(old_url)
    assert {"purses", "leases"}.isdisjoint(inspect(engine).get_table_names())
    engine.dispose()
    part = Decimal("0.066666666667")  # of what was set aside for three calls
    found = {scope: Decimal(amount) for scope, amount in rows_of(old_url, "select scope, amount from counters")}
    known = Decimal("0.054399") + Decimal("0.10000000000000000003") + Decimal("0.02")
    assert found == {
        "run:run-1": known + 3 * part,
        "run:run-2": Decimal(1),
        "run:run-3": Decimal("0.95"),  # its purse had presumed more than its calls are known to have cost
        "day:2026-11-20": Decimal("0.30"),
        "day:2026-11-27": Decimal("0.054399"),
        "day:2026-11-28": Decimal("0.10000000000000000003") + 3 * part + Decimal("0.02") + 1,
        "launch:run-1/acme": Decimal("0.054399") + Decimal("0.10000000000000000003"),
        "launch:run-1/bolt": 3 * part + Decimal("0.02"),
        "launch:run-2/acme": Decimal(1),
        "launch:run-3/acme": Decimal("0.30"),
        "asked-again:2026-11-28": Decimal(7),
    }
    ledger = open_part(Ledger, old_url, runs_dir=tmp_path)
    for number in (4, 5, 6):
        await ledger.failed(f"sha256:{number}", 0, "refused", cost_usd=Decimal(0))
    assert await ledger.used("run:run-1") == known
    assert await ledger.used("launch:run-1/bolt") == Decimal("0.02")
    ledger.close()
