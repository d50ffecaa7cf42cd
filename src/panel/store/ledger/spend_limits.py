"""What runs, days and launches may cost: one counter a scope, changed in the transaction of the claim and the ending.

A counter is the sum over the scope's calls of what each cost or, as long as nobody knows that, of the most it may cost:
of those in flight, in a provider's batch, of a process that died, and of those that may have been billed though no
answer came. A claim that might take a counter over its limit is refused, whoever makes it and from wherever.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, select

from panel.errors import Mistake
from panel.store.database import Face, changing_alone
from panel.store.ledger.statements import AMOUNTS, by_keys, count
from panel.store.sql_dialect import put
from panel.store.tables.core import calls, counters

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SpendLimits:
    """USD that a run, the UTC day of a call, and a launch of the run may cost; None: no limit. Raises Mistake."""

    run_usd: Decimal | None = None
    day_usd: Decimal | None = None
    launch_usd: Decimal | None = None

    def __post_init__(self) -> None:
        for limit in (self.run_usd, self.day_usd, self.launch_usd):
            if limit is not None and (not limit.is_finite() or limit < 0):
                raise Mistake(f"A budget of {limit} USD can't be kept.", hint="Give 0 or more, for example --budget 2.")

    def of(self, scopes: Iterable[str]) -> Iterator[tuple[str, Decimal]]:
        """The scopes of one call that have a limit, and it."""
        for scope, limit in zip(scopes, (self.run_usd, self.day_usd, self.launch_usd), strict=True):
            if limit is not None:
                yield scope, limit


NO_LIMITS = SpendLimits()


def scopes_of(run_id: str, launch: str, sent_at: str) -> tuple[str, str, str]:
    """The scopes a call counts in; sent_at: ISO 8601, UTC. A call counts in the day of its claim, whenever it ends."""
    return f"run:{run_id}", f"day:{sent_at[:10]}", f"launch:{run_id}/{launch}"


def calls_of(scope: str) -> tuple[ColumnElement[bool], ...]:
    """Which calls count in a scope, as conditions."""
    kind, _, name = scope.partition(":")
    if kind == "day":
        return calls.c.sent_at >= name, calls.c.sent_at < (date.fromisoformat(name) + timedelta(1)).isoformat()
    run_id, _, launch = name.rpartition("/") if kind == "launch" else (name, "", "")
    return (calls.c.run_id == run_id, *([calls.c.launch == launch] if kind == "launch" else ()))


class Counters:
    """The counters of one transaction that is alone: each read once, changed in memory, written once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._amounts: dict[str, Decimal] = {}
        self._changed: set[str] = set()

    def load(self, scopes: Iterable[str]) -> None:
        """Read those not read yet."""
        missing = set(scopes) - self._amounts.keys()
        if missing:
            self._amounts |= dict.fromkeys(missing, ZERO)
            self._amounts |= {row.scope: Decimal(row.amount) for row in by_keys(self._conn, AMOUNTS, missing)}

    def used(self, scope: str) -> Decimal:
        """As it stands now, of one that was loaded."""
        return self._amounts[scope]

    def add(self, scopes: Iterable[str], usd: Decimal) -> None:
        """Change counters that were loaded; below 0 to take back."""
        if usd:
            for scope in scopes:
                self._amounts[scope] += usd
                self._changed.add(scope)

    def write(self) -> None:
        """Put what changed on the disk with this transaction."""
        count(self._conn, {scope: str(self._amounts[scope]) for scope in self._changed})


class DayCaps(Face):
    """So many of something a day, over every process. Plain calls, each its own transaction, on the disk on return."""

    def take(self, what: str, day: date, name: str, most: int) -> bool:
        """Take one of a day's places, under a name that has it from then on. False: none is left."""
        scope, mine = f"{what}:{day.isoformat()}", f"{what}:{name}"
        with changing_alone(self._engine) as conn:
            wanted = select(counters).where(counters.c.scope.in_([scope, mine]))
            found = {row.scope: int(row.amount) for row in conn.execute(wanted)}
            taken = found.get(scope, 0)
            if mine in found or taken >= most:
                return mine in found
            put(conn, counters, {"scope": scope, "amount": str(taken + 1)})
            put(conn, counters, {"scope": mine, "amount": "1"})
            return True
