"""Requests to one host leave apart from one another; the clock is made up."""

import asyncio

from panel.dossier.fetch.policy import Pacing


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def read(self) -> float:
        return self.now


async def test_the_first_request_leaves_at_once_and_the_next_ones_apart() -> None:
    clock = Clock()
    pacing = Pacing(sleep=clock.sleep, clock=clock.read)
    for _ in range(3):
        await pacing.wait("acme.example", 2.0)
    assert clock.slept == [2.0, 2.0]


async def test_time_spent_elsewhere_counts_as_waiting() -> None:
    clock = Clock()
    pacing = Pacing(sleep=clock.sleep, clock=clock.read)
    await pacing.wait("acme.example", 2.0)
    clock.now += 1.5
    await pacing.wait("acme.example", 2.0)
    clock.now += 60
    await pacing.wait("acme.example", 2.0)
    assert clock.slept == [0.5]


async def test_hosts_do_not_wait_for_each_other() -> None:
    clock = Clock()
    pacing = Pacing(sleep=clock.sleep, clock=clock.read)
    for host in ("a.example", "b.example", "c.example"):
        await pacing.wait(host, 2.0)
    assert clock.slept == []


async def test_requests_asked_for_together_leave_one_by_one() -> None:
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    pacing = Pacing(sleep=sleep, clock=lambda: 100.0)
    await asyncio.gather(*(pacing.wait("acme.example", 1.0) for _ in range(4)))
    assert sorted(asked) == [1.0, 2.0, 3.0]
