"""Ask the panel, or one critic, again for a draft: what is asked, at which price, and how far it is.

An ordinary run through the ledger, with its own folder. What comes of it reaches the desk by `new_drafts` alone, as an
offer: nobody's text is touched before a person takes it over. Only the request is a person's act, `AskAgain`. What
taking an offer over would bring is worked out as `take_over` does, and not written (`read_offer`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from panel.desk.acts.change import Before, Change, DeskAct
from panel.desk.acts.take_over import merged, same_critics
from panel.desk.desk import Desk
from panel.desk.drafts.diff import Difference, differences
from panel.desk.drafts.opened import OpenReview
from panel.desk.drafts.overlay import lay_over, start_text
from panel.desk.drafts.points import earlier_decisions
from panel.desk.permissions import allow
from panel.dossier import Scenarios
from panel.errors import Mistake
from panel.jurors import ModelSpec
from panel.pipeline import RunEnvironment, RunPlan, make_plan, next_draw, plan_again, with_run_logs
from panel.records import Account, Again, Dossier, DraftText, LaunchSource, Persona, Review, Rho, RunLog, Stamp
from panel.store import Detail


@dataclass(frozen=True)
class AskAgainRequest:
    """What an editor wants asked again."""

    persona_id: str = ""  # one critic; "" the whole panel
    leave: tuple[str, ...] = ()  # passages it is to leave to the other critics
    refresh: bool = False  # read the product's pages anew; the whole panel's only


@dataclass(frozen=True)
class AskAgainMeans:
    """What asking needs of a workspace, which builds it; nothing here reads a file or a variable."""

    env: RunEnvironment
    personas: tuple[Persona, ...]
    spec: Callable[[str], ModelSpec]  # by model name; raises Mistake, for a missing key say
    seats: Callable[[Sequence[Persona]], Mapping[str, ModelSpec]]  # today's panel
    prompts: Mapping[str, str]
    rho: Rho
    gather: Callable[[Review], Awaitable[Dossier]]  # the launch's pages as they are now, neighbours among them
    stamp: Callable[[list[str]], Stamp]
    may_probe: Callable[[str], bool]  # takes one of today's places, under a name, for a launch asked about twice more
    scenarios: Scenarios | None = None


@dataclass(frozen=True)
class PreparedRun:
    """A plan to be priced and agreed on; nothing was asked yet."""

    draft_id: str
    request: AskAgainRequest
    plan: RunPlan
    made: Stamp


async def prepare_run(
    desk: Desk, who: Account, draft_id: str, request: AskAgainRequest, means: AskAgainMeans
) -> PreparedRun:
    """The plan that answers a request. Raises Mistake for what can't be asked."""
    allow(who, "ask again")
    opened = desk.open(who, draft_id)
    if not isinstance(opened, OpenReview):
        raise Mistake("A comparison asks nobody: ask about its reviews.", hint="Name a review's draft.")
    if request.leave and not request.persona_id:
        raise Mistake("Only one critic can leave a passage to the others.", hint="Name the critic.")
    base = _base(opened.review, desk.offered(who, draft_id))
    logs = [as_source(log) for log in desk.history(who, draft_id).run_logs]
    made = means.stamp([base.slug])
    if request.refresh:
        plan = await _fresh(base, logs, draft_id, means, made.created_at)
    else:
        plan = _same(base, logs, draft_id, request, means)
    return PreparedRun(draft_id, request, await next_draw(plan, means.env.stores.ledger), made)


def _base(mine: Review, offered: Review | None) -> Review:
    """The review that answers are laid into: what is offered already, when its passages have the same numbers."""
    if offered is None or offered.dossier.sources[: len(mine.dossier.sources)] != mine.dossier.sources:
        return mine
    return offered


def _same(
    base: Review, logs: Sequence[LaunchSource], draft_id: str, request: AskAgainRequest, means: AskAgainMeans
) -> RunPlan:
    """On the dossier there is, with the run logs behind it."""
    asked, specs = _one(base, request.persona_id, means) if request.persona_id else _all(base, means)
    again = Again(draft_id=draft_id, persona_id=request.persona_id, leave=request.leave, base_hash=base.review_hash)
    return plan_again(
        base, with_run_logs(base.dossier, logs), asked, specs, means.prompts, again=again, rho=means.rho,
        scenarios=means.scenarios, confidential_to=means.env.confidential_to,
    )  # fmt: skip


async def _fresh(
    base: Review, logs: Sequence[LaunchSource], draft_id: str, means: AskAgainMeans, made: datetime
) -> RunPlan:
    """On the product's pages as they are now. What people set of the launch stays: its name, release, embargo, word."""
    if not base.dossier.launch.homepage:
        raise Mistake("No address of this product is known, so its pages can't be read.", hint="Leave out --refresh.")
    found = await means.gather(base)
    set_by_us = ("name", "release", "stake", "seen_at", "embargo_until", "confidential")
    kept = {name: getattr(base.dossier.launch, name) for name in set_by_us}
    dossier = found.model_copy(update={"launch": found.launch.model_copy(update=kept)})
    personas, specs = _all(base, means)
    plan = make_plan(
        "review", [with_run_logs(dossier, logs)], personas, specs, means.prompts, rho=means.rho,
        scenarios=means.scenarios, confidential_to=means.env.confidential_to,
    )  # fmt: skip
    probes = plan.probes if plan.probes and means.may_probe(f"{draft_id}/{made:%Y-%m-%d}") else ()
    return replace(plan, probes=probes, again=Again(draft_id=draft_id))


def _one(base: Review, persona_id: str, means: AskAgainMeans) -> tuple[list[Persona], Mapping[str, ModelSpec]]:
    """A critic as its file has it today, on the model it sat on."""
    known = {p.persona_id: p for p in (*base.personas, *means.personas)}
    opinion = base.opinion(persona_id)
    if opinion is None or persona_id not in known:
        there = ", ".join(p.persona_id for p in base.personas)
        raise Mistake(f"No critic {persona_id!r} is on this panel.", hint=f"There are: {there}.")
    return [known[persona_id]], {persona_id: means.spec(opinion.juror.model)}


def _all(base: Review, means: AskAgainMeans) -> tuple[Sequence[Persona], Mapping[str, ModelSpec]]:
    """Today's critics, each on the model it sat on; who is new, on today's panel."""
    sat = {o.juror.persona_id: o.juror.model for o in base.opinions}
    new = [p for p in means.personas if p.persona_id not in sat]
    here = [p for p in means.personas if p.persona_id in sat]
    return means.personas, {**means.seats(new), **{p.persona_id: means.spec(sat[p.persona_id]) for p in here}}


def as_source(log: RunLog) -> LaunchSource:
    """A run log as a dated source of ours."""
    days = {"published": log.on_day, "fetched": log.at.date()}
    return LaunchSource(title=log.title, voice="us", kind="run_log", text=log.text, **days)


@dataclass(frozen=True)
class AskAgain(DeskAct):
    """Have the panel asked again: the log says who did, and what it was told."""

    may: ClassVar[str] = "ask again"
    prepared: PreparedRun

    def decide(self, before: Before, who: Account, now: datetime) -> Change:
        asked, run_id = self.prepared.request, self.prepared.made.run_id
        told: Detail = {"run": run_id, "persona": asked.persona_id, "leave": ", ".join(asked.leave)}
        return Change(what="asked again", detail={**told, "refreshed": asked.refresh})


@dataclass(frozen=True)
class Offer:
    """A newer review beside the draft it is offered for."""

    mine: OpenReview
    newer: Review
    text: DraftText  # as it would be laid in

    @cached_property
    def same(self) -> frozenset[str]:
        """Critics who said the same again: the words people gave them stay."""
        return same_critics(self.mine.review, self.newer)

    @cached_property
    def counted(self) -> Review:
        """The newer review as it would be printed."""
        return lay_over(self.newer, self.text)

    def lost(self, persona_id: str) -> tuple[Difference, ...]:
        """What people changed in a critic's words that would no longer be printed; it stays in the history."""
        if persona_id in self.same:
            return ()
        changed = differences(start_text(self.mine.review), self.mine.text)
        return tuple(d for d in changed if d.field.startswith(f"{persona_id}:"))


def read_offer(desk: Desk, who: Account, draft_id: str) -> Offer | None:
    """What is offered for a draft, None when nothing is. Raises NotFound for no such draft."""
    mine, newer = desk.open(who, draft_id), desk.offered(who, draft_id)
    if newer is None or not isinstance(mine, OpenReview):
        return None
    with desk.store.reading() as conn:
        earlier = earlier_decisions(conn, newer, mine.draft.scope)
    return Offer(mine, newer, merged(mine, newer, start_text(newer, earlier)))
