"""Peak memory of `panel batch`, many launches beside few, and CPU a launch: neither should grow with their number.

    python benchmarks/memory.py                          # 100, 400 and 2,000 launches, one critic each: two minutes
    python benchmarks/memory.py --launches 10000         # as the target is worded; a quarter of an hour
    python benchmarks/memory.py --launches 10000 --personas ""      # with the whole panel

Each is a process of its own against a provider that answers at once. Measured is the largest resident set that the
system counted for the process; the provider's is not in it. Dossiers are short (about 500 tokens).
"""

import argparse
import tempfile
from pathlib import Path

from day import GPT, Ran, lay_out, note, panel, provider

TARGET = 1.2


def measure(launches: int, personas: str) -> Ran:
    with tempfile.TemporaryDirectory() as folder, provider() as it:
        at = lay_out(Path(folder) / "day", launches)
        chosen = ["--personas", personas] if personas else []
        ran = panel("batch", "launches", "--yes", "--model", GPT, *chosen, at=at, variables=it.variables)
        answers = it.get("bill")["answers"]
    print(f"  {launches:6} launches, {answers} calls: {ran.peak_mb:6.1f} MB at most", end="")
    print(f"  {1000 * ran.cpu_s / launches:6.1f} ms CPU a launch, start included  {ran.wall_s:6.1f} s", flush=True)
    return ran


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--launches", type=int, default=2000)
    parser.add_argument("--personas", default="developer-experience", help='as `panel batch` takes them; "" for all')
    args = parser.parse_args()
    print(f"memory: `panel batch` over {args.few} and {args.launches} launch files, critics: {args.personas or 'all'}")
    middle = max(args.few + 1, args.launches // 5)
    few, some, many = (measure(number, args.personas) for number in (args.few, middle, args.launches))
    share = many.peak_mb / few.peak_mb
    said = f"{share:.2f} x ({few.peak_mb:.0f} and {many.peak_mb:.0f} MB)"
    note(f"peak memory, {args.launches} launches beside {args.few}", said, f"<= {TARGET} x", met=share <= TARGET)
    early = 1000 * (some.cpu_s - few.cpu_s) / (middle - args.few)
    late = 1000 * (many.cpu_s - some.cpu_s) / (args.launches - middle)
    said = f"{late:.1f} ms for each beyond {middle}, {early:.1f} ms for each of those before"
    note("CPU a launch as launches grow", f"{said}, {args.personas.count(',') + 1 if args.personas else 'all'} critics")


if __name__ == "__main__":
    main()
