"""Asking again while an editor goes on working: one asking a draft, on a thread of its own, its progress readable.

Callable from any thread; nothing here is kept beyond the process. A desk that is stopped meanwhile leaves an ordinary
run that `panel resume` goes on with.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from threading import Lock, Thread
from typing import Literal

from panel.desk.ask_again.prepare import AskAgainMeans, AskAgainRequest, PreparedRun, note_request, prepare_run
from panel.desk.desk import Desk
from panel.errors import Mistake, PanelError, ProviderError, Stopped
from panel.pipeline import (
    Event,
    PlanPrice,
    RunLimits,
    TurnEnded,
    TurnWaits,
    carry_out,
    price_plan,
    refuse_unpriced,
    start_run,
)
from panel.records import Account, Review
from panel.store import RunFolder, RunLock, RunRecords

State = Literal["priced", "asking", "offered", "stopped", "failed"]


@dataclass(frozen=True)
class Running:
    """What running in the background needs besides."""

    runs_dir: Path
    open_records: Callable[[], RunRecords]
    note: Callable[[Sequence[Review], str], None]  # reviews, run id: bring them to their products
    limits: RunLimits


@dataclass
class AskAgainJob:
    """One asking: what it may cost, where it stands, and the newest sentence on it."""

    prepared: PreparedRun
    price: PlanPrice
    state: State = "priced"
    sentence: str = ""
    spent_usd: Decimal = Decimal(0)  # priced calls only
    thread: Thread | None = field(default=None, repr=False)

    @property
    def run_id(self) -> str:
        return self.prepared.made.run_id

    def listen(self, event: Event) -> None:
        """What the run tells."""
        if isinstance(event, TurnEnded):
            self.spent_usd = event.spent_usd
            self.sentence = f"{event.opinion.juror.persona_id}: {event.opinion.outcome}."
        elif isinstance(event, TurnWaits):
            self.sentence = f"{event.persona_id} waits: {event.why}"


class AskingAgain:
    """The askings of one desk, at most one a draft."""

    def __init__(self, desk: Desk, means: AskAgainMeans, running: Running) -> None:
        self._desk, self._means, self._running = desk, means, running
        self._askings: dict[str, AskAgainJob] = {}
        self._lock = Lock()

    def price(self, who: Account, draft_id: str, request: AskAgainRequest) -> AskAgainJob:
        """Prepare an asking and say what it may cost; nothing is asked. Blocks while pages are read. Raises Mistake."""
        with self._lock:
            self._refuse_twice(draft_id)
        prepared = prepare_run(self._desk, who, draft_id, request, self._means)
        asking = AskAgainJob(prepared, price_plan(prepared.plan, self._running.limits.prices))
        asking.sentence = asking.price.sentence
        with self._lock:
            self._refuse_twice(draft_id)  # somebody else's may have begun while pages were read
            self._askings[draft_id] = asking
        return asking

    def start(self, who: Account, draft_id: str, *, run_id: str, budget_usd: Decimal | None = None) -> AskAgainJob:
        """Let the asking that was priced begin, and come back at once.

        run_id: of the asking whose price this person saw. Raises Mistake when another was priced since, when it runs
        already, or for a budget that can't be kept.
        """
        with self._lock:
            asking = self._askings.get(draft_id)
            if asking is None or asking.state != "priced" or asking.run_id != run_id:
                raise Mistake("Nothing with that price waits to be asked.", hint="Look at the price again.")
            refuse_unpriced(asking.price, budget_usd)
            note_request(self._desk, who, asking.prepared)
            asking.state, asking.sentence = "asking", "Asking."
        limits = replace(self._running.limits, budget_usd=budget_usd)
        asking.thread = Thread(target=self._run, args=(asking, limits), name=f"asking {run_id}", daemon=True)
        asking.thread.start()
        return asking

    def of(self, draft_id: str) -> AskAgainJob | None:
        """The newest asking about a draft since this process began; None for none."""
        with self._lock:
            return self._askings.get(draft_id)

    def _refuse_twice(self, draft_id: str) -> None:
        asking = self._askings.get(draft_id)
        if asking and asking.state == "asking":
            raise Mistake("The panel is being asked about this draft.", hint="Wait until it has answered.")

    def _run(self, asking: AskAgainJob, limits: RunLimits) -> None:
        try:
            self._carry_out(asking, limits)
            asking.state, asking.sentence = "offered", "Answered. Take it over, or leave your draft as it is."
        except (Stopped, ProviderError) as err:
            asking.state, asking.sentence = "stopped", f"{err} Go on with: panel resume {asking.run_id}"
        except PanelError as err:
            asking.state, asking.sentence = "failed", f"{err} {err.hint}".strip()
        except Exception as err:
            asking.state, asking.sentence = "failed", f"A fault of this program: {type(err).__name__}."
            raise  # to the thread's hook: a bug stays a traceback

    def _carry_out(self, asking: AskAgainJob, limits: RunLimits) -> None:
        plan, made, running = asking.prepared.plan, asking.prepared.made, self._running
        lock = RunLock(running.runs_dir, made.run_id)
        lock.acquire()
        try:
            with closing(running.open_records()) as records, closing(self._means.open_ledger()) as ledger:
                command = ("drafts", "ask", asking.prepared.draft_id)
                run = start_run(plan, running.runs_dir, records, made=made, command=command, limits=limits)
                folder = RunFolder.open(running.runs_dir, run.run_id)
                outcome = asyncio.run(carry_out(plan, run, folder, lock, ledger, records, limits, asking.listen))
        finally:
            lock.release()
        running.note(outcome.reviews, made.run_id)
        self._desk.take_in()
