"""Drafts that wait for an hour are found by it: every act and every page of the desk looks for those that are due."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
WAITS = sa.text("until <> ''")


def upgrade() -> None:
    """Rows stay as they are."""
    op.create_index("desk_drafts_by_until", "desk_drafts", ["until"], sqlite_where=WAITS, postgresql_where=WAITS)
