"""Verdicts counted, and the strongest voice against what most said. The rule of the verdict is in docs/rules.md."""

from collections import Counter
from collections.abc import Iterable, Sequence

from panel import records
from panel.records import Answered, Flag, Opinion, Persona, Rho, Stand, Tally
from panel.tally.effective_votes import effective_jurors, ship_interval

LEAST_VOTES = 3
LEAST_LEAD = 2


def tally(
    opinions: Sequence[Opinion], personas: Sequence[Persona], flags: Sequence[Flag], rho: Rho, *,
    struck: frozenset[str] = frozenset(),
) -> Tally:  # fmt: skip
    """Count the opinions of the personas that count, in any order.

    A persona is counted once, whatever was handed in for it (its lowest draw); one without an opinion is counted as
    failed, so that losing a voice never makes the panel surer. struck: persona ids an editor struck, with a reason.
    """
    panel = sorted((p for p in personas if p.counts), key=lambda p: (p.order, p.persona_id))
    chosen = one_each(opinions)
    stands = {p.persona_id: stand_of(chosen.get(p.persona_id), flags, struck=struck) for p in panel}
    count = Counter(stands.values())
    voters = {i: o for i, o in chosen.items() if isinstance(o, Answered) and stands.get(i) in ("ship", "skip")}
    return Tally(
        asked=len(panel), ship=count["ship"], skip=count["skip"], abstain=count["abstain"],
        ungrounded=count["ungrounded"], declined=count["declined"], unusable=count["unusable"], failed=count["failed"],
        struck=count["struck"], interval=_interval(count["ship"], [o.juror.family for o in voters.values()], rho),
        rho=rho, verdict=panel_verdict(count),
        ungrounded_personas=tuple(i for i, stand in stands.items() if stand == "ungrounded"),
        dissent=find_dissent([voters[p.persona_id] for p in panel if p.persona_id in voters]),
    )  # fmt: skip


def one_each(opinions: Iterable[Opinion]) -> dict[str, Opinion]:
    """One opinion a persona: the lowest draw, ties broken by content, so that order and padding change nothing."""
    ordered = sorted(opinions, key=lambda o: (o.draw, records.canonical_json(o.model_dump(mode="json"))), reverse=True)
    return {o.juror.persona_id: o for o in ordered}


def stand_of(opinion: Opinion | None, flags: Sequence[Flag], *, struck: frozenset[str] = frozenset()) -> Stand:
    """Where a counting persona ends up. No opinion at all is a failure to get one."""
    if opinion is None:
        return "failed"
    if opinion.juror.persona_id in struck:
        return "struck"
    if not isinstance(opinion, Answered):
        return opinion.outcome
    return opinion.verdict if records.is_grounded(opinion, flags) else "ungrounded"


def panel_verdict(count: Counter[Stand]) -> records.PanelVerdict:
    """What the panel says: a lead of two that every missing voice together could not undo, from three votes on."""
    missing = sum(count[stand] for stand in ("ungrounded", "declined", "unusable", "failed", "struck"))
    lead = count["ship"] - count["skip"]
    if count["ship"] + count["skip"] < LEAST_VOTES:
        return "not_enough"
    if lead - missing >= LEAST_LEAD:
        return "ship"
    if -lead - missing >= LEAST_LEAD:
        return "skip"
    return "split"


def _interval(ship: int, families: list[str], rho: Rho) -> records.Interval | None:
    if not families:
        return None
    return ship_interval(ship, len(families), effective=effective_jurors(families, rho))


def find_dissent(votes: Sequence[Answered]) -> records.Dissent | None:
    """The strongest vote on the smaller side; when everybody votes alike, the strongest counter-argument they gave.

    votes: opinions that count as ship or skip, in page order, which breaks ties. Strongest vote: the most confident.
    Strongest counter: that of the least confident, whom it moved most. None: nobody wrote anything against, or there
    is no larger side to be against.
    """
    ship = sum(o.verdict == "ship" for o in votes)
    skip = len(votes) - ship
    if ship == skip:
        return None
    written = [(o, o.words) for o in votes if isinstance(o.words, records.Written)]
    smaller = [(o, words) for o, words in written if o.verdict == ("ship" if ship < skip else "skip")]
    if smaller:
        loudest, words = max(smaller, key=lambda said: said[0].confidence)
        return records.Dissent(persona_id=loudest.juror.persona_id, kind="vote", text=words.line)
    countered = [(o, words) for o, words in written if words.counter.strip()]
    if min(ship, skip) or not countered:
        return None
    doubter, words = min(countered, key=lambda said: said[0].confidence)
    return records.Dissent(persona_id=doubter.juror.persona_id, kind="counter", text=words.counter.strip())
