"""One juror's conversation, each reply from the ledger or from the server."""

import logging
from decimal import Decimal

from panel.errors import Deferred, ProviderError, ProviderRefused
from panel.jurors import Exchange, ParsedReply, SendStep, UnusableStep, next_step, sound_answer, to_opinion
from panel.pipeline.ask.ask_context import TurnState
from panel.pipeline.ask.call import BilledCall
from panel.pipeline.events import TurnBegan
from panel.records import Call, Failed, Opinion, Unusable, Usage
from panel.store import CallRow, StoredAnswer, fold_body, folded_key

log = logging.getLogger(__name__)
UNREADABLE_LIMIT = 2  # unparseable answers in a row from one server before its model is stopped


class Turn(TurnState):
    """First question, more room, repair, until there is an outcome."""

    async def take(self) -> Opinion:
        """Follow the conversation to its end. A sound answer stands when the repair it was asked for brings none."""
        while True:
            step = next_step(self.provider, self.seat.question, self.exchanges, say_problem=self.context.say_problem)
            if not isinstance(step, SendStep):
                break
            try:
                await self.exchange(step)
            except ProviderError as err:
                sound = sound_answer(self.seat.question, self.exchanges)
                if sound is None:
                    return self._failed(err)
                step = sound
                break
        opinion = to_opinion(
            step, persona=self.seat.persona, juror=self.seat.juror, dossier=self.seat.dossier, draw=self.context.draw,
            calls=tuple(self.calls),
        )  # fmt: skip
        return self._note_health(opinion, unparseable=isinstance(step, UnusableStep) and step.unparseable)

    async def exchange(self, ask: SendStep) -> None:
        """Get one reply, from the ledger or from the server. Raises ProviderError, Stopped, Deferred."""
        row = self._row(ask)
        if self.context.defer is not None and self.context.defer.serves(row):
            known = await self.context.defer.look(row, ask.body)
            if known is None:
                self.refuse_if_confidential()
                await self.context.defer.take(row, ask.body)
                raise Deferred(row.run_id)
            return self._heard(ask, row, known)
        async with self.limiter.slot():
            who = (self.seat.question.product, self.seat.persona.persona_id, self.seat.spec.name)
            self.context.listen(TurnBegan(*who, self.stage))
            claim = await self.claim(row)
            log.debug("%s %s: %s", ask.purpose, row.key, "stored" if isinstance(claim, StoredAnswer) else "to be sent")
            if isinstance(claim, StoredAnswer):
                return self._heard(ask, row, claim)
            parsed, attempt, cost = await BilledCall(self, row, claim.attempt).carry_out(ask.body)
        self._remember(ask, row, parsed, attempt, cost)
        if self.prefix and not self.leads:
            self.prefix.note(parsed.usage or Usage())
        self.open_prefix()
        return None

    def _heard(self, ask: SendStep, row: CallRow, known: StoredAnswer) -> None:
        self._remember(ask, row, self.provider.read(known.raw), known.attempt, known.cost_usd)

    def _remember(self, ask: SendStep, row: CallRow, parsed: ParsedReply, attempt: int, cost: Decimal | None) -> None:
        self.exchanges.append(Exchange(body=ask.body, purpose=ask.purpose, parsed=parsed))
        self.calls.append(
            Call(
                key=row.key, attempt=attempt, purpose=ask.purpose, model_returned=parsed.model,
                usage=parsed.usage or Usage(), cost_usd=cost,
            )
        )  # fmt: skip

    def _row(self, ask: SendStep) -> CallRow:
        spec, context = self.seat.spec, self.context
        folded = fold_body(ask.body)
        return CallRow(
            key=folded_key(spec.provider, self.provider.endpoint, spec.model, folded[0], context.draw),
            run_id=context.run_id, provider=spec.provider, model=spec.name, base_url=self.provider.endpoint,
            purpose=ask.purpose, draw=context.draw, launch=self.seat.question.product,
            persona_id=self.seat.persona.persona_id, body=ask.body, folded=folded, owner=context.owner,
            worst_usd=context.worst_usd(self.provider, ask.body, folded),
        )  # fmt: skip

    def _failed(self, err: ProviderError) -> Failed:
        self.context.failures.append(err)
        log.warning("%s failed: %s", self.seat.persona.persona_id, self.in_log(err))
        if isinstance(err, ProviderRefused) and err.stops_model and not self.health.stopped:
            self.health.stopped = str(err)
        return Failed(juror=self.seat.juror, draw=self.context.draw, calls=tuple(self.calls), why=str(err))

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
