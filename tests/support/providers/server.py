"""The server: validates, plays its behaviours in turn, then answers, and keeps the bill. Ordinary calls are here."""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from aiohttp import web
from tests.support.providers.answers import answer_for
from tests.support.providers.batches import Batches, Fate
from tests.support.providers.batches_anthropic import AnthropicRoutes
from tests.support.providers.batches_openai import OpenAIRoutes
from tests.support.providers.billing import Bill, Line, Tariff, Usage
from tests.support.providers.caching import Cache
from tests.support.providers.dialects import DIALECTS, Dialect, knows_cache_marks
from tests.support.providers.faults import BEHAVIOURS, NO_FAULTS, RAW, WORKED, Faults, Stats
from tests.support.providers.limits import Limits, too_many

__all__ = ["BEHAVIOURS", "RAW", "Fake", "serving"]

GARBAGE = "I would ship this one. It looks like a fine tool to me!"
SLOW_S = 30.0
DRIPS = 8  # pieces of a reply that drips
LARGEST_BODY = 300 * 1024 * 1024
WATCH_S = 0.05  # how often a hanging reply looks whether anybody still waits


@dataclass
class Fake:
    """The server's state. `behaviours` are played one a request; when they run out, `faults`, then `always`.

    latency_s: before every reply. first_token_s: from a request to the moment its prefix can be read from the cache;
    a quarter of the latency when not given. validate: share (0..1) of requests and replies held against the SDKs'
    types. keep_bodies: whether `seen` grows. fixed_usage: reported and billed for every answer instead of a count.
    """

    behaviours: deque[str] = field(default_factory=deque)
    always: str = "ok"
    latency_s: float = 0.0
    first_token_s: float | None = None
    faults: Faults = NO_FAULTS
    tariffs: dict[str, Tariff] = field(default_factory=dict)
    rpm: float = 0.0
    burst: float = 0.0
    tpm: float = 0.0
    validate: float = 1.0
    keep_bodies: bool = True
    fixed_usage: Usage | None = None
    tier: str = ""  # the service tier that each reply names, and that it is billed in
    batch_fates: deque[Fate] = field(default_factory=deque)
    batch_always: Fate = field(default_factory=Fate)
    batch_calls: deque[str] = field(default_factory=deque)  # behaviours for the next requests about batches
    answer: Callable[[str, str], str] = answer_for
    clock: Callable[[], float] = time.monotonic
    seen: list[dict[str, Any]] = field(default_factory=list)
    stats: Stats = field(default_factory=Stats)
    address: str = ""  # http://127.0.0.1:PORT

    def __post_init__(self) -> None:
        waits = self.latency_s / 4 if self.first_token_s is None else self.first_token_s
        self.bill = Bill(self.tariffs)
        self.cache = Cache(self.clock, waits)
        self.limits = Limits(self.rpm, self.burst, self.tpm, clock=self.clock)
        self.batches = Batches(self, self.batch_fates, self.batch_always)
        self.times: Counter[bytes] = Counter()  # by digest of a body: how often it was sent
        self.judged = 0  # requests so far, for the share that is validated

    async def handle(self, dialect: Dialect, request: web.Request) -> web.StreamResponse:
        self.stats.requests += 1
        self.stats.in_flight += 1
        self.stats.most_in_flight = max(self.stats.most_in_flight, self.stats.in_flight)
        try:
            made = await self._handle(dialect, request)
        finally:
            self.stats.in_flight -= 1
        self.stats.count(self.stats.statuses, made.status)
        return made

    async def _handle(self, dialect: Dialect, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw)
        if self.keep_bodies:
            self.seen.append(body)
        wait_s = self.limits.refuses(str(body["model"]), len(raw) // 4)
        if wait_s:
            self.stats.over_limit += 1
            headers = self._headers(dialect, body) | too_many(dialect.provider, wait_s)
            return web.json_response(error("rate_limit_error", "Over the limit"), status=429, headers=headers)
        body_id = digest(raw)
        behaviour = self.behaviour(body, body_id)
        if behaviour in RAW:
            await asyncio.sleep(self.latency_s)
            return self.raw(behaviour, request)
        checked = self.is_checked()
        wrong = self.problems(dialect, body) if checked else []
        if wrong:
            return web.json_response(error("invalid_request_error", "; ".join(wrong[:3])), status=400)
        return await self._reply(behaviour, dialect, body, body_id, request, checked=checked)

    def behaviour(self, body: dict[str, Any], body_id: bytes) -> str:
        """What happens to this request; counted."""
        nth = self.times[body_id]
        self.times[body_id] += 1
        chosen = self.behaviours.popleft() if self.behaviours else ""
        chosen = chosen or self.faults.of(body_id, nth, first_question=is_first_question(body)) or self.always
        if chosen != "ok":
            self.stats.count(self.stats.behaviours, chosen)
        return chosen

    async def _reply(
        self,
        behaviour: str,
        dialect: Dialect,
        body: dict[str, Any],
        body_id: bytes,
        request: web.Request,
        *,
        checked: bool,
    ) -> web.StreamResponse:
        """What the model worked on is on the bill, whether it arrives or not, and nothing else is."""
        if behaviour in ("page", "error_200"):
            await asyncio.sleep(self.latency_s)
            return self._no_answer(behaviour)
        made, line = self.work(behaviour, dialect, body, body_id, checked=checked)
        if behaviour in WORKED:
            status, share = WORKED[behaviour]
            await asyncio.sleep(self.latency_s + share * self.faults.work_s)
            return web.json_response(error("server_error", "The answer did not come through"), status=status)
        text = json.dumps(made)
        await asyncio.sleep(SLOW_S if behaviour == "slow" else self.latency_s)
        headers = {"x-request-id": f"req_{self.stats.requests}", **self._headers(dialect, body)}
        if behaviour in ("reset", "hang"):
            return await self._silence(request, self.faults.hang_s if behaviour == "hang" else 0.0)
        if behaviour in ("reset_mid_body", "drip"):
            return await self._piecewise(text.encode(), request, headers, line, breaks=behaviour == "reset_mid_body")
        if behaviour in ("half", "malformed"):
            spoilt = text[: len(text) // 2] if behaviour == "half" else text.replace(":", ";", 7)
            return web.Response(text=spoilt, content_type="application/json", headers=headers)
        return await self._sent(
            web.Response(text=text, content_type="application/json", headers=headers), request, line
        )

    def work(
        self,
        behaviour: str,
        dialect: Dialect,
        body: dict[str, Any],
        body_id: bytes,
        *,
        checked: bool,
        batch: bool = False,
    ) -> tuple[dict[str, Any], Line]:
        """A reply as the model would give it, and its line on the bill."""
        dossier, persona = dialect.blocks(body)
        answer = self.answer(dossier, persona)
        if behaviour not in CHANGED and len(answer) // 4 > room(body):
            behaviour = "truncate"
        said = CHANGED.get(behaviour, ("complete", answer))
        said = (said[0], answer) if behaviour == "truncate_parseable" else said
        output = room(body) if said[0] == "truncated" else len(said[1]) // 4
        usage = self.fixed_usage or self.cache.use(dialect.provider, body, output)
        line = self.bill.add(str(body["model"]), usage, body_id, batch=batch, tier=self.tier)
        made = dialect.reply(str(body["model"]), said, usage, checked=checked)
        if self.tier:
            (made["usage"] if dialect.provider == "anthropic" else made)["service_tier"] = self.tier
        line.reply_id = str(made["id"])
        return made, line

    async def _sent(self, made: web.Response, request: web.Request, line: Line) -> web.StreamResponse:
        """Send it here, to know whether anybody was still there."""
        try:
            await made.prepare(request)
            await made.write_eof()
        except ConnectionError:
            return made
        if request.transport is not None and not request.transport.is_closing():
            line.arrived = True
            self.stats.good += 1
        return made

    async def _piecewise(
        self, text: bytes, request: web.Request, headers: dict[str, str], line: Line, *, breaks: bool
    ) -> web.StreamResponse:
        made = web.StreamResponse(headers={**headers, "content-type": "application/json"})
        made.content_length = len(text)
        try:
            await made.prepare(request)
            step = -(-len(text) // DRIPS)
            for i in range(DRIPS // 2 if breaks else DRIPS):
                await made.write(text[i * step : (i + 1) * step])
                await asyncio.sleep(0 if breaks else self.faults.drip_s / DRIPS)
            if breaks:
                abort(request)
                return made
            await made.write_eof()
        except ConnectionError:
            return made
        line.arrived = True
        self.stats.good += 1
        return made

    async def _silence(self, request: web.Request, for_s: float) -> web.Response:
        """Nothing for a time or until the other side has gone; then the connection is dropped."""
        until = self.clock() + for_s
        while self.clock() < until and request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(WATCH_S)  # a transport that closes sets no event
        abort(request)
        return web.Response(status=499)

    def _no_answer(self, behaviour: str) -> web.Response:
        if behaviour == "page":
            return web.Response(text="<html>Hello</html>", content_type="text/html")
        return web.json_response(error("server_error", "Something broke"))

    def raw(self, behaviour: str, request: web.Request) -> web.Response:
        status, _, named = RAW[behaviour]
        key = request.headers.get("authorization", request.headers.get("x-api-key", ""))
        told = {**named, "message": str(named["message"]).format(key=key)}
        return web.json_response(
            {"type": "error", "error": told}, status=status, headers=self.faults.headers(behaviour)
        )

    def problems(self, dialect: Dialect, body: dict[str, Any]) -> list[str]:
        """Why the hosted API would answer 400; empty when it would not."""
        return dialect.problems(body) + marks_problem(body)

    def is_checked(self) -> bool:
        """Whether the next request and its reply are held against the SDKs' types: a steady share of them."""
        before, self.judged = self.judged, self.judged + 1
        return int(self.judged * self.validate) > int(before * self.validate)

    def _headers(self, dialect: Dialect, body: dict[str, Any]) -> dict[str, str]:
        return self.limits.headers(dialect.provider, str(body["model"]))

    async def show_bill(self, request: web.Request) -> web.Response:
        return web.json_response(self.bill.as_json())

    async def show_stats(self, request: web.Request) -> web.Response:
        return web.json_response(
            {**vars(self.stats), "cpu_s": round(time.process_time(), 3), "cached": len(self.cache.entries)}
        )

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY)
        for dialect in DIALECTS:
            app.router.add_post(dialect.path, _handler(self, dialect))
        OpenAIRoutes(self.batches).add_to(app)
        AnthropicRoutes(self.batches).add_to(app)
        app.router.add_get("/bill", self.show_bill)
        app.router.add_get("/stats", self.show_stats)
        return app


CHANGED = {
    "garbage": ("complete", GARBAGE),
    "empty": ("complete", ""),
    "refuse": ("declined", "I can't help with that."),
    "truncate": ("truncated", '{"grounds": ['),
    "truncate_parseable": ("truncated", ""),
}  # what the model says instead of its answer


def _handler(fake: Fake, dialect: Dialect) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await fake.handle(dialect, request)

    return handle


def digest(raw: bytes) -> bytes:
    """One body, one digest, whether it came alone or in a batch."""
    return blake2b(raw, digest_size=16).digest()


def is_first_question(body: dict[str, Any]) -> bool:
    return sum(turn.get("role") == "user" for turn in body.get("input") or body["messages"]) == 1


def room(body: dict[str, Any]) -> int:
    """Output tokens the request allows, whatever its dialect calls them."""
    return int(body.get("max_output_tokens") or body.get("max_completion_tokens") or body["max_tokens"])


def marks_problem(body: dict[str, Any]) -> list[str]:
    marked = "prompt_cache_options" in body or "prompt_cache_breakpoint" in json.dumps(body)
    return (
        ["prompt_cache_options is not supported by this model"]
        if marked and not knows_cache_marks(body["model"])
        else []
    )


def error(code: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": code, "code": code, "message": message, "param": None}}


def abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


@asynccontextmanager
async def serving(
    *behaviours: str, always: str = "ok", latency_s: float = 0.0, port: int = 0, **settings: Any
) -> AsyncIterator[Fake]:
    """The server on a loopback port of the system's choosing. settings: fields of `Fake`."""
    fake = Fake(deque(behaviours), always, latency_s, **settings)
    runner = web.AppRunner(fake.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
    await site.start()
    fake.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        fake.batches.stop()
        await runner.cleanup()
