"""Who goes first, over a real socket and a real ledger: one writes the cache, the others read it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.databases import open_part, sent_body
from tests.support.dossiers import make_dossier, make_persona
from tests.support.providers.server import Fake, serving

from panel.errors import Stopped
from panel.jurors import Provider, RateLimits
from panel.jurors.dialects import open_provider
from panel.jurors.provider import ModelSpec
from panel.money import Budget, Price
from panel.pipeline.ask.asker import Asker
from panel.pipeline.ask.prompt_cache import MISSES_IN_A_ROW, TRIED_AGAIN_EVERY, jurors_that_pay
from panel.pipeline.plan import Seat, make_plan
from panel.records import Opinion, Rho
from panel.store import Ledger, RunRecords
from panel.store.locks.run_lock import RunLock
from panel.workspace.folder import find_workspace

PERSONAS = ("one", "two", "three")
PRICE = Price(input=Decimal(2), cache_write=Decimal("2.5"), cache_read=Decimal("0.2"), output=Decimal(10))
apis = pytest.mark.parametrize("api", ["responses", "messages"])


@pytest.fixture(autouse=True)
def billed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on this machine is free, and what is free is never warmed."""
    monkeypatch.setattr(ModelSpec, "free", property(lambda self: False))


def spec_at(fake: Fake, api: str) -> ModelSpec:
    provider, model, path = {
        "responses": (
            "openai",
            "gpt-5.2",
            "/v1",
        ),  # from 5.6 on, only marked prompts are cached, and marks go to OpenAI alone
        "messages": ("anthropic", "claude-sonnet-5-5", ""),
        "chat": ("openai", "some-model", "/v1"),
    }[api]
    return ModelSpec(
        name=f"{provider}/{model}",
        provider=provider,
        model=model,
        api=api,
        base_url=fake.address + path,
        api_key="k",  # type: ignore[arg-type]
    )


def seats_of(spec: ModelSpec, folder: Path, name: str, personas: tuple[str, ...] = PERSONAS) -> tuple[Seat, ...]:
    prompts, panel = find_workspace(folder).prompts, [make_persona(p) for p in personas]
    return make_plan("review", [make_dossier(name)], panel, dict.fromkeys(personas, spec), prompts, rho=Rho()).seats


@dataclass
class Desk:
    """An asker with one hosted model at a fake."""

    fake: Fake
    spec: ModelSpec
    folder: Path
    provider: Provider
    asker: Asker

    async def ask(self, name: str, personas: tuple[str, ...] = PERSONAS) -> list[Opinion]:
        """One launch, asked by an asker of its own that shares what launches share."""
        asker = replace(self.asker, budget=Budget())
        seats = seats_of(self.spec, self.folder, name, personas)
        return list(await asyncio.gather(*(asker.ask(seat) for seat in seats)))

    def streamed(self) -> list[bool]:
        return [bool(body.get("stream")) for body in self.fake.seen]

    def marked(self) -> list[bool]:
        return ["cache_control" in json.dumps(body) for body in self.fake.seen]


@asynccontextmanager
async def desk_at(folder: Path, api: str, *behaviours: str, price: Price = PRICE, **more: Any) -> AsyncIterator[Desk]:
    (folder / "runs").mkdir(exist_ok=True)
    lock = RunLock(folder / "runs", "run-1")
    lock.acquire()
    ledger = open_part(Ledger, f"sqlite:///{folder}/panel.db", runs_dir=folder / "runs")
    async with serving(*behaviours) as fake:
        spec = spec_at(fake, api)
        provider = open_provider(spec)
        asker = Asker(
            run_id="run-1", ledger=ledger, providers={spec.name: provider}, limiters=RateLimits({spec.provider: 8}).of([spec]),
            budget=Budget(), prices={spec.name: price}, **more,
        )  # fmt: skip
        try:
            yield Desk(fake, spec, folder, provider, asker)
        finally:
            await provider.close()
            ledger.close()
            lock.release()


def watch_stream(desk: Desk, at_end: Callable[[], None]) -> None:
    inner = desk.provider.stream  # type: ignore[attr-defined]

    async def stream(body: Any, started: Callable[[], None]) -> Any:
        reply = await inner(body, started)
        at_end()
        return reply

    desk.provider.stream = stream  # type: ignore[attr-defined]


@apis
async def test_the_others_start_at_the_first_event_and_read_what_the_first_wrote(tmp_path: Path, api: str) -> None:
    async with desk_at(tmp_path, api) as desk:
        await desk.ask("Warm up")  # clients made, connections open
        desk.fake.seen.clear()
        desk.fake.latency_s, asked_by_then = 1.0, list[int]()
        watch_stream(desk, lambda: asked_by_then.append(len(desk.fake.seen)))
        opinions = await desk.ask("Acme")
        (told,) = desk.asker.prompt_cache.models.values()
    assert [o.outcome for o in opinions] == ["answered"] * 3
    assert desk.streamed() == [True, False, False]
    assert asked_by_then == [3], "the others were asked while the first still spoke"
    usages = [o.calls[0].usage for o in opinions if o.outcome != "failed"]
    reads = [usage.cache_read_tokens for usage in usages]
    assert reads[0] < reads[1] == reads[2], "the house rules may be read from another launch's, the dossier not"
    assert [usage.cache_write_tokens for usage in usages[1:]] == [0, 0], "one write and two reads"
    assert (told.way, told.said, told.launches) == ("stream", "", 2)


@apis
async def test_the_ledger_holds_the_question_as_if_it_had_not_been_streamed(tmp_path: Path, api: str) -> None:
    async with desk_at(tmp_path, api) as desk:
        first = await desk.ask("Acme")
        call = first[0].calls[0]
        kept = sent_body(desk.asker.ledger, call.key, call.attempt)
        raw = await desk.asker.ledger.raw_replies([call])
        again = await desk.ask("Acme")
    assert kept is not None and "stream" not in kept
    assert desk.fake.seen[0] == {**kept, "stream": True}
    assert desk.provider.read(raw[call.key, call.attempt]).ending == "complete"
    assert len(desk.fake.seen) == 3 and again == first, "what was streamed is never asked again"


async def test_a_juror_alone_with_its_model_is_not_streamed_and_writes_no_cache(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        (opinion,) = await desk.ask("Acme", ("one",))
        kept = sent_body(desk.asker.ledger, opinion.calls[0].key, 0)
        await desk.ask("Acme")
    assert (desk.streamed()[0], desk.marked()[0]) == (False, False)
    assert "cache_control" in json.dumps(kept), "marks are transport: on a larger panel its stored answer still counts"
    assert len(desk.fake.seen) == 3, "it was not asked again with the others"


async def test_the_next_goes_first_when_the_ledger_answers_the_first(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        await desk.ask("Acme", ("one",))
        desk.fake.cache.entries.clear()  # a day has passed: its cache is cold
        opinions = await desk.ask("Acme")
    assert desk.streamed()[1:] == [True, False]
    assert [o.calls[0].usage.cache_read_tokens > 0 for o in opinions] == [False, False, True]


@apis
async def test_a_stream_that_breaks_off_is_asked_again_in_a_row_of_its_own(
    tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda state: 0.0)
    async with desk_at(tmp_path, api, "half") as desk:
        opinions = await desk.ask("Acme")
    attempts = sorted(o.calls[0].attempt for o in opinions)
    assert attempts == [0, 0, 1] and desk.streamed().count(True) == 1, "the others had started: no need to stream again"
    records = open_part(RunRecords, f"sqlite:///{tmp_path}/panel.db", runs_dir=tmp_path / "runs")
    rows = records.costs("run-1")
    records.close()
    assert sum(row.spend.unpriced for row in rows) == 1, "what may have been paid is unknown, never 0"


async def test_when_the_first_fails_the_others_go(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages", "unprocessable") as desk:
        opinions = await desk.ask("Acme")
    assert [o.outcome for o in opinions] == ["failed", "answered", "answered"]


async def test_a_model_without_cache_hits_is_warmed_otherwise_then_not(tmp_path: Path) -> None:
    """A model that shows no hits is warmed another way, then not at all, and says so."""
    async with desk_at(tmp_path, "messages") as desk:
        answer = desk.fake.answer

        def forgetful(dossier: str, persona: str) -> str:
            desk.fake.cache.entries.clear()
            return answer(dossier, persona)

        desk.fake.answer = forgetful
        said, streamed, marked = [], [], []
        for number in range(2 * MISSES_IN_A_ROW + 1):
            desk.fake.seen.clear()
            await desk.ask(f"Acme {number}")
            said.append(desk.asker.prompt_cache.models[desk.spec.name].said)
            streamed.append(any(desk.streamed()))
            marked.append(any(desk.marked()))
        (told,) = desk.asker.prompt_cache.models.values()
    assert streamed == [True] * MISSES_IN_A_ROW + [False] * (MISSES_IN_A_ROW + 1)
    assert marked == [True] * (2 * MISSES_IN_A_ROW) + [False]
    assert said[0] == "" and "whole answer" in said[MISSES_IN_A_ROW - 1] and "all at once" in said[-1]
    assert told.way == "off" and desk.spec.name in told.said


async def test_a_model_that_was_given_up_is_tried_again_now_and_then(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        await desk.ask("Acme 0")
        (told,) = desk.asker.prompt_cache.models.values()
        told.way, told.launches = "off", TRIED_AGAIN_EVERY
        await desk.ask("Acme 1")
        assert told.way == "stream", "it showed hits"


async def test_what_is_known_of_a_launch_goes_with_its_last_juror(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages", "ok", "unprocessable", "bad_key") as desk:
        for number in range(3):
            await desk.ask(f"Acme {number}")
        assert not desk.asker.prompt_cache.prefixes
        assert desk.asker.failures == [], "each launch's failures are its own"


async def test_a_deadline_lets_nobody_wait_for_the_first(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        desk.fake.latency_s = 30.0
        desk.asker.deadline = asyncio.get_running_loop().time() + 1.0
        asker = replace(desk.asker)
        seats = seats_of(desk.spec, tmp_path, "Acme")
        done = await asyncio.gather(*(asker.ask(seat) for seat in seats), return_exceptions=True)
    assert all(isinstance(d, Stopped) for d in done)
    assert not desk.asker.prompt_cache.prefixes


async def test_a_compatible_server_is_not_streamed(tmp_path: Path) -> None:
    """A compatible server is not streamed, and the others follow its first answer."""
    async with desk_at(tmp_path, "chat") as desk:
        opinions = await desk.ask("Acme")
    assert [o.outcome for o in opinions] == ["answered"] * 3 and desk.streamed() == [False] * 3
    assert [o.calls[0].usage.cache_read_tokens > 0 for o in opinions] == [False, True, True]


def price_of(write: str, read: str) -> Price:
    return Price(input=Decimal(2), cache_write=Decimal(write), cache_read=Decimal(read), output=Decimal(10))


@pytest.mark.parametrize(
    ("write", "read", "least"), [("2.5", "0.2", 2), ("2", "0.2", 2), ("4", "0.2", 3), ("2.5", "2", 1_000_000)]
)
async def test_the_break_even_comes_from_the_prices(tmp_path: Path, write: str, read: str, least: int) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        (seat, *_) = seats_of(desk.spec, tmp_path, "Acme")
        assert jurors_that_pay(seat, {desk.spec.name: price_of(write, read)}) == least
        assert jurors_that_pay(replace(seat, spec=replace(desk.spec, name="openai/nobody-knows")), {}) == 2


async def test_no_marks_are_sent_where_writing_costs_more_than_it_saves(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages", price=price_of("2.5", "2")) as desk:
        await desk.ask("Acme")
    assert not any(desk.marked()) and not any(desk.streamed())
