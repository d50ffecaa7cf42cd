"""The strongest voice against what most of the panel said."""

from collections.abc import Sequence

from panel.records import Answered, Dissent, Written


def find_dissent(votes: Sequence[Answered]) -> Dissent | None:
    """The strongest vote on the smaller side; when everybody votes alike, the strongest counter-argument they gave.

    votes: opinions that count as ship or skip, in page order, which breaks ties. Strongest vote: the most confident.
    Strongest counter: that of the least confident, whom it moved most. None: nobody wrote anything against, or there
    is no larger side to be against.
    """
    ship = sum(o.verdict == "ship" for o in votes)
    skip = len(votes) - ship
    if ship == skip:
        return None
    written = [(o, o.words) for o in votes if isinstance(o.words, Written)]
    smaller = [(o, words) for o, words in written if o.verdict == ("ship" if ship < skip else "skip")]
    if smaller:
        loudest, words = max(smaller, key=lambda said: said[0].confidence)
        return Dissent(persona_id=loudest.juror.persona_id, kind="vote", text=words.line)
    countered = [(o, words) for o, words in written if words.counter.strip()]
    if min(ship, skip) or not countered:
        return None
    doubter, words = min(countered, key=lambda said: said[0].confidence)
    return Dissent(persona_id=doubter.juror.persona_id, kind="counter", text=words.counter.strip())
