"""How well typed facts are read: precision and recall per kind, on product pages written for this, with known facts.

    python benchmarks/facts.py            # figures for all pages, and apart for each group in facts.yaml
    python benchmarks/facts.py --misses   # and every fact missed or made up

A fact counts as found when kind and value are equal; capitals, and a full stop at the end of a tagline, are no
difference. CPU is of the page parsed, read, cut into passages and its facts read.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "tests" / "support" / "web" / "pages" / "products"
CHECKED = date(2026, 11, 23)
FETCHED = datetime(2026, 11, 23, tzinfo=UTC)
ROUNDS = 5
GROUPS = {
    "first": "rules written on these",
    "held": "held out, then used to mend (first measured: 0.94, 0.92)",
    "hard": "written to break the rules, then used to mend (first measured: 0.67, 0.52)",
    "third": "other builders, then used to mend (first measured: 0.84, 0.59)",
    "last": "written last, nothing mended for them: the figures to believe",
}
Pair = tuple[str, str]


class Result(NamedTuple):
    """One page: what it states, what was read, and what the reading took."""

    page: str
    half: str
    stated: frozenset[Pair]
    read: frozenset[Pair]
    cpu_ms: float


class Score(NamedTuple):
    """Counts of one kind."""

    right: int
    stated: int
    read: int

    @property
    def precision(self) -> float | None:
        """Share of what was read that is stated; None when nothing was read."""
        return self.right / self.read if self.read else None

    @property
    def recall(self) -> float | None:
        """Share of what is stated that was read; None when nothing is stated."""
        return self.right / self.stated if self.stated else None


def measure(rounds: int = 1) -> list[Result]:
    """Every page read, in the order of facts.yaml."""
    known = yaml.safe_load((PAGES / "facts.yaml").read_text(encoding="utf-8"))
    return [_result(page, told, rounds) for page, told in known.items()]


def score(results: Iterable[Result]) -> dict[str, Score]:
    """Counts per kind, and `all`."""
    right, stated, read = Counter[str](), Counter[str](), Counter[str]()
    for result in results:
        for kinds, pairs in ((right, result.stated & result.read), (stated, result.stated), (read, result.read)):
            kinds.update(kind for kind, _ in pairs)
            kinds["all"] += len(pairs)
    order = [*sorted({*stated, *read} - {"all"}), "all"]
    return {kind: Score(right[kind], stated[kind], read[kind]) for kind in order}


def _result(page: str, told: Any, rounds: int) -> Result:
    from panel.dossier.facts.read_facts import read_facts
    from panel.dossier.identity.voices import NPM, PYPI
    from panel.dossier.page.passages import cut
    from panel.dossier.page.read_page import parse_page
    from panel.records import Page, sha256_of

    raw, url = (PAGES / page).read_bytes(), told["url"].format(PYPI=PYPI, NPM=NPM)
    fetched = Page(
        url=url, final_url=url, status=200, media_type="text/html", body=raw, fetched_at=FETCHED, sha256=sha256_of(raw)
    )
    begin = time.process_time()
    for _ in range(rounds):
        parsed = parse_page(fetched)
        facts = read_facts(parsed, source_id="S1", passages=cut("S1", parsed.blocks), checked=CHECKED)
    cpu_ms = (time.process_time() - begin) * 1000 / rounds
    stated = frozenset(_pair(kind, str(value)) for kind, value in told["facts"])
    return Result(page, told["half"], stated, frozenset(_pair(f.kind, f.value) for f in facts), cpu_ms)


def _pair(kind: str, value: str) -> Pair:
    return kind, value.casefold().rstrip(".") if kind == "tagline" else value.casefold()


def _print(title: str, results: list[Result]) -> None:
    print(f"\n{title}: {len(results)} pages")
    print(f"{'kind':15}{'stated':>8}{'read':>8}{'right':>8}{'precision':>11}{'recall':>9}")
    for kind, counts in score(results).items():
        shares = [f"{share:.2f}" if share is not None else "-" for share in (counts.precision, counts.recall)]
        print(f"{kind:15}{counts.stated:>8}{counts.read:>8}{counts.right:>8}{shares[0]:>11}{shares[1]:>9}")


def _print_misses(results: list[Result], most: int | None) -> None:
    worst = sorted(results, key=lambda r: -len(r.stated ^ r.read))
    print("\nworst pages first: - stated and not read, + read and not stated")
    for result in [r for r in worst if r.stated != r.read][:most]:
        print(f"  {result.page}")
        for mark, pairs in (("-", result.stated - result.read), ("+", result.read - result.stated)):
            for kind, value in sorted(pairs):
                print(f"    {mark} {kind}: {value}")


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument(
        "--misses", action="store_true", help="every fact missed or made up, not only the five worst pages"
    )
    asked.add_argument("--half", choices=list(GROUPS), help="only these pages")
    given = asked.parse_args()
    measure()  # imports and compiled patterns are not a page's
    results = [r for r in measure(ROUNDS) if given.half in (None, r.half)]
    _print("all pages", results)
    if given.half is None:
        for half, title in GROUPS.items():
            _print(title, [r for r in results if r.half == half])
    _print_misses(results, None if given.misses else 5)
    times = sorted(result.cpu_ms for result in results)
    print(f"\nCPU per page: median {times[len(times) // 2]:.1f} ms, most {times[-1]:.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
