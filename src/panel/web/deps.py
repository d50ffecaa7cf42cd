"""What the app is built from: one frozen value, so that tests build the app in process with a clock of their own."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Path, Request
from sqlalchemy import Engine
from starlette.responses import RedirectResponse

from panel.desk import (
    NO_ARCHIVE,
    UTC_TIMES,
    Accounts,
    Desk,
    Passwords,
    RunningStats,
    Times,
    WrittenBefore,
    utc_now,
)
from panel.errors import Mistake
from panel.store import DraftRows, Products

if TYPE_CHECKING:
    from panel.desk import AskingAgain


class OneTimeLink:
    """The secret in the link that `panel desk` prints. Good once, in this process only."""

    def __init__(self, secret: str = "") -> None:
        self._secret: str | None = secret or secrets.token_urlsafe(32)
        self._guard = threading.Lock()

    @property
    def path(self) -> str:
        """Where it leads, below the desk's origin. Raises ValueError once it is used up."""
        if self._secret is None:
            raise ValueError("the link is used up")
        return f"/enter/{self._secret}"

    def use(self, secret: str) -> bool:
        """Whether this is the secret; it is no more afterwards."""
        with self._guard:
            if self._secret is None or not secrets.compare_digest(self._secret.encode(), secret.encode()):
                return False
            self._secret = None
            return True


@dataclass(frozen=True)
class Deps:
    """Everything routes work with."""

    engine: Engine
    origin: str  # "http://127.0.0.1:8707": what people open, and the only host that is answered
    owner: str = ""  # by-line of the one person; unused in a team
    link: OneTimeLink | None = None  # None: a team signs in with passwords
    clock: Callable[[], datetime] = utc_now  # UTC
    passwords: Passwords | None = None  # None: at argon2's own cost
    hosts: tuple[str, ...] = ()  # further Host headers that are answered, "localhost:8707"
    responsible: str = ""  # person or entity that answers for what is published; "": whoever signs
    archive: WrittenBefore = NO_ARCHIVE
    times: Times = UTC_TIMES  # as people read and write them
    ask_again: "Callable[[Desk], AskingAgain] | None" = None  # None: this desk can't ask the panel
    _once: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.engine, self.passwords)

    @cached_property
    def desk(self) -> Desk:
        """Every act on drafts."""
        return Desk(
            DraftRows(self.engine), archive=self.archive, responsible=self.responsible, clock=self.clock,
            times=self.times, channel="browser",
        )  # fmt: skip

    @property
    def askings(self) -> "AskingAgain":
        """What is asked again in this process. Made once, when first asked for: a bad persona stops no other page.

        Raises Mistake where nothing can be asked.
        """
        with self._once:
            return self._askings

    @cached_property
    def _askings(self) -> "AskingAgain":
        if self.ask_again is None:
            raise Mistake("This desk can't ask the panel.", hint="Use the terminal: panel drafts ask.")
        return self.ask_again(self.desk)

    @cached_property
    def products(self) -> Products:
        """The archive's products, in the desk's database."""
        return Products(self.engine)

    @cached_property
    def stats(self) -> RunningStats:
        """Of every approved draft, counted while nobody waits."""
        return RunningStats(self.desk.store)

    @property
    def is_team(self) -> bool:
        return self.link is None

    @property
    def is_secure(self) -> bool:
        """People come by https."""
        return self.origin.startswith("https://")

    @property
    def cookie(self) -> str:
        """Its name. Browsers share cookies between ports of one host: two desks on a machine keep two."""
        return "__Host-panel_desk" if self.is_secure else f"panel_desk_{urlsplit(self.origin).port or 80}"


def deps_of(request: Request) -> Deps:
    """The app's own, for routes: `deps: Given`."""
    found: Deps = request.app.state.deps
    return found


Given = Annotated[Deps, Depends(deps_of)]
DraftId = Annotated[str, Path(max_length=140, pattern=r"^[a-z0-9][a-z0-9-]*$")]
POSTED: dict[str, Any] = {"status_code": 303, "response_class": RedirectResponse}  # of a route that a form posts to
