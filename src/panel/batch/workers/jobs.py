"""The work handed out to any number of worker processes over Postgres, by Procrastinate.

    launches   review(run_id, row)     one launch, asked by ordinary calls, or its questions collected for a batch
    batches    submit(run_id)          hands over what was collected, one lock per run
               poll(run_id, batch_id)  one look at a provider's batch; reschedules itself and holds no slot meanwhile
               finish(run_id)          the summary, when no row is left
               daily()                 takes in the day's feeds, on the schedule of panel.toml
    rescue     rescue()                hands a dead worker's jobs to a living one

The engine delivers at least once. That costs nothing: a launch's answers are in the ledger, and an advisory lock a
launch keeps two living workers apart (DESIGN decision 7). Source: Procrastinate 3.10, documentation on stalled jobs.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from panel.errors import Mistake
from panel.store import postgres_arguments

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.jobs import Job

log = logging.getLogger(__name__)
LAUNCHES, BATCHES, RESCUE = "launches", "batches", "rescue"
HEARTBEAT_S, STALLED_S = 5.0, 30.0  # a worker silent for so long is taken for dead
MOST_RESCUES = 5  # a launch that takes its worker down each time is left as failed
KEPT_DAYS = 14  # ended jobs are deleted after


@dataclass(frozen=True)
class JobHandlers:
    """What a worker does for each kind of job, given by the command, which has settings and keys."""

    review: Callable[[str, int], Awaitable[float | None]]  # seconds until it is looked at again; None: it is over
    submit: Callable[[str], Awaitable[None]]
    poll: Callable[[str, str], Awaitable[float | None]]  # seconds until the next look; None: it is over
    finish: Callable[[str], Awaitable[None]]
    give_up: Callable[[str, int, str], Awaitable[None]]  # a row that took down its worker again and again, and why
    daily: Callable[[], Awaitable[None]] | None = None


async def _nothing(*given: Any) -> None:
    raise AssertionError("this process hands out work and does none")


HANDING_OUT = JobHandlers(review=_nothing, submit=_nothing, poll=_nothing, finish=_nothing, give_up=_nothing)


def open_queue(database_url: str, handlers: JobHandlers = HANDING_OUT, *, schedule: str = "") -> "App":
    """The engine on this database. schedule: of `daily`, as cron in UTC; "" for none.

    Raises Mistake without the packages it needs, or on SQLite, which has no use for it.
    """
    if not database_url.startswith(("postgresql", "postgres")):
        raise Mistake(
            "Workers share their work over Postgres, and this workspace uses SQLite.",
            hint="Set PANEL_DATABASE_URL=postgresql://..., or run `panel batch` without workers.",
        )
    try:
        from procrastinate import App, PsycopgConnector
    except ImportError as err:
        raise Mistake("Workers need the `scale` extra.", hint="Install review-panel[scale].") from err
    scheme, _, rest = database_url.partition("://")
    plain = f"{scheme.partition('+')[0]}://{rest}"  # SQLAlchemy's driver name is no word of psycopg's
    limits = postgres_arguments(database_url)
    app = App(connector=PsycopgConnector(conninfo=plain, min_size=1, max_size=8, kwargs=limits))
    _register(app, handlers, schedule)
    return app


async def prepare_queue(app: "App") -> None:
    """Make the engine's tables unless they are there. The app must be open."""
    from procrastinate.exceptions import ConnectorException

    if await app.check_connection_async():
        return
    try:
        await app.schema_manager.apply_schema_async()
    except ConnectorException:  # another process was making them: its commit is what this one failed on
        if not await app.check_connection_async():
            raise


async def hand_out_rows(app: "App", run_id: str, rows: list[int]) -> None:
    """One job a launch, many in one statement."""
    jobs: list[Any] = [{"run_id": run_id, "row": row} for row in rows]
    for start in range(0, len(jobs), 1000):
        await app.configure_task("review", queue=LAUNCHES).batch_defer_async(*jobs[start : start + 1000])


async def ask_for_task(app: "App", task: str, run_id: str, *, in_s: float = 0, **more: Any) -> None:
    """A job of the queue `batches`, unless the same one waits already."""
    from procrastinate.exceptions import AlreadyEnqueued

    name = ":".join([task, run_id, *(str(value) for value in more.values())])
    try:
        await app.configure_task(
            task, queue=BATCHES, queueing_lock=name, lock=name,
            schedule_in={"seconds": max(1, int(in_s))} if in_s else None,
        ).defer_async(run_id=run_id, **more)  # fmt: skip
    except AlreadyEnqueued:
        log.debug("%s waits already", name)


def _register(app: "App", handlers: JobHandlers, schedule: str) -> None:
    @app.task(name="review", queue=LAUNCHES)
    async def review(run_id: str, row: int) -> None:
        again_s = await handlers.review(run_id, row)
        if again_s is not None:
            later = app.configure_task("review", queue=LAUNCHES, schedule_in={"seconds": int(again_s)})
            await later.defer_async(run_id=run_id, row=row)

    @app.task(name="submit", queue=BATCHES)
    async def submit(run_id: str) -> None:
        await handlers.submit(run_id)

    @app.task(name="poll", queue=BATCHES)
    async def poll(run_id: str, batch_id: str) -> None:
        again_s = await handlers.poll(run_id, batch_id)
        if again_s is not None:
            await ask_for_task(app, "poll", run_id, in_s=again_s, batch_id=batch_id)

    @app.task(name="finish", queue=BATCHES)
    async def finish(run_id: str) -> None:
        await handlers.finish(run_id)

    @app.periodic(cron="* * * * * */10")
    @app.task(name="rescue", queue=RESCUE, queueing_lock="rescue", pass_context=True)
    async def rescue(context: "JobContext", timestamp: int) -> None:
        await _rescue(app, handlers)

    @app.periodic(cron="17 3 * * *")
    @app.task(name="prune", queue=RESCUE, queueing_lock="prune")
    async def prune(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(nb_hours=24 * KEPT_DAYS, include_failed=True, include_cancelled=True)

    if schedule and handlers.daily:
        daily_work = handlers.daily

        @app.task(name="daily", queue=BATCHES, queueing_lock="daily", lock="daily")
        async def daily(timestamp: int) -> None:
            await daily_work()

        try:
            app.periodic(cron=schedule)(daily)
        except ValueError as err:  # croniter's
            hint = 'Write it as "0 5 * * *": minute, hour, day, month, weekday, in UTC.'
            raise Mistake(f"panel.toml: batch.schedule {schedule!r} is no schedule.", hint=hint) from err


async def _rescue(app: "App", handlers: JobHandlers) -> None:
    """Jobs of workers whose heart stopped go back into the queue; a launch that keeps killing them is given up."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        deaths = job.attempts + 1  # the engine counts a job's returns to the queue
        if job.task_name == "review" and deaths >= MOST_RESCUES:
            from procrastinate.jobs import Status

            run_id, row = str(job.task_kwargs["run_id"]), int(job.task_kwargs["row"])  # type: ignore[arg-type]
            await handlers.give_up(run_id, row, f"Its worker died {deaths} times over it.")
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            log.warning("job %s %s: its worker is gone; handed out again", job.id, job.task_name)
            await _hand_out_again(app, job)


async def _hand_out_again(app: "App", job: "Job") -> None:
    """Put a dead worker's job back; one whose successor waits already has done its work."""
    from procrastinate.exceptions import UniqueViolation
    from procrastinate.jobs import Status

    try:
        await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
    except UniqueViolation:
        await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)


async def list_workers(app: "App") -> list[dict[str, Any]]:
    """Living workers: `worker_id` and `seconds` since each was last heard of. Reads the engine's own table."""
    rows = await app.connector.execute_query_all_async(
        query="select id as worker_id, extract(epoch from now() - last_heartbeat)::float as seconds "
        "from procrastinate_workers order by id"
    )
    return [dict(row) for row in rows if row["seconds"] < STALLED_S]


async def take_back_jobs(app: "App", run_id: str) -> int:
    """Cancel a batch's jobs that nobody has begun; how many."""
    count = 0
    for job in await app.job_manager.list_jobs_async(status="todo"):
        if job.task_kwargs.get("run_id") == run_id and job.id is not None:
            count += await app.job_manager.cancel_job_by_id_async(job.id)
    return count


async def is_work_due(app: "App") -> bool:
    """Whether a job waits that may begin now."""
    now = datetime.now(UTC)
    jobs = await app.job_manager.list_jobs_async(status="todo")
    return any(job.queue in (LAUNCHES, BATCHES) and (job.scheduled_at or now) <= now for job in jobs)
