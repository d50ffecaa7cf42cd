"""The schema of 28 November 2026, frozen: it imports nothing of ours, and is never changed. A change is a migration.

The triggers hold the desk's rules, whatever program writes, the same on SQLite and on Postgres. What happened is never
changed or deleted. People decide, each as their role allows. An approval signs the newest revision of its draft, byte
for byte, by an account that may, into the edition its grade allows, with every point settled; what goes out is still
so, and neither it nor a review that a comparison prints is put away or embargoed then. `panel.desk` says the same in
words.
"""

from collections.abc import Iterator

from alembic import op

revision = "0006"  # a database of before is upgraded by the last version that knew the six migrations up to here
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE calls ("key" VARCHAR(80) NOT NULL, attempt INTEGER NOT NULL, run_id VARCHAR(120) NOT NULL,
    provider VARCHAR(40) NOT NULL, model VARCHAR(200) NOT NULL, base_url VARCHAR(500) NOT NULL,
    purpose VARCHAR(20) NOT NULL, draw INTEGER NOT NULL, launch VARCHAR(80) NOT NULL, persona_id VARCHAR(60) NOT NULL,
    state VARCHAR(10) NOT NULL, request TEXT, raw TEXT, input_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cost_usd VARCHAR(40), model_returned VARCHAR(200) NOT NULL, request_id VARCHAR(200) NOT NULL, latency_s FLOAT,
    sent_at VARCHAR(32) NOT NULL, ended_at VARCHAR(32) NOT NULL, why TEXT NOT NULL,
    owner VARCHAR(200) DEFAULT '' NOT NULL, batch_id VARCHAR(80) DEFAULT '' NOT NULL, PRIMARY KEY ("key", attempt));
CREATE INDEX calls_by_batch ON calls (batch_id, launch, "key", attempt) WHERE batch_id <> '';
CREATE INDEX calls_by_day ON calls (sent_at); CREATE INDEX calls_by_run ON calls (run_id);
CREATE TABLE texts (hash VARCHAR(80) NOT NULL PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE runs (run_id VARCHAR(120) NOT NULL PRIMARY KEY, kind VARCHAR(20) NOT NULL, state VARCHAR(10) NOT NULL,
    created_at VARCHAR(32) NOT NULL, json TEXT NOT NULL);
CREATE TABLE records (run_id VARCHAR(120) NOT NULL, kind VARCHAR(20) NOT NULL, slug VARCHAR(130) NOT NULL,
    hash VARCHAR(80) NOT NULL, json TEXT NOT NULL, taken_hash VARCHAR(80) DEFAULT '' NOT NULL,
    PRIMARY KEY (run_id, kind, slug), FOREIGN KEY (run_id) REFERENCES runs (run_id) ON DELETE CASCADE);
CREATE INDEX records_by_hash ON records (hash);
CREATE INDEX records_untaken ON records (kind, run_id) WHERE taken_hash <> hash AND kind <> 'dossier';
CREATE TABLE products (product_id VARCHAR(40) NOT NULL PRIMARY KEY, slug VARCHAR(80) NOT NULL,
    first_seen VARCHAR(32) NOT NULL, merged_into VARCHAR(40) NOT NULL);
CREATE INDEX products_by_merged_into ON products (merged_into); CREATE UNIQUE INDEX products_by_slug ON products (slug);
CREATE TABLE product_facts (product_id VARCHAR(40) NOT NULL, on_day VARCHAR(10) NOT NULL, name VARCHAR(200) NOT NULL,
    category VARCHAR(200) NOT NULL, homepage TEXT NOT NULL, pricing_class VARCHAR(20) NOT NULL, licence TEXT NOT NULL,
    checked VARCHAR(10) NOT NULL, PRIMARY KEY (product_id, on_day),
    FOREIGN KEY (product_id) REFERENCES products (product_id) ON DELETE CASCADE);
CREATE INDEX product_facts_by_category ON product_facts (category, on_day, product_id);
CREATE TABLE product_keys ("key" VARCHAR(200) NOT NULL, product_id VARCHAR(40) NOT NULL, release VARCHAR(80) NOT NULL,
    PRIMARY KEY ("key", product_id, release),
    FOREIGN KEY (product_id) REFERENCES products (product_id) ON DELETE CASCADE);
CREATE INDEX product_keys_by_product ON product_keys (product_id);
CREATE TABLE launches (product_id VARCHAR(40) NOT NULL, release VARCHAR(80) NOT NULL, slug VARCHAR(80) NOT NULL,
    names TEXT NOT NULL, digests TEXT NOT NULL, first_seen VARCHAR(32) NOT NULL, last_seen VARCHAR(32) NOT NULL,
    seen_at TEXT NOT NULL, launch TEXT NOT NULL, PRIMARY KEY (product_id, release),
    FOREIGN KEY (product_id) REFERENCES products (product_id) ON DELETE CASCADE);
CREATE INDEX launches_by_slug ON launches (slug);
CREATE TABLE launch_runs (run_id VARCHAR(120) NOT NULL, slug VARCHAR(80) NOT NULL, product_id VARCHAR(40) NOT NULL,
    release VARCHAR(80) NOT NULL, PRIMARY KEY (run_id, slug),
    FOREIGN KEY (product_id) REFERENCES products (product_id) ON DELETE CASCADE);
CREATE INDEX launch_runs_by_product ON launch_runs (product_id);
CREATE TABLE product_events (event_id SERIAL NOT NULL PRIMARY KEY, product_id VARCHAR(40) NOT NULL,
    at VARCHAR(32) NOT NULL, who VARCHAR(200) NOT NULL, what VARCHAR(20) NOT NULL, detail TEXT NOT NULL,
    FOREIGN KEY (product_id) REFERENCES products (product_id) ON DELETE CASCADE);
CREATE INDEX product_events_by_product ON product_events (product_id);
CREATE TABLE batch_plans (run_id VARCHAR(120) NOT NULL PRIMARY KEY, json TEXT NOT NULL,
    FOREIGN KEY (run_id) REFERENCES runs (run_id) ON DELETE CASCADE);
CREATE TABLE batch_rows (run_id VARCHAR(120) NOT NULL, number INTEGER NOT NULL, state VARCHAR(10) NOT NULL,
    json TEXT NOT NULL, PRIMARY KEY (run_id, number), FOREIGN KEY (run_id) REFERENCES runs (run_id) ON DELETE CASCADE);
CREATE INDEX batch_rows_by_state ON batch_rows (run_id, state, number);
CREATE TABLE provider_batches (batch_id VARCHAR(80) NOT NULL PRIMARY KEY, run_id VARCHAR(120) NOT NULL,
    state VARCHAR(12) NOT NULL, created_at VARCHAR(40) NOT NULL, json TEXT NOT NULL,
    FOREIGN KEY (run_id) REFERENCES runs (run_id) ON DELETE CASCADE);
CREATE INDEX provider_batches_by_state ON provider_batches (state);
CREATE TABLE purses (scope VARCHAR(160) NOT NULL PRIMARY KEY, spent_usd VARCHAR(60) NOT NULL);
CREATE TABLE leases (scope VARCHAR(160) NOT NULL, owner VARCHAR(200) NOT NULL, leased_usd VARCHAR(60) NOT NULL,
    PRIMARY KEY (scope, owner));
CREATE TABLE paces (lane VARCHAR(300) NOT NULL PRIMARY KEY, free_at FLOAT NOT NULL);
CREATE TABLE beats (lane VARCHAR(300) NOT NULL, worker VARCHAR(200) NOT NULL, beat_at FLOAT NOT NULL,
    PRIMARY KEY (lane, worker));
CREATE TABLE desk_accounts (account_id VARCHAR(40) NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL,
    sign_in VARCHAR(80) NOT NULL, role VARCHAR(10) NOT NULL, password_hash VARCHAR(200) NOT NULL,
    created_at VARCHAR(40) NOT NULL, disabled_at VARCHAR(40) NOT NULL);
CREATE UNIQUE INDEX desk_accounts_by_sign_in ON desk_accounts (sign_in);
CREATE TABLE desk_sessions (token_hash VARCHAR(80) NOT NULL PRIMARY KEY, account_id VARCHAR(40) NOT NULL,
    created_at VARCHAR(40) NOT NULL, expires_at VARCHAR(40) NOT NULL,
    FOREIGN KEY (account_id) REFERENCES desk_accounts (account_id) ON DELETE CASCADE);
CREATE INDEX desk_sessions_by_account ON desk_sessions (account_id);
CREATE TABLE desk_sign_in_failures (who VARCHAR(120) NOT NULL PRIMARY KEY, failures INTEGER NOT NULL,
    last_at VARCHAR(40) NOT NULL);
CREATE TABLE desk_bases (hash VARCHAR(80) NOT NULL PRIMARY KEY, kind VARCHAR(12) NOT NULL, json TEXT NOT NULL);
CREATE TABLE desk_drafts (draft_id VARCHAR(140) NOT NULL PRIMARY KEY, kind VARCHAR(12) NOT NULL,
    subject VARCHAR(300) NOT NULL, scope VARCHAR(140) NOT NULL, base_hash VARCHAR(80) NOT NULL,
    offered_hash VARCHAR(80) NOT NULL, run_id VARCHAR(120) NOT NULL, grade VARCHAR(10) NOT NULL,
    state VARCHAR(12) NOT NULL, until VARCHAR(40) NOT NULL, embargo_until VARCHAR(40) NOT NULL, head INTEGER NOT NULL,
    created_at VARCHAR(40) NOT NULL, changed_at VARCHAR(40) NOT NULL, shown TEXT NOT NULL, search TEXT NOT NULL,
    FOREIGN KEY (base_hash) REFERENCES desk_bases (hash));
CREATE INDEX desk_drafts_by_kind ON desk_drafts (kind, state, created_at);
CREATE INDEX desk_drafts_by_scope ON desk_drafts (scope);
CREATE INDEX desk_drafts_by_state ON desk_drafts (state, created_at);
CREATE UNIQUE INDEX desk_drafts_by_subject ON desk_drafts (kind, subject);
CREATE TABLE desk_taken (run_id VARCHAR(120) NOT NULL, kind VARCHAR(12) NOT NULL, slug VARCHAR(130) NOT NULL,
    hash VARCHAR(80) NOT NULL, draft_id VARCHAR(140) NOT NULL, PRIMARY KEY (run_id, kind, slug));
CREATE INDEX desk_taken_by_draft ON desk_taken (draft_id);
CREATE TABLE desk_sides (draft_id VARCHAR(140) NOT NULL, position INTEGER NOT NULL, side VARCHAR(140) NOT NULL,
    PRIMARY KEY (draft_id, position), FOREIGN KEY (draft_id) REFERENCES desk_drafts (draft_id),
    FOREIGN KEY (side) REFERENCES desk_drafts (draft_id));
CREATE INDEX desk_sides_by_side ON desk_sides (side);
CREATE TABLE desk_revisions (draft_id VARCHAR(140) NOT NULL, number INTEGER NOT NULL, hash VARCHAR(80) NOT NULL,
    parent_hash VARCHAR(80) NOT NULL, base_hash VARCHAR(80) NOT NULL, "by" VARCHAR(80) NOT NULL,
    at VARCHAR(40) NOT NULL, reason TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (draft_id, number),
    FOREIGN KEY (draft_id) REFERENCES desk_drafts (draft_id));
CREATE TABLE desk_points (draft_id VARCHAR(140) NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,
    kind VARCHAR(8) NOT NULL, scope VARCHAR(140) NOT NULL, "key" VARCHAR(80) NOT NULL,
    PRIMARY KEY (draft_id, number, position),
    FOREIGN KEY (draft_id, number) REFERENCES desk_revisions (draft_id, number));
CREATE INDEX desk_points_by_key ON desk_points (scope, "key");
CREATE TABLE desk_decisions (decision_id SERIAL NOT NULL PRIMARY KEY, scope VARCHAR(140) NOT NULL,
    "key" VARCHAR(80) NOT NULL, kind VARCHAR(8) NOT NULL, decision VARCHAR(12) NOT NULL, settles INTEGER NOT NULL,
    draft_id VARCHAR(140) NOT NULL, "by" VARCHAR(80) NOT NULL, at VARCHAR(40) NOT NULL, json TEXT NOT NULL);
CREATE INDEX desk_decisions_by_draft ON desk_decisions (draft_id);
CREATE INDEX desk_decisions_by_key ON desk_decisions (scope, "key", decision_id);
CREATE TABLE desk_approvals (approval_id SERIAL NOT NULL PRIMARY KEY, draft_id VARCHAR(140) NOT NULL,
    number INTEGER NOT NULL, revision_hash VARCHAR(80) NOT NULL, edition VARCHAR(8) NOT NULL, "by" VARCHAR(40) NOT NULL,
    at VARCHAR(40) NOT NULL, json TEXT NOT NULL,
    FOREIGN KEY (draft_id, number) REFERENCES desk_revisions (draft_id, number),
    FOREIGN KEY (by) REFERENCES desk_accounts (account_id));
CREATE INDEX desk_approvals_by_draft ON desk_approvals (draft_id, number);
CREATE TABLE desk_publications (publication_id SERIAL NOT NULL PRIMARY KEY, draft_id VARCHAR(140) NOT NULL,
    kind VARCHAR(12) NOT NULL, approval_id INTEGER, goes_out_at VARCHAR(40) NOT NULL, "by" VARCHAR(40) NOT NULL,
    at VARCHAR(40) NOT NULL, reason TEXT NOT NULL, edition VARCHAR(8) NOT NULL,
    FOREIGN KEY (draft_id) REFERENCES desk_drafts (draft_id),
    FOREIGN KEY (approval_id) REFERENCES desk_approvals (approval_id),
    FOREIGN KEY (by) REFERENCES desk_accounts (account_id));
CREATE INDEX desk_publications_by_draft ON desk_publications (draft_id, publication_id);
CREATE INDEX desk_publications_by_time ON desk_publications (goes_out_at);
CREATE TABLE desk_run_logs (draft_id VARCHAR(140) NOT NULL, number INTEGER NOT NULL, title VARCHAR(300) NOT NULL,
    text TEXT NOT NULL, on_day VARCHAR(10) NOT NULL, "by" VARCHAR(40) NOT NULL, at VARCHAR(40) NOT NULL,
    PRIMARY KEY (draft_id, number), FOREIGN KEY (draft_id) REFERENCES desk_drafts (draft_id),
    FOREIGN KEY (by) REFERENCES desk_accounts (account_id));
CREATE TABLE desk_acts (seq SERIAL NOT NULL PRIMARY KEY, at VARCHAR(40) NOT NULL, "by" VARCHAR(80) NOT NULL,
    what VARCHAR(30) NOT NULL, draft_id VARCHAR(140) NOT NULL, detail TEXT NOT NULL, previous VARCHAR(80) NOT NULL,
    hash VARCHAR(80) NOT NULL);
CREATE INDEX desk_acts_by_draft ON desk_acts (draft_id, seq);
CREATE TABLE desk_prints (print_id SERIAL NOT NULL PRIMARY KEY, subject VARCHAR(300) NOT NULL,
    named VARCHAR(300) NOT NULL, persona_id VARCHAR(60) NOT NULL, kind VARCHAR(8) NOT NULL, text TEXT NOT NULL,
    on_day VARCHAR(10) NOT NULL);
CREATE INDEX desk_prints_by_persona ON desk_prints (persona_id, kind, on_day, print_id);
CREATE INDEX desk_prints_by_subject ON desk_prints (subject)
"""
APPEND_ONLY = {  # each with its key
    "desk_bases": ("hash",), "desk_sides": ("draft_id", "position"), "desk_revisions": ("draft_id", "number"),
    "desk_points": ("draft_id", "number", "position"), "desk_decisions": ("decision_id",),
    "desk_approvals": ("approval_id",), "desk_publications": ("publication_id",),
    "desk_run_logs": ("draft_id", "number"), "desk_acts": ("seq",),
}  # fmt: skip
LEFT = (  # a point of the revision named by `{of}` whose newest decision settles nothing
    "EXISTS (SELECT 1 FROM desk_points p WHERE p.draft_id = {of}.draft_id AND p.number = {of}.number"
    " AND NOT EXISTS (SELECT 1 FROM desk_decisions d WHERE d.scope = p.scope AND d.key = p.key AND d.settles = 1"
    " AND d.decision_id = (SELECT max(e.decision_id) FROM desk_decisions e"
    " WHERE e.scope = p.scope AND e.key = p.key)))"
)
ITSELF_OR_A_SIDE = (
    "EXISTS (SELECT 1 FROM desk_drafts d WHERE (d.draft_id = NEW.draft_id OR d.draft_id IN"
    " (SELECT s.side FROM desk_sides s WHERE s.draft_id = NEW.draft_id)) AND "
)
# the last decision that the approval `a` names
LAST_ON_SQLITE = "(SELECT max(j.value) FROM json_each(a.json, '$.decisions') j)"
LAST_ON_POSTGRES = "(SELECT max(j::integer) FROM jsonb_array_elements_text(a.json::jsonb -> 'decisions') j)"
GOES_OUT = "NEW.kind NOT IN ('retracted', 'cancelled')"
PUT_AWAY = "d.state IN ('passed', 'rejected', 'retracted')"
NOBODY_WHO_MAY = "NOT EXISTS (SELECT 1 FROM desk_accounts a WHERE a.account_id = NEW.\"by\" AND a.disabled_at = ''"

# fmt: off
# ruff: noqa: S608  every part of these statements is written in this file
RULES = {  # an insert is refused: by its trigger, of the table, with these words, where this holds of the row, NEW
    "desk_decides_person": ("desk_decisions",
        "only a person with an account decides; of a flag or a held span an editor, a publisher or an admin",
        NOBODY_WHO_MAY + " AND (NEW.kind NOT IN ('flag', 'held') OR NEW.decision = 'undone'"
        " OR a.role IN ('editor', 'publisher', 'admin')))"),
    "desk_decides_truly": ("desk_decisions", "what was removed or taken back settles nothing",
        "NEW.settles = 1 AND NEW.decision IN ('removed', 'undone')"),
    "desk_approves_newest": ("desk_approvals", "an approval signs the newest revision, byte for byte",
        "NOT EXISTS (SELECT 1 FROM desk_revisions r JOIN desk_drafts d ON d.draft_id = r.draft_id"
        " WHERE r.draft_id = NEW.draft_id AND r.number = NEW.number AND r.hash = NEW.revision_hash"
        " AND r.number = (SELECT max(n.number) FROM desk_revisions n WHERE n.draft_id = NEW.draft_id))"),
    "desk_approves_person": ("desk_approvals", "only an editor, a publisher or an admin approves",
        NOBODY_WHO_MAY + " AND a.role IN ('editor', 'publisher', 'admin'))"),
    "desk_approves_edition": ("desk_approvals", "a trial or a specimen goes into the trial edition only",
        "NEW.edition NOT IN ('main', 'trial') OR (NEW.edition = 'main' AND NOT EXISTS (SELECT 1 FROM desk_drafts d"
        " WHERE d.draft_id = NEW.draft_id AND d.grade = 'full'))"),
    "desk_approves_settled": ("desk_approvals", "every claim, view, high flag and held span is settled first",
        "NOT EXISTS (SELECT 1 FROM desk_points p WHERE p.draft_id = NEW.draft_id AND p.number = NEW.number) OR "
        + LEFT.format(of="NEW")),
    "desk_approves_standing": ("desk_approvals",
        "what was put away is fetched back first, and so are the reviews a comparison prints",
        ITSELF_OR_A_SIDE + PUT_AWAY + ")"),
    "desk_publishes_person": ("desk_publications",
        "only a publisher or an admin publishes; whoever may act cancels what is still to go out",
        NOBODY_WHO_MAY + " AND (NEW.kind = 'cancelled' OR a.role IN ('publisher', 'admin')))"),
    "desk_publishes_approved": ("desk_publications",
        "only what was approved goes out, in the edition it was approved for",
        "(" + GOES_OUT + " AND NOT EXISTS (SELECT 1 FROM desk_approvals a"
        " WHERE a.approval_id = NEW.approval_id AND a.draft_id = NEW.draft_id AND a.edition = NEW.edition"
        " AND a.number = (SELECT max(n.number) FROM desk_revisions n WHERE n.draft_id = NEW.draft_id)))"),
    "desk_publishes_settled": ("desk_publications",
        "what was decided of it was taken back or decided anew since: it is approved again first",
        GOES_OUT
        + " AND EXISTS (SELECT 1 FROM desk_approvals a WHERE a.approval_id = NEW.approval_id AND ("
        + LEFT.format(of="a")
        + " OR EXISTS (SELECT 1 FROM desk_points p JOIN desk_decisions d ON d.scope = p.scope AND d.key = p.key"
        " WHERE p.draft_id = a.draft_id AND p.number = a.number AND d.decision_id > LAST_DECISION)))"),
    "desk_publishes_standing": ("desk_publications",
        "what was put away goes out only when it was fetched back and approved again",
        GOES_OUT + f" AND ({ITSELF_OR_A_SIDE}{PUT_AWAY}) OR EXISTS (SELECT 1 FROM desk_drafts d"
        " WHERE d.draft_id = NEW.draft_id AND d.state NOT IN ('approved', 'scheduled', 'published')))"),
    "desk_publishes_after_embargo": ("desk_publications", "an embargoed launch goes out after its time",
        GOES_OUT + f" AND {ITSELF_OR_A_SIDE}d.embargo_until > NEW.goes_out_at)"),
}
# fmt: on


def upgrade() -> None:
    """Everything, in an empty database."""
    dialect = op.get_bind().dialect.name
    schema = SCHEMA.replace("SERIAL", "INTEGER") if dialect == "sqlite" else SCHEMA
    triggers = _sqlite_triggers() if dialect == "sqlite" else _postgres_triggers()
    for statement in (*schema.split(";"), *triggers):
        op.execute(statement)


def _sqlite_triggers() -> Iterator[str]:
    for table, key in APPEND_ONLY.items():
        for verb in ("update", "delete"):
            yield (
                f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} BEGIN"
                f" SELECT RAISE(ABORT, 'desk rule: {table} is only ever added to'); END"
            )
        yield _never_replaced(table, key)
    for name, (table, says, broken) in RULES.items():
        yield (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {broken.replace('LAST_DECISION', LAST_ON_SQLITE)}"
            f" BEGIN SELECT RAISE(ABORT, 'desk rule: {says}'); END"
        )


def _never_replaced(table: str, key: tuple[str, ...]) -> str:
    """SQLite's `insert or replace` deletes the row in its way without asking the trigger on deletes.

    A base is named by its hash: the same one again is the same, and left alone.
    """
    same = " AND ".join(f"o.{column} = NEW.{column}" for column in key)
    done = "IGNORE" if table == "desk_bases" else f"ABORT, 'desk rule: {table} is only ever added to'"
    return (
        f"CREATE TRIGGER {table}_again BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} o WHERE {same}) BEGIN SELECT RAISE({done}); END"
    )


def _postgres_triggers() -> Iterator[str]:
    yield (
        "CREATE FUNCTION desk_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'desk rule: % is only ever added to', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        for name, when in (("kept", "UPDATE OR DELETE"), ("whole", "TRUNCATE")):
            each = " FOR EACH ROW" * (name == "kept")
            yield f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table}{each} EXECUTE FUNCTION desk_kept()"
    for name, (table, says, broken) in RULES.items():
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {broken.replace('LAST_DECISION', LAST_ON_POSTGRES)} THEN"
            f" RAISE EXCEPTION 'desk rule: {says}'; END IF; RETURN NEW; END $$"
        )
        yield f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
