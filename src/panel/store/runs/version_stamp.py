"""What made a file: this package's version and, in a checkout, its git commit and whether it was changed since."""

import re
import shutil
import subprocess
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from panel import version
from panel.records import Stamp

COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
GIT_PATIENCE_S = 5


def stamp(run_id: str, now: datetime) -> Stamp:
    """The stamp of everything this run writes. now: UTC."""
    checkout = find_checkout(Path(version.__file__))
    commit = git_commit(checkout) if checkout else ""
    dirty = bool(checkout and commit and is_dirty(checkout))
    return Stamp(created_at=now, version=version.__version__, commit=commit, dirty=dirty, run_id=run_id)


def find_checkout(package_file: Path) -> Path | None:
    """The checkout this package runs from; None when it is installed, even if below somebody's checkout."""
    root = package_file.resolve().parents[2]
    return root if (root / ".git").exists() and (root / "pyproject.toml").is_file() else None


def git_commit(checkout: Path) -> str:
    """The commit checked out, read from git's own files; "" before the first commit or where they can't be read."""
    with suppress(OSError, UnicodeDecodeError):
        git = _git_folder(checkout)
        head = (git / "HEAD").read_text().strip()
        found = _follow(git, head.removeprefix("ref:").strip()) if head.startswith("ref:") else head
        return found if COMMIT.fullmatch(found) else ""
    return ""


def _git_folder(checkout: Path) -> Path:
    """`.git`, or what the file of that name points to in a linked worktree."""
    git = checkout / ".git"
    if git.is_dir():
        return git
    return checkout / git.read_text().removeprefix("gitdir:").strip()


def _follow(git: Path, ref: str) -> str:
    """The commit a branch stands at: its own file, else a line of packed-refs; worktrees keep both in `commondir`."""
    common = git / (git / "commondir").read_text().strip() if (git / "commondir").is_file() else git
    for folder in (git, common):
        if (folder / ref).is_file():
            return (folder / ref).read_text().strip()
    if not (common / "packed-refs").is_file():
        return ""
    lines = (line.split(" ") for line in (common / "packed-refs").read_text().splitlines())
    return next((parts[0] for parts in lines if len(parts) == 2 and parts[1] == ref), "")


def is_dirty(checkout: Path) -> bool:
    """Tracked files differ from the commit. Git itself is asked: only it knows its filters. True when it can't say."""
    git = shutil.which("git")
    if not git:
        return True
    command = [git, "--no-optional-locks", "-C", str(checkout), "status", "--porcelain", "--untracked-files=no"]
    try:
        said = subprocess.run(command, capture_output=True, timeout=GIT_PATIENCE_S, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return True
    return bool(said.stdout.strip())
