"""What all launches of a batch share in one process: models, prompts, the ledger, limits."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from panel.batch.events import BatchListener
from panel.dossier import Scenarios, load_scenarios
from panel.jurors import ModelSpec
from panel.pipeline import Asker, RunPlan, how_made, make_plan
from panel.prompting import Templates
from panel.records import Announcement, BatchPlan, BatchRow, Dossier, Made, Review, Stamp
from panel.store import BatchRows, Ledger, RunFolder

NoteReviewed = Callable[[BatchRow, Review, str], str]  # row, its review, run id -> product id
Gather = Callable[[Announcement], Awaitable[Dossier]]  # raises Mistake or Unreachable for what can't be read


@dataclass
class BatchContext:
    """One process's tools for one batch."""

    run_id: str
    made: Stamp
    plan: BatchPlan
    specs: Mapping[str, ModelSpec]  # persona_id -> the model it sits on, with today's keys
    rows: BatchRows
    ledger: Ledger
    asker: Asker
    gather: Gather
    folder: RunFolder
    may_probe: Callable[[str], bool] = lambda slug: True  # takes one of today's places for a launch asked again
    archive: NoteReviewed = lambda row, review, run_id: ""
    listen: BatchListener = lambda event: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _how: Made | None = None

    @cached_property
    def templates(self) -> Templates:
        return Templates(self.plan.prompts)

    @cached_property
    def scenarios(self) -> Scenarios | None:
        return load_scenarios(self.plan.scenarios) if self.plan.scenarios else None

    def plan_launch(self, dossier: Dossier) -> RunPlan:
        """The questions for one launch. Raises Mistake when nobody can be asked about it."""
        plan = make_plan(
            "review", [dossier], self.plan.personas, self.specs, self.plan.prompts, rho=self.plan.rho,
            draw=self.plan.draw, templates=self.templates, scenarios=self.scenarios,
            confidential_to=self.asker.confidential_to,
        )  # fmt: skip
        return replace(plan, probes=()) if plan.probes and not self.may_probe(dossier.launch.slug) else plan

    def how(self, plan: RunPlan) -> Made:
        """How every review of this batch was made: read once, since it costs as much as all checks."""
        self._how = self._how or how_made(plan)
        return self._how

    def stamp(self) -> Stamp:
        return self.made.model_copy(update={"created_at": self.now()})
