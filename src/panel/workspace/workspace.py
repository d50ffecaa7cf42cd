"""A workspace opened for one use: its settings, its personas and prompts, its stores, and the person it speaks to."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from panel.errors import Mistake
from panel.prompting import load_categories, parse_persona
from panel.records import Persona, Stamp
from panel.workspace.folder import WorkspaceFolder, find_workspace
from panel.workspace.settings import Settings, read_settings

if TYPE_CHECKING:
    from panel.pipeline import Console, RunEnvironment
    from panel.store import Stores


@dataclass(frozen=True)
class Workspace:
    """Where every use case begins. A context manager: at its end what was opened is closed."""

    folder: WorkspaceFolder
    settings: Settings
    console: "Console"
    command: tuple[str, ...] = ()  # as typed, for the manifest of a run

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
        from panel.store import new_run_id, stamp

        now = datetime.now(UTC)
        return stamp(new_run_id(now, names), now)

    @cached_property
    def stores(self) -> "Stores":
        """The database, opened when it is first asked for; made or brought up to date then."""
        from panel.store import Stores

        return Stores.open(self.settings.database_url, self.settings.runs_dir)

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
        from panel.store import describe_database, read_url

        return describe_database(read_url(self.settings.database_url))

    def environment(
        self, *, patience_s: float | None = None, waits_out: bool = False, stores: "Stores | None" = None
    ) -> "RunEnvironment":
        """What asking needs, for one process. patience_s: for a server that is down; None: as ever.

        waits_out: nobody waits, so an outage stops a run and fails no juror. stores: in place of the workspace's own.
        """
        from panel.jurors import PATIENCE_S, RateLimits
        from panel.pipeline import RunEnvironment

        toml = self.settings.toml
        limits = RateLimits(toml.concurrency.model_dump(), patience_s=patience_s or PATIENCE_S, waits_out=waits_out)
        return RunEnvironment(stores or self.stores, limits, self.settings.prices, toml.confidential_to)

    def close(self) -> None:
        """Let the database go, if it was opened."""
        if "stores" in vars(self):
            self.stores.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_workspace(console: "Console", *, command: tuple[str, ...] = (), here: Path | None = None) -> Workspace:
    """The workspace above this folder; says which when it is another. here: the current folder unless given."""
    here = here or Path.cwd()
    folder = find_workspace(here)
    if not folder.packaged and folder.root != here.resolve():
        console.tell(f"Workspace: {folder.root}")
    return Workspace(folder, read_settings(folder.root, folder.config_text, os.environ), console, command)
