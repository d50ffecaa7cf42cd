"""The desk of a workspace: who acts at it and under which by-line, and what runs leave in its queue."""

import getpass
import subprocess
from typing import TYPE_CHECKING

from panel.errors import StoreError
from panel.workspace.workspace import Workspace

if TYPE_CHECKING:
    from panel.desk import Desk
    from panel.records import Account


def open_desk_of(workspace: Workspace) -> "Desk":
    """The desk with what runs left in its queue."""
    from panel.desk import Desk, Times, WrittenBefore

    table = workspace.settings.toml.desk
    desk = Desk(
        workspace.stores.drafts, archive=WrittenBefore(workspace.stores.prints),
        responsible=table.responsible, times=Times(table.timezone),
    )  # fmt: skip
    desk.take_in()
    desk.bring_back_due()
    return desk


def owner_of(workspace: Workspace, desk: "Desk") -> "Account":
    """The owner of this machine: whoever may write to the database acts as its admin, under their own by-line."""
    from panel.desk import Accounts

    return Accounts(workspace.stores.engine).owner(owner_name(workspace), now=desk.now)


def fill_queue(workspace: Workspace) -> None:
    """Put what a run left into the desk's queue, at its end. The run is done whatever comes: the desk looks again."""
    from panel.desk import Desk

    try:
        Desk(workspace.stores.drafts).take_in()
    except StoreError as err:
        workspace.console.tell(f"The desk takes these reviews in later: {err}")


def owner_name(workspace: Workspace) -> str:
    """Your by-line: `editor` in panel.toml, else what git calls you, else who this system says you are."""
    return workspace.settings.toml.editor.strip() or _git_name(workspace) or _system_name()


def _git_name(workspace: Workspace) -> str:
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
