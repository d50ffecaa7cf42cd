"""Finds the spans of a dossier that speak to reviewers or models instead of readers. Pure; patterns, so never complete.

What is found is shown to an editor, left out when the launch is asked again, and carries no ground. What is not found
still reaches jurors as quoted data: the guarantees in docs/security.md don't rest on this file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from panel.checks.attempts import MENTIONS, OURS
from panel.checks.disguises import LABEL, SPACED, SQUEEZED
from panel.checks.encodings import Reading, Run, decoded, turned
from panel.checks.folding import Folded, lowered, undigited, words_in
from panel.checks.prefilter import Worth, rules_for, worth_trying
from panel.checks.tongues import EAST_ASIAN, IDEOGRAPHS, OTHER_TONGUES
from panel.checks.wordings import Rule
from panel.records import Passage, Suspicion
from panel.records.dossier import SuspicionKind

MOST_TEXT = 6_000  # characters looked at together; passages are cut to 4,000
OVERLAP = 500
MOST_SPANS = 8  # of one passage; with more, the whole passage is one span
LEAST_WORDS = 3  # a run in code that reads as fewer words is a name or a number
WHOLE = 3  # hits by different rules that make the whole passage one span
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|(?<=[。！？])|\n+")
QUOTED = re.compile(r"[\"“„«`]([^\"”“„«»`\n]{3,400})[\"”»`]|(?<!\w)['‘]([^'’\n]{8,400})['’](?!\w)")


class Hit(NamedTuple):
    """One rule's find, in the places of the text as it stands."""

    start: int
    end: int
    kind: SuspicionKind
    why: str


def find_suspicions(passages: Iterable[Passage]) -> tuple[Suspicion, ...]:
    """Spans that address reviewers or models, claim to speak for this panel, or hide text in code; in reading order."""
    return tuple(found for passage in passages for found in _in_passage(passage))


def suspicious(text: str, *, is_code: bool = False) -> tuple[Hit, ...]:
    """The same for any text (a title, a tagline, a hidden text), as places in it."""
    if len(text) <= MOST_TEXT:
        return tuple(_merged(text, _hits(text, is_code=is_code)))
    return tuple(_merged(text, [hit for at in _windows(text) for hit in _hits_from(text, at, is_code=is_code)]))


def _windows(text: str) -> range:
    """Where to begin looking: patterns read a bounded stretch at a time, and stretches overlap."""
    return range(0, max(1, len(text) - OVERLAP), MOST_TEXT - OVERLAP)


def _hits_from(text: str, at: int, *, is_code: bool) -> Iterator[Hit]:
    for hit in _hits(text[at : at + MOST_TEXT], is_code=is_code):
        yield hit._replace(start=at + hit.start, end=at + hit.end)


def _in_passage(passage: Passage) -> Iterator[Suspicion]:
    for hit in suspicious(passage.text, is_code=passage.kind == "code"):
        excerpt = passage.text[hit.start : hit.end]
        yield Suspicion(passage_id=passage.passage_id, kind=hit.kind, excerpt=excerpt, why=hit.why)


def _hits(text: str, *, is_code: bool) -> Sequence[Hit]:
    """Every rule's finds. Four passages of five end after their words have been looked up."""
    worth = worth_trying(text)
    return list(_tried(text, worth, is_code=is_code)) if worth else ()


def _tried(text: str, worth: Worth, *, is_code: bool) -> Iterator[Hit]:
    seen, words = worth.seen, worth.words
    yield from _rule_hits(text, seen, words, worth.rules, is_code=is_code)
    yield from _disguised_hits(worth, is_code=is_code)
    if worth.foreign:
        yield from _foreign_hits(text)
    if worth.digited:
        letters = undigited(seen)
        more = words_in(letters.text)
        yield from _rule_hits(text, letters, more, rules_for(more, letters.text), is_code=is_code)
    if worth.runs:
        yield from _coded_hits(text, worth.runs, is_code=is_code)
    if worth.turned:
        yield from _turned_hits(text)


def _disguised_hits(worth: Worth, *, is_code: bool) -> Iterator[Hit]:
    seen, words = worth.seen, worth.words
    if worth.jailbreak and words.isdisjoint(MENTIONS) and not is_code:
        yield Hit(*seen.span(0, len(seen.text)), "instruction", "reads like a jailbreak")
    for found in LABEL.finditer(seen.text) if worth.labelled else ():
        yield Hit(*seen.span(*found.span()), "instruction", "forges a passage label")
    for found in SQUEEZED.finditer(seen.text) if worth.squeezed and not is_code else ():
        yield Hit(*seen.span(*found.span()), "instruction", "runs the words of an instruction together")
    for found in SPACED.finditer(seen.text) if worth.spaced else ():
        if SQUEEZED.search(re.sub(r"[\W_]", "", found.group())):
            yield Hit(*seen.span(*found.span()), "instruction", "spells an instruction out letter by letter")


def _rule_hits(
    text: str, seen: Folded, words: frozenset[str], rules: Iterable[Rule], *, is_code: bool
) -> Iterator[Hit]:
    for rule in rules:
        for found in rule.pattern.finditer(seen.text):
            start, end = seen.span(*found.span())
            if not _is_excused(rule, text, seen, words, start, end, is_code=is_code):
                yield Hit(start, end, rule.kind, rule.name)


def _is_excused(
    rule: Rule, text: str, seen: Folded, words: frozenset[str], start: int, end: int, *, is_code: bool
) -> bool:
    """Whether an honest page about prompts and attacks may say this. Never, when it speaks of this panel's task."""
    if rule.excuse == "never" or OURS.search(seen.text):
        return False
    if is_code:
        return True
    if words.isdisjoint(MENTIONS):
        return False
    return rule.excuse == "mentioned" or _is_quoted(text, start, end)


def _is_quoted(text: str, start: int, end: int) -> bool:
    return any(found.start() <= start and end <= found.end() + 1 for found in QUOTED.finditer(text))


def _foreign_hits(text: str) -> Iterator[Hit]:
    why = "addresses reviewers or models in another language"
    seen = lowered(text)
    for found in OTHER_TONGUES.finditer(seen.text):
        yield Hit(*seen.span(*found.span()), "instruction", why)
    if IDEOGRAPHS.search(text):
        for found in EAST_ASIAN.finditer(seen.text):
            yield Hit(*seen.span(*found.span()), "instruction", why)


def _coded_hits(text: str, runs: Sequence[Run], *, is_code: bool) -> Iterator[Hit]:
    for reading in decoded(text, runs):
        if _says_something(reading, is_code=is_code):
            yield Hit(reading.start, reading.end, "encoded", f"{reading.code} that reads as text")


def _turned_hits(text: str) -> Iterator[Hit]:
    for reading in turned(text):
        if _is_attempt(reading.text):
            yield Hit(reading.start, reading.end, "encoded", f"{reading.code} that reads as an instruction")


def _is_attempt(text: str) -> bool:
    worth = worth_trying(text)
    if worth is None:
        return False
    hits = _rule_hits(text, worth.seen, worth.words, worth.rules, is_code=False)
    return any(True for _ in hits) or (worth.foreign and any(True for _ in _foreign_hits(text)))


def _says_something(reading: Reading, *, is_code: bool) -> bool:
    """An attempt; or, in prose, any words at all. Percent-coded addresses read easily: only attempts count."""
    if _is_attempt(reading.text):
        return True
    letters = sum(c.isalpha() or c == " " for c in reading.text)
    wordy = len(reading.text.split()) >= LEAST_WORDS and letters >= 0.8 * len(reading.text)
    return wordy and not is_code and reading.code != "percent"


def _merged(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Hits widened to whole sentences and joined where they touch; many of them make the passage one span."""
    if not hits:
        return
    first = min(hits, key=lambda hit: (hit.kind == "encoded", hit.start))
    if len({hit.why for hit in hits}) >= WHOLE or len(hits) > MOST_SPANS:
        yield Hit(0, len(text), first.kind, first.why)
        return
    edges = [0, *(found.end() for found in SENTENCE_END.finditer(text)), len(text)]
    spans: list[Hit] = []
    for hit in sorted(_widened(text, hit, edges) for hit in hits):
        if spans and hit.start <= spans[-1].end:
            last = spans[-1]
            spans[-1] = Hit(last.start, max(last.end, hit.end), last.kind, last.why)
        else:
            spans.append(hit)
    yield from spans


def _widened(text: str, hit: Hit, edges: Sequence[int]) -> Hit:
    start = max(edge for edge in edges if edge <= hit.start)
    end = min((edge for edge in edges if edge >= hit.end), default=len(text))
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    return Hit(start, max(start + len(stretch.strip()), hit.end), hit.kind, hit.why)
