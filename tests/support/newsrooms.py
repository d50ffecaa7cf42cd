"""A workspace with a comparison in its queue, and an editor that is a script: the desk as it is met at a terminal.

And a folder with one reviewed launch, whose critics are on a script that may be edited: `NewsroomFolder`.
"""

import atexit
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from tests.support.command import PAIR, SCRIPTED, SPECIMEN, Said, run_here
from typer.testing import CliRunner

from panel.cli.drafts import browse
from panel.cli.terminal.here import OpenDesk, open_desk
from panel.desk.drafts.opened import OpenReview
from panel.records import Review

LARK, ODD = "larkspindle-2-0", "oddfern-1-4"
BOTH = f"{LARK}-vs-{ODD}"
DRAFT, CRITIC = LARK, "futurist"  # what a `NewsroomFolder` is about
WHO = 'editor = "Mara Lind"\n\n[desk]\nresponsible = "Lind Publishing"\n'
SAYS = 's = s.replace("The maker\'s own count says", "The maker counts")'  # words somebody changes in LARK


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


def settle(at: Path, draft: str = LARK, decided: Mapping[str, str] = MappingProxyType({}), **env: str) -> Said:
    """Decide all that is left, by name: accurate where nothing else is said."""
    points = run_here("drafts", "show", draft, "--json", at=at, **env).data["points"]
    left = [p["name"] for p in points if not p["settled"]]
    pairs = [f"{name}={decided.get(name, 'accurate')}" for name in left]
    said = run_here("drafts", "decide", draft, *pairs, "--json", at=at, **env)
    assert said.code == 0, said.err
    return said


def approve(at: Path, draft: str = LARK, decided: Mapping[str, str] = MappingProxyType({})) -> None:
    """Everything decided (`settle`), then approved."""
    settle(at, draft, decided)
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


@cache
def _reviewed() -> Path:
    """What every test begins with, made once. The script is named relative to it, so that a copy has its own."""
    root = Path(tempfile.mkdtemp(prefix="panel-reviewed-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    shutil.copy(SPECIMEN / "answers.yaml", root)
    assert run_here("init", at=root).code == 0
    (root / "panel.toml").write_text('editor = "Ann Editor"\n', encoding="utf-8")
    said = run_here("review", str(SPECIMEN / "larkspindle.yaml"), "--model", "scripted/answers.yaml", "--json", at=root)
    assert said.code == 0, said.err
    return root


class NewsroomFolder:
    """A reviewed launch on the desk of one person, its critics on a script that may be edited."""

    def __init__(self, root: Path) -> None:
        self.root, self.script = root, root / "answers.yaml"
        shutil.copytree(_reviewed(), root, dirs_exist_ok=True)

    def panel(self, *words: str) -> Said:
        return run_here(*words, at=self.root)

    def drafts(self, *words: str) -> Any:
        return CliRunner().invoke(browse.app, list(words), catch_exceptions=False)

    @contextmanager
    def desk(self) -> Iterator[tuple[OpenDesk, OpenReview, Review | None]]:
        with open_desk() as at:
            opened = at.desk.open(at.who, DRAFT)
            assert isinstance(opened, OpenReview)
            yield at, opened, at.desk.offered(at.who, DRAFT)

    def says(self, persona_id: str, **fields: object) -> None:
        """Let this critic say something else from now on; None: it has no answer."""
        script = yaml.safe_load(self.script.read_text(encoding="utf-8"))
        script[DRAFT][persona_id] = {**script[DRAFT][persona_id], **fields} if fields else None
        self.script.write_text(yaml.safe_dump(script), encoding="utf-8")
