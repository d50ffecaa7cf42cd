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

from panel.checks.injection.patterns import HIDDEN_RULES, NOTES, PAIRS, RULES, compiled, may_match, plain
from panel.records import Passage, Suspicion, SuspicionKind

BEFORE, AFTER = 60, 120  # characters around an order or a turn in which this panel's task makes it an attempt
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|(?<=[。！？])|\n+")


class Hit(NamedTuple):
    """One rule's find, in the places of the text as it stands."""

    start: int
    end: int
    kind: SuspicionKind
    why: str


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
    """By text. Cached: a dossier is looked through when it is made, planned and checked, 7 ms each for 5,000 tokens."""
    return tuple(map(suspicious, texts))


def suspicious(text: str, *, is_hidden: bool = False) -> tuple[Hit, ...]:
    """The same for any text (a title, a tagline), as places in it. is_hidden: readers don't see it."""
    seen, places = _folded(text)
    hits = [Hit(places[h.start], places[h.end - 1] + 1, h.kind, h.why) for h in _hits(seen, is_hidden=is_hidden)]
    return tuple(_merged(text, hits))


def noteworthy(text: str) -> str:
    """The first words that attempts use and honest pages too; "" when there are none."""
    seen, places = _folded(text)
    hit = compiled(NOTES.pattern).search(seen) if may_match(NOTES.needs, seen) else None
    return text[places[hit.start()] : places[hit.end() - 1] + 1] if hit else ""


def _hits(seen: str, *, is_hidden: bool) -> Iterator[Hit]:
    for rule in (r for r in RULES + HIDDEN_RULES * is_hidden if may_match(r.needs, seen)):
        for found in compiled(rule.pattern).finditer(seen):
            yield Hit(*found.span(), rule.kind, rule.why)
    for pair in (p for p in PAIRS if may_match(p.needs, seen)):
        for found in compiled(pair.opening).finditer(seen):
            start = max(0, found.start() - BEFORE)
            if task := compiled(pair.task).search(seen, start, found.end() + AFTER):
                at, end = min(task.start(), found.start()), max(task.end(), found.end())
                yield Hit(at, end, "instruction", "takes a model's turn and tells it how to judge")


def _merged(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Hits widened to whole sentences and joined where they touch."""
    edges = [0, *(found.end() for found in SENTENCE_END.finditer(text)), len(text)] if hits else []
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


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Lower case, look-alikes as plain letters, accents gone; and where each character stands in the text."""
    if text.isascii():
        return text.lower(), range(len(text))
    pairs = [(low, at) for at, letter in enumerate(text) for low in plain(letter)]
    return "".join(low for low, _ in pairs), [at for _, at in pairs]
