"""The only place that asks a busy server again.

The SDKs' own retries are off: theirs would multiply with ours, one of them sleeps whatever a server asks (49 days at
most), the other exactly what it asks, so that all callers come back at the same moment.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from panel.errors import ProviderBusy, Stopped
from panel.jurors.provider import Body, ModelSpec, RawReply

MOST_ATTEMPTS = 6
MOST_ONCE_MORE = 2  # of these, failures that may be paid, or that waiting does not mend
WAIT_CEILING_S = 120.0  # a server that asks for more is treated as down
FIRST_WAIT_S, LONGEST_BACKOFF_S = 1.0, 30.0  # waits are drawn at random below 1, 2, 4, ... 30 s
JITTER_SHARE, LEAST_JITTER_S = 0.25, 1.0  # on top of a wait that the server asked for

dice = random.random
Sleep = Callable[[float], Awaitable[None]]


class Sender(Protocol):
    """What is sent through: a provider, or one wrapped by whoever keeps account of each request."""

    spec: ModelSpec

    async def send(self, body: Body) -> RawReply: ...


async def send_with_retries(
    provider: Sender, body: Body, *, deadline: float | None = None, on_wait: Callable[[str], None] = lambda why: None,
    sleep: Sleep = asyncio.sleep,
) -> tuple[RawReply, int]:  # fmt: skip
    """Send until there is a reply; returns it with the number of attempts, 1 to 6.

    Which failure may be paid stands in `error_mapping`: a question is paid twice at most.
    deadline: loop time at which everything ends, a request in flight included. on_wait: told why and how long before
    each wait. A `Retry-After` is a floor with jitter on top, up to 120 s.
    Raises ProviderBusy when the server stays busy or asks for a longer wait, ProviderRefused at once, Stopped at the
    deadline.
    """
    failures: list[ProviderBusy] = []
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                return await provider.send(body), len(failures) + 1
        except TimeoutError:
            if deadline is None:
                raise
            raise _at_deadline(provider.spec.name) from None
        except ProviderBusy as err:
            failures.append(err)
            if why := _why_no_more(failures):
                maybe_paid = any(failure.maybe_paid for failure in failures)
                raise ProviderBusy(
                    f"{err} {why}", retry_after_s=err.retry_after_s, maybe_paid=maybe_paid, hint=err.hint
                ) from err
            wait_s = _wait_s(err, len(failures))
            if deadline is not None and asyncio.get_running_loop().time() + wait_s >= deadline:
                raise _at_deadline(f"{err} The next try") from err
            on_wait(f"{err} Trying again in {wait_s:.0f} s.")
        await sleep(wait_s)


def _why_no_more(failures: Sequence[ProviderBusy]) -> str:
    """A sentence when these are enough; "" when another try is worth its price."""
    asked_s = failures[-1].retry_after_s or 0.0
    if asked_s > WAIT_CEILING_S:
        return f"It asks to be left alone for {asked_s:,.0f} s, and we wait {WAIT_CEILING_S:.0f} s at most."
    enough = len(failures) >= MOST_ATTEMPTS or sum(err.once_more for err in failures) >= MOST_ONCE_MORE
    return f"Asked {len(failures)} times." if enough else ""


def _wait_s(err: ProviderBusy, attempt: int) -> float:
    """Seconds before the next attempt: what the server asked and a bit, else a random share of a doubling range."""
    if err.retry_after_s:
        return err.retry_after_s + dice() * max(LEAST_JITTER_S, err.retry_after_s * JITTER_SHARE)
    return dice() * min(LONGEST_BACKOFF_S, FIRST_WAIT_S * 2.0 ** (attempt - 1))


def _at_deadline(what: str) -> Stopped:
    return Stopped(
        f"{what} would come after the run's deadline.",
        hint="Run `panel resume` to ask for what is missing; what was answered is kept.",
    )
