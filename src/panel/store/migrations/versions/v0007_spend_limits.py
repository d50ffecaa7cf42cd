"""Money in the ledger: the most a call may cost stands in its row, and a counter a scope; purses, leases, paces go.

Calls of before have no worst case, so they count what they are known to have cost. Two things are carried over: what
was set aside for a provider's batch becomes the worst case of its calls in equal parts, and a run's or a day's purse
that says more than its calls (it holds presumed costs) is believed.
"""

from collections import defaultdict
from decimal import ROUND_UP, Decimal

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
PRESUMED = sa.text("cost_usd is null and worst_usd is not null")
CALLS = sa.table("calls", sa.column("batch_id"), sa.column("state"), sa.column("worst_usd"))
LEAST = Decimal("1e-12")
AT_ONCE = {"stream_results": True, "max_row_buffer": 500}
BY_RUN = "select run_id, launch, substr(sent_at, 1, 10), cost_usd, worst_usd from calls"


def upgrade() -> None:
    """Counters are sums over the calls, made here once."""
    op.add_column("calls", sa.Column("worst_usd", sa.String(40)))
    op.create_table(
        "counters",
        sa.Column("scope", sa.String(220), primary_key=True),
        sa.Column("amount", sa.String(60), nullable=False),
    )
    _share_leases(op.get_bind())
    op.create_index("calls_presumed", "calls", ["run_id", "launch"], sqlite_where=PRESUMED, postgresql_where=PRESUMED)
    _fill(op.get_bind())
    for name in ("leases", "purses", "paces"):
        op.drop_table(name)


def _share_leases(conn: sa.Connection) -> None:
    """A provider batch's lease stands under its run and its day, each with the same amount."""
    named = sa.text("select l.owner, l.leased_usd from leases l join provider_batches b on b.batch_id = l.owner")
    for batch_id, leased in {row[0]: Decimal(row[1]) for row in conn.execute(named)}.items():
        out = (CALLS.c.batch_id != "", CALLS.c.batch_id == batch_id, CALLS.c.state == "sent")
        count = conn.execute(sa.select(sa.func.count()).select_from(CALLS).where(*out)).scalar()
        if count:
            worst = str((leased / count).quantize(LEAST, ROUND_UP))
            conn.execute(sa.update(CALLS).where(*out).values(worst_usd=worst))


def _fill(conn: sa.Connection) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for run_id, launch, day, cost, worst in conn.execute(sa.text(BY_RUN).execution_options(**AT_ONCE)):
        usd = cost if cost is not None else worst
        if usd is not None and Decimal(usd):
            for scope in (f"run:{run_id}", f"day:{day}", f"launch:{run_id}/{launch}"):
                sums[scope] += Decimal(usd)
    for scope, spent in conn.execute(sa.text("select scope, spent_usd from purses")).all():
        sums[scope] = max(sums[scope], Decimal(spent))
    if rows := [{"scope": scope, "amount": str(amount)} for scope, amount in sums.items() if amount]:
        conn.execute(sa.text("insert into counters values (:scope, :amount)"), rows)
