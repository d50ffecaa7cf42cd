"""Who is asked again, when, and how often. Time passes only in a list."""

import asyncio
from collections.abc import Iterator

import pytest
from tests.support.answers import spec

from panel.errors import ProviderBusy, ProviderError, ProviderRefused, Stopped
from panel.jurors import RawReply, send_with_retries
from panel.jurors.providers.error_mapping import of_status
from panel.jurors.rate_limits.retry import MOST_ATTEMPTS

REPLY = RawReply(text="{}", latency_s=0.1)


class Playing:
    """A provider whose sends raise what the list says, then answer."""

    def __init__(self, *errors: ProviderError, forever: ProviderError | None = None) -> None:
        self.spec, self.errors, self.forever, self.sends, self.slept = spec(), iter(errors), forever, 0, list[float]()

    async def send(self, body: object) -> RawReply:
        self.sends += 1
        error = next(self.errors, self.forever)
        if error:
            raise error
        return REPLY

    async def ask(self, deadline: float | None = None, on_wait: object = str) -> tuple[RawReply, int]:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        return await send_with_retries(self, {}, deadline=deadline, on_wait=on_wait, sleep=sleep)  # type: ignore[arg-type]


def busy(status: int = 429, **headers: str) -> ProviderError:
    return of_status(status, None, {k.replace("_", "-"): v for k, v in headers.items()}, spec())


async def test_no_attempt_comes_before_the_wait_that_was_asked_for() -> None:
    """Statement 19."""
    playing = Playing(busy(retry_after="2"))
    assert await playing.ask() == (REPLY, 2)
    assert playing.sends == 2 and 2.0 <= playing.slept[0] <= 3.0


async def test_a_second_and_longer_wait_is_honoured() -> None:
    """Statement 20."""
    playing = Playing(busy(retry_after="2"), busy(retry_after="107"))
    await playing.ask()
    assert playing.slept[1] >= 107.0


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"retry_after_ms": "1500"}, 1.5),
        ({"retry_after_ms": "1500", "retry_after": "90"}, 1.5),
        ({"retry_after": "Mon, 23 Nov 2026 10:00:07 GMT", "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 7.0),
    ],
)
async def test_waits_are_read_in_milliseconds_and_as_dates(headers: dict[str, str], least: float) -> None:
    """Statement 21."""
    playing = Playing(busy(**headers))
    await playing.ask()
    assert least <= playing.slept[0] <= least * 1.25 + 1.0


@pytest.mark.parametrize("value", ["soon", "", "nan", "inf", "Mon, 99 Foo", "-5"])
async def test_a_wait_that_makes_no_sense_falls_back_to_ours(value: str) -> None:
    """Statement 21."""
    playing = Playing(busy(retry_after=value))
    await playing.ask()
    assert 0.0 <= playing.slept[0] <= 1.0


async def test_a_wait_of_a_day_ends_at_once_and_names_it() -> None:
    """Statement 22: the caller keeps the row open; nobody sleeps for a day."""
    playing = Playing(forever=busy(retry_after="86400"))
    with pytest.raises(ProviderBusy, match="86,400 s"):
        await playing.ask()
    assert (playing.sends, playing.slept) == (1, [])


async def test_a_wait_past_the_deadline_stops_the_run_without_waiting() -> None:
    """Statement 22."""
    playing = Playing(forever=busy(retry_after="60"))
    with pytest.raises(Stopped, match="deadline"):
        await playing.ask(deadline=asyncio.get_running_loop().time() + 30)
    assert (playing.sends, playing.slept) == (1, [])


async def test_a_call_in_flight_ends_at_the_deadline() -> None:
    """Statement 22."""

    class Hanging(Playing):
        async def send(self, body: object) -> RawReply:
            await asyncio.get_running_loop().create_future()
            raise AssertionError

    with pytest.raises(Stopped, match="deadline"):
        await Hanging().ask(deadline=asyncio.get_running_loop().time())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_can_never_work_is_asked_once(status: int) -> None:
    """Statement 23."""
    playing = Playing(forever=of_status(status, {"message": "No."}, {}, spec()))
    with pytest.raises(ProviderRefused):
        await playing.ask()
    assert playing.sends == 1


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
async def test_what_may_work_later_is_asked_again_after_a_drawn_wait(status: int) -> None:
    """Statement 24."""
    waits = []
    for _ in range(20):
        playing = Playing(busy(status))
        await playing.ask()
        waits += playing.slept
    assert len(set(waits)) > 10 and all(0.0 <= w <= 1.0 for w in waits)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, {"code": "insufficient_quota", "message": "You exceeded your current quota."}),
        (429, {"error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}}),
        (429, {"code": "billing_hard_limit_reached"}),
        (400, {"error": {"type": "invalid_request_error", "message": "Your credit balance is too low."}}),
        (402, None),
        (401, None),
        (403, None),
        (404, None),
    ],
)
async def test_a_spend_cap_or_a_bad_key_stops_the_model(status: int, error: object) -> None:
    """Statement 25."""
    playing = Playing(forever=of_status(status, error, {"retry-after": "1"}, spec()))
    with pytest.raises(ProviderRefused) as caught:
        await playing.ask()
    assert caught.value.stops_model and playing.sends == 1


async def test_many_callers_told_the_same_wait_wake_at_different_times() -> None:
    """Statement 26."""
    slept = []
    for _ in range(50):
        playing = Playing(busy(retry_after="20"))
        await playing.ask()
        slept += playing.slept
    assert max(slept) - min(slept) > 2.5 and len({round(s, 2) for s in slept}) > 25


async def test_attempts_are_bounded_counted_and_told() -> None:
    """Statement 27."""
    told: list[str] = []
    playing = Playing(forever=busy(500))
    with pytest.raises(ProviderBusy, match=f"Asked {MOST_ATTEMPTS} times"):
        await playing.ask(on_wait=told.append)
    assert playing.sends == MOST_ATTEMPTS <= 10 and len(told) == MOST_ATTEMPTS - 1 and "Trying again in" in told[0]


async def test_what_may_have_been_paid_is_sent_once_more_and_not_again() -> None:
    playing = Playing(forever=ProviderBusy("Cut off.", maybe_paid=True))
    with pytest.raises(ProviderBusy, match="Asked 2 times"):
        await playing.ask()
    assert playing.sends == 2
    playing = Playing(ProviderBusy("Cut off.", maybe_paid=True), busy(429), busy(429))
    assert (await playing.ask())[1] == 4, "a limit costs nothing, and is waited out"


async def test_what_a_proxy_keeps_in_is_tried_once_more_and_costs_nothing() -> None:
    playing = Playing(forever=ProviderBusy("The proxy is down.", once_more=True))
    with pytest.raises(ProviderBusy) as caught:
        await playing.ask()
    assert playing.sends == 2 and not caught.value.maybe_paid


async def test_a_call_that_may_have_been_paid_stays_so_after_later_tries() -> None:
    """Statement 30."""

    def errors() -> Iterator[ProviderError]:
        yield ProviderBusy("timed out", maybe_paid=True)
        while True:
            yield busy(503)

    stream = errors()
    playing = Playing(*(next(stream) for _ in range(MOST_ATTEMPTS)))
    with pytest.raises(ProviderBusy) as caught:
        await playing.ask()
    assert caught.value.maybe_paid
