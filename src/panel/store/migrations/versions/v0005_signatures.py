"""The desk's rules anew: a decision made since unsigns, and what is still to go out can be cancelled."""

from alembic import op

from panel.store.tables.desk_triggers import statements, undo

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows stay as they are."""
    dialect = op.get_bind().dialect.name
    for statement in (*undo(dialect), *statements(dialect)):
        op.execute(statement)
