"""How long `panel --help` takes beside a Python that does nothing.

python benchmarks/startup.py               # medians of 20, in turn
"""

import argparse
import statistics
import subprocess
import sys
import time

from day import environment, note

COMMANDS = {"python -c pass": ["-c", "pass"], "panel --help": ["-m", "panel", "--help"]}
TARGET_S = 0.15


def seconds(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True, env=environment())
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    print(f"start-up: medians of {args.rounds}, in turn")
    for words in COMMANDS.values():
        seconds(words)  # byte code written, pages in memory
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(args.rounds):
        for name, words in COMMANDS.items():
            taken[name].append(seconds(words))
    middle = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        print(f"  {name:<16}{middle[name]:6.3f} s  (least {min(times):.3f}, most {max(times):.3f})")
    bare, ours = middle.values()
    said = f"{ours:.3f} s beside {bare:.3f} s"
    note("panel --help", said, f"<= {TARGET_S} s", met=ours <= TARGET_S)


if __name__ == "__main__":
    main()
