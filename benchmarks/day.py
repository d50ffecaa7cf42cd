"""A made-up day for benchmarks: launch files in a workspace, the provider beside it, `panel batch` as a process.

Launches differ in name, site and text, so that none is another's namesake. The provider is the tests' fault server in
a process of its own, without faults and without validating; its bill is the oracle for money. `note` hands a figure to
`benchmarks/table.py`, which prints all of them beside their targets.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CLAUDE, GPT = "anthropic/claude-sonnet-5-5", "openai/gpt-6.1-sol"
TARIFF = {"input": 3.0, "cache_write": 3.75, "cache_read": 0.30, "output": 15.0}  # dollars a million, of both models
TOML = """
[concurrency]
anthropic = MOST
openai = MOST
[batch]
max_reviews = 0
[models."anthropic/claude-sonnet-5-5"]
price = { input = "3", cache_write = "3.75", cache_read = "0.30", output = "15" }
[models."openai/gpt-6.1-sol"]
price = { input = "3", cache_write = "3.75", cache_read = "0.30", output = "15" }
"""
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass(frozen=True)
class Provider:
    """The server, and what it has seen."""

    address: str

    @property
    def variables(self) -> dict[str, str]:
        return {
            "OPENAI_BASE_URL": f"{self.address}/v1", "OPENAI_API_KEY": "fake",
            "ANTHROPIC_BASE_URL": self.address, "ANTHROPIC_API_KEY": "fake",
        }  # fmt: skip

    def get(self, path: str) -> dict[str, Any]:
        """`bill` or `stats`."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.address}/{path}", timeout=30) as reply:
            found: dict[str, Any] = json.loads(reply.read())
            return found


@contextmanager
def provider(latency_s: float = 0.0, *flags: str) -> Iterator[Provider]:
    """The fault server without faults, on a port of its own."""
    price = "/".join(str(TARIFF[name]) for name in ("input", "cache_write", "cache_read", "output"))
    words = ["--validate", "0", "--latency", str(latency_s), "--tariff", f"*={price}", *flags]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.providers", *words], cwd=ROOT, stdout=subprocess.PIPE, env=environment()
    ) as it:
        assert it.stdout
        try:
            said = it.stdout.readline().decode() + it.stdout.readline().decode()
            yield Provider(re.findall(r"ANTHROPIC_BASE_URL=(\S+)", said)[0])
        finally:
            it.terminate()


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """No key or address of whoever runs this; the package under test found as it is found here."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = [str(Path(part).absolute()) for part in kept.get("PYTHONPATH", "").split(os.pathsep) if part]
    return {**kept, "PYTHONPATH": os.pathsep.join(path), **(more or {})}


def lay_out(at: Path, launches: int, *, characters: int = 2000, most: int = 100) -> Path:
    """A workspace with that many launch files. characters: of a dossier, about four a token. most: calls in flight."""
    folder = at / "launches"
    folder.mkdir(parents=True)
    (at / "panel.toml").write_text(TOML.replace("MOST", str(most)), encoding="utf-8")
    for number in range(launches):
        (folder / f"{number:06}.yaml").write_text(launch_text(number, characters), encoding="utf-8")
    return at


def launch_text(number: int, characters: int) -> str:
    """One launch file: paragraphs of its own until the length is reached."""
    paragraphs, length, step = [], 0, 0
    while length < characters:
        step += 1
        paragraphs.append(
            f"In test {step} of tool {number} it copies {step * 7 + number % 90} files a second, writes a line to a "
            f"log for each of them, and waits {step} ms before the next."
        )
        length += len(paragraphs[-1])
    text = "\n\n".join(f"      {paragraph}" for paragraph in paragraphs)
    return (
        f"format: 1\nname: Tool{number:06}x\nhomepage: https://tool{number:06}.example\ncategory: model-gateways\n"
        "pricing: {class: free, entry: nothing, checked: 2026-11-20}\nsources:\n  - title: What it does\n"
        f"    voice: maker\n    kind: docs\n    fetched: 2026-11-20\n    text: |\n{text}\n"
    )


@dataclass(frozen=True)
class Ran:
    """A command that ended: CPU of its own process, not the provider's; its largest resident set."""

    code: int
    wall_s: float
    cpu_s: float
    peak_mb: float


def panel(*words: str, at: Path, variables: dict[str, str]) -> Ran:
    """Run the program; raises AssertionError with what it said when it fails."""
    began = time.perf_counter()
    with (at / "heard.txt").open("wb") as heard:
        process = subprocess.Popen(
            [sys.executable, "-m", "panel", *words], cwd=at, env=environment(variables), stdout=heard, stderr=heard
        )
        _, status, used = os.wait4(process.pid, 0)  # rusage of this child alone
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (at / "heard.txt").read_text()[-2000:]
    wall_s, cpu_s = time.perf_counter() - began, used.ru_utime + used.ru_stime
    return Ran(process.returncode, wall_s, cpu_s, used.ru_maxrss / 1024)  # Linux counts kilobytes


def note(what: str, measured: str, target: str = "", *, met: bool | None = None) -> None:
    """Print a figure, and hand it to the table when there is one. Without a target nothing is met or missed."""
    beside = f" (target {target}{', MISSED' if met is False else ''})" if target else ""
    print(f"  -> {what}: {measured}{beside}", flush=True)
    if path := os.environ.get("BENCHMARK_TABLE"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps([what, measured, target, met]) + "\n")
