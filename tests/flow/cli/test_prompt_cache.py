"""Who goes first, over a real socket and a real ledger: one writes the cache, the others read it."""

import asyncio
import json
from collections.abc import AsyncIterator
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
from panel.money import Price
from panel.pipeline.ask.ask_context import Spent
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
        asker = replace(self.asker, spent=Spent())
        seats = seats_of(self.spec, self.folder, name, personas)
        return list(await asyncio.gather(*(asker.ask(seat) for seat in seats)))

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
            prices={spec.name: price}, **more,
        )  # fmt: skip
        try:
            yield Desk(fake, spec, folder, provider, asker)
        finally:
            await provider.close()
            ledger.close()
            lock.release()


def watch_answers(desk: Desk) -> list[int]:
    """How many questions the server had seen when each answer came."""
    inner, seen = desk.provider.send, list[int]()

    async def send(body: Any) -> Any:
        reply = await inner(body)
        seen.append(len(desk.fake.seen))
        return reply

    desk.provider.send = send  # type: ignore[method-assign]
    return seen


@apis
async def test_the_others_follow_the_first_answer_and_read_what_it_wrote(tmp_path: Path, api: str) -> None:
    async with desk_at(tmp_path, api) as desk:
        await desk.ask("Warm up")  # clients made, connections open
        desk.fake.seen.clear()
        asked_by_then = watch_answers(desk)
        opinions = await desk.ask("Acme")
        (told,) = desk.asker.prompt_cache.models.values()
    assert [o.outcome for o in opinions] == ["answered"] * 3
    assert asked_by_then[0] == 1, "nobody was asked before the first had answered"
    usages = [o.calls[0].usage for o in opinions if o.outcome != "failed"]
    reads = [usage.cache_read_tokens for usage in usages]
    assert reads[0] < reads[1] == reads[2], "the house rules may be read from another launch's, the dossier not"
    assert [usage.cache_write_tokens for usage in usages[1:]] == [0, 0], "one write and two reads"
    assert (told.is_warmed, told.misses, told.launches) == (True, 0, 2)


async def test_a_juror_alone_with_its_model_writes_no_cache(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        (opinion,) = await desk.ask("Acme", ("one",))
        kept = sent_body(desk.asker.ledger, opinion.calls[0].key, 0)
        await desk.ask("Acme")
    assert not desk.marked()[0]
    assert "cache_control" in json.dumps(kept), "marks are transport: on a larger panel its stored answer still counts"
    assert len(desk.fake.seen) == 3, "it was not asked again with the others"


async def test_the_next_goes_first_when_the_ledger_answers_the_first(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        await desk.ask("Acme", ("one",))
        desk.fake.cache.entries.clear()  # a day has passed: its cache is cold
        opinions = await desk.ask("Acme")
    assert [o.calls[0].usage.cache_read_tokens > 0 for o in opinions] == [False, False, True]


@apis
async def test_a_first_answer_that_breaks_off_is_asked_again_in_its_own_row(
    tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.jurors.rate_limits.retry._wait_s", lambda *_: 0.0)
    async with desk_at(tmp_path, api, "half") as desk:
        opinions = await desk.ask("Acme")
    assert sorted(o.calls[0].attempt for o in opinions) == [0, 0, 1]
    assert opinions[1].calls[0].usage.cache_read_tokens > 0, "the others waited for the second try"
    records = open_part(RunRecords, f"sqlite:///{tmp_path}/panel.db", runs_dir=tmp_path / "runs")
    rows = records.costs("run-1")
    records.close()
    assert sum(row.spend.unpriced for row in rows) == 1, "what may have been paid is unknown, never 0"


async def test_when_the_first_fails_the_others_go(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages", "unprocessable") as desk:
        opinions = await desk.ask("Acme")
    assert [o.outcome for o in opinions] == ["failed", "answered", "answered"]


async def test_a_model_without_cache_hits_is_left_alone_and_tried_later(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "messages") as desk:
        answer = desk.fake.answer

        def forgetful(dossier: str, persona: str) -> str:
            desk.fake.cache.entries.clear()
            return answer(dossier, persona)

        async def is_marked(number: int) -> bool:
            desk.fake.seen.clear()
            await desk.ask(f"Acme {number}")
            assert len(set(desk.marked())) == 1
            return desk.marked()[0]

        desk.fake.answer = forgetful
        marked = [await is_marked(number) for number in range(MISSES_IN_A_ROW + 1)]
        assert marked == [True] * MISSES_IN_A_ROW + [False]
        (told,) = desk.asker.prompt_cache.models.values()
        told.launches = TRIED_AGAIN_EVERY
        assert [await is_marked(n) for n in (90, 91)] == [True, False], "it still shows none"
        told.launches, desk.fake.answer = TRIED_AGAIN_EVERY, answer
        assert [await is_marked(n) for n in (92, 93)] == [True, True], "it showed hits"


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


async def test_the_others_follow_the_first_answer_of_a_compatible_server(tmp_path: Path) -> None:
    async with desk_at(tmp_path, "chat") as desk:
        opinions = await desk.ask("Acme")
    assert [o.outcome for o in opinions] == ["answered"] * 3
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
    assert not any(desk.marked())
