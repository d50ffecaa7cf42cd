"""Dossiers for commands and batches: from launch files, from addresses on the live web, or from an earlier `RUN/SLUG`.

The same dossier gives the same questions, so the ledger answers whatever was asked with the same personas, prompts and
models; two reviews are compared without being paid for again.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from panel.batch import is_address
from panel.dossier import build_dossier, read_launches
from panel.errors import Mistake, PanelError, StoreError
from panel.records import Announcement, Dossier, Run, Stamp
from panel.store import RunFolder
from panel.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.batch import Gather
    from panel.dossier import Browser, Fetcher, FetchPolicy, PageEvent, Snapshots

TEST_PACE_S = 0.0  # of the test switch's own server; the live web is asked at most once a second a host
GATHERED_AT_ONCE = 16  # sites read side by side; each host is asked once a second at most all the same
REFERENCE = re.compile(r"(\d{8}-\d{6}-[a-z0-9-]+)/([a-z0-9][a-z0-9-]*)")  # a run's id and a launch's slug


async def dossiers_of(
    workspace: Workspace, names: Sequence[str], *, as_of: date | None, refresh: bool, category: str = ""
) -> tuple[list[Dossier], Stamp]:
    """The dossier of each file or address with its neighbours from the archive, in order, and the stamp they share.

    A launch that a run reviewed, `RUN/SLUG`, is taken as it was read then, neighbours included.
    category: of the products at addresses; a launch file names its own.
    Raises Mistake for a file or an address that can't be used, Unreachable for a first page that doesn't answer.
    """
    today = datetime.now(UTC).date()
    _check_category(workspace, category, names)
    begun = workspace.new_stamp([])
    known = {name: reviewed_dossier(workspace, name) for name in names if is_reviewed(name)}
    files = [name for name in names if name not in known and not is_address(name)]
    read = {name: read_launches(Path(name), categories=workspace.categories) for name in files}
    dossiers: list[Dossier] = []
    for name in names:  # every file has been read before the first page is fetched
        if name in known:
            dossiers.append(known[name])
        elif name in read:
            new = [build_dossier(at, folder=where, made=begun, today=today, as_of=as_of) for at, where in read[name]]
            new = [await with_rivals(workspace, dossier, refresh=refresh, as_of=as_of) for dossier in new]
            dossiers += with_archive(workspace, new, today)
        else:
            new = [await gather_dossier(workspace, name, made=begun, refresh=refresh, category=category)]
            dossiers += with_archive(workspace, new, today)
    made = workspace.new_stamp([dossier.launch.slug for dossier in dossiers])
    return [dossier.model_copy(update={"made": made}) for dossier in dossiers], made


async def gather_dossier(
    workspace: Workspace, url: str, *, made: Stamp, refresh: bool, category: str = "", quiet: bool = False
) -> Dossier:
    """The dossier of the product at `url`: its pages fetched, or taken from snapshots of the last week.

    quiet: as `live_dossier` takes it.
    """
    fetcher, tell = make_fetcher(workspace), _teller(workspace)
    dossier = await live_dossier(
        workspace, url, fetcher=fetcher, browser=make_browser(workspace, fetcher), made=made, refresh=refresh,
        category=category, quiet=quiet, on_page=tell,
    )  # fmt: skip
    _warn(workspace, dossier)
    return dossier


async def with_rivals(
    workspace: Workspace, dossier: Dossier, *, fetcher: "Fetcher | None" = None, refresh: bool = False,
    as_of: date | None = None,
) -> Dossier:  # fmt: skip
    """The dossier with the pages of the rivals its launch file names, as they are today.

    as_of: the day a person chose; rivals' pages are of today and not read then.
    """
    if not dossier.launch.rivals or as_of:
        return dossier
    from panel.dossier import add_rivals

    fetcher = fetcher or make_fetcher(workspace)
    return await add_rivals(
        dossier, fetch=fetcher.get, admit=fetcher.admit, snapshots=snapshots_of(workspace),
        today=datetime.now(UTC).date(), refresh=refresh, on_page=_teller(workspace),
    )  # fmt: skip


def _teller(workspace: Workspace) -> "Callable[[PageEvent], None]":
    return lambda event: workspace.console.tell(f"  {event.how}: {event.kind}  {event.url}  {event.why}".rstrip())


def make_fetcher(workspace: Workspace) -> "Fetcher":
    """The one door to the web, with this workspace's rules."""
    from panel.dossier import Fetcher

    return Fetcher(_rules(workspace), now=lambda: datetime.now(UTC))


def with_browser(workspace: Workspace) -> Workspace:
    """The same workspace, reading every page of an address with a browser, whatever its panel.toml says."""
    toml = workspace.settings.toml.model_copy(update={"gather": "browser"})
    return replace(workspace, settings=workspace.settings.model_copy(update={"toml": toml}))


def make_browser(workspace: Workspace, fetcher: "Fetcher") -> "Browser":
    """A browser that asks this fetcher. Raises Mistake where every page is to be read with one and there is none."""
    from panel.dossier import Browser

    browser = Browser(fetcher, program=workspace.settings.toml.chromium)
    if workspace.settings.toml.gather == "browser" and (why := browser.why_not()):
        raise Mistake(f"Pages can't be read with a browser: {why}.", hint="`panel doctor` says what to install.")
    return browser


async def live_dossier(
    workspace: Workspace, url: str, *, fetcher: "Fetcher", browser: "Browser", made: Stamp, refresh: bool,
    category: str = "", quiet: bool = False, on_page: "Callable[[PageEvent], None]" = lambda event: None,
) -> Dossier:  # fmt: skip
    """`build_live_dossier` with this workspace's snapshots and everything that reads a page.

    quiet: no third party is asked, for to ask is to tell it of the launch.
    """
    from panel.dossier import build_live_dossier

    return await build_live_dossier(
        url, fetch=fetcher.get, admit=fetcher.admit, browser=browser, snapshots=snapshots_of(workspace), made=made,
        renders_all=workspace.settings.toml.gather == "browser", today=datetime.now(UTC).date(), refresh=refresh,
        category=category, third_parties=() if quiet else workspace.settings.toml.third_parties, on_page=on_page,
    )  # fmt: skip


def snapshots_of(workspace: Workspace) -> "Snapshots":
    """The workspace's dated cache of pages."""
    from panel.dossier import Snapshots
    from panel.store import replace_file

    return Snapshots(workspace.settings.runs_dir / "snapshots", write=replace_file)


def _warn(workspace: Workspace, dossier: Dossier) -> None:
    """Say what an editor must know before reading on."""
    if dossier.suspicions:
        count = len(dossier.suspicions)
        spans = "1 span speaks" if count == 1 else f"{count} spans speak"
        workspace.console.tell(
            f"  {spans} to reviewers or models: panel dossier show lists {'it' if count == 1 else 'them'}."
        )
    if dossier.coverage.missing:
        workspace.console.tell(f"  No page of these kinds was found: {', '.join(dossier.coverage.missing)}.")


def _check_category(workspace: Workspace, category: str, names: Sequence[str]) -> None:
    if category and not any(is_address(name) for name in names):
        raise Mistake("--category is for addresses; a launch file names its own.", hint="Leave it out.")
    if category:
        check_category(workspace, category)


def check_category(workspace: Workspace, category: str) -> None:
    """Raises Mistake for one that categories.yaml doesn't have, naming the nearest."""
    if category not in workspace.categories:
        from difflib import get_close_matches

        near = get_close_matches(category, workspace.categories, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "categories.yaml lists them."
        raise Mistake(f"{category!r} is no category there is.", hint=hint)


def _rules(workspace: Workspace) -> "FetchPolicy":
    from panel.dossier import FetchPolicy, user_agent

    switch = workspace.settings.test_loopback
    agent = user_agent(workspace.settings.toml.contact)
    if not switch:
        return FetchPolicy(user_agent=agent)
    try:
        return FetchPolicy(user_agent=agent, allow_loopback=switch, pace_s=TEST_PACE_S)
    except ValueError as err:
        raise Mistake(f"PANEL_TEST_LOOPBACK={switch!r} can't be used: {err}.", hint="Unset it.") from err


def with_archive(workspace: Workspace, dossiers: Sequence[Dossier], today: date) -> list[Dossier]:
    """The dossiers with other products of their categories that the archive knew before. today: UTC."""
    if not workspace.has_database:
        return list(dossiers)
    from panel.pipeline import with_neighbours

    return [with_neighbours(dossier, workspace.stores.products, today=today) for dossier in dossiers]


def make_gather(workspace: Workspace, made: Stamp) -> "Gather":
    """From an announcement to its dossier: a launch file's own sources, else the product's pages and the announcement's
    own text; and neighbours.

    Raises Mistake for a file or an address that can't be used, Unreachable for a page that doesn't answer. Where there
    is a text, both are sentences in the dossier's coverage.
    """
    from panel.batch import dossier_of_text
    from panel.dossier import append_texts, follow_listing
    from panel.pipeline import with_neighbours

    fetcher = make_fetcher(workspace)
    browser, places = make_browser(workspace, fetcher), asyncio.Semaphore(GATHERED_AT_ONCE)

    async def gather(said: Announcement) -> Dossier:
        if said.launch_file:
            dossier = await asyncio.to_thread(_from_file, workspace, said, made)
            async with places:
                dossier = await with_rivals(workspace, dossier, fetcher=fetcher)
            return await asyncio.to_thread(
                with_neighbours, dossier, workspace.stores.products, today=datetime.now(UTC).date()
            )
        today, found = datetime.now(UTC).date(), said
        try:
            async with places:
                found = await follow_listing(said, fetch=fetcher.get)
                dossier = await live_dossier(
                    workspace, found.homepage, fetcher=fetcher, browser=browser, made=made, refresh=False,
                    category=said.category, quiet=said.confidential or said.embargo_until is not None,
                )  # fmt: skip
            dossier = await asyncio.to_thread(append_texts, dossier, said.sources)
        except StoreError:
            raise
        except PanelError as err:
            if not said.sources:
                raise
            unread = (f"Homepage not read: {err}",) if said.homepage or said.listing else ()
            dossier = await asyncio.to_thread(dossier_of_text, found, made=made, today=today, unread=unread)
        return await asyncio.to_thread(with_neighbours, dossier, workspace.stores.products, today=today)

    return gather


def _from_file(workspace: Workspace, said: Announcement, made: Stamp) -> Dossier:
    """The launch of a file that is meant, by name and release when the file holds several."""
    found = read_launches(Path(said.launch_file), categories=workspace.categories)
    mine = [pair for pair in found if pair[0].name == said.name and pair[0].release == said.release] or found
    launch, folder = mine[0]
    return build_dossier(launch, folder=folder, made=made, today=datetime.now(UTC).date())


def is_reviewed(name: str) -> bool:
    """Whether a command's argument is a launch of a run; a file that is there goes first."""
    return bool(REFERENCE.fullmatch(name)) and not Path(name).exists()


def reviewed_dossier(workspace: Workspace, name: str) -> Dossier:
    """What the critics of that run read about that launch, as it was found.

    Raises Mistake for a run or a launch there is none of, and for an ordinary run whose folder is not on this machine.
    """
    run_id, _, slug = name.partition("/")
    run = workspace.stores.records.load_run(run_id)
    found = (
        workspace.stores.rows.load_dossier(run.run_id, slug)
        if run.kind == "batch"
        else _of_folder(workspace, run, slug)
    )
    if found is None:
        raise Mistake(
            f"Run {run.run_id!r} has no launch {slug!r}.", hint=f"`panel runs show {run.run_id}` says what it reviewed."
        )
    return found


def _of_folder(workspace: Workspace, run: Run, slug: str) -> Dossier | None:
    if slug not in run.launches:
        return None
    try:
        return Dossier.model_validate_json(
            RunFolder(workspace.settings.runs_dir / run.run_id).read(f"dossiers/{slug}.json")
        )
    except StoreError as err:
        raise Mistake(
            f"The folder of {run.run_id!r} is not whole on this machine.",
            hint="Go to the machine that made it, or name the launch's file or address.",
        ) from err
