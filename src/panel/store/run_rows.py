"""Rows of the tables `runs` and `records`, which run a person means, and which texts nobody names any more."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, bindparam, delete, select

from panel.errors import Mistake
from panel.records import Run
from panel.store.database import ONE_BY_ONE
from panel.store.folding import named_hashes
from panel.store.letters import given
from panel.store.names import RUN_ID
from panel.store.tables import calls, runs, texts

ALIKE = 60.0  # of 100: how near a mistyped run id must be to be suggested


def run_row(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "state": run.state,
        "created_at": run.made.created_at.isoformat(),
        "json": run.model_dump_json(),
    }


def record_row(run_id: str, kind: str, slug: str, content: str, record: BaseModel) -> dict[str, Any]:
    return {"run_id": run_id, "kind": kind, "slug": slug, "hash": content, "json": record.model_dump_json()}


def matching(conn: Connection, run_id: str) -> list[str]:
    """Ids of the runs that are meant: the one with this id, else those that begin so."""
    if not RUN_ID.fullmatch(run_id):
        return []
    ids = [str(found) for found in conn.execute(select(runs.c.run_id)).scalars() if found.startswith(run_id)]
    return [run_id] if run_id in ids else sorted(ids)


def which_run(conn: Connection, run_id: str, ids: Sequence[str]) -> Mistake:
    """Why `run_id` means no one run, naming the nearest or those it could be."""
    if len(ids) > 1:
        return Mistake(f"{run_id!r} begins {len(ids)} runs: {', '.join(ids[:4])}.", hint="Give more of the id.")
    every = list(conn.execute(select(runs.c.run_id)).scalars())
    from rapidfuzz import process

    near = process.extractOne(run_id, every, score_cutoff=ALIKE)
    hint = f"Did you mean {near[0]!r}?" if near else "`panel runs list` names the runs there are."
    return Mistake(f"There is no run {run_id!r}.", hint=hint)


def drop_unnamed_texts(conn: Connection) -> None:
    """Delete the texts that no request names any more. Reads every request that is left, one at a time."""
    left = set(conn.execute(select(texts.c.hash)).scalars())
    named = select(calls.c.request).where(calls.c.request.is_not(None)).execution_options(**ONE_BY_ONE)
    for folded in conn.execute(named).scalars():
        left -= named_hashes(given(folded))
    if left:
        conn.execute(delete(texts).where(texts.c.hash == bindparam("gone")), [{"gone": name} for name in sorted(left)])
