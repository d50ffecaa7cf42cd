"""A day of launches for batch tests: launch files, prices typed by hand, the fault server, children that can be killed."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from tests.support.command import ROOT, Said, environment, run_here
from tests.support.providers.billing import Tariff, tariff

JURORS = 5  # of the built-in panel: three on one family, two on the other
CLAUDE, GPT = "anthropic/claude-sonnet-5-5", "openai/gpt-6.1-sol"
TARIFFS: dict[str, Tariff] = {"claude-sonnet-5-5": tariff("3/3.75/0.30/15"), "gpt-6.1-sol": tariff("2/2.5/0.20/10")}
TOML = """
[concurrency]
anthropic = {in_flight}
openai = {in_flight}
[batch]
max_reviews = 0
[models."anthropic/claude-sonnet-5-5"]
timeout_s = {timeout_s}
price = {{ input = "3", cache_write = "3.75", cache_read = "0.30", output = "15" }}
[models."openai/gpt-6.1-sol"]
api = "responses"
timeout_s = {timeout_s}
price = {{ input = "2", cache_write = "2.5", cache_read = "0.20", output = "10" }}
"""
# Waits made for hosted providers and real machines, cut down for a test: patched in the child, where they are named.
QUICK = {
    "panel.batch.provider_batches.economy.FIRST_POLL_S": 0.1,
    "panel.batch.provider_batches.economy.SLOWEST_POLL_S": 0.5,
    "panel.batch.provider_batches.poller.LOOK_AGAIN": "timedelta(seconds=1)",
    "panel.batch.workers.worker.POLL_S": 0.2,
    "panel.workspace.job_queue.FETCH_S": 0.2,
    "panel.jurors.rate_limits.retry.FIRST_WAIT_S": 1.0,
}
LONGEST_S = 300.0
POLL_S = 0.02


def launch_text(n: int) -> str:
    """One launch file: two sources with something to cite, different for every n."""
    return f"""\
name: Toolwright {n}
release: "{n % 9 + 1}.{n % 7}"
tagline: Checks number {n} of a hundred thousand
category: testing
homepage: https://toolwright-{n}.example/
launched_at: 2026-11-10
sources:
  - title: Toolwright {n} is here
    voice: maker
    kind: page
    url: https://toolwright-{n}.example/news
    published: 2026-11-10
    text: |
      Toolwright {n} runs a test suite of {1000 + n} cases in {n % 50 + 3} seconds on a laptop and says which lines were
      never reached. It reads the trace that the interpreter writes, so that nothing is changed in the program.

      Version {n % 9 + 1}.{n % 7} works with Python and Ruby. Windows is not supported before 2027.
  - title: Pricing
    voice: maker
    kind: pricing
    url: https://toolwright-{n}.example/pricing
    published: 2026-11-10
    text: |
      It is free under the MIT licence. Support costs {n % 40 + 10} dollars per month and team.
"""


def write_launches(at: Path, count: int, first: int = 1) -> Path:
    """A folder of launch files, made in `at`."""
    folder = at / "launches"
    folder.mkdir(exist_ok=True)
    for n in range(first, first + count):
        (folder / f"launch-{n:05}.yaml").write_text(launch_text(n), encoding="utf-8")
    return folder


def make_workspace(at: Path, count: int, *, in_flight: int = 8, timeout_s: float = 8.0, more: str = "") -> Path:
    """A workspace with so many launches to review; the folder of launches."""
    (at / "panel.toml").write_text(TOML.format(in_flight=in_flight, timeout_s=timeout_s) + more, encoding="utf-8")
    return write_launches(at, count)


def quickly(*words: str, patches: Mapping[str, object] | None = None) -> list[str]:
    """The program in a process of its own, its long waits cut down. patches: dotted name -> Python, over QUICK's."""
    lines = ["import pkgutil, runpy, signal, sys", "from datetime import timedelta"]
    for name, value in {**QUICK, **(patches or {})}.items():
        holder, _, constant = name.rpartition(".")
        lines.append(f"setattr(pkgutil.resolve_name({holder!r}), {constant!r}, {value})")
    lines.append(
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a test runner's shell may have it ignored"
    )
    lines.append("sys.argv[0] = 'panel'")
    lines.append("runpy.run_module('panel', run_name='__main__')")
    return [sys.executable, "-c", "\n".join(lines), *words]


def run_quickly(
    *words: str, at: Path, patches: Mapping[str, object] | None = None, longest_s: float = LONGEST_S, **variables: str
) -> Said:
    """Such a process from its start to its end."""
    done = subprocess.run(
        quickly(*words, patches=patches), cwd=at, env=environment(variables), capture_output=True, text=True,
        encoding="utf-8", stdin=subprocess.DEVNULL, timeout=longest_s, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


class Child:
    """Such a process at work, and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", heard: Path, told: Path) -> None:
        self.process, self.heard, self.told = process, heard, told

    @property
    def err(self) -> str:
        return self.heard.read_text(encoding="utf-8", errors="replace")

    @property
    def out(self) -> str:
        return self.told.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, there: Callable[[], bool], longest_s: float = LONGEST_S) -> None:
        """Until it is so or the process has ended. Fails after a time no machine needs."""
        until = time.monotonic() + longest_s
        while not there() and self.process.poll() is None:
            assert time.monotonic() < until, self.err
            time.sleep(POLL_S)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> bool:
        """Kill it now. False: it had ended by itself."""
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait(timeout=LONGEST_S) == -signal.SIGKILL

    def end(self, longest_s: float = LONGEST_S) -> int:
        return self.process.wait(timeout=longest_s)


@contextmanager
def started(
    *words: str, at: Path, variables: Mapping[str, str], patches: Mapping[str, object] | None = None
) -> Iterator[Child]:
    """A command in the background. Killed if the test leaves it running."""
    name = f"heard-{time.monotonic_ns()}"
    heard, told = at / f"{name}.err", at / f"{name}.out"
    with (
        heard.open("wb") as err,
        told.open("wb") as out,
        subprocess.Popen(
            quickly(*words, patches=patches), cwd=at, env=environment(variables), stdout=out, stderr=err,
            stdin=subprocess.DEVNULL,
        ) as process,
    ):  # fmt: skip
        try:
            yield Child(process, heard, told)
        finally:
            process.kill()


@dataclass(frozen=True)
class FakeProcess:
    """The fault server as a process of its own: it outlives a client's kill, and `kill -9` frees no memory of it."""

    address: str

    def bill(self) -> dict[str, Any]:
        return self._get("bill")

    def stats(self) -> dict[str, Any]:
        return self._get("stats")

    @property
    def variables(self) -> dict[str, str]:
        return {
            "OPENAI_BASE_URL": f"{self.address}/v1", "OPENAI_API_KEY": "fake",
            "ANTHROPIC_BASE_URL": self.address, "ANTHROPIC_API_KEY": "fake",
        }  # fmt: skip

    def _get(self, name: str) -> dict[str, Any]:
        with build_opener(ProxyHandler({})).open(f"{self.address}/{name}", timeout=LONGEST_S) as reply:
            found = json.load(reply)
        assert isinstance(found, dict)
        return found


@contextmanager
def fake_process(*flags: str) -> Iterator[FakeProcess]:
    """The server at a shell. flags: of `python -m tests.support.providers`; the tariffs are given."""
    prices = [f"--tariff={model}={t.input}/{t.cache_write}/{t.cache_read}/{t.output}" for model, t in TARIFFS.items()]
    words = [sys.executable, "-m", "tests.support.providers", *prices, *flags]
    with subprocess.Popen(words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            found = re.search(r"ANTHROPIC_BASE_URL=(\S+)", process.stdout.readline() + process.stdout.readline())
            assert found
            yield FakeProcess(found[1])
        finally:
            process.kill()


def runs_of(at: Path, **variables: str) -> list[str]:
    """Run ids, the newest first."""
    return [entry["run_id"] for entry in run_here("runs", "list", "--json", at=at, **variables).data["runs"]]


def rows_in(summary: Mapping[str, Any]) -> dict[int, str]:
    """Row -> the one list of the summary it is in. Fails when a row is in two, or failed and skipped without a reason."""
    found: dict[int, str] = {}
    for name in ("reviewed", "skipped", "failed", "unfinished"):
        for entry in summary[name]:
            assert entry["row"] not in found, entry
            assert entry["reason"] or name in ("reviewed", "unfinished"), entry
            found[entry["row"]] = name
    return found


def assert_paid_as_billed(
    summary: Mapping[str, Any], bill: Mapping[str, Any], *, untold: int = 0, most: int = -1
) -> None:
    """Our ledger against the server's own bill, to the last digit.

    untold: calls that came to nothing without being on the bill, and are of unknown price to us all the same.
    most: of those, when it can't be said how many; at least `untold`.
    """
    spend = summary["spend"]
    assert Decimal(spend["cost_usd"]) == Decimal(bill["usd"]) - Decimal(bill["lost_usd"])
    assert bill["unpriced_answers"] == 0
    least = bill["lost_answers"] + untold
    assert least <= spend["unpriced_calls"] <= max(least, bill["lost_answers"] + most)
    assert spend["calls"] - spend["unpriced_calls"] == bill["answers"] - bill["lost_answers"]
    assert sum(Decimal(model["cost_usd"]) for model in spend["models"]) == Decimal(spend["cost_usd"])
    assert bill["repeats_after_arrival"] == 0, "an answer that had arrived was paid for again"
    if not bill["lost_answers"]:
        for kind in ("input_tokens", "cache_write_tokens", "cache_read_tokens", "output_tokens"):
            assert sum(m[kind] for m in spend["models"]) == sum(m[kind] for m in bill["models"].values()), kind
