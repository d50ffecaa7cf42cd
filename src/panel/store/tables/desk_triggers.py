"""Rules of the desk that the database itself holds, whatever program writes: the same on SQLite and on Postgres.

What happened is never changed or deleted. People decide, each as their role allows. An approval signs the newest
revision of its draft, byte for byte, by an account that may, into the edition its grade allows, with every point
settled; what goes out is still so, and neither it nor a review that a comparison prints is put away or embargoed then.
`panel.desk` says the same in words.
Migrations 0004 and 0005 make them from here: a change is a migration of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

APPEND_ONLY = {  # each with its key
    "desk_bases": ("hash",),
    "desk_sides": ("draft_id", "position"),
    "desk_revisions": ("draft_id", "number"),
    "desk_points": ("draft_id", "number", "position"),
    "desk_decisions": ("decision_id",),
    "desk_approvals": ("approval_id",),
    "desk_publications": ("publication_id",),
    "desk_run_logs": ("draft_id", "number"),
    "desk_acts": ("seq",),
}
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
LAST_DECISION = {  # that the approval `a` names
    "sqlite": "(SELECT max(j.value) FROM json_each(a.json, '$.decisions') j)",
    "postgresql": "(SELECT max(j::integer) FROM jsonb_array_elements_text(a.json::jsonb -> 'decisions') j)",
}
GOES_OUT = "NEW.kind NOT IN ('retracted', 'cancelled')"
PUT_AWAY = "d.state IN ('passed', 'rejected', 'retracted')"
NOBODY_WHO_MAY = "NOT EXISTS (SELECT 1 FROM desk_accounts a WHERE a.account_id = NEW.\"by\" AND a.disabled_at = ''"


@dataclass(frozen=True)
class TriggerRule:
    """An insert is refused with `says` where `broken` holds of the new row, which it calls NEW."""

    name: str
    table: str
    says: str
    broken: str


# ruff: noqa: S608  every part of these statements is written in this file
RULES = (
    TriggerRule(
        "desk_decides_person",
        "desk_decisions",
        "only a person with an account decides; of a flag or a held span an editor, a publisher or an admin",
        NOBODY_WHO_MAY + " AND (NEW.kind NOT IN ('flag', 'held') OR NEW.decision = 'undone'"
        " OR a.role IN ('editor', 'publisher', 'admin')))",
    ),
    TriggerRule(
        "desk_decides_truly",
        "desk_decisions",
        "what was removed or taken back settles nothing",
        "NEW.settles = 1 AND NEW.decision IN ('removed', 'undone')",
    ),
    TriggerRule(
        "desk_approves_newest",
        "desk_approvals",
        "an approval signs the newest revision, byte for byte",
        "NOT EXISTS (SELECT 1 FROM desk_revisions r JOIN desk_drafts d ON d.draft_id = r.draft_id"
        " WHERE r.draft_id = NEW.draft_id AND r.number = NEW.number AND r.hash = NEW.revision_hash"
        " AND r.number = (SELECT max(n.number) FROM desk_revisions n WHERE n.draft_id = NEW.draft_id))",
    ),
    TriggerRule(
        "desk_approves_person",
        "desk_approvals",
        "only an editor, a publisher or an admin approves",
        NOBODY_WHO_MAY + " AND a.role IN ('editor', 'publisher', 'admin'))",
    ),
    TriggerRule(
        "desk_approves_edition",
        "desk_approvals",
        "a trial or a specimen goes into the trial edition only",
        "NEW.edition NOT IN ('main', 'trial') OR (NEW.edition = 'main' AND NOT EXISTS (SELECT 1 FROM desk_drafts d"
        " WHERE d.draft_id = NEW.draft_id AND d.grade = 'full'))",
    ),
    TriggerRule(
        "desk_approves_settled",
        "desk_approvals",
        "every claim, view, high flag and held span is settled first",
        "NOT EXISTS (SELECT 1 FROM desk_points p WHERE p.draft_id = NEW.draft_id AND p.number = NEW.number) OR "
        + LEFT.format(of="NEW"),
    ),
    TriggerRule(
        "desk_approves_standing",
        "desk_approvals",
        "what was put away is fetched back first, and so are the reviews a comparison prints",
        ITSELF_OR_A_SIDE + PUT_AWAY + ")",
    ),
    TriggerRule(
        "desk_publishes_person",
        "desk_publications",
        "only a publisher or an admin publishes; whoever may act cancels what is still to go out",
        NOBODY_WHO_MAY + " AND (NEW.kind = 'cancelled' OR a.role IN ('publisher', 'admin')))",
    ),
    TriggerRule(
        "desk_publishes_approved",
        "desk_publications",
        "only what was approved goes out, in the edition it was approved for",
        "(" + GOES_OUT + " AND NOT EXISTS (SELECT 1 FROM desk_approvals a"
        " WHERE a.approval_id = NEW.approval_id AND a.draft_id = NEW.draft_id AND a.edition = NEW.edition"
        " AND a.number = (SELECT max(n.number) FROM desk_revisions n WHERE n.draft_id = NEW.draft_id)))",
    ),
    TriggerRule(
        "desk_publishes_settled",
        "desk_publications",
        "what was decided of it was taken back or decided anew since: it is approved again first",
        GOES_OUT
        + " AND EXISTS (SELECT 1 FROM desk_approvals a WHERE a.approval_id = NEW.approval_id AND ("
        + LEFT.format(of="a")
        + " OR EXISTS (SELECT 1 FROM desk_points p JOIN desk_decisions d ON d.scope = p.scope AND d.key = p.key"
        " WHERE p.draft_id = a.draft_id AND p.number = a.number AND d.decision_id > LAST_DECISION)))",
    ),
    TriggerRule(
        "desk_publishes_standing",
        "desk_publications",
        "what was put away goes out only when it was fetched back and approved again",
        GOES_OUT + f" AND ({ITSELF_OR_A_SIDE}{PUT_AWAY}) OR EXISTS (SELECT 1 FROM desk_drafts d"
        " WHERE d.draft_id = NEW.draft_id AND d.state NOT IN ('approved', 'scheduled', 'published')))",
    ),
    TriggerRule(
        "desk_publishes_after_embargo",
        "desk_publications",
        "an embargoed launch goes out after its time",
        GOES_OUT + f" AND {ITSELF_OR_A_SIDE}d.embargo_until > NEW.goes_out_at)",
    ),
)


def statements(dialect: str) -> Iterator[str]:
    """What makes the triggers, one statement at a time."""
    yield from (_sqlite() if dialect == "sqlite" else _postgres())


def _broken(rule: TriggerRule, dialect: str) -> str:
    return rule.broken.replace("LAST_DECISION", LAST_DECISION[dialect])


def undo(dialect: str) -> Iterator[str]:
    """What removes them again."""
    if dialect == "sqlite":
        yield from (f"DROP TRIGGER {table}_{verb}" for table in APPEND_ONLY for verb in ("update", "delete", "again"))
        yield from (f"DROP TRIGGER {rule.name}" for rule in RULES)
        return
    yield from (f"DROP TRIGGER {table}_kept ON {table}" for table in APPEND_ONLY)
    yield from (f"DROP TRIGGER {table}_whole ON {table}" for table in APPEND_ONLY)
    yield from (f"DROP TRIGGER {rule.name} ON {rule.table}" for rule in RULES)
    yield "DROP FUNCTION desk_kept()"
    yield from (f"DROP FUNCTION {rule.name}()" for rule in RULES)


def _sqlite() -> Iterator[str]:
    for table, key in APPEND_ONLY.items():
        for verb in ("update", "delete"):
            yield (
                f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} BEGIN"
                f" SELECT RAISE(ABORT, 'desk rule: {table} is only ever added to'); END"
            )
        yield _never_replaced(table, key)
    for rule in RULES:
        yield (
            f"CREATE TRIGGER {rule.name} BEFORE INSERT ON {rule.table} WHEN {_broken(rule, 'sqlite')}"
            f" BEGIN SELECT RAISE(ABORT, 'desk rule: {rule.says}'); END"
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


def _postgres() -> Iterator[str]:
    yield (
        "CREATE FUNCTION desk_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'desk rule: % is only ever added to', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        for name, when in (("kept", "UPDATE OR DELETE"), ("whole", "TRUNCATE")):
            each = " FOR EACH ROW" * (name == "kept")
            yield f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table}{each} EXECUTE FUNCTION desk_kept()"
    for rule in RULES:
        broken = _broken(rule, "postgresql")
        yield (
            f"CREATE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {broken} THEN"
            f" RAISE EXCEPTION 'desk rule: {rule.says}'; END IF; RETURN NEW; END $$"
        )
        yield f"CREATE TRIGGER {rule.name} BEFORE INSERT ON {rule.table} FOR EACH ROW EXECUTE FUNCTION {rule.name}()"
