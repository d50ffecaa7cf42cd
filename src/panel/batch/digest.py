"""A batch's rows read once: how many ended how and why, and the first of each list. Its size is not the batch's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from panel.records import BatchRow

LISTED = ("reviewed", "skipped", "failed")  # states that have a list of their own; every other is unfinished
LISTS = (*LISTED, "unfinished")
MOST_LINES = 300  # rows and reasons kept of each list; the whole is in summary.json
AGAIN = "the same launch as another row"
NO_REASON = "no reason given"


@dataclass
class Digest:
    """counts, reasons: by list of the summary. verdicts: as tallies say them."""

    counts: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    held: list[BatchRow] = field(default_factory=list)
    n_held: int = 0
    shown: dict[str, list[BatchRow]] = field(default_factory=dict)  # first rows by list, held ones apart

    def add(self, row: BatchRow) -> None:
        """One more row."""
        name = row.state if row.state in LISTED else "unfinished"
        self.counts[name] += 1
        held = name == "reviewed" and row.held
        self.n_held += held
        if name == "reviewed":
            self.verdicts[row.verdict] += 1
        else:
            reason = AGAIN if row.same_as is not None else row.reason
            self.reasons.setdefault(name, Counter())[reason or NO_REASON] += 1
        kept = self.held if held else self.shown.setdefault(name, [])
        if len(kept) < MOST_LINES:
            kept.append(row)


def digest(rows: Iterable[BatchRow]) -> Digest:
    """Of all rows of a batch, streamed."""
    found = Digest()
    for row in rows:
        found.add(row)
    return found
