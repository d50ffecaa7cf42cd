"""One pace for many workers: a rate of requests, or tokens, that all together keep; and who is at work on a lane.

A lane is a provider's model as its limits know it. All instants are the database's: workers' clocks may differ.
"""

from sqlalchemy import Connection, delete, func, select, text, update

from panel.store.database import Face, changing, reading
from panel.store.sql_dialect import insert_or_leave, put
from panel.store.tables.core import beats, paces

CLOCKS = {  # seconds since 1970
    "sqlite": "select (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "select extract(epoch from clock_timestamp())::double precision",
}
FORGET_S = 3600.0  # beats older than this are deleted


class SharedPace(Face):
    """The pace of one database's workers. Plain calls, each its own transaction."""

    def reserve(self, lane: str, requests: int, per_minute: float) -> float:
        """Take the next `requests` of the lane's rate; seconds to wait before they may be used (0: now).

        The block may be used at once when its time has come, so at most `requests` go together; time that nobody used
        is not saved up. The rate asked for counts for this block; earlier blocks stay where they are.
        Raises ValueError for a rate or a number that is not above 0.
        """
        if requests <= 0 or per_minute <= 0:
            raise ValueError(f"{requests} requests at {per_minute} a minute")
        takes_s = requests * 60.0 / per_minute
        with changing(self._engine) as conn:
            conn.execute(insert_or_leave(conn.dialect, paces), {"lane": lane, "free_at": 0.0})
            free_at = conn.execute(select(paces.c.free_at).where(paces.c.lane == lane).with_for_update()).scalar_one()
            now = _now(conn)  # read once the row is ours: waiting for it took time
            begins = max(now, float(free_at))
            conn.execute(update(paces).where(paces.c.lane == lane).values(free_at=begins + takes_s))
        return begins - now

    def beat(self, worker: str, lane: str) -> None:
        """Say that this worker is at work on the lane; say it every few seconds."""
        with changing(self._engine) as conn:
            now = _now(conn)
            put(conn, beats, {"lane": lane, "worker": worker, "beat_at": now})
            conn.execute(delete(beats).where(beats.c.lane == lane, beats.c.beat_at < now - FORGET_S))

    def leave(self, worker: str, lane: str) -> None:
        """This worker is done with the lane: the others' shares grow at once."""
        with changing(self._engine) as conn:
            conn.execute(delete(beats).where(beats.c.lane == lane, beats.c.worker == worker))

    def workers(self, lane: str, within_s: float = 15) -> int:
        """How many workers have beaten within so many seconds."""
        with reading(self._engine) as conn:
            since = _now(conn) - within_s
            wanted = select(func.count()).select_from(beats).where(beats.c.lane == lane, beats.c.beat_at >= since)
            return int(conn.execute(wanted).scalar_one())


def _now(conn: Connection) -> float:
    return float(conn.execute(text(CLOCKS[conn.dialect.name])).scalar_one())
