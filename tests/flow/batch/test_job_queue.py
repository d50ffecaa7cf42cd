"""What is handed out to workers, from outside: seen, taken back, handed out again, made once."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from procrastinate.jobs import Job
from tests.support.batch_days import GPT, make_workspace
from tests.support.command import both_providers, fake_server, run_here
from tests.support.databases import Postgres, open_part, rows_of

from panel.batch.workers import jobs as job_queue
from panel.store import BatchRows, ProviderBatches, SentBatch


def hand_out(at: Path, variables: dict[str, str], count: int = 2) -> str:
    make_workspace(at, count)
    said = run_here("batch", "launches", "--yes", "--json", "--enqueue", at=at, **variables)
    assert said.code == 0, said.err
    return said.run_id


def test_the_queue_is_seen_taken_back_and_handed_out_again(tmp_path: Path, postgres_url: str) -> None:
    with fake_server() as fake:
        variables = {**both_providers(fake), "PANEL_DATABASE_URL": postgres_url}
        run_id = hand_out(tmp_path, variables)
        found = run_here("queue", "status", "--json", at=tmp_path, **variables).data
        assert found["batches"] == [{"run_id": run_id, "state": "started", "why": "", "rows": {"ready": 2}}]
        assert f"{run_id} is started: 2 ready." in run_here("queue", "status", at=tmp_path, **variables).out
        assert run_here("queue", "cancel", run_id, "--json", at=tmp_path, **variables).data == {"cancelled": 2}
        (batch,) = run_here("queue", "status", "--json", at=tmp_path, **variables).data["batches"]
        assert batch["state"] == "stopped"
        assert batch["why"].startswith("Cancelled on ")
        assert run_here("queue", "retry", run_id, "--json", at=tmp_path, **variables).data == {"handed_out": 2}
        assert fake.stats.requests == 0


def test_retry_hands_out_what_failed_and_watches_batches_still_out(tmp_path: Path, postgres_url: str) -> None:
    """Retry hands out what failed and goes on looking after a provider batch that is out."""
    with fake_server() as fake:
        variables = {**both_providers(fake), "PANEL_DATABASE_URL": postgres_url}
        run_id = hand_out(tmp_path, variables)
        with (
            closing(open_part(BatchRows, postgres_url)) as rows,
            closing(open_part(ProviderBatches, postgres_url)) as batches,
        ):
            rows.put(run_id, rows.get(run_id, 1).model_copy(update={"state": "failed", "reason": "No answer."}))
            rows.put(run_id, rows.get(run_id, 2).model_copy(update={"state": "waiting"}))
            made = datetime.now(UTC)
            batches.new(SentBatch(batch_id="b1", run_id=run_id, provider="openai", model=GPT, created_at=made))
            assert run_here("queue", "retry", run_id, "--json", at=tmp_path, **variables).data == {"handed_out": 1}
            assert rows.counts(run_id) == {"ready": 1, "waiting": 1}
        jobs = rows_of(postgres_url, "select task_name, args ->> 'row' from procrastinate_jobs where status = 'todo'")
        assert sorted(jobs) == [("review", "1"), ("submit", None)]


def test_engines_that_open_at_the_same_moment_make_their_tables_once(postgres: Postgres) -> None:
    async def open_one(url: str) -> bool:
        app = job_queue.open_queue(url)
        async with app.open_async():
            await job_queue.prepare_queue(app)
            return await app.check_connection_async()

    async def open_several(url: str) -> list[bool]:
        return await asyncio.gather(*(open_one(url) for _ in range(4)))

    with postgres.database() as url:
        assert asyncio.run(open_several(url)) == [True] * 4
        assert rows_of(url, "select count(*) from procrastinate_jobs") == [(0,)]


async def test_a_launch_that_takes_down_five_workers_is_given_up_and_not_before() -> None:
    def job(number: int, attempts: int) -> Job:
        given = {"run_id": "run-1", "row": number}
        return Job(id=number, status="doing", queue="launches", lock=None, queueing_lock=None, task_name="review", task_kwargs=given, attempts=attempts)  # fmt: skip

    given_up: list[tuple[int, str]] = []
    again: list[Any] = []

    async def stalled(**_: Any) -> list[Job]:
        return [job(1, 3), job(2, 4)]

    async def give_up(run_id: str, row: int, why: str) -> None:
        given_up.append((row, why))

    async def retry(one: Job, **_: Any) -> None:
        again.append(one.id)

    async def finish(one: Job, **_: Any) -> None:
        again.append(-one.id)  # type: ignore[operator]

    manager = SimpleNamespace(get_stalled_jobs=stalled, retry_job=retry, finish_job=finish)
    handlers = SimpleNamespace(give_up=give_up)
    await job_queue._rescue(SimpleNamespace(job_manager=manager), handlers)  # type: ignore[arg-type]
    assert given_up == [(2, "Its worker died 5 times over it.")]
    assert again == [1, -2]
