"""How many calls to one model are in flight, how fast they leave, and what happens when its server limits or fails.

One `RateLimiter` for each provider, model and address. Calls pass two gates: `slot` before their ledger row is written,
so that few rows stand as sent which are not, and `acquire` before each request. What a reply says is learnt in
`release`.

- Concurrency opens quickly and then grows by one a round; a 429 or 529 shrinks it, once for each round in flight.
  A 5xx does not: fewer calls don't mend a broken server.
- Request and token limits are learnt from headers and kept by token buckets.
- `Retry-After` pauses every call, and those that waited leave one after another.
- Failures in a row open a circuit breaker: calls wait for a probe, then fail by name.

Waiting here is no attempt: attempts are counted in `retry.py`. Time is the running loop's: tests pass one of their own.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from panel.errors import ProviderBusy, ProviderError, Stopped
from panel.jurors.provider import ModelSpec, RawReply
from panel.jurors.rate_limits.aimd import AdaptiveLimit
from panel.jurors.rate_limits.circuit_breaker import PATIENCE_S, CircuitBreaker
from panel.jurors.rate_limits.permit import Amounts, LimiterHealth, Permit, SendBurst, WaitingPermit, amount_of, span
from panel.jurors.rate_limits.rate_headers import MINUTE_S, read_limits
from panel.jurors.rate_limits.retry import WAIT_CEILING_S
from panel.jurors.rate_limits.token_bucket import TokenBucket, bucket_of
from panel.records import Usage

log = logging.getLogger(__name__)
INF = float("inf")
LIMITED = frozenset({429, 529})
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0  # after a 429 that names no wait; doubles until something is answered
SPREAD_SHARE, LEAST_SPREAD_S = 0.25, 0.5  # over which waiters leave after a pause
USUAL_OUTPUT_TOKENS = 900.0  # until replies say better
LOOK_S = 0.2  # how often calls that limits keep from a place are looked at
TOGETHER_S = 0.1  # requests this close may overtake one another on their way


class ProviderCap:
    """Calls in flight to one provider at most, whichever of its models they ask."""

    def __init__(self, most: int) -> None:
        self.most, self.in_flight = most, 0
        self.limiters: list[RateLimiter] = []


class RateLimiter:
    """The way to one model. Belongs to one event loop.

    most: calls in flight at most. cap: shared with the provider's other models. patience_s: how long calls wait for a
    server that is down. waits_out: nobody sits before it: waiting for the server is then no attempt of any call, and
    when patience ends the run stops and no call fails. `share`, above 0 and up to 1, may be set at any time: this
    process's part of concurrency and limits.
    """

    def __init__(
        self, name: str, most: int, *, cap: ProviderCap | None = None, patience_s: float = PATIENCE_S,
        waits_out: bool = False, dice: Callable[[], float] = random.random,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self.name, self.most = name, most
        self.cap = cap or ProviderCap(most)
        self.cap.limiters.append(self)
        self.dice, self.now = dice, now
        self.waits_out = waits_out
        self.breaker = CircuitBreaker(patience_s)
        self.room = AdaptiveLimit(most)
        self.in_flight = self.places = self.number = 0
        self.paused_until = self.spread_until = self.next_at = -INF
        self.limited = self.limited_in_a_row = 0
        self.why = ""
        self.buckets: dict[str, TokenBucket] = {}
        self.sent: Amounts = (0.0, 0.0, 0.0)
        self.last: Amounts = (1.0, 0.0, 0.0)  # of the call that left last
        self.burst = SendBurst(-INF, self.sent, self.sent)
        self.usual_output = USUAL_OUTPUT_TOKENS
        self.share = 1.0
        self.queue: deque[WaitingPermit] = deque()
        self.outside: deque[asyncio.Future[None]] = deque()  # wait for a place
        self.timer: asyncio.TimerHandle | None = None
        self.waking_at = INF

    # Places: few calls stand in the ledger as sent that are not.

    def slot(self) -> "Slot":
        """Around everything from a call's ledger row to its stored answer: `async with limiter.slot():`."""
        return Slot(self)

    def has_slot(self) -> bool:
        """One in ten calls may stand before or after their request, so that no server waits for our disk: at 100 in
        flight and 0.5 s answers that is worth a tenth of the whole. While calls must wait, no more than these come in.
        """
        most = self.allowed()
        beside = max(1, most // 10)
        if self.places >= most + most // 10:
            return False
        beyond = self.places - self.in_flight - beside
        return beyond < 0 or beyond < self._may_leave()

    def _may_leave(self) -> float:
        """Calls that limits and pauses would let go now."""
        now = asyncio.get_running_loop().time()
        if self.breaker.down is not None or now < self.paused_until:
            return 0.0
        fit = INF
        for kind, bucket in self.buckets.items():
            fit = min(fit, bucket.fit(amount_of(kind, self.last), now))
        return fit

    def allowed(self) -> int:
        return self.room.allowed(self.share)

    # Entering and leaving.

    async def acquire(self, input_tokens: float = 0.0, *, again: bool = False) -> Permit:
        """Wait until a request may leave. again: it was sent before, and goes ahead of those that were not.

        Raises ProviderError, which is not retried, or Stopped when the server stays down beyond all patience.
        """
        loop = asyncio.get_running_loop()
        amounts = (1.0, input_tokens, self.usual_output)
        if not self.queue and self._hold_s(loop.time(), amounts) <= 0.0:
            return self._admit(loop.time(), amounts)
        waiter = WaitingPermit(loop.create_future(), amounts)
        self.queue.appendleft(waiter) if again else self.queue.append(waiter)
        self._pump()
        try:
            return await waiter.future
        except asyncio.CancelledError:
            if waiter.future.done() and not waiter.future.cancelled() and waiter.future.exception() is None:
                self.release(waiter.future.result(), None)
            elif waiter in self.queue:
                self.queue.remove(waiter)
            self._pump()
            raise

    def release(self, permit: Permit, outcome: RawReply | BaseException | None) -> None:
        """A request is over: learn from what came of it. None: it was given up before it had an end."""
        loop = asyncio.get_running_loop()
        now, in_flight = loop.time(), self.in_flight
        self.in_flight -= 1
        self.cap.in_flight -= 1
        if isinstance(outcome, RawReply):
            self._answered(permit, outcome, now)
        elif isinstance(outcome, ProviderBusy) and outcome.status in LIMITED:
            self._limited(permit, outcome, now, in_flight)
        elif isinstance(outcome, ProviderBusy):
            self.why = str(outcome)
            self.breaker.failed(now, str(outcome), probe=permit.probe)
        elif isinstance(outcome, ProviderError):
            self.breaker.answered()  # a refusal is a word from a living server
        elif permit.probe:
            self.breaker.probe_ended()
        for limiter in self.cap.limiters:
            limiter._pump()

    def used(self, permit: Permit, usage: Usage) -> None:
        """What a call used in truth. Corrects the token limits whose server does not say what is left."""
        into = float(usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens)
        for kind, bucket in self.buckets.items():
            if kind != "requests" and not bucket.told_remaining:
                true = amount_of(kind, (1.0, into, float(usage.output_tokens)))
                bucket.level -= true - amount_of(kind, permit.amounts)
        self.usual_output += 0.1 * (usage.output_tokens - self.usual_output)

    def holding(self) -> str:
        """Why calls must wait now, for whoever watches; "" when they need not, or only for their turn."""
        paused = asyncio.get_running_loop().time() < self.paused_until
        return self.why if paused or self.breaker.down else ""

    def health(self) -> LimiterHealth:
        """For a display. Call it from the limiter's own event loop."""
        now, down = asyncio.get_running_loop().time(), self.breaker.down
        paused_s = max(0.0, self.paused_until - now)
        return LimiterHealth(
            name=self.name, in_flight=self.in_flight, limit=self.allowed(), most=self.most,
            waiting=len(self.queue) + len(self.outside), paused_s=paused_s, down_s=now - down.since if down else 0.0,
            limited=self.limited, per_minute={kind: bucket.rate * MINUTE_S for kind, bucket in self.buckets.items()},
            why=self.why if paused_s or down else "",
        )  # fmt: skip

    # What a reply teaches.

    def _answered(self, permit: Permit, reply: RawReply, now: float) -> None:
        if self.breaker.answered():
            self.room.start()
        self.limited_in_a_row = 0
        self.room.answered(self.in_flight)
        if reply.headers:
            self._learn(permit, reply.headers, now)

    def _limited(self, permit: Permit, err: ProviderBusy, now: float, in_flight: int) -> None:
        """Shrink once for the calls in flight, and let everybody wait."""
        self.limited, self.why = self.limited + 1, str(err)
        self._learn(permit, err.limits, now)
        if "requests" in self.buckets:
            self.buckets["requests"].empty(now)
        if err.retry_after_s is not None and err.retry_after_s > WAIT_CEILING_S:
            why = f"{err} It asks to be left alone for {err.retry_after_s:,.0f} s."
            self.breaker.left_alone(now, now + err.retry_after_s, why)
            return
        if permit.probe:
            self.breaker.answered()
        new_round = self.room.limited(permit.number, self.number, in_flight)
        self.limited_in_a_row += new_round
        wait_s = err.retry_after_s
        if wait_s is None:
            wait_s = self._own_pause_s() if new_round else 0.0
        self._pause(now, wait_s)

    def _own_pause_s(self) -> float:
        """The server names no wait: ours doubles with each round that is limited, and is drawn around that."""
        most = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (self.limited_in_a_row - 1))
        return most * (0.5 + self.dice() / 2)

    def _pause(self, now: float, wait_s: float) -> None:
        if now + wait_s <= self.paused_until:
            return
        self.paused_until = now + wait_s
        self.spread_until = self.paused_until + max(LEAST_SPREAD_S, wait_s * SPREAD_SHARE)
        log.info("%s pauses for %.1f s: %s", self.name, wait_s, self.why)

    def _learn(self, permit: Permit, headers: Iterable[tuple[str, str]], now: float) -> None:
        for kind, told in read_limits(headers, now=self.now()).items():
            bucket = self.buckets.get(kind) or bucket_of(told, now, share=self.share)
            if bucket is not None:
                self.buckets[kind] = bucket
                sent, burst = amount_of(kind, self.sent), permit.burst
                bucket.tell(
                    told, sent_at=permit.sent_at, surely_after=sent - amount_of(kind, burst.after),
                    maybe_after=sent - amount_of(kind, burst.before), now=now, share=self.share,
                )  # fmt: skip

    # The gate.

    def _hold_s(self, now: float, amounts: Amounts) -> float:
        """Seconds until a call of this size may leave; 0: now; inf: when something else ends."""
        if self.in_flight >= self.allowed() or self.cap.in_flight >= self.cap.most:
            return INF
        if self.breaker.down is not None:
            return self.breaker.hold_s(now)  # a probe waits for no pause of before
        wait_s = max(self.paused_until, self.next_at) - now
        for kind, bucket in self.buckets.items():
            wait_s = max(wait_s, bucket.wait_s(amount_of(kind, amounts), now))
        return max(0.0, wait_s)

    def _admit(self, now: float, amounts: Amounts) -> Permit:
        self.number += 1
        self.in_flight += 1
        self.room.left(self.in_flight)
        self.cap.in_flight += 1
        for kind, bucket in self.buckets.items():
            bucket.take(amount_of(kind, amounts), now)
        if now > self.burst.until:
            self.burst = SendBurst(now + TOGETHER_S, self.sent, self.sent)
        self.last = amounts
        one, two, three = self.sent
        self.sent = self.burst.after = (one + amounts[0], two + amounts[1], three + amounts[2])
        if now < self.spread_until and "requests" not in self.buckets:
            self.next_at = now + self.dice() * 2 * (self.spread_until - self.paused_until) / self.allowed()
        return Permit(self.number, now, self.burst, amounts, self.breaker.begin_probe(now))

    def _pump(self) -> None:
        """Let go whoever may go, tell those whom patience has left, and set the clock for the next."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self.queue:
            wait_s = self._hold_s(now, self.queue[0].amounts)
            if wait_s > 0.0:
                wait_s = self._give_up(now, wait_s)
                if self.queue and wait_s < INF:
                    self._wake_at(loop, now + wait_s)
                break
            waiter = self.queue.popleft()
            if not waiter.future.done():
                waiter.future.set_result(self._admit(now, waiter.amounts))
        while self.outside and self.has_slot():
            future = self.outside.popleft()
            if not future.done():
                self.places += 1
                future.set_result(None)
        if self.outside and self.places < self.allowed():  # kept out by limits, which time alone lifts
            self._wake_at(loop, max(self.paused_until, now + LOOK_S))

    def _give_up(self, now: float, wait_s: float) -> float:
        """Fail every waiting call when its server is down beyond patience; else the seconds until the next look."""
        left_s = self.breaker.give_up_in_s(now)
        down = self.breaker.down
        if left_s is None or down is None:
            return wait_s
        if left_s > 0.0:
            return min(wait_s, left_s)
        err = f"{self.name} has been down for {span(now - down.since)}: {down.why}" if now > down.since else down.why
        hint = "Run `panel resume` when it is back."
        for waiter in self.queue:
            if not waiter.future.done():
                over = Stopped(err, hint=hint, of="outage") if self.waits_out else ProviderError(err, hint=hint)
                waiter.future.set_exception(over)
        self.queue.clear()
        return INF

    def _wake_at(self, loop: asyncio.AbstractEventLoop, when: float) -> None:
        if self.timer is not None:
            if self.waking_at <= when:
                return
            self.timer.cancel()
        self.waking_at, self.timer = when, loop.call_at(when, self._woken)

    def _woken(self) -> None:
        self.timer = None
        self._pump()


class Slot(AbstractAsyncContextManager[None]):
    """One call's slot of a limiter."""

    def __init__(self, limiter: RateLimiter) -> None:
        self.limiter = limiter

    async def __aenter__(self) -> None:
        limiter = self.limiter
        if not limiter.outside and limiter.has_slot():
            limiter.places += 1
            return
        future = asyncio.get_running_loop().create_future()
        limiter.outside.append(future)
        limiter._pump()
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._free()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._free()

    def _free(self) -> None:
        self.limiter.places -= 1
        self.limiter._pump()


class RateLimits:
    """The limiters of one process: one for each model at each address, whatever runs and batches ask it."""

    def __init__(self, most: Mapping[str, int], *, patience_s: float = PATIENCE_S, waits_out: bool = False) -> None:
        """most: calls in flight at most, by provider, shared by its models. patience_s, waits_out: see RateLimiter."""
        self._most, self._patience_s, self._waits_out = most, patience_s, waits_out
        self._caps = {provider: ProviderCap(count) for provider, count in most.items()}
        self._limiters: dict[tuple[str, str], RateLimiter] = {}

    def of(self, specs: Iterable[ModelSpec]) -> dict[str, RateLimiter]:
        return {spec.name: self._of(spec) for spec in specs}

    def _of(self, spec: ModelSpec) -> RateLimiter:
        lane = (spec.name, spec.base_url)
        if lane not in self._limiters:
            self._limiters[lane] = RateLimiter(
                spec.name, self._most[spec.provider], cap=self._caps[spec.provider], patience_s=self._patience_s,
                waits_out=self._waits_out,
            )  # fmt: skip
        return self._limiters[lane]
