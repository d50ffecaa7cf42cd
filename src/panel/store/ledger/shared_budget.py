"""One budget for many workers: what a run, or a UTC day over all runs, may cost, and who may still spend of it.

A worker leases an amount before it spends, and settles what it spent. A scope's spending and all leases together never
exceed its limit. Each budget has a lock of its own name, so that leases of a killed worker are found and given back;
what that worker had spent of them is read from the ledger. A lease and its settling take about 2 ms of CPU: lease for
some dozens of calls at once.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, select, update

from panel.errors import StoreError
from panel.store.database import changing, open_engine, reading
from panel.store.ledger.cost_sums import total
from panel.store.ledger.provider_batches import DONE
from panel.store.locks.process_locks import Locks
from panel.store.sql_dialect import insert_or_leave, put
from panel.store.tables.core import leases, provider_batches, purses

SUMS = frozenset({"run", "day"})  # kinds of scope that the ledger can add up
PROCESS = "purse:"  # how the owners of leases begin that are no provider batches
Open = dict[str, Decimal]  # owner -> amount leased


class SharedBudget:
    """One process's part in the shared budgets. Plain calls, each its own transaction, on the disk on return.

    Scopes: `run:<run id>` and `day:<YYYY-MM-DD>`, which the ledger can add up; a new one starts with what stands there.
    """

    def __init__(self, engine: Engine, locks: Locks) -> None:
        self._engine, self._locks = engine, locks
        self.owner = f"{PROCESS}{secrets.token_hex(8)}"
        if not locks.acquire(self.owner):
            raise StoreError(f"The lock {self.owner!r} is taken.")

    @classmethod
    def open(cls, url: str, *, locks: Locks, runs_dir: Path | None = None) -> "SharedBudget":
        """Open or make the database. locks: this process's. Raises Mistake for an address, StoreError otherwise."""
        return cls(open_engine(url), locks)

    def close(self) -> None:
        """Let the database go; leases not settled are free for others."""
        self._locks.release(self.owner)
        self._engine.dispose()

    def lease(self, scope: str, amount_usd: Decimal, limit_usd: Decimal, *, batch_id: str = "") -> bool:
        """Set an amount aside. False: it would exceed the limit, and nothing was set aside.

        batch_id: the lease is that provider batch's and lives as long as it is open, whoever lives.
        Raises ValueError for an amount below 0.
        """
        if amount_usd < 0:
            raise ValueError(f"an amount of {amount_usd}")
        owner = batch_id or self.owner
        with self._scope(scope) as conn:
            spent, taken = _stand(conn, scope)
            if spent + sum(taken.values()) + amount_usd > limit_usd:
                spent, taken = self._reclaim(conn, scope, spent, taken)
            if spent + sum(taken.values()) + amount_usd > limit_usd:
                return False
            _set_lease(conn, scope, owner, taken.get(owner, Decimal(0)) + amount_usd)
        return True

    def settle(self, scope: str, leased_usd: Decimal, spent_usd: Decimal, *, batch_id: str = "") -> None:
        """Give a lease back and count what was spent of it, which may be more or less."""
        owner = batch_id or self.owner
        with self._scope(scope) as conn:
            spent, taken = _stand(conn, scope)
            left = taken.get(owner, Decimal(0)) - leased_usd
            _set_lease(conn, scope, owner, max(left, Decimal(0)))
            _set_spent(conn, scope, spent + spent_usd)

    def spent(self, scope: str) -> Decimal:
        """What was settled, leases not among it."""
        with reading(self._engine) as conn:
            found = conn.execute(select(purses.c.spent_usd).where(purses.c.scope == scope)).scalar()
            return Decimal(found) if found is not None else _in_ledger(conn, scope)

    def leased(self, scope: str, *, batch_id: str = "") -> Decimal:
        """What is set aside now, by whomever, or for one provider batch."""
        with reading(self._engine) as conn:
            found = _leases(conn, scope)
        return found.get(batch_id, Decimal(0)) if batch_id else sum(found.values(), Decimal(0))

    def lent(self, scope: str) -> Decimal:
        """Of what is set aside, the part that processes hold for launches in hand: it comes back within minutes."""
        with reading(self._engine) as conn:
            found = _leases(conn, scope)
        return sum((amount for owner, amount in found.items() if owner.startswith(PROCESS)), Decimal(0))

    def _reclaim(self, conn: Connection, scope: str, spent: Decimal, taken: Open) -> tuple[Decimal, Open]:
        """Give back leases of the dead. What they had spent and not settled counts: at most what they had leased.

        The ledger also holds what the living have spent and not settled, so a dead worker may be charged too much, and
        never too little. When nobody has a lease, all that the ledger holds counts.
        """
        dead = {owner for owner in taken if owner != self.owner and not self._is_alive(conn, owner)}
        left = {owner: amount for owner, amount in taken.items() if owner not in dead}
        unsettled = max(_in_ledger(conn, scope) - spent, Decimal(0))
        if left:
            unsettled = min(unsettled, sum((taken[owner] for owner in dead), Decimal(0)))
        if dead:
            conn.execute(delete(leases).where(leases.c.scope == scope, leases.c.owner.in_(sorted(dead))))
        if unsettled:
            _set_spent(conn, scope, spent + unsettled)
        return spent + unsettled, left

    def _is_alive(self, conn: Connection, owner: str) -> bool:
        state = conn.execute(select(provider_batches.c.state).where(provider_batches.c.batch_id == owner)).scalar()
        return self._locks.is_held(owner) if state is None else state not in DONE

    @contextmanager
    def _scope(self, scope: str) -> Iterator[Connection]:
        """A transaction that is alone with this scope, which exists in it."""
        with changing(self._engine) as conn:
            wanted = select(purses.c.scope).where(purses.c.scope == scope).with_for_update()
            if conn.execute(wanted).scalar() is None:
                new = {"scope": scope, "spent_usd": str(_in_ledger(conn, scope))}
                conn.execute(insert_or_leave(conn.dialect, purses), new)
                conn.execute(wanted)
            yield conn


def _stand(conn: Connection, scope: str) -> tuple[Decimal, Open]:
    spent = conn.execute(select(purses.c.spent_usd).where(purses.c.scope == scope)).scalar_one()
    return Decimal(spent), _leases(conn, scope)


def _leases(conn: Connection, scope: str) -> Open:
    rows = conn.execute(select(leases.c.owner, leases.c.leased_usd).where(leases.c.scope == scope))
    return {row.owner: Decimal(row.leased_usd) for row in rows}


def _set_lease(conn: Connection, scope: str, owner: str, amount: Decimal) -> None:
    if amount:
        put(conn, leases, {"scope": scope, "owner": owner, "leased_usd": str(amount)})
    else:
        conn.execute(delete(leases).where(leases.c.scope == scope, leases.c.owner == owner))


def _set_spent(conn: Connection, scope: str, amount: Decimal) -> None:
    conn.execute(update(purses).where(purses.c.scope == scope).values(spent_usd=str(amount)))


def _in_ledger(conn: Connection, scope: str) -> Decimal:
    """What the ledger's calls of this scope cost; 0 for a scope of another kind."""
    kind, _, name = scope.partition(":")
    if kind not in SUMS or not name:
        return Decimal(0)
    found = total(conn, run_id=name) if kind == "run" else total(conn, day=date.fromisoformat(name))
    return found.cost_usd
