"""Ask every juror once, through the ledger: what was answered is never paid for again.

The order of writes is the promise. A call is `sent` on disk before it leaves and `answered` on disk before anybody
sees the answer, so that after a kill only calls in flight are paid twice (DESIGN decision 6).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from panel.errors import Deferred, ProviderError, ProviderRefused, Stopped
from panel.jurors import Exchange, Provider, RateLimiter, SendStep, UnusableStep, next_step, sound_answer, to_opinion
from panel.jurors.confidential import refuse_if_confidential
from panel.jurors.provider import ParsedReply
from panel.money import Budget, Price, tokens_of
from panel.pipeline.ask.ask_context import Defer, ModelHealth
from panel.pipeline.ask.call import BilledCall
from panel.pipeline.ask.prompt_cache import PromptCache, SharedPrefix
from panel.pipeline.events import Listener, TurnBegan, TurnEnded, TurnWaits
from panel.pipeline.plan import Seat
from panel.records import Call, Failed, Opinion, Unusable, Usage
from panel.store import CallRow, Claimed, HeldBy, InBatch, Ledger, StoredAnswer, fold, folded_key

log = logging.getLogger(__name__)  # names, keys and counts; never a body, which may hold what a stranger wrote
POLL_S, SLOWEST_POLL_S = 0.2, 2.0  # how often a call held by another living run is looked at again
NOT_ASKED = "Not asked: "  # how the failure of a juror begins whose model was stopped by what another was told
UNREADABLE_LIMIT = 2  # unparseable answers in a row from one server before its model is stopped


@dataclass
class Asker:
    """Asks seats within limits, a budget and a deadline. One per run, or one per launch of a batch.

    `dataclasses.replace(asker, budget=..., draw=...)` makes another for the next launch: limiters, health and
    prompt cache are shared between them, `failures` is each one's own.
    """

    run_id: str
    ledger: Ledger
    providers: Mapping[str, Provider]  # by model name
    limiters: Mapping[str, RateLimiter]  # by model name
    budget: Budget
    prices: Mapping[str, Price]
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
    defer: Defer | None = None  # set: nothing is sent, questions are taken for a provider batch
    failures: list[ProviderError] = field(default_factory=list, init=False)  # one for each juror that failed, in order

    def refuse_after_deadline(self) -> None:
        """Raises Stopped when the run's time is up or somebody stopped it."""
        self.stop()
        if self.deadline is not None and asyncio.get_running_loop().time() >= self.deadline:
            raise Stopped("The run's deadline has come.", hint="What was answered is kept.", of="time")

    def most_in_flight(self) -> int:
        """Calls that may be in flight at once, over every provider asked."""
        return sum({id(limiter.ceiling): limiter.ceiling.most for limiter in self.limiters.values()}.values())

    def stop_model(self, name: str, why: str) -> None:
        """Ask this model no more in this run: its calls fail by name."""
        health = self.health.setdefault(name, ModelHealth())
        health.stopped = health.stopped or why

    async def ask(self, seat: Seat) -> Opinion:
        """What came of asking this juror. Never raises for what a server does; raises Stopped at a limit, and Deferred.

        The first juror of a launch on a billed model goes ahead and writes the provider's cache; the others of that
        launch and model follow, so that four critics cost little more than one (DESIGN decision 2).
        """
        turn = Turn(self, seat)
        opinion = await self._in_turn(turn)
        if opinion.outcome == "unusable" and self.retry_unusable and turn.reused and self.defer is None:
            turn = Turn(self, seat, again=True)
            opinion = await turn.take()
        who = f"{turn.in_log(seat.question.product)}, {seat.persona.persona_id} on {seat.spec.name}"
        log.info("%s: %s, %d calls%s", who, opinion.outcome, len(turn.calls), " from the ledger" if turn.reused else "")
        slug = seat.question.product
        self.listen(TurnEnded(slug, opinion, turn.reused, self.budget.spent_usd, self.stages.get(slug, "")))
        return opinion

    async def _in_turn(self, turn: "Turn") -> Opinion:
        prefix = None if self.defer else self.prompt_cache.enter(turn.seat, turn.provider, self.prices)
        if prefix is None:
            return await turn.take()
        turn.prefix = prefix
        try:
            turn.leads = await prefix.wait()
            return await turn.take()
        finally:
            if turn.leads:
                prefix.pass_on() if turn.reused else prefix.open()
            self.prompt_cache.leave(prefix)


class Turn:
    """One juror's conversation: first question, more room, repair, until there is an outcome."""

    def __init__(self, asker: Asker, seat: Seat, *, again: bool = False) -> None:
        self.asker, self.seat, self.again = asker, seat, again
        self.provider, self.limiter = asker.providers[seat.spec.name], asker.limiters[seat.spec.name]
        self.health = asker.health.setdefault(seat.spec.name, ModelHealth())
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
        return self.asker.stages.get(self.seat.question.product, "")

    async def take(self) -> Opinion:
        """Follow the conversation to its end. A sound answer stands when the repair it was asked for brings none."""
        while True:
            step = next_step(self.provider, self.seat.question, self.exchanges, say_problem=self.asker.say_problem)
            if not isinstance(step, SendStep):
                break
            try:
                await self.exchange(step)
            except ProviderError as err:
                heard = sound_answer(self.seat.question, self.exchanges)
                if heard is None:
                    return self._failed(err)
                step = heard
                break
        opinion = to_opinion(
            step,
            persona=self.seat.persona,
            juror=self.seat.juror,
            dossier=self.seat.dossier,
            draw=self.asker.draw,
            calls=tuple(self.calls),
        )
        return self._note_health(opinion, unparseable=isinstance(step, UnusableStep) and step.unparseable)

    async def exchange(self, ask: SendStep) -> None:
        """Get one reply, from the ledger or from the server. Raises ProviderError, Stopped, Deferred."""
        row = self._row(ask)
        if self.asker.defer is not None and self.asker.defer.serves(row):
            known = await self.asker.defer.look(row, ask.body)
            if known is None:
                self.refuse_if_confidential()
                await self.asker.defer.take(row, ask.body)
                raise Deferred(row.run_id)
            return self._heard(ask, row, known)
        async with self.limiter.slot():
            who = (self.seat.question.product, self.seat.persona.persona_id, self.seat.spec.name)
            self.asker.listen(TurnBegan(*who, self.stage))
            claim = await self._claim(row)
            log.debug("%s %s: %s", ask.purpose, row.key, "stored" if isinstance(claim, StoredAnswer) else "to be sent")
            if isinstance(claim, StoredAnswer):
                return self._heard(ask, row, claim)
            reading, attempt, cost = await BilledCall(self, row, claim.attempt).carry_out(ask.body)
        self._remember(ask, row, reading, attempt, cost)
        if self.prefix and not self.leads:
            self.prefix.note(reading.usage or Usage())
        self.open_prefix()
        return None

    def _heard(self, ask: SendStep, row: CallRow, known: StoredAnswer) -> None:
        self._remember(ask, row, self.provider.read(known.raw), known.attempt, known.cost_usd)

    def _remember(self, ask: SendStep, row: CallRow, reading: ParsedReply, attempt: int, cost: Decimal | None) -> None:
        self.exchanges.append(Exchange(body=ask.body, purpose=ask.purpose, reading=reading))
        self.calls.append(
            Call(
                key=row.key,
                attempt=attempt,
                purpose=ask.purpose,
                model_returned=reading.model,
                usage=reading.usage or Usage(),
                cost_usd=cost,
            )
        )

    def open_prefix(self) -> None:
        """Let the others of this launch and model go, if this one is ahead of them."""
        if self.leads and self.prefix is not None:
            self.prefix.open()

    def _row(self, ask: SendStep) -> CallRow:
        spec = self.seat.spec
        folded = fold(ask.body)
        return CallRow(
            key=folded_key(spec.provider, self.provider.endpoint, spec.model, folded[0], self.asker.draw),
            run_id=self.asker.run_id,
            provider=spec.provider,
            model=spec.name,
            base_url=self.provider.endpoint,
            purpose=ask.purpose,
            draw=self.asker.draw,
            launch=self.seat.question.product,
            persona_id=self.seat.persona.persona_id,
            body=ask.body,
            folded=folded,
            owner=self.asker.owner,
        )

    async def _claim(self, row: CallRow) -> Claimed | StoredAnswer:
        """The right to send this call, or its stored answer. Waits while another living run is asking the same."""
        pause_s = POLL_S
        while True:
            self.asker.refuse_after_deadline()
            claim = await self.asker.ledger.claim(row, again=self.again)
            if isinstance(claim, InBatch):  # of another run: it comes back within a day, and nobody waits here for it
                raise Deferred(claim.run_id)
            if not isinstance(claim, HeldBy):
                return claim
            if pause_s == POLL_S:
                self.wait(f"run {claim.run_id} is asking the same")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, SLOWEST_POLL_S)

    def refuse_if_stopped(self) -> None:
        """Raises ProviderRefused when this model is asked no more."""
        if self.health.stopped:
            raise ProviderRefused(f"{NOT_ASKED}{self.health.stopped}", stops_model=True)

    def refuse_if_confidential(self) -> None:
        """Raises Mistake when this launch may not be sent to this model: the last door, whatever planned the seat."""
        refuse_if_confidential(self.seat.dossier.launch, self.provider.spec, self.asker.confidential_to)

    def in_log(self, told: object) -> object:
        """What may stand in a log: a server's words may quote the question, and those of a confidential launch stay."""
        return "(not logged: confidential)" if self.seat.dossier.launch.confidential else told

    def wait(self, why: str) -> None:
        log.info("%s waits: %s", self.seat.persona.persona_id, self.in_log(why))
        self.asker.listen(TurnWaits(self.seat.question.product, self.seat.persona.persona_id, why, self.stage))

    def _failed(self, err: ProviderError) -> Failed:
        self.asker.failures.append(err)
        log.warning("%s failed: %s", self.seat.persona.persona_id, self.in_log(err))
        if isinstance(err, ProviderRefused) and err.stops_model and not self.health.stopped:
            self.health.stopped = str(err)
        return Failed(juror=self.seat.juror, draw=self.asker.draw, calls=tuple(self.calls), why=str(err))

    def _note_health(self, opinion: Opinion, *, unparseable: bool) -> Opinion:
        """Two unparseable answers in a row from one server stop its model: it most likely ignores the schema."""
        if self.reused or not isinstance(opinion, Unusable):
            self.health.in_a_row = 0 if not self.reused else self.health.in_a_row
            return opinion
        if unparseable:
            self.health.in_a_row += sum(1 for e in self.exchanges if e.purpose in ("ask", "repair"))
        if self.health.in_a_row < UNREADABLE_LIMIT:
            return opinion
        where = self.seat.spec.base_url or self.seat.spec.provider
        self.health.stopped = (
            f"{self.seat.spec.name} at {where} gave {self.health.in_a_row} answers in a row that are not the JSON "
            "asked for; the server most likely ignores the schema."
        )
        return opinion.model_copy(update={"why": f"{opinion.why} {self.health.stopped}"})
