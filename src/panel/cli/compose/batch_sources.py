"""What a batch reads: feeds named in panel.toml, addresses, files, folders; and what the archive knows of a launch."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from panel.batch import as_launch
from panel.cli.compose.launches import check_category
from panel.cli.terminal.terminal import talk
from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.batch import BadRow, KnownOf, Partners, Shortlist, SourceSpec
    from panel.cli.compose.batches import BatchOptions
    from panel.cli.compose.workspace import Workspace
    from panel.records import Announcement
    from panel.store import Products

MOST_TOLD = 20  # bad rows said while reading; all are in the summary


def read_sources(workspace: "Workspace", names: Sequence[str]) -> "list[SourceSpec]":
    """The sources meant: feeds of panel.toml by name, everything else as given; none means every feed.

    Raises Mistake when there is nothing to read.
    """
    feeds = workspace.settings.toml.feeds
    if not names and not feeds:
        hint = "Name a file, a folder or an address, or add [feeds.NAME] to panel.toml."
        raise Mistake("There is nothing to read.", hint=hint)
    return [workspace.settings.source_spec(name) for name in names or feeds]


def shortlist(workspace: "Workspace", ask: "BatchOptions") -> "Shortlist":
    """panel.toml's `[batch]`, with the flags that are given over it. Raises Mistake for a category there is none of."""
    given = {
        "max_reviews": ask.most,
        "categories": ask.categories or None,
        "languages": ask.languages or None,
        "max_age_days": ask.max_age_days,
    }
    rules = workspace.settings.toml.batch.model_copy(update={k: v for k, v in given.items() if v is not None})
    for category in rules.categories:
        check_category(workspace, category)
    return rules


def open_intake(workspace: "Workspace", specs: "Sequence[SourceSpec]") -> "AsyncIterator[Announcement | BadRow]":
    """Every row of every source, streamed; bad ones are said as they are met."""
    from panel.batch import read_announcements
    from panel.cli.compose.launches import make_fetcher

    told = 0

    def tell(bad: "BadRow") -> None:
        nonlocal told
        told += 1
        if told <= MOST_TOLD:
            talk(f"  {bad.source}, {bad.at or 'the whole source'}: {bad.reason}")
        elif told == MOST_TOLD + 1:
            talk("  More bad rows are in the summary.")

    fetch = partial(make_fetcher(workspace).get, as_feed=True)
    return read_announcements(specs, fetch=fetch, on_problem=tell, categories=workspace.categories)


@contextmanager
def open_known(workspace: "Workspace") -> "Iterator[KnownOf]":
    """What the archive has of an announced launch: reviewed when, by which run, and whether it changed since."""
    if not workspace.has_database:
        yield lambda said: None
        return
    with closing(workspace.open_products()) as products:
        yield _known_in(products)


def _known_in(products: "Products") -> "KnownOf":
    from panel.batch import ReviewedBefore
    from panel.pipeline import announced_digest, look_up_launch

    def known(said: "Announcement") -> "ReviewedBefore | None":
        launch = as_launch(said)
        met = look_up_launch(launch, products, digest=announced_digest(launch))
        if met is None or met.launch is None or not met.launch.runs:
            return None
        what = "its announcement differs" if met.changed else ""
        return ReviewedBefore(met.launch.runs[-1], met.launch.last_seen.date(), is_changed=met.changed, what=what)

    return known


@contextmanager
def open_partners(workspace: "Workspace", run_id: str) -> "Iterator[Partners]":
    """What the archive has of a category for a batch's launches to be compared with: reviewed, by another run."""
    from panel.batch import MOST_PARTNERS

    with closing(workspace.open_products()) as products:
        yield lambda category: products.reviewed(category, but_run=run_id, most=MOST_PARTNERS)
