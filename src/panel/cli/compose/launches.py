"""Dossiers for commands: from launch files, or from addresses on the live web."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from panel.cli.archive import with_archive
from panel.cli.loop import run_loop
from panel.cli.output import talk
from panel.cli.reviewed import is_reviewed, reviewed_dossier
from panel.cli.shell import Shell
from panel.dossier import build_dossier, read_launches
from panel.errors import Mistake
from panel.records import Dossier, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.dossier.fetch import Fetcher, FetchRules
    from panel.dossier.gather.gather_pages import PageEvent
    from panel.dossier.gather.snapshots import Snapshots

TEST_PACE_S = 0.0  # of the test switch's own server; the live web is asked at most once a second a host


def is_address(name: str) -> bool:
    """Whether a command's argument is a page's address and not a file's name."""
    return name.lower().startswith(("http://", "https://"))


def dossiers_of(
    shell: Shell, names: Sequence[str], *, as_of: date | None, refresh: bool, category: str = ""
) -> tuple[list[Dossier], Stamp]:
    """The dossier of each file or address with its neighbours from the archive, in order, and the stamp they share.

    A launch that a run reviewed, `RUN/SLUG`, is taken as it was read then, neighbours included.
    category: of the products at addresses; a launch file names its own.
    Raises Mistake for a file or an address that can't be used, Unreachable for a first page that doesn't answer.
    """
    today = datetime.now(UTC).date()
    _check_category(shell, category, names)
    begun = shell.new_stamp([])
    known = {name: reviewed_dossier(shell, name) for name in names if is_reviewed(name)}
    files = [name for name in names if name not in known and not is_address(name)]
    read = {name: read_launches(Path(name), categories=shell.categories) for name in files}
    dossiers: list[Dossier] = []
    for name in names:  # every file has been read before the first page is fetched
        if name in known:
            dossiers.append(known[name])
        elif name in read:
            new = [build_dossier(at, folder=where, made=begun, today=today, as_of=as_of) for at, where in read[name]]
            dossiers += with_archive(shell, new, today)
        else:
            new = [gather_dossier(shell, name, made=begun, refresh=refresh, category=category)]
            dossiers += with_archive(shell, new, today)
    made = shell.new_stamp([dossier.launch.slug for dossier in dossiers])
    return [dossier.model_copy(update={"made": made}) for dossier in dossiers], made


def gather_dossier(shell: Shell, url: str, *, made: Stamp, refresh: bool, category: str = "") -> Dossier:
    """The dossier of the product at `url`: its pages fetched, or taken from snapshots of the last week."""

    def tell(event: "PageEvent") -> None:
        talk(f"  {event.how}: {event.kind}  {event.url}  {event.why}".rstrip())

    fetcher = make_fetcher(shell)
    dossier = run_loop(
        live_dossier(shell, url, fetcher=fetcher, made=made, refresh=refresh, category=category, on_page=tell)
    )
    warn(dossier)
    return dossier


def make_fetcher(shell: Shell) -> "Fetcher":
    """The one door to the web, with this workspace's rules."""
    from panel.dossier.fetch import Fetcher

    return Fetcher(_rules(shell), now=lambda: datetime.now(UTC))


async def live_dossier(
    shell: Shell,
    url: str,
    *,
    fetcher: "Fetcher",
    made: Stamp,
    refresh: bool,
    category: str = "",
    on_page: "Callable[[PageEvent], None]" = lambda event: None,
) -> Dossier:
    """`build_live_dossier` with this workspace's snapshots and everything that reads a page."""
    from panel.dossier.gather.live_dossier import build_live_dossier

    return await build_live_dossier(
        url,
        fetch=fetcher.get,
        admit=fetcher.admit,
        snapshots=snapshots_of(shell),
        made=made,
        today=datetime.now(UTC).date(),
        refresh=refresh,
        category=category,
        on_page=on_page,
    )


def snapshots_of(shell: Shell) -> "Snapshots":
    """The workspace's dated cache of pages."""
    from panel.dossier.gather.snapshots import Snapshots
    from panel.store.files import replace_file

    return Snapshots(shell.settings.runs_dir / "snapshots", write=replace_file)


def warn(dossier: Dossier) -> None:
    """Say on stderr what an editor must know before reading on."""
    if dossier.suspicions:
        count = len(dossier.suspicions)
        spans = "1 span speaks" if count == 1 else f"{count} spans speak"
        talk(f"  {spans} to reviewers or models: panel dossier show lists {'it' if count == 1 else 'them'}.")
    if dossier.coverage.missing:
        talk(f"  No page of these kinds was found: {', '.join(dossier.coverage.missing)}.")


def _check_category(shell: Shell, category: str, names: Sequence[str]) -> None:
    if category and not any(is_address(name) for name in names):
        raise Mistake("--category is for addresses; a launch file names its own.", hint="Leave it out.")
    if category:
        check_category(shell, category)


def check_category(shell: Shell, category: str) -> None:
    """Raises Mistake for one that categories.yaml doesn't have, naming the nearest."""
    if category not in shell.categories:
        from difflib import get_close_matches

        near = get_close_matches(category, shell.categories, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "categories.yaml lists them."
        raise Mistake(f"{category!r} is no category there is.", hint=hint)


def _rules(shell: Shell) -> "FetchRules":
    from panel.dossier.fetch import FetchRules, user_agent

    switch = shell.settings.test_loopback
    agent = user_agent(shell.settings.toml.contact)
    if not switch:
        return FetchRules(user_agent=agent)
    try:
        return FetchRules(user_agent=agent, allow_loopback=switch, pace_s=TEST_PACE_S)
    except ValueError as err:
        raise Mistake(f"PANEL_TEST_LOOPBACK={switch!r} can't be used: {err}.", hint="Unset it.") from err
