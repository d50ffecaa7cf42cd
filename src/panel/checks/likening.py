"""Prose in the form in which it is compared with other prose: names and figures blotted out, so that a template shows.

Two texts are near when their letters are (rapidfuzz) or when half of all their three-word runs are the same (Jaccard),
which finds what was put in another order.
"""

import re
from collections.abc import Iterable, Sequence

from panel.checks.case import Case, Prose
from panel.checks.facts import read_names
from panel.checks.text import normalise
from panel.checks.vocabulary import COMMON_CAPITALS

NAME, FIGURE = "it", "0"
BLOTS = frozenset({NAME, "it's", "its", FIGURE})
NEAR_COPY = 85.0  # rapidfuzz ratio, 0..100: 85 lets about one word in eight differ
NEAR_GRAMS = 0.5  # Jaccard share, 0..1
LEAST_GRAMS = 6  # shared; fewer are an idiom
GRAM_WORDS = 3

_WORD = re.compile(r"[^\W_](?:[\w'+#.-]*[\w+#])?")
_ZEROS = re.compile("0+")


def likened(case: Case, prose: Prose) -> str:
    """Lower-case words, one blank apart: the product's and other names read "it", figures "0", marks are gone.

    A name that opens a sentence, is not the product's and has no inner capital can't be told from a common word.
    """
    facts = prose.facts
    names = {fact.text for fact in read_names(facts)} | _own_name(case)
    words: list[str] = []
    for word in _WORD.findall(facts.rest):
        blotted = _blotted(word, names)
        if not (words and blotted == words[-1] and blotted in BLOTS):
            words.append(blotted)
    return " ".join(words)


def _own_name(case: Case) -> set[str]:
    """The first word of the product's name, as it is spelled: `Case` leaves those of two letters in."""
    first = normalise(case.shelf.dossier.launch.name).split()[:1]
    return {word for word in first if word not in COMMON_CAPITALS and word[0].isalpha()}


def _blotted(word: str, names: set[str]) -> str:
    if word.removesuffix("'s") in names:
        return "it's" if word.endswith("'s") else NAME
    return _ZEROS.sub(FIGURE, word).lower()


def plain_words(text: str) -> str:
    """Words of a normalised text, lower case, one blank apart, without the marks around them."""
    return " ".join(_WORD.findall(text.lower()))


def own_words(text: str) -> list[str]:
    """Words of a likened text that are no blots."""
    return [word for word in text.split() if word not in BLOTS]


def word_grams(text: str) -> frozenset[str]:
    """Runs of three words of a likened text."""
    words = text.split()
    return frozenset(" ".join(words[i : i + GRAM_WORDS]) for i in range(len(words) - GRAM_WORDS + 1))


def share_grams(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether half of all the runs of both are the same."""
    shared = len(one & other)
    return shared >= LEAST_GRAMS and shared >= NEAR_GRAMS * (len(one) + len(other) - shared)


def nearest(text: str, others: Sequence[str]) -> int | None:
    """Position of the likened text nearest to this one, None when none is near."""
    from rapidfuzz import fuzz, process  # 20 ms to import, and a first review has nothing to be compared with

    if near := process.extractOne(text, others, scorer=fuzz.ratio, score_cutoff=NEAR_COPY):
        return int(near[2])
    return _first_sharing(word_grams(text), others)


def _first_sharing(grams: frozenset[str], others: Iterable[str]) -> int | None:
    return next((i for i, other in enumerate(others) if share_grams(grams, word_grams(other))), None)
