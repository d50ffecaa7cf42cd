"""Ask every juror once, through the ledger: what was answered is never paid for again.

The order of writes is the promise. A call is `sent` on disk before it leaves and `answered` on disk before anybody
sees the answer, so that after a kill only calls in flight are paid twice (DESIGN decision 6).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from panel.errors import PanelError, ProviderBusy, ProviderError, ProviderRefused, Stopped, StoreError
from panel.jurors import (
    Ask,
    Exchange,
    GaveUp,
    Provider,
    RawReply,
    next_step,
    send_with_retries,
    sound_answer,
    to_opinion,
)
from panel.jurors.base import Body, Reading
from panel.money import Budget, Price, Reservation, price, tokens_of, worst_case
from panel.records import Call, Failed, Opinion, Unusable
from panel.review.events import Asking, Heard, Listener, Waiting
from panel.review.plan import Seat
from panel.store import CallRow, Claimed, HeldBy, Known, Ledger, fold, folded_key

log = logging.getLogger(__name__)  # names, keys and counts; never a body, which may hold what a stranger wrote
POLL_S, SLOWEST_POLL_S = 0.2, 2.0  # how often a call held by another living run is looked at again
KEEP_TRIES, KEEP_PAUSE_S = 12, 5.0  # how long a paid answer waits for a disk that refuses it
WARM_TOKENS = 1024  # shorter prefixes are cached by nobody, so nobody waits for them
UNREADABLE_LIMIT = 2  # unparseable answers in a row from one server before its model is stopped


@dataclass
class Health:
    """Why a model is asked no more, and how many unparseable answers came in a row."""

    in_a_row: int = 0
    stopped: str = ""  # a sentence; "" while the model is asked


class Lane:
    """Calls in flight to one provider, and the few beside them whose ledger row is being written.

    most: requests at the server at once. One in ten more may stand before or after theirs, so that a server with
    many slots never waits for our disk: at 100 in flight and 0.5 s answers that is worth a tenth of the whole.
    """

    def __init__(self, most: int) -> None:
        self.slots = asyncio.Semaphore(most)
        self.places = asyncio.Semaphore(most + most // 10)


@dataclass
class Asker:
    """Asks seats within limits, a budget and a deadline. One per run."""

    run_id: str
    ledger: Ledger
    providers: Mapping[str, Provider]  # by model name
    lanes: Mapping[str, "Lane"]  # by provider
    budget: Budget
    prices: Mapping[str, Price]
    draw: int = 0
    deadline: float | None = None  # loop time
    retry_unusable: bool = False
    listen: Listener = lambda event: None
    say_problem: Callable[[str], str] = str  # one sentence on what was wrong -> the repair question
    health: dict[str, Health] = field(default_factory=dict)
    failures: list[ProviderError] = field(default_factory=list)  # one for each juror that failed, in order
    warm: dict[tuple[str, str], asyncio.Event] = field(default_factory=dict)  # set when a prefix has been written

    def refuse_after_deadline(self) -> None:
        """Raises Stopped when the run's time is up."""
        if self.deadline is not None and asyncio.get_running_loop().time() >= self.deadline:
            raise Stopped("The run's deadline has come.", hint="What was answered is kept.")

    async def ask(self, seat: Seat) -> Opinion:
        """What came of asking this juror. Never raises for what a server does; raises Stopped at a limit.

        The first juror of a launch on a billed model goes ahead and writes the provider's cache; the others of that
        launch and model follow when it is done, so that four critics cost little more than one (DESIGN decision 2).
        """
        turn = Turn(self, seat)
        opinion = await self._in_turn(turn)
        if opinion.outcome == "unusable" and self.retry_unusable and turn.reused:
            turn = Turn(self, seat, again=True)
            opinion = await turn.take()
        who = f"{seat.question.product}, {seat.persona.persona_id} on {seat.spec.name}"
        log.info("%s: %s, %d calls%s", who, opinion.outcome, len(turn.calls), " from the ledger" if turn.reused else "")
        self.listen(Heard(seat.question.product, opinion, turn.reused, self.budget.spent_usd))
        return opinion

    async def _in_turn(self, turn: "Turn") -> Opinion:
        question = turn.seat.question
        if turn.seat.spec.free or tokens_of(len(question.system) + len(question.dossier)) < WARM_TOKENS:
            return await turn.take()
        prefix = (question.cache_key, turn.seat.spec.name)
        if prefix in self.warm:
            await self.warm[prefix].wait()
            return await turn.take()
        self.warm[prefix] = asyncio.Event()
        try:
            return await turn.take()
        finally:
            self.warm[prefix].set()


class Turn:
    """One juror's conversation: first question, more room, repair, until there is an outcome."""

    def __init__(self, asker: Asker, seat: Seat, *, again: bool = False) -> None:
        self.asker, self.seat, self.again = asker, seat, again
        self.provider = asker.providers[seat.spec.name]
        self.health = asker.health.setdefault(seat.spec.name, Health())
        self.exchanges: list[Exchange] = []
        self.calls: list[Call] = []
        self.reused = True

    async def take(self) -> Opinion:
        """Follow the conversation to its end. A sound answer stands when the repair it was asked for brings none."""
        while True:
            step = next_step(self.provider, self.seat.question, self.exchanges, say_problem=self.asker.say_problem)
            if not isinstance(step, Ask):
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
        return self._note_health(opinion, unparseable=isinstance(step, GaveUp) and step.unparseable)

    async def exchange(self, ask: Ask) -> None:
        """Get one reply, from the ledger or from the server. Raises ProviderError, Stopped."""
        row = self._row(ask)
        lane = self.asker.lanes[self.seat.spec.provider]
        async with lane.places:
            self.asker.listen(Asking(self.seat.question.product, self.seat.persona.persona_id, self.seat.spec.name))
            claim = await self._claim(row)
            log.debug("%s %s: %s", ask.purpose, row.key, "stored" if isinstance(claim, Known) else "to be sent")
            if isinstance(claim, Known):
                reading, attempt, cost = self.provider.read(claim.raw), claim.attempt, claim.cost_usd
            else:
                reading, attempt, cost = await Sending(self, row, claim.attempt, lane).carry_out(ask.body)
        self.exchanges.append(Exchange(body=ask.body, purpose=ask.purpose, reading=reading))
        self.calls.append(
            Call(
                key=row.key,
                attempt=attempt,
                purpose=ask.purpose,
                model_returned=reading.model,
                usage=reading.usage,
                cost_usd=cost,
            )
        )

    def _row(self, ask: Ask) -> CallRow:
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
        )

    async def _claim(self, row: CallRow) -> Claimed | Known:
        """The right to send this call, or its stored answer. Waits while another living run is asking the same."""
        pause_s = POLL_S
        while True:
            self.asker.refuse_after_deadline()
            claim = await self.asker.ledger.claim(row, again=self.again)
            if not isinstance(claim, HeldBy):
                return claim
            if pause_s == POLL_S:
                self.wait(f"run {claim.run_id} is asking the same")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, SLOWEST_POLL_S)

    def refuse_if_stopped(self) -> None:
        """Raises ProviderRefused when this model is asked no more."""
        if self.health.stopped:
            raise ProviderRefused(f"Not asked: {self.health.stopped}", stops_model=True)

    def wait(self, why: str) -> None:
        log.info("%s waits: %s", self.seat.persona.persona_id, why)
        self.asker.listen(Waiting(self.seat.question.product, self.seat.persona.persona_id, why))

    def _failed(self, err: ProviderError) -> Failed:
        self.asker.failures.append(err)
        log.warning("%s failed: %s", self.seat.persona.persona_id, err)
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


class Sending:
    """One claimed call on its way: reserved, sent, settled, recorded. Each send that may be billed has its own row."""

    def __init__(self, turn: Turn, row: CallRow, attempt: int, lane: Lane) -> None:
        self.turn, self.row, self.attempt, self.lane = turn, row, attempt, lane
        self.ledger, self.budget, self.spec = turn.asker.ledger, turn.asker.budget, turn.seat.spec
        self.reserved: Reservation | None = None
        self.in_flight = self.sent = False
        self.ended: set[int] = set()  # attempts whose row is closed

    async def carry_out(self, body: Body) -> tuple[Reading, int, Decimal | None]:
        """The reply, the attempt it was, and its cost (None: unknown). Raises ProviderError, Stopped, Mistake."""
        self.turn.reused = False
        try:
            self.turn.refuse_if_stopped()
            self.reserved = self.budget.reserve(self._most(body))
            async with self.lane.slots:
                self.turn.refuse_if_stopped()
                self.turn.asker.refuse_after_deadline()
                reply, _ = await send_with_retries(
                    self, body, deadline=self.turn.asker.deadline, on_wait=self.turn.wait
                )
        except PanelError as err:
            await self._end(err, maybe_paid=self.in_flight)
            raise
        reading = self.turn.provider.read(reply.text)
        cost = price(
            self.spec.name,
            reading.usage,
            prices=self.turn.asker.prices,
            free=self.spec.free,
            base_url=self.spec.base_url,
        )
        log.debug("answered %s in %.2f s, %r, cost %s", self.row.key, reply.latency_s, reading.usage, cost)
        self._settle(cost)
        await self._keep(reply, reading, cost)
        return reading, self.attempt, cost

    async def send(self, body: Body) -> RawReply:
        """One request; `send_with_retries` calls it again. A try after one that may be billed gets a row of its own."""
        if self.reserved is None:
            claim = await self.ledger.claim(self.row, again=True)
            if not isinstance(claim, Claimed):
                raise ProviderRefused("Another run took this question over while we waited.")
            self.attempt = claim.attempt
            self.reserved = self.budget.reserve(self._most(body))
        self.in_flight = self.sent = True
        try:
            reply = await self.turn.provider.send(body)
        except ProviderError as err:
            self.in_flight = False
            if isinstance(err, ProviderBusy) and err.maybe_paid:
                await self._end(err, maybe_paid=True)
            raise
        self.in_flight = False
        return reply

    async def _end(self, err: PanelError, *, maybe_paid: bool) -> None:
        """Record that nothing came: at no cost when nothing was billed, at an unknown one when it may have been."""
        if self.attempt in self.ended:
            return
        self.ended.add(self.attempt)
        cost = None if maybe_paid and not self.spec.free else Decimal(0)
        if self.reserved is not None:
            self._settle(cost)
        why = str(err) if self.sent else f"not sent: {err}"
        await self.ledger.failed(self.row.key, self.attempt, why, cost_usd=cost)

    def _settle(self, cost: Decimal | None) -> None:
        assert self.reserved is not None
        self.budget.settle(self.reserved, cost)
        self.reserved = None

    async def _keep(self, reply: RawReply, reading: Reading, cost: Decimal | None) -> None:
        """Put a paid reply on the disk; while the disk refuses, wait for a minute before giving up."""
        for patience in range(KEEP_TRIES, 0, -1):
            try:
                return await self.ledger.answered(
                    self.row.key,
                    self.attempt,
                    raw=reply.text,
                    usage=reading.usage,
                    cost_usd=cost,
                    model_returned=reading.model,
                    latency_s=reply.latency_s,
                    request_id=reply.request_id,
                )
            except StoreError as err:
                if patience == 1:
                    raise
                self.turn.wait(f"a paid answer can't be kept yet. {err} {err.hint}")
                await asyncio.sleep(KEEP_PAUSE_S)
        return None

    def _most(self, body: Body) -> Decimal | None:
        """What this call may cost; nothing is reckoned where nobody set a limit."""
        if self.budget.limit_usd is None:
            return Decimal(0)
        return worst_case(
            self.spec.name,
            body,
            room=self.turn.provider.room(body),
            prices=self.turn.asker.prices,
            free=self.spec.free,
            base_url=self.spec.base_url,
        )
