"""Batches without a server: names of calls, what is refused before anything is sent, what a line means."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tests.support.answers import spec

from panel.jurors.batch_api.anthropic_batches import AnthropicBatches
from panel.jurors.batch_api.endpoints import moment, read_lines
from panel.jurors.batch_api.openai_batches import OpenAIBatches
from panel.jurors.batch_api.protocol import CUSTOM_ID, KEY_PREFIX, BatchRequest, BatchResult, custom_id, key_of
from panel.jurors.batch_api.spool import Shape, spool
from panel.jurors.dialects import open_batches

KEY = "sha256:" + "0f" * 32
apis = pytest.mark.parametrize("api", ["responses", "chat", "messages"])


def request(number: int, **body: Any) -> BatchRequest:
    return BatchRequest(custom_id(f"sha256:{number:064x}", 0), {"model": "m", **body})


def batches(api: str) -> OpenAIBatches | AnthropicBatches:
    opened = open_batches(spec(api))
    assert isinstance(opened, (OpenAIBatches, AnthropicBatches))
    return opened


@pytest.mark.parametrize("attempt", [0, 1, 999_999_999_999])
@pytest.mark.parametrize("digits", ["00" * 32, "ff" * 32, "0f" * 32, "fbefbe" * 10 + "fbef"])
def test_a_custom_id_names_its_call_both_ways(digits: str, attempt: int) -> None:
    made = custom_id(f"sha256:{digits}", attempt)
    assert key_of(made) == (f"sha256:{digits}", attempt)
    assert CUSTOM_ID.fullmatch(made) and len(made) <= 64 and made.startswith(KEY_PREFIX)


def test_a_custom_id_is_the_same_tomorrow() -> None:
    """A batch collected by the next release must still find its calls."""
    assert custom_id(KEY, 2) == "panel-Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8-2"


@pytest.mark.parametrize("key", ["", "0f" * 32, "sha256:0f", "md5:" + "0f" * 32, "sha256:" + "zz" * 32])
def test_what_is_no_ledger_key_gets_no_custom_id(key: str) -> None:
    with pytest.raises(ValueError, match=r"ledger key|non-hexadecimal"):
        custom_id(key, 0)


@pytest.mark.parametrize("attempt", [-1, 10**12])
def test_an_attempt_that_would_not_fit_gets_no_custom_id(attempt: int) -> None:
    with pytest.raises(ValueError, match="attempt"):
        custom_id(KEY, attempt)


@pytest.mark.parametrize(
    "row", ["", "req-1", custom_id(KEY, 1) + "x", custom_id(KEY, 1).upper(), "panel--1", f"{custom_id(KEY, 0)}0"]
)
def test_a_row_of_nobody_is_seen(row: str) -> None:
    """The last one would be attempt 00, which we never write."""
    assert key_of(row) is None


@apis
def test_what_cant_be_in_a_batch_is_refused_before_anything_is_sent(api: str) -> None:
    """Statements 10 and 11. The address listens nowhere: trying to send would raise something else."""
    wire, one = batches(api), request(1)
    for wrong in (
        [],
        [one, one],
        [BatchRequest("x" * 65, {})],
        [BatchRequest("no blank", {})],
        [BatchRequest("", {})],
        [BatchRequest("ok", {"temperature": float("nan")})],
    ):
        with pytest.raises(ValueError, match=r"without requests|twice|custom id|JSON"):
            asyncio.run(wire.submit("b", wrong))


def test_a_batch_over_its_limits_is_refused_and_at_its_limits_taken() -> None:
    """Statement 17: by bytes, not only by count."""
    line = Shape(lambda r: {"id": r.custom_id}, 3, 1000)
    three = [request(n) for n in range(3)]
    with spool(three, line).file:
        pass
    with pytest.raises(ValueError, match="more than 3 requests"):
        spool([*three, request(3)], line)
    size = sum(len(line.encode(r)) for r in three) + 2
    with spool(three, Shape(line.line, 3, size)).file:
        pass
    with pytest.raises(ValueError, match=f"more than {size - 1} bytes"):
        spool(three, Shape(line.line, 3, size - 1))


@apis
def test_sizes_add_up_to_what_is_sent(api: str) -> None:
    """So that a caller who keeps the sum within `most_bytes` is never refused."""
    wire, rows = batches(api), [request(n, text="ü" * n) for n in range(20)]
    with spool(rows, wire.shape).file as file:
        sent = file.seek(0, 2)
    slack = wire.shape.most_bytes - wire.most_bytes
    assert sum(wire.size(r) for r in rows) - 1 <= sent <= sum(wire.size(r) for r in rows) + slack


def test_requests_are_read_one_at_a_time() -> None:
    """200 MB are never in memory: the generator is never more than one ahead of what is written."""
    made = 0

    def rows() -> Any:
        nonlocal made
        for n in range(50):
            made += 1
            yield request(n)

    written: list[int] = []
    shape = Shape(lambda r: written.append(made) or {"id": r.custom_id}, 50, 10**6)  # type: ignore[func-returns-value]
    with spool(rows(), shape).file:
        assert written == list(range(1, 51))


def test_lines_that_cant_be_read_are_told_and_the_others_kept() -> None:
    async def lines() -> AsyncIterator[bytes]:
        for line in (b'{"a": 1}', b"", b"[1]", b"\xff", b'{"b": 2}', b'{"torn": '):
            yield line

    async def read() -> list[Any]:
        return [row async for row in read_lines(lines(), "the output file")]

    found = asyncio.run(read())
    assert [row for row in found if isinstance(row, dict)] == [{"a": 1}, {"b": 2}]
    unreadable = [row for row in found if isinstance(row, BatchResult)]
    assert [row.why for row in unreadable] == [f"Line {n} of the output file can't be read." for n in (3, 4, 6)]
    assert {(row.outcome, row.custom_id, row.busy) for row in unreadable} == {("unreadable", "", True)}


def openai_row(status: int = 200, body: Any = None, error: Any = None) -> dict[str, Any]:
    response = {"status_code": status, "request_id": "req_1", "body": body} if body is not None else None
    return {"id": "1", "custom_id": "c", "response": response, "error": error}


@pytest.mark.parametrize(
    ("row", "outcome", "busy", "stops", "why"),
    [
        (openai_row(body={"model": "m"}), "succeeded", False, False, ""),
        (openai_row(429, {"error": {"code": "rate_limit_exceeded", "message": "x"}}), "errored", True, False, "HTTP 429"),
        (openai_row(500, {"error": {"message": "x"}}), "errored", True, False, "HTTP 500"),
        (openai_row(400, {"error": {"message": "bad field"}}), "errored", False, False, "bad field"),
        (openai_row(429, {"error": {"code": "insufficient_quota", "message": "x"}}), "errored", False, True, "out of credit"),
        (openai_row(200, {"error": {"code": "server_error"}}), "errored", True, False, "server_error"),
        (openai_row(200, {}), "errored", False, False, "neither"),
        (openai_row(error={"code": "batch_expired", "message": "too late"}), "expired", True, False, "too late"),
        (openai_row(error={"code": "batch_cancelled"}), "cancelled", True, False, "cancelled"),
        (openai_row(error={"code": "server_error", "message": "x"}), "errored", True, False, "failing"),
        (openai_row(error={"code": "strange", "message": "odd"}), "errored", False, False, "odd"),
        ({"custom_id": "c"}, "errored", False, False, "neither"),
    ],
)  # fmt: skip
def test_a_line_of_openai_means(row: dict[str, Any], outcome: str, busy: bool, stops: bool, why: str) -> None:
    found = OpenAIBatches(spec("responses"))._result(row)
    assert (found.custom_id, found.outcome, found.busy, found.stops_model) == ("c", outcome, busy, stops)
    assert why in found.why and bool(found.why) == (outcome != "succeeded")
    assert bool(found.raw) == (outcome == "succeeded")


def anthropic_row(kind: str, **more: Any) -> dict[str, Any]:
    return {"custom_id": "c", "result": {"type": kind, **more}}


def anthropic_error(kind: str, message: str = "x") -> dict[str, Any]:
    return {"error": {"type": "error", "error": {"type": kind, "message": message}, "request_id": "r"}}


@pytest.mark.parametrize(
    ("row", "outcome", "busy", "stops", "why"),
    [
        (anthropic_row("succeeded", message={"model": "m"}), "succeeded", False, False, ""),
        (anthropic_row("errored", **anthropic_error("overloaded_error")), "errored", True, False, "HTTP 529"),
        (anthropic_row("errored", **anthropic_error("api_error")), "errored", True, False, "HTTP 500"),
        (anthropic_row("errored", **anthropic_error("invalid_request_error", "bad field")), "errored", False, False, "bad field"),
        (anthropic_row("errored", **anthropic_error("billing_error")), "errored", False, True, "out of credit"),
        (anthropic_row("errored", **anthropic_error("a_new_one", "odd")), "errored", False, False, "odd"),
        (anthropic_row("errored"), "errored", False, False, "no reason given"),
        (anthropic_row("expired"), "expired", True, False, "expired"),
        (anthropic_row("canceled"), "cancelled", True, False, "cancelled"),
        (anthropic_row("succeeded"), "errored", False, False, "neither"),
        ({"custom_id": "c"}, "errored", False, False, "neither"),
    ],
)  # fmt: skip
def test_a_line_of_anthropic_means(row: dict[str, Any], outcome: str, busy: bool, stops: bool, why: str) -> None:
    found = AnthropicBatches(spec("messages"))._result(row)
    assert (found.custom_id, found.outcome, found.busy, found.stops_model) == ("c", outcome, busy, stops)
    assert why in found.why and bool(found.why) == (outcome != "succeeded")


def test_half_a_surrogate_pair_in_an_answer_stops_no_other_row() -> None:
    found = OpenAIBatches(spec("chat"))._result(openai_row(body=json.loads(r'{"said": "\ud83d"}')))
    assert found.raw.encode() and json.loads(found.raw)["said"] == "\ud83d"


def test_times_of_both_providers_are_utc() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for said in (
        noon.timestamp(),
        "2026-11-24T12:00:00Z",
        "2026-11-24T12:00:00.000000+00:00",
        "2026-11-24T13:00:00+01:00",
    ):
        assert moment(said) == noon
        assert moment(said).utcoffset() == timedelta(0)  # type: ignore[union-attr]
    assert noon.astimezone(timezone(timedelta(hours=1))) == noon
    assert [moment(nothing) for nothing in (None, "", "soon", 1e30, True, [])] == [None] * 6


def test_a_local_or_scripted_model_has_no_batches() -> None:
    assert open_batches(spec("scripted", model="answers.yaml")) is None
    assert [open_batches(spec(api)) is None for api in ("responses", "chat", "messages")] == [False] * 3
