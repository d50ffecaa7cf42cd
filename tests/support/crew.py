"""Workers on one Postgres with a day's launches handed out, to be watched and killed."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.support.batch_days import FakeProcess, make_workspace, run_quickly, started
from tests.support.databases import rows_of

from panel.store.sql_dialect import WRITER_LOCK

IN_FLIGHT = 3  # of each provider and worker
HEARTS = {  # of workers, for a test that can't wait half a minute
    "panel.batch.workers.jobs.HEARTBEAT_S": 0.5,
    "panel.batch.workers.jobs.STALLED_S": 3.0,
    "panel.workspace.job_queue.HEARTBEAT_S": 0.5,
    "panel.workspace.job_queue.STALLED_S": 3.0,
}


class Crew:
    """Two workers; flags: of the batch that is handed out."""

    def __init__(self, at: Path, url: str, server: FakeProcess, stack: ExitStack, *flags: str, launches: int) -> None:
        self.at, self.url = at, url
        self.variables = {**server.variables, "PANEL_DATABASE_URL": url}
        make_workspace(at, launches, in_flight=IN_FLIGHT, timeout_s=60)
        handed = run_quickly("batch", "launches", "--yes", "--json", "--enqueue", *flags, at=at, **self.variables)
        assert handed.code == 0, handed.err
        self.run_id = handed.run_id
        self.workers = [stack.enter_context(self.worker()) for _ in range(2)]

    def worker(self) -> Any:
        return started("worker", "--launches", "3", at=self.at, variables=self.variables, patches=HEARTS)

    def states(self) -> list[str]:
        query = f"select state from batch_rows where run_id = '{self.run_id}' order by number"
        return [row[0] for row in rows_of(self.url, query)]

    def left(self) -> int:
        return sum(state == "ready" for state in self.states())

    def are_busy(self) -> bool:
        """Both workers hold the locks of launches, and there are more of these: a job they took is not in hand yet."""
        query = (
            "select count(*), count(distinct pid) from pg_locks where locktype = 'advisory' and granted and objid <> "
            f"{WRITER_LOCK & 0xFFFFFFFF} and database = (select oid from pg_database where datname = current_database())"
        )
        launches, workers = rows_of(self.url, query)[0]
        return launches >= 4 and workers >= 2

    def run_state(self) -> str:
        found = rows_of(self.url, f"select state from runs where run_id = '{self.run_id}'")
        return str(found[0][0])

    def is_finished(self) -> bool:
        return self.run_state() == "finished"

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.at / "runs" / self.run_id / "summary.json").read_text("utf-8"))
        return found
