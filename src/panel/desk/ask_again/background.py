"""Asking again while an editor goes on working: one asking a draft, beside the web's threads, its progress readable.

Callable from any thread; nothing here is kept beyond the process. A desk that is stopped meanwhile leaves an ordinary
run that `panel resume` goes on with.
"""

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock, Thread
from typing import Any, Literal, TypeVar

from panel.desk.ask_again.prepare import AskAgain, AskAgainMeans, AskAgainRequest, PreparedRun, prepare_run
from panel.desk.desk import Desk
from panel.errors import Mistake, PanelError, ProviderError, Stopped
from panel.money import refuse_unpriced
from panel.pipeline import (
    Event,
    PlanPrice,
    RunLimits,
    TurnEnded,
    TurnWaits,
    conduct,
    price_plan,
)
from panel.records import Account

T = TypeVar("T")
log = logging.getLogger(__name__)
State = Literal["priced", "asking", "offered", "stopped", "failed"]


@dataclass
class AskAgainJob:
    """One asking: what it may cost, where it stands, and the newest sentence on it."""

    prepared: PreparedRun
    price: PlanPrice
    state: State = "priced"
    sentence: str = ""
    spent_usd: Decimal = Decimal(0)  # priced calls only
    work: "Future[None] | None" = field(default=None, repr=False)

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

    def __init__(self, desk: Desk, means: AskAgainMeans) -> None:
        self._desk, self._means = desk, means
        self._askings: dict[str, AskAgainJob] = {}
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def _start(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin some work on the one event loop of all askings, so that each model has one rate limiter."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=self._loop.run_forever, name="asking again", daemon=True).start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def price(self, who: Account, draft_id: str, request: AskAgainRequest) -> AskAgainJob:
        """Prepare an asking and say what it may cost; nothing is asked. Blocks while pages are read. Raises Mistake."""
        with self._lock:
            self._refuse_twice(draft_id)
        prepared = self._start(prepare_run(self._desk, who, draft_id, request, self._means)).result()
        asking = AskAgainJob(prepared, price_plan(prepared.plan, self._means.env.prices))
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
            refuse_unpriced(asking.price.estimate.unpriced, budget_usd)
            self._desk.act(who, draft_id, AskAgain(asking.prepared))
            asking.state, asking.sentence = "asking", "Asking."
        asking.work = self._start(self._run(asking, RunLimits(budget_usd=budget_usd)))
        return asking

    def of(self, draft_id: str) -> AskAgainJob | None:
        """The newest asking about a draft since this process began; None for none."""
        with self._lock:
            return self._askings.get(draft_id)

    def _refuse_twice(self, draft_id: str) -> None:
        asking = self._askings.get(draft_id)
        if asking and asking.state == "asking":
            raise Mistake("The panel is being asked about this draft.", hint="Wait until it has answered.")

    async def _run(self, asking: AskAgainJob, limits: RunLimits) -> None:
        prepared = asking.prepared
        try:
            await conduct(
                self._means.env, prepared.plan, limits, made=prepared.made,
                command=("drafts", "ask", prepared.draft_id), listen=asking.listen,
            )  # fmt: skip
            await asyncio.to_thread(self._desk.take_in)
            asking.state, asking.sentence = "offered", "Answered. Take it over, or leave your draft as it is."
        except (Stopped, ProviderError) as err:
            asking.state, asking.sentence = "stopped", f"{err} Go on with: panel resume {asking.run_id}"
        except PanelError as err:
            asking.state, asking.sentence = "failed", f"{err} {err.hint}".strip()
        except Exception as err:
            asking.state, asking.sentence = "failed", f"A fault of this program: {type(err).__name__}."
            log.exception("asking again for %s failed", prepared.draft_id)
