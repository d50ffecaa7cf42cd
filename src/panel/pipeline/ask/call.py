"""One claimed call on its way: let through the limiter, sent, recorded.

Each send that may be billed has its own ledger row. What leaves is the body the ledger holds, but for what is transport
and not question: cache marks where nobody would read what they write.
"""

import asyncio
import logging
from decimal import Decimal

from panel.errors import PanelError, ProviderBusy, ProviderError, StoreError
from panel.jurors import Body, Caching, ParsedReply, Permit, RawReply, send_with_retries, translate_error
from panel.money import is_billed, price
from panel.pipeline.ask.ask_context import TurnState
from panel.records import Usage
from panel.store import CallRow, StoredAnswer

log = logging.getLogger(__name__)
KEEP_TRIES, KEEP_PAUSE_S = 12, 5.0  # how long a paid answer waits for a disk that refuses it


class AnsweredElsewhere(Exception):
    """Another run had the answer when this one came to try again."""

    def __init__(self, known: StoredAnswer) -> None:
        super().__init__("It was answered meanwhile.")
        self.known = known


class BilledCall:
    """One call from its claim to its stored answer."""

    def __init__(self, turn: TurnState, row: CallRow, attempt: int) -> None:
        self.turn, self.row, self.attempt = turn, row, attempt
        self.ledger, self.spec = turn.context.ledger, turn.seat.spec
        self.limiter, self.prefix = turn.limiter, turn.prefix
        self.permit: Permit | None = None
        self.parsed: ParsedReply
        self.in_flight = self.sent = False  # in flight until its row ends: what happens then may be paid for
        self.ended: set[int] = set()  # attempts whose row is closed

    async def carry_out(self, body: Body) -> tuple[ParsedReply, int, Decimal | None]:
        """The reply, the attempt it was, and its cost (None: unknown). Raises ProviderError, Stopped, Mistake."""
        self.turn.reused = False
        try:
            self.turn.refuse_if_stopped()
            deadline, on_wait = self.turn.context.deadline, self.turn.wait
            reply, tries = await send_with_retries(self, body, deadline=deadline, on_wait=on_wait)
            cost = await self._keep(reply, self.parsed, tries)
        except AnsweredElsewhere as err:
            return self.turn.provider.read(err.known.raw), err.known.attempt, err.known.cost_usd
        except BaseException as err:  # whatever ends a call ends its row: nobody may wait for one that is over
            await self._end(err, maybe_paid=self.in_flight)
            raise
        return self.parsed, self.attempt, cost

    async def send(self, body: Body) -> RawReply:
        """One request; `send_with_retries` calls it again. Waiting for the limiter is no attempt, nor is finding a
        server still down where its outage is waited out."""
        while True:
            try:
                return await self._send_once(body)
            except ProviderBusy as err:
                if err.maybe_paid or not (self.limiter.waits_out and self.limiter.breaker.down):
                    raise

    async def _send_once(self, body: Body) -> RawReply:
        await self._claim_again()
        if why := self.limiter.holding():
            self.turn.wait(why)
        self.permit = await self.limiter.acquire(self.turn.input_tokens, again=self.sent)
        outcome: RawReply | BaseException | None = None
        try:
            self._look_once_more()
            self.in_flight = self.sent = True
            outcome = await self._request(body)
            self.parsed = self._read(outcome)
        except BaseException as err:
            outcome = err if self.in_flight else None
            raise
        finally:
            self.limiter.release(self.permit, outcome)
            if isinstance(outcome, ProviderError):
                self.in_flight = False
                if isinstance(outcome, ProviderBusy) and outcome.maybe_paid:
                    await self._end(outcome, maybe_paid=True)
        return outcome

    def _read(self, reply: RawReply) -> ParsedReply:
        """The reply understood. One without an answer or its end is no reply. Raises ProviderBusy."""
        parsed = self.turn.provider.read(reply.text)
        if parsed.ending == "unreadable":
            raise ProviderBusy(f"{self.spec.name} sent a reply that is no answer: {parsed.why}.", maybe_paid=True)
        return parsed

    async def _claim_again(self) -> None:
        """A try after one that may be billed gets a row of its own, if nobody was answered meanwhile."""
        if self.attempt in self.ended:
            claim = await self.turn.claim(self.row)
            if isinstance(claim, StoredAnswer):
                raise AnsweredElsewhere(claim)
            self.attempt = claim.attempt

    def _look_once_more(self) -> None:
        """Raises what ends the call before it leaves, since time has passed."""
        self.turn.refuse_if_confidential()
        self.turn.refuse_if_stopped()
        self.turn.context.refuse_after_deadline()

    async def _request(self, body: Body) -> RawReply:
        """Without cache marks when nobody will read what they write."""
        try:
            return await self._by_prefix(body)
        except PanelError:
            raise
        except Exception as err:  # nobody knows how far it came
            log.exception("%s: an unknown error of its server's client", self.row.key)
            raise translate_error(err, self.spec) from err

    async def _by_prefix(self, body: Body) -> RawReply:
        provider, prefix = self.turn.provider, self.prefix
        if prefix is None or prefix.marked or not isinstance(provider, Caching):
            return await provider.send(body)
        self.turn.open_prefix()
        return await provider.send(provider.unmarked(body))

    async def _end(self, err: BaseException, *, maybe_paid: bool) -> None:
        """Record that nothing came: at no cost when nothing was billed, at an unknown one when it may have been."""
        if self.attempt in self.ended:
            return
        self.ended.add(self.attempt)
        billed = is_billed(self.spec.name, prices=self.turn.context.prices, free=self.spec.free)
        cost = None if maybe_paid and billed else Decimal(0)
        told = str(err) or type(err).__name__
        why = told if self.sent else f"not sent: {told}"
        await self.ledger.failed(self.row.key, self.attempt, why, cost_usd=cost)

    async def _keep(self, reply: RawReply, parsed: ParsedReply, tries: int) -> Decimal | None:
        """Price a paid reply and put it on the disk; while the disk refuses, wait for a minute before giving up."""
        prices, free = self.turn.context.prices, self.spec.free
        cost = price(
            self.spec.name, parsed.usage, prices=prices, free=free, base_url=self.spec.base_url,
            price_class=parsed.price_class,
        )  # fmt: skip
        log.debug("answered %s in %.2f s, %r, cost %s", self.row.key, reply.latency_s, parsed.usage, cost)
        self.turn.context.spent.usd += cost or 0
        if self.permit is not None and parsed.usage is not None:
            self.limiter.used(self.permit, parsed.usage)
        for patience in range(KEEP_TRIES, 0, -1):
            try:
                await self.ledger.answered(
                    self.row.key, self.attempt, raw=reply.text, usage=parsed.usage or Usage(), cost_usd=cost,
                    model_returned=parsed.model, latency_s=reply.latency_s, request_id=reply.request_id,
                    tries=tries,
                )  # fmt: skip
                break
            except StoreError as err:
                if patience == 1:
                    raise
                self.turn.wait(f"a paid answer can't be kept yet. {err} {err.hint}")
                await asyncio.sleep(KEEP_PAUSE_S)
        return cost
