"""The desk: accounts, drafts, revisions, points, decisions, approvals, publications, the log; and rules as triggers."""

import sqlalchemy as sa
from alembic import op

from panel.store.tables.desk_triggers import statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing of before is touched but an index, which learns the day."""
    _index_facts("category", "on_day", "product_id")
    _make_accounts()
    _make_drafts()
    _make_history()
    _make_rest()
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)


def _index_facts(*columns: str) -> None:
    op.drop_index("product_facts_by_category", "product_facts")
    op.create_index("product_facts_by_category", "product_facts", list(columns))


def _make_accounts() -> None:
    op.create_table(
        "desk_accounts",
        sa.Column("account_id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("sign_in", sa.String(80), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("disabled_at", sa.String(40), nullable=False),
    )
    op.create_index("desk_accounts_by_sign_in", "desk_accounts", ["sign_in"], unique=True)
    op.create_table(
        "desk_sessions",
        sa.Column("token_hash", sa.String(80), primary_key=True),
        sa.Column(
            "account_id", sa.String(40), sa.ForeignKey("desk_accounts.account_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("expires_at", sa.String(40), nullable=False),
    )
    op.create_index("desk_sessions_by_account", "desk_sessions", ["account_id"])
    op.create_table(
        "desk_sign_in_failures",
        sa.Column("who", sa.String(120), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.String(40), nullable=False),
    )


def _make_drafts() -> None:
    op.create_table(
        "desk_bases",
        sa.Column("hash", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_table(
        "desk_drafts",
        sa.Column("draft_id", sa.String(140), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("scope", sa.String(140), nullable=False),
        sa.Column("base_hash", sa.String(80), sa.ForeignKey("desk_bases.hash"), nullable=False),
        sa.Column("offered_hash", sa.String(80), nullable=False),
        sa.Column("run_id", sa.String(120), nullable=False),
        sa.Column("grade", sa.String(10), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("until", sa.String(40), nullable=False),
        sa.Column("embargo_until", sa.String(40), nullable=False),
        sa.Column("head", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
    )
    op.create_index("desk_drafts_by_subject", "desk_drafts", ["kind", "subject"], unique=True)
    op.create_index("desk_drafts_by_state", "desk_drafts", ["state", "created_at"])
    op.create_index("desk_drafts_by_scope", "desk_drafts", ["scope"])
    op.create_table(
        "desk_taken",
        sa.Column("run_id", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("slug", sa.String(130), nullable=False),
        sa.Column("hash", sa.String(80), nullable=False),
        sa.Column("draft_id", sa.String(140), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "kind", "slug"),
    )
    op.create_table(
        "desk_sides",
        sa.Column("draft_id", sa.String(140), sa.ForeignKey("desk_drafts.draft_id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("side", sa.String(140), sa.ForeignKey("desk_drafts.draft_id"), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "position"),
    )
    op.create_index("desk_sides_by_side", "desk_sides", ["side"])


def _make_history() -> None:
    op.create_table(
        "desk_revisions",
        sa.Column("draft_id", sa.String(140), sa.ForeignKey("desk_drafts.draft_id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(80), nullable=False),
        sa.Column("parent_hash", sa.String(80), nullable=False),
        sa.Column("base_hash", sa.String(80), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("json", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "number"),
    )
    op.create_table(
        "desk_points",
        sa.Column("draft_id", sa.String(140), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("scope", sa.String(140), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "number", "position"),
        sa.ForeignKeyConstraint(["draft_id", "number"], ["desk_revisions.draft_id", "desk_revisions.number"]),
    )
    op.create_index("desk_points_by_key", "desk_points", ["scope", "key"])
    op.create_table(
        "desk_decisions",
        sa.Column("decision_id", sa.Integer, primary_key=True),
        sa.Column("scope", sa.String(140), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("decision", sa.String(12), nullable=False),
        sa.Column("settles", sa.Integer, nullable=False),
        sa.Column("draft_id", sa.String(140), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
    )
    op.create_index("desk_decisions_by_key", "desk_decisions", ["scope", "key", "decision_id"])
    op.create_index("desk_decisions_by_draft", "desk_decisions", ["draft_id"])
    op.create_table(
        "desk_approvals",
        sa.Column("approval_id", sa.Integer, primary_key=True),
        sa.Column("draft_id", sa.String(140), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("revision_hash", sa.String(80), nullable=False),
        sa.Column("edition", sa.String(8), nullable=False),
        sa.Column("by", sa.String(40), sa.ForeignKey("desk_accounts.account_id"), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("json", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["draft_id", "number"], ["desk_revisions.draft_id", "desk_revisions.number"]),
    )
    op.create_index("desk_approvals_by_draft", "desk_approvals", ["draft_id", "number"])
    op.create_table(
        "desk_publications",
        sa.Column("publication_id", sa.Integer, primary_key=True),
        sa.Column("draft_id", sa.String(140), sa.ForeignKey("desk_drafts.draft_id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("approval_id", sa.Integer, sa.ForeignKey("desk_approvals.approval_id")),
        sa.Column("goes_out_at", sa.String(40), nullable=False),
        sa.Column("by", sa.String(40), sa.ForeignKey("desk_accounts.account_id"), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("edition", sa.String(8), nullable=False),
    )
    op.create_index("desk_publications_by_draft", "desk_publications", ["draft_id", "publication_id"])
    op.create_index("desk_publications_by_time", "desk_publications", ["goes_out_at"])


def _make_rest() -> None:
    op.create_table(
        "desk_run_logs",
        sa.Column("draft_id", sa.String(140), sa.ForeignKey("desk_drafts.draft_id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("on_day", sa.String(10), nullable=False),
        sa.Column("by", sa.String(40), sa.ForeignKey("desk_accounts.account_id"), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "number"),
    )
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
    op.create_table(
        "desk_acts",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("what", sa.String(30), nullable=False),
        sa.Column("draft_id", sa.String(140), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(80), nullable=False),
        sa.Column("hash", sa.String(80), nullable=False),
    )
    op.create_index("desk_acts_by_draft", "desk_acts", ["draft_id", "seq"])
    _make_prints()


def _make_prints() -> None:
    op.create_table(
        "desk_prints",
        sa.Column("print_id", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("named", sa.String(300), nullable=False),
        sa.Column("persona_id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("on_day", sa.String(10), nullable=False),
    )
    op.create_index("desk_prints_by_subject", "desk_prints", ["subject"])
    op.create_index("desk_prints_by_persona", "desk_prints", ["persona_id", "kind", "on_day", "print_id"])
    op.create_table(
        "desk_print_bands",
        sa.Column("band", sa.BigInteger, nullable=False),
        sa.Column("print_id", sa.Integer, sa.ForeignKey("desk_prints.print_id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("band", "print_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("desk_print_bands_by_print", "desk_print_bands", ["print_id"])
