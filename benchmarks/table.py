"""Every benchmark, each a process of its own, and one table of what came of it beside the targets.

    python benchmarks/table.py                     # all, as the targets are worded: half an hour on two cores
    python benchmarks/table.py --quick             # the same on small numbers: some minutes, figures to take lightly
    python benchmarks/table.py --only calls --only startup
    python benchmarks/table.py --only memory --figures FILE   # a long round in parts: FILE keeps them, newest last

A benchmark reports and never judges: a target that is missed stands in the table, and the exit code is 0. It is 1 when
a benchmark could not be run to its end. What a benchmark says by itself is shown above the table as it comes.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUSY = 0.5  # waiting processes for each core from which times are not to be trusted


@dataclass(frozen=True)
class Benchmark:
    """A file beside this one, and its flags for a full and for a small round."""

    name: str
    full: tuple[str, ...] = ()
    small: tuple[str, ...] = ()


BENCHMARKS = (
    Benchmark("startup", small=("--rounds", "5")),
    Benchmark("calls", small=("--calls", "400", "--rounds", "1")),
    Benchmark("goodput", small=("--calls", "600")),
    Benchmark("peers", small=("--calls", "400", "--rounds", "1", "--without-limit")),
    Benchmark("kill", small=("--launches", "40", "--answers", "100", "--in-flight", "40")),
    Benchmark("cost", small=("--launches", "4")),
    Benchmark("store", small=("--calls", "1000", "--rounds", "1")),
    Benchmark("launches", small=("--few", "10", "--launches", "40")),
    Benchmark("memory", full=("--launches", "10000"), small=("--few", "50", "--launches", "400")),
)


@dataclass(frozen=True)
class Figure:
    """One line of the table. target "": nobody set one, so nothing is met or missed."""

    what: str
    measured: str
    target: str
    met: bool | None

    @property
    def verdict(self) -> str:
        return {True: "yes", False: "NO", None: ""}[self.met]


def machine() -> str:
    """What it ran on, and how busy that was: figures of one table are of one machine."""
    cores = os.cpu_count() or 1
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{_processor()}, {cores} cores, {memory_gb:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def load() -> str:
    """How much the machine had to do in the last minute, this program's own work included."""
    waiting = os.getloadavg()[0]
    busy = " (BUSY: times below are of a machine that did other work)" if waiting / (os.cpu_count() or 1) > BUSY else ""
    return f"load {waiting:.2f}{busy}"


def version() -> str:
    """The commit under test, "+" when files were changed since."""
    words = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        done = subprocess.run(words, cwd=HERE, capture_output=True, text=True, check=False)
    except OSError:
        return "no git"
    return done.stdout.strip() or "no commit"


def run(benchmark: Benchmark, *, quick: bool, figures: Path) -> str:
    """Run one; its figures go to the file. Returns why it came to no end, "" when it did."""
    words = [str(HERE / f"{benchmark.name}.py"), *(benchmark.small if quick else benchmark.full)]
    print(f"\n== {' '.join([Path(words[0]).name, *words[1:]])}   {load()}", flush=True)
    done = subprocess.run([sys.executable, *words], env={**os.environ, "BENCHMARK_TABLE": str(figures)}, check=False)
    return f"ended with exit code {done.returncode}" if done.returncode else ""


def read(path: Path) -> list[Figure]:
    """The figures a file holds, the newest of each name, in the order in which they first came."""
    if not path.exists():
        return []
    found = (Figure(*json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())
    return list({figure.what: figure for figure in found}.values())


def table(figures: Sequence[Figure], broken: Mapping[str, str]) -> str:
    """Markdown. broken: benchmark -> why it has no figures, or not all."""
    rows = [("figure", "measured", "target", "met")]
    rows += [(f.what, f.measured, f.target or "none set", f.verdict) for f in figures]
    rows += [(name, why, "", "not measured") for name, why in broken.items()]
    wide = [max(len(row[n]) for row in rows) for n in range(4)]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in wide) + "|")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small numbers")
    parser.add_argument("--only", action="append", choices=[b.name for b in BENCHMARKS], help="may be given again")
    parser.add_argument("--figures", type=Path, help="keep the figures here, and show all it holds")
    args = parser.parse_args()
    chosen = [b for b in BENCHMARKS if not args.only or b.name in args.only]
    on = f"{machine()}; {version()}; {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {load()} at the start"
    print(on, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        figures = (args.figures or Path(folder) / "figures.jsonl").absolute()
        told = {b.name: run(b, quick=args.quick, figures=figures) for b in chosen}
        found = read(figures)
    broken = {name: why for name, why in told.items() if why}
    missed = sum(figure.met is False for figure in found)
    print(f"\n{on}{', small numbers' if args.quick else ''}\n\n{table(found, broken)}\n")
    print(f"{len(found)} figures, {missed} below target, {len(broken)} benchmarks not run to their end; {load()} now")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
