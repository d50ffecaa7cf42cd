"""What the desk costs with many drafts: a key press, the queue, a draft's page, statistics. CPU ms, in process.

One draft and a pair are real (the tests' own records); the others are synthetic rows of the same tables, written past
the triggers: drafts of every state with decisions, points, a signature and lines of the log. So sizes of tables are
true and texts are not. A key press is the form that decides a claim, posted through the web app, and nothing drawn
after it; the page that the browser asks for then is measured by itself.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import Connection, insert, select, text  # noqa: E402
from tests.support.desks import Desk, a_desk  # noqa: E402
from tests.support.drafts import target  # noqa: E402

from panel.store.tables.core import records, runs  # noqa: E402
from panel.store.tables.desk_tables import acts, approvals, decisions, drafts, points, revisions, taken  # noqa: E402

STATES = ("published",) * 10 + ("approved",) * 2 + ("open",) * 3 + ("later",) * 2 + ("passed",) * 2 + ("scheduled",)
DECIDED = 4  # claims of a synthetic draft
AT_ONCE = 2000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--drafts", type=int, nargs="+", default=[10, 200_000])
    asked.add_argument("--presses", type=int, default=40)
    asked.add_argument("--stats", type=int, default=300, help="signed drafts that statistics are made of, at most")
    given = asked.parse_args()
    for many in given.drafts:
        with tempfile.TemporaryDirectory(prefix="panel-desk-bench-") as folder:
            print(json.dumps(measure(Path(folder), many, given.presses, given.stats)), flush=True)


def measure(folder: Path, many: int, presses: int, signed: int) -> dict[str, Any]:
    """CPU ms of each, the median; a first look of everything comes before and counts for nothing."""
    with a_desk(f"sqlite:///{folder / 'panel.db'}") as desk:
        ids = desk.fill()
        review = next(one for one in ids if "-vs-" not in one)
        pair = next(one for one in ids if "-vs-" in one)
        for one in ids:
            desk.deps.desk.open(desk.account("admin"), one)
        fill(desk, review, many, signed)
        client = desk.client("admin")

        def get(path: str) -> Callable[[], object]:
            return lambda: ok(client.get(path), 200)

        told = {"drafts": many, "key_press": cpu_ms(press(desk, client, review), presses)}
        told |= {"page": cpu_ms(get(f"/drafts/{review}"), 10), "comparison_page": cpu_ms(get(f"/drafts/{pair}"), 5)}
        told |= {"queue": cpu_ms(get("/"), 5), "first_stats": cpu_ms(get("/stats"), 1, warm=0)}
        desk.deps.stats.look(600)  # until all are counted
        press(desk, client, review)()
        return told | {"stats_after_an_act": cpu_ms(get("/stats"), 1, warm=0), "signed": min(many, signed)}


def press(desk: Desk, client: Any, draft_id: str) -> Callable[[], object]:
    """Decide a claim of the draft by its form, one after another, round and round; each is an act of its own."""
    who = desk.account("admin")
    claims = [p for p in desk.deps.desk.open(who, draft_id).points if p.kind == "claim" and not p.field]
    turns = iter(claims * 1000)

    def do() -> None:
        at = target(next(turns))
        head = numbers(desk, draft_id)
        form = {"at": f"{at.persona_id}:{at.place}", "number": head, "decision": "accurate", "seen": "seen"}
        ok(client.post(f"/drafts/{draft_id}/decide", data=form), 303)

    return do


def numbers(desk: Desk, draft_id: str) -> int:
    with desk.deps.engine.connect() as conn:
        return int(conn.execute(select(drafts.c.head).where(drafts.c.draft_id == draft_id)).scalar_one())


def ok(answer: Any, status: int) -> None:
    assert answer.status_code == status, (answer.status_code, answer.text[:500])


def cpu_ms(do: Callable[[], object], times: int, warm: int = 2) -> float:
    for _ in range(warm):
        do()
    spent = []
    for _ in range(times):
        began = time.process_time()
        do()
        spent.append(time.process_time() - began)
    return round(statistics.median(spent) * 1000, 1)


def fill(desk: Desk, like: str, many: int, signed: int) -> None:
    """So many drafts more, each a row like this draft's with rows of its own beside it."""
    who = desk.account("publisher").account_id
    with desk.deps.engine.begin() as conn:
        rules = list(conn.execute(text("select name, sql from sqlite_master where type = 'trigger'")))
        for name, _ in rules:
            conn.execute(text(f"drop trigger {name}"))
        like_it = row_of(conn, drafts, draft_id=like)
        text_row = row_of(conn, revisions, draft_id=like, number=0)
        line = row_of(conn, acts, seq=1)
        for table, made in (
            (runs, some_runs(conn, many)), (records, some_records(many)), (drafts, some_drafts(like_it, many)),
            (taken, some_taken(many)), (revisions, some_revisions(text_row, many)), (points, some_points(many)),
            (decisions, some_decisions(who, many)), (approvals, some_approvals(text_row, who, min(many, signed))),
            (acts, some_acts(line, who, many)),
        ):  # fmt: skip
            keep(conn, table, made)
        for _, statement in rules:
            conn.execute(text(statement))


def keep(conn: Connection, table: Any, made: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in made:
        batch.append(row)
        if len(batch) == AT_ONCE:
            conn.execute(insert(table), batch)
            batch = []
    if batch:
        conn.execute(insert(table), batch)


def row_of(conn: Connection, table: Any, **at: object) -> dict[str, Any]:
    wanted = select(table).where(*(table.c[name] == value for name, value in at.items()))
    return dict(conn.execute(wanted).mappings().one())


def name(n: int) -> str:
    return f"synthetic-{n:06}"


def some_runs(conn: Connection, many: int) -> Iterator[dict[str, Any]]:
    like = dict(conn.execute(select(runs).limit(1)).mappings().one())
    yield from (like | {"run_id": f"run-of-{n}"} for n in range(many))


def some_records(many: int) -> Iterator[dict[str, Any]]:
    for n in range(many):
        at = {"run_id": f"run-of-{n}", "kind": "review", "slug": name(n)}
        yield at | {"hash": f"h{n}", "json": "{}", "taken_hash": f"h{n}"}


def some_drafts(like: dict[str, Any], many: int) -> Iterator[dict[str, Any]]:
    for n in range(many):
        state, day = STATES[n % len(STATES)], f"2026-11-{1 + n % 20:02}T{n % 24:02}:00:00.{n % 1_000_000:06}Z"
        until = "2027-01-01T00:00:00.000000Z" if state in ("later", "scheduled") else ""
        shown = json.loads(like["shown"]) | {"draft_id": name(n), "name": f"Synthetic {n}"}
        yield like | {
            "draft_id": name(n), "subject": f"product-{n}/1", "scope": f"product-{n}", "state": state, "until": until,
            "head": 0, "created_at": day, "changed_at": day, "shown": json.dumps(shown), "search": f"synthetic {n}",
        }  # fmt: skip


def some_taken(many: int) -> Iterator[dict[str, Any]]:
    for n in range(many):
        yield {"run_id": f"run-of-{n}", "kind": "review", "slug": name(n), "hash": f"h{n}", "draft_id": name(n)}


def some_revisions(like: dict[str, Any], many: int) -> Iterator[dict[str, Any]]:
    """The text itself only where statistics read it: a table of 200,000 texts would be 3 GB."""
    for n in range(many):
        yield like | {"draft_id": name(n), "json": like["json"] if n < 1000 else "{}"}


def some_points(many: int) -> Iterator[dict[str, Any]]:
    for n in range(many):
        for i in range(DECIDED):
            at = {"draft_id": name(n), "number": 0, "position": i, "kind": "claim"}
            yield at | {"scope": f"product-{n}", "key": f"sha256:{n}-{i}"}


def some_decisions(who: str, many: int) -> Iterator[dict[str, Any]]:
    for n in range(many):
        for i in range(DECIDED):
            key, number = f"sha256:{n}-{i}", 1 + n * DECIDED + i
            told = {
                "decision_id": number, "scope": f"product-{n}", "key": key, "kind": "claim", "decision": "accurate",
                "draft_id": name(n), "by": who, "at": "2026-11-21T12:00:00Z",
            }  # fmt: skip
            yield told | {"settles": 1, "json": json.dumps(told | {"text": "A sentence.", "source_seen": True})}


def some_approvals(like: dict[str, Any], who: str, many: int) -> Iterator[dict[str, Any]]:
    for n in range(many):
        told = {
            "approval_id": n + 1, "draft_id": name(n), "number": 0, "revision_hash": like["hash"], "edition": "main",
            "by": who, "at": "2026-11-21T12:30:00Z",
        }  # fmt: skip
        more = {"name": "P", "role": "publisher", "responsible": "P", "began_at": "2026-11-21T12:00:00Z"}
        yield told | {"json": json.dumps(told | more | {"decisions": [1 + n * DECIDED + i for i in range(DECIDED)]})}


def some_acts(like: dict[str, Any], who: str, many: int) -> Iterator[dict[str, Any]]:
    for n in range(many):
        for i in range(DECIDED + 2):
            yield like | {
                "seq": 1000 + n * (DECIDED + 2) + i, "draft_id": name(n), "by": who, "what": "decided", "detail": "{}",
                "at": f"2026-11-21T12:{i:02}:00Z",
            }  # fmt: skip


if __name__ == "__main__":
    main()
