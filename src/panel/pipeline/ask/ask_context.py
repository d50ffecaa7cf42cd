"""What all turns of a run share: providers, limits, money, health, and who listens; and one turn's own state."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Protocol

from panel.errors import Deferred, PanelError, ProviderError, ProviderRefused, Stopped
from panel.jurors import Body, Exchange, Provider, RateLimiter, refuse_if_confidential
from panel.money import Price, tokens_of, worst_case
from panel.pipeline.ask.prompt_cache import PromptCache, SharedPrefix
from panel.pipeline.ask.within_limits import ShortOfMoney, refusal
from panel.pipeline.events import Listener, TurnWaits
from panel.pipeline.plan import Seat
from panel.records import Call
from panel.store import CallRow, Claimed, HeldBy, InBatch, Ledger, OverBudget, SpendLimits, StoredAnswer

log = logging.getLogger(__name__)  # names, keys and counts; never a body, which may hold what a stranger wrote
POLL_S, SLOWEST_POLL_S = 0.2, 2.0  # how often a call held by another living run is looked at again
NOT_ASKED = "Not asked: "  # how the failure of a juror begins whose model was stopped by what another was told


@dataclass
class ModelHealth:
    """Why a model is asked no more, and how many unparseable answers came in a row."""

    in_a_row: int = 0
    stopped: str = ""  # a sentence; "" while the model is asked


class Defer(Protocol):
    """Whoever collects questions for a provider batch, in place of sending them."""

    def serves(self, row: CallRow) -> bool:
        """Whether this model's questions can go in a batch; others are sent as ever."""

    async def look(self, row: CallRow, body: Body) -> StoredAnswer | None:
        """The answer, when the ledger has it."""

    async def take(self, row: CallRow, body: Body) -> None:
        """Take the question. It may be taken already."""

    async def flush(self, launch: str) -> None:
        """Put what was taken of this launch on the disk. Raises Stopped when it might pass a limit."""

    def can_wait(self) -> bool:
        """Whether money comes back with a batch that is out, so that a launch which finds none left may wait."""


@dataclass
class Spent:
    """What calls have cost, those of known price, since the run or the launch was begun here."""

    usd: Decimal = Decimal(0)


@dataclass
class AskContext:
    """Limits, a deadline, and whom to ask through what. One per run, or one per launch of a batch."""

    run_id: str
    ledger: Ledger
    providers: Mapping[str, Provider]  # by model name
    limiters: Mapping[str, RateLimiter]  # by model name
    prices: Mapping[str, Price]
    limits: SpendLimits = field(default_factory=SpendLimits)  # a call that might pass one is not sent
    draw: int = 0
    owner: str = ""  # the lock under which calls are claimed, when it is not the run's
    confidential_to: Sequence[str] = ()  # addresses and providers that confidential launches may go to
    stop: Callable[[], None] = lambda: None  # raises Stopped once somebody wants the run to end
    deadline: float | None = None  # loop time
    retry_unusable: bool = False  # without effect on what is deferred
    listen: Listener = lambda event: None
    stages: Mapping[str, str] = field(default_factory=dict)  # slug -> which asking of it this is, for whoever listens
    say_problem: Callable[[str], str] = str  # one sentence on what was wrong -> the repair question
    health: dict[str, ModelHealth] = field(default_factory=dict)
    prompt_cache: PromptCache = field(default_factory=PromptCache)
    spent: Spent = field(default_factory=Spent)
    short: ShortOfMoney = field(default_factory=ShortOfMoney)
    defer: Defer | None = None  # set: nothing is sent, questions are taken for a provider batch
    failures: list[ProviderError] = field(default_factory=list, init=False)  # one for each juror that failed, in order

    def refuse_after_deadline(self) -> None:
        """Raises Stopped when the run's time is up or somebody stopped it."""
        self.stop()
        if self.deadline is not None and asyncio.get_running_loop().time() >= self.deadline:
            raise Stopped("The run's deadline has come.", hint="What was answered is kept.", of="time")

    def worst_usd(
        self, provider: Provider, body: Body, folded: tuple[str, Mapping[str, str]], *, batch: bool = False
    ) -> Decimal | None:
        """The most a call may cost; None when its price is unknown. folded: `fold_body(body)`, whose size is known."""
        spec = provider.spec
        return worst_case(
            spec.name, sum(len(text.encode("utf-8", "surrogatepass")) for text in (folded[0], *folded[1].values())),
            room=provider.room(body), prices=self.prices, free=spec.free, batch=batch, base_url=spec.base_url,
        )  # fmt: skip

    async def over_launch_limit(self, launch: str, calls: Sequence[CallRow]) -> PanelError | None:
        """Why these calls can't go together: one launch may cost less. None: they can."""
        limit, scope = self.limits.launch_usd, f"launch:{self.run_id}/{launch}"
        if limit is None:
            return None
        used = await self.ledger.used(scope)
        worst = sum((row.worst_usd or Decimal(0) for row in calls), Decimal(0))  # an unknown price is refused by claims
        return await refusal(self.ledger, OverBudget(scope, limit, used, worst)) if used + worst > limit else None

    def most_in_flight(self) -> int:
        """Calls that may be in flight at once, over every provider asked."""
        return sum({id(limiter.cap): limiter.cap.most for limiter in self.limiters.values()}.values())

    def stop_model(self, name: str, why: str) -> None:
        """Ask this model no more in this run: its calls fail by name."""
        health = self.health.setdefault(name, ModelHealth())
        health.stopped = health.stopped or why


class TurnState:
    """One juror being asked: what its turn and its calls both look at."""

    def __init__(self, context: AskContext, seat: Seat, *, again: bool = False) -> None:
        self.context, self.seat, self.again = context, seat, again
        self.provider, self.limiter = context.providers[seat.spec.name], context.limiters[seat.spec.name]
        self.health = context.health.setdefault(seat.spec.name, ModelHealth())
        self.exchanges: list[Exchange] = []
        self.calls: list[Call] = []
        self.reused = True
        self.prefix: SharedPrefix | None = None  # None: asked without regard to others
        self.leads = False  # the others of this launch and model wait for it
        question = seat.question
        self.input_tokens = tokens_of(len(question.system) + len(question.dossier) + len(question.persona))

    @property
    def stage(self) -> str:
        """Which asking of its launch this is, "" when there is but one."""
        return self.context.stages.get(self.seat.question.product, "")

    def open_prefix(self) -> None:
        """Let the others of this launch and model go, if this one is ahead of them."""
        if self.leads and self.prefix is not None:
            self.prefix.open()

    def refuse_if_stopped(self) -> None:
        """Raises ProviderRefused when this model is asked no more."""
        if self.health.stopped:
            raise ProviderRefused(f"{NOT_ASKED}{self.health.stopped}", stops_model=True)

    def refuse_if_confidential(self) -> None:
        """Raises Mistake when this launch may not be sent to this model: the last door, whatever planned the seat."""
        refuse_if_confidential(self.seat.dossier.launch, self.provider.spec, self.context.confidential_to)

    async def claim(self, row: CallRow) -> Claimed | StoredAnswer:
        """The right to send this call, or its stored answer. Waits while another living run is asking the same, and
        while calls in flight may give back the money it needs. Raises Stopped, Deferred."""
        pause_s = POLL_S
        context = self.context
        ask = partial(context.ledger.claim, row, again=self.again, limits=context.limits)
        while True:
            context.refuse_after_deadline()
            claim: Claimed | StoredAnswer | HeldBy
            claim = await context.short.claim(context.ledger, ask, before=context.refuse_after_deadline)
            if isinstance(claim, InBatch):  # of another run: it comes back within a day, and nobody waits here for it
                raise Deferred(claim.run_id)
            if not isinstance(claim, HeldBy):
                return claim
            if pause_s == POLL_S:
                self.wait(f"run {claim.run_id} is asking the same")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, SLOWEST_POLL_S)

    def in_log(self, told: object) -> object:
        """What may stand in a log: a server's words may quote the question, and those of a confidential launch stay."""
        return "(not logged: confidential)" if self.seat.dossier.launch.confidential else told

    def wait(self, why: str) -> None:
        log.info("%s waits: %s", self.seat.persona.persona_id, self.in_log(why))
        self.context.listen(TurnWaits(self.seat.question.product, self.seat.persona.persona_id, why, self.stage))
