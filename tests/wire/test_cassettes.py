"""Both SDKs over recordings of a real server: llama.cpp on this machine, see README.md."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.answers import question, spec

from panel.errors import ProviderError, ProviderRefused
from panel.jurors import Exchange, Provider, SendStep, UnusableStep, next_step, send_with_retries
from panel.jurors.conversation import AnsweredStep
from panel.jurors.dialects import open_provider
from panel.jurors.providers.local import local_model

CASSETTES = Path(__file__).parent / "cassettes"
CONTEXT_TOKENS = 1024
MODEL = "smollm2-135m"
PICKS = question("picks", dossier="[S1.1] Free under the Apache licence.\n[S1.2] Needs a card with 24 GB.")


def without_port(request: Any) -> Any:
    """Every start of the server has another port: recorded without."""
    request.uri = re.sub(r"(//127\.0\.0\.1):\d+", r"\1", request.uri)
    return request


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    """Matches the body: with the default, a changed prompt replays the old answer and passes."""
    return {
        "match_on": ["method", "host", "path", "query", "body"],
        "filter_headers": ["authorization", "x-api-key", "user-agent", "x-stainless-os", "x-stainless-arch"],
        "before_record_request": without_port,
        "decode_compressed_response": True,
    }


@pytest.fixture(scope="module")
def address(record_mode: str) -> Iterator[str]:
    """The server's address: of nobody when replaying, of a real one when recording."""
    if record_mode == "none":
        yield "http://127.0.0.1:9"
        return
    import xllamacpp

    found = local_model()
    assert found is not None
    settings = xllamacpp.CommonParams()
    settings.model.path = str(found.path)
    settings.n_ctx, settings.n_parallel, settings.verbosity, settings.warmup = CONTEXT_TOKENS, 1, -1, False
    settings.model_alias = {MODEL}
    server = xllamacpp.Server(settings)
    yield server.listening_address
    del server


@pytest.fixture(autouse=True)
def every_recording_is_played(request: pytest.FixtureRequest, record_mode: str) -> Iterator[None]:
    yield
    if request.node.get_closest_marker("vcr") and record_mode == "none":
        cassette = request.getfixturevalue("vcr")
        assert cassette.all_played, f"recordings that nothing asked for: {cassette}"


@pytest.fixture
async def asked(request: pytest.FixtureRequest, address: str, vcr: Any) -> Any:
    """The provider of this dialect at the server's address."""
    api = request.param
    base_url = address if api == "messages" else f"{address}/v1"
    sampling = (("temperature", 0.0),)
    provider = open_provider(spec(api, model=MODEL, base_url=base_url, sampling=sampling, max_output_tokens=300))
    yield provider
    await provider.close()


def over(*apis: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("asked", apis, indirect=True)


async def converse(asked: Provider, first: Any = PICKS) -> tuple[Any, list[Exchange]]:
    exchanges: list[Exchange] = []
    while isinstance(step := next_step(asked, first, exchanges), SendStep):
        reply, _ = await send_with_retries(asked, step.body)
        exchanges.append(Exchange(step.body, step.purpose, asked.read(reply.text)))
    return step, exchanges


@pytest.mark.vcr
@over("chat")
async def test_chat_completions_hold_the_answer_to_the_schema(asked: Provider) -> None:
    step, exchanges = await converse(asked)
    assert isinstance(step, AnsweredStep) and len(exchanges) == 1
    usage = exchanges[0].parsed.usage
    assert usage.input_tokens > 0 and usage.output_tokens > 0 and usage.cache_write_tokens == 0


@pytest.mark.vcr
@over("responses", "messages")
async def test_a_route_that_ignores_the_schema_ends_as_unusable(asked: Provider) -> None:
    step, exchanges = await converse(asked, replace(PICKS, persona="Say hello in one short sentence."))
    assert isinstance(step, UnusableStep) and step.unparseable
    assert exchanges[-1].purpose == "repair" and all(e.parsed.usage.output_tokens for e in exchanges)


@pytest.mark.vcr
@over("chat", "messages")
async def test_an_answer_without_room_is_truncated(asked: Provider) -> None:
    body = asked.more_room_body(asked.first_body(PICKS), max_output_tokens=4)
    parsed = asked.read((await asked.send(body)).text)
    assert (parsed.ending, parsed.usage.output_tokens) == ("truncated", 4)


@pytest.mark.vcr
@over("chat")
async def test_a_question_longer_than_the_context_is_refused_in_a_sentence(asked: Provider) -> None:
    with pytest.raises(ProviderRefused, match="longer than openai/smollm2-135m can read"):
        await asked.send(asked.first_body(replace(PICKS, dossier="word " * CONTEXT_TOKENS)))


@pytest.mark.vcr
@pytest.mark.default_cassette("test_chat_completions_hold_the_answer_to_the_schema[chat].yaml")
@over("chat")
async def test_a_changed_prompt_plays_no_old_answer(asked: Provider, record_mode: str) -> None:
    if record_mode != "none":
        pytest.skip("nothing to replay while recording")
    await converse(asked)
    with pytest.raises(ProviderError, match="CannotOverwriteExistingCassette"):
        await asked.send(asked.first_body(replace(PICKS, persona="Another persona.")))


def test_no_cassette_holds_a_key() -> None:
    """Statement 58."""
    found = sorted(CASSETTES.glob("**/*.yaml"))
    assert found
    for path in found:
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"\bsk-|x-api-key|authorization|bearer", text), path
    assert sum(path.stat().st_size for path in found) < 100_000
