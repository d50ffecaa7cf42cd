"""Text as a person would see it: no controls, nothing invisible, one spelling for one character.

What a page hides in characters (zero width, right-to-left overrides, tags, variation selectors) is removed rather
than escaped: a juror must read what an editor sees. NFKC makes look-alike forms one, so that an excerpt typed with a
plain letter is found.
"""

import unicodedata
from collections.abc import Iterable

from panel.checks import attempts_in, find_suspicions
from panel.records import SCREENED, TO_MODELS, Hidden, Passage, without_unseen


def clean(text: str) -> str:
    """The text in NFKC without what nobody can see; lines end in `\\n`. Cleaning twice changes nothing."""
    seen = without_unseen(text)
    return seen if seen.isascii() else without_unseen(unicodedata.normalize("NFKC", seen))


def one_line(text: str) -> str:
    """Cleaned, on one line, with single spaces."""
    return " ".join(clean(text).split())


class Screen:
    """Lets through short texts that speak to readers; keeps the others for the editor."""

    def __init__(self) -> None:
        self.left_out: list[Hidden] = []

    def __call__(self, text: str, *, source_id: str, where: str, most: int) -> str:
        """The text in one line of at most `most` characters, "" when it is suspicious."""
        text = one_line(text)
        if text and find_suspicions([Passage(passage_id=f"{source_id}.1", text=text)]):
            self.left_out.append(Hidden(source_id=source_id, where=f"{where}, {SCREENED}", text=text))
            return ""
        return text[:most].strip()


def mark_attempts(hidden: Iterable[Hidden]) -> tuple[Hidden, ...]:
    """Hidden texts, those that instruct models marked: of the others no page tells its readers."""
    return tuple(h.model_copy(update={"where": f"{h.where}, {TO_MODELS}"}) if attempts_in(h) else h for h in hidden)
