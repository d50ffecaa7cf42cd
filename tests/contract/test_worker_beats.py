"""Who is at work on a lane, on every database."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from tests.support.answers import spec
from tests.support.databases import open_part

from panel.batch import SharedLimits
from panel.errors import StoreError
from panel.jurors import RateLimiter
from panel.store import WorkerBeats
from panel.store.database import open_engine

LANE = "openai/m requests"


@pytest.fixture
def beats(database_url: str) -> Iterator[WorkerBeats]:
    found = open_part(WorkerBeats, database_url)
    yield found
    found.close()


def test_workers_are_those_that_beat_lately(beats: WorkerBeats, database_url: str) -> None:
    assert [beats.beat(worker, LANE) for worker in ("w1", "w2", "w2", "w3")] == [1, 2, 2, 3]
    assert beats.beat("w4", "another lane") == 1
    engine = open_engine(database_url)
    with engine.begin() as conn:
        conn.execute(text("update beats set beat_at = beat_at - 20 where worker = 'w1'"))
        conn.execute(text("update beats set beat_at = beat_at - 7200 where worker = 'w3'"))
    assert beats.beat("w2", LANE) == 1
    assert beats.beat("w2", LANE, within_s=40) == 2
    with engine.connect() as conn:
        kept = sorted(conn.execute(text("select worker from beats where lane = :lane"), {"lane": LANE}).scalars())
    engine.dispose()
    assert kept == ["w1", "w2"], "one from hours ago is forgotten"
    beats.leave("w1", LANE)
    assert beats.beat("w2", LANE, within_s=40) == 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  what is waited for happens in threads
            await asyncio.sleep(0.01)


async def test_each_worker_takes_its_share_and_the_whole_when_it_is_alone(
    beats: WorkerBeats, monkeypatch: pytest.MonkeyPatch
) -> None:
    juror = spec("messages")
    workers = [SharedLimits(beats, name, beat_s=0.01) for name in ("w1", "w2")]
    one, two = (RateLimiter(juror.name, 100) for _ in workers)
    for worker, limiter in zip(workers, (one, two), strict=True):
        worker.join({juror.name: limiter}, {juror.name: juror})
    await until(lambda: one.share == two.share == 0.5)
    assert one.allowed() <= 50
    await workers[1].leave()
    await until(lambda: one.share == 1.0)

    asked = list[object]()

    def away(*what: object) -> int:
        asked.append(what)
        raise StoreError("The database is away.")

    monkeypatch.setattr(beats, "beat", away)
    await until(lambda: len(asked) > 0)
    one.share = 0.25
    await until(lambda: len(asked) > 2)
    assert one.share == 0.25, "the last share holds until the database is back"
    monkeypatch.undo()
    await until(lambda: one.share == 1.0)
    await workers[0].leave()
