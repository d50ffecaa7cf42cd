"""The strongest voice against the panel, which every page shows."""

from collections import Counter
from collections.abc import Sequence

from panel.records import Answered, Dissent, PanelVerdict, Verdict, Written


def find_dissent(verdict: PanelVerdict, votes: Sequence[Answered]) -> Dissent | None:
    """The strongest minority vote; when everybody votes alike, the strongest counter-argument they gave.

    votes: opinions that count as ship or skip, in page order, which breaks ties. Strongest vote: the most confident.
    Strongest counter: that of the least confident, whom it moved most. None: nobody said anything against.
    """
    minority = [o for o in votes if o.verdict == minority_side(verdict, votes)]
    if minority:
        loudest = max(minority, key=lambda o: o.confidence)
        return Dissent(persona_id=loudest.juror.persona_id, kind="vote", text=_line(loudest))
    countered = [o for o in votes if _counter(o)]
    if not countered:
        return None
    doubter = min(countered, key=lambda o: o.confidence)
    return Dissent(persona_id=doubter.juror.persona_id, kind="counter", text=_counter(doubter))


def minority_side(verdict: PanelVerdict, votes: Sequence[Answered]) -> Verdict:
    """The side with fewer votes; of two equal ones the skips, since a reader loses more by a tool that fails them."""
    if verdict in ("ship", "skip"):
        return "skip" if verdict == "ship" else "ship"
    counts = Counter(o.verdict for o in votes)
    return "ship" if counts["ship"] < counts["skip"] else "skip"


def _line(opinion: Answered) -> str:
    return opinion.words.line if isinstance(opinion.words, Written) else ""


def _counter(opinion: Answered) -> str:
    return opinion.words.counter.strip() if isinstance(opinion.words, Written) else ""
