"""Rows of the tables `runs` and `records`, which run a person means, and which texts nobody names any more."""

import re
from collections.abc import Sequence, Set
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, bindparam, delete, select

from panel.errors import Mistake
from panel.records import Run
from panel.store.database import ONE_BY_ONE
from panel.store.run_ids import RUN_ID
from panel.store.tables.core import calls, runs, texts

HASH = re.compile(r"sha256:[0-9a-f]{64}")  # in a folded request; what only looks like one keeps a text, and loses none
ALIKE = 60.0  # of 100: how near a mistyped run id must be to be suggested


def run_row(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "state": run.state,
        "created_at": run.made.created_at.isoformat(),
        "json": run.model_dump_json(exclude={"files"}),  # the folder's own manifest lists them: 10,000 for a batch
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


def naming_runs(conn: Connection, hashes: Set[str], *, since: str = "") -> dict[str, set[str]]:
    """For each of these texts the runs whose requests name it. Reads every request sent `since`, one at a time."""
    runs_of: dict[str, set[str]] = {name: set() for name in hashes}
    wanted = select(calls.c.run_id, calls.c.request).where(calls.c.request.is_not(None), calls.c.sent_at >= since)
    for run_id, folded in conn.execute(wanted.execution_options(**ONE_BY_ONE)) if hashes else ():
        for name in hashes & set(HASH.findall(folded)):
            runs_of[name].add(run_id)
    return runs_of


def texts_of(conn: Connection, run_id: str) -> frozenset[str]:
    """Hashes of the texts that the requests of a run name."""
    wanted = select(calls.c.request).where(calls.c.run_id == run_id, calls.c.request.is_not(None))
    return frozenset(name for folded in conn.execute(wanted).scalars() for name in HASH.findall(folded))


def drop_texts(conn: Connection, hashes: Set[str]) -> None:
    if hashes:
        conn.execute(
            delete(texts).where(texts.c.hash == bindparam("gone")), [{"gone": name} for name in sorted(hashes)]
        )
