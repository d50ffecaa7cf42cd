"""What every command about drafts needs first: the desk of this workspace, who acts at it and under which by-line."""

import getpass
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from panel.errors import StoreError

if TYPE_CHECKING:
    from panel.cli.compose.workspace import Workspace
    from panel.desk import Desk, WrittenBefore
    from panel.records import Account
    from panel.store import DraftRows


@dataclass(frozen=True)
class OpenDesk:
    """The desk, opened for one command."""

    workspace: "Workspace"
    desk: "Desk"

    @cached_property
    def who(self) -> "Account":
        """The owner of this machine: whoever may write to the database acts as its admin, under their own by-line."""
        from panel.desk import Accounts

        return Accounts(self.desk.store.engine).owner(owner_name(self.workspace), now=self.desk.now)


@contextmanager
def open_desk() -> Iterator[OpenDesk]:
    """The desk with what runs left in its queue."""
    from panel.cli.compose.workspace import open_workspace
    from panel.desk import Desk, Times

    workspace = open_workspace()
    with open_store(workspace) as store, open_archive(workspace) as archive:
        table = workspace.settings.toml.desk
        desk = Desk(store, archive=archive, responsible=table.responsible, times=Times(table.timezone))
        desk.take_in()
        desk.bring_back_due()
        yield OpenDesk(workspace, desk)


def fill_queue(workspace: "Workspace") -> None:
    """Put what a run left into the desk's queue, at its end. The run is done whatever comes: the desk looks again."""
    from panel.cli.terminal.terminal import talk
    from panel.desk import Desk

    try:
        with open_store(workspace) as store:
            Desk(store).take_in()
    except StoreError as err:
        talk(f"The desk takes these reviews in later: {err}")


@contextmanager
def open_store(workspace: "Workspace | None" = None) -> Iterator["DraftRows"]:
    """The desk's rows alone."""
    from panel.cli.compose.workspace import open_workspace
    from panel.store import DraftRows

    store = DraftRows.open((workspace or open_workspace()).settings.database_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_archive(workspace: "Workspace") -> Iterator["WrittenBefore"]:
    """What is known beyond one draft, in the same database, by connections of its own."""
    from panel.desk import WrittenBefore
    from panel.store import Prints

    with closing(Prints.open(workspace.settings.database_url)) as prints:
        yield WrittenBefore(prints)


def owner_name(workspace: "Workspace") -> str:
    """Your by-line: `editor` in panel.toml, else what git calls you, else who this system says you are."""
    return workspace.settings.toml.editor.strip() or _git_name(workspace) or _system_name()


def _git_name(workspace: "Workspace") -> str:
    command = ["git", "config", "--get", "user.name"]
    try:
        done = subprocess.run(  # noqa: S603  a fixed command
            command, cwd=workspace.settings.root, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()[:80]


def _system_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "Editor"
