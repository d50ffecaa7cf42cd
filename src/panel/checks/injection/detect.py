"""Finds the spans of a dossier that speak to this panel or to models instead of readers. Pure; never complete.

Two tiers. An attempt gives this panel an instruction, forges its marks or a turn, or instructs from hiding: its launch
is asked again without it, it carries no ground, and an editor has to look. Words that honest pages share with attempts
are a note for the editor and change nothing. What is not found still reaches jurors as quoted data: the guarantees in
docs/security.md don't rest on this file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from panel.checks.injection.patterns import (
    HIDDEN_RULES,
    NOTES,
    PAIRS,
    RULES,
    Pattern,
    PatternPair,
    compiled,
    fold,
    plain,
    words_in,
)
from panel.records import Passage, Suspicion, SuspicionKind

BEFORE, AFTER = 60, 120  # characters around an order or a turn in which this panel's task makes it an attempt
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|(?<=[。！？])|\n+")


class Hit(NamedTuple):
    """One rule's find, in the places of the text as it stands."""

    start: int
    end: int
    kind: SuspicionKind
    why: str


Narrowed = list[tuple[Pattern | PatternPair, tuple[str, ...]]]


def find_suspicions(passages: Iterable[Passage]) -> tuple[Suspicion, ...]:
    """Attempts on this panel, in reading order; each is a whole sentence, word for word."""
    passages = tuple(passages)
    return tuple(
        Suspicion(passage_id=p.passage_id, kind=hit.kind, excerpt=p.text[hit.start : hit.end], why=hit.why)
        for p, hits in zip(passages, _all_hits(tuple(p.text for p in passages)), strict=True)
        for hit in hits
    )


@lru_cache(maxsize=64)
def _all_hits(texts: tuple[str, ...]) -> tuple[tuple[Hit, ...], ...]:
    """By text. Cached: a dossier is looked through when it is made, planned and checked, 1 ms each for 5,000 tokens."""
    folded = [fold(text) for text in texts]
    rules = _narrowed(RULES, PAIRS, "\n".join(folded))
    return tuple(_hits(text, seen, rules) for text, seen in zip(texts, folded, strict=True))


def suspicious(text: str, *, is_hidden: bool = False) -> tuple[Hit, ...]:
    """The same for any text (a title, a tagline), as places in it. is_hidden: readers don't see it."""
    seen = fold(text)
    return _hits(text, seen, _narrowed(RULES + HIDDEN_RULES * is_hidden, PAIRS, seen))


def noteworthy(texts: Sequence[str]) -> tuple[int, str] | None:
    """Which text holds words that attempts use and honest pages too, and its first; None when none does."""
    folded = [fold(text) for text in texts]
    words = words_in(NOTES.needs, "\n".join(folded))
    for number, seen in enumerate(folded):
        if any(word in seen for word in words) and (hit := compiled(NOTES.pattern).search(seen)):
            start, end = _in_text(texts[number], hit.start(), hit.end())
            return number, texts[number][start:end]
    return None


def _narrowed(rules: Sequence[Pattern], pairs: Sequence[PatternPair], folded: str) -> Narrowed:
    """What may match in some part of a folded text, each with those of the words it needs that stand there."""
    every: list[Pattern | PatternPair] = [*rules, *pairs]
    wanted = ((one, words_in(one.needs, folded)) for one in every)
    return [(one, words) for one, words in wanted if words]


def _hits(text: str, seen: str, narrowed: Narrowed) -> tuple[Hit, ...]:
    """seen: the text, folded."""
    hits = [
        Hit(*_in_text(text, start, end), kind, why)
        for one, words in narrowed
        if any(word in seen for word in words)
        for start, end, kind, why in (_of_rule(one, seen) if isinstance(one, Pattern) else _of_pair(one, seen))
    ]
    return tuple(_merged(text, hits)) if hits else ()


def _of_rule(rule: Pattern, seen: str) -> Iterator[Hit]:
    for found in compiled(rule.pattern).finditer(seen):
        yield Hit(*found.span(), rule.kind, rule.why)


def _of_pair(pair: PatternPair, seen: str) -> Iterator[Hit]:
    for found in compiled(pair.opening).finditer(seen):
        start = max(0, found.start() - BEFORE)
        if task := compiled(pair.task).search(seen, start, found.end() + AFTER):
            at, end = min(task.start(), found.start()), max(task.end(), found.end())
            yield Hit(at, end, "instruction", "takes a model's turn and tells it how to judge")


def _merged(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Hits widened to whole sentences and joined where they touch."""
    edges = [0, *(found.end() for found in SENTENCE_END.finditer(text)), len(text)]
    last: Hit | None = None
    for hit in sorted(_widened(text, hit, edges) for hit in hits):
        if last and hit.start <= last.end:
            last = last._replace(end=max(last.end, hit.end))
            continue
        if last:
            yield last
        last = hit
    if last:
        yield last


def _widened(text: str, hit: Hit, edges: Sequence[int]) -> Hit:
    start = max(edge for edge in edges if edge <= hit.start)
    end = min(edge for edge in edges if edge >= hit.end)
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    return hit._replace(start=start, end=max(start + len(stretch.strip()), hit.end))


def _in_text(text: str, start: int, end: int) -> tuple[int, int]:
    """Where a stretch of the folded text stands in the text itself."""
    if text.isascii():
        return start, end
    places = [at for at, letter in enumerate(text) for _ in plain(letter)]
    return places[start], places[end - 1] + 1
