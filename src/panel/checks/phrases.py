"""Phrases of four to six words that a critic repeats, less those that belong to the product or its field."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from panel.checks.case import Case, Prose
from panel.checks.lexicon import STOP_WORDS, words_of
from panel.checks.likening import BLOTS, plain_words

PHRASE_WORDS = (4, 6)
LEAST_CONTENT = 2  # words that say something; "at the end of the" has none

_LETTERS = re.compile(r"[a-z][a-z'-]{3,}")
_ANY_BLOT = r"\S+(?: \S+)?"  # a name or a figure is one word on a page, or two
_LITTLE = """
must want wants whoever whether said need give gives take takes still cannot can't doesn't don't isn't someone
something anything nothing nobody everything everyone anyone
"""
LITTLE = STOP_WORDS | BLOTS | frozenset(_LITTLE.split())


def phrases_of(case: Case, prose: Prose, text: str, quotes: Sequence[str], need: int) -> Iterator[tuple[str, int]]:
    """Phrases of a likened sentence that stand in at least `need` quotes, each with how many; one a run of words."""
    words = text.split()
    short = PHRASE_WORDS[0]
    grams = _grams(text)
    habits = common_grams(text, quotes, need)
    common = [gram in habits for gram in grams]
    if not any(common):  # of most sentences
        return
    pages = _page_words(case)
    known = _known_words(case, prose)
    own = [is_common and not _stands_on(pages, gram.split()) for is_common, gram in zip(common, grams, strict=True)]
    for start, end in _runs(own):
        found = _longest(words[start : end + short - 1], quotes, need, known)
        if found:
            yield found


def common_grams(text: str, quotes: Sequence[str], need: int) -> frozenset[str]:
    """Runs of four words of a text that stand in at least `need` quotes."""
    own, counts = frozenset(_grams(text)), Counter[str]()
    for quote in quotes:
        for gram in own & _grams_of(quote):
            counts[gram] += 1
    return frozenset(gram for gram, times in counts.items() if times >= need)


@lru_cache(maxsize=1024)  # the windows of ten critics: drafts in a row are held to nearly the same quotes
def _grams_of(quote: str) -> frozenset[str]:
    return frozenset(_grams(quote))


def _grams(text: str) -> list[str]:
    words = text.split()
    return [" ".join(run) for run in zip(*(words[i:] for i in range(PHRASE_WORDS[0])), strict=False)]


def _runs(marks: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where marks stand together: from, and up to without."""
    start = None
    for i, mark in enumerate((*marks, False)):
        if mark and start is None:
            start = i
        elif not mark and start is not None:
            yield start, i
            start = None


def _longest(words: Sequence[str], quotes: Sequence[str], need: int, known: frozenset[str]) -> tuple[str, int] | None:
    """The longest phrase of a run that says something in enough quotes."""
    short, long = PHRASE_WORDS
    for size in range(min(long, len(words)), short - 1, -1):
        for i in range(len(words) - size + 1):
            phrase = words[i : i + size]
            times = sum(_spaced(phrase) in f" {quote} " for quote in quotes)
            if times >= need and len(set(content_words(phrase)) - known) >= LEAST_CONTENT:
                return " ".join(phrase), times
    return None


def _spaced(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def content_words(words: Sequence[str]) -> list[str]:
    """Words of four letters or more that are not common."""
    return [word for word in words if word not in LITTLE and _LETTERS.fullmatch(word)]


def _page_words(case: Case) -> str:
    return " | ".join(plain_words(text) for text in case.shelf.passages.by_id.values())


def _stands_on(pages: str, phrase: Sequence[str]) -> bool:
    """Whether a page uses these words, whatever names and figures it has where blots are."""
    pattern = " ".join(_ANY_BLOT if word in BLOTS else re.escape(word) for word in phrase)
    return re.search(rf"(?<!\S){pattern}(?!\S)", pages) is not None


def _known_words(case: Case, prose: Prose) -> frozenset[str]:
    """Words of what the sentence cites and of the category's name: whoever writes of it needs them."""
    cited = {case.by_number[n].passage_id for n in prose.grounds if n in case.by_number}
    texts = (case.shelf.passages.by_id.get(passage_id, "") for passage_id in cited)
    return words_of(" ".join((*texts, case.shelf.dossier.launch.category)))
