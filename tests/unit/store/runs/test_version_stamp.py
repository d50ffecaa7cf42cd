import subprocess
from pathlib import Path

import pytest

from panel.store.runs.version_stamp import find_checkout, git_commit, is_dirty

GIT = [
    "git",
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.com",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "core.hooksPath=/dev/null",
]


def git(folder: Path, *words: str) -> str:
    said = subprocess.run([*GIT, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return said.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "pyproject.toml").write_text("a")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_the_commit_is_what_git_says(checkout: Path) -> None:
    assert git_commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_packed_branches_are_read(checkout: Path) -> None:
    git(checkout, "pack-refs", "--all")
    assert git_commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_a_detached_head_is_read(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "--detach")
    assert git_commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_a_linked_worktree_is_read(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert git_commit(tmp_path / "linked") == git(checkout, "rev-parse", "HEAD")


def test_no_commit_yet_is_no_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert git_commit(tmp_path) == ""


def test_a_changed_file_makes_a_checkout_dirty(checkout: Path) -> None:
    assert not is_dirty(checkout)
    (checkout / "pyproject.toml").write_text("b")
    assert is_dirty(checkout)


def test_a_checkout_git_can_t_read_counts_as_dirty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert is_dirty(tmp_path)


def test_an_installed_package_has_no_checkout_even_below_one(checkout: Path) -> None:
    installed = checkout / ".venv" / "lib" / "python3.11" / "site-packages" / "panel" / "__init__.py"
    installed.parent.mkdir(parents=True)
    installed.touch()
    assert find_checkout(installed) is None
    assert find_checkout(checkout / "src" / "panel" / "__init__.py") == checkout
