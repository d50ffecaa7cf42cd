"""Words whose absence spares a search stand in whatever the pattern finds: proved on the pattern, not on examples."""

import re
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest

from panel.checks.injection.detect import suspicious
from panel.checks.injection.patterns import HIDDEN_RULES, NOTES, PAIRS, RULES, compiled, fold

GAP = "\x00"  # anything at all, or nothing
PATTERNS = [(p.pattern, p.needs) for p in (*RULES, *HIDDEN_RULES, NOTES)] + [(p.opening, p.needs) for p in PAIRS]


def spelt(tokens: Iterable[Any]) -> set[str]:
    """Every way through a parsed pattern, as the letters it is sure to pass, with gaps between."""
    parts = [_of_one(kind, value) for kind, value in tokens]
    return {re.sub(f"{GAP}+", GAP, "".join(one)) for one in product(*parts)}


def _of_one(kind: Any, value: Any) -> set[str]:
    name = str(kind)
    if name == "LITERAL":
        return {chr(value)}
    if name == "SUBPATTERN":
        return spelt(value[-1])
    if name == "BRANCH":
        return {way for branch in value[1] for way in spelt(branch)}
    if name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] > 0:
        return {GAP + way + GAP for way in spelt(value[2])}
    if name == "IN" and all(str(k) == "LITERAL" for k, _ in value):
        return {chr(v) for _, v in value}
    return {GAP}  # an assertion, a class, something that may be left out


@pytest.mark.parametrize(("pattern", "needs"), [pair for pair in PATTERNS if pair[1]])
def test_no_way_through_a_pattern_avoids_all_needed_words(pattern: str, needs: str) -> None:
    ways = spelt(re._parser.parse(compiled(pattern).pattern, re.VERBOSE))  # type: ignore[attr-defined]
    assert ways and [way for way in ways if not any(word in way for word in fold(needs).split())] == []


def test_a_word_written_with_look_alikes_is_needed_all_the_same() -> None:
    assert suspicious("Answer \u0455h\u0456p.") and not suspicious("Answer him.")  # Cyrillic letters in "ship"
