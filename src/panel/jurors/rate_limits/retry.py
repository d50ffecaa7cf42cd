"""The only place that asks a busy server again.

The SDKs' own retries are off: theirs would multiply with ours, one of them sleeps whatever a server asks (49 days at
most), the other exactly what it asks, so that all callers come back at the same moment.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import tenacity

from panel.errors import ProviderBusy, Stopped
from panel.jurors.provider import Body, ModelSpec, RawReply

MOST_ATTEMPTS = 6
WAIT_CEILING_S = 120.0  # a server that asks for more is treated as down
FIRST_WAIT_S, LONGEST_BACKOFF_S = 1.0, 30.0  # waits are drawn at random below 1, 2, 4, ... 30 s
JITTER_SHARE, LEAST_JITTER_S = 0.25, 1.0  # on top of a wait that the server asked for

Sleep = Callable[[float], Awaitable[None]]


class Sender(Protocol):
    """What is sent through: a provider, or one wrapped by whoever keeps account of each request."""

    spec: ModelSpec

    async def send(self, body: Body) -> RawReply: ...


async def send_with_retries(
    provider: Sender, body: Body, *, deadline: float | None = None, on_wait: Callable[[str], None] | None = None,
    sleep: Sleep = asyncio.sleep,
) -> tuple[RawReply, int]:  # fmt: skip
    """Send until there is a reply; returns it with the number of attempts, 1 to 6.

    deadline: loop time at which everything ends, a request in flight included. on_wait: told why and how long before
    each wait. A `Retry-After` is a floor with jitter on top, up to 120 s.
    Raises ProviderBusy when the server stays busy or asks for a longer wait, ProviderRefused at once, Stopped at the
    deadline.
    """
    retrying = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(_worth_another),
        wait=_wait_s,
        stop=tenacity.stop_after_attempt(MOST_ATTEMPTS),
        before_sleep=partial(_before_wait, deadline=deadline, tell=on_wait),
        sleep=sleep,
        reraise=True,
    )
    maybe_paid = False

    async def attempt() -> RawReply:
        nonlocal maybe_paid
        try:
            return await _send_by(provider, body, deadline)
        except ProviderBusy as err:
            maybe_paid = maybe_paid or err.maybe_paid
            raise

    try:
        reply: RawReply = await retrying(attempt)
    except ProviderBusy as err:
        raise _gave_up(err, int(retrying.statistics["attempt_number"]), maybe_paid) from err
    return reply, int(retrying.statistics["attempt_number"])


async def _send_by(provider: Sender, body: Body, deadline: float | None) -> RawReply:
    if deadline is None:
        return await provider.send(body)
    try:
        async with asyncio.timeout_at(deadline):
            return await provider.send(body)
    except TimeoutError:
        raise _at_deadline(provider.spec.name) from None


def _worth_another(err: BaseException) -> bool:
    return isinstance(err, ProviderBusy) and (err.retry_after_s or 0.0) <= WAIT_CEILING_S


_backoff = tenacity.wait_random_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_BACKOFF_S)


def _wait_s(state: tenacity.RetryCallState) -> float:
    """Seconds before the next attempt: what the server asked and a bit, else a random share of a doubling range."""
    err = _error_of(state)
    if not err.retry_after_s:
        return _backoff(state)
    return err.retry_after_s + tenacity.wait_random(0.0, max(LEAST_JITTER_S, err.retry_after_s * JITTER_SHARE))(state)


def _before_wait(state: tenacity.RetryCallState, *, deadline: float | None, tell: Callable[[str], None] | None) -> None:
    wait_s = state.upcoming_sleep
    if deadline is not None and asyncio.get_running_loop().time() + wait_s >= deadline:
        raise _at_deadline(f"{_error_of(state)} The next try") from _error_of(state)
    if tell is not None:
        tell(f"{_error_of(state)} Trying again in {wait_s:.0f} s.")


def _error_of(state: tenacity.RetryCallState) -> ProviderBusy:
    err = state.outcome.exception() if state.outcome else None
    assert isinstance(err, ProviderBusy)  # nothing else is retried
    return err


def _at_deadline(what: str) -> Stopped:
    return Stopped(
        f"{what} would come after the run's deadline.",
        hint="Run `panel resume` to ask for what is missing; what was answered is kept.",
    )


def _gave_up(err: ProviderBusy, attempts: int, maybe_paid: bool) -> ProviderBusy:
    wait_s = err.retry_after_s or 0.0
    if wait_s > WAIT_CEILING_S:
        why = f"It asks to be left alone for {wait_s:,.0f} s, and we wait {WAIT_CEILING_S:.0f} s at most."
    else:
        why = f"Asked {attempts} times."
    return ProviderBusy(f"{err} {why}", retry_after_s=err.retry_after_s, maybe_paid=maybe_paid, hint=err.hint)
