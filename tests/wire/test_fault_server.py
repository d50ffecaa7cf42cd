"""The fake server's own promises: its bill, its cache, its limits, its faults. The oracle of the batch tests."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from tests.support.answers import spec
from tests.support.providers.__main__ import settings_of
from tests.support.providers.billing import Bill, Tariff, Usage, tariff
from tests.support.providers.caching import TTL_S, Cache
from tests.support.providers.faults import ANSWERS, PASSING, STOPPING, WORKED, Faults
from tests.support.providers.limits import Limits
from tests.support.providers.our_side import ASKED, DOSSIER, address, no_wait, requests, until_ended
from tests.support.providers.server import Fake, serving

from panel.errors import ProviderBusy, ProviderRefused
from panel.jurors import Provider, RawReply, send_with_retries
from panel.jurors.dialects import open_batches, open_provider
from panel.jurors.provider import Body
from panel.money import Price, price

ROOT = Path(__file__).parents[2]
MODEL = "claude-sonnet-5-5"
# Dollars a million tokens, typed by hand: input, cache write, cache read, output.
THREE_FIFTEEN = Tariff(Decimal("3"), Decimal("3.75"), Decimal("0.30"), Decimal("15"))
ORACLE = Usage(fresh=3, written=12304, read=0, output=550)
LONG = DOSSIER * 30  # well over 1,024 tokens
apis = pytest.mark.parametrize("api", ["responses", "chat", "messages"])


@asynccontextmanager
async def facing(
    api: str, *behaviours: str, timeout_s: float = 120.0, **settings: Any
) -> AsyncIterator[tuple[Provider, Fake]]:
    """A model of this dialect at a server with these settings."""
    async with serving(*behaviours, **settings) as fake:
        asked = open_provider(spec(api, base_url=address(api, fake), timeout_s=timeout_s))
        try:
            yield asked, fake
        finally:
            await asked.close()


def persona_bodies(asked: Provider, count: int, dossier: str = LONG) -> list[Body]:
    """The jurors of one launch: one dossier, as many personas."""
    return [
        asked.first_body(replace(ASKED, dossier=dossier, persona=f"{ASKED.persona}\nJuror {n}.")) for n in range(count)
    ]


async def resumed(asked: Provider, body: Body) -> RawReply:
    """The reply, after as many resumes as it takes."""
    while True:
        with suppress(ProviderBusy):
            return (await send_with_retries(asked, body, sleep=no_wait))[0]


async def settled(fake: Fake) -> None:
    """Until the server knows which replies arrived: it may notice after the client has read."""
    while fake.stats.in_flight:  # noqa: ASYNC110  a count, not an event
        await asyncio.sleep(0)


async def test_the_bill_is_exact_to_the_published_example() -> None:
    """DESIGN decision 14: $0.054399 for 3 + 12,304 written + 550 out at $3/$3.75/$15, and half of it in a batch."""
    async with facing("messages", tariffs={MODEL: THREE_FIFTEEN}, fixed_usage=ORACLE) as (asked, fake):
        reply = await asked.send(asked.first_body(ASKED))
        assert fake.bill.usd == Decimal("0.054399")
        wire = open_batches(spec("messages", base_url=fake.address))
        assert wire is not None
        await until_ended(wire, await wire.submit("b-1", requests("messages", 1)))
        await wire.close()
    usage = asked.read(reply.text).usage
    assert (usage.input_tokens, usage.cache_write_tokens, usage.output_tokens) == (3, 12304, 550)
    assert fake.bill.usd == Decimal("0.054399") + Decimal("0.0271995")
    assert fake.bill.as_json()["batch_usd"] == "0.0271995"


@pytest.mark.parametrize("tier", ["", "default", "priority", "flex"])
async def test_what_we_say_it_cost_is_the_bill_whatever_the_tier(tier: str) -> None:
    """The tier is the reply's to tell. Tariffs and shares are typed by hand."""
    model, hand = "gpt-6.1-sol", tariff("2/2.5/0.1/10")
    async with facing("responses", tariffs={model: hand}, fixed_usage=ORACLE, tier=tier) as (asked, fake):
        told = asked.read((await asked.send(asked.first_body(ASKED))).text)
    ours = price(f"openai/{model}", told.usage, prices={}, price_class=told.price_class)
    assert ours == fake.bill.usd > 0


@apis
@pytest.mark.parametrize("tier", ["priority", "flex"])
async def test_a_tier_that_panel_toml_has_no_price_for_is_unknown(api: str, tier: str) -> None:
    async with facing(api, fixed_usage=ORACLE, tier=tier) as (asked, _):
        told = asked.read((await asked.send(asked.first_body(ASKED))).text)
    assert told.price_class == (("service_tier", tier),)
    name, one = asked.spec.name, Decimal(1)
    assert price(name, told.usage, prices={name: Price(one, one, one, one)}, price_class=told.price_class) is None


def test_a_bill_has_four_classes_and_names_what_has_no_tariff() -> None:
    bill = Bill({"a": Tariff(Decimal(1), Decimal(10), Decimal(100), Decimal(1000))})
    bill.add("a", Usage(1, 2, 3, 4), b"1")
    bill.add("b", Usage(1, 2, 3, 4), b"2")
    assert bill.usd == Decimal("0.004321")
    assert bill.as_json()["unpriced_answers"] == 1
    assert tariff("3/3.75/0.30/15") == THREE_FIFTEEN


def test_a_second_answer_to_a_body_is_told_from_one_that_never_arrived() -> None:
    bill = Bill()
    lost, answered = (bill.add("a", ORACLE, b"1") for _ in range(2))
    answered.arrived = True
    assert (bill.repeats, bill.repeats_after_arrival, lost.arrived) == (1, 0, False)
    bill.add("a", ORACLE, b"1")
    assert (bill.repeats, bill.repeats_after_arrival) == (2, 1)


@apis
@pytest.mark.parametrize("behaviour", ["reset", "reset_mid_body", "half", "malformed"])
async def test_what_never_arrived_is_billed_all_the_same(api: str, behaviour: str) -> None:
    async with facing(api, behaviour, tariffs={"*": THREE_FIFTEEN}) as (asked, fake):
        with pytest.raises(ProviderBusy) as caught:
            await asked.send(asked.first_body(ASKED))
        await asked.send(asked.first_body(ASKED))
        await settled(fake)
    assert caught.value.maybe_paid
    assert fake.bill.as_json()["lost_answers"] == 1 and 0 < fake.bill.lost_usd < fake.bill.usd
    assert (fake.bill.repeats, fake.bill.repeats_after_arrival) == (1, 0)


@apis
@pytest.mark.parametrize("behaviour", ["busy", "overloaded", "down", "spend_cap", "error_200", "page"])
async def test_a_request_that_no_model_saw_is_not_billed(api: str, behaviour: str) -> None:
    async with facing(api, behaviour, tariffs={"*": THREE_FIFTEEN}) as (asked, fake):
        with pytest.raises((ProviderBusy, ProviderRefused)):
            await asked.send(asked.first_body(ASKED))
    assert fake.bill.usd == 0 and not fake.bill.lines


@apis
@pytest.mark.parametrize("behaviour", WORKED)
async def test_an_answer_lost_behind_a_status_is_billed(
    api: str, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the server bills is what it worked on, whatever status it gives: our side must not call it unpaid."""
    monkeypatch.setattr("panel.jurors.providers.error_mapping.WORKED_S", 0.1)
    async with facing(api, behaviour, faults=Faults(0.0, work_s=0.2), tariffs={"*": THREE_FIFTEEN}) as (asked, fake):
        with pytest.raises(ProviderBusy) as caught:
            await asked.send(asked.first_body(ASKED))
    assert fake.bill.usd == fake.bill.lost_usd > 0 and caught.value.maybe_paid


@apis
async def test_a_hanging_reply_ends_when_nobody_waits_any_more(api: str) -> None:
    async with facing(api, "hang", timeout_s=0.3) as (asked, fake):
        with pytest.raises(ProviderBusy, match="did not answer within") as caught:
            await asked.send(asked.first_body(ASKED))
    assert caught.value.maybe_paid and len(fake.bill.lines) == 1 and not fake.bill.lines[0].arrived


@apis
async def test_a_dripping_reply_arrives_whole(api: str) -> None:
    async with facing(api, "drip") as (asked, fake):
        reply = await asked.send(asked.first_body(ASKED))
        await settled(fake)
    assert asked.read(reply.text).ending == "complete" and fake.bill.lines[0].arrived


async def test_the_sum_of_what_the_client_read_is_what_arrived_on_the_bill() -> None:
    """The oracle in small: through faults of every kind, priced by hand on both sides."""
    faults = Faults(0.5, seed=3, retry_after_s=0.01, drip_s=0.01, hang_s=0.01, work_s=0.0)
    async with facing("messages", faults=faults, tariffs={MODEL: THREE_FIFTEEN}) as (asked, fake):
        bodies = persona_bodies(asked, 60)
        replies = [await resumed(asked, body) for body in bodies]
        await settled(fake)
    read = [asked.read(reply.text).usage for reply in replies]
    usd = sum(
        (
            u.input_tokens * Decimal("3")
            + u.cache_write_tokens * Decimal("3.75")
            + u.cache_read_tokens * Decimal("0.30")
            + u.output_tokens * Decimal("15")
        )
        / 1_000_000
        for u in read
    )
    assert usd == fake.bill.usd - fake.bill.lost_usd
    assert fake.bill.lost_usd > 0 and fake.bill.repeats_after_arrival == 0
    assert fake.stats.requests > 70


async def test_jurors_in_order_write_once_and_read_ever_after() -> None:
    async with facing("messages") as (asked, fake):
        for body in persona_bodies(asked, 4):
            await asked.send(body)
    usages = [line.usage for line in fake.bill.lines]
    assert [u.written > 0 for u in usages] == [True, False, False, False]
    assert all(u.read == usages[0].written for u in usages[1:])


async def test_first_requests_at_the_same_time_all_write() -> None:
    """Nothing can be read before the first answer has begun: so the order of asking shows on the bill."""
    async with facing("messages", latency_s=0.1) as (asked, fake):
        bodies = persona_bodies(asked, 5)
        await asyncio.gather(*(asked.send(body) for body in bodies[:4]))
        await asked.send(bodies[4])
    assert [line.usage.written > 0 for line in fake.bill.lines] == [True] * 4 + [False]


def test_a_prefix_is_readable_from_its_first_token_until_its_time_is_up() -> None:
    now = 0.0
    cache = Cache(lambda: now, first_token_s=2.0)
    body = persona_bodies(open_provider(spec("messages")), 1)[0]

    def reads() -> bool:
        return cache.use("anthropic", body, 0).read > 0

    seen = {}
    for now in (0.0, 1.9, 2.0, 2.0 + TTL_S["anthropic"] - 1, 2.0 + 2 * TTL_S["anthropic"] - 2):
        seen[now] = reads()
    assert list(seen.values()) == [False, False, True, True, True]
    now += TTL_S["anthropic"]
    assert not reads()


def test_what_is_short_or_unmarked_or_of_another_launch_is_not_read() -> None:
    cache = Cache(lambda: 0.0)
    asked = open_provider(spec("messages"))
    short = persona_bodies(asked, 2, dossier=DOSSIER)
    unmarked = json.loads(json.dumps(persona_bodies(asked, 1)[0]).replace('"cache_control"', '"nothing"'))
    other = persona_bodies(asked, 1, dossier=LONG + "x")[0]
    used = [
        cache.use("anthropic", body, 0) for body in (*short, unmarked, unmarked, persona_bodies(asked, 1)[0], other)
    ]
    assert all(u.read == 0 for u in used)
    assert [u.written > 0 for u in used] == [False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("model", "mark", "writes", "reads"),
    [
        ("gpt-6.1-sol", True, [True, False, False], [False, True, True]),  # on the dossier: written once
        ("gpt-6.1-sol", False, [True, True, True], [False, False, False]),  # implicit: it sits on the persona
        ("gpt-5.4", False, [False, False, False], [False, True, True]),  # earlier: automatic, nothing charged
    ],
)
def test_openais_cache_follows_the_model_and_the_marks(
    model: str, mark: bool, writes: list[bool], reads: list[bool]
) -> None:
    cache = Cache(lambda: 0.0)
    asked = open_provider(
        spec("responses", model=model, base_url="https://api.openai.com/v1" if mark else "http://127.0.0.1:9")
    )
    used = [cache.use("openai", body, 0) for body in persona_bodies(asked, 3)]
    assert [u.written > 0 for u in used] == writes
    assert [u.read > 0 for u in used] == reads


def test_another_cache_key_reads_nothing() -> None:
    cache = Cache(lambda: 0.0)
    body = persona_bodies(open_provider(spec("responses", base_url="https://api.openai.com/v1")), 1)[0]
    first, second = (cache.use("openai", {**body, "prompt_cache_key": key}, 0) for key in "ab")
    assert first.written == second.written > 0


async def test_a_limit_is_kept_and_told_with_every_reply() -> None:
    async with facing("chat", rpm=60.0, burst=2.0, clock=lambda: 0.0) as (asked, fake):
        replies = [await asked.send(asked.first_body(ASKED)) for _ in range(2)]
        with pytest.raises(ProviderBusy) as caught:
            await asked.send(asked.first_body(ASKED))
    told = [dict(reply.headers) for reply in replies]
    assert [t["x-ratelimit-remaining-requests"] for t in told] == ["1", "0"]
    assert {t["x-ratelimit-limit-requests"] for t in told} == {"60"}
    assert told[1]["x-ratelimit-reset-requests"] == "0m2s"
    assert caught.value.retry_after_s == 1.0 and fake.stats.over_limit == 1 and len(fake.bill.lines) == 2


async def test_anthropics_limit_headers_are_its_own() -> None:
    async with facing("messages", rpm=60.0, tpm=1e6) as (asked, _):
        reply = await asked.send(asked.first_body(ASKED))
    told = dict(reply.headers)
    assert told["anthropic-ratelimit-requests-limit"] == "60" and told["anthropic-ratelimit-tokens-limit"] == "1000000"
    assert told["anthropic-ratelimit-requests-reset"].endswith("Z")


def test_a_bucket_lets_through_its_rate_and_no_more() -> None:
    now = 0.0
    limits = Limits(rpm=120.0, burst=5.0, clock=lambda: now)
    through = 0
    for step in range(600):
        now = step / 10
        through += limits.refuses("m", 0) == 0
    assert through == 5 + 119
    assert limits.refuses("another model", 0) == 0


def test_faults_meet_a_share_of_requests_the_same_way_each_time() -> None:
    faults = Faults(0.1, seed=7)
    bodies = [b"%d" % n for n in range(20_000)]
    met = [faults.of(body, 0) for body in bodies]
    assert (
        met
        == [Faults(0.1, seed=7).of(body, 0) for body in bodies]
        != [Faults(0.1, seed=8).of(body, 0) for body in bodies]
    )
    kinds = Counter(kind for kind in met if kind)
    assert 0.09 < sum(kinds.values()) / len(bodies) < 0.11
    assert set(kinds) == set(PASSING) and max(kinds.values()) < 2 * min(kinds.values())
    hit = [body for body, kind in zip(bodies, met, strict=True) if kind]
    assert 0.9 < sum(not faults.of(body, 1) for body in hit) / len(hit) < 0.98
    assert not set(PASSING) & set(STOPPING)
    assert not {faults.of(body, 0, first_question=False) for body in bodies} & set(ANSWERS)


@apis
async def test_every_kind_that_passes_is_got_over(api: str) -> None:
    """Each on its own, then the same body again: no kind stops a model or stays."""
    for kind in PASSING:
        faults = Faults(1.0, kinds=(kind,), retry_after_s=0.01, hang_s=0.01, drip_s=0.01, work_s=0.0)
        async with facing(api, faults=faults) as (asked, fake):
            with suppress(ProviderBusy):
                await asked.send(asked.first_body(ASKED))
            assert fake.stats.behaviours == {kind: 1}


async def test_faults_reach_batches_and_their_rows() -> None:
    async with facing("messages", faults=Faults(0.5, seed=2)) as (_, fake):
        wire = open_batches(spec("messages", base_url=fake.address))
        assert wire is not None
        for tries in range(1, 50):  # noqa: B007  read after the loop
            try:
                provider_batch_id = await wire.submit("b-1", requests("messages", 40))
                break
            except ProviderBusy:
                continue
        while fake.batches.sent[provider_batch_id].state != "ended":
            try:
                await wire.status(provider_batch_id)
            except ProviderBusy:
                continue
        await wire.close()
        rows = Counter(row.outcome for row in fake.batches.sent[provider_batch_id].rows)
    assert rows["errored"] > 5 and rows["succeeded"] > 5
    assert any(name.startswith("batch:") for name in fake.stats.behaviours)
    assert fake.stats.batches == 1


@pytest.fixture
def process() -> Any:
    """The server as a process of its own, and its address."""
    words = ["--faults=0.5", "--seed=1", "--hang=0.05", "--drip=0.05", "--validate=0.1", "--batch=partial+torn"]
    words.append("--tariff=*=3/3.75/0.30/15")
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.support.providers", *words],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert started.stdout is not None
    found = re.search(r"http://[^/]+", started.stdout.readline())
    assert found is not None
    yield found[0]
    started.terminate()
    started.wait()
    started.stdout.close()


def test_the_server_runs_as_a_process_and_shows_its_bill(process: str) -> None:
    """So that a test can kill the client and not the provider."""

    async def ask() -> None:
        asked = open_provider(spec("messages", base_url=process))
        try:
            for body in persona_bodies(asked, 10):
                await resumed(asked, body)
        finally:
            await asked.close()

    asyncio.run(ask())
    bill, stats = (json.load(urlopen(f"{process}/{name}")) for name in ("bill", "stats"))
    assert Decimal(bill["usd"]) > Decimal(bill["lost_usd"]) >= 0 and bill["models"][MODEL]["cache_read_tokens"] > 0
    assert stats["requests"] > 10 and stats["good"] >= 10 and stats["cpu_s"] > 0 and stats["statuses"]


def test_the_flags_of_the_process_are_those_of_a_test() -> None:
    made = settings_of(
        [
            "--faults",
            "0.1",
            "--seed",
            "7",
            "--rpm",
            "600",
            "--tariff",
            "m=1/2/3/4",
            "--batch",
            "expires",
            "--batch-polls",
            "9",
        ]
    )
    assert made["faults"] == Faults(0.1, 7, retry_after_s=1.0) and made["rpm"] == 600.0
    assert made["tariffs"] == {"m": tariff("1/2/3/4")}
    assert (made["batch_always"].works, made["batch_always"].polls, made["batch_always"].seed) == (0.6, 9, 7)
    assert Fake(**{name: value for name, value in made.items() if name != "port"}).faults.share == 0.1
