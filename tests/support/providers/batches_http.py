"""What both providers' batch routes share: faults before anything is done, and the download of results."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiohttp import web
from tests.support.providers.batches import Batches, Row, Sent
from tests.support.providers.faults import RAW

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """Answered with this status and error object."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(error.get("message"))
        self.status, self.error = status, error


def invalid(message: str, status: int = 400) -> Refused:
    kind = "not_found_error" if status == 404 else "invalid_request_error"
    return Refused(status, {"type": kind, "code": None, "message": message, "param": None})


def raw_refusal(behaviour: str) -> Refused:
    status, _, error = RAW[behaviour]
    return Refused(status, error)


def guarded(batches: Batches, handler: Handler) -> Handler:
    """A route that first meets the next behaviour for batch calls, or a fault."""

    async def handle(request: web.Request) -> web.StreamResponse:
        fake = batches.fake
        fake.stats.batch_calls += 1
        call = f"{request.method} {request.path}".encode()
        nth, fake.times[call] = fake.times[call], fake.times[call] + 1
        behaviour = fake.batch_calls.popleft() if fake.batch_calls else fake.faults.of_batch_call(call, nth)
        if behaviour and behaviour != "ok":
            fake.stats.count(fake.stats.behaviours, f"batch:{behaviour}")
        if behaviour in RAW:
            await request.read()
            return fake.raw(behaviour, request)
        if behaviour == "reset":
            return drop(request)
        try:
            return await handler(request)
        except Refused as err:
            return web.json_response({"type": "error", "error": err.error}, status=err.status)

    return handle


def drop(request: web.Request) -> web.Response:
    """The reply that is never sent."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)


async def download(request: web.Request, sent: Sent, rows: list[Row], lines: Iterator[bytes]) -> web.StreamResponse:
    """Send a results file; what arrived readable is marked on the bill."""
    sent.downloads += 1
    breaks = sent.downloads <= sent.fate.breaks
    made = web.StreamResponse(headers={"content-type": "application/binary"})
    readable = rows[:-1] if sent.fate.torn else rows
    try:
        await made.prepare(request)
        for i, line in enumerate(lines):
            if breaks and i >= len(rows) // 2:
                return drop_after(request, made)
            await made.write(line)
            if i % 100 == 99:
                await asyncio.sleep(0)
        await made.write_eof()
    except ConnectionError:
        return made
    for row in readable:
        if row.line is not None:
            row.line.arrived = True
    return made


def drop_after(request: web.Request, made: web.StreamResponse) -> web.StreamResponse:
    drop(request)
    return made
