"""Two installed peers, the raw SDK and ours, in one run: instructor and pydantic-ai ask the same questions.

    python benchmarks/peers.py --environments FOLDER       # FOLDER/instructor, FOLDER/pydantic-ai: virtual environments
    python benchmarks/peers.py --calls 400 --rounds 1 --without-limit

Each peer runs in its own environment (requirements/peer-*.txt; `make peers` makes them), where this package is not
installed: it gets the rendered texts in a file and the answer's model from its source, and asks as its documentation
says: instructor with JSON-schema mode, pydantic-ai with native output, both over the OpenAI SDK and chat completions,
SDK retries 10. A peer whose environment is missing is named and left out. Two measures, as benchmarks/calls.py and
benchmarks/goodput.py take them: plain, against the latency; and under a limit of requests a minute. Ratios within one
run are what counts: a busy machine slows all.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from day import note

HERE = Path(__file__).resolve().parent
PEERS = ("instructor", "pydantic-ai")
Ask = Callable[[dict[str, str]], Awaitable[None]]


def answer_model() -> Any:
    """`Answer` from its source: it needs pydantic and nothing of ours."""
    at = HERE.parent / "src" / "panel" / "prompting" / "answer.py"
    spec = importlib.util.spec_from_file_location("answer", at)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["answer"] = module
    spec.loader.exec_module(module)
    return module.Answer


def sdk(port: str) -> Any:
    import openai

    return openai.AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{port}/v1", max_retries=10, timeout=120)


def instructor(port: str) -> Ask:
    import instructor as peer

    client, model = peer.from_openai(sdk(port), mode=peer.Mode.JSON_SCHEMA), answer_model()

    async def ask(texts: dict[str, str]) -> None:
        parts = [{"type": "text", "text": texts["dossier"]}, {"type": "text", "text": texts["persona"]}]
        turns: Any = [{"role": "system", "content": texts["system"]}, {"role": "user", "content": parts}]
        await client.chat.completions.create(
            model="gpt-6.1-sol", response_model=model, messages=turns, max_completion_tokens=4000
        )

    return ask


def pydantic_ai(port: str) -> Ask:
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    model = OpenAIChatModel("gpt-6.1-sol", provider=OpenAIProvider(openai_client=sdk(port)))
    output = NativeOutput(answer_model(), strict=True)
    agents: dict[str, Any] = {}

    async def ask(texts: dict[str, str]) -> None:
        system = texts["system"]
        if system not in agents:
            agents[system] = Agent(model, output_type=output, instructions=system)
        await agents[system].run([texts["dossier"], texts["persona"]], model_settings={"max_tokens": 4000})

    return ask


async def work(name: str, port: str, asked: list[dict[str, str]], most: int) -> int:
    """Ask everything; how many failed."""
    ask, failed = (instructor if name == "instructor" else pydantic_ai)(port), 0
    slots = asyncio.Semaphore(most)

    async def one(texts: dict[str, str]) -> None:
        nonlocal failed
        async with slots:
            try:
                await ask(texts)
            except Exception as err:
                failed += 1
                if failed == 1:
                    print(f"{type(err).__name__}: {err}"[:500], file=sys.stderr)

    await asyncio.gather(*(one(texts) for texts in asked[:5]))  # every path warm
    look(port)
    failed, cpu = 0, time.process_time()
    await asyncio.gather(*(one(texts) for texts in asked[5:]))
    print(json.dumps({"cpu_s": time.process_time() - cpu, "failed": failed, "calls": len(asked) - 5}))
    return failed


def look(port: str) -> dict[str, float]:
    """What the server saw since it was last asked."""
    path = os.environ["BENCHMARK_LOOK"]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/{path}", timeout=30) as reply:
        found = json.loads(reply.read())
    return found if isinstance(found, dict) else {"window_s": found}


def run_peer(python: Path, name: str, port: str, questions: Path, path: str, most: int) -> dict[str, float]:
    """One peer in its own environment, nothing of ours on its path."""
    command = [str(python), __file__, "--peer", name, "--port", port, "--questions", str(questions)]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [*command, "--in-flight", str(most)], env={**kept, "BENCHMARK_LOOK": path}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    os.environ["BENCHMARK_LOOK"] = path
    return {**json.loads(done.stdout), **look(port)}


def write_questions(at: Path, calls: int) -> Path:
    """The texts of every call, as ours renders them, five for warming ahead."""
    from calls import make_plan_of

    seats = make_plan_of(calls + 5).seats[: calls + 5]
    texts = [{"system": s.question.system, "dossier": s.question.dossier, "persona": s.question.persona} for s in seats]
    (at / "questions.json").write_text(json.dumps(texts), encoding="utf-8")
    return at / "questions.json"


def environments(folder: Path) -> dict[str, Path]:
    """The peers there are; those that are missing are said."""
    found = {name: folder / name / "bin" / "python" for name in PEERS}
    for name in [name for name, python in found.items() if not python.exists()]:
        print(f"  no environment at {found.pop(name).parents[1]}")
        note(f"beside {name}", "left out: no environment, `make peers` makes it")
    return found


def plain(args: argparse.Namespace, there: dict[str, Path], questions: Path) -> None:
    """CPU and window of each, in turn within each round, against one server."""
    import calls

    limit_s = args.calls * args.latency / args.in_flight
    server, port = calls.start_server(args.latency)
    measured: dict[str, list[dict[str, float]]] = {}
    try:
        for _ in range(args.rounds):
            for name in ("parse", "panel"):
                measured.setdefault(name, []).append(calls.run_one(name, args.calls, args.in_flight, port))
            for name, python in there.items():
                measured.setdefault(name, []).append(run_peer(python, name, port, questions, "window", args.in_flight))
    finally:
        server.terminate()
        server.wait()
    print(
        f"plain: {args.calls} calls, {args.in_flight} in flight, {args.latency} s answers, medians of {args.rounds}; ",
        end="",
    )
    print(f"the latency limit is {limit_s:.1f} s")
    middle = {name: {k: statistics.median(m[k] for m in rows) for k in rows[0]} for name, rows in measured.items()}
    for name, row in middle.items():
        times = row["cpu_s"] / row["calls"] / (middle["panel"]["cpu_s"] / middle["panel"]["calls"])
        print(f"  {name:<14}{1000 * row['cpu_s'] / row['calls']:6.2f} ms CPU a call  {times:5.2f} x ours", end="")
        print(f"  {row['window_s']:6.2f} s window  {limit_s / row['window_s']:5.2f} of the limit", end="")
        print(f"  {row.get('failed', 0):.0f} failed")
    ours = middle["panel"]
    for name in there:
        cpu = ours["cpu_s"] / ours["calls"] / (middle[name]["cpu_s"] / middle[name]["calls"])
        window = limit_s / middle[name]["window_s"]
        said = (
            f"ours {cpu:.2f} of its CPU a call; {limit_s / ours['window_s']:.2f} of the latency limit, its {window:.2f}"
        )
        note(f"beside {name}", said)


def limited(args: argparse.Namespace, there: dict[str, Path], questions: Path) -> None:
    """Goodput, waste and failures of each under a request limit, one after the other."""
    import goodput

    words = ["--calls", str(args.calls), "--in-flight", str(args.in_flight), "--latency", str(args.latency)]
    words += ["--per-minute", str(args.per_minute)]
    rows: dict[str, dict[str, float]] = {}
    with goodput.server(words) as port:
        for name in ("retries", "panel"):
            rows[name] = goodput.run_one(name, words, port)
        for name, python in there.items():
            rows[name] = run_peer(python, name, port, questions, "counts", args.in_flight)
    print(f"under a limit of {args.per_minute:.0f} requests a minute with a bucket of a second's worth; one run each")
    for name, row in rows.items():
        share = row["answered"] / row["window_s"] / (args.per_minute / 60)
        print(f"  {name:<14}{row['window_s']:7.2f} s window  {share:5.3f} of the limit", end="")
        print(f"  {row['refused'] / row['requests']:6.2%} of requests wasted  {row['failed']:3.0f} calls failed")
    ours = rows["panel"]
    for name in there:
        its = rows[name]
        wasted = (
            f"{ours['refused'] / ours['requests']:.1%} of requests wasted to its {its['refused'] / its['requests']:.1%}"
        )
        note(
            f"beside {name}, under a request limit",
            f"{wasted}; {ours['failed']:.0f} calls failed to its {its['failed']:.0f}",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=Path, default=HERE.parent / ".peers")
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.5, help="seconds a reply takes")
    parser.add_argument("--per-minute", type=float, default=3000, help="requests the limited server allows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-limit", action="store_true", help="the plain measure alone")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--port", help=argparse.SUPPRESS)
    parser.add_argument("--questions", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        asyncio.run(work(args.peer, args.port, json.loads(args.questions.read_text(encoding="utf-8")), args.in_flight))
        return
    print("peers: instructor and pydantic-ai beside the raw SDK and ours")
    there = environments(args.environments)
    with tempfile.TemporaryDirectory() as folder:
        questions = write_questions(Path(folder), args.calls)
        plain(args, there, questions)
        if not args.without_limit:
            limited(args, there, questions)


if __name__ == "__main__":
    main()
