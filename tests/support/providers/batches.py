"""Batches of both providers, in the server's memory: what each of their rows meets, and what is shown of it when."""

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

from tests.support.providers.billing import Line
from tests.support.providers.dialects import DIALECTS, Dialect
from tests.support.providers.faults import ANSWERS, RAW

if TYPE_CHECKING:
    from tests.support.providers.server import Fake

BY_PATH = {dialect.path: dialect for dialect in DIALECTS}
ROWS_A_TURN = 20  # processed before others get their turn
STRANGER = "nobody-knows-this-row"


@dataclass(frozen=True)
class Fate:
    """What becomes of one batch. Shares are 0..1 of its rows, chosen by their custom id and the seed."""

    polls: int = 1  # looks at it that say it still works; the batch really works meanwhile
    takes_s: float = 0.0  # and the least time it takes
    shuffled: bool = True
    works: float = 1.0  # of the rows, in order; the rest is left when it expires, stalls or is cancelled
    stalls: bool = False  # never ends by itself
    missing: float = 0.0  # no line in the results, not asked, not billed
    failing: float = 0.0  # HTTP 500 in the row: worth asking again
    refused: float = 0.0  # HTTP 400 in the row
    duplicated: float = 0.0
    strangers: int = 0  # rows of nobody's
    torn: bool = False  # the last line of the results breaks off
    breaks: int = 0  # downloads that lose their connection half-way
    whole: Literal["", "invalid", "queue_full", "no_credit"] = ""  # refused as a whole
    lost: Literal["", "upload", "create", "create_500"] = ""  # accepted, but the reply is not what it says
    hidden: int = 0  # looks at the list in which it is not yet shown
    archived: bool = False  # the results are gone
    seed: int = 0


NAMED: dict[str, dict[str, Any]] = {
    "ok": {},
    "partial": {"missing": 0.25},
    "expires": {"works": 0.6},
    "stalls": {"works": 0.5, "stalls": True},
    "failing": {"failing": 0.25},
    "refused": {"refused": 0.25},
    "duplicated": {"duplicated": 0.5},
    "strangers": {"strangers": 3},
    "torn": {"torn": True},
    "breaks": {"breaks": 1},
    "no_output_file": {"failing": 1.0},
    "invalid": {"whole": "invalid"},
    "queue_full": {"whole": "queue_full"},
    "no_credit": {"whole": "no_credit"},
    "lost_upload": {"lost": "upload"},
    "lost_create": {"lost": "create"},
    "lost_500": {"lost": "create_500"},
    "hidden": {"hidden": 2},
    "late": {"polls": 5},
    "archived": {"archived": True},
}


def fate(names: str, **changes: Any) -> Fate:
    """By name, several joined by "+": fate("partial+torn", polls=0)."""
    found = Fate()
    for name in names.split("+"):
        found = replace(found, **NAMED[name])
    return replace(found, **changes)


@dataclass
class Row:
    """One row and what became of it."""

    custom_id: str
    outcome: Literal["succeeded", "errored", "expired", "cancelled"]
    reply: dict[str, Any] = field(default_factory=dict)  # the reply, or the error object
    status: int = 200
    line: Line | None = None  # on the bill


@dataclass
class Sent:
    """One accepted batch."""

    batch_id: str
    dialect: Dialect
    requests: list[tuple[str, bytes]]  # custom id, body as JSON; emptied as they are worked on
    fate: Fate
    total: int
    metadata: dict[str, str] | None = None
    input_file_id: str = ""
    created_at: float = field(default_factory=time.time)
    rows: list[Row] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)  # of a batch refused as a whole
    looks: int = 0
    cancelled_at: float = 0.0
    looks_since_cancel: int = 0
    downloads: int = 0
    task: "asyncio.Task[None] | None" = None

    @property
    def state(self) -> Literal["working", "cancelling", "ended"]:
        if self.errors:
            return "ended" if self.looks > self.fate.polls else "working"
        if self.cancelled_at:
            return "ended" if self.looks_since_cancel > 1 else "cancelling"
        worked = self.task is not None and self.task.done() and time.time() - self.created_at >= self.fate.takes_s
        return "ended" if worked and self.looks > self.fate.polls and not self.fate.stalls else "working"

    def look(self) -> None:
        self.looks += 1
        self.looks_since_cancel += bool(self.cancelled_at)

    def all_rows(self) -> list[Row]:
        """Every row of the results, in the order they are given out: strangers, duplicates and leftovers included."""
        left: Literal["expired", "cancelled"] = "cancelled" if self.cancelled_at else "expired"
        rows = [*self.rows, *(Row(custom_id, left) for custom_id, _ in self.requests)]
        rows += [row for row in rows if share_of(self.fate.seed, "twice", row.custom_id) < self.fate.duplicated]
        like = next((row for row in self.rows if row.outcome == "succeeded"), None)
        if like is not None:
            rows += [Row(f"{STRANGER}-{i}", "succeeded", like.reply) for i in range(self.fate.strangers)]
        if self.fate.shuffled:
            random.Random(self.fate.seed).shuffle(rows)
        return rows

    def counts(self) -> dict[str, int]:
        """Rows by outcome, those still to come as "processing". The sum is the total: what got lost counts as answered."""
        named = {"succeeded": 0, "errored": 0, "expired": 0, "cancelled": 0, "processing": 0}
        for row in self.rows:
            named[row.outcome] += 1
        if self.state != "ended":
            return {**named, "processing": self.total - len(self.rows)}
        left = len(self.requests)
        named["cancelled" if self.cancelled_at else "expired"] += left
        named["succeeded"] += self.total - len(self.rows) - left
        return named


def share_of(seed: int, what: str, custom_id: str) -> float:
    """0..1, the same for the same row."""
    return int.from_bytes(blake2b(f"{seed} {what} {custom_id}".encode(), digest_size=4).digest()) / 2**32


@dataclass
class Batches:
    """All batches and files of a server."""

    fake: "Fake"
    fates: deque[Fate]
    always: Fate
    sent: dict[str, Sent] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def next_fate(self) -> Fate:
        """Of the batch being made; stays on top until a batch was made of it, so that a lost upload meets its own."""
        return self.fates[0] if self.fates else self.always

    def used_fate(self) -> Fate:
        return self.fates.popleft() if self.fates else self.always

    def start(self, made: Sent) -> Sent:
        """Accept it: its rows are worked on, and billed, from now on, whoever may be looking."""
        self.sent[made.batch_id] = made
        self.fake.stats.batches += 1
        if not made.errors:
            made.task = asyncio.get_running_loop().create_task(self._work(made))
        return made

    def stop(self) -> None:
        for sent in self.sent.values():
            if sent.task is not None:
                sent.task.cancel()

    def listed(self) -> list[Sent]:
        """Newest first, without those still hidden."""
        shown = []
        for sent in reversed(self.sent.values()):
            if sent.fate.hidden > 0:
                sent.fate = replace(sent.fate, hidden=sent.fate.hidden - 1)
            else:
                shown.append(sent)
        return shown

    def cancel(self, sent: Sent) -> None:
        if sent.task is not None and not sent.task.done():
            sent.task.cancel()
        sent.cancelled_at = time.time()

    async def _work(self, sent: Sent) -> None:
        todo = round(sent.total * sent.fate.works)
        waiting = deque(sent.requests)
        sent.requests = []
        try:
            for i in range(todo):
                custom_id, body = waiting.popleft()
                row = self._row(sent, custom_id, body)
                if row is not None:
                    sent.rows.append(row)
                if i % ROWS_A_TURN == ROWS_A_TURN - 1:
                    await asyncio.sleep(0)
        finally:
            sent.requests = list(waiting)

    def _row(self, sent: Sent, custom_id: str, raw: bytes) -> Row | None:
        """Ask the model for this row; None when it gets lost."""
        dice = share_of(sent.fate.seed, "row", custom_id)
        if (dice := dice - sent.fate.missing) < 0:
            return None
        if (dice := dice - sent.fate.failing) < 0:
            return _errored(custom_id, "down")
        if dice - sent.fate.refused < 0:
            return _errored(custom_id, "unprocessable")
        return self._asked(sent.dialect, custom_id, raw)

    def _asked(self, dialect: Dialect, custom_id: str, raw: bytes) -> Row:
        fake, body = self.fake, json.loads(raw)
        checked = fake.is_checked()
        wrong = fake.problems(dialect, body) if checked else []
        if wrong:
            told = {"type": "invalid_request_error", "code": None, "message": "; ".join(wrong[:3])}
            return Row(custom_id, "errored", told, 400)
        body_id = blake2b(raw, digest_size=16).digest()
        nth = fake.times[body_id]
        fake.times[body_id] += 1
        fault = fake.faults.of(body_id, nth)
        if fault and fault not in ANSWERS:
            return _errored(custom_id, fault if fault in RAW else "down")
        reply, line = fake.work(fault, dialect, body, body_id, checked=checked, batch=True)
        return Row(custom_id, "succeeded", reply, line=line)


def _errored(custom_id: str, behaviour: str) -> Row:
    status, _, error = RAW[behaviour]
    return Row(custom_id, "errored", dict(error), status)


def in_lines(rows: list[dict[str, Any]], *, torn: bool) -> Iterator[bytes]:
    """A results file, line by line; torn: the last one breaks off."""
    for i, row in enumerate(rows):
        line = json.dumps(row).encode() + b"\n"
        yield line[: len(line) // 2] if torn and i == len(rows) - 1 else line
