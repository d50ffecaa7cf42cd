"""Dossiers for commands: from launch files, or from addresses on the live web."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from panel.cli.loop import run_loop
from panel.cli.output import talk
from panel.cli.shell import Shell
from panel.dossier import build_dossier, read_launches
from panel.records import Dossier, Hidden, Stamp

if TYPE_CHECKING:
    from panel.dossier.net import FetchRules
    from panel.dossier.snapshots import Snapshots

TEST_PACE_S = 0.0  # of the test switch's own server; the live web is asked at most once a second a host


def is_address(name: str) -> bool:
    """Whether a command's argument is a page's address and not a file's name."""
    return name.lower().startswith(("http://", "https://"))


def dossiers_of(
    shell: Shell, names: Sequence[str], *, as_of: date | None, refresh: bool
) -> tuple[list[Dossier], Stamp]:
    """The dossier of each file or address, in order, and the stamp they share.

    Raises Mistake for a file or an address that can't be used, Unreachable for a first page that doesn't answer.
    """
    today = datetime.now(UTC).date()
    begun = shell.new_stamp([])
    read = [None if is_address(name) else read_launches(Path(name), categories=shell.categories) for name in names]
    dossiers: list[Dossier] = []
    for found, name in zip(read, names, strict=True):  # every file has been read before the first page is fetched
        if found is None:
            dossiers.append(gather_dossier(shell, name, made=begun, refresh=refresh))
        else:
            dossiers += [build_dossier(at, folder=where, made=begun, today=today, as_of=as_of) for at, where in found]
    made = shell.new_stamp([dossier.launch.slug for dossier in dossiers])
    return [dossier.model_copy(update={"made": made}) for dossier in dossiers], made


def gather_dossier(shell: Shell, url: str, *, made: Stamp, refresh: bool) -> Dossier:
    """The dossier of the product at `url`: its pages fetched, or taken from snapshots of the last week."""
    from panel.checks.suspicion import find_suspicions
    from panel.dossier.facts import read_facts
    from panel.dossier.live import build_live_dossier
    from panel.dossier.net import Fetcher

    fetcher = Fetcher(_rules(shell), now=lambda: datetime.now(UTC))
    dossier = run_loop(
        build_live_dossier(
            url,
            fetch=fetcher.get,
            snapshots=snapshots_of(shell),
            made=made,
            today=datetime.now(UTC).date(),
            refresh=refresh,
            read_facts=read_facts,
            find_hidden=_hidden,
            find_suspicions=find_suspicions,
            on_page=lambda event: talk(f"  {event.how}: {event.kind}  {event.url}  {event.why}".rstrip()),
        )
    )
    warn(dossier)
    return dossier


def snapshots_of(shell: Shell) -> "Snapshots":
    """The workspace's dated cache of pages."""
    from panel.dossier.snapshots import Snapshots
    from panel.store.files import replace_file

    return Snapshots(shell.settings.runs_dir / "snapshots", write=replace_file)


def warn(dossier: Dossier) -> None:
    """Say on stderr what an editor must know before reading on."""
    if dossier.suspicions:
        talk(f"  {len(dossier.suspicions)} spans speak to reviewers or models: panel dossier show lists them.")
    if dossier.coverage.missing:
        talk(f"  No page of these kinds was found: {', '.join(dossier.coverage.missing)}.")


def _rules(shell: Shell) -> "FetchRules":
    from panel.dossier.net import FetchRules, user_agent
    from panel.errors import Mistake

    switch = shell.settings.test_loopback
    agent = user_agent(shell.settings.toml.contact)
    if not switch:
        return FetchRules(user_agent=agent)
    try:
        return FetchRules(user_agent=agent, allow_loopback=switch, pace_s=TEST_PACE_S)
    except ValueError as err:
        raise Mistake(f"PANEL_TEST_LOOPBACK={switch!r} can't be used: {err}.", hint="Unset it.") from err


def _hidden(page: str, source_id: str) -> Sequence[Hidden]:
    from panel.dossier.hidden import visible_and_hidden

    return visible_and_hidden(page, source_id=source_id)[1]
