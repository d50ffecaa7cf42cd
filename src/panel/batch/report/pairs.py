"""Which reviewed launches are worth comparing: same job, enough of the same facts, ours before another newcomer. Pure.

The rule. Two launches can be compared when they are of one category (each category is one job), of two products, and
state at least LEAST_SHARED kinds of facts in common that a table can set side by side. Each newcomer is paired with at
most MOST_PAIRS others: first those in the archive, then other newcomers; of these the one that shares most kinds, then
the one reviewed last, then by slug. An archived launch may be in any number of pairs, a newcomer in MOST_PAIRS.

For each set of kinds only the first few of the archive are kept: a long archive costs one pass and little memory.
"""

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from itertools import islice

from panel.records import FactKind, ProposedPair, Value

COMPARABLE: dict[FactKind, str] = {
    "pricing_class": "price class", "plan": "plans", "licence": "licence", "version": "version",
    "published": "release day", "updated": "last update", "repository": "repository", "package": "package",
}  # fmt: skip
ALL = frozenset(COMPARABLE)
LEAST_SHARED = 3
MOST_PAIRS = 2


class LightFacts(Value):
    """As much of a review as pairing needs."""

    slug: str  # in the run that reviewed it
    name: str
    product_id: str
    category: str  # "" is never paired
    kinds: frozenset[FactKind]  # of facts there are of it (`stated_kinds`)
    in_archive: bool = False  # reviewed before today
    run_id: str = ""  # of the archive's: which run reviewed it last
    reviewed_on: date | None = None


Kinds = frozenset[FactKind]


def propose_pairs(
    run_id: str, newcomers: Iterable[LightFacts], archive: Iterable[LightFacts] = ()
) -> tuple[ProposedPair, ...]:
    """Pairs by the rule above, in the newcomers' order by slug. The same launches give the same pairs in any order.

    run_id: the newcomers'.
    """
    ours, today = _Shelf(), _Shelf()
    for launch in archive:
        ours.add_latest(launch)
    fresh = sorted(newcomers, key=lambda launch: launch.slug)
    for launch in fresh:
        today.add(launch)
    left = {launch.slug: MOST_PAIRS for launch in fresh}
    made: dict[frozenset[tuple[str, str]], ProposedPair] = {}
    for one in fresh:
        for other in (*ours.near(one), *today.near(one, lambda held: left[held.slug] > 0)):
            both = frozenset(((one.run_id, one.slug), (other.run_id, other.slug)))
            if left[one.slug] and both not in made:
                made[both] = _proposed(run_id, one, other)
                left[one.slug] -= 1
                if not other.in_archive:
                    left[other.slug] -= 1
    return tuple(made.values())


class _Shelf:
    """Launches by category and by the kinds of facts they state: at most 256 groups a category."""

    def __init__(self) -> None:
        self._held: defaultdict[str, defaultdict[Kinds, list[LightFacts]]] = defaultdict(lambda: defaultdict(list))

    def add(self, launch: LightFacts) -> None:
        """Keep it among its like, the one reviewed last in front."""
        bisect.insort(self._group(launch), launch, key=_newest)

    def add_latest(self, launch: LightFacts) -> None:
        """Keep it if it is among the few reviewed last, one of each product. One is spare: the newcomer's own."""
        group = self._group(launch)
        same = [held for held in group if held.product_id == launch.product_id]
        group[:] = [held for held in group if held.product_id != launch.product_id]
        bisect.insort(group, min([*same, launch], key=_newest), key=_newest)
        del group[MOST_PAIRS + 1 :]

    def _group(self, launch: LightFacts) -> list[LightFacts]:
        return self._held[launch.category][_comparable(launch)]

    def near(self, one: LightFacts, is_free: Callable[[LightFacts], bool] = lambda held: True) -> list[LightFacts]:
        """Who may be paired with this one, the best first; a few of each group, which is more than it can use."""
        if not one.category or one.category not in self._held:
            return []
        found = []
        for kinds, group in self._held[one.category].items():
            if len(kinds & one.kinds) >= LEAST_SHARED:
                if group and not is_free(group[0]):
                    group[:] = [held for held in group if is_free(held)]  # those in front are used up together
                free = (held for held in group if held.product_id != one.product_id and is_free(held))
                found += list(islice(free, MOST_PAIRS + 1))
        return sorted(found, key=lambda held: (-len(_comparable(held) & one.kinds), *_newest(held)))


def _comparable(launch: LightFacts) -> Kinds:
    return launch.kinds & ALL


def _newest(launch: LightFacts) -> tuple[int, str]:
    return -launch.reviewed_on.toordinal() if launch.reviewed_on else 0, launch.slug


def _proposed(run_id: str, one: LightFacts, other: LightFacts) -> ProposedPair:
    return ProposedPair(
        a=one.slug, b=other.slug, a_name=one.name, b_name=other.name, why=_reason(one, other), b_run_id=other.run_id,
        b_reviewed_on=other.reviewed_on,
        compare=f"panel compare {run_id}/{one.slug} {other.run_id or run_id}/{other.slug}",
    )  # fmt: skip


def _reason(one: LightFacts, other: LightFacts) -> str:
    """`Both are of the category linters and state licence, plans and version; Ruff is in our archive.`"""
    shared = [words for kind, words in COMPARABLE.items() if kind in one.kinds & other.kinds]
    said = f"{', '.join(shared[:-1])} and {shared[-1]}"
    whose = f"{other.name} is in our archive" if other.in_archive else "both were launched in this batch"
    return f"Both are of the category {one.category} and state {said}; {whose}."
