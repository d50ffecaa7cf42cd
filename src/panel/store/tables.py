"""The tables, in types every database has. Migrations build them; a test holds the two equal.

`calls` is the ledger: one row an attempt. Its spend columns outlive everything; its texts (`request`, `raw`) are
emptied when a run is deleted. Costs are exact decimals written as text ("0.054399"): SQLite would keep a number as a
float, and a stored answer must cost to the last digit what it cost when it was first heard.
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, PrimaryKeyConstraint, String, Table, Text

HEAD = "0001"  # the newest migration; a test compares it with migrations/versions
VERSION_TABLE = "panel_schema"  # our own name: a Postgres database may also hold other programs' migrations

metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("key", String(80), nullable=False),  # sha256:... of what was sent, where, and the draw
    Column("attempt", Integer, nullable=False),  # 0, 1, ...: the latest wins
    Column("run_id", String(120), nullable=False),  # who sent it
    Column("provider", String(40), nullable=False),
    Column("model", String(200), nullable=False),  # as asked for
    Column("base_url", String(500), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("draw", Integer, nullable=False),
    Column("launch", String(80), nullable=False),  # slug
    Column("persona_id", String(60), nullable=False),
    Column("state", String(10), nullable=False),  # sent, answered, failed
    Column("request", Text),  # folded body; NULL once its run was deleted
    Column("raw", Text),  # the reply as it came; NULL: none yet, or deleted
    Column("input_tokens", Integer, nullable=False),
    Column("cache_write_tokens", Integer, nullable=False),
    Column("cache_read_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cost_usd", String(40)),  # exact decimal; NULL: unknown, never 0
    Column("model_returned", String(200), nullable=False),
    Column("request_id", String(200), nullable=False),
    Column("latency_s", Float),
    Column("sent_at", String(32), nullable=False),  # UTC, ISO 8601
    Column("ended_at", String(32), nullable=False),  # "" while sent
    Column("why", Text, nullable=False),  # of a failure
    PrimaryKeyConstraint("key", "attempt"),
)
Index("calls_by_run", calls.c.run_id)

texts = Table(
    "texts",
    metadata,
    Column("hash", String(80), primary_key=True),
    Column("text", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(120), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_at", String(32), nullable=False),  # UTC, ISO 8601
    Column("json", Text, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("run_id", String(120), ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),  # review, comparison
    Column("slug", String(130), nullable=False),
    Column("hash", String(80), nullable=False),  # the record's content hash
    Column("json", Text, nullable=False),
    PrimaryKeyConstraint("run_id", "kind", "slug"),
)
Index("records_by_hash", records.c.hash)
