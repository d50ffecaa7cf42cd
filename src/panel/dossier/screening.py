"""Short texts of strangers that reach jurors outside their pages: held against the finder of suspicions, one by one."""

from collections.abc import Callable, Iterable

from panel.dossier.cleaning import one_line
from panel.records import Hidden, Passage, Suspicion

FindSuspicions = Callable[[tuple[Passage, ...]], Iterable[Suspicion]]  # of a whole dossier, or of one short text


class Screen:
    """Lets through short texts that speak to readers; keeps the others for the editor."""

    def __init__(self, find_suspicions: FindSuspicions) -> None:
        self._find = find_suspicions
        self.left_out: list[Hidden] = []

    def __call__(self, text: str, *, source_id: str, where: str, most: int) -> str:
        """The text in one line of at most `most` characters, "" when it is suspicious."""
        text = one_line(text)
        if text and any(True for _ in self._find((Passage(passage_id=f"{source_id}.1", text=text),))):
            self.left_out.append(Hidden(source_id=source_id, where=f"{where}, left out as suspicious", text=text))
            return ""
        return text[:most].strip()
