"""Finds the spans of a dossier that speak to reviewers or models instead of readers. Pure; patterns, so never complete.

What is found is shown to an editor, left out when the launch is asked again, and carries no ground. What is not found
still reaches jurors as quoted data: the guarantees in docs/security.md don't rest on this file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from panel.checks.attempts import MENTIONS, OURS, RULES, Rule
from panel.checks.disguises import DIGITED, JAILBREAK, LABEL, LETTERS, SPACED, SQUEEZED, TURNED
from panel.checks.encodings import LONG_WORD, Reading, Run, decoded, runs_in, turned
from panel.checks.folding import Folded, folded, lowered, undigited, words_in
from panel.checks.tongues import EAST_ASIAN, IDEOGRAPHS, OTHER_TONGUES, OTHER_WORDS
from panel.records import Passage, Suspicion
from panel.records.dossier import SuspicionKind

MOST_TEXT = 6_000  # characters looked at together; passages are cut to 4,000
OVERLAP = 500
MOST_SPANS = 8  # of one passage; with more, the whole passage is one span
LEAST_JAILBREAK = 4  # different words of jailbreaks in one passage
LEAST_LETTERS = 6  # different letters standing alone
LEAST_WORDS = 3  # a run in code that reads as fewer words is a name or a number
WHOLE = 3  # hits by different rules that make the whole passage one span
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|(?<=[。！？])|\n+")
QUOTED = re.compile(r"[\"“„«`]([^\"”“„«»`\n]{3,400})[\"”»`]|(?<!\w)['‘]([^'’\n]{8,400})['’](?!\w)")
_BY_WORD: dict[str, list[int]] = {}  # the rules whose first set holds a word: most words are in none
for _at, _rule in enumerate(RULES):
    for _word in _rule.needs[0]:
        _BY_WORD.setdefault(_word, []).append(_at)
_FIRST = frozenset(_BY_WORD)
_OTHERS = OTHER_WORDS | TURNED | DIGITED | JAILBREAK


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
    return tuple(_merged(text, [hit for at in _windows(text) for hit in _hits_from(text, at, is_code=is_code)]))


def _windows(text: str) -> range:
    """Where to begin looking: patterns read a bounded stretch at a time, and stretches overlap."""
    return range(0, max(1, len(text) - OVERLAP), MOST_TEXT - OVERLAP)


def _hits_from(text: str, at: int, *, is_code: bool) -> Iterator[Hit]:
    for hit in _hits(text[at : at + MOST_TEXT] if at or len(text) > MOST_TEXT else text, is_code=is_code):
        yield hit._replace(start=at + hit.start, end=at + hit.end)


def _in_passage(passage: Passage) -> Iterator[Suspicion]:
    for hit in suspicious(passage.text, is_code=passage.kind == "code"):
        excerpt = passage.text[hit.start : hit.end]
        yield Suspicion(passage_id=passage.passage_id, kind=hit.kind, excerpt=excerpt, why=hit.why)


def _hits(text: str, *, is_code: bool) -> Iterator[Hit]:
    """Every rule's finds. Most passages end after the words have been looked at: 5 us for 100 characters (measured)."""
    words = words_in(text)
    plain = text.isascii()
    runs = runs_in(text, words)
    spaced = len(words & LETTERS) >= LEAST_LETTERS
    rules = rules_for(words)
    if plain and not runs and not spaced and not rules and words.isdisjoint(_OTHERS) and "[" not in text:
        return
    seen = folded(text)
    if not plain:
        words |= words_in(seen.text)
    yield from _rule_hits(text, seen, words, is_code=is_code)
    yield from _disguised_hits(seen, words, spaced=spaced, is_code=is_code)
    yield from _foreign_hits(text, words)
    if not words.isdisjoint(DIGITED):
        letters = undigited(seen)
        yield from _rule_hits(text, letters, words_in(letters.text), is_code=is_code)
    if runs:
        yield from _coded_hits(text, runs, is_code=is_code)
    if not words.isdisjoint(TURNED):
        yield from _turned_hits(text)


def rules_for(words: frozenset[str]) -> list[Rule]:
    """The rules worth trying on a text with these words."""
    near = {at for word in words & _FIRST for at in _BY_WORD[word]}
    return [RULES[at] for at in sorted(near) if RULES[at].may_hit(words)] if near else []


def _disguised_hits(seen: Folded, words: frozenset[str], *, spaced: bool, is_code: bool) -> Iterator[Hit]:
    if len(words & JAILBREAK) >= LEAST_JAILBREAK and words.isdisjoint(MENTIONS) and not is_code:
        yield Hit(*seen.span(0, len(seen.text)), "instruction", "reads like a jailbreak")
    if "[" in seen.text or "(s" in seen.text:
        for found in LABEL.finditer(seen.text):
            yield Hit(*seen.span(*found.span()), "instruction", "forges a passage label")
    if not is_code and max(map(len, words), default=0) >= LONG_WORD:
        for found in SQUEEZED.finditer(seen.text):
            yield Hit(*seen.span(*found.span()), "instruction", "runs the words of an instruction together")
    for found in SPACED.finditer(seen.text) if spaced else ():
        if SQUEEZED.search(re.sub(r"[\W_]", "", found.group())):
            yield Hit(*seen.span(*found.span()), "instruction", "spells an instruction out letter by letter")


def _rule_hits(text: str, seen: Folded, words: frozenset[str], *, is_code: bool) -> Iterator[Hit]:
    for rule in rules_for(words):
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


def _foreign_hits(text: str, words: frozenset[str]) -> Iterator[Hit]:
    why = "addresses reviewers or models in another language"
    seen = lowered(text)
    if not words.isdisjoint(OTHER_WORDS):
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
    words = words_in(text)
    return any(_rule_hits(text, folded(text), words, is_code=False)) or any(_foreign_hits(text, words))


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
