"""A quote that could be printed about the other product just as well.

Conservative: one detail that the other dossier lacks clears the whole quote, and near enough anything is a detail.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise

from panel.checks.case import Case, Prose
from panel.checks.facts import Facts, read_facts, read_names, squash
from panel.checks.phrases import content_words
from panel.checks.table import flag
from panel.checks.text import normalise
from panel.records import Dossier, Flag


class Rival:
    """The other dossier's words and facts, each read at most once."""

    def __init__(self, dossier: Dossier) -> None:
        launch = dossier.launch
        own = (launch.name, launch.release, launch.tagline, *(s.title for s in dossier.sources))
        self._texts = [normalise(text) for text in (*own, *(p.text for s in dossier.sources for p in s.passages))]
        self._running = " ".join(_plain(text) for text in self._texts)
        self._stems = {_stem(word) for word in self._running.split()}

    @cached_property
    def facts(self) -> Facts:
        return read_facts("\n".join(self._texts))

    @cached_property
    def spelling(self) -> str:
        return squash(" ".join(self._texts))

    def has_word(self, word: str) -> bool:
        return _stem(word) in self._stems

    def has_pair(self, pair: str) -> bool:
        return pair in self._running


def check_rival(cases: Iterable[Case], dossier: Dossier) -> Iterator[Flag]:
    """A flag on each quote without one number, name, command or feature that the other dossier lacks."""
    rival = Rival(dossier)
    name = dossier.launch.name
    for case in cases:
        if case.sentences and not any(_has_detail(case, prose, rival) for prose in case.sentences):
            message = f"Nothing in this quote is missing from what is known of {name}: it fits both."
            yield flag("fits_any_rival", case.persona_id, "quote", message)


def _has_detail(case: Case, prose: Prose, rival: Rival) -> bool:
    return _names_a_feature(case, prose, rival) or _states_a_fact(case, prose, rival)


def _names_a_feature(case: Case, prose: Prose, rival: Rival) -> bool:
    """A content word, or two together, that stand in a cited passage and not in the rival's dossier."""
    cited = [case.by_number[n].passage_id for n in prose.grounds if n in case.by_number]
    pages = " ".join(_plain(case.shelf.passages.by_id.get(passage_id, "")) for passage_id in cited)
    stems = {_stem(word) for word in pages.split()}
    words = _plain(prose.bare).split()
    content = set(content_words(words))
    if any(_stem(w) in stems and not rival.has_word(w) for w in content):
        return True
    pairs = (f"{a} {b}" for a, b in pairwise(words) if a in content and b in content)
    return any(pair in pages and not rival.has_pair(pair) for pair in pairs)


def _states_a_fact(case: Case, prose: Prose, rival: Rival) -> bool:
    facts = [f for f in (*prose.facts.found, *read_names(prose.facts)) if not case.shelf.is_own(f)]
    for fact in facts:
        if fact.kind in ("name", "code"):
            if str(fact.key) not in rival.spelling:
                return True
        elif not rival.facts.hold(fact):
            return True
    return False


def _plain(text: str) -> str:
    """Lower-case words, one blank apart; marks but those inside a word are gone."""
    return " ".join(word.strip(".,;:!?()[]\"'`") for word in text.lower().split())


def _stem(word: str) -> str:
    """Without an ending that grammar gave it: "comments" and "comment" are one."""
    for ending in ("ing", "ed", "es", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word
