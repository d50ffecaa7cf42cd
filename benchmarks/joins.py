"""What tells launches apart, on a folder of real feeds: rows taken for one another or not usable, and why; no fetching.

    python benchmarks/joins.py FOLDER              # every file below it is a feed; all are one batch
    python benchmarks/joins.py FOLDER --show 20    # with the first rows that were joined or kept apart in doubt
    python benchmarks/joins.py FOLDER --json       # every row, for a comparison of two commits

Targets: of all rows fewer than 1 % are joined to one that has another name and another address; of the rows whose
address was met before at least 95 % are joined, but for those that state another release than every row there: a
changelog's entries stand at one address and are launches of their own.
"""

import argparse
import asyncio
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from panel.batch.intake.dedupe import Joining, fold_release
from panel.batch.intake.entries import BadRow
from panel.batch.intake.read_sources import read_announcements
from panel.batch.intake.source_spec import SourceSpec
from panel.records import Announcement, BatchRow, Page
from panel.records.dossier import letters_and_digits

KINDS = (
    "joined, one address",
    "joined, one name, another address",
    "joined, one name, an address missing",
    "joined, another name and another address",
    "apart, one address",
    "apart, one address, another release",
    "apart, one name",
    "apart",
)
FAR, ONE, SHARED, RELEASE, NAMED, APART = KINDS[3], KINDS[0], *KINDS[4:]
FAR_SHARE, ONE_SHARE = 0.01, 0.95
MOST_REASONS = 12


async def nothing_is_fetched(address: str) -> Page:
    raise AssertionError(address)


async def read(path: Path) -> list[Announcement | BadRow]:
    """The rows of one feed."""
    spec = SourceSpec(label=path.name, source=str(path))
    return [row async for row in read_announcements([spec], fetch=nothing_is_fetched)]


def address_of(said: Announcement) -> str:
    """In one spelling, its query kept."""
    parts = urlsplit(said.homepage or said.listing)
    return (
        f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}" if parts.netloc else ""
    )


def kinds(rows: list[BatchRow]) -> Iterator[str]:
    """What became of each row, held against the rows before it that it was joined to, or could have been."""
    groups: dict[int, list[Announcement]] = {}
    names, released = set[str](), defaultdict[str, set[str]](set)  # address -> releases stated there
    for row in rows:
        name, address = letters_and_digits(row.said.name), address_of(row.said)
        release, there = fold_release(row.said.release), released.get(address, set())
        group = groups.setdefault(row.same_as or row.row, [])
        if row.same_as is not None:
            theirs = {address_of(other) for other in group}
            is_named = name in {letters_and_digits(other.name) for other in group}
            near = KINDS[1] if address and "" not in theirs else KINDS[2]
            yield KINDS[0] if address and address in theirs else near if is_named else FAR
        elif there:
            yield RELEASE if release and there.isdisjoint({release, ""}) else SHARED
        else:
            yield NAMED if name in names else APART
        group.append(row.said)
        names.add(name)
        if address:
            released[address].add(release)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", type=int, default=0, help="rows shown of each doubtful kind")
    parser.add_argument("--json", action="store_true", help="one object a row")
    args = parser.parse_args()
    feeds = sorted(path for path in args.folder.rglob("*") if path.is_file())
    found_rows = [row for path in feeds for row in await read(path)]
    said = [row for row in found_rows if not isinstance(row, BadRow)]
    bad = [row for row in found_rows if isinstance(row, BadRow) and not row.kept]
    joining, found, shown = Joining(), Counter[str](), Counter[str]()
    rows = [joining.add(number, one) for number, one in enumerate(said, 1)]
    for row, kind in zip(rows, kinds(rows), strict=True):
        found[kind] += 1
        one = row.said
        line = [one.source, row.row, row.same_as, kind, one.name, one.release, one.tagline, address_of(one)]
        if args.json:
            print(json.dumps(line, ensure_ascii=False))
        elif kind != APART and shown[kind] < args.show:
            shown[kind] += 1
            print(*line, sep=" | ")
    if not args.json:
        print(table(len(feeds), found))
        print(failures(bad))
    return 0


def failures(bad: list[BadRow]) -> str:
    """Rows and whole feeds that can't be used, by reason: what a reason names and counts is left out of it."""
    reasons = Counter(re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "…", row.reason) for row in bad)
    whole = sum(not row.at for row in bad)
    lines = [f"{len(bad) - whole:,} rows and {whole} whole feeds not usable"]
    return "\n".join([*lines, *(f"{count:>7,}  {reason[:110]}" for reason, count in reasons.most_common(MOST_REASONS))])


def table(feeds: int, found: Counter[str]) -> str:
    rows = found.total()
    lines = [f"{feeds} feeds, {rows:,} rows", *(f"{found[kind]:>7,}  {kind}" for kind in KINDS)]
    far = found[FAR] / max(rows, 1)
    one = found[ONE] / max(found[ONE] + found[SHARED], 1)
    lines.append(f"{far:.2%} of all joined though name and address differ (below {FAR_SHARE:.0%}: {far < FAR_SHARE})")
    lines.append(f"{one:.2%} of those that share an address joined (at least {ONE_SHARE:.0%}: {one >= ONE_SHARE})")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
