"""Who is at work on a lane, so that each worker takes its share of a provider's limits.

A lane is a provider's model as its limits know it. All instants are the database's: workers' clocks may differ.
"""

from sqlalchemy import Connection, delete, func, select, text

from panel.store.database import Face, changing
from panel.store.sql_dialect import put
from panel.store.tables.core import beats

CLOCKS = {  # seconds since 1970
    "sqlite": "select (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "select extract(epoch from clock_timestamp())::double precision",
}
FORGET_S = 3600.0  # beats older than this are deleted


class WorkerBeats(Face):
    """The workers of one database. Plain calls, each its own transaction."""

    def beat(self, worker: str, lane: str, within_s: float = 15) -> int:
        """Say that this worker is at work on the lane, every few seconds; how many have said so within so many seconds.

        At least 1: this one.
        """
        with changing(self._engine) as conn:
            now = _now(conn)
            put(conn, beats, {"lane": lane, "worker": worker, "beat_at": now})
            conn.execute(delete(beats).where(beats.c.lane == lane, beats.c.beat_at < now - FORGET_S))
            lately = select(func.count()).where(beats.c.lane == lane, beats.c.beat_at >= now - within_s)
            return int(conn.execute(lately).scalar_one())

    def leave(self, worker: str, lane: str) -> None:
        """This worker is done with the lane: the others' shares grow at once."""
        with changing(self._engine) as conn:
            conn.execute(delete(beats).where(beats.c.lane == lane, beats.c.worker == worker))


def _now(conn: Connection) -> float:
    return float(conn.execute(text(CLOCKS[conn.dialect.name])).scalar_one())
