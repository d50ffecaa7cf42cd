"""The person at this terminal, and the workspace and desk of the folder they stand in, opened for one command."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from panel.cli.terminal.terminal import is_terminal, talk
from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.desk import Desk
    from panel.pipeline import Priced, WorkAhead
    from panel.records import Account
    from panel.workspace import Workspace


@dataclass(frozen=True)
class Terminal:
    """What use cases speak to (`pipeline.Console`), on a terminal. quiet: stdout is for one JSON object."""

    yes: bool = False  # agreed already
    quiet: bool = False

    def tell(self, text: str) -> None:
        talk(text)

    def confirm(self, price: "Priced") -> None:
        """Show the price and ask, where money may be spent. Raises Mistake where nobody can be asked."""
        talk(price.sentence)
        if not price.free:
            self._ask("Ask the panel?", "This may cost money", "Add --yes, and --budget USD.", default=True)

    def sure(self, question: str) -> None:
        """Ask before something that can't be undone. Raises Mistake where nobody can be asked."""
        self._ask(question, "This can't be undone", "Add --yes.", default=False)

    def _ask(self, question: str, stake: str, hint: str, *, default: bool) -> None:
        if self.yes:
            return
        if self.quiet or not is_terminal():
            raise Mistake(f"{stake}, and nobody can be asked here.", hint=hint)
        import typer

        typer.confirm(question, default=default, abort=True, err=True)

    def progress(self, of: "WorkAhead") -> AbstractContextManager[Callable[[Any], None]]:
        """A board on a terminal, lines elsewhere and beside JSON."""
        from panel.cli.terminal.progress import board_for

        return board_for(of, lines=self.quiet or not sys.stderr.isatty())


def open_here(*, yes: bool = False, json_: bool = False) -> "Workspace":
    """The workspace above the current folder, with this terminal as its console. A context manager."""
    from panel.workspace import open_workspace

    return open_workspace(Terminal(yes=yes, quiet=json_), command=tuple(sys.argv[1:]))


def use_one_arena() -> None:
    """Have all threads allocate in one place: glibc's arena a thread takes 10 MB more in a batch (measured)."""
    import ctypes

    with suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(-8, 1)  # M_ARENA_MAX


@dataclass(frozen=True)
class OpenDesk:
    """The desk, opened for one command."""

    workspace: "Workspace"
    desk: "Desk"

    @cached_property
    def who(self) -> "Account":
        """The owner of this machine."""
        from panel.workspace import owner_of

        return owner_of(self.workspace, self.desk)


@contextmanager
def open_desk(*, yes: bool = False, json_: bool = False) -> Iterator[OpenDesk]:
    """The desk with what runs left in its queue."""
    from panel.workspace import open_desk_of

    with open_here(yes=yes, json_=json_) as workspace:
        yield OpenDesk(workspace, open_desk_of(workspace))
