"""CPU and wall time of a call: the OpenAI SDK as usual, the SDK called leanly, and ours with all that belongs to it.

    python benchmarks/calls.py                      # 2,000 calls, 100 in flight, 0.5 s answers, medians of 3 rounds
    python benchmarks/calls.py --calls 400 --rounds 1

One run measures all of them, in turn within each round, each in a fresh process against the same loopback server in a
process of its own. Ours is the review room's own path: ledger row before the call, send with retries, read, parse,
ledger row after, opinion, then every check on every review, the tally and the review record. The raw loops do none of
that: they send the same three texts and end with the parsed answer.
CPU is that of the client process from first request to last result. Imports, prompt rendering and a first launch that
warms every path are outside for all.
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
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from day import note

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for tests.support.providers
EXAMPLE = ROOT / "examples" / "uv.yaml"
FILLER = "The documentation goes on for a while about options that few readers will ever set. "
DOSSIER_CHARACTERS = 20_000  # about 5,000 tokens
CONTENDERS = ("parse", "lean", "panel")
SAID = {
    "parse": "openai SDK, responses.parse",
    "lean": "openai SDK, schema built once, raw response",
    "panel": "panel: SDK on uvloop, ledger, retries, opinion, checks, review",
}
Work = Callable[[], Awaitable[None]]


def make_plan_of(calls: int) -> Any:
    """Launches enough for this many calls by the voting personas: one example, renamed, its dossier made longer."""
    from panel.cli.compose.workspace import open_workspace

    from panel.dossier import build_dossier, read_launches
    from panel.jurors import ModelSpec
    from panel.pipeline.plan import make_plan
    from panel.records import Rho, Stamp

    workspace = open_workspace()
    personas = [p for p in workspace.personas if p.counts]
    made = Stamp(created_at=datetime.now(UTC), version="0", run_id="benchmark")
    ((launch, folder),) = read_launches(EXAMPLE, categories=workspace.categories)
    folder = folder.parent if folder.is_file() else folder
    dossiers = []
    for number in range(calls // len(personas) + 1):  # the first is for warming
        renamed = launch.model_copy(update={"name": f"{launch.name} {number}", "description": FILLER * 170})
        dossiers.append(build_dossier(renamed, folder=folder, made=made, today=date.today()))  # noqa: DTZ011
    port = os.environ.get("BENCHMARK_PORT", "9")
    spec = ModelSpec(
        name="openai/gpt-6.1-sol",
        provider="openai",
        model="gpt-6.1-sol",
        api="responses",
        base_url=f"http://127.0.0.1:{port}/v1",
        api_key="none",
    )
    specs = {p.persona_id: spec for p in personas}
    return make_plan("review", dossiers, personas, specs, workspace.folder.prompts, rho=Rho())


def replies_for(seat: Any) -> bytes:
    """What the server says to everybody: a complete answer that cites the dossier. JSON, path -> body."""
    from tests.support.providers.answers import answer_for
    from tests.support.providers.dialects import Usage, chat_shape, responses_shape

    text = answer_for(seat.question.dossier, seat.question.persona)
    shapes = {"/v1/responses": responses_shape, "/v1/chat/completions": chat_shape}
    usage = Usage(400, 0, 5000, 700)
    return json.dumps(
        {at: json.dumps(of("gpt-6.1-sol", ("complete", text), usage)) for at, of in shapes.items()}
    ).encode()


async def in_flight(work: list[Work], most: int) -> None:
    slots = asyncio.Semaphore(most)

    async def one(job: Work) -> None:
        async with slots:
            await job()

    await asyncio.gather(*(one(job) for job in work))


async def raw(plan: Any, most: int, *, lean: bool) -> Callable[[], Awaitable[None]]:
    """The SDK in a loop. lean: without its typed request and reply."""
    import openai

    from panel.prompting.answer import Answer

    spec = plan.seats[0].spec
    client = openai.AsyncOpenAI(api_key="none", base_url=spec.base_url, max_retries=0, timeout=120)

    def texts(seat: Any) -> dict[str, Any]:
        q = seat.question
        content = [{"type": "input_text", "text": q.dossier}, {"type": "input_text", "text": q.persona}]
        return {"instructions": q.system, "input": [{"type": "message", "role": "user", "content": content}]}

    async def call(seat: Any) -> None:
        common = {"max_output_tokens": 4000, "store": False}
        if not lean:
            done = await client.responses.parse(model=spec.model, text_format=Answer, **texts(seat), **common)
            assert done.output_parsed is not None
            return
        strict = {"type": "json_schema", "name": "answer", "strict": True, "schema": seat.question.schema}
        body = {**texts(seat), **common, "text": {"format": strict}}
        reply = await client.responses.with_raw_response.create(model=spec.model, extra_body=body)
        Answer.model_validate_json(json.loads(reply.content)["output"][0]["content"][0]["text"])

    async def run() -> None:
        await in_flight([lambda seat=seat: call(seat) for seat in plan.seats[len(plan.personas) :]], most)
        await client.close()

    await in_flight([lambda seat=seat: call(seat) for seat in plan.seats[: len(plan.personas)]], most)
    return run


async def panel(plan: Any, most: int, folder: Path) -> Callable[[], Awaitable[None]]:
    """The review room: everything that happens to a call of ours."""
    from panel.jurors import RateLimits
    from panel.jurors.dialects import open_provider
    from panel.money import Budget
    from panel.pipeline.ask.asker import Asker
    from panel.pipeline.assemble import how_made, make_review
    from panel.records import Stamp
    from panel.store import Stores
    from panel.store.locks.run_lock import RunLock

    spec = plan.seats[0].spec
    provider = open_provider(spec)
    lock = RunLock(folder, "benchmark")
    lock.acquire()
    ledger = Stores.open(f"sqlite:///{folder / 'panel.db'}", folder).ledger
    asker = Asker(
        run_id="benchmark",
        ledger=ledger,
        providers={spec.name: provider},
        limiters=RateLimits({spec.provider: most}).of([spec]),
        budget=Budget(None),
        prices={},
    )

    async def ask(seats: list[Any]) -> list[Any]:
        opinions = await asyncio.gather(*(asker.ask(seat) for seat in seats))
        assert all(o.outcome == "answered" for o in opinions), opinions[0]
        return opinions

    def review(seats: list[Any], opinions: list[Any]) -> None:
        make_review(plan, seats[0].dossier, opinions, made=Stamp(created_at=datetime.now(UTC), version="0"), how=how)

    how = how_made(plan)  # once a run, as `carry_out` does
    each = len(plan.personas)
    launches = [list(plan.seats[i : i + each]) for i in range(0, len(plan.seats), each)]

    async def run() -> None:
        asked = await asyncio.gather(*(ask(seats) for seats in launches[1:]))
        for seats, opinions in zip(launches[1:], asked, strict=True):  # after the last answer, as `carry_out` does
            review(seats, opinions)
        await provider.close()
        ledger.close()
        lock.release()

    review(launches[0], await ask(launches[0]))
    return run


def measure_one(name: str, calls: int, most: int) -> dict[str, float]:
    """In this process: its CPU seconds, and the server's seconds from first request to last answer."""
    began = time.process_time()
    plan = make_plan_of(calls)
    rendering_s = time.process_time() - began

    async def run() -> dict[str, float]:
        with tempfile.TemporaryDirectory() as folder:
            work = await (panel(plan, most, Path(folder)) if name == "panel" else raw(plan, most, lean=name == "lean"))
            server_window()
            cpu = time.process_time()
            await work()
            done = len(plan.seats) - len(plan.personas)
            return {"cpu_s": time.process_time() - cpu, "window_s": server_window(), "calls": done}

    from panel.workspace.event_loop import run_loop

    start = run_loop if name == "panel" else asyncio.run  # each as it runs for its users
    return {**start(run()), "rendering_s": rendering_s}


def server_window() -> float:
    """Seconds from the first request to the last answer at the server since this was last called."""
    address = f"http://127.0.0.1:{os.environ['BENCHMARK_PORT']}/window"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=10) as reply:
        return float(reply.read())


def start_server(latency_s: float) -> tuple[subprocess.Popen[bytes], str]:
    command = [sys.executable, str(Path(__file__).with_name("loopback.py")), str(latency_s)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin and server.stdout
    server.stdin.write(replies_for(make_plan_of(4).seats[0]))
    server.stdin.close()
    return server, server.stdout.readline().decode().strip()


def run_one(name: str, calls: int, most: int, port: str) -> dict[str, float]:
    """One contender in a process of its own."""
    command = [sys.executable, __file__, "--only", name, "--calls", str(calls), "--in-flight", str(most)]
    environment = {**os.environ, "BENCHMARK_PORT": port}
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def compare(args: argparse.Namespace) -> None:
    """All contenders, round after round, and the table of medians."""
    server, port = start_server(args.latency)
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    try:
        for _ in range(args.rounds):
            for name in CONTENDERS:
                measured[name].append(run_one(name, args.calls, args.in_flight, port))
    finally:
        server.terminate()
        server.wait()
    report(args, measured)


def report(args: argparse.Namespace, measured: dict[str, list[dict[str, float]]]) -> None:
    calls = int(measured["panel"][0]["calls"])
    limit_s = calls * args.latency / args.in_flight
    print(f"{calls} calls, {args.in_flight} in flight, {args.latency} s answers, medians of {args.rounds}, ", end="")
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores; the latency limit is {limit_s:.1f} s")
    middle = {name: {k: statistics.median(m[k] for m in rows) for k in rows[0]} for name, rows in measured.items()}
    for name, row in middle.items():
        share, times = limit_s / row["window_s"], row["cpu_s"] / middle["parse"]["cpu_s"]
        print(f"  {SAID[name]:<54}", end="")
        print(f"{1000 * row['cpu_s'] / calls:6.2f} ms CPU a call  {times:5.2f} of .parse", end="")
        print(f"  {row['window_s']:6.2f} s window  {share:5.2f} of the limit")
    ours, plain = middle["panel"], middle["parse"]
    times, share = ours["cpu_s"] / plain["cpu_s"], limit_s / ours["window_s"]
    note("CPU a call, ledger and checks included", f"{times:.2f} of the SDK's .parse", "<= 0.50", met=times <= 0.5)
    note("first request to last answer", f"{share:.2f} of the latency limit", ">= 0.92", met=share >= 0.92)
    print(
        f"  rendering prompts, outside the above for all: {1000 * middle['panel']['rendering_s'] / calls:.2f} ms a call"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.5, help="seconds a reply takes; 0 measures CPU alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=CONTENDERS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(measure_one(args.only, args.calls, args.in_flight)))
    else:
        compare(args)


if __name__ == "__main__":
    main()
