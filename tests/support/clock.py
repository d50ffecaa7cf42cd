"""An event loop whose clock jumps to the next timer, and a model server with limits that lives on it."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.support.answers import spec

from panel.errors import ProviderBusy, ProviderError
from panel.jurors import RateLimiter, RawReply, send_with_retries
from panel.jurors.providers.error_mapping import of_status

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Nobody sleeps: where a loop would wait for its next timer, the clock moves there."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = 0.0
        self._selector: Any
        select = self._selector.select

        def jump(timeout: float | None = None) -> Any:
            if timeout is None:
                raise RuntimeError("everybody waits for something that never comes")
            self.clock += timeout
            return select(0)

        self._selector.select = jump

    def time(self) -> float:
        return self.clock


def in_virtual_time(work: Coroutine[Any, Any, T], *, seed: int = 7) -> T:
    random.seed(seed)
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


class Server:
    """A token bucket that answers after a while, says its limits in headers, and can be down."""

    def __init__(
        self, *, per_s: float = 50.0, room: float = 50.0, latency_s: tuple[float, float] = (0.5, 0.5),
        headers: str = "all", retry_after: str | None = "1", tokens_per_minute: float = 0.0, at_once: int = 10**6,
        travel_s: float = 0.005,
    ) -> None:  # fmt: skip
        self.per_s, self.room, self.level, self.at = per_s, room, room, 0.0
        self.latency_s, self.headers, self.retry_after, self.travel_s = latency_s, headers, retry_after, travel_s
        self.tokens_per_minute = self.tokens = tokens_per_minute
        self.at_once, self.in_flight, self.most_seen = at_once, 0, 0
        self.down_until = -1.0
        self.requests: list[float] = []
        self.refused: list[float] = []
        self.answered: list[float] = []

    async def send(self, tokens: float = 0.0) -> RawReply:
        """One request. Raises ProviderBusy as our own translation would."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self.travel_s * random.random())
        now = loop.time()
        self.requests.append(now)
        if now < self.down_until:
            raise of_status(500, None, {}, spec())
        self.level = min(self.room, self.level + (now - self.at) * self.per_s)
        self.tokens = min(self.tokens_per_minute, self.tokens + (now - self.at) * self.tokens_per_minute / 60)
        self.at = now
        if self.level < 1 or self.in_flight >= self.at_once or (self.tokens_per_minute and self.tokens < tokens):
            self.refused.append(now)
            await asyncio.sleep(self.travel_s)
            raise of_status(429, None, {**self.told(), **self.wait()}, spec())
        self.level, self.tokens = self.level - 1, self.tokens - tokens
        told = tuple(self.told().items())
        self.in_flight += 1
        self.most_seen = max(self.most_seen, self.in_flight)
        await asyncio.sleep(random.uniform(*self.latency_s))
        self.in_flight -= 1
        self.answered.append(loop.time())
        return RawReply(text="{}", latency_s=0.5, headers=told)

    def wait(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"retry-after": self.retry_after}

    def told(self) -> dict[str, str]:
        if self.headers == "none":
            return {}
        told = {"x-ratelimit-limit-requests": f"{self.per_s * 60:.1f}"}
        if self.headers == "all":
            told["x-ratelimit-remaining-requests"] = f"{self.level:.0f}"
            told["x-ratelimit-reset-requests"] = f"{(self.room - self.level) / self.per_s * 1000:.0f}ms"
        if self.tokens_per_minute:
            told["x-ratelimit-limit-tokens"] = f"{self.tokens_per_minute:.0f}"
            told["x-ratelimit-remaining-tokens"] = f"{self.tokens:.0f}"
        return told

    @property
    def goodput(self) -> float:
        """Answers for each second from first request to last answer, as a share of the limit."""
        return len(self.answered) / (self.answered[-1] - self.requests[0]) / self.per_s

    @property
    def wasted(self) -> float:
        return len(self.refused) / len(self.requests)


class Through:
    """What `retry.py` sends through: the limiter's gate, then the server. Counts its attempts."""

    def __init__(self, limiter: RateLimiter, server: Server, tokens: float = 0.0) -> None:
        self.spec, self.limiter, self.server, self.tokens = spec(), limiter, server, tokens
        self.attempts = 0

    async def send(self, body: object) -> RawReply:
        permit = await self.limiter.acquire(self.tokens, again=self.attempts > 0)
        self.attempts += 1
        outcome: RawReply | BaseException | None = None
        try:
            outcome = await self.server.send(self.tokens)
            return outcome
        except BaseException as err:
            outcome = err
            raise
        finally:
            self.limiter.release(permit, outcome)


async def ask_many(
    limiter: RateLimiter, server: Server, calls: int, *, tokens: float = 0.0, deadline: float | None = None
) -> list[RawReply | ProviderError]:
    """So many calls at once, each with its retries."""

    async def one() -> RawReply:
        async with limiter.slot():
            reply, _ = await send_with_retries(Through(limiter, server, tokens), {}, deadline=deadline)
            return reply

    done = await asyncio.gather(*(one() for _ in range(calls)), return_exceptions=True)
    strange = [d for d in done if isinstance(d, BaseException) and not isinstance(d, ProviderError)]
    assert not strange, strange[0]
    return done  # type: ignore[return-value]


def failed(done: list[RawReply | ProviderError]) -> list[ProviderError]:
    return [d for d in done if isinstance(d, ProviderError)]


def busy(**more: Any) -> ProviderBusy:
    return ProviderBusy("Busy.", **more)
