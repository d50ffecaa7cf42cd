"""A disk that fills up while a run goes on: one sentence, and everything stored before is kept."""

import asyncio
from decimal import Decimal
from pathlib import Path

from tests.support.databases import open_part

from panel.errors import StoreError
from panel.records import Usage
from panel.store import CallRow, Ledger, StoredAnswer, ledger_key


def a_row(n: int, text: str) -> CallRow:
    body = {"n": n, "text": text}
    return CallRow(ledger_key("p", "", "m", body, 0), "run-1", "p", "m", "", "ask", 0, "acme", "developer", body)


async def store(ledger: Ledger, row: CallRow) -> None:
    claim = await ledger.claim(row)
    assert not isinstance(claim, StoredAnswer)
    await ledger.answered(row.key, 0, raw="{}", usage=Usage(), cost_usd=Decimal(0))


async def test_a_full_disk_is_said_once_and_loses_no_answer(tmp_path: Path) -> None:
    ledger = open_part(Ledger, f"sqlite:///{tmp_path / 'panel.db'}", runs_dir=tmp_path)
    await store(ledger, a_row(0, "small"))
    conn = ledger._writer._conn
    with conn.begin():
        pages = conn.exec_driver_sql("pragma page_count").scalar()
        conn.exec_driver_sql(f"pragma max_page_count = {pages + 2}")
    big = [a_row(n, "x" * 100_000 + str(n)) for n in range(1, 4)]
    said = await asyncio.gather(*(ledger.claim(row) for row in big), return_exceptions=True)
    assert all(isinstance(each, StoreError) for each in said)
    assert "panel.db' can't be used: the disk is full" in str(said[0])
    assert "kept" in said[0].hint
    assert isinstance(await ledger.claim(a_row(0, "small")), StoredAnswer)
    with conn.begin():
        conn.exec_driver_sql("pragma max_page_count = 100000")
    await store(ledger, big[0])  # and it goes on once there is room
    ledger.close()
