"""Which searches a text is worth: its words are looked up first, since a search costs as much as looking up fifty.

Nothing a rule would find may be lost here: `tests/unit/checks/test_prefilter.py` holds every rule to that, with texts
made from the rule's own pattern. What is written in code, rot13 or backwards is looked for by signs of its own.
"""

import codecs
import re
from dataclasses import dataclass

from panel.checks.attempts import RULES
from panel.checks.disguises import DIGITED, JAILBREAK, LABEL, LETTERS, SQUEEZED_PARTS
from panel.checks.encodings import Run, runs_in
from panel.checks.folding import Folded, folded, words_in
from panel.checks.tongues import IDEOGRAPHS, OTHER_STEMS, OTHER_WORDS
from panel.checks.wordings import Rule

LEAST_JAILBREAK = 4  # different words of jailbreaks in one passage
LEAST_LETTERS = 6  # different letters standing alone
LEAST_UNDERSCORES = 11  # of letters spelt out between them
LEAST_TURNED = 5  # letters of a word that is looked for in rot13 and backwards
LABEL_START = re.compile(r"[\[(]\s*[sS]\s?\d{1,3}\s?\.")

_BY_WORD: dict[str, list[int]] = {}  # the rules whose first set holds a word: most words are in none
for _at, _rule in enumerate(RULES):
    for _word in _rule.needs[0]:
        _BY_WORD.setdefault(_word, []).append(_at)
_FIRST = frozenset(_BY_WORD)
_LONG = [word for word in _FIRST if len(word) >= LEAST_TURNED]
TURNED = frozenset(codecs.encode(word, "rot13") for word in _LONG) | frozenset(word[::-1] for word in _LONG)
_SINGLE = LETTERS - frozenset("aist1")  # those five stand alone in honest text
_NOTHING = frozenset[str]()
_OTHERS = OTHER_WORDS | TURNED | DIGITED | JAILBREAK
_TOLD = _FIRST | _OTHERS


@dataclass(frozen=True, slots=True)
class Worth:
    """What to try on a text. words: in lower case, and beside them as they read with look-alike letters made plain."""

    seen: Folded
    words: frozenset[str]
    rules: tuple[Rule, ...]
    runs: tuple[Run, ...]
    jailbreak: bool
    squeezed: bool
    spaced: bool
    labelled: bool
    foreign: bool
    digited: bool
    turned: bool


def worth_trying(text: str) -> Worth | None:
    """What may find something in the text; None when nothing can, which is what most passages come to."""
    words, plain = words_in(text), text.isascii()
    known = _NOTHING if words.isdisjoint(_TOLD) else words & _TOLD
    low = text.lower()
    rules = _rules(known, words, low) if known else ()
    runs = runs_in(text, words)
    spaced = _is_spaced(text, words)
    squeezed = _has(low, SQUEEZED_PARTS)
    labelled = ("[" in text or "(" in text) and LABEL_START.search(text) is not None
    foreign = bool(known) and not known.isdisjoint(OTHER_WORDS)
    others = bool(known) and not known.isdisjoint(_OTHERS)
    if plain and not (rules or runs or spaced or squeezed or labelled or others):
        return None
    seen = folded(text)
    if not plain:  # look-alike letters may make other words
        words |= words_in(seen.text)
        known = words & _TOLD
        rules, spaced = _rules(known, words, seen.text), _is_spaced(text, words)
        squeezed = squeezed or _has(seen.text, SQUEEZED_PARTS)
        labelled = "s" in seen.text and LABEL.search(seen.text) is not None
        foreign = foreign or IDEOGRAPHS.search(text) is not None or _has(low, OTHER_STEMS)
    return Worth(
        seen=seen,
        words=words,
        rules=rules,
        runs=runs,
        jailbreak=len(known & JAILBREAK) >= LEAST_JAILBREAK,
        squeezed=squeezed,
        spaced=spaced,
        labelled=labelled,
        foreign=foreign,
        digited=not known.isdisjoint(DIGITED),
        turned=not known.isdisjoint(TURNED),
    )


def everything(text: str) -> Worth:
    """All there is to try: what `worth_trying` is held against."""
    seen = folded(text)
    words = words_in(text) | words_in(seen.text)
    jailbreak = len(words & JAILBREAK) >= LEAST_JAILBREAK
    return Worth(
        seen, words, RULES, runs_in(text, words), jailbreak,
        squeezed=True, spaced=True, labelled=True, foreign=True, digited=True, turned=not words.isdisjoint(TURNED),
    )  # fmt: skip


def rules_for(words: frozenset[str], text: str) -> tuple[Rule, ...]:
    """The rules worth trying on a text, folded, with these words."""
    return _rules(words & _FIRST, words, text)


def _rules(known: frozenset[str], words: frozenset[str], text: str) -> tuple[Rule, ...]:
    near = set[int]()
    for word in known:
        near.update(_BY_WORD.get(word, ()))
    return tuple(RULES[at] for at in sorted(near) if RULES[at].may_hit(words, text)) if near else ()


def _is_spaced(text: str, words: frozenset[str]) -> bool:
    if not words.isdisjoint(_SINGLE) and len(words & LETTERS) >= LEAST_LETTERS:
        return True
    return "_" in text and text.count("_") >= LEAST_UNDERSCORES


def _has(text: str, parts: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, parts))
