"""Whether the desk's record is whole: the log's chain, each row's line in it, and every stored hash made again.

Each revision, decision, approval and publication has a line in the log that names it and holds its hash; so a row that
was changed, left out or put in by hand shows, as does a line. What nobody can see from inside is a database replaced as
a whole, log and all: keep the last line's hash elsewhere (`panel audit verify` prints it).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from panel.desk.approval.audit_points import points_hash, undecided
from panel.desk.approval.verify import hashes_of
from panel.desk.drafts.points import claim_key
from panel.errors import PanelError
from panel.records import Act, Approval, Decision, Pair, Publication, Review, RunLog, content_hash
from panel.store import (
    DraftRows,
    accounts,
    approvals,
    bases,
    decisions,
    drafts,
    every_row,
    points,
    publications,
    read_acts,
    revision_of,
    revisions,
    run_logs,
)

Row = dict[str, Any]
Part = Callable[[Connection, "LoggedActs"], Iterator[str]]
WRITES_REVISION = "hash"  # of a line's detail, beside `revision`


@dataclass
class LoggedActs:
    """What the log says there is, by what names it."""

    revisions: dict[tuple[str, int], Act] = field(default_factory=dict)  # draft_id, number -> line
    run_logs: dict[tuple[str, int], Act] = field(default_factory=dict)
    accounts: dict[str, Row] = field(default_factory=dict)  # name, role and disabled as the log leaves them
    drafts: dict[str, Row] = field(default_factory=dict)  # state and embargo_until as the log leaves them
    decisions: dict[int, Act] = field(default_factory=dict)
    approvals: dict[int, Act] = field(default_factory=dict)
    publications: dict[int, Act] = field(default_factory=dict)
    count: int = 0
    last: str = ""  # hash of the newest line


@dataclass(frozen=True)
class Audit:
    """What an audit found."""

    broken: tuple[str, ...]  # one sentence each, in the order they were met
    lines: int
    last: str  # hash of the newest line
    counted: dict[str, int]  # rows that were looked at, by table


def audit(store: DraftRows) -> Audit:
    """Look at all of it."""
    with store.reading() as conn:
        lines, broken = LoggedActs(), list[str]()
        broken += _chain(conn, lines)
        counted = {}
        for name, look in PARTS.items():
            told = list(look(conn, lines))  # complaints, and "" for each row
            broken += filter(None, told)
            counted[name] = told.count("")
    return Audit(tuple(broken), lines.count, lines.last, counted)


def _chain(conn: Connection, lines: LoggedActs) -> Iterator[str]:
    seq = 0
    try:
        for act, hashed in read_acts(conn):
            if act.seq != seq + 1:
                yield f"Line {seq + 1} of the log is missing."
            if act.previous != lines.last:
                yield f"Line {act.seq} of the log does not follow the line before it."
            if act.act_hash != hashed:
                yield f"Line {act.seq} of the log was changed."
            seq, lines.last = act.seq, hashed
            lines.count += 1
            _note(act, lines)
    except (ValidationError, ValueError) as err:
        yield f"Line {seq + 1} of the log can't be read: {_first(err)}."


def _first(err: Exception) -> str:
    return str(err).splitlines()[0]


def _note(act: Act, lines: LoggedActs) -> None:
    detail = act.detail
    if isinstance(detail.get("revision"), int) and act.what != "approved":
        lines.revisions[act.draft_id, int(detail["revision"] or 0)] = act
    if act.what == "brought a run log":
        lines.run_logs[act.draft_id, int(detail.get("number") or 0)] = act
    if account := detail.get("account"):
        changed = {"disabled": act.what == "account_disabled"} if act.what in DISABLES else {}
        told = {name: detail[name] for name in ("name", "role") if name in detail}
        lines.accounts.setdefault(str(account), {"disabled": False}).update(told | changed)
    if act.what == "account_renamed":
        lines.accounts.setdefault(act.by, {}).update(name=detail.get("name"))
    if act.draft_id:
        lines.drafts.setdefault(act.draft_id, {}).update(_draft_told(act, lines.drafts.get(act.draft_id, {})))
    if act.what == "decided":
        lines.decisions[int(detail.get("decision") or 0)] = act
    if act.what == "approved":
        lines.approvals[int(detail.get("approval") or 0)] = act
    if detail.get("publication"):
        lines.publications[int(detail["publication"] or 0)] = act


DISABLES = ("account_added", "account_disabled", "account_enabled")
STATES = {
    "took in": "open", "came back": "open", "lapsed": "open", "fetched back": "open", "went out": "published",
    "retracted": "retracted", "rejected": "rejected", "passed": "passed", "put off": "later",
}  # fmt: skip


def _draft_told(act: Act, known: Row) -> Row:
    """What a line leaves of a draft's state and embargo."""
    detail, was = act.detail, known.get("state")
    state = STATES.get(act.what, was)
    if act.what == "approved" and was != "published":
        state = "approved"
    elif act.what in ("published", "corrected"):
        waits = was != "published" and str(detail["goes_out_at"]) > act.at.isoformat()
        state = "scheduled" if waits else "published"
    elif act.what == "fetched back" and detail.get("was") == "scheduled":
        state = "approved"
    elif act.what not in ("approved", "began") and "revision" in detail and was in ("approved", "scheduled", "later"):
        state = "open"
    told = {"embargo_until": detail.get("until")} if act.what in ("embargoed", "embargo lifted") else {}
    told |= {"embargo_until": detail["embargo"]} if "embargo" in detail else {}
    return {"state": state, **told}


def _rows(
    conn: Connection, lines: LoggedActs, *, table: Any, name: str, check: Callable[[Row, LoggedActs], str]
) -> Iterator[str]:
    """A complaint of a row that is broken or can't be read; then "" for each row."""
    for row in every_row(conn, table):
        try:
            if complaint := check(row, lines):
                yield complaint
        except (ValidationError, ValueError, TypeError) as err:
            key = " ".join(str(row[column.name]) for column in table.primary_key.columns)
            yield f"{name} {key} can't be read: {_first(err)}."
        yield ""


def _logged(
    table: Any, name: str, acts: str, of: Callable[[Row], Any], check: Callable[[Row, Act | None, LoggedActs], str]
) -> Part:
    """A part whose rows have a line each. name: "Run log {0[1]} of {0[0]}", of the key that `of` gives a row."""

    def look(conn: Connection, lines: LoggedActs) -> Iterator[str]:
        left = dict(getattr(lines, acts))
        kind = name.partition(" {")[0]
        yield from _rows(conn, lines, table=table, name=kind, check=lambda r, ls: check(r, left.pop(of(r), None), ls))
        yield from (f"{name.format(key)} is gone." for key in left)

    return look


def _base(row: Row, _: LoggedActs) -> str:
    if row["kind"] == "review":
        hashed = Review.model_validate_json(row["json"]).review_hash
    else:
        hashed = Pair.model_validate_json(row["json"]).pair_hash
    return "" if hashed == row["hash"] else f"What the machine wrote was changed: {row['hash']}."


def _revisions(conn: Connection, lines: LoggedActs) -> Iterator[str]:
    parents: dict[str, tuple[int, str]] = {}
    names = lines.revisions.copy()

    def check(row: Row, _: LoggedActs) -> str:
        draft_id, number = row["draft_id"], row["number"]
        before, parents[draft_id] = parents.get(draft_id, (-1, "")), (number, row["hash"])
        logged = names.pop((draft_id, number), None)
        if number > before[0] + 1:
            names.pop((draft_id, number - 1), None)
            return f"Revision {number - 1} of {draft_id} is gone."
        return _revision(row, before, logged)

    yield from _rows(conn, lines, table=revisions, name="Revision", check=check)
    yield from (f"Revision {number} of {draft_id} is gone." for draft_id, number in names)


def _revision(row: Row, before: tuple[int, str], logged: Act | None) -> str:
    name = f"Revision {row['number']} of {row['draft_id']}"
    revision = revision_of(row)
    if revision.revision_hash != row["hash"]:
        return f"{name} was changed."
    if (revision.number, revision.parent_hash) != (before[0] + 1, before[1]):
        return f"{name} does not follow the revision before it."
    if logged is None:
        return f"{name} has no line in the log."
    if logged.detail.get(WRITES_REVISION) != row["hash"]:
        return f"{name} is not the one in the log."
    return _against(name, logged, content_hash(revision), revision.by, revision.draft_id, revision.at.isoformat())


def _points(conn: Connection, lines: LoggedActs) -> Iterator[str]:
    """Those of each revision, held against its line: one that was taken out or put in shows."""
    left = {at: act.detail["points"] for at, act in lines.revisions.items() if "points" in act.detail}
    for at, found in groupby(every_row(conn, points), lambda row: (row["draft_id"], row["number"])):
        hashed = points_hash([(row["kind"], row["scope"], row["key"]) for row in found])
        if left.pop(at, hashed) != hashed:
            yield f"The points of revision {at[1]} of {at[0]} are not those in the log."
        yield ""
    gone = (at for at, hashed in left.items() if hashed != points_hash([]))
    yield from (f"The points of revision {number} of {draft_id} are gone." for draft_id, number in gone)


def _decision(row: Row, act: Act | None, _: LoggedActs) -> str:
    name = f"Decision {row['decision_id']}"
    decision = Decision.model_validate_json(row["json"])
    columns = {c: row[c] for c in ("decision_id", "scope", "key", "kind", "decision", "draft_id", "by")}
    told = decision.model_dump(include=set(columns))
    if columns != told or bool(row["settles"]) != decision.settles or row["at"] != decision.at.isoformat():
        return f"{name} was changed."
    if decision.kind == "claim" and decision.sentence_hash not in hashes_of(decision.text):
        return f"{name} is about another sentence than it says."
    if decision.kind in ("claim", "pick") and claim_key(decision.sentence_hash, decision.passages_hash) != decision.key:
        return f"{name} is about another claim than it says."
    return _against(name, act, content_hash(decision), decision.by, decision.draft_id, decision.at.isoformat())


def _against(name: str, act: Act | None, hashed: str, by: str, draft_id: str, at: str) -> str:
    """A row held against its line."""
    if act is None:
        return f"{name} has no line in the log."
    same = (act.by, act.draft_id, act.at.isoformat()) == (by, draft_id, at)
    return "" if same and act.detail.get("row", hashed) == hashed else f"{name} is not the one in the log."


def _approval(row: Row, act: Act | None, lines: LoggedActs) -> str:
    name = f"Approval {row['approval_id']}"
    approval = Approval.model_validate_json(row["json"])
    columns = {c: row[c] for c in ("approval_id", "draft_id", "number", "revision_hash", "edition", "by")}
    if columns != approval.model_dump(include=set(columns)) or row["at"] != approval.at.isoformat():
        return f"{name} was changed."
    saved = lines.revisions.get((approval.draft_id, approval.number))
    if saved is None or saved.detail.get(WRITES_REVISION) != approval.revision_hash:
        return f"{name} signs no text that was saved."
    return _against(name, act, content_hash(approval), approval.by, approval.draft_id, approval.at.isoformat())


def _publication(row: Row, act: Act | None, _: LoggedActs) -> str:
    kept = Publication.model_validate(row)
    name = f"Publication {kept.publication_id}"
    return _against(name, act, content_hash(kept), kept.by, kept.draft_id, kept.at.isoformat())


def _run_log(row: Row, act: Act | None, _: LoggedActs) -> str:
    draft_id, log = row["draft_id"], RunLog.model_validate({k: v for k, v in row.items() if k != "draft_id"})
    name = f"Run log {log.number} of {draft_id}"
    return _against(name, act, content_hash(log), log.by, draft_id, log.at.isoformat())


def _signed(conn: Connection, lines: LoggedActs) -> Iterator[str]:
    """Whether all that approvals print had been decided."""
    for row in every_row(conn, approvals):
        try:
            yield from undecided(conn, Approval.model_validate_json(row["json"]))
        except (ValidationError, ValueError, LookupError, PanelError):
            yield f"Approval {row['approval_id']} can't be held against its text."
        yield ""


def _drafts(conn: Connection, lines: LoggedActs) -> Iterator[str]:
    """State, embargo and grade, which a later act believes. The log of before 0005 names no lapsed approval."""

    def check(row: Row, lines: LoggedActs) -> str:
        told, draft_id = lines.drafts.get(row["draft_id"], {}), row["draft_id"]
        lapsed = row["state"] == "open" and told.get("state") in ("approved", "scheduled")
        if row["state"] != told.get("state") and not lapsed:
            return f"The log says that {draft_id} is {told.get('state')}, and it is {row['state']}."
        until = told.get("embargo_until", row["embargo_until"])
        if _moment(until) != _moment(row["embargo_until"]):
            return f"The embargo of {draft_id} is not the one in the log."
        base = conn.execute(select(bases.c.kind, bases.c.json).where(bases.c.hash == row["base_hash"])).one()
        if base.kind == "review" and Review.model_validate_json(base.json).grade != row["grade"]:
            return f"The grade of {draft_id} is not its review's."
        return ""

    yield from _rows(conn, lines, table=drafts, name="Draft", check=check)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _account(row: Row, lines: LoggedActs) -> str:
    told = lines.accounts.get(row["account_id"])
    now = {"name": row["name"], "role": row["role"], "disabled": bool(row["disabled_at"])}
    return "" if told is None or now == told else f"The account {row['account_id']} is not as the log leaves it."


PARTS: dict[str, Part] = {
    "bases": partial(_rows, table=bases, name="Base", check=_base),
    "revisions": _revisions,
    "decisions": _logged(decisions, "Decision {}", "decisions", itemgetter("decision_id"), _decision),
    "approvals": _logged(approvals, "Approval {}", "approvals", itemgetter("approval_id"), _approval),
    "publications": _logged(publications, "Publication {}", "publications", itemgetter("publication_id"), _publication),
    "points": _points,
    "signed": _signed,
    "run_logs": _logged(run_logs, "Run log {0[1]} of {0[0]}", "run_logs", itemgetter("draft_id", "number"), _run_log),
    "drafts": _drafts,
    "accounts": partial(_rows, table=accounts, name="Account", check=_account),
}
