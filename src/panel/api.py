"""The panel from Python: `panel.review`, `panel.compare`, `panel.run_batch`. The same use cases as the commands.

They work where an event loop runs already; Ctrl-C lets calls in flight finish, as it does for a command. What goes
wrong is a `PanelError` with a `hint`. Money is spent only where `budget_usd` is given, or where nobody sends a bill.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from panel.batch import BatchOptions, BatchOutcome
from panel.errors import Mistake
from panel.pipeline import RunKind, RunResult, SilentConsole
from panel.records import BatchRow, Run
from panel.store import Stores
from panel.workspace import RunOptions, ask_panel, open_workspace, review_batch, run_until_stopped

Usd = Decimal | float | int


def review(
    *launches: str | Path, personas: Sequence[str] = (), models: Sequence[str] = (), budget_usd: Usd | None = None,
    deadline_s: float | None = None, fresh: bool = False, retry: bool = False, as_of: str = "", category: str = "",
    workspace: str | Path | None = None,
) -> RunResult:  # fmt: skip
    """Ask the panel about one launch or several, each for itself.

    launches: addresses, launch files, or launches reviewed before as RUN/SLUG. personas, models: ids and
    provider/model names; left out, those of the workspace. as_of: YYYY-MM-DD. fresh: ask anew, whatever the ledger
    holds. retry: ask again where a stored answer was unusable. category: of products at addresses. workspace: a folder
    in or below one; the current folder if left out.

    Gives the run, its `reviews` and its `folder`. Raises Mistake for what can't be asked, Stopped at the budget or the
    deadline, ProviderError or ReplyUnusable when no critic gave a usable answer, Interrupted after Ctrl-C.
    """
    if not launches:
        raise Mistake("There is nothing to review.", hint="Name a launch file or an address.")
    options = _options(personas, models, budget_usd, deadline_s, fresh, retry, as_of, category)
    return _ask("review", launches, options, workspace)


def compare(
    a: str | Path, b: str | Path, *, personas: Sequence[str] = (), models: Sequence[str] = (),
    budget_usd: Usd | None = None, deadline_s: float | None = None, fresh: bool = False, retry: bool = False,
    as_of: str = "", category: str = "", workspace: str | Path | None = None,
) -> RunResult:  # fmt: skip
    """Ask the panel about two launches, side by side. As `review`; `comparison` of what it gives pairs the two."""
    options = _options(personas, models, budget_usd, deadline_s, fresh, retry, as_of, category)
    return _ask("compare", (a, b), options, workspace)


@dataclass(frozen=True)
class ReviewedBatch:
    """A batch that is done: its manifest, what it cost in `run.spend` and `summary.json`, and its rows."""

    run: Run
    folder: Path
    database_url: str

    @property
    def rows(self) -> Iterator[BatchRow]:
        """Every row as it ended, read from the database a page at a time."""
        with Stores.open(self.database_url, self.folder.parent) as stores:
            yield from stores.rows.stream(self.run.run_id)


def run_batch(
    sources: Sequence[str | Path] = (), *, personas: Sequence[str] = (), models: Sequence[str] = (),
    max_reviews: int | None = None, categories: Sequence[str] = (), languages: Sequence[str] = (),
    max_age_days: int | None = None, budget_usd: Usd | None = None, launch_budget_usd: Usd | None = None,
    day_budget_usd: Usd | None = None, deadline_s: float | None = None, economy: bool = False,
    workspace: str | Path | None = None,
) -> ReviewedBatch:  # fmt: skip
    """Review a day's launches, unattended. What is left out is as panel.toml's `[batch]` says.

    sources: feeds of panel.toml by name, addresses, files, folders; none: every feed of panel.toml. economy: in the
    providers' batches, at half the price and up to a day later. Raises as `review`; what was answered is kept, and
    `panel resume` goes on. Raises Mistake too when these sources are being read already.
    """
    options = BatchOptions(
        ",".join(personas), tuple(models), max_reviews, tuple(categories), tuple(languages), max_age_days,
        _usd(budget_usd), _usd(launch_budget_usd), _usd(day_budget_usd), deadline_s, economy,
    )  # fmt: skip
    console = SilentConsole(yes=budget_usd is not None)
    names = [str(source) for source in sources]
    with open_workspace(console, command=("run_batch", *names), here=_folder(workspace)) as opened:
        outcome: BatchOutcome | None = run_until_stopped(
            lambda sign: review_batch(opened, names, options, sign), console
        )
        if outcome is None:
            raise Mistake("A batch of these sources is running already.", hint="Wait until it ends.")
        if outcome.why:
            raise outcome.why
        return ReviewedBatch(outcome.run, outcome.folder, opened.settings.database_url)


def _ask(kind: RunKind, launches: Sequence[str | Path], options: RunOptions, workspace: str | Path | None) -> RunResult:
    console = SilentConsole(yes=options.budget_usd is not None)
    names = [str(launch) for launch in launches]
    with open_workspace(console, command=(kind, *names), here=_folder(workspace)) as opened:
        return run_until_stopped(lambda sign: ask_panel(opened, kind, names, options, sign), console)


def _options(
    personas: Sequence[str], models: Sequence[str], budget_usd: Usd | None, deadline_s: float | None, fresh: bool,
    retry: bool, as_of: str, category: str,
) -> RunOptions:  # fmt: skip
    return RunOptions(",".join(personas), tuple(models), as_of, fresh, category, _usd(budget_usd), deadline_s, retry)


def _usd(amount: Usd | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))


def _folder(workspace: str | Path | None) -> Path | None:
    return Path(workspace) if workspace is not None else None
