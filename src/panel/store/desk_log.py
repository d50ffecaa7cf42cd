"""The desk's log: appended in the transaction of what it tells of, each line holding the hash of the one before."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from panel.records import canonical_json
from panel.records.desk import Act, DraftText, Revision
from panel.store.desk_tables import acts, approvals, decisions, publications, revisions

Detail = dict[str, str | int | bool | None]


def append_act(
    conn: Connection, *, by: str, what: str, now: datetime, draft_id: str = "", detail: Detail | None = None
) -> Act:
    """Add a line. The caller's transaction is the only one that writes (`dialect.alone`), so that no two follow one."""
    newest = conn.execute(select(acts.c.seq, acts.c.hash).order_by(acts.c.seq.desc()).limit(1)).first()
    seq, previous = (newest.seq + 1, newest.hash) if newest else (1, "")
    act = Act(seq=seq, at=now, by=by, what=what, draft_id=draft_id, detail=detail or {}, previous=previous)
    row = act.model_dump(mode="json") | {"detail": canonical_json(act.detail), "hash": act.act_hash}
    conn.execute(insert(acts), row)
    return act


def read_acts(conn: Connection, *, draft_id: str = "", after: int = 0) -> Iterator[tuple[Act, str]]:
    """Lines in order with the hash each was kept under; of one draft, or of all."""
    wanted = select(acts).where(acts.c.seq > after).order_by(acts.c.seq)
    if draft_id:
        wanted = wanted.where(acts.c.draft_id == draft_id)
    yield from map(_line, conn.execute(wanted).mappings())


def newest_acts(conn: Connection, *, before: int = 0, most: int = 200) -> list[tuple[Act, str]]:
    """The newest lines first; before: only those with a smaller number, 0 for the newest of all."""
    wanted = select(acts).order_by(acts.c.seq.desc()).limit(most)
    if before:
        wanted = wanted.where(acts.c.seq < before)
    return [_line(row) for row in conn.execute(wanted).mappings()]


def _line(row: Mapping[Any, Any]) -> tuple[Act, str]:
    kept = dict(row)
    hashed = str(kept.pop("hash"))
    return Act.model_validate(kept | {"detail": json.loads(kept["detail"])}), hashed


def broken_lines(conn: Connection) -> Iterator[str]:
    """One sentence for each line that was changed, left out or put in after the fact; none for a whole log.

    A chain alone does not show that its end was cut off, nor that what it tells of was changed. So every revision,
    decision, approval and publication is looked up in it, and every revision's hash is taken again.
    """
    seq, previous, told = 0, "", _Told()
    for act, hashed in read_acts(conn):
        if act.seq != seq + 1:
            yield f"Line {seq + 1} is missing."
        if act.previous != previous:
            yield f"Line {act.seq} does not follow the line before it."
        if act.act_hash != hashed:
            yield f"Line {act.seq} was changed."
        told.add(act)
        seq, previous = act.seq, hashed
    yield from told.untold(conn)


class _Told:
    """What the log tells of."""

    def __init__(self) -> None:
        self._made: set[tuple[str, object]] = set()
        self._revisions: set[tuple[str, object, object]] = set()

    def add(self, act: Act) -> None:
        if "hash" in act.detail:
            self._revisions.add((act.draft_id, act.detail.get("revision"), act.detail["hash"]))
        if what := TOLD_BY.get(act.what):
            self._made.add((what, act.detail.get(what)))

    def untold(self, conn: Connection) -> Iterator[str]:
        """What is there and was never told of, or is not as it was told."""
        for what, column in NUMBERED.items():
            for number in conn.execute(select(column).order_by(column)).scalars():
                if (what, number) not in self._made:
                    yield f"The log does not tell of {what} {number}."
        for row in conn.execute(select(revisions).order_by(revisions.c.draft_id, revisions.c.number)).mappings():
            revision = revision_of(dict(row))
            if (revision.draft_id, revision.number, row["hash"]) not in self._revisions:
                yield f"The log does not tell of revision {revision.number} of {revision.draft_id!r}."
            if revision.revision_hash != row["hash"]:
                yield f"Revision {revision.number} of {revision.draft_id!r} was changed."


NUMBERED = {
    "decision": decisions.c.decision_id,
    "approval": approvals.c.approval_id,
    "publication": publications.c.publication_id,
}
TOLD_BY = {
    "decided": "decision", "approved": "approval", "published": "publication", "corrected": "publication",
    "retracted": "publication",
}  # fmt: skip


def revision_of(row: dict[str, Any]) -> Revision:
    """A row of `desk_revisions` as a value."""
    kept = {name: value for name, value in row.items() if name not in ("hash", "json")}
    return Revision.model_validate(kept | {"text": DraftText.model_validate_json(row["json"])})
