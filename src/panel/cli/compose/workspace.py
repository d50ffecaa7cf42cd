"""What most commands need first: the workspace, its settings, its personas and prompts."""

import os
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from panel.cli.terminal.terminal import talk
from panel.errors import Mistake
from panel.prompting import load_categories, parse_persona
from panel.records import Persona, Stamp
from panel.store import Ledger, Locks, Products, RunLock, RunRecords, hold_run, new_run_id, open_locks, stamp
from panel.workspace import Settings, WorkspaceFolder, find_workspace, read_settings


@dataclass(frozen=True)
class Workspace:
    """A workspace opened for one command."""

    folder: WorkspaceFolder
    settings: Settings

    @cached_property
    def personas(self) -> tuple[Persona, ...]:
        """Every persona file in the workspace, in page order. Raises Mistake for a bad one."""
        found = [parse_persona(text, persona_id=name) for name, text in self.folder.personas.items()]
        return tuple(sorted(found, key=lambda p: (p.order, p.persona_id)))

    @cached_property
    def categories(self) -> frozenset[str]:
        return frozenset(load_categories(self.folder.categories))

    def choose_personas(self, wanted: str) -> tuple[Persona, ...]:
        """All personas, or those named in `a,b`. Raises Mistake naming a stranger and who there is."""
        if not wanted:
            return self.personas
        by_id = {p.persona_id: p for p in self.personas}
        names = [name.strip() for name in wanted.split(",") if name.strip()]
        for name in names:
            if name not in by_id:
                raise Mistake(f"There is no persona {name!r}.", hint="There are: " + ", ".join(by_id) + ".")
        return tuple(p for p in self.personas if p.persona_id in names)

    def new_stamp(self, names: list[str]) -> Stamp:
        """A fresh run id for these launches, with time, version and commit."""
        now = datetime.now(UTC)
        return stamp(new_run_id(now, names), now)

    def open_ledger(self, locks: Locks | None = None) -> Ledger:
        return Ledger.open(self.settings.database_url, runs_dir=self.settings.runs_dir, locks=locks)

    def open_locks(self) -> Locks:
        return open_locks(self.settings.database_url, self.settings.runs_dir)

    def hold_run(self, run_id: str) -> AbstractContextManager[tuple[RunLock, Locks]]:
        """The locks of a run, here and on the database's other machines. Raises RunHeld."""
        return hold_run(self.settings.database_url, self.settings.runs_dir, run_id)

    def open_records(self) -> RunRecords:
        return RunRecords.open(self.settings.database_url, runs_dir=self.settings.runs_dir)

    def open_products(self) -> Products:
        return Products.open(self.settings.database_url, runs_dir=self.settings.runs_dir)

    @property
    def has_database(self) -> bool:
        """False when it is a file that nobody has made yet: who only looks should not make it."""
        from panel.store import read_url

        address = read_url(self.settings.database_url)
        path = Path((address.database or "").removeprefix("file:"))
        return address.get_backend_name() != "sqlite" or path.exists()

    @property
    def database_shown(self) -> str:
        """The database's address without its password."""
        from sqlalchemy import make_url

        from panel.store import describe_database

        return describe_database(make_url(self.settings.database_url))


def open_workspace() -> Workspace:
    """The workspace above the current folder; says which on stderr when it isn't this one."""
    here = Path.cwd()
    folder = find_workspace(here)
    if not folder.packaged and folder.root != here:
        talk(f"Workspace: {folder.root}")
    return Workspace(folder, read_settings(folder.root, folder.config_text, os.environ))


def is_terminal() -> bool:
    """A person can be asked: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def sure(question: str, *, yes: bool, quiet: bool) -> None:
    """Ask before something that can't be undone. Raises Mistake where nobody can be asked."""
    if yes:
        return
    if quiet or not is_terminal():
        raise Mistake("This can't be undone, and nobody can be asked here.", hint="Add --yes.")
    import typer

    typer.confirm(question, default=False, abort=True, err=True)
