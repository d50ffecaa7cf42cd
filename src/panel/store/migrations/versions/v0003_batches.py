"""A day's batch: its rows and plan, provider batches, shared money and pace; whose lock a call was sent under."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Calls sent before belong to their run's lock."""
    op.add_column("calls", sa.Column("owner", sa.String(200), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("batch_id", sa.String(80), nullable=False, server_default=""))
    op.execute("update calls set owner = run_id")
    in_a_batch = sa.text("batch_id <> ''")
    op.create_index("calls_by_day", "calls", ["sent_at"])
    op.create_index(
        "calls_by_batch", "calls", ["batch_id", "launch", "key", "attempt"],
        sqlite_where=in_a_batch, postgresql_where=in_a_batch,
    )  # fmt: skip
    _make_batches()
    _make_shared()


def _make_batches() -> None:
    op.create_table(
        "batch_plans",
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table(
        "batch_rows",
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number"),
    )
    op.create_index("batch_rows_by_state", "batch_rows", ["run_id", "state", "number"])
    op.create_table(
        "provider_batches",
        sa.Column("batch_id", sa.String(80), primary_key=True),
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("provider_batches_by_state", "provider_batches", ["state"])


def _make_shared() -> None:
    op.create_table(
        "purses",
        sa.Column("scope", sa.String(160), primary_key=True),
        sa.Column("spent_usd", sa.String(60), nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("scope", sa.String(160), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("leased_usd", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("scope", "owner"),
    )
    op.create_table(
        "paces",
        sa.Column("lane", sa.String(300), primary_key=True),
        sa.Column("free_at", sa.Float, nullable=False),
    )
    op.create_table(
        "beats",
        sa.Column("lane", sa.String(300), nullable=False),
        sa.Column("worker", sa.String(200), nullable=False),
        sa.Column("beat_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("lane", "worker"),
    )
