"""A batch as it goes: launches, calls in flight, tokens, money, time left, each provider's health; lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from panel.batch.events import BatchEvent, Begun, Ended, Note, Paid
from panel.cli.output import safe, talk
from panel.cli.progress import LiveBoard

if TYPE_CHECKING:
    from rich.table import Table

    from panel.jurors.rate_limits.permit import FlowHealth
    from panel.jurors.rate_limits.rate_limiter import Flow

NOTES_SHOWN = 4
LINE_EVERY_S = 10.0  # between status lines where there is no terminal


Flows = Callable[[], list[str]]  # one line a model: how its provider is


def flow_lines(flows: "Iterable[Flow]") -> list[str]:
    """One line a model: calls in flight, what holds them, what its server limits."""
    return [_flow_line(flow.health()) for flow in flows]


def _flow_line(health: "FlowHealth") -> str:
    parts = [f"{health.name}: {health.in_flight} of {health.limit} in flight"]
    parts += [f"{health.waiting} waiting"] if health.waiting else []
    parts += [f"{kind} {rate:.0f}/min" for kind, rate in health.per_minute.items()]
    parts += [f"{health.limited} times limited"] if health.limited else []
    parts += [f"down for {health.down_s:.0f} s"] if health.down_s else []
    parts += [f"paused {health.paused_s:.0f} s"] if health.paused_s else []
    return ", ".join(parts) + (f" ({health.why})" if health.why else "")


@dataclass
class Progress:
    """What has happened so far."""

    total: int
    budget_usd: Decimal | None
    started: float = field(default_factory=time.monotonic)
    in_hand: int = 0
    states: dict[int, str] = field(default_factory=dict)  # row -> what it ended as, so far
    spent_usd: Decimal = Decimal(0)
    notes: list[str] = field(default_factory=list)

    def take(self, event: BatchEvent) -> None:
        if isinstance(event, Begun):
            self.in_hand += 1
        elif isinstance(event, Note):
            self.notes = [*self.notes, event.text][-NOTES_SHOWN:]
        elif isinstance(event, Paid):
            self.spent_usd += event.spent_usd
        else:
            self.in_hand -= 1
            self.spent_usd += event.spent_usd
            self.states[event.row.row] = event.row.state

    def count(self, state: str) -> int:
        return sum(found == state for found in self.states.values())

    @property
    def done(self) -> int:
        """Launches that came to an end; those that wait for a provider's batch or were stopped have not."""
        return sum(state in ("reviewed", "failed") for state in self.states.values())

    @property
    def left_s(self) -> float | None:
        """Seconds the rest will take at the pace so far; None before anything is done."""
        if not self.done:
            return None
        return (time.monotonic() - self.started) / self.done * max(0, self.total - self.done)

    def sentence(self) -> str:
        """One line: 12 of 100 launches, 4 in hand, 1 failed, $0.31 of $5, about 6 min left."""
        failed, waiting = self.count("failed"), self.count("waiting")
        parts = [f"{self.done} of {self.total} launches", f"{self.in_hand} in hand"]
        parts += [f"{failed} failed"] if failed else []
        parts += [f"{waiting} wait for a provider's batch"] if waiting else []
        if self.spent_usd or self.budget_usd is not None:
            limit = f" of ${self.budget_usd}" if self.budget_usd is not None else ""
            parts.append(f"${self.spent_usd:.4f}{limit}")
        if self.left_s is not None and self.done < self.total:
            parts.append(f"about {_span(self.left_s)} left")
        return ", ".join(parts)


class Lines:
    """One line for each launch that ended, and one now and then for the whole."""

    def __init__(self, progress: Progress, flows: Flows, clock: Callable[[], float] = time.monotonic) -> None:
        self.progress, self.flows, self.clock = progress, flows, clock
        self.said = clock()

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        talk(f"  {self.progress.sentence()}")

    def __call__(self, event: BatchEvent) -> None:
        self.progress.take(event)
        if isinstance(event, Note):
            talk(f"  {event.text}")
        elif isinstance(event, Ended):
            if event.row.state in ("reviewed", "failed"):
                talk(f"  [{self.progress.done}/{self.progress.total}] {event.row.said.name}: {words_for(event)}")
            if self.clock() - self.said >= LINE_EVERY_S:
                self.said = self.clock()
                talk("  " + "; ".join([self.progress.sentence(), *self.flows()]))


class Board(LiveBoard):
    """A block that redraws in place: the whole, each provider, the last launches and notes."""

    def __init__(self, progress: Progress, flows: Flows) -> None:
        self.progress, self.flows = progress, flows
        self.last: list[str] = []

    def __call__(self, event: BatchEvent) -> None:
        self.progress.take(event)
        if isinstance(event, Ended):
            self.last = [*self.last, f"{event.row.said.name}: {words_for(event)}"][-NOTES_SHOWN:]

    def _table(self) -> "Table":
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_header=False)
        for line in (self.progress.sentence(), *self.flows(), *self.last, *self.progress.notes):
            table.add_row(Text(safe(line)))
        return table


def watch_work(total: int, budget_usd: Decimal | None, flows: Flows, *, quiet: bool) -> Lines | Board:
    """A board on a terminal, lines elsewhere. quiet: lines too (JSON goes to stdout)."""
    progress = Progress(total, budget_usd)
    return Lines(progress, flows) if quiet or not sys.stderr.isatty() else Board(progress, flows)


def words_for(event: Ended) -> str:
    """What became of a row in a few words."""
    row = event.row
    if row.state == "reviewed":
        held = ", held" if row.held else ""
        lost = f", {row.reason.rstrip('.')}" if row.incomplete else ""
        return f"{row.verdict.replace('_', ' ')}{held}{lost}"
    return f"{row.state}{': ' + row.reason if row.reason else ''}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
