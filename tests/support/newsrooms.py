"""A workspace with a comparison in its queue, and an editor that is a script: the desk as it is met at a terminal."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.command import PAIR, SCRIPTED, Said, run, run_here

LARK, ODD = "larkspindle-2-0", "oddfern-1-4"
BOTH = f"{LARK}-vs-{ODD}"
WHO = 'editor = "Mara Lind"\n\n[desk]\nresponsible = "Lind Publishing"\n'
ACCEPT_ALL = r's = re.sub(r"^\[ \] (\S+)$", r"[a] \1", s, flags=re.M)'


def make_workspace(at: Path, model: tuple[str, ...] = SCRIPTED) -> Path:
    """A workspace in which the specimen pair was compared."""
    at.mkdir()
    (at / "panel.toml").write_text(WHO, encoding="utf-8")
    said = run_here("compare", *PAIR, *model, "--yes", "--json", at=at)
    assert said.code == 0, said.err
    return at


def copy_workspace(made: Path, to: Path) -> Path:
    shutil.copytree(made, to)
    return to


def editor(tmp_path: Path, *lines: str, name: str = "editor.py") -> str:
    """The command of an editor that changes the file's text `s` with these lines of Python."""
    path = tmp_path / name
    body = ["import re, sys", "p = sys.argv[-1]", "s = open(p, encoding='utf-8').read()", *lines]
    path.write_text("\n".join([*body, "open(p, 'w', encoding='utf-8').write(s)"]) + "\n", encoding="utf-8")
    return f"{sys.executable} {path}"


def edit(at: Path, tmp_path: Path, draft: str, *lines: str, words: tuple[str, ...] = ()) -> Said:
    """`panel edit` with an editor that runs these lines."""
    return run_here("edit", draft, *words, at=at, EDITOR=editor(tmp_path, *lines))


def approve(at: Path, tmp_path: Path, draft: str = LARK, *lines: str) -> None:
    """Everything accurate but for what the lines change first, then approved."""
    said = edit(at, tmp_path, draft, *lines, ACCEPT_ALL)
    assert said.code == 0, said.err
    said = run_here("drafts", "approve", draft, at=at)
    assert said.code == 0, said.err


def edits(at: Path) -> list[Path]:
    """Files of edits that were kept."""
    return sorted((at / "runs" / "edits").glob("*"))


@contextmanager
def database(at: Path) -> Iterator[sqlite3.Connection]:
    """The database without its rules, as somebody sees it who wants to cheat."""
    with closing(sqlite3.connect(at / "runs" / "panel.db")) as conn:
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        yield conn
        conn.commit()


__all__ = ["ACCEPT_ALL", "BOTH", "LARK", "ODD", "run", "run_here"]
