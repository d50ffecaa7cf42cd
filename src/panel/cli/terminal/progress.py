"""Live progress of a run, by juror, and of a batch, by launch, with the cost so far; plain lines without a terminal."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from panel.batch import BatchEvent, Begun, Ended, Paid
from panel.cli.terminal.terminal import safe, talk
from panel.pipeline import Event, Notice, TurnBegan, TurnEnded, TurnWaits, WorkAhead

if TYPE_CHECKING:
    from rich.table import Table

    from panel.jurors import LimiterHealth

NOTES_SHOWN = 4
LINE_EVERY_S = 10.0  # between status lines where there is no terminal
LimiterLines = Callable[[], list[str]]  # one line a model: how its provider is


class RunLines:
    """One line on stderr as each juror is done: for logs, pipes and CI."""

    def __init__(self, seats: int, titles: Mapping[str, str]) -> None:
        self.seats, self.titles, self.done = seats, titles, 0
        self.reasons: set[str] = set()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Notice):
            talk(f"  {event.text}")
        if isinstance(event, TurnWaits):
            talk(f"  {event.launch}  {self.titles[event.persona_id]}{stage_words(event)}: waiting, {event.why}")
        if isinstance(event, TurnEnded):
            self.done += 1
            title = self.titles[event.opinion.juror.persona_id] + stage_words(event)
            cost = f"  (${event.spent_usd:.4f} so far)" if event.spent_usd else ""
            talk(f"  [{self.done}/{self.seats}] {event.launch}  {title}: {self._outcome(event)}{cost}")

    def _outcome(self, event: TurnEnded) -> str:
        """A reason that was given before isn't told in full again: one wrong key fails every juror."""
        words = outcome_words(event)
        if event.opinion.outcome == "failed" and words in self.reasons:
            return "failed for the same reason"
        self.reasons.add(words)
        return words


class RunBoard:
    """A table that redraws in place: one row a juror."""

    def __init__(self, seats: int, titles: Mapping[str, str]) -> None:
        self.seats, self.titles = seats, titles
        self.rows: dict[tuple[str, str], str] = {}
        self.spent = Decimal(0)
        self.started = time.monotonic()
        self.notes: list[str] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, TurnEnded):
            self.rows[event.launch, event.opinion.juror.persona_id] = outcome_words(event) + stage_words(event)
            self.spent = event.spent_usd
        elif isinstance(event, TurnBegan):
            self.rows[event.launch, event.persona_id] = f"reading ({event.model}){stage_words(event)}"
        elif isinstance(event, TurnWaits):
            self.rows[event.launch, event.persona_id] = f"waiting: {event.why}{stage_words(event)}"
        else:
            self.notes.append(event.text)

    def table(self) -> "Table":
        from rich.table import Table
        from rich.text import Text

        seconds = time.monotonic() - self.started
        money = f", ${self.spent:.4f}" if self.spent else ""
        table = Table(
            box=None, pad_edge=False, title_justify="left", title=f"{self.seats} jurors, {seconds:.0f} s{money}"
        )
        for name in ("launch", "critic", "now"):
            table.add_column(name)
        for (launch, persona_id), words in self.rows.items():
            table.add_row(Text(launch), Text(self.titles[persona_id]), Text(safe(words)))
        return table


@contextmanager
def board_for(work: WorkAhead, *, lines: bool) -> Iterator[Callable[[Any], None]]:
    """What draws how far the work is: a board that redraws in place on stderr, or plain lines."""
    board = _board(work, lines=lines)
    try:
        if isinstance(board, RunLines | BatchLines):
            yield board
        else:
            from rich.console import Console
            from rich.live import Live

            with Live(get_renderable=board.table, console=Console(stderr=True), refresh_per_second=4):
                yield board
    finally:
        if isinstance(board, RunBoard | BatchLines):
            for text in board.notes if isinstance(board, RunBoard) else [board.progress.sentence()]:
                talk(f"  {text}")


def _board(work: WorkAhead, *, lines: bool) -> "RunLines | RunBoard | BatchLines | BatchBoard":
    if work.titles is not None:
        return RunLines(work.total, work.titles) if lines else RunBoard(work.total, work.titles)
    return (BatchLines if lines else BatchBoard)(
        BatchProgress(work.total, work.budget_usd), lambda: [_limiter_line(each.health()) for each in work.limiters]
    )


def outcome_words(event: TurnEnded) -> str:
    opinion = event.opinion
    again = " (from the ledger)" if event.reused else ""
    if opinion.outcome == "answered":
        if opinion.words.kind == "not_asked":
            return f"{opinion.verdict} (trial){again}"
        return f"{opinion.verdict}, {opinion.confidence:.0%} sure{again}"
    return f"{opinion.outcome}: {opinion.why}{again}"


def stage_words(event: TurnBegan | TurnWaits | TurnEnded) -> str:
    """Which of its three askings a launch that speaks to reviewers is at; nothing for any other."""
    return f" ({event.stage})" if event.stage else ""


def _limiter_line(health: "LimiterHealth") -> str:
    """Calls in flight, what holds them, what the server limits."""
    parts = [f"{health.name}: {health.in_flight} of {health.limit} in flight"]
    parts += [f"{health.waiting} waiting"] if health.waiting else []
    parts += [f"{kind} {rate:.0f}/min" for kind, rate in health.per_minute.items()]
    parts += [f"{health.limited} times limited"] if health.limited else []
    parts += [f"down for {health.down_s:.0f} s"] if health.down_s else []
    parts += [f"paused {health.paused_s:.0f} s"] if health.paused_s else []
    return ", ".join(parts) + (f" ({health.why})" if health.why else "")


@dataclass
class BatchProgress:
    """What has happened so far."""

    total: int
    budget_usd: Decimal | None
    started: float = field(default_factory=time.monotonic)
    in_hand: int = 0
    states: dict[int, str] = field(default_factory=dict)  # row -> what it ended as, so far
    counts: Counter[str] = field(default_factory=Counter)  # of rows, by state
    spent_usd: Decimal = Decimal(0)
    notes: list[str] = field(default_factory=list)

    def take(self, event: BatchEvent) -> None:
        if isinstance(event, Begun):
            self.in_hand += 1
        elif isinstance(event, Notice):
            self.notes = [*self.notes, event.text][-NOTES_SHOWN:]
        elif isinstance(event, Paid):
            self.spent_usd += event.spent_usd
        else:
            self.in_hand -= 1
            self.spent_usd += event.spent_usd
            self.counts[self.states.get(event.row.row, "")] -= 1
            self.states[event.row.row] = event.row.state
            self.counts[event.row.state] += 1

    @property
    def done(self) -> int:
        """Launches that came to an end; those that wait for a provider's batch or were stopped have not."""
        return self.counts["reviewed"] + self.counts["failed"]

    @property
    def left_s(self) -> float | None:
        """Seconds the rest will take at the pace so far; None before anything is done."""
        if not self.done:
            return None
        return (time.monotonic() - self.started) / self.done * max(0, self.total - self.done)

    def sentence(self) -> str:
        """One line: 12 of 100 launches, 4 in hand, 1 failed, $0.31 of $5, about 6 min left."""
        failed, waiting = self.counts["failed"], self.counts["waiting"]
        parts = [f"{self.done} of {self.total} launches", f"{self.in_hand} in hand"]
        parts += [f"{failed} failed"] if failed else []
        parts += [f"{waiting} wait for a provider's batch"] if waiting else []
        if self.spent_usd or self.budget_usd is not None:
            limit = f" of ${self.budget_usd}" if self.budget_usd is not None else ""
            parts.append(f"${self.spent_usd:.4f}{limit}")
        if self.left_s is not None and self.done < self.total:
            parts.append(f"about {_span(self.left_s)} left")
        return ", ".join(parts)


class BatchLines:
    """One line for each launch that ended, and one now and then for the whole."""

    def __init__(
        self, progress: BatchProgress, limiters: LimiterLines, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.progress, self.limiters, self.clock = progress, limiters, clock
        self.said = clock()

    def __call__(self, event: BatchEvent) -> None:
        self.progress.take(event)
        if isinstance(event, Notice):
            talk(f"  {event.text}")
        elif isinstance(event, Ended):
            if event.row.state in ("reviewed", "failed"):
                talk(f"  [{self.progress.done}/{self.progress.total}] {event.row.said.name}: {words_for(event)}")
            if self.clock() - self.said >= LINE_EVERY_S:
                self.said = self.clock()
                talk("  " + "; ".join([self.progress.sentence(), *self.limiters()]))


class BatchBoard:
    """A block that redraws in place: the whole, each provider, the last launches and notes."""

    def __init__(self, progress: BatchProgress, limiters: LimiterLines) -> None:
        self.progress, self.limiters = progress, limiters
        self.last: list[str] = []

    def __call__(self, event: BatchEvent) -> None:
        self.progress.take(event)
        if isinstance(event, Ended):
            self.last = [*self.last, f"{event.row.said.name}: {words_for(event)}"][-NOTES_SHOWN:]

    def table(self) -> "Table":
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_header=False)
        for line in (self.progress.sentence(), *self.limiters(), *self.last, *self.progress.notes):
            table.add_row(Text(safe(line)))
        return table


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
