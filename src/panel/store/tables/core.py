"""The tables, in types every database has. Migrations build them; a test holds the two equal.

No number is kept as a float but durations and instants of the database's own clock; every text of ours is kept by
`ledger/text_encoding.py` where it may hold what Postgres refuses.

`calls` is the ledger: one row an attempt. Its spend columns outlive everything; its texts (`request`, `raw`) are
emptied when a run is deleted. Costs are exact decimals written as text ("0.054399"): SQLite would keep a number as a
float, and a stored answer must cost to the last digit what it cost when it was first heard.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    literal_column,
)

HEAD = "0008"  # the newest migration; a test compares it with migrations/versions
VERSION_TABLE = "panel_schema"  # our own name: a Postgres database may also hold other programs' migrations

metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("key", String(80), primary_key=True),  # sha256:... of what was sent, where, and the draw
    Column("attempt", Integer, primary_key=True),  # 0, 1, ...: the latest wins
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
    Column("owner", String(200), nullable=False, server_default=""),  # lock of whoever sent it (`locks`)
    Column("batch_id", String(80), nullable=False, server_default=""),  # the provider batch it went in; "": by itself
    Column("worst_usd", String(40)),  # the most it may cost, exact decimal, from its claim on; NULL: no price is known
)
Index("calls_by_run", calls.c.run_id)
Index("calls_by_day", calls.c.sent_at)
IN_A_BATCH = calls.c.batch_id != ""  # say so in a query too: a partial index is used only by those that do
Index(
    "calls_by_batch", calls.c.batch_id, calls.c.launch, calls.c.key, calls.c.attempt,
    sqlite_where=IN_A_BATCH, postgresql_where=IN_A_BATCH,
)  # fmt: skip

PRESUMED = and_(calls.c.cost_usd.is_(None), calls.c.worst_usd.is_not(None))  # counted at its worst: few at any time
Index("calls_presumed", calls.c.run_id, calls.c.launch, sqlite_where=PRESUMED, postgresql_where=PRESUMED)

counters = Table(  # by scope, what its calls cost or may cost at most (`spend_limits`); also ones, of a day's cap
    "counters",
    metadata,
    Column("scope", String(220), primary_key=True),  # run:<id>, day:<date>, launch:<run id>/<slug>
    Column("amount", String(60), nullable=False),  # exact decimal
)

texts = Table("texts", metadata, Column("hash", String(80), primary_key=True), Column("text", Text, nullable=False))

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
    Column("run_id", String(120), ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), primary_key=True),  # dossier, review, comparison
    Column("slug", String(130), primary_key=True),
    Column("hash", String(80), nullable=False),  # the record's content hash
    Column("json", Text, nullable=False),
    Column("taken_hash", String(80), nullable=False, server_default=""),  # as the desk's queue took it in; "" not yet
)
Index("records_by_hash", records.c.hash)
UNTAKEN = and_(records.c.taken_hash != records.c.hash, records.c.kind != literal_column("'dossier'"))
Index("records_untaken", records.c.kind, records.c.run_id, sqlite_where=UNTAKEN, postgresql_where=UNTAKEN)

products = Table(
    "products",
    metadata,
    Column("product_id", String(40), primary_key=True),
    Column("slug", String(80), nullable=False),  # for addresses: given once, never changed
    Column("first_seen", String(32), nullable=False),  # UTC, ISO 8601
    Column("merged_into", String(40), nullable=False),  # product_id; "" stands for itself
)
Index("products_by_slug", products.c.slug, unique=True)
Index("products_by_merged_into", products.c.merged_into)

product_facts = Table(  # what was known on which day: the last row before a day is what a dossier of that day may say
    "product_facts",
    metadata,
    Column("product_id", String(40), ForeignKey("products.product_id", ondelete="CASCADE"), primary_key=True),
    Column("on_day", String(10), primary_key=True),  # UTC
    Column("name", String(200), nullable=False),
    Column("category", String(200), nullable=False),  # "" unknown
    Column("homepage", Text, nullable=False),
    Column("pricing_class", String(20), nullable=False),
    Column("licence", Text, nullable=False),
    Column("checked", String(10), nullable=False),  # "" when nobody has looked it up
)
Index(
    "product_facts_by_category", product_facts.c.category, product_facts.c.on_day, product_facts.c.product_id
)  # the latest news first, page by page, without sorting a category

product_keys = Table(  # what a launch may be found by; a key may belong to several products
    "product_keys",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("product_id", String(40), ForeignKey("products.product_id", ondelete="CASCADE"), primary_key=True),
    Column("release", String(80), primary_key=True),  # the launch that brought it: a split takes it along
)
Index("product_keys_by_product", product_keys.c.product_id)

launches = Table(
    "launches",
    metadata,
    Column("product_id", String(40), ForeignKey("products.product_id", ondelete="CASCADE"), primary_key=True),
    Column("release", String(80), primary_key=True),  # folded; "" for a launch that names none
    Column("slug", String(80), nullable=False),  # of the launch when it was first met
    Column("names", Text, nullable=False),  # JSON: every name it came under
    Column("digests", Text, nullable=False),  # JSON: by sort (announced, read), of what was last announced or read
    Column("first_seen", String(32), nullable=False),  # UTC, ISO 8601
    Column("last_seen", String(32), nullable=False),
    Column("seen_at", Text, nullable=False),  # JSON: a list of Seen
    Column("launch", Text, nullable=False),  # JSON: the Launch, without source texts
)
Index("launches_by_slug", launches.c.slug)

launch_runs = Table(  # which run reviewed which launch; a deleted run's line stays and is not shown
    "launch_runs",
    metadata,
    Column("run_id", String(120), primary_key=True),
    Column("slug", String(80), primary_key=True),  # as the run calls it
    Column("product_id", String(40), ForeignKey("products.product_id", ondelete="CASCADE"), nullable=False),
    Column("release", String(80), nullable=False),
)
Index("launch_runs_by_product", launch_runs.c.product_id)

product_events = Table(  # only ever added to
    "product_events",
    metadata,
    Column("event_id", Integer, primary_key=True),
    Column("product_id", String(40), ForeignKey("products.product_id", ondelete="CASCADE"), nullable=False),
    Column("at", String(32), nullable=False),  # UTC, ISO 8601
    Column("who", String(200), nullable=False),  # a person, or "panel"
    Column("what", String(20), nullable=False),
    Column("detail", Text, nullable=False),  # JSON
)
Index("product_events_by_product", product_events.c.product_id)

batch_plans = Table(
    "batch_plans",
    metadata,
    Column("run_id", String(120), ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("json", Text, nullable=False),  # a BatchPlan
)

batch_rows = Table(
    "batch_rows",
    metadata,
    Column("run_id", String(120), ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # BatchRow.row; that word is taken in SQL
    Column("state", String(10), nullable=False),
    Column("json", Text, nullable=False),  # a BatchRow
)
Index("batch_rows_by_state", batch_rows.c.run_id, batch_rows.c.state, batch_rows.c.number)

provider_batches = Table(
    "provider_batches",
    metadata,
    Column("batch_id", String(80), primary_key=True),  # ours, written before anything is sent
    Column("run_id", String(120), ForeignKey("runs.run_id", ondelete="CASCADE"), nullable=False),
    Column("state", String(12), nullable=False),
    Column("created_at", String(40), nullable=False),  # UTC, ISO 8601
    Column("json", Text, nullable=False),  # a SentBatch
)
Index("provider_batches_by_state", provider_batches.c.state)

beats = Table(
    "beats",
    metadata,
    Column("lane", String(300), primary_key=True),
    Column("worker", String(200), primary_key=True),
    Column("beat_at", Float, nullable=False),  # seconds since 1970 on the database's clock
)
