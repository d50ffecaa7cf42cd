"""The desk's log: appended in the transaction of what it tells of, each line holding the hash of the one before."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from panel.records import Act, DraftText, Revision, canonical_json
from panel.store.tables.desk_tables import accounts, acts

Detail = dict[str, str | int | bool | None]


def append_act(
    conn: Connection, *, by: str, what: str, now: datetime, draft_id: str = "", detail: Detail | None = None
) -> Act:
    """Add a line, with the by-line of whoever did it.

    The caller's transaction is the only one that writes (`sql_dialect.alone`), so that no two follow one.
    """
    newest = conn.execute(select(acts.c.seq, acts.c.hash).order_by(acts.c.seq.desc()).limit(1)).first()
    seq, previous = (newest.seq + 1, newest.hash) if newest else (1, "")
    name = conn.execute(select(accounts.c.name).where(accounts.c.account_id == by)).scalar()
    told = (detail or {}) | ({"by_name": str(name)} if name else {})
    act = Act(seq=seq, at=now, by=by, what=what, draft_id=draft_id, detail=told, previous=previous)
    row = act.model_dump(mode="json") | {"detail": canonical_json(act.detail), "hash": act.act_hash}
    conn.execute(insert(acts), row)
    return act


def read_acts(conn: Connection, *, draft_id: str = "", after: int = 0) -> Iterator[tuple[Act, str]]:
    """Lines after one, in order, with the hash each was kept under; of one draft, or of all."""
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


def revision_of(row: dict[str, Any]) -> Revision:
    """A row of `desk_revisions` as a value."""
    kept = {name: value for name, value in row.items() if name not in ("hash", "json")}
    return Revision.model_validate(kept | {"text": DraftText.model_validate_json(row["json"])})
