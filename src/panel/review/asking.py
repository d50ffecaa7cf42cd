"""Ask every juror once, through the ledger: what was answered is never paid for again.

The order of writes is the promise. A call is `sent` on disk before it leaves and `answered` on disk before anybody
sees the answer, so that after a kill only calls in flight are paid twice (DESIGN decision 6).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from panel.errors import PanelError, ProviderBusy, ProviderError, ProviderRefused, Stopped
from panel.jurors import Ask, Exchange, GaveUp, Provider, next_step, send_with_retries, to_opinion
from panel.jurors.base import Body, Reading
from panel.money import Budget, Price, price, worst_case
from panel.records import Call, Failed, Opinion, Unusable
from panel.review.events import Asking, Heard, Listener, Waiting
from panel.review.plan import Seat
from panel.store import CallRow, Claimed, HeldBy, Known, Ledger, ledger_key

log = logging.getLogger(__name__)  # names, keys and counts; never a body, which may hold what a stranger wrote
POLL_S = 0.2  # how often a call held by another living run is looked at again
UNREADABLE_LIMIT = 2  # unparseable answers in a row from one server before its model is stopped


@dataclass
class Health:
    """Why a model is asked no more, and how many unparseable answers came in a row."""

    in_a_row: int = 0
    stopped: str = ""  # a sentence; "" while the model is asked


@dataclass
class Asker:
    """Asks seats within limits, a budget and a deadline. One per run."""

    run_id: str
    ledger: Ledger
    providers: Mapping[str, Provider]  # by model name
    slots: Mapping[str, asyncio.Semaphore]  # calls in flight, by provider
    budget: Budget
    prices: Mapping[str, Price]
    draw: int = 0
    deadline: float | None = None  # loop time
    retry_unusable: bool = False
    listen: Listener = lambda event: None
    say_problem: Callable[[str], str] = str  # one sentence on what was wrong -> the repair question
    health: dict[str, Health] = field(default_factory=dict)
    failures: list[ProviderError] = field(default_factory=list)  # one for each juror that failed, in order

    async def ask(self, seat: Seat) -> Opinion:
        """What came of asking this juror. Never raises for what a server does; raises Stopped at a limit."""
        self.listen(Asking(seat.question.product, seat.persona.persona_id, seat.spec.name))
        turn = Turn(self, seat)
        opinion = await turn.take()
        if opinion.outcome == "unusable" and self.retry_unusable and turn.reused:
            turn = Turn(self, seat, again=True)
            opinion = await turn.take()
        who = f"{seat.question.product}, {seat.persona.persona_id} on {seat.spec.name}"
        log.info("%s: %s, %d calls%s", who, opinion.outcome, len(turn.calls), " from the ledger" if turn.reused else "")
        self.listen(Heard(seat.question.product, opinion, turn.reused, self.budget.spent_usd))
        return opinion


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
        """Follow the conversation to its end."""
        while True:
            step = next_step(self.provider, self.seat.question, self.exchanges, say_problem=self.asker.say_problem)
            if not isinstance(step, Ask):
                break
            try:
                await self._exchange(step)
            except Stopped:
                raise
            except ProviderError as err:
                return self._failed(err)
        opinion = to_opinion(
            step,
            persona=self.seat.persona,
            juror=self.seat.juror,
            dossier=self.seat.dossier,
            draw=self.asker.draw,
            calls=tuple(self.calls),
        )
        return self._note_health(opinion, unparseable=isinstance(step, GaveUp) and step.unparseable)

    async def _exchange(self, ask: Ask) -> None:
        """Get one reply, from the ledger or from the server."""
        row = self._row(ask)
        async with self.asker.slots[self.seat.spec.provider]:
            claim = await self._claim(row)
            log.debug("%s %s: %s", ask.purpose, row.key, "stored" if isinstance(claim, Known) else "to be sent")
            if isinstance(claim, Known):
                reading, attempt, cost = self.provider.read(claim.raw), claim.attempt, claim.cost_usd
            else:
                attempt = claim.attempt
                reading, cost = await self._send(row, ask.body, attempt)
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
        return CallRow(
            key=ledger_key(spec.provider, self.provider.endpoint, spec.model, ask.body, self.asker.draw),
            run_id=self.asker.run_id,
            provider=spec.provider,
            model=spec.name,
            base_url=self.provider.endpoint,
            purpose=ask.purpose,
            draw=self.asker.draw,
            launch=self.seat.question.product,
            persona_id=self.seat.persona.persona_id,
            body=ask.body,
        )

    async def _claim(self, row: CallRow) -> Claimed | Known:
        """The right to send this call, or its stored answer. Waits while another living run is asking the same."""
        while True:
            claim = await self.asker.ledger.claim(row, again=self.again)
            if not isinstance(claim, HeldBy):
                return claim
            self._wait(f"run {claim.run_id} is asking the same")
            await asyncio.sleep(POLL_S)

    async def _send(self, row: CallRow, body: Body, attempt: int) -> tuple[Reading, Decimal | None]:
        """Reserve, send, settle and record one call that was claimed."""
        self.reused = False
        ledger, spec = self.asker.ledger, self.seat.spec
        try:
            self._refuse_if_stopped()
            reserved = self.asker.budget.reserve(self._most(body))
        except PanelError as err:
            await ledger.failed(row.key, attempt, f"not sent: {err}", cost_usd=Decimal(0))
            raise
        try:
            reply, _ = await send_with_retries(self.provider, body, deadline=self.asker.deadline, on_wait=self._wait)
        except ProviderError as err:
            cost = None if isinstance(err, ProviderBusy) and err.maybe_paid and not spec.free else Decimal(0)
            self.asker.budget.settle(reserved, cost)
            await ledger.failed(row.key, attempt, str(err), cost_usd=cost)
            raise
        reading = self.provider.read(reply.text)
        cost = price(spec.name, reading.usage, prices=self.asker.prices, free=spec.free, base_url=spec.base_url)
        log.debug("answered %s in %.2f s, %r, cost %s", row.key, reply.latency_s, reading.usage, cost)
        self.asker.budget.settle(reserved, cost)
        await ledger.answered(
            row.key,
            attempt,
            raw=reply.text,
            usage=reading.usage,
            cost_usd=cost,
            model_returned=reading.model,
            latency_s=reply.latency_s,
            request_id=reply.request_id,
        )
        return reading, cost

    def _most(self, body: Body) -> Decimal | None:
        """What this call may cost; nothing is reckoned where nobody set a limit."""
        spec = self.seat.spec
        if self.asker.budget.limit_usd is None:
            return Decimal(0)
        room = self.provider.room(body)
        return worst_case(spec.name, body, room=room, prices=self.asker.prices, free=spec.free, base_url=spec.base_url)

    def _refuse_if_stopped(self) -> None:
        if self.health.stopped:
            raise ProviderRefused(f"Not asked: {self.health.stopped}", stops_model=True)

    def _wait(self, why: str) -> None:
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
