"""What every command about drafts needs first: the desk of this workspace, and who acts at it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from panel.errors import Mistake

if TYPE_CHECKING:
    from panel.cli.shell import Shell
    from panel.desk.archive import Archive
    from panel.desk.desk import Desk
    from panel.records.desk import Account
    from panel.store.desk import DeskStore


@dataclass(frozen=True)
class AtDesk:
    """The desk, opened for one command."""

    shell: "Shell"
    desk: "Desk"

    @cached_property
    def who(self) -> "Account":
        """The owner of this machine: whoever may write to the database acts as its admin, under their own by-line."""
        from panel.cli.owner import owner_name
        from panel.desk.accounts import Accounts

        return Accounts(self.desk.store.engine).owner(owner_name(self.shell), now=self.desk.now)


@contextmanager
def open_desk() -> Iterator[AtDesk]:
    """The desk with what runs left in its queue."""
    from panel.cli.shell import open_shell
    from panel.desk.desk import Desk

    shell = open_shell()
    with open_store(shell) as store, open_archive(shell) as archive:
        desk = Desk(store, archive=archive, responsible=shell.settings.toml.desk.responsible)
        desk.take_in()
        desk.bring_back_due()
        yield AtDesk(shell, desk)


@contextmanager
def open_store(shell: "Shell | None" = None) -> Iterator["DeskStore"]:
    """The desk's rows alone."""
    from panel.cli.shell import open_shell
    from panel.store.desk import DeskStore

    store = DeskStore.open((shell or open_shell()).settings.database_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_archive(shell: "Shell") -> Iterator["Archive"]:
    """What is known beyond one draft, in the same database, by connections of its own."""
    from panel.desk.desk import utc_now
    from panel.desk.prose_archive import DeskArchive
    from panel.store.desk_prints import Prints

    with open_store(shell) as store, closing(Prints.open(shell.settings.database_url)) as prints:
        yield DeskArchive(store, prints, utc_now)


def read_time(text: str, *, now: datetime) -> datetime:
    """A time to come as people type it: `2026-12-01`, `2026-12-01 09:00`, `+3d`, `+4h`. Local unless it says otherwise.

    Raises Mistake for what is no time.
    """
    import re
    from datetime import timedelta

    if found := re.fullmatch(r"\+(\d{1,4})([hdw])", text.strip()):
        return (
            now + int(found[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[found[2]]
        )
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError) as err:  # year 1 or 9999, in UTC another that there is not
        raise Mistake(f"{text!r} is no time.", hint="Write 2026-12-01, 2026-12-01T09:00, +4h, +3d or +2w.") from err


def shown_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
