"""The server: validates, plays its behaviours in turn, then answers."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from tests.fakes.answers import answer_for
from tests.fakes.dialects import DIALECTS, Dialect, Usage, knows_cache_marks

GARBAGE = "I would ship this one. It looks like a fine tool to me!"
RAW = {  # behaviour -> status, headers, error object
    "busy": (429, {"retry-after": "2"}, {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "Slow down"}),
    "long_wait": (429, {"retry-after": "86400"}, {"type": "rate_limit_error", "code": None, "message": "Tomorrow"}),
    "overloaded": (529, {}, {"type": "overloaded_error", "code": None, "message": "Overloaded"}),
    "down": (500, {}, {"type": "api_error", "code": "server_error", "message": "Internal error"}),
    "bad_key": (401, {}, {"type": "authentication_error", "code": "invalid_api_key", "message": "Wrong key: {key}"}),
    "forbidden": (403, {}, {"type": "permission_error", "code": None, "message": "No"}),
    "unknown_model": (404, {}, {"type": "not_found_error", "code": "model_not_found", "message": "No such model"}),
    "unprocessable": (422, {}, {"type": "invalid_request_error", "code": None, "message": "No"}),
    "spend_cap": (429, {}, {"type": "insufficient_quota", "code": "insufficient_quota", "message": "You exceeded your quota"}),
    "spend_limit": (429, {}, {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}, "message": "Limit"}),
    "no_credit": (400, {}, {"type": "invalid_request_error", "message": "Your credit balance is too low"}),
}  # fmt: skip
BEHAVIOURS = (
    "ok", "garbage", "refuse", "truncate", "truncate_parseable", "empty", "reset", "half", "page", "slow", "error_200",
    *RAW,
)  # fmt: skip


@dataclass
class Fake:
    """The server's state. `behaviours` are played one a request; when they run out, `always`."""

    behaviours: deque[str] = field(default_factory=deque)
    always: str = "ok"
    latency_s: float = 0.0
    seen: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[str, str], str] = answer_for
    address: str = ""  # http://127.0.0.1:PORT
    dossiers: set[str] = field(default_factory=set)

    async def handle(self, dialect: Dialect, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.seen.append(body)
        behaviour = self.behaviours.popleft() if self.behaviours else self.always
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        if behaviour in RAW:
            return self._raw(behaviour, request)
        wrong = dialect.problems(body) + _marks_problem(body)
        if wrong:
            return web.json_response(_error("invalid_request_error", "; ".join(wrong[:3])), status=400)
        if behaviour == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return await self._reply(behaviour, dialect, body)

    async def _reply(self, behaviour: str, dialect: Dialect, body: dict[str, Any]) -> web.StreamResponse:
        if behaviour == "page":
            return web.Response(text="<html>Hello</html>", content_type="text/html")
        if behaviour == "error_200":
            return web.json_response(_error("server_error", "Something broke"))
        if behaviour == "slow":
            await asyncio.sleep(30)
        dossier, persona = dialect.blocks(body)
        answer = self.answer(dossier, persona)
        if behaviour == "ok" and len(answer) // 4 > _room(body):
            behaviour = "truncate"
        said = {
            "garbage": ("complete", GARBAGE),
            "empty": ("complete", ""),
            "refuse": ("declined", "I can't help with that."),
            "truncate": ("truncated", '{"grounds": ['),
        }.get(behaviour) or (
            "truncated" if behaviour == "truncate_parseable" else "complete",
            answer,
        )
        made = json.dumps(dialect.reply(str(body["model"]), said, self._usage(dossier, persona, said[1])))
        if behaviour == "half":
            return web.Response(text=made[: len(made) // 2], content_type="application/json")
        headers = {"x-request-id": f"req_{len(self.seen)}", "x-ratelimit-remaining-requests": "99"}
        return web.Response(text=made, content_type="application/json", headers=headers)

    def _raw(self, behaviour: str, request: web.Request) -> web.Response:
        status, headers, error = RAW[behaviour]
        key = request.headers.get("authorization", request.headers.get("x-api-key", ""))
        told = {**error, "message": str(error["message"]).format(key=key)}
        return web.json_response({"type": "error", "error": told}, status=status, headers=headers)

    def _usage(self, dossier: str, persona: str, text: str) -> Usage:
        tokens, known = len(dossier) // 4, dossier in self.dossiers
        self.dossiers.add(dossier)
        return Usage(
            fresh=len(persona) // 4, written=0 if known else tokens, read=tokens if known else 0, output=len(text) // 4
        )

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        for dialect in DIALECTS:
            app.router.add_post(dialect.path, _handler(self, dialect))
        return app


def _handler(fake: Fake, dialect: Dialect) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await fake.handle(dialect, request)

    return handle


def _room(body: dict[str, Any]) -> int:
    """Output tokens the request allows, whatever its dialect calls them."""
    return int(body.get("max_output_tokens") or body.get("max_completion_tokens") or body["max_tokens"])


def _marks_problem(body: dict[str, Any]) -> list[str]:
    marked = "prompt_cache_options" in body or "prompt_cache_breakpoint" in json.dumps(body)
    return (
        ["prompt_cache_options is not supported by this model"]
        if marked and not knows_cache_marks(body["model"])
        else []
    )


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"type": code, "code": code, "message": message, "param": None}}


@asynccontextmanager
async def serving(*behaviours: str, always: str = "ok", latency_s: float = 0.0, port: int = 0) -> AsyncIterator[Fake]:
    """The server on a loopback port of the system's choosing."""
    fake = Fake(deque(behaviours), always, latency_s)
    runner = web.AppRunner(fake.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    fake.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield fake
    finally:
        await runner.cleanup()
