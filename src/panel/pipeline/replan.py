"""Ask one critic, or the whole panel, again about a review that lies on the desk. Pure.

The answers are laid into that review: its dossier stays, with what an editor brought behind it, so that every passage
keeps its number; opinions that were not asked again stay as they are; checks, count and depth are made anew. What comes
of it is a review like any other, which the desk offers and nobody's words are lost to.
"""

from collections.abc import Mapping, Sequence

from panel.checks import find_suspicions, without_spans
from panel.dossier import Scenarios, append_sources
from panel.errors import Mistake
from panel.jurors import ModelSpec, refuse_if_confidential
from panel.pipeline.assemble import how_made, make_review
from panel.pipeline.containment import not_asked_again
from panel.pipeline.plan import RunPlan, seats_of, trimmed, who_can_answer
from panel.prompting import Templates
from panel.records import Again, Containment, Dossier, LaunchSource, Opinion, Persona, Review, Rho, Stamp, Suspicion


def with_run_logs(dossier: Dossier, logs: Sequence[LaunchSource]) -> Dossier:
    """The dossier with these behind its sources, and what in them speaks to reviewers on record."""
    grown = append_sources(dossier, logs)
    new = grown.sources[len(dossier.sources) :]
    spans = find_suspicions(passage for source in new for passage in source.passages)
    return grown.model_copy(update={"suspicions": (*dossier.suspicions, *spans)})


def plan_again(
    base: Review, dossier: Dossier, personas: Sequence[Persona], specs: Mapping[str, ModelSpec],
    prompts: Mapping[str, str], *, again: Again, rho: Rho, draw: int = 0, scenarios: Scenarios | None = None,
    confidential_to: Sequence[str] = (),
) -> RunPlan:  # fmt: skip
    """The plan that asks these personas about a dossier which grew out of the base's.

    specs: persona_id -> the model it sits on. Words for reviewers are not asked about again: what the base found out
    of them stays, and new ones hold the review.
    Raises Mistake when nobody can answer, for a passage there is none of, or for a confidential launch's address.
    """
    asked = who_can_answer(personas, specs)
    if not asked:
        raise Mistake("A trial model writes nothing, so this critic can't be asked.", hint="Name another --model.")
    for persona in asked:
        refuse_if_confidential(dossier.launch, specs[persona.persona_id], confidential_to)
    _refuse_strangers(dossier, again.leave)
    dossier = without_spans(dossier, new_spans(base, dossier))
    shown = trimmed(dossier, asked, specs)
    ids = {p.persona_id for p in asked}
    others = [p for p in base.personas if p.persona_id not in ids] if again.persona_id else []
    panel = sorted((*asked, *others), key=lambda p: (p.order, p.persona_id))
    read = dossier if again.persona_id else shown
    return RunPlan(
        kind="review", dossiers=(read,), personas=tuple(panel),
        seats=tuple(seats_of(shown, asked, specs, Templates(prompts), dealt=panel, leave=again.leave)), found=(read,),
        probes=(), prompts=dict(prompts), rho=rho, draw=draw, scenarios=scenarios, again=again, base=base,
    )  # fmt: skip


def laid_in(plan: RunPlan, opinions: Sequence[Opinion], *, made: Stamp) -> Review:
    """The review that comes of it: what was asked again, and the base's other opinions."""
    assert plan.base is not None
    dossier, how = plan.dossiers[0], how_made(plan)
    if plan.kept:
        how = how.model_copy(update={"sdk": dict(sorted((plan.base.how.sdk | how.sdk).items()))})
    every = (*plan.kept, *opinions)
    return make_review(plan, dossier, every, made=made, how=how, containment=_contained(plan.base, dossier))


def new_spans(base: Review, dossier: Dossier) -> list[Suspicion]:
    """Words for reviewers that the base's dossier did not hold."""
    known = {(s.passage_id, s.excerpt) for s in base.dossier.suspicions}
    return [s for s in dossier.suspicions if (s.passage_id, s.excerpt) not in known]


def _contained(base: Review, dossier: Dossier) -> Containment | None:
    """What the base found out of words for reviewers; held when there are new ones: nobody was asked with them."""
    if new_spans(base, dossier):
        return not_asked_again("What was brought since speaks to reviewers, and was asked about without those words.")
    return base.containment


def _refuse_strangers(dossier: Dossier, passage_ids: Sequence[str]) -> None:
    for passage_id in passage_ids:
        if dossier.passage(passage_id) is None:
            raise Mistake(f"There is no passage {passage_id!r} in this dossier.", hint="Write it as S2.4.")
