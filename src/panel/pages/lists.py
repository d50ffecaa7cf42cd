"""The lists below the scorecard: who is not counted, predictions, passages cited together, the rule, the stamp."""

from collections.abc import Sequence

from panel.pages import wording
from panel.pages.evidence import why_silent
from panel.pages.model import Critic, Forecast, SourceLine, Together, ToolSide, Uncounted
from panel.pages.safe_text import clean, split_code
from panel.pages.side import title_of
from panel.records import CitedTogether, Comparison, Prediction, Review, Stamp, Written

_ANSWERS = ("ship", "skip", "abstain")
_WHY = {
    "ungrounded": "No evidence for its verdict held up, so its vote does not count.",
    "struck": "Struck by an editor.",
}


def uncounted(critics: Sequence[Critic], reviews: Sequence[Review], names: Sequence[str]) -> tuple[Uncounted, ...]:
    """Opinions in no share, and why; an abstention is an answer and is not listed. A silent reporter is named too."""
    found = [
        Uncounted(critic.title, said.tool, said.word, said.why or _WHY.get(said.stand, "Not on this panel."))
        for critic in critics
        for said in critic.on
        if said.stand not in _ANSWERS
    ]
    for review, name in zip(reviews, names, strict=True):
        silent = {p.persona_id for p in review.personas if not p.counts}
        found += [
            Uncounted(title_of(review, o.juror.persona_id), name, wording.STANDS[o.outcome], why_silent(o))
            for o in review.opinions
            if o.juror.persona_id in silent and why_silent(o)
        ]
    return tuple(found)


def forecasts(reviews: Sequence[Review], names: Sequence[str]) -> tuple[Forecast, ...]:
    return tuple(
        _forecast(title_of(review, opinion.juror.persona_id), name, opinion.words.prediction)
        for review, name in zip(reviews, names, strict=True)
        for opinion in review.answered()
        if isinstance(opinion.words, Written) and opinion.words.prediction is not None
    )


def _forecast(critic: str, tool: str, said: Prediction) -> Forecast:
    return Forecast(
        critic=critic, tool=tool, statement=split_code(said.statement), chance=wording.in_hundred(said.probability),
        resolve_by=clean(said.resolve_by), settled_at=clean(said.settled_at),
    )  # fmt: skip


def together(comparison: Comparison, cited: CitedTogether, sides: Sequence[ToolSide]) -> Together:
    """A passage two critics rest on, with who says it speaks for and who against."""
    place = "ab".index(cited.tool)
    review = (comparison.review_a, comparison.review_b)[place]
    passage = review.dossier.passage(cited.passage_id)
    source_id = cited.passage_id.partition(".")[0]
    source: SourceLine | None = next((s for s in sides[place].sources if s.source_id == source_id), None)
    return Together(
        tool=sides[place].name,
        passage_id=clean(cited.passage_id),
        text=clean(passage.text) if passage else "",
        source=source,
        speaks_for=wording.listed([title_of(review, p) for p in cited.for_personas]),
        speaks_against=wording.listed([title_of(review, p) for p in cited.against_personas]),
        is_opposing=cited.opposing,
    )


def rule(comparison: Comparison, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The computed pick, who leans where, and what the rule would do to two equal tools."""
    pick, review = comparison.pick, comparison.review_a
    picked = {"a": names[0], "b": names[1], "depends": "It depends"}[pick.pick]
    leaning = ((f"Only {names[0]}", pick.for_a), (f"Only {names[1]}", pick.for_b), ("Neither way", pick.neither))
    who = [(label, wording.listed([title_of(review, p) for p in ids]) or "nobody") for label, ids in leaning]
    rate = wording.in_hundred(pick.at_ship_rate).removeprefix("about ")
    equal = f"{wording.in_hundred(pick.chance_if_equal)} times, when each critic ships {rate}"
    return ("Pick", picked), ("Because", clean(pick.because)), *who, ("Two equal tools get a pick", equal)


def stamp(made: Stamp) -> tuple[tuple[str, str], ...]:
    """When, by which run and with which code a page's record was made, as far as that is known."""
    commit = f"{made.commit}{' with uncommitted changes' if made.dirty else ''}" if made.commit else ""
    rows = (
        ("Made", f"{wording.day(made.created_at.date())}, {made.created_at:%H:%M} UTC"),
        ("Run", clean(made.run_id)),
        ("Version", f"review-panel {clean(made.version)}"),
        ("Commit", clean(commit)),
    )
    return tuple((label, value) for label, value in rows if value)
