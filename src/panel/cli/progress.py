"""Live progress per juror with the cost so far; plain lines where there is no terminal."""

import sys
import time
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Self

from panel.cli.output import safe, talk
from panel.pipeline.events import Asking, Event, Heard, Waiting

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table


class Lines:
    """One line on stderr as each juror is done: for logs, pipes and CI."""

    def __init__(self, seats: int, titles: dict[str, str]) -> None:
        self.seats, self.titles, self.done = seats, titles, 0
        self.reasons: set[str] = set()

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __call__(self, event: Event) -> None:
        if isinstance(event, Waiting):
            talk(f"  {event.launch}  {self.titles[event.persona_id]}{stage_words(event)}: waiting, {event.why}")
        if isinstance(event, Heard):
            self.done += 1
            title = self.titles[event.opinion.juror.persona_id] + stage_words(event)
            talk(f"  [{self.done}/{self.seats}] {event.launch}  {title}: {self._outcome(event)}{cost_words(event)}")

    def _outcome(self, event: Heard) -> str:
        """A reason that was given before isn't told in full again: one wrong key fails every juror."""
        words = outcome_words(event)
        if event.opinion.outcome == "failed" and words in self.reasons:
            return "failed for the same reason"
        self.reasons.add(words)
        return words


class LiveBoard:
    """Something that redraws in place on stderr while work goes on; what is shown, `_table` gives."""

    live: "Live | None" = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        self.live = Live(get_renderable=self._table, console=Console(stderr=True), refresh_per_second=4)
        self.live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.live
        self.live.__exit__(kind, error, trace)

    def _table(self) -> "Table":
        raise NotImplementedError


class Board(LiveBoard):
    """A table that redraws in place: one row a juror."""

    def __init__(self, seats: int, titles: dict[str, str]) -> None:
        self.seats, self.titles = seats, titles
        self.rows: dict[tuple[str, str], str] = {}
        self.spent = Decimal(0)
        self.started = time.monotonic()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Heard):
            self.rows[event.launch, event.opinion.juror.persona_id] = outcome_words(event) + stage_words(event)
            self.spent = event.spent_usd
        elif isinstance(event, Asking):
            self.rows[event.launch, event.persona_id] = f"reading ({event.model}){stage_words(event)}"
        else:
            self.rows[event.launch, event.persona_id] = f"waiting: {event.why}{stage_words(event)}"

    def _table(self) -> "Table":
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


def watch(seats: int, titles: dict[str, str], *, quiet: bool) -> Lines | Board:
    """A board on a terminal, lines elsewhere. quiet: lines too (JSON goes to stdout)."""
    return Lines(seats, titles) if quiet or not sys.stderr.isatty() else Board(seats, titles)


def outcome_words(event: Heard) -> str:
    """What came of a juror in a few words."""
    opinion = event.opinion
    again = " (from the ledger)" if event.reused else ""
    if opinion.outcome == "answered":
        if opinion.words.kind == "not_asked":
            return f"{opinion.verdict} (trial){again}"
        return f"{opinion.verdict}, {opinion.confidence:.0%} sure{again}"
    return f"{opinion.outcome}: {opinion.why}{again}"


def stage_words(event: Event) -> str:
    """Which of its three askings a launch that speaks to reviewers is at; nothing for any other."""
    return f" ({event.stage})" if event.stage else ""


def cost_words(event: Heard) -> str:
    return f"  (${event.spent_usd:.4f} so far)" if event.spent_usd else ""
