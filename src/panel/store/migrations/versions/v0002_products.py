"""Products, what was known of them on which day, their launches, and what was done to them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Written out rather than taken from `tables`: a migration never changes once it has run somewhere."""
    op.create_table(
        "products",
        sa.Column("product_id", sa.String(40), primary_key=True),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("first_seen", sa.String(32), nullable=False),
        sa.Column("merged_into", sa.String(40), nullable=False),
    )
    op.create_index("products_by_slug", "products", ["slug"], unique=True)
    op.create_index("products_by_merged_into", "products", ["merged_into"])
    op.create_table(
        "product_facts",
        _product_id(),
        sa.Column("on_day", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("category", sa.String(200), nullable=False),
        sa.Column("homepage", sa.Text, nullable=False),
        sa.Column("pricing_class", sa.String(20), nullable=False),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("checked", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "on_day"),
    )
    op.create_index("product_facts_by_category", "product_facts", ["category"])
    op.create_table(
        "product_keys",
        sa.Column("key", sa.String(200), nullable=False),
        _product_id(),
        sa.Column("release", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("key", "product_id", "release"),
    )
    op.create_index("product_keys_by_product", "product_keys", ["product_id"])
    _launches()
    op.create_table(
        "product_events",
        sa.Column("event_id", sa.Integer, primary_key=True),
        _product_id(),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("product_events_by_product", "product_events", ["product_id"])


def _launches() -> None:
    op.create_table(
        "launches",
        _product_id(),
        sa.Column("release", sa.String(80), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("digests", sa.Text, nullable=False),
        sa.Column("first_seen", sa.String(32), nullable=False),
        sa.Column("last_seen", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sa.Column("launch", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("product_id", "release"),
    )
    op.create_index("launches_by_slug", "launches", ["slug"])
    op.create_table(
        "launch_runs",
        sa.Column("run_id", sa.String(120), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        _product_id(),
        sa.Column("release", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "slug"),
    )
    op.create_index("launch_runs_by_product", "launch_runs", ["product_id"])


def _product_id() -> sa.Column[str]:
    whose = sa.ForeignKey("products.product_id", ondelete="CASCADE")
    return sa.Column("product_id", sa.String(40), whose, nullable=False)
