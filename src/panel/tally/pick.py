"""The computed pick of a comparison, and how often chance alone would make one."""

from collections.abc import Mapping, Sequence
from math import comb

from panel.records import Pick, Split, Stand

LEAST_FOR = 3
SPEAKS = frozenset({"ship", "skip", "abstain"})


def make_split(persona_id: str, a: Stand, b: Stand) -> Split:
    """One persona on both tools; it leans only where it spoke on both and ships just one."""
    leans = "neither"
    if a in SPEAKS and b in SPEAKS and (a == "ship") != (b == "ship"):
        leans = "a" if a == "ship" else "b"
    return Split.model_validate({"persona_id": persona_id, "a": a, "b": b, "leans": leans})


def make_pick(splits: Sequence[Split], *, differs: bool, titles: Mapping[str, str], names: tuple[str, str]) -> Pick:
    """The pick: three personas who ship one and not the other, and none the reverse; else it depends.

    differs: the tools differ in kind, and no count can settle that. titles: persona_id -> what readers see.
    """
    for_a = tuple(s.persona_id for s in splits if s.leans == "a")
    for_b = tuple(s.persona_id for s in splits if s.leans == "b")
    spoke = sum(1 for s in splits if s.a in SPEAKS and s.b in SPEAKS)
    pick = "depends"
    if not differs and len(for_a) >= LEAST_FOR and not for_b:
        pick = "a"
    if not differs and len(for_b) >= LEAST_FOR and not for_a:
        pick = "b"
    return Pick.model_validate(
        {
            "pick": pick, "for_a": for_a, "for_b": for_b,
            "neither": tuple(s.persona_id for s in splits if s.leans == "neither"),
            "because": _because(for_a, for_b, titles=titles, names=names, differs=differs),
            "chance_if_equal": chance_if_equal(spoke),
        }
    )  # fmt: skip


def chance_if_equal(personas: int, *, ship_rate: float = 0.7) -> float:
    """How often two equally good tools would get a pick, 0..1, from so many personas who speak on both.

    Each ships each tool with probability `ship_rate`, independently: q = r (1 - r) leans to one side, 1 - 2 q to
    neither, and a pick needs three or more on one side and none on the other. Jurors on one model err together, so
    the true chance is higher.
    """
    q = ship_rate * (1 - ship_rate)
    one_side = sum(comb(personas, i) * q**i * (1 - 2 * q) ** (personas - i) for i in range(LEAST_FOR, personas + 1))
    return 2 * one_side


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """Words as a sentence lists them: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _because(
    for_a: Sequence[str], for_b: Sequence[str], *, titles: Mapping[str, str], names: tuple[str, str], differs: bool
) -> str:
    sides = [
        f"{listed([titles[i] for i in side])} {'ship' if len(side) > 1 else 'ships'} {here} and not {there}"
        for side, here, there in ((for_a, *names), (for_b, *reversed(names)))
        if side
    ]
    count = "; ".join(sides) or "no critic ships one and not the other"
    rule = f"a pick needs {LEAST_FOR} on one side and none on the other"
    kind = ", and tools of the same kind" if differs else ""
    return f"{count[0].upper()}{count[1:]}; {rule}{kind}."
