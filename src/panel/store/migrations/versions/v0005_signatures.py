"""The desk's rules anew: a decision made since unsigns, and what is still to go out can be cancelled."""

import sqlalchemy as sa
from alembic import op

from panel.store.desk_triggers import statements, undo

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows stay as they are: an old approval names no newest decision."""
    op.add_column("desk_approvals", sa.Column("last_decision", sa.Integer))
    dialect = op.get_bind().dialect.name
    for statement in (*undo(dialect), *statements(dialect)):
        op.execute(statement)


def downgrade() -> None:
    """Today's rules need the column, and refuse nothing that was rightly allowed: both stay."""
    op.execute("UPDATE desk_drafts SET state = 'published' WHERE state = 'scheduled'")
