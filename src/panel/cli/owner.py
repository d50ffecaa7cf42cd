"""Whose by-line it is at the desk of this machine."""

import getpass
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from panel.cli.shell import Shell


def owner_name(shell: "Shell") -> str:
    """Your by-line: `editor` in panel.toml, else what git calls you, else who this system says you are."""
    return shell.settings.toml.editor.strip() or _git_name(shell) or _system_name()


def _git_name(shell: "Shell") -> str:
    command = ["git", "config", "--get", "user.name"]
    try:
        done = subprocess.run(  # noqa: S603  a fixed command
            command, cwd=shell.settings.root, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()[:80]


def _system_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "Editor"
