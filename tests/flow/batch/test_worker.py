"""What a worker does for each kind of job, the engine's table in memory and everything else real: SQLite, models scripted.

What happens between two writes (a worker killed there, a provider away, a key missing) is set up by hand here; real
workers are killed at random in test_batch_kill.py.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from procrastinate import App
from procrastinate.testing import InMemoryConnector
from tests.support.command import SPECIMEN
from tests.support.provider_batches import Wire, status

from panel.batch import BatchEnvironment, BatchOptions, Worker, enqueue_batch, hand_out_ready
from panel.batch.launch import LaunchResult
from panel.batch.workers import jobs as job_queue
from panel.batch.workers import worker as worker_process
from panel.batch.workers.shared_limits import SharedLimits
from panel.cli.terminal.here import Terminal
from panel.errors import Mistake, ProviderRefused, Stopped, StoreError
from panel.records import BatchRow, Run
from panel.store import SentBatch, Stores, WorkerBeats
from panel.workspace.batches import make_environment, make_order
from panel.workspace.workspace import Workspace, open_workspace

SOURCES = [str(SPECIMEN / "larkspindle.yaml"), str(SPECIMEN / "oddfern.yaml")]
ASK = BatchOptions(models=(f"scripted/{SPECIMEN / 'answers.yaml'}",))


@dataclass
class Bench:
    """A worker with a batch of two launches."""

    workspace: Workspace
    env: BatchEnvironment
    worker: Worker
    app: App
    run: Run

    @property
    def stores(self) -> Stores:
        return self.env.run.stores

    def jobs(self) -> list[str]:
        """What waits in the queue: `review 1`, `finish`."""
        waiting = [job for job in self.app.connector.jobs.values() if job["status"] == "todo"]  # type: ignore[attr-defined]
        return [" ".join([job["task_name"], *(str(job["args"][n]) for n in ("row", "batch_id") if n in job["args"])]) for job in waiting]  # fmt: skip

    def row(self, number: int) -> BatchRow:
        return self.stores.rows.get(self.run.run_id, number)

    def state(self) -> Run:
        return self.stores.records.load_run(self.run.run_id)

    def put(self, number: int, state: str) -> None:
        self.stores.rows.put(self.run.run_id, self.row(number).model_copy(update={"state": state}))

    def send(self, state: str) -> SentBatch:
        """A provider batch of this run."""
        made = self.run.made.created_at
        sent = SentBatch(batch_id="b1", run_id=self.run.run_id, provider="openai", model="openai/m", created_at=made, state=state)  # type: ignore[arg-type]  # fmt: skip
        self.stores.batches.new(sent)
        return sent

    async def review(self, number: int) -> float | None:
        return await self.worker.review(self.run.run_id, number)


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    (tmp_path / "panel.toml").write_text("[batch]\nmax_reviews = 0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    app = App(connector=InMemoryConnector())
    job_queue._register(app, job_queue.HANDING_OUT, "")
    async with app.open_async():
        with open_workspace(Terminal(yes=True)) as workspace:
            stores, env = workspace.stores, make_environment(workspace)
            run = await enqueue_batch(env, make_order(workspace, SOURCES, ASK))
            assert run
            sharing = SharedLimits(WorkerBeats(stores.engine), "here:1", beat_s=60.0)
            worker = Worker(env, sharing, lambda: make_order(workspace, SOURCES, ASK), app=app)
            yield Bench(workspace, env, worker, app, run)
            await worker.close()
            await sharing.leave()


async def test_the_last_launch_asks_for_the_summary(bench: Bench) -> None:
    assert await bench.review(1) is None
    assert bench.jobs() == []
    assert await bench.review(2) is None
    assert bench.jobs() == ["finish"]
    await bench.worker.finish(bench.run.run_id)
    assert bench.state().state == "finished"


async def test_a_job_of_a_worker_that_died_still_asks_for_the_summary(bench: Bench) -> None:
    """Killed between the row and the job for the summary: the job comes back, and its launch is done already."""
    bench.put(1, "reviewed")
    bench.put(2, "failed")
    assert await bench.review(2) is None
    assert bench.jobs() == ["finish"]


async def test_launches_made_ready_by_a_worker_that_died_then_are_handed_out(bench: Bench) -> None:
    """Killed between the rows and their jobs: the job that looks after the batch comes back, and finds none waiting."""
    bench.send("collected")
    await bench.worker.poll(bench.run.run_id, "b1")
    assert bench.jobs() == ["review 1", "review 2"]


async def test_a_batch_is_summed_up_when_its_last_provider_batch_is_over(bench: Bench) -> None:
    bench.put(1, "reviewed")
    bench.put(2, "reviewed")
    bench.send("lost")
    await bench.worker.poll(bench.run.run_id, "b1")
    assert bench.jobs() == ["finish"]


async def test_a_launch_waiting_for_another_runs_batch_is_looked_at_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A launch whose answers are in another run's batch is looked at later and not at once."""

    async def waits(context: Any, row: BatchRow) -> Any:
        done = row.model_copy(update={"state": "waiting"})
        context.rows.put(context.run_id, done)
        return LaunchResult(done)

    monkeypatch.setattr(worker_process, "review_row", waits)
    assert await bench.review(1) == bench.worker.poll_s
    assert bench.row(1).state == "ready", "its job would find nothing to do"
    assert bench.jobs() == []


async def test_a_launch_in_another_workers_hand_is_looked_at_later(bench: Bench) -> None:
    assert bench.stores.locks.acquire(f"{bench.run.run_id}/1")
    assert await bench.review(1) == worker_process.STALLED_S
    assert bench.row(1).state == "ready"


def cannot(err: Exception) -> Callable[..., Any]:
    async def fail(*_: Any, **__: Any) -> None:
        raise err

    return fail


def cannot_open(err: Exception) -> Callable[..., Any]:
    @asynccontextmanager
    async def fail(*_: Any, **__: Any) -> AsyncIterator[None]:
        raise err
        yield

    return fail


@pytest.mark.parametrize("err", [Mistake("No key for openai here."), StoreError("The database is away.")])
async def test_a_worker_leaves_a_launch_it_cannot_do_and_says_why_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], err: Exception
) -> None:
    """A worker that cannot do a launch leaves it to others and says why once."""
    monkeypatch.setattr(worker_process, "open_context", cannot_open(err))
    assert [await bench.review(1), await bench.review(2)] == [worker_process.STALLED_S] * 2
    assert [bench.row(1).state, bench.row(2).state] == ["ready", "ready"]
    assert capsys.readouterr().err.count(str(err)) == 1
    monkeypatch.undo()
    assert await bench.review(1) is None
    assert bench.row(1).state == "reviewed"


@pytest.mark.parametrize("err", [Mistake("No key."), ProviderRefused("The key is refused.", stops_model=True)])
async def test_a_provider_batch_nobody_here_can_move_is_looked_at_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, err: Exception
) -> None:
    bench.send("submitted")
    bench.put(1, "waiting")
    monkeypatch.setattr(worker_process, "open_context", cannot_open(err))
    assert await bench.worker.poll(bench.run.run_id, "b1") == bench.worker.poll_s
    await bench.worker.submit(bench.run.run_id)
    assert bench.jobs() == ["poll b1"]
    assert bench.stores.batches.get("b1").state == "submitted"


async def test_a_model_found_refused_is_asked_no_more_by_any_launch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each launch would learn of a spent account by a call of its own."""
    no_credit = status("ended", why="No credit is left.", stops_model=True)
    monkeypatch.setattr(worker_process, "open_batches", lambda spec: Wire(spec=spec, looks=[no_credit]))
    async with bench.worker.tools(bench.run.run_id) as tools:
        (model,) = {spec.name for spec in tools.context.specs.values()}
    bench.stores.batches.put(bench.send("submitted").model_copy(update={"model": model}))
    assert await bench.worker.poll(bench.run.run_id, "b1") is None
    async with bench.worker.tools(bench.run.run_id) as tools:
        assert tools.context.asker.health[model].stopped == "No credit is left."


async def test_the_summary_needs_no_models_key(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.put(1, "failed")
    bench.put(2, "failed")
    monkeypatch.setattr(worker_process, "open_context", cannot_open(Mistake("No key.")))
    await bench.worker.finish(bench.run.run_id)
    assert bench.state().state == "finished"


async def test_a_used_up_budget_is_named_by_whichever_worker_sums_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "review_row", cannot(Stopped("The run's budget of $1 is used up.")))
    assert await bench.review(1) is None
    assert bench.state().why == "The run's budget of $1 is used up."
    bench.worker.stopped.clear()  # another worker: it met no limit itself
    await bench.worker.finish(bench.run.run_id)
    assert bench.state().why == "The run's budget of $1 is used up."
    assert bench.state().state == "stopped"


async def test_a_stopped_batch_asks_nothing_until_it_is_started_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "review_row", cannot(Stopped("The budget is used up.")))
    await bench.review(1)
    monkeypatch.undo()
    assert await bench.review(2) is None
    assert bench.row(2).state == "ready"
    bench.stores.records.save_run(bench.state().model_copy(update={"state": "started", "why": ""}))
    await bench.review(2)
    assert bench.row(2).state == "reviewed"


async def test_a_batch_whose_last_launches_ended_after_the_stop_is_finished(bench: Bench) -> None:
    bench.stores.records.save_run(bench.state().model_copy(update={"state": "stopped", "why": "Cancelled."}))
    bench.put(1, "reviewed")
    bench.put(2, "reviewed")
    await bench.worker.finish(bench.run.run_id)
    assert bench.state().state == "finished"
    assert bench.state().why == ""


async def test_a_launch_that_was_reviewed_is_not_given_up_afterwards(bench: Bench) -> None:
    bench.put(1, "reviewed")
    await bench.worker.give_up(bench.run.run_id, 1, "Its worker died 5 times over it.")
    await bench.worker.give_up(bench.run.run_id, 2, "Its worker died 5 times over it.")
    assert [bench.row(1).state, bench.row(2).state] == ["reviewed", "failed"]


async def test_handing_out_again_keeps_looking_after_what_a_provider_has(bench: Bench) -> None:
    """`panel queue retry` takes every waiting job back first, the one that polls among them."""
    bench.send("submitted")
    bench.put(1, "waiting")
    bench.put(2, "waiting")
    assert await hand_out_ready(bench.app, bench.stores, bench.run.run_id) == 0
    assert bench.jobs() == ["submit"]


async def test_a_daily_batch_that_could_not_begin_begins_the_next_day(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker lives on: what it locked for a batch that came to nothing must not stay locked."""
    unpriced = replace(ASK, models=("openai/nobody-knows-its-price",), budget_usd=Decimal(1))
    monkeypatch.setenv("OPENAI_API_KEY", "fake")
    with open_workspace(Terminal(yes=True)) as workspace:
        env, order = make_environment(workspace), make_order(workspace, SOURCES, unpriced)
        for _ in range(2):
            with pytest.raises(Mistake, match="is unknown"):
                await enqueue_batch(env, order)


async def test_two_batches_in_one_worker_keep_a_models_limits_together(bench: Bench) -> None:
    begun = await enqueue_batch(bench.env, make_order(bench.workspace, SOURCES[:1], ASK))
    assert begun
    async with bench.worker.tools(bench.run.run_id) as one, bench.worker.tools(begun.run_id) as two:
        assert list(one.context.asker.limiters) == list(two.context.asker.limiters)
        assert all(two.context.asker.limiters[name] is limiter for name, limiter in one.context.asker.limiters.items())


async def test_a_worker_closes_the_tools_of_a_batch_that_another_ended(bench: Bench) -> None:
    """Whoever opened closes, once no job of its own needs them; not before the batch is over."""
    closed: list[str] = []
    async with bench.worker.tools(bench.run.run_id) as tools:
        tools.stack.callback(closed.append, "closed")
    await bench.worker.let_go()
    assert not closed, "the batch goes on"
    bench.stores.records.save_run(bench.run.model_copy(update={"state": "finished"}))
    async with bench.worker.tools(bench.run.run_id):
        await bench.worker.let_go()
        assert not closed, "a job holds them"
    await bench.worker.let_go()
    assert closed == ["closed"] and not bench.worker.open
