"""The desk's tables. What happened is only ever added to: triggers refuse a change, whoever asks (`migrations`).

Append-only: bases, sides, revisions, points, decisions, approvals, publications, notes from outside, acts. The rest is
what can be computed again or may be forgotten: the queue's rows, sessions, failed sign-ins.
"""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    literal_column,
)

from panel.store.tables.core import metadata

accounts = Table(
    "desk_accounts",
    metadata,
    Column("account_id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),  # by-line and signature
    Column("sign_in", String(80), nullable=False),  # folded name they sign in with; "" for the owner of this machine
    Column("role", String(10), nullable=False),  # writer, editor, publisher, admin
    Column("password_hash", String(200), nullable=False),  # argon2id; "" signs in by link only
    Column("created_at", String(40), nullable=False),  # UTC, ISO 8601
    Column("disabled_at", String(40), nullable=False),  # "" while it may sign in
)
Index("desk_accounts_by_sign_in", accounts.c.sign_in, unique=True)

sessions = Table(
    "desk_sessions",
    metadata,
    Column("token_hash", String(80), primary_key=True),  # sha256:... of the cookie; the cookie itself is kept nowhere
    Column("account_id", String(40), ForeignKey("desk_accounts.account_id", ondelete="CASCADE"), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
)
Index("desk_sessions_by_account", sessions.c.account_id)

sign_in_failures = Table(
    "desk_sign_in_failures",
    metadata,
    Column("who", String(120), primary_key=True),  # "name:..." or "address:..."
    Column("failures", Integer, nullable=False),
    Column("last_at", String(40), nullable=False),
)

bases = Table(  # what the machine wrote, kept whole for as long as a draft of it is
    "desk_bases",
    metadata,
    Column("hash", String(80), primary_key=True),  # the record's content hash
    Column("kind", String(12), nullable=False),  # review, comparison
    Column("json", Text, nullable=False),  # a Review; of a comparison a Pair
)

drafts = Table(
    "desk_drafts",
    metadata,
    Column("draft_id", String(140), primary_key=True),  # readable, for addresses; given once
    Column("kind", String(12), nullable=False),
    Column("subject", String(300), nullable=False),  # what it is about: product and release, or a pair of drafts
    Column("scope", String(140), nullable=False),  # whose sentences are decided together: the product
    Column("base_hash", String(80), ForeignKey("desk_bases.hash"), nullable=False),
    Column("offered_hash", String(80), nullable=False),  # a newer review of the same, not taken over; "" none
    Column("run_id", String(120), nullable=False),  # that made the base
    Column("grade", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("until", String(40), nullable=False),  # UTC, ISO 8601, of "later"; "" none
    Column("embargo_until", String(40), nullable=False),  # UTC, ISO 8601, always as long; "" none
    Column("head", Integer, nullable=False),  # number of the newest revision; -1: nobody has opened it
    Column("created_at", String(40), nullable=False),
    Column("changed_at", String(40), nullable=False),
    Column("shown", Text, nullable=False),  # JSON: a QueueRow
    Column("search", Text, nullable=False),  # lower case, for the queue's search
)
Index("desk_drafts_by_subject", drafts.c.kind, drafts.c.subject, unique=True)
Index("desk_drafts_by_state", drafts.c.state, drafts.c.created_at)
Index("desk_drafts_by_kind", drafts.c.kind, drafts.c.state, drafts.c.created_at)
Index("desk_drafts_by_scope", drafts.c.scope)
WAITS = drafts.c.until != literal_column("''")
Index("desk_drafts_by_until", drafts.c.until, sqlite_where=WAITS, postgresql_where=WAITS)

taken = Table(  # records of runs that the queue has seen
    "desk_taken",
    metadata,
    Column("run_id", String(120), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("slug", String(130), primary_key=True),
    Column("hash", String(80), nullable=False),  # as it was then: a resumed run may make it anew
    Column("draft_id", String(140), nullable=False),  # "" of what made none, "?" of what could not be read
)
Index("desk_taken_by_draft", taken.c.draft_id)

sides = Table(  # the two drafts of reviews that a comparison's draft prints
    "desk_sides",
    metadata,
    Column("draft_id", String(140), ForeignKey("desk_drafts.draft_id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # 0, 1
    Column("side", String(140), ForeignKey("desk_drafts.draft_id"), nullable=False),
)
Index("desk_sides_by_side", sides.c.side)

revisions = Table(
    "desk_revisions",
    metadata,
    Column("draft_id", String(140), ForeignKey("desk_drafts.draft_id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 0 is the machine's
    Column("hash", String(80), nullable=False),  # of base, text and parent: what an approval signs
    Column("parent_hash", String(80), nullable=False),  # "" for 0
    Column("base_hash", String(80), nullable=False),
    Column("by", String(80), nullable=False),  # account_id; "panel" for 0 and for what follows from others' acts
    Column("at", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("json", Text, nullable=False),  # a DraftText
)

points = Table(  # what has to be settled before a revision may be approved
    "desk_points",
    metadata,
    Column("draft_id", String(140), primary_key=True),
    Column("number", Integer, primary_key=True),  # of the revision
    Column("position", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),  # claim, pick, views, flag, held
    Column("scope", String(140), nullable=False),
    Column("key", String(80), nullable=False),  # of the sentence and its passages, or of the flag
    ForeignKeyConstraint(["draft_id", "number"], ["desk_revisions.draft_id", "desk_revisions.number"]),
)
Index("desk_points_by_key", points.c.scope, points.c.key)

decisions = Table(  # the newest of a scope and key counts
    "desk_decisions",
    metadata,
    Column("decision_id", Integer, primary_key=True),
    Column("scope", String(140), nullable=False),
    Column("key", String(80), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("decision", String(12), nullable=False),
    Column("settles", Integer, nullable=False),  # 1, or 0 for one that was taken back
    Column("draft_id", String(140), nullable=False),  # where it was made
    Column("by", String(80), nullable=False),
    Column("at", String(40), nullable=False),
    Column("json", Text, nullable=False),  # a Decision
)
Index("desk_decisions_by_key", decisions.c.scope, decisions.c.key, decisions.c.decision_id)
Index("desk_decisions_by_draft", decisions.c.draft_id)

approvals = Table(
    "desk_approvals",
    metadata,
    Column("approval_id", Integer, primary_key=True),
    Column("draft_id", String(140), nullable=False),
    Column("number", Integer, nullable=False),
    Column("revision_hash", String(80), nullable=False),
    Column("edition", String(8), nullable=False),  # main, trial
    Column("by", String(40), ForeignKey("desk_accounts.account_id"), nullable=False),
    Column("at", String(40), nullable=False),
    Column("json", Text, nullable=False),  # an Approval
    ForeignKeyConstraint(["draft_id", "number"], ["desk_revisions.draft_id", "desk_revisions.number"]),
)
Index("desk_approvals_by_draft", approvals.c.draft_id, approvals.c.number)

publications = Table(
    "desk_publications",
    metadata,
    Column("publication_id", Integer, primary_key=True),
    Column("draft_id", String(140), ForeignKey("desk_drafts.draft_id"), nullable=False),
    Column("kind", String(12), nullable=False),  # published, corrected, retracted
    Column("approval_id", Integer, ForeignKey("desk_approvals.approval_id")),  # NULL for a retraction
    Column("goes_out_at", String(40), nullable=False),  # UTC, ISO 8601, always as long: compared as text
    Column("by", String(40), ForeignKey("desk_accounts.account_id"), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Text, nullable=False),  # of a correction or retraction
    Column("edition", String(8), nullable=False),
)
Index("desk_publications_by_draft", publications.c.draft_id, publications.c.publication_id)
Index("desk_publications_by_time", publications.c.goes_out_at)

run_logs = Table(  # terminal sessions and test notes an editor brought: sources for jurors asked again
    "desk_run_logs",
    metadata,
    Column("draft_id", String(140), ForeignKey("desk_drafts.draft_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("on_day", String(10), nullable=False),
    Column("by", String(40), ForeignKey("desk_accounts.account_id"), nullable=False),
    Column("at", String(40), nullable=False),
)

acts = Table(  # the log: each act's hash holds the one before it
    "desk_acts",
    metadata,
    Column("seq", Integer, primary_key=True),  # 1, 2, ... without a gap
    Column("at", String(40), nullable=False),
    Column("by", String(80), nullable=False),
    Column("what", String(30), nullable=False),
    Column("draft_id", String(140), nullable=False),  # "" of an act about no draft
    Column("detail", Text, nullable=False),  # JSON
    Column("previous", String(80), nullable=False),  # "" of the first
    Column("hash", String(80), nullable=False),
)
Index("desk_acts_by_draft", acts.c.draft_id, acts.c.seq)

prints = Table(  # critics' words as they are compared with other reviews': names and figures blotted out
    "desk_prints",
    metadata,
    Column("print_id", Integer, primary_key=True),
    Column("subject", String(300), nullable=False),  # the product
    Column("named", String(300), nullable=False),  # the launch, as readers know it
    Column("persona_id", String(60), nullable=False),
    Column("kind", String(8), nullable=False),  # quote, words
    Column("text", Text, nullable=False),
    Column("on_day", String(10), nullable=False),
)
Index("desk_prints_by_subject", prints.c.subject)
Index("desk_prints_by_persona", prints.c.persona_id, prints.c.kind, prints.c.on_day, prints.c.print_id)
