"""Short texts of strangers that reach jurors outside their pages: held against the finder of suspicions, one by one."""

from collections.abc import Iterable

from panel.checks.injection.detect import find_suspicions
from panel.checks.injection.redact import attempts_in
from panel.dossier.cleaning import one_line
from panel.records import Hidden, Passage
from panel.records.dossier import SCREENED, TO_MODELS


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
