"""Full use of a request limit, and how many requests are wasted on it: the OpenAI SDK's own retries beside ours.

    python benchmarks/goodput.py                   # 3,000 requests a minute, 2,000 calls, 100 in flight, 0.5 s answers
    python benchmarks/goodput.py --headers none    # a server that says nothing of its limit but 429

The server is a token bucket in a process of its own: 50 requests a second, a bucket of 50, `Retry-After: 1`. It tells
its limit in `x-ratelimit-*-requests` headers (all: limit, remaining and reset; limit: the first; none). A refused
request takes nothing from the bucket. Goodput is answers for each second from the first request to the last answer, as
a share of the limit; the bucket's first 50 may take it above 1. Every contender starts cold.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from calls import in_flight, make_plan_of, replies_for
from day import note

CONTENDERS = ("retries", "panel")
SAID = {"retries": "openai SDK, its own retries (10)", "panel": "panel: rate limiter, ledger, retries, opinion"}
HEAD = "HTTP/1.1 {}\r\ncontent-type: application/json\r\nx-request-id: req_1\r\n{}content-length: {}\r\n\r\n"
LIMITED = b'{"error":{"type":"rate_limit_error","code":"rate_limit_exceeded","message":"Slow down"}}'
PREFIX = b"content-length:"


class Limit:
    """The bucket, and what came to it."""

    def __init__(self, per_minute: float, headers: str) -> None:
        self.per_s, self.headers = per_minute / 60, headers
        self.forget()

    def forget(self) -> None:
        self.level, self.at = self.per_s, time.perf_counter()
        self.requests = self.refused = self.answered = 0
        self.first = self.last = 0.0

    def take(self) -> bool:
        now = time.perf_counter()
        self.level, self.at = min(self.per_s, self.level + (now - self.at) * self.per_s), now
        self.first, self.requests = self.first or now, self.requests + 1
        allowed = self.level >= 1
        self.level -= allowed
        self.refused += not allowed
        return allowed

    def told(self) -> str:
        if self.headers == "none":
            return ""
        limit = f"x-ratelimit-limit-requests: {self.per_s * 60:.0f}\r\n"
        if self.headers == "limit":
            return limit
        reset = f"x-ratelimit-reset-requests: {(self.per_s - self.level) / self.per_s * 1000:.0f}ms\r\n"
        return f"{limit}x-ratelimit-remaining-requests: {int(self.level)}\r\n{reset}"

    def counts(self) -> dict[str, float]:
        names = ("requests", "refused", "answered")
        found = {"window_s": self.last - self.first, **{name: getattr(self, name) for name in names}}
        self.forget()
        return found


class Answering(asyncio.Protocol):
    """One connection. Requests come one after another."""

    def __init__(self, limit: Limit, replies: dict[bytes, bytes], latency_s: float) -> None:
        self.limit, self.replies, self.latency_s = limit, replies, latency_s
        self.buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = transport.write  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            heads = self.buffer[:end].lower().split(b"\r\n")
            length = next((int(h[len(PREFIX) :]) for h in heads if h.startswith(PREFIX)), 0)
            if len(self.buffer) < end + 4 + length:
                return
            path = bytes(self.buffer.split(b" ", 2)[1])
            del self.buffer[: end + 4 + length]
            if path == b"/counts":
                self.say("200 OK", "", json.dumps(self.limit.counts()).encode())
            elif self.limit.take():
                asyncio.get_running_loop().call_later(self.latency_s, self.answer, path, self.limit.told())
            else:
                self.say("429 Too Many Requests", "retry-after: 1\r\n" + self.limit.told(), LIMITED)

    def answer(self, path: bytes, told: str) -> None:
        self.limit.last, self.limit.answered = time.perf_counter(), self.limit.answered + 1
        self.say("200 OK", told, self.replies[path])

    def say(self, status: str, headers: str, body: bytes) -> None:
        self.write(HEAD.format(status, headers, len(body)).encode() + body)


async def serve(args: argparse.Namespace, given: bytes) -> None:
    replies = {path.encode(): body.encode() for path, body in json.loads(given).items()}
    limit = Limit(args.per_minute, args.headers)
    server = await asyncio.get_running_loop().create_server(
        lambda: Answering(limit, replies, args.latency), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def retries(plan: Any, most: int) -> int:
    """The SDK in a loop, retrying by itself. Returns the calls that failed."""
    import openai

    spec, failed = plan.seats[0].spec, 0
    client = openai.AsyncOpenAI(api_key="none", base_url=spec.base_url, max_retries=10, timeout=120)

    async def call(seat: Any) -> None:
        nonlocal failed
        q = seat.question
        content = [{"type": "input_text", "text": q.dossier}, {"type": "input_text", "text": q.persona}]
        asked = [{"type": "message", "role": "user", "content": content}]
        try:
            await client.responses.with_raw_response.create(model=spec.model, instructions=q.system, input=asked)
        except openai.APIError:
            failed += 1

    await in_flight([lambda seat=seat: call(seat) for seat in plan.seats], most)
    await client.close()
    return failed


async def panel(plan: Any, most: int) -> int:
    """The review room's own path to an opinion. Returns the calls that failed."""
    from panel.jurors import RateLimits
    from panel.jurors.dialects import open_provider
    from panel.money import Budget
    from panel.pipeline.ask.asker import Asker
    from panel.store import Stores
    from panel.store.locks.run_lock import RunLock

    spec = plan.seats[0].spec
    with tempfile.TemporaryDirectory() as at:
        folder, provider = Path(at), open_provider(spec)
        lock = RunLock(folder, "benchmark")
        lock.acquire()
        ledger = Stores.open(f"sqlite:///{folder / 'panel.db'}", folder).ledger
        limiters = RateLimits({spec.provider: most}).of([spec])
        asker = Asker("benchmark", ledger, {spec.name: provider}, limiters, Budget(None), {})
        opinions = await asyncio.gather(*(asker.ask(seat) for seat in plan.seats))
        await provider.close()
        ledger.close()
        lock.release()
    return sum(o.outcome != "answered" for o in opinions)


def measure_one(name: str, args: argparse.Namespace) -> dict[str, float]:
    from panel.workspace.event_loop import run_loop

    plan = make_plan_of(args.calls)
    counts()
    began, cpu = time.perf_counter(), time.process_time()
    failed = run_loop(panel(plan, args.in_flight)) if name == "panel" else asyncio.run(retries(plan, args.in_flight))
    seconds = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    return {**counts(), **seconds, "failed": failed, "calls": len(plan.seats)}


def counts() -> dict[str, float]:
    """What the server saw since this was last called."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{os.environ['BENCHMARK_PORT']}/counts", timeout=10) as reply:
        found: dict[str, float] = json.loads(reply.read())
        return found


@contextmanager
def server(words: list[str]) -> Iterator[str]:
    """The limited server in a process of its own; its port."""
    command = [sys.executable, __file__, "--serve", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as it:
        assert it.stdin and it.stdout
        it.stdin.write(replies_for(make_plan_of(4).seats[0]))
        it.stdin.close()
        try:
            yield it.stdout.readline().decode().strip()
        finally:
            it.terminate()


def run_one(name: str, words: list[str], port: str) -> dict[str, float]:
    """One contender in a process of its own."""
    command = [sys.executable, __file__, "--only", name, *words]
    environment = {**os.environ, "BENCHMARK_PORT": port}
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def compare(args: argparse.Namespace, words: list[str]) -> None:
    """Every contender, round after round, and the table of medians."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    with server(words) as port:
        for _ in range(args.rounds):
            for name in CONTENDERS:
                measured[name].append(run_one(name, words, port))
    print(
        f"{args.calls} calls, {args.in_flight} in flight, {args.latency} s answers, {args.per_minute} a minute, ",
        end="",
    )
    print(f"headers: {args.headers}; medians of {args.rounds}")
    for name, rows in measured.items():
        row = {k: statistics.median(m[k] for m in rows) for k in rows[0]}
        goodput, wasted = row["answered"] / row["window_s"] / (args.per_minute / 60), row["refused"] / row["requests"]
        print(f"  {SAID[name]:<40}{row['window_s']:7.2f} s window  {goodput:5.3f} of the limit", end="")
        print(f"  {wasted:6.2%} of requests wasted  {row['failed']:3.0f} calls failed", end="")
        print(f"  {1000 * row['cpu_s'] / row['calls']:5.2f} ms CPU a call")
        if name == "panel":
            note("use of a request limit", f"{goodput:.3f} of the limit", ">= 0.97", met=goodput >= 0.97)
            said = f"{wasted:.2%}, {row['failed']:.0f} calls failed"
            note("requests wasted on 429s", said, "< 1 %, 0 failed", met=wasted < 0.01 and not row["failed"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.5, help="seconds a reply takes")
    parser.add_argument("--per-minute", type=float, default=3000, help="requests the server allows")
    parser.add_argument("--headers", choices=("all", "limit", "none"), default="all", help="what it tells of that")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        import uvloop

        uvloop.run(serve(args, sys.stdin.buffer.read()))
    elif args.only:
        print(json.dumps(measure_one(args.only, args)))
    else:
        compare(args, sys.argv[1:])


if __name__ == "__main__":
    main()
