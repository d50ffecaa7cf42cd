"""`kill -9` in the middle of a batch: what is paid again when it goes on, and what is lost.

    python benchmarks/kill.py                  # 200 launches, 1,000 calls, 100 in flight, killed at 500 answers

The program is killed once, without warning, and resumed by the command it would have printed. The provider's bill says
which questions it answered twice; `paid twice` is more than nothing only for calls that were in flight. Lost is a
launch without a review at the end, or an answer that had reached the program's disk and was asked for again.
"""

import argparse
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from day import GPT, Provider, environment, lay_out, note, panel, provider

LONGEST_S = 300.0
POLL_S = 0.05


def kill_at(answers: int, at: Path, it: Provider) -> tuple[int, int]:
    """Begin a batch and kill it once the provider gave so many answers: how many it has billed, how many are kept."""
    with (at / "heard.txt").open("wb") as heard:
        process = subprocess.Popen(
            [sys.executable, "-m", "panel", "batch", "launches", "--yes", "--model", GPT],
            cwd=at, env=environment(it.variables), stdout=heard, stderr=heard,
        )  # fmt: skip
        until = time.monotonic() + LONGEST_S
        while it.get("stats")["good"] < answers and process.poll() is None:
            assert time.monotonic() < until, (at / "heard.txt").read_text()[-2000:]
            time.sleep(POLL_S)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it ended before it could be killed: fewer answers, please"
    time.sleep(1.0)  # the server finishes what it was answering
    return it.get("bill")["answers"], stored(at)


def stored(at: Path) -> int:
    """Answers in the ledger."""
    with sqlite3.connect(at / "runs" / "panel.db") as conn:
        return int(conn.execute("select count(*) from calls where state = 'answered'").fetchone()[0])


def go_on(at: Path, it: Provider) -> dict[str, Any]:
    """Resume to the end; the summary."""
    (run,) = [path for path in (at / "runs").iterdir() if (path / "manifest.json").is_file()]
    panel("resume", run.name, "--yes", at=at, variables=it.variables)
    found: dict[str, Any] = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--launches", type=int, default=200)
    parser.add_argument("--answers", type=int, default=500, help="given by the provider when it is killed")
    parser.add_argument("--in-flight", type=int, default=100)
    args = parser.parse_args()
    print(f"kill -9: {args.launches} launches, 5 critics, {args.in_flight} in flight, killed at {args.answers} answers")
    with tempfile.TemporaryDirectory() as folder, provider(0.5) as it:
        at = lay_out(Path(folder) / "day", args.launches, most=args.in_flight)
        billed, kept = kill_at(args.answers, at, it)
        summary, bill = go_on(at, it), it.get("bill")
    calls, most = 5 * args.launches, args.in_flight
    reviewed, again = len(summary["reviewed"]), bill["answers"] - billed - (calls - kept)
    print(f"  at the kill {billed} answers were billed, {kept} of them on the disk; ", end="")
    print(f"in all {bill['answers']} answers for {calls} questions, {reviewed} launches reviewed")
    note("kill -9: answers paid twice", str(bill["repeats"]), f"<= {most}, in flight", met=bill["repeats"] <= most)
    said = f"{args.launches - reviewed} launches, {again} stored answers"
    note("kill -9: lost", said, "0", met=reviewed == args.launches and not again)


if __name__ == "__main__":
    main()
