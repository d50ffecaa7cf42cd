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


def downgrade() -> None:
    """With places for unsaved words and for bands again, empty."""
    op.create_table(
        "desk_print_bands",
        sa.Column("band", sa.BigInteger, nullable=False),
        sa.Column("print_id", sa.Integer, sa.ForeignKey("desk_prints.print_id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("band", "print_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("desk_print_bands_by_print", "desk_print_bands", ["print_id"])
    op.create_table(
        "desk_unsaved",
        sa.Column(
            "draft_id", sa.String(140), sa.ForeignKey("desk_drafts.draft_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column(
            "account_id", sa.String(40), sa.ForeignKey("desk_accounts.account_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("tab", sa.String(40), nullable=False),
        sa.Column("field", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "account_id", "tab", "field"),
    )
    op.drop_index("desk_drafts_by_kind", "desk_drafts")
    op.drop_index("desk_taken_by_draft", "desk_taken")
    op.drop_index("records_untaken", "records")
    op.drop_column("records", "taken_hash")
