"""The first schema: the ledger's calls and texts, runs and their records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Written out rather than taken from `tables`: a migration never changes once it has run somewhere."""
    op.create_table(
        "calls",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("run_id", sa.String(120), nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("base_url", sa.String(500), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("draw", sa.Integer, nullable=False),
        sa.Column("launch", sa.String(80), nullable=False),
        sa.Column("persona_id", sa.String(60), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("request", sa.Text),
        sa.Column("raw", sa.Text),
        sa.Column("input_tokens", sa.Integer, nullable=False),
        sa.Column("cache_write_tokens", sa.Integer, nullable=False),
        sa.Column("cache_read_tokens", sa.Integer, nullable=False),
        sa.Column("output_tokens", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.String(40)),
        sa.Column("model_returned", sa.String(200), nullable=False),
        sa.Column("request_id", sa.String(200), nullable=False),
        sa.Column("latency_s", sa.Float),
        sa.Column("sent_at", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", "attempt"),
    )
    op.create_index("calls_by_run", "calls", ["run_id"])
    op.create_table(
        "texts",
        sa.Column("hash", sa.String(80), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(120), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("slug", sa.String(130), nullable=False),
        sa.Column("hash", sa.String(80), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "kind", "slug"),
    )
    op.create_index("records_by_hash", "records", ["hash"])
