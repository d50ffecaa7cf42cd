"""One tool's column: its card, prices, the maker's figures, what critics read, and how its review was made."""

from collections.abc import Sequence
from decimal import Decimal

from panel.pages import wording
from panel.pages.evidence import opinion_view, stand_of
from panel.pages.fact_lines import facts, scenario_line
from panel.pages.model import Against, Conditions, Footnote, JurorLine, PlanLine, ToolSide
from panel.pages.safe_text import clean, split_code
from panel.pages.sources import (
    ALL_HIDDEN,
    ATTEMPTS_ONLY,
    coverage_sentence,
    figure_line,
    hidden_in,
    lacks,
    price_source,
    shown_address,
    source_lines,
)
from panel.pages.words_for_reviewers import contained
from panel.records import Answered, Condition, Flag, Juror, Opinion, Review, Usage, Written


def side(
    review: Review, *, key: str, name: str, flags: Sequence[Flag], conditions: Sequence[Condition],
    is_signed: bool = False,
) -> ToolSide:  # fmt: skip
    """`key` is "a" or "b"; `name` tells this tool from the other; `conditions` are this tool's only.

    is_signed: readers see this page, and of hidden texts only those that instruct models; an editor sees all.
    """
    launch, dossier, tally = review.dossier.launch, review.dossier, review.tally
    reporter = next((p for p in review.personas if not p.counts), None)
    stand = stand_of(review, reporter.persona_id) if reporter else ""
    reported = opinion_view(review, reporter, key=key, tool=name, stand=stand, flags=flags) if reporter else None
    homepage_text, homepage = shown_address(launch.homepage)
    price_text, price_href = price_source(dossier)
    sources = source_lines(dossier, key=key)
    hidden = [h for h in dossier.hidden if h.is_attempt or not is_signed]
    return ToolSide(
        key=key,
        name=name,
        release=clean(launch.release),
        category=clean(launch.category).replace("-", " ").replace("_", " ").capitalize(),
        homepage=homepage,
        homepage_text=homepage_text,
        launched=wording.day(launch.launched_at),
        tagline=clean(launch.tagline),
        stake=wording.STAKES[launch.stake].format(name),
        is_sponsored=launch.stake == "affiliate",
        count=wording.count_sentence(tally, review.grade),
        rest=wording.rest_sentence(tally),
        price_class=dossier.why_no_price or wording.PRICE_CLASSES[launch.pricing.pricing_class],
        entry=clean(launch.pricing.entry),
        plans=tuple(PlanLine(clean(p.name), clean(p.price), clean(p.includes)) for p in launch.pricing.plans),
        price_source=price_text,
        price_href=price_href,
        price_checked=wording.day(launch.pricing.checked),
        reporter=reported,
        reporter_title=clean(reporter.title) if reporter else "",
        conditions=_conditions(review, conditions, key),
        figures=tuple(figure_line(f) for f in review.figures),
        dissent=_dissent(review),
        sources=sources,
        lacks=lacks(dossier.coverage, review.grade),
        coverage=coverage_sentence(dossier, review.grade),
        contained=contained(review, sources),
        hidden=hidden_in(hidden, sources),
        hidden_count=len(hidden),
        hidden_is=ATTEMPTS_ONLY if is_signed else ALL_HIDDEN,
        facts=facts(dossier.facts, sources),
        costs=tuple(map(scenario_line, review.costs)),
        independence="" if review.grade == "trial" else wording.independence(voters(review), tally),
        worth=_worth(review),
        jurors=tuple(_juror_line(review, o) for o in review.opinions),
        hashes=(("Dossier", dossier.dossier_hash), ("Review", review.review_hash)),
        prompts=(*sorted(review.how.prompts.items()), ("answer schema", review.how.schema_hash)),
    )


def voters(review: Review) -> tuple[Juror, ...]:
    """Jurors whose vote is in the count."""
    counting = {p.persona_id for p in review.personas if p.counts} - set(review.tally.ungrounded_personas)
    return tuple(o.juror for o in review.answered() if o.juror.persona_id in counting and o.verdict != "abstain")


def title_of(review: Review, persona_id: str) -> str:
    """A critic's title for readers; its id when it is a stranger to this review."""
    return next((clean(p.title) for p in review.personas if p.persona_id == persona_id), clean(persona_id))


def _conditions(review: Review, conditions: Sequence[Condition], key: str) -> Conditions:
    told = [(c.kind, (title_of(review, c.persona_id), split_code(c.text))) for c in conditions if clean(c.text)]
    choose, skip = (tuple(said for kind, said in told if kind == wanted) for wanted in ("choose_if", "skip_if"))
    picked = _picked(review, key)
    speaks_for, against = (tuple(note for note in picked if note.side == side) for side in ("for", "against"))
    return Conditions(choose=choose, skip=skip, picked_for=speaks_for, picked_against=against)


def _picked(review: Review, key: str) -> tuple[Footnote, ...]:
    """What counting critics picked without writing: each passage once on each side, in page order."""
    heard = [(p, review.opinion(p.persona_id)) for p in review.personas if p.counts]
    pickers = [p for p, o in heard if isinstance(o, Answered) and not isinstance(o.words, Written)]
    opinions = [
        opinion_view(review, p, key=key, tool="", stand=stand_of(review, p.persona_id), flags=()) for p in pickers
    ]
    notes = (note for said in opinions for note in said.notes)
    return tuple({(note.passage_id, note.side): note for note in notes}.values())


def own_conditions(review: Review) -> tuple[Condition, ...]:
    """A review's choose-if and skip-if, in page order, from the critics who count."""
    found = []
    for persona in review.personas:
        opinion = review.opinion(persona.persona_id)
        whose = persona.persona_id
        counted = persona.counts and whose not in review.tally.ungrounded_personas
        if counted and isinstance(opinion, Answered) and isinstance(opinion.words, Written):
            found.append(Condition(tool="a", kind="choose_if", persona_id=whose, text=opinion.words.for_whom))
            found.append(Condition(tool="a", kind="skip_if", persona_id=whose, text=opinion.words.not_for))
    return tuple(found)


def _dissent(review: Review) -> Against | None:
    """The strongest vote on the smaller side, or a counter-argument: words somebody wrote. None at a tie."""
    tally, dissent = review.tally, review.tally.dissent
    if dissent is None or tally.ship == tally.skip or review.grade == "trial" or not clean(dissent.text):
        return None
    stand = stand_of(review, dissent.persona_id)
    label = "the best case against its own vote" if dissent.kind == "counter" else "against the larger side"
    return Against(title_of(review, dissent.persona_id), f"voted {stand}; {label}", split_code(dissent.text))


def _worth(review: Review) -> tuple[tuple[str, str], ...]:
    """What the count is worth: never a percentage, always with where the assumption comes from."""
    tally, rho = review.tally, review.tally.rho
    asked = wording.count_of(tally.asked, "critic")
    counted = (("Counted", wording.panel_sentence(tally, review.grade)), ("Asked", asked))
    if tally.interval is None or review.grade == "trial":
        return counted
    return (
        *counted,
        ("Effective jurors", f"{tally.interval.effective:.1f} of {tally.voting}"),
        ("Assumed correlation", f"{rho.same_family:.2f} on one model family, {rho.across_families:.2f} across"),
        ("Where that comes from", clean(rho.source)),
    )


def _juror_line(review: Review, opinion: Opinion) -> JurorLine:
    used = sum((call.usage for call in opinion.calls), Usage())
    costs = [call.cost_usd for call in opinion.calls]
    returned = dict.fromkeys(clean(call.model_returned) for call in opinion.calls if call.model_returned)
    return JurorLine(
        title=title_of(review, opinion.juror.persona_id),
        model=clean(opinion.juror.model),
        returned=", ".join(returned),
        calls=len(opinion.calls),
        tokens=wording.tokens(used),
        cost=wording.money(None if None in costs else sum((c for c in costs if c is not None), Decimal(0))),
    )
