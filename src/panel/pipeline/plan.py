"""What a run will ask and may cost: every juror before every dossier, the exact first question of each, and no I/O."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from panel import prompting
from panel.dossier import Scenarios, trim_dossier
from panel.errors import Mistake
from panel.jurors import ModelSpec, Question, refuse_if_confidential
from panel.money import Estimate, PlannedCall, Price, estimate, is_billed, price_sentence
from panel.pipeline.containment import as_found_and_cleared
from panel.records import Again, Dossier, Grade, Juror, Opinion, Persona, Review, Rho, sha256_of

RunKind = Literal["review", "compare"]
QUESTION_TOKENS = 7000  # house rules, persona, schema and the answer itself: what a model's context needs besides


@dataclass(frozen=True)
class Seat:
    """One juror before one dossier, with the question it will be asked."""

    dossier: Dossier
    persona: Persona
    spec: ModelSpec
    question: Question

    @property
    def juror(self) -> Juror:
        return Juror(persona_id=self.persona.persona_id, model=self.spec.name, family=self.spec.family)


@dataclass(frozen=True)
class RunPlan:
    """Everything a run needs to know, fixed before the first call and written to its folder."""

    kind: RunKind
    dossiers: tuple[Dossier, ...]
    personas: tuple[Persona, ...]
    seats: tuple[Seat, ...]
    found: tuple[Dossier, ...]  # as they were found; `dossiers` lack the words that speak to reviewers
    probes: tuple[Seat, ...]  # voting jurors of such launches, before the dossier as it was found
    prompts: Mapping[str, str]  # template name -> text
    rho: Rho
    draw: int = 0
    scenarios: Scenarios | None = None  # uses that plans are priced for; None: costs are left out
    again: Again | None = None  # asked again for a draft
    base: Review | None = None  # the review that answers asked again are laid into

    @property
    def kept(self) -> tuple[Opinion, ...]:
        """Opinions of the base by critics who are not asked again."""
        if self.base is None or self.again is None or not self.again.persona_id:
            return ()
        return tuple(o for o in self.base.opinions if o.juror.persona_id != self.again.persona_id)

    @property
    def specs(self) -> dict[str, ModelSpec]:
        """Every model that is asked, by name."""
        return {seat.spec.name: seat.spec for seat in self.seats}

    @cached_property
    def grade(self) -> Grade:
        """The lowest grade among the jurors. Every review of the plan asks for it."""
        providers = {seat.spec.provider for seat in self.seats}
        providers |= {opinion.juror.model.partition("/")[0] for opinion in self.kept}
        if "scripted" in providers:
            return "specimen"
        return "trial" if "local" in providers else "full"


def make_plan(
    kind: RunKind, dossiers: Sequence[Dossier], personas: Sequence[Persona], specs: Mapping[str, ModelSpec],
    prompts: Mapping[str, str], *, rho: Rho, draw: int = 0, templates: prompting.Templates | None = None,
    scenarios: Scenarios | None = None, confidential_to: Sequence[str] = (),
) -> RunPlan:  # fmt: skip
    """The plan for these dossiers and personas.

    specs: persona_id -> the model it sits on. Dossiers are trimmed, with a receipt, to the smallest context among
    them; the trial model needs none, since it is shown a shortlist. It writes nothing, so personas that only write
    (the reporter) are not asked on it. A launch that speaks to reviewers is asked without those words, and its voting
    jurors with them too (see `containment.py`). templates: of these prompts, when the caller has compiled them.
    confidential_to: addresses and providers that confidential launches may go to.
    Raises Mistake when nobody is left to ask, when a comparison has not exactly two different launches, or when a
    confidential launch would go where nobody allowed it.
    """
    asked = who_can_answer(personas, specs)
    if not any(p.counts for p in asked):
        raise Mistake("No persona on this panel votes.", hint="Name at least one with `counts: yes` in --personas.")
    if kind == "compare" and (len(dossiers) != 2 or dossiers[0].launch.slug == dossiers[1].launch.slug):
        raise Mistake("A comparison needs two different launches.", hint="Give one of them another name or release.")
    for dossier in dossiers:
        for persona in asked:
            refuse_if_confidential(dossier.launch, specs[persona.persona_id], confidential_to)
    dossiers = [trimmed(d, asked, specs) for d in dossiers]
    templates = templates or prompting.Templates(prompts)
    pairs = [as_found_and_cleared(d) for d in dossiers]
    seats = tuple(seat for _, cleared in pairs for seat in seats_of(cleared, asked, specs, templates))
    spans = [found for found, cleared in pairs if found is not cleared]
    probes = tuple(s for found in spans for s in seats_of(found, asked, specs, templates) if s.persona.counts)
    return RunPlan(
        kind=kind, dossiers=tuple(cleared for _, cleared in pairs), personas=tuple(asked), seats=seats,
        found=tuple(found for found, _ in pairs), probes=probes, prompts=dict(prompts), rho=rho, draw=draw,
        scenarios=scenarios,
    )  # fmt: skip


def who_can_answer(personas: Sequence[Persona], specs: Mapping[str, ModelSpec]) -> list[Persona]:
    """All but those who only write and sit on the trial model, which writes nothing."""
    return [p for p in personas if p.counts or specs[p.persona_id].provider != "local"]


def trimmed(dossier: Dossier, personas: Sequence[Persona], specs: Mapping[str, ModelSpec]) -> Dossier:
    """The dossier, cut to the smallest context these critics' models have."""
    contexts = [specs[p.persona_id].context_tokens for p in personas if specs[p.persona_id].context_tokens]
    if not contexts:
        return dossier
    return trim_dossier(dossier, budget_tokens=max(200, min(contexts) - QUESTION_TOKENS))


def seats_of(
    dossier: Dossier, personas: Sequence[Persona], specs: Mapping[str, ModelSpec], templates: prompting.Templates, *,
    dealt: Sequence[Persona] = (), leave: Sequence[str] = (),
) -> list[Seat]:  # fmt: skip
    """A seat for each persona. dealt: among whom opening moves are dealt, when that is a larger panel.

    leave: passages they leave to the other critics. A trial juror, which picks from a list and follows no such line,
    is not shown them.
    """
    moves = prompting.deal_moves(templates, dossier.launch.slug, [p.persona_id for p in dealt or personas])
    shared = prompting.render_shared(templates, dossier)
    seats = []
    for persona in personas:
        spec = specs[persona.persona_id]
        if spec.provider == "local":
            view = _without(dossier, leave)
            text = prompting.render_trial(templates, view, persona)
        else:
            view, move = dossier, moves.get(persona.persona_id, "")
            text = prompting.render_question(templates, dossier, persona, move=move, shared=shared, leave=leave)
        seats.append(Seat(dossier, persona, spec, _question(view, persona, spec, text)))
    return seats


def _without(dossier: Dossier, passage_ids: Sequence[str]) -> Dossier:
    if not passage_ids:
        return dossier
    sources = tuple(
        source.model_copy(update={"passages": tuple(p for p in source.passages if p.passage_id not in passage_ids)})
        for source in dossier.sources
    )
    return dossier.model_copy(update={"sources": sources})


def _question(dossier: Dossier, persona: Persona, spec: ModelSpec, text: prompting.RenderedQuestion) -> Question:
    picks = spec.provider == "local"
    return Question(
        system=text.system, dossier=text.dossier, persona=text.persona, schema_name="picks" if picks else "answer",
        schema=prompting.trial_schema(dossier, persona) if picks else prompting.answer_schema(),
        kind="picks" if picks else "full", cache_key=sha256_of(text.system + text.dossier).removeprefix("sha256:")[:32],
        product=dossier.launch.slug, persona_id=persona.persona_id,
    )  # fmt: skip


@dataclass(frozen=True)
class PlanPrice:
    """The price range of a plan, and whether anybody sends a bill at all."""

    free: bool
    estimate: Estimate

    @property
    def sentence(self) -> str:
        """What the person is told before being asked."""
        e = self.estimate
        calls = f"{e.calls} {'juror' if e.calls == 1 else 'jurors'} to ask"
        return price_sentence(calls, e.low_usd, e.high_usd, e.unpriced, free=self.free)


def price_plan(plan: RunPlan, prices: Mapping[str, Price]) -> PlanPrice:
    """The price of asking every seat once, none of it answered before."""
    free = not any(is_billed(s.spec.name, prices=prices, free=s.spec.free) for s in plan.seats)
    return PlanPrice(
        free, estimate([_planned(seat) for seat in (*plan.seats, *plan.probes, *plan.probes)], prices=prices)
    )


def _planned(seat: Seat) -> PlannedCall:
    q = seat.question
    return PlannedCall(
        model=seat.spec.name, prefix_characters=len(q.system) + len(q.dossier) + len(json.dumps(q.schema)),
        own_characters=len(q.persona), room=seat.spec.max_output_tokens, launch=q.product, free=seat.spec.free,
        base_url=seat.spec.base_url,
    )  # fmt: skip
