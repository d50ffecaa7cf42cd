"""Our side over a loopback socket: what the fakes send, what is asked again, what is told. Synthetic, see README.md."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.support.answers import APIS, spec
from tests.support.providers.our_side import ASKED, DOSSIER, facing, no_wait

from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors import Exchange, Provider, SendStep, UnusableStep, next_step, send_with_retries
from panel.jurors.conversation import AnsweredStep, DeclinedStep
from panel.jurors.dialects import open_provider
from panel.jurors.rate_limits.retry import MOST_ATTEMPTS

apis = pytest.mark.parametrize("api", list(APIS))


async def converse(asked: Provider) -> tuple[Any, list[Exchange]]:
    exchanges: list[Exchange] = []
    while isinstance(step := next_step(asked, ASKED, exchanges), SendStep):
        reply, _ = await send_with_retries(asked, step.body, sleep=no_wait)
        exchanges.append(Exchange(step.body, step.purpose, asked.read(reply.text)))
    return step, exchanges


@apis
async def test_a_full_answer_comes_through_and_cites_real_passages(api: str) -> None:
    async with facing(api) as (asked, fake):
        step, _ = await converse(asked)
    assert isinstance(step, AnsweredStep) and len(fake.seen) == 1
    assert all(g.excerpt in DOSSIER and f"[{g.passage}]" in DOSSIER for g in step.answer.grounds)
    assert [a.ask for a in step.answer.answers] == ["first_cost"]


@apis
async def test_what_was_sent_is_the_body_that_was_hashed(api: str) -> None:
    """The SDKs add nothing of their own: the ledger's key is of exactly these bytes."""
    async with facing(api) as (asked, fake):
        await asked.send(asked.first_body(ASKED))
    assert fake.seen == [asked.first_body(ASKED)]
    assert json.dumps(fake.seen[0]) == json.dumps(asked.first_body(ASKED))


@apis
async def test_a_field_the_sdk_does_not_know_is_refused_by_the_fake(api: str) -> None:
    async with facing(api) as (asked, _):
        with pytest.raises(ProviderRefused, match=r"surprise: unknown"):
            await asked.send({**asked.first_body(ASKED), "surprise": 1})


@apis
async def test_two_layers_of_retries_do_not_multiply(api: str) -> None:
    """Statement 19: the SDK's own retries are off."""
    async with facing(api, always="busy") as (asked, fake):
        with pytest.raises(ProviderBusy, match=f"Asked {MOST_ATTEMPTS} times") as caught:
            await send_with_retries(asked, asked.first_body(ASKED), sleep=no_wait)
    assert len(fake.seen) == MOST_ATTEMPTS and caught.value.retry_after_s == 2.0


@apis
@pytest.mark.parametrize("behaviour", ["busy", "overloaded", "down", "reset", "half", "error_200"])
async def test_trouble_that_passes_is_asked_again(api: str, behaviour: str) -> None:
    """Statements 24 and 28: an error inside an HTTP 200 and a connection that breaks half-way included."""
    async with facing(api, behaviour) as (asked, fake):
        _, attempts = await send_with_retries(asked, asked.first_body(ASKED), sleep=no_wait)
    assert attempts == len(fake.seen) == 2


@apis
@pytest.mark.parametrize("behaviour", ["bad_key", "forbidden", "unknown_model", "unprocessable", "page"])
async def test_trouble_that_stays_is_told_at_once(api: str, behaviour: str) -> None:
    """Statement 23. The 401 repeats the key: our sentence must not."""
    async with facing(api, behaviour) as (asked, fake):
        with pytest.raises(ProviderRefused) as caught:
            await send_with_retries(asked, asked.first_body(ASKED), sleep=no_wait)
    told = f"{caught.value!r} {caught.value.hint} {caught.value.__cause__!r}"
    assert len(fake.seen) == 1 and "sk-test" not in told


@apis
@pytest.mark.parametrize("behaviour", ["spend_cap", "spend_limit", "no_credit"])
async def test_a_spend_cap_stops_the_model(api: str, behaviour: str) -> None:
    """Statement 25."""
    async with facing(api, always=behaviour) as (asked, fake):
        with pytest.raises(ProviderRefused, match="credit") as caught:
            await send_with_retries(asked, asked.first_body(ASKED), sleep=no_wait)
    assert caught.value.stops_model and len(fake.seen) == 1


@apis
async def test_a_wait_of_a_day_is_not_slept(api: str) -> None:
    """Statement 22: one of the SDKs would."""
    async with facing(api, always="long_wait") as (asked, fake):
        with pytest.raises(ProviderBusy, match="86,400 s"):
            await send_with_retries(asked, asked.first_body(ASKED), sleep=no_wait)
    assert len(fake.seen) == 1


@apis
async def test_a_silent_server_is_left_after_our_own_timeout(api: str) -> None:
    """The SDKs wait 600 s by default."""
    async with facing(api, "slow", timeout_s=0.2) as (asked, _):
        with pytest.raises(ProviderBusy, match=r"within 0\.2 s") as caught:
            await asked.send(asked.first_body(ASKED))
    assert caught.value.maybe_paid


@apis
async def test_a_server_that_ignores_the_schema_ends_as_unusable(api: str) -> None:
    """Statement 33."""
    async with facing(api, always="garbage") as (asked, fake):
        step, _ = await converse(asked)
    assert isinstance(step, UnusableStep) and step.unparseable and len(fake.seen) == 2


@apis
async def test_a_connection_lost_after_sending_may_have_been_paid(api: str) -> None:
    """Statement 30."""
    async with facing(api, "reset") as (asked, _):
        with pytest.raises(ProviderBusy, match="broke") as caught:
            await asked.send(asked.first_body(ASKED))
    assert caught.value.maybe_paid


@apis
async def test_nothing_listening_is_told_at_once(api: str) -> None:
    asked = open_provider(spec(api, base_url="http://127.0.0.1:9"))
    try:
        with pytest.raises(ProviderRefused, match=r"Nothing listens at http://127\.0\.0\.1:9"):
            await asked.send(asked.first_body(ASKED))
    finally:
        await asked.close()


@apis
async def test_a_refusal_is_declined(api: str) -> None:
    """Statement 32."""
    async with facing(api, "refuse") as (asked, _):
        step, _ = await converse(asked)
    assert isinstance(step, DeclinedStep) and step.why


@apis
async def test_an_answer_that_is_whole_where_the_room_ends_is_taken(api: str) -> None:
    async with facing(api, "truncate_parseable") as (asked, _):
        step, exchanges = await converse(asked)
    assert isinstance(step, AnsweredStep) and [e.purpose for e in exchanges] == ["ask"]


@apis
async def test_a_truncated_answer_gets_more_room_and_every_token_counts(api: str) -> None:
    """Statements 29 and 30."""
    async with facing(api, "truncate") as (asked, fake):
        step, exchanges = await converse(asked)
    assert isinstance(step, AnsweredStep) and [e.purpose for e in exchanges] == ["ask", "more_room"]
    assert fake.seen[0] != fake.seen[1] and all(e.parsed.usage.output_tokens for e in exchanges)


@apis
async def test_an_empty_answer_is_repaired(api: str) -> None:
    async with facing(api, "empty") as (asked, fake):
        step, _ = await converse(asked)
    assert isinstance(step, AnsweredStep) and len(fake.seen) == 2


@apis
async def test_a_second_juror_of_a_launch_reads_the_dossier_from_the_cache(api: str) -> None:
    body = open_provider(spec(api)).first_body(replace(ASKED, dossier=DOSSIER * 20))
    async with facing(api) as (asked, _):
        replies = [asked.read((await asked.send(body)).text) for _ in range(2)]
    assert replies[0].usage.cache_write_tokens == replies[1].usage.cache_read_tokens > 0
    assert replies[0].usage.input_tokens == replies[1].usage.input_tokens


async def test_a_proxy_named_in_the_environment_does_not_lead_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with facing("chat") as (asked, fake):
        await asked.send(asked.first_body(ASKED))
    assert len(fake.seen) == 1


@apis
async def test_the_sdks_own_address_variables_are_not_read_here(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are their only reader."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/elsewhere")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9/elsewhere")
    async with facing(api) as (asked, fake):
        await asked.send(asked.first_body(ASKED))
    assert len(fake.seen) == 1
