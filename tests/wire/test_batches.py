"""Batches of both providers over a loopback socket, against the fakes. Synthetic, see README.md."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.answers import spec
from tests.support.provider_batches import Desk
from tests.support.providers.batches import Fate, fate
from tests.support.providers.our_side import ROWS, address, requests, until_ended
from tests.support.providers.server import Fake, serving

from panel.batch.provider_batches.poller import LOOK_AGAIN
from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors.batch_api.protocol import BatchApi, BatchRequest, BatchResult, custom_id, key_of
from panel.jurors.dialects import open_batches, open_provider

NOW = datetime.now(UTC)
apis = pytest.mark.parametrize("api", ["responses", "chat", "messages"])
OPENAI = ("responses", "chat")


@asynccontextmanager
async def facing(api: str, *names: str | Fate, **settings: Any) -> AsyncIterator[tuple[BatchApi, Fake]]:
    """Batches of this dialect at a fresh server whose batches meet these fates."""
    async with serving(**settings) as fake:
        fake.batch_fates.extend(fate(n) if isinstance(n, str) else n for n in names)
        batch_api = open_batches(spec(api, base_url=address(api, fake)))
        assert batch_api is not None
        try:
            yield batch_api, fake
        finally:
            await batch_api.close()


async def collect(batch_api: BatchApi, provider_batch_id: str) -> list[BatchResult]:
    return [row async for row in batch_api.results(provider_batch_id)]


async def whole(batch_api: BatchApi, rows: list[BatchRequest]) -> list[BatchResult]:
    provider_batch_id = await batch_api.submit("b-1", rows)
    await until_ended(batch_api, provider_batch_id)
    return await collect(batch_api, provider_batch_id)


def outcomes(found: list[BatchResult]) -> Counter[str]:
    return Counter(row.outcome for row in found)


@apis
async def test_every_reply_of_a_shuffled_batch_lands_on_its_call(api: str) -> None:
    """Statement 9. What a batch brings reads like what an ordinary call brings."""
    rows = requests(api)
    async with facing(api) as (batch_api, fake):
        found = await whole(batch_api, rows)
        provider = open_provider(spec(api, base_url=address(api, fake)))
        alone = provider.read((await provider.send(rows[7].body)).text)
        await provider.close()
    assert [row.custom_id for row in found] != [row.custom_id for row in rows]
    assert {row.custom_id for row in found} == {row.custom_id for row in rows}
    assert outcomes(found) == {"succeeded": ROWS}
    in_batch = next(provider.read(row.raw) for row in found if row.custom_id == rows[7].custom_id)
    assert (in_batch.ending, in_batch.text, in_batch.model) == (alone.ending, alone.text, alone.model)
    assert fake.bill.repeats == 1  # the same body has the same digest in a batch and alone


@apis
async def test_a_batch_is_looked_at_until_it_ends(api: str) -> None:
    async with facing(api, fate("late")) as (batch_api, _):
        provider_batch_id = await batch_api.submit("b-1", requests(api))
        looks = [await batch_api.status(provider_batch_id) for _ in range(6)]
        with pytest.raises(ProviderRefused, match="knows no batch 'another'"):
            await batch_api.status("another")
    assert [look.state for look in looks] == ["working"] * 5 + ["ended"]
    assert all(look.why == "" and look.provider_batch_id == provider_batch_id for look in looks)


@apis
async def test_results_asked_for_too_early_are_told_as_busy(api: str) -> None:
    async with facing(api) as (batch_api, _):
        provider_batch_id = await batch_api.submit("b-1", requests(api, 2))
        with pytest.raises(ProviderBusy, match="still works"):
            await collect(batch_api, provider_batch_id)


@apis
async def test_missing_rows_are_just_not_there(api: str) -> None:
    """Statement 15: the reader sees an end, and can name what did not come."""
    rows = requests(api)
    async with facing(api, "partial") as (batch_api, fake):
        found = await whole(batch_api, rows)
    assert 0 < len(found) < ROWS and outcomes(found) == {"succeeded": len(found)}
    assert len(fake.bill.lines) == len(found)


@apis
async def test_an_expired_batch_keeps_its_partial_answers(api: str) -> None:
    """Statement 13."""
    async with facing(api, "expires") as (batch_api, fake):
        found = await whole(batch_api, requests(api))
    assert outcomes(found) == {"succeeded": 24, "expired": 16}
    assert all(row.busy and row.why for row in found if row.outcome == "expired")
    assert len(fake.bill.lines) == 24


@apis
async def test_a_cancelled_batch_ends_with_what_it_had(api: str) -> None:
    """Statement 14: "canceling" and "cancelling" are still working, and a cancelled batch raises nothing."""
    async with facing(api, "stalls") as (batch_api, fake):
        provider_batch_id = await batch_api.submit("b-1", requests(api))
        for _ in range(5):
            assert (await batch_api.status(provider_batch_id)).state == "working"
        await batch_api.cancel(provider_batch_id)
        states = [(await batch_api.status(provider_batch_id)).state for _ in range(2)]
        found = await collect(batch_api, provider_batch_id)
        await batch_api.cancel(provider_batch_id)
    assert states == ["working", "ended"]
    assert outcomes(found) == {"succeeded": 20, "cancelled": 20}
    assert all(row.busy for row in found if row.outcome == "cancelled") and len(fake.bill.lines) == 20


@apis
async def test_rows_that_came_twice_and_rows_of_nobody_are_given_as_they_are(api: str) -> None:
    rows = requests(api)
    async with facing(api, "duplicated+strangers") as (batch_api, _):
        found = await whole(batch_api, rows)
    ours = Counter(row.custom_id for row in found if key_of(row.custom_id) is not None)
    assert set(ours) == {row.custom_id for row in rows} and 2 in ours.values()
    assert sum(key_of(row.custom_id) is None for row in found) == 3
    by_id: dict[str, set[str]] = {}
    for row in found:
        by_id.setdefault(row.custom_id, set()).add(row.raw)
    assert all(len(texts) == 1 for texts in by_id.values())


@apis
async def test_rows_that_failed_say_why_and_whether_to_ask_again(api: str) -> None:
    async with facing(api, Fate(failing=0.3, refused=0.3)) as (batch_api, _):
        found = await whole(batch_api, requests(api))
    errored = [row for row in found if row.outcome == "errored"]
    assert outcomes(found)["succeeded"] + len(errored) == ROWS
    assert {(row.busy, row.stops_model) for row in errored} == {(True, False), (False, False)}
    assert all("HTTP 500" in row.why if row.busy else "refuses the request" in row.why for row in errored)


@pytest.mark.parametrize("api", OPENAI)
async def test_a_batch_with_only_an_error_file_brings_its_errors(api: str) -> None:
    """Statement 12: `completed` with no output file."""
    async with facing(api, "no_output_file") as (batch_api, _):
        found = await whole(batch_api, requests(api))
    assert outcomes(found) == {"errored": ROWS} and all(row.busy for row in found)


@apis
async def test_a_torn_last_line_costs_that_row_only(api: str) -> None:
    rows = requests(api)
    async with facing(api, "torn") as (batch_api, fake):
        found = await whole(batch_api, rows)
    assert outcomes(found) == {"succeeded": ROWS - 1, "unreadable": 1}
    assert fake.bill.as_json()["lost_answers"] == 1


@apis
async def test_a_download_that_breaks_is_busy_and_reads_whole_the_next_time(api: str) -> None:
    """Half a file is never taken for the whole."""
    got: list[BatchResult] = []
    async with facing(api, "breaks") as (batch_api, _):
        provider_batch_id = await batch_api.submit("b-1", requests(api))
        await until_ended(batch_api, provider_batch_id)
        with pytest.raises(ProviderBusy, match="broke"):
            async for row in batch_api.results(provider_batch_id):
                got.append(row)
        found = await collect(batch_api, provider_batch_id)
    assert len(got) < ROWS and outcomes(found) == {"succeeded": ROWS}


@pytest.mark.parametrize("api", OPENAI)
@pytest.mark.parametrize(
    ("name", "why", "busy", "stops"),
    [
        ("invalid", "line 2: This file has requests for several models", False, False),
        ("queue_full", "Enqueued token limit", True, False),
        ("no_credit", "Billing hard limit", False, True),
    ],
)
async def test_a_batch_refused_as_a_whole_says_why(api: str, name: str, why: str, busy: bool, stops: bool) -> None:
    """Statement 18: one sentence for the batch, not one retry for each row."""
    async with facing(api, name) as (batch_api, fake):
        provider_batch_id = await batch_api.submit("b-1", requests(api))
        status = await until_ended(batch_api, provider_batch_id)
        found = await collect(batch_api, provider_batch_id)
    assert status.why.startswith("openai refused the whole batch:") and why in status.why
    assert (status.busy, status.stops_model, found) == (busy, stops, []) and not fake.bill.lines


async def test_anthropic_refuses_a_whole_batch_when_it_is_made() -> None:
    async with facing("messages", "no_credit", "queue_full", "invalid") as (batch_api, fake):
        rows = requests("messages")
        with pytest.raises(ProviderRefused, match="out of credit") as refused:
            await batch_api.submit("b-1", rows)
        with pytest.raises(ProviderBusy) as full:
            await batch_api.submit("b-1", rows)
        with pytest.raises(ProviderRefused, match="HTTP 422"):
            await batch_api.submit("b-1", rows)
    assert refused.value.stops_model and not full.value.maybe_paid and not fake.batches.sent


@apis
@pytest.mark.parametrize("lost", ["lost_create", "lost_500"])
async def test_a_submission_with_no_reply_is_found_and_not_made_twice(api: str, lost: str) -> None:
    """Statement 3. The list is given by both providers; only OpenAI's names ours for certain."""
    rows = requests(api)
    async with facing(api, "ok", lost, "ok") as (batch_api, fake):
        await batch_api.submit("b-0", requests(api, 3))
        with pytest.raises(ProviderBusy) as caught:
            await batch_api.submit("b-1", rows)
        await batch_api.submit("b-2", requests(api, 5))
        found = await batch_api.find("b-1", since=NOW, requests=len(rows))
        assert len(found) == 1
        await until_ended(batch_api, found[0])
        assert {row.custom_id for row in await collect(batch_api, found[0])} == {row.custom_id for row in rows}
        assert await batch_api.find("b-9", since=NOW, requests=999) == []
    assert caught.value.maybe_paid and fake.stats.batches == 3 and fake.bill.repeats == 8


@pytest.mark.parametrize("api", OPENAI)
async def test_a_lost_upload_bought_nothing(api: str) -> None:
    async with facing(api, "lost_upload") as (batch_api, fake):
        with pytest.raises(ProviderBusy) as caught:
            await batch_api.submit("b-1", requests(api))
        assert await batch_api.find("b-1", since=NOW, requests=ROWS) == []
    assert (fake.stats.uploads, fake.stats.batches) == (1, 0)
    assert "broke" in str(caught.value) and not caught.value.maybe_paid


@apis
@pytest.mark.parametrize("behaviour", ["busy", "busy_bare"])
async def test_a_submission_that_was_turned_away_bought_nothing(api: str, behaviour: str) -> None:
    async with facing(api) as (batch_api, fake):
        if api in OPENAI:
            fake.batch_calls.append("ok")  # the upload
        fake.batch_calls.append(behaviour)
        with pytest.raises(ProviderBusy) as caught:
            await batch_api.submit("b-1", requests(api))
    assert not caught.value.maybe_paid and fake.stats.batches == 0
    assert caught.value.retry_after_s == (2.0 if behaviour == "busy" else None)


@apis
async def test_a_batch_is_found_among_many_pages(api: str) -> None:
    """Of those with as many requests the one nearest in time comes first."""
    async with facing(api, validate=0.0) as (batch_api, _):
        first = await batch_api.submit("b-1", requests(api, 3))
        for n in range(120):
            await batch_api.submit(f"other-{n}", requests(api, 1))
        found = await batch_api.find("b-1", since=NOW, requests=3)
    assert found == [first]


@apis
async def test_a_search_stops_where_batches_are_too_old(api: str) -> None:
    async with facing(api) as (batch_api, fake):
        for n in range(130):
            await batch_api.submit(f"old-{n}", requests(api, 1))
        for sent in fake.batches.sent.values():
            sent.created_at -= 3600
        before = fake.stats.batch_calls
        assert await batch_api.find("b-1", since=datetime.now(UTC), requests=2) == []
        pages = fake.stats.batch_calls - before
    assert pages == 1


async def test_anthropics_likeliest_is_the_nearest_in_time() -> None:
    async with facing("messages") as (batch_api, fake):
        ids = [await batch_api.submit(f"b-{n}", requests("messages", 3)) for n in range(3)]
        for age, batch_id in zip((4000, 100, 20), ids, strict=True):
            fake.batches.sent[batch_id].created_at -= age
        since = datetime.now(UTC) - timedelta(seconds=110)
        assert await batch_api.find("b-1", since=since, requests=3) == [ids[1], ids[2]]


@apis
async def test_a_submission_not_yet_in_the_list_is_found_later(api: str) -> None:
    """An empty list just after a submission proves nothing."""
    async with facing(api, fate("lost_create+hidden")) as (batch_api, _):
        with pytest.raises(ProviderBusy):
            await batch_api.submit("b-1", requests(api, 2))
        found = [await batch_api.find("b-1", since=NOW, requests=2) for _ in range(3)]
    assert [len(ids) for ids in found] == [0, 0, 1]


@apis
async def test_results_that_are_no_longer_kept_are_one_clear_error(api: str) -> None:
    """Statement 16."""
    async with facing(api, "archived") as (batch_api, _):
        provider_batch_id = await batch_api.submit("b-1", requests(api, 2))
        await until_ended(batch_api, provider_batch_id)
        with pytest.raises(
            ProviderRefused, match=f"no longer keeps the results of batch {provider_batch_id}"
        ) as caught:
            await collect(batch_api, provider_batch_id)
    assert ("It was archived at" in str(caught.value)) == (api == "messages")


@apis
@pytest.mark.parametrize(
    ("behaviour", "busy"), [("busy", True), ("overloaded", True), ("down", True), ("bad_key", False)]
)
async def test_each_look_is_one_request(api: str, behaviour: str, busy: bool) -> None:
    """Nothing here asks twice: retries have one owner."""
    async with facing(api) as (batch_api, fake):
        provider_batch_id = await batch_api.submit("b-1", requests(api, 2))
        before = fake.stats.batch_calls
        fake.batch_calls.append(behaviour)
        with pytest.raises(ProviderBusy if busy else ProviderRefused) as caught:
            await batch_api.status(provider_batch_id)
        assert fake.stats.batch_calls == before + 1
    assert "sk-test" not in f"{caught.value!r} {caught.value.__cause__!r}"


@apis
async def test_a_look_that_is_cut_off_is_busy_and_bought_nothing(api: str) -> None:
    """The transport asks once more by itself when a kept connection drops under a GET, and under nothing else."""
    async with facing(api) as (batch_api, fake):
        provider_batch_id = await batch_api.submit("b-1", requests(api, 2))
        before = fake.stats.batch_calls
        fake.batch_calls.extend(["reset"] * 2)
        with pytest.raises(ProviderBusy, match="broke") as caught:
            await batch_api.status(provider_batch_id)
    assert fake.stats.batch_calls - before <= 2 and not caught.value.maybe_paid


@apis
async def test_a_server_without_batches_says_so(api: str) -> None:
    async with serving() as fake:
        batch_api = open_batches(spec(api, base_url=f"{fake.address}/elsewhere"))
        assert batch_api is not None
        with pytest.raises(ProviderRefused, match=r"has no batches for .* \(HTTP 404\)"):
            await batch_api.submit("b-1", requests(api, 1))
        await batch_api.close()


@apis
async def test_what_a_batch_holds_is_the_body_that_was_hashed(api: str) -> None:
    """The ledger's key is of exactly this body, and the fake holds it against the SDK's own types."""
    rows = requests(api, 3)
    async with facing(api, Fate(works=0.0)) as (batch_api, fake):
        await until_ended(batch_api, await batch_api.submit("b-1", rows))
        (sent,) = fake.batches.sent.values()
    assert [(custom_id, json.loads(body)) for custom_id, body in sent.requests] == [(r.custom_id, r.body) for r in rows]
    assert sent.metadata == ({"panel_batch_id": "b-1"} if api in OPENAI else None)


@apis
async def test_a_row_the_sdks_types_dont_allow_is_refused_alone(api: str) -> None:
    rows = requests(api, 3)
    wrong = BatchRequest(rows[1].custom_id, {**rows[1].body, "surprise": 1})
    async with facing(api) as (batch_api, _):
        found = await whole(batch_api, [rows[0], wrong, rows[2]])
    refused = [row for row in found if row.outcome == "errored"]
    assert [row.custom_id for row in refused] == [wrong.custom_id] and "surprise" in refused[0].why


@pytest.mark.parametrize("api", ["responses", "messages"])
async def test_thousands_of_requests_are_read_once_from_a_generator(api: str) -> None:
    count = 2_000
    body = requests(api, 1)[0].body
    rows = (BatchRequest(custom_id(f"sha256:{n:064x}", 0), body) for n in range(count))
    async with facing(api, Fate(polls=0), validate=0.0) as (batch_api, fake):
        fake.answer = lambda dossier, persona: "{}"
        provider_batch_id = await batch_api.submit("b-1", rows)
        while (await batch_api.status(provider_batch_id)).state == "working":
            pass
        found = {row.custom_id async for row in batch_api.results(provider_batch_id)}
    assert len(found) == count


def stepping(batch_api: BatchApi, rows: list[BatchRequest]) -> Desk:
    """A poller over this provider whose uploads take longer than its list may lag."""
    desk, submit = Desk(), batch_api.submit
    asked = {at: row.body for row in rows if (at := key_of(row.custom_id))}
    desk.books.calls = dict.fromkeys(asked, ("sent", None))
    desk.books.bodies = lambda batch_id: ((*at, body) for at, body in asked.items())  # type: ignore[method-assign]

    async def slowly(batch_id: str, requests: Any) -> str:
        desk.later(seconds=LOOK_AGAIN.total_seconds() + 30)
        return await submit(batch_id, requests)

    batch_api.submit = slowly  # type: ignore[method-assign]
    desk.poller.batch_api, desk.poller.provider = batch_api, open_provider(batch_api.spec)
    return desk


@apis
async def test_a_hand_over_whose_reply_was_lost_is_bought_once(api: str) -> None:
    """A large upload, its reply lost, and a list that shows it only at the third look."""
    rows = requests(api, 3)
    async with facing(api, "lost_create+hidden") as (batch_api, fake):
        desk = stepping(batch_api, rows)
        await desk.until("collected")
    assert len(fake.batches.sent) == 1 and desk.states() == ["answered"] * 3


async def test_a_hand_over_that_the_list_shows_too_late_is_cancelled() -> None:
    rows = requests("responses", 3)
    async with facing("responses", fate("lost_create", hidden=3, stalls=True), fate("ok", polls=2)) as (
        batch_api,
        fake,
    ):
        desk = stepping(batch_api, rows)
        assert [await desk.tick(), await desk.tick()] == ["submitting", "submitting"]
        desk.later(minutes=3)
        await desk.until("collected")
        first, second = fake.batches.sent.values()
    assert desk.states() == ["answered"] * 3
    assert (bool(first.cancelled_at), bool(second.cancelled_at)) == (True, False)
