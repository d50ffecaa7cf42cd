"""Texts come back letter for letter from every database, whatever a server said."""

import pytest
from tests.support.databases import open_part, rows_of, sent_body
from tests.support.records import LONG, a_call

from panel.errors import StoreError
from panel.records import Call, Usage
from panel.store import CallRow, Claimed, Ledger, StoredAnswer
from panel.store.ledger.text_encoding import MARK

ODD = (
    'a NUL \x00 and \\0000 in {"quote": "\x00"}', "a lone surrogate \ud83d", "\ud83d\ude00 two that are a pair", MARK + '"x"',
    MARK, "", "plain \\u0000 words", "emoji \U0001f600, ü, \u2028", "\x00", "%(key)s %s %%",
)  # fmt: skip


async def keep(ledger: Ledger, row: CallRow, raw: str, model: str = "m-1") -> None:
    assert await ledger.claim(row) == Claimed(0)
    await ledger.answered(row.key, 0, raw=raw, usage=Usage(), cost_usd=None, model_returned=model, request_id="r" * 900)


@pytest.mark.parametrize("text", ODD)
async def test_a_reply_is_kept_letter_for_letter(ledger: Ledger, text: str) -> None:
    row = a_call("run-1", "a")
    await keep(ledger, row, text)
    found = await ledger.claim(row)
    assert isinstance(found, StoredAnswer)
    assert found.raw == text
    assert await ledger.raw_replies([Call(key=row.key, purpose="ask")]) == ({(row.key, 0): text} if text else {})


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("longer", ["", LONG])
async def test_a_question_is_kept_letter_for_letter(ledger: Ledger, text: str, longer: str) -> None:
    row = a_call("run-1", text + longer)
    await keep(ledger, row, "{}")
    assert sent_body(ledger, row.key, 0) == row.body


@pytest.mark.parametrize("text", ODD)
async def test_a_failure_is_kept_whatever_was_said(ledger: Ledger, text: str) -> None:
    row = a_call("run-1", "a")
    await ledger.claim(row)
    await ledger.failed(row.key, 0, text)
    assert await ledger.claim(row) == Claimed(1)


async def test_a_servers_odd_names_are_cut_to_what_can_be_stored(ledger: Ledger, database_url: str) -> None:
    row = a_call("run-1", "a")
    await keep(ledger, row, "{}", model="m\x00\ud83d" + "x" * 500)
    found = await ledger.claim(row)
    assert isinstance(found, StoredAnswer)
    assert found.model_returned == "m\ufffd\ufffd" + "x" * 197
    assert rows_of(database_url, "select length(request_id) from calls") == [(200,)]


async def test_a_value_postgres_refuses_fails_its_own_call_and_no_other(postgres_url: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    import asyncio
    from dataclasses import replace

    ledger = open_part(Ledger, postgres_url, runs_dir=tmp_path)
    bad = replace(a_call("run-1", "b"), model="m" * 300)
    said = await asyncio.gather(
        *(ledger.claim(row) for row in (a_call("run-1", "a"), bad, a_call("run-1", "c"))), return_exceptions=True
    )
    ledger.close()
    assert (said[0], said[2]) == (Claimed(0), Claimed(0))
    assert isinstance(said[1], StoreError)
    assert "can't keep a value: value too long" in str(said[1])
