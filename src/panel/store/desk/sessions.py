"""Who is signed in, and which sign-ins failed lately. May be forgotten at any time; that somebody came is in the log.

A cookie's token is kept as its hash only. Whoever tries to sign in is counted before the password is looked at, so
that a hundred tries at once are a hundred failures, and a success takes its own count back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, insert, select, update

from panel.records import Account
from panel.store.database import Face, changing, changing_alone, reading
from panel.store.desk.account_rows import account_of
from panel.store.desk.act_log import append_act
from panel.store.sql_dialect import put
from panel.store.tables.desk_tables import accounts, sessions, sign_in_failures

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Waits:
    """How long a sign-in waits after so many failures in a row: nothing at first, then doubling."""

    free: int  # tries without a wait
    first_s: float = 1.0
    most_s: float = 900.0

    def after(self, failures: int) -> timedelta:
        doublings = min(failures - self.free, 32)
        return timedelta(seconds=min(self.first_s * 2**doublings, self.most_s) if doublings >= 0 else 0)


class SessionRows(Face):
    """Sessions and failed sign-ins of one database. Plain calls, each its own transaction; any thread may call."""

    def start(self, account_id: str, token_hash: str, *, now: datetime, expires_at: datetime, by: str = "") -> None:
        """Remember a session; those that ran out are forgotten. by: the door somebody came in by, for the log."""
        row = {"token_hash": token_hash, "account_id": account_id}
        times = {"created_at": now.isoformat(), "expires_at": expires_at.isoformat()}
        with changing_alone(self._engine) as conn:
            conn.execute(delete(sessions).where(sessions.c.expires_at <= now.isoformat()))
            conn.execute(insert(sessions), row | times)
            if by:
                append_act(conn, by=account_id, what="signed in", now=now, detail={"by": by})

    def account_of(self, token_hash: str, *, now: datetime) -> Account | None:
        """Whose session it is; None when it never was, ran out or ended, or its account was disabled."""
        mine = select(accounts).join(sessions, sessions.c.account_id == accounts.c.account_id)
        mine = mine.where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now.isoformat())
        with reading(self._engine) as conn:
            row = conn.execute(mine.where(accounts.c.disabled_at == "")).first()
        return account_of(row) if row else None

    def end(self, token_hash: str) -> None:
        with changing(self._engine) as conn:
            conn.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def count_try(self, waits: dict[str, Waits], *, now: datetime) -> float:
        """Count a failure for each of these, or say how many seconds are left to wait, and count none.

        waits: by whom (`name:...`, `address:...`) how long they wait.
        """
        with changing_alone(self._engine) as conn:
            conn.execute(
                delete(sign_in_failures).where(sign_in_failures.c.last_at < (now - FORGOTTEN_AFTER).isoformat())
            )
            known = _failures(conn, list(waits))
            left = [(at + waits[who].after(failures) - now).total_seconds() for who, (failures, at) in known.items()]
            if (longest := max(left, default=0.0)) > 0:
                return longest
            for who in waits:
                failures = known[who][0] if who in known else 0
                put(conn, sign_in_failures, {"who": who, "failures": failures + 1, "last_at": now.isoformat()})
        return 0.0

    def forget_tries(self, name: str, address: str = "") -> None:
        """After a success: the name starts again, and the address gets back the one that was counted for it."""
        less = case((sign_in_failures.c.failures > 0, sign_in_failures.c.failures - 1), else_=0)
        with changing_alone(self._engine) as conn:
            conn.execute(delete(sign_in_failures).where(sign_in_failures.c.who == name))
            conn.execute(update(sign_in_failures).where(sign_in_failures.c.who == address).values(failures=less))


def _failures(conn: Connection, whos: list[str]) -> dict[str, tuple[int, datetime]]:
    rows = conn.execute(select(sign_in_failures).where(sign_in_failures.c.who.in_(whos)))
    return {row.who: (row.failures, datetime.fromisoformat(row.last_at)) for row in rows}
