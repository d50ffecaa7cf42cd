"""Network safety in figures: how many bad inputs were tried, and what became of each.

    python benchmarks/refusals.py            # a table by rule
    python benchmarks/refusals.py --each     # and one line for each input

Every hostile route of tests/support/web is fetched over real sockets, and every hostile address is typed as well as
redirected to. The last lines are the ones that must read 0: pages brought that should not have been, and connections
that left for an address other than the ones the names led to.
"""

import argparse
import asyncio
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for tests.support.web
START = "http://start.example"
ROUTES = (
    "/two-locations", "/loop/a", "/endless-redirects", "/hops/6", "/drip", "/drip/head", "/silent", "/silent/body",
    "/headers/many", "/headers/long", "/fifty/declared", "/fifty/undeclared",
    *(f"/endless/{what}" for what in ("body", "chunks", "headers", "interim", "line", "trailers", "extension")),
    *(f"/bomb/{how}" for how in ("gzip", "deflate", "br", "zstd")),
)  # fmt: skip
NAMES = {
    "private.example": ["10.0.0.1"],
    "loopback.example": ["127.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:192.168.1.1"],
    "mixed.example": ["93.184.215.15", "127.0.0.1"],
    "zone.example": ["fe80::1%eth0"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "nonsense.example": ["not-an-address"],
}


@dataclass
class Seen:
    """What became of the inputs tried."""

    by_rule: Counter[str] = field(default_factory=Counter)
    brought: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


async def no_wait(seconds: float) -> None:
    """Politeness is measured elsewhere."""


async def try_all(each: bool) -> int:
    from tests.support.web import Internet, web
    from tests.support.web.hostile import BROKEN, ENCODINGS, REDIRECTS, TYPES
    from tests.support.web.internet import PUBLIC

    from panel.dossier.fetch.client import Fetcher
    from panel.dossier.fetch.policy import FetchPolicy

    paths = [*ROUTES, *(f"/redirect-to/{name}" for name in REDIRECTS)]
    for folder, table in (("encoding", ENCODINGS), ("type", TYPES), ("broken", BROKEN)):
        paths += [f"/{folder}/{name}" for name in table]
    typed = [url for url in REDIRECTS.values() if not url.startswith(("/", "\\"))]
    urls = [START + path for path in paths] + typed + [f"http://{name}/" for name in NAMES]
    seen = Seen()
    async with web() as site:
        internet = Internet(site, {name: [answers] for name, answers in NAMES.items()})
        rules = FetchPolicy(timeout_s=1.0, idle_s=0.4)
        await asyncio.to_thread(_build_bombs)
        for url in urls:
            fetcher = Fetcher(
                rules, now=lambda: datetime.now(UTC), resolve=internet.resolve, sleep=no_wait, backend=internet.backend
            )
            await try_one(fetcher, url, seen, each)
        strays = sum(address not in PUBLIC for address, _ in internet.dialled)
        dials = len(internet.dialled)
    report(len(urls), seen, dials, strays)
    return 1 if seen.brought or strays else 0


def _build_bombs() -> None:
    from tests.support.web.hostile import bomb

    for how in ("gzip", "deflate", "br", "zstd"):
        bomb(how)


async def try_one(fetcher: object, url: str, seen: Seen, each: bool) -> None:
    from panel.dossier.fetch.client import Fetcher
    from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable

    assert isinstance(fetcher, Fetcher)
    began = time.perf_counter()
    try:
        page = await fetcher.get(url)
        said = f"brought: {page.status} {page.media_type}, {len(page.body)} bytes"
        seen.brought.append(url)
    except FetchRefused as err:
        said = str(err)
        seen.by_rule[f"refused: {err.rule}"] += 1
    except Unreachable as err:
        said = str(err)
        seen.by_rule["trouble: slow, cut off, damaged or not HTTP"] += 1
    seen.slowest = max(seen.slowest, (time.perf_counter() - began, url))
    if each:
        print(f"{url[:70]}\n    {said}")


def report(tried: int, seen: Seen, dials: int, strays: int) -> None:
    for rule, count in sorted(seen.by_rule.items()):
        print(f"{count:6}  {rule}")
    print(f"{tried:6}  bad inputs tried")
    print(f"{seen.slowest[0]:6.2f}  seconds for the slowest, limit 1 s a page: {seen.slowest[1]}")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{megabytes:6}  MB at most, the test web and its bombs included")
    print(f"{dials:6}  connections made")
    print(f"{strays:6}  connections to an address that was refused")
    print(f"{len(seen.brought):6}  bad inputs that brought a page {seen.brought or ''}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--each", action="store_true", help="one line for each input")
    raise SystemExit(asyncio.run(try_all(arguments.parse_args().each)))
