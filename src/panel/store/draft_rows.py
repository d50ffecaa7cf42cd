"""What the desk keeps, in SQL. It holds no rule but those of the database itself (its triggers); `panel.desk` does.

Everything takes the connection of one transaction: `changing` is the only one that writes while it lasts, so that an
act reads, decides and writes as one, on SQLite and on Postgres.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Engine, Select, and_, func, insert, or_, select, update
from sqlalchemy.exc import DBAPIError

from panel.errors import Mistake
from panel.records import Approval, Decision, Draft, Point, Publication, QueueRow, Revision, RunLog
from panel.store.database import Face, changing_alone, in_words, reading
from panel.store.desk.act_log import revision_of
from panel.store.sql_dialect import insert_or_leave, put
from panel.store.tables.core import UNTAKEN, records, runs
from panel.store.tables.desk_tables import (
    WAITS,
    approvals,
    bases,
    decisions,
    drafts,
    points,
    publications,
    revisions,
    run_logs,
    sides,
    taken,
)

T = TypeVar("T")
RULE = "desk rule: "  # how a trigger's complaint begins
MOST_KEYS = 200  # bound values of one query
UNREADABLE = "?"  # in place of a draft's id, which never is so
SNAPSHOT = {"isolation_level": "REPEATABLE READ"}  # Postgres: a reader sees one moment, whoever acts meanwhile


class DraftRows(Face):
    """The desk's rows of one database."""

    @property
    def engine(self) -> Engine:
        return self._engine

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """The one transaction that writes. Raises Mistake where a rule of the database is broken."""
        try:
            with changing_alone(self.engine) as conn, _rules_in_words():
                yield conn
        except _Broken as err:
            raise Mistake(f"The desk refuses: {err}.", hint="Reload the draft: it says what is left.") from err

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One moment of the database, kept still while it is looked at."""
        if self.engine.dialect.name == "sqlite":
            with reading(self.engine) as conn:
                yield conn
            return
        with in_words(self.engine.url), self.engine.connect() as plain:
            conn = plain.execution_options(**SNAPSHOT)
            with conn.begin():
                yield conn


class _Broken(Exception):
    """A rule of the database, in its words."""


@contextmanager
def _rules_in_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as err:
        said = str(err.orig)
        if RULE in said:
            raise _Broken(said.partition(RULE)[2].splitlines()[0]) from err
        raise


# what runs left that the queue has not seen


def untaken(conn: Connection, kind: str, most: int) -> list[tuple[str, str, str]]:
    """(run_id, slug, hash) of records nobody has taken in as they are now, oldest run first.

    By its time: run ids of one second are in no order.
    """
    wanted = (
        select(records.c.run_id, records.c.slug, records.c.hash)
        .join(runs, runs.c.run_id == records.c.run_id)
        .where(UNTAKEN, records.c.kind == kind)
        .order_by(runs.c.created_at, records.c.run_id, records.c.slug)
        .limit(most)
    )
    return [(row.run_id, row.slug, row.hash) for row in conn.execute(wanted)]


def record_json(conn: Connection, run_id: str, kind: str, slug: str) -> str | None:
    at = (records.c.run_id == run_id, records.c.kind == kind, records.c.slug == slug)
    found: str | None = conn.execute(select(records.c.json).where(*at)).scalar()
    return found


def has_untaken(conn: Connection) -> bool:
    return conn.execute(select(records.c.run_id).where(UNTAKEN).limit(1)).first() is not None


def mark_taken(conn: Connection, run_id: str, kind: str, slug: str, hashed: str, draft_id: str) -> None:
    at = (records.c.run_id == run_id, records.c.kind == kind, records.c.slug == slug)
    conn.execute(update(records).where(*at).values(taken_hash=hashed))
    put(conn, taken, {"run_id": run_id, "kind": kind, "slug": slug, "hash": hashed, "draft_id": draft_id})


def unreadable(conn: Connection, most: int) -> list[tuple[str, str]]:
    """(run_id, slug) of records that were taken in and could not be read."""
    wanted = select(taken.c.run_id, taken.c.slug).where(taken.c.draft_id == UNREADABLE)
    return [(row.run_id, row.slug) for row in conn.execute(wanted.order_by(taken.c.run_id).limit(most))]


# drafts and what the machine wrote


def keep_base(conn: Connection, hashed: str, kind: str, json: str) -> None:
    conn.execute(insert_or_leave(conn.dialect, bases), {"hash": hashed, "kind": kind, "json": json})


def base_json(conn: Connection, hashed: str) -> str:
    found: str = conn.execute(select(bases.c.json).where(bases.c.hash == hashed)).scalar_one()
    return found


TIMES = ("until", "embargo_until", "created_at", "changed_at")


def time_of(at: datetime | None) -> str:
    """A moment as it is kept, so that text compares as time does: UTC, always as long; "" for none."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if at else ""


def put_draft(conn: Connection, draft: Draft) -> None:
    row = draft.model_dump(mode="json", exclude={"shown"})
    times = {name: time_of(getattr(draft, name)) for name in TIMES}
    search = " ".join((draft.shown.name, draft.shown.what, draft.shown.category, draft.draft_id)).lower()
    put(conn, drafts, row | times | {"shown": draft.shown.model_dump_json(), "search": search})


def load_draft(conn: Connection, draft_id: str) -> Draft | None:
    row = conn.execute(select(drafts).where(drafts.c.draft_id == draft_id)).mappings().first()
    return _draft(dict(row)) if row else None


def draft_about(conn: Connection, kind: str, subject: str) -> Draft | None:
    at = (drafts.c.kind == kind, drafts.c.subject == subject)
    row = conn.execute(select(drafts).where(*at)).mappings().first()
    return _draft(dict(row)) if row else None


def _draft(row: dict[str, Any]) -> Draft:
    kept = {name: value for name, value in row.items() if name != "search"}
    times = {name: kept[name] or None for name in ("until", "embargo_until")}
    return Draft.model_validate(kept | times | {"shown": QueueRow.model_validate_json(kept["shown"])})


def has_draft_id(conn: Connection, draft_id: str) -> bool:
    return conn.execute(select(drafts.c.draft_id).where(drafts.c.draft_id == draft_id)).first() is not None


def list_drafts(
    conn: Connection, *, states: Sequence[str] = (), kind: str = "", words: str = "", created_after: str = "",
    created_before: str = "", most: int = 200, skip: int = 0, beyond: Draft | None = None,
) -> list[Draft]:  # fmt: skip
    """Drafts for the queue, the newest first. beyond: only those after it."""
    wanted = _filtered(select(drafts), states, kind, words, created_after, created_before)
    if beyond:
        at = time_of(beyond.created_at)
        later_id = or_(drafts.c.created_at < at, drafts.c.draft_id > beyond.draft_id)
        wanted = wanted.where(drafts.c.created_at <= at, later_id)
    wanted = wanted.order_by(drafts.c.created_at.desc(), drafts.c.draft_id).limit(most).offset(skip)
    return [_draft(dict(row)) for row in conn.execute(wanted).mappings()]


def due_drafts(conn: Connection, at: str, most: int) -> list[Draft]:
    """Drafts that wait for an hour, the first to come first, whose hour has come."""
    wanted = select(drafts).where(WAITS, drafts.c.until <= at).order_by(drafts.c.until, drafts.c.draft_id).limit(most)
    return [_draft(dict(row)) for row in conn.execute(wanted).mappings()]


def count_drafts(
    conn: Connection, *, states: Sequence[str] = (), kind: str = "", words: str = "", created_before: str = ""
) -> dict[str, int]:
    """How many there are, by state."""
    wanted = select(drafts.c.state, func.count()).group_by(drafts.c.state)
    found = conn.execute(_filtered(wanted, states, kind, words, "", created_before))
    return {state: int(count) for state, count in found}


def _filtered(
    wanted: "Select[Any]", states: Sequence[str], kind: str, words: str, created_after: str, created_before: str
) -> "Select[Any]":
    if states:
        wanted = wanted.where(drafts.c.state.in_(states))
    if kind:
        wanted = wanted.where(drafts.c.kind == kind)
    for word in words.lower().split():
        wanted = wanted.where(drafts.c.search.contains(word, autoescape=True))
    if created_after:
        wanted = wanted.where(drafts.c.created_at >= created_after)
    if created_before:
        wanted = wanted.where(drafts.c.created_at < created_before)
    return wanted


def add_sides(conn: Connection, draft_id: str, a: str, b: str) -> None:
    """Which two drafts of reviews a comparison prints."""
    rows = [{"draft_id": draft_id, "position": i, "side": side} for i, side in enumerate((a, b))]
    conn.execute(insert(sides), rows)


def sides_of(conn: Connection, draft_id: str) -> tuple[str, ...]:
    """The two drafts a comparison prints, in its order; () of a review."""
    wanted = select(sides.c.side).where(sides.c.draft_id == draft_id).order_by(sides.c.position)
    return tuple(conn.execute(wanted).scalars())


def comparisons_with(conn: Connection, draft_id: str) -> list[Draft]:
    """Comparisons that print this review's draft."""
    mine = select(drafts).join(sides, sides.c.draft_id == drafts.c.draft_id).where(sides.c.side == draft_id)
    return [_draft(dict(row)) for row in conn.execute(mine.order_by(drafts.c.draft_id)).mappings()]


def resting_on(conn: Connection, keys: Collection[tuple[str, str]]) -> list[str]:
    """Drafts whose newest revision has one of these points, by scope and key."""
    newest = and_(drafts.c.draft_id == points.c.draft_id, drafts.c.head == points.c.number)
    wanted = select(drafts.c.draft_id).join(points, newest).distinct()
    found: set[str] = set()
    for scope, key in keys:
        found.update(conn.execute(wanted.where(points.c.scope == scope, points.c.key == key)).scalars())
    return sorted(found)


# revisions, points, decisions


def add_revision(conn: Connection, revision: Revision, settle: Sequence[Point], *, hashed: str = "") -> None:
    """A text and what has to be settled before it may be approved. Never changed again. hashed: when it is known."""
    row = revision.model_dump(mode="json", exclude={"text"})
    kept = {"hash": hashed or revision.revision_hash, "json": revision.text.model_dump_json()}
    conn.execute(insert(revisions), row | kept)
    if settle:
        at = {"draft_id": revision.draft_id, "number": revision.number}
        conn.execute(
            insert(points),
            [at | {"position": i, "kind": p.kind, "scope": p.scope, "key": p.key} for i, p in enumerate(settle)],
        )


def points_kept(conn: Connection, draft_id: str, number: int) -> set[tuple[str, str]]:
    """Scope and key of what the database holds to be settled before this revision is approved."""
    at = (points.c.draft_id == draft_id, points.c.number == number)
    return {(row.scope, row.key) for row in conn.execute(select(points.c.scope, points.c.key).where(*at))}


def newest_decisions(conn: Connection, draft_id: str, number: int) -> set[int]:
    """Number of the newest decision on each point kept with a revision; 0 where there is none."""
    same = and_(decisions.c.scope == points.c.scope, decisions.c.key == points.c.key)
    wanted = select(func.max(decisions.c.decision_id)).select_from(points.outerjoin(decisions, same))
    mine = wanted.where(points.c.draft_id == draft_id, points.c.number == number)
    return {found or 0 for found in conn.execute(mine.group_by(points.c.scope, points.c.key)).scalars()}


def load_revision(conn: Connection, draft_id: str, number: int) -> Revision | None:
    at = (revisions.c.draft_id == draft_id, revisions.c.number == number)
    row = conn.execute(select(revisions).where(*at)).mappings().first()
    return revision_of(dict(row)) if row else None


def revision_hashes(conn: Connection, draft_id: str) -> list[tuple[int, str, datetime]]:
    """Number, hash and moment of each revision of a draft, the newest first; no text is read."""
    wanted = select(revisions.c.number, revisions.c.hash, revisions.c.at).where(revisions.c.draft_id == draft_id)
    found = conn.execute(wanted.order_by(revisions.c.number.desc()))
    return [(row.number, row.hash, datetime.fromisoformat(row.at)) for row in found]


def list_revisions(conn: Connection, draft_id: str) -> list[Revision]:
    """All of a draft's, oldest first."""
    wanted = select(revisions).where(revisions.c.draft_id == draft_id).order_by(revisions.c.number)
    return [revision_of(dict(row)) for row in conn.execute(wanted).mappings()]


def add_decision(conn: Connection, decision: Decision) -> Decision:
    """Keep a decision; the same one with its number."""
    kept = decision.model_copy(update={"decision_id": newest_decision(conn) + 1})
    row = {
        "decision_id": kept.decision_id, "scope": kept.scope, "key": kept.key, "kind": kept.kind,
        "decision": kept.decision, "settles": int(kept.settles), "draft_id": kept.draft_id, "by": kept.by,
        "at": kept.at.isoformat(), "json": kept.model_dump_json(),
    }  # fmt: skip
    conn.execute(insert(decisions), row)
    return kept


def newest_decision(conn: Connection) -> int:
    """The number of the newest decision, 0 for none."""
    return _newest(conn, decisions.c.decision_id)


def _newest(conn: Connection, number: Column[int], *at: ColumnElement[bool]) -> int:
    return conn.execute(select(func.max(number)).where(*at)).scalar() or 0


def groups(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as one query takes."""
    return (keys[start : start + MOST_KEYS] for start in range(0, len(keys), MOST_KEYS))


def decided(conn: Connection, scope: str, keys: Sequence[str]) -> dict[str, Decision]:
    """The newest decision of each key, those taken back included."""
    return {
        d.key: d for of in groups(keys) for d in _decisions(conn, decisions.c.scope == scope, decisions.c.key.in_(of))
    }


def decisions_by_id(conn: Connection, ids: Sequence[int]) -> dict[int, Decision]:
    return {d.decision_id: d for of in groups(ids) for d in _decisions(conn, decisions.c.decision_id.in_(of))}


def decisions_of(conn: Connection, draft_id: str) -> list[Decision]:
    """Every decision made on a draft, oldest first."""
    return list(_decisions(conn, decisions.c.draft_id == draft_id))


def newest_made(conn: Connection, draft_id: str) -> list[Decision]:
    """Decisions made on a draft, oldest first, each the newest of its point by anybody anywhere."""
    later = decisions.alias()
    same = and_(later.c.scope == decisions.c.scope, later.c.key == decisions.c.key)
    newer = select(later.c.decision_id).where(same, later.c.decision_id > decisions.c.decision_id).exists()
    return list(_decisions(conn, decisions.c.draft_id == draft_id, ~newer))


def _decisions(conn: Connection, *at: ColumnElement[bool]) -> Iterator[Decision]:
    """Oldest first."""
    wanted = select(decisions.c.json).where(*at).order_by(decisions.c.decision_id)
    yield from map(Decision.model_validate_json, conn.execute(wanted).scalars())


# approvals and what went out


def add_approval(conn: Connection, approval: Approval) -> Approval:
    kept = approval.model_copy(update={"approval_id": _newest(conn, approvals.c.approval_id) + 1})
    row = {
        "approval_id": kept.approval_id, "draft_id": kept.draft_id, "number": kept.number,
        "revision_hash": kept.revision_hash, "edition": kept.edition, "by": kept.by, "at": kept.at.isoformat(),
        "json": kept.model_dump_json(),
    }  # fmt: skip
    conn.execute(insert(approvals), row)
    return kept


def list_approvals(conn: Connection, draft_id: str) -> list[Approval]:
    """Oldest first."""
    wanted = select(approvals.c.approval_id, approvals.c.json).where(approvals.c.draft_id == draft_id)
    rows = conn.execute(wanted.order_by(approvals.c.approval_id))
    return [Approval.model_validate_json(row.json) for row in rows]


def newest_approval(conn: Connection) -> int:
    """The number of the newest approval, 0 for none."""
    return _newest(conn, approvals.c.approval_id)


def add_publication(conn: Connection, publication: Publication) -> Publication:
    kept = publication.model_copy(update={"publication_id": _newest(conn, publications.c.publication_id) + 1})
    conn.execute(insert(publications), kept.model_dump(mode="json") | {"goes_out_at": time_of(kept.goes_out_at)})
    return kept


def list_publications(conn: Connection, draft_id: str) -> list[Publication]:
    """Oldest first."""
    wanted = select(publications).where(publications.c.draft_id == draft_id).order_by(publications.c.publication_id)
    return [Publication.model_validate(dict(row)) for row in conn.execute(wanted).mappings()]


# what an editor brought


def add_run_log(conn: Connection, draft_id: str, log: RunLog) -> RunLog:
    kept = log.model_copy(update={"number": _newest(conn, run_logs.c.number, run_logs.c.draft_id == draft_id) + 1})
    conn.execute(insert(run_logs), {"draft_id": draft_id} | kept.model_dump(mode="json"))
    return kept


def list_run_logs(conn: Connection, draft_id: str) -> list[RunLog]:
    wanted = select(run_logs).where(run_logs.c.draft_id == draft_id).order_by(run_logs.c.number)
    rows = (dict(row) for row in conn.execute(wanted).mappings())
    return [RunLog.model_validate({name: v for name, v in row.items() if name != "draft_id"}) for row in rows]
