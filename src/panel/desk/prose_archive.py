"""The archive of one database: prints of past prose."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from panel.desk.prose import prose_flags, remember
from panel.records import Answered, Flag, Review, Written
from panel.store.desk_prints import Prints

KEPT = timedelta(minutes=10)  # how long an answer is good
MOST_KEPT = 256
Words = tuple[str, ...]


class DeskArchive:
    """Answers are kept for some minutes: the same draft is opened after each act.

    prints: with an engine of its own. Whoever asks holds one of the desk's connections; were the answer to wait for a
    second of the same ten, ten who ask at once would wait for one another.
    """

    def __init__(self, prints: Prints, clock: Callable[[], datetime]) -> None:
        self._prints, self._clock = prints, clock
        self._guard = threading.Lock()
        self._found: dict[tuple[str, Words], tuple[datetime, tuple[Flag, ...]]] = {}

    def flags(self, printed: Review, scope: str) -> tuple[Flag, ...]:
        """See `archive.Archive`."""
        now, key = self._clock(), (scope, _words(printed))
        with self._guard:
            known = self._found.get(key)
        if known and now - known[0] < KEPT:
            return known[1]
        found = prose_flags(self._prints, printed, scope, now)
        with self._guard:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            self._found[key] = (now, found)
        return found

    def remember(self, printed: Review, scope: str) -> None:
        """See `archive.Archive`."""
        remember(self._prints, printed, scope, self._clock())


def _words(printed: Review) -> Words:
    """All that prose checks read of a review, critic by critic."""
    told = []
    for opinion in printed.answered():
        told.append(opinion.juror.persona_id)
        if isinstance(opinion, Answered) and isinstance(opinion.words, Written):
            told += [opinion.words.line, *(s.text for s in opinion.words.quote)]
    return tuple(told)
