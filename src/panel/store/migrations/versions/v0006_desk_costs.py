"""What the desk's pages cost: indexes, records not taken in found by one; and no unsaved words, which browsers keep."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
UNTAKEN = sa.text("taken_hash <> hash and kind <> 'dossier'")


def upgrade() -> None:
    """What the queue took in before stays taken."""
    op.add_column("records", sa.Column("taken_hash", sa.String(80), nullable=False, server_default=""))
    op.execute(
        "update records set taken_hash = hash where exists (select 1 from desk_taken t where t.run_id = records.run_id "
        "and t.kind = records.kind and t.slug = records.slug and t.hash = records.hash)"
    )
    op.create_index("records_untaken", "records", ["kind", "run_id"], sqlite_where=UNTAKEN, postgresql_where=UNTAKEN)
    op.create_index("desk_taken_by_draft", "desk_taken", ["draft_id"])
    op.create_index("desk_drafts_by_kind", "desk_drafts", ["kind", "state", "created_at"])
    op.drop_table("desk_unsaved")
    op.drop_table("desk_print_bands")
    op.execute("delete from desk_prints")  # compared in another form today; they come again as drafts are approved
