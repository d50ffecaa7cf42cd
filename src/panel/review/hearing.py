"""Hear a whole panel: every seat's opinion, and, where a page speaks to reviewers, what those words would move.

One `Asker` may serve many launches at once: what they share (providers, limits, health) it holds; what is one
launch's own (its budget, its failures) is replaced for each.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from panel.errors import Deferred, ProviderError, ReplyUnusable
from panel.records import Answered, Call, Containment, Made, Opinion, Review, Stamp
from panel.review.again import laid_in
from panel.review.asking import NOT_ASKED, Asker
from panel.review.containing import REPEAT_DRAW, contain, not_asked_again
from panel.review.making import how_made, make_review
from panel.review.plan import Plan, Seat

MOST_WHYS = 3  # reasons a run without an answer gives
STAGES = (  # of a launch that speaks to reviewers
    "1 of 3, without its words for reviewers",
    "2 of 3, with its words for reviewers",
    "3 of 3, without its words for reviewers again",
)


@dataclass(frozen=True)
class Panel:
    """What came of asking: one opinion a seat, and by slug what words for reviewers would have moved."""

    opinions: Sequence[tuple[Seat, Opinion]]
    contained: Mapping[str, Containment]
    failures: Sequence[ProviderError] = ()  # of those who failed

    @property
    def calls(self) -> list[Call]:
        """Every call behind the opinions that count."""
        return [call for _, opinion in self.opinions for call in opinion.calls]


async def hear_panel(plan: Plan, asker: Asker) -> Panel:
    """Ask every seat, then those before a suspicious launch again.

    Raises Stopped at a limit; ProviderError, or ReplyUnusable where no server failed, when no critic gave a usable
    answer: there is nothing to write of then. Nothing that was paid for is lost by any.
    """
    asker_now = _at_stage(0, plan, asker)
    opinions = await ask_all(plan.seats, asker_now)
    _refuse_silence([o for s, o in opinions if s.persona.counts] or [o for _, o in opinions], asker_now.failures)
    return Panel(opinions, await _contain(plan, asker, opinions), tuple(asker_now.failures))


def _refuse_silence(opinions: Sequence[Opinion], failures: Sequence[ProviderError]) -> None:
    """Raises what a run ends with when nobody whose verdict counts answered or abstained: a server's failure first."""
    silent = [o for o in opinions if not isinstance(o, Answered)]
    if len(silent) < len(opinions):
        return
    ends = Counter(o.outcome for o in silent)
    counts = ", ".join(f"{count} {end}" for end, count in ends.items())
    whys = dict.fromkeys(o.why for o in silent if o.why)
    told = " ".join([f"The panel gave no usable answer: {counts}.", *list(whys)[:MOST_WHYS]])
    own = [err for err in failures if not (ends["unusable"] and str(err).startswith(NOT_ASKED))]
    if ends["failed"] and own:
        raise type(own[0])(told) from own[0]
    raise ReplyUnusable(told, raw="", hint="Try another --model, or add --retry to ask anew what was unusable.")


async def ask_all(seats: Sequence[Seat], asker: Asker) -> list[tuple[Seat, Opinion]]:
    """Every seat's opinion. Jurors answer blind to one another; one failing stops no other."""
    everything, asker = asker, replace(asker)  # with failures of its own
    done = await asyncio.gather(*(asker.ask(seat) for seat in seats), return_exceptions=True)
    everything.failures.extend(asker.failures)
    raised = [result for result in done if isinstance(result, BaseException)]
    for err in sorted(raised, key=lambda err: isinstance(err, Deferred)):  # a limit goes before a wait
        raise err  # only now that everybody has finished, so that nothing paid for is lost
    if asker.failures and len(asker.failures) == len(seats):  # a wrong key, a server that is down: no page to make
        raise asker.failures[0]
    return [(seat, o) for seat, o in zip(seats, done, strict=True) if not isinstance(o, BaseException)]


async def _contain(plan: Plan, asker: Asker, draft: Sequence[tuple[Seat, Opinion]]) -> dict[str, Containment]:
    """By slug: what the words that speak to reviewers would have moved, for each launch that has some."""
    suspects = {f.launch.slug for f, d in zip(plan.found, plan.dossiers, strict=True) if f is not d}
    probed = _probed(plan)
    contained = {slug: not_asked_again("Asked without the words only: today's cap is used up.") for slug in suspects}
    if not probed:
        return contained
    again = tuple(s for s in plan.seats if s.question.product in probed and s.persona.counts)
    with_words = await ask_all(plan.probes, _at_stage(1, plan, asker))
    twice = await ask_all(again, replace(_at_stage(2, plan, asker), draw=plan.draw + REPEAT_DRAW))
    for slug in probed:
        sets = ([o for s, o in asked if s.question.product == slug] for asked in (draft, with_words, twice))
        contained[slug] = contain(*sets)
    return contained


def _probed(plan: Plan) -> set[str]:
    """Slugs of the launches that are asked three times."""
    return {seat.question.product for seat in plan.probes}


def _at_stage(number: int, plan: Plan, asker: Asker) -> Asker:
    """The asker that tells whoever listens which asking it is of those launches."""
    return replace(asker, stages=dict.fromkeys(_probed(plan), STAGES[number]))


def make_reviews(plan: Plan, panel: Panel, *, made: Stamp, how: Made | None = None) -> tuple[Review, ...]:
    """The review of each dossier of the plan, in order. how: `how_made(plan)`, when the caller has it."""
    if plan.base is not None:
        return (laid_in(plan, [opinion for _, opinion in panel.opinions], made=made),)
    how = how or how_made(plan)
    return tuple(
        make_review(
            plan,
            dossier,
            [opinion for seat, opinion in panel.opinions if seat.dossier is dossier],
            made=made,
            how=how,
            containment=panel.contained.get(dossier.launch.slug),
        )
        for dossier in plan.dossiers
    )
