"""A desk in process, for tests: the real app on a real database, a clock that is set, passwords that cost little."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from argon2 import PasswordHasher
from fastapi import APIRouter
from starlette.testclient import TestClient
from tests.support import page_records
from tests.support.drafts import settle_point
from tests.support.records import a_run

from panel.desk import Approve
from panel.desk.accounts import Passwords
from panel.desk.ask_again.background import AskingAgain
from panel.desk.desk import Desk as DeskOfDrafts
from panel.records.desk import Account, Role
from panel.store import RunRecords
from panel.store.database import open_engine
from panel.store.locks.process_locks import FileLocks
from panel.web.app import DeskApp, build_app
from panel.web.deps import Deps, OneTimeLink
from panel.web.routes import ROUTERS
from panel.web.server import bind_socket

ORIGIN = "http://127.0.0.1:8707"
SECRET = "the-secret-of-this-link"
PASSWORD = "four plain words here"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BUILT: dict[tuple[APIRouter, ...], list[DeskApp]] = {}  # apps no desk uses any more, by their further routers


@dataclass
class Clock:
    """Time that passes when told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Desk:
    """The app and what it is built from."""

    deps: Deps
    app: DeskApp
    clock: Clock
    people: dict[str, Account] = field(default_factory=dict)  # by role, made when first asked for

    def account(self, role: Role) -> Account:
        """Somebody with this role, who signs in by its name."""
        if role not in self.people:
            made = self.deps.accounts.add(
                f"{role.title()} Person", role, PASSWORD, sign_in=role, by="test", now=self.clock()
            )
            self.people[role] = made
        return self.people[role]

    def fill(self) -> list[str]:
        """Drafts of two reviews and of their comparison, as a run leaves them: their ids."""
        records = RunRecords(self.deps.engine, Path(), FileLocks(Path()))
        records.save_finished(a_run(), [page_records.review_a(), page_records.review_b()], page_records.comparison())
        assert self.deps.desk.take_in() == 3
        return [draft.draft_id for draft in self.deps.desk.queue().drafts]

    def client(self, role: Role | None = None) -> TestClient:
        """A browser of the desk's own pages; signed in when a role is named. It follows no redirect."""
        client = TestClient(
            self.app, base_url=self.deps.origin, follow_redirects=False, headers={"sec-fetch-site": "same-origin"}
        )
        if role:
            session = self.deps.accounts.start_session(self.account(role), now=self.clock())
            client.cookies.set(self.deps.cookie, session.token)
        return client


def cheap_passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def _app(deps: Deps, more: tuple[APIRouter, ...]) -> DeskApp:
    """One that an earlier desk of this process left, with everything of that desk exchanged, or else a new one: FastAPI
    takes 50 ms to build it."""
    free = BUILT.get(more)
    if not free:
        return build_app(deps, (*ROUTERS, *more))
    app = free.pop()
    app.state.deps = deps
    app.middleware_stack = None  # it holds the earlier desk's address
    return app


@contextmanager
def a_desk(
    database_url: str, *, team: bool = True, origin: str = ORIGIN, more: tuple[APIRouter, ...] = (),
    ask_again: Callable[[DeskOfDrafts], AskingAgain] | None = None,
) -> Iterator[Desk]:  # fmt: skip
    """A desk on this database. more: further routers. ask_again: how it asks the panel; None: it can't."""
    engine, clock = open_engine(database_url), Clock()
    link = None if team else OneTimeLink(SECRET)
    deps = Deps(
        engine=engine, origin=origin, owner="Mara Lind", link=link, clock=clock, passwords=cheap_passwords(),
        ask_again=ask_again,
    )  # fmt: skip
    app = _app(deps, more)
    try:
        yield Desk(deps, app, clock)
    finally:
        engine.dispose()
        BUILT.setdefault(more, []).append(app)


@contextmanager
def served_desk(
    database_url: str, *, team: bool = True, more: tuple[APIRouter, ...] = (),
    ask_again: Callable[[DeskOfDrafts], AskingAgain] | None = None,
) -> Iterator[Desk]:  # fmt: skip
    """The same behind a real socket, at `desk.deps.origin`, for a browser."""
    with bind_socket("127.0.0.1", 0) as sock:
        origin = f"http://127.0.0.1:{sock.getsockname()[1]}"
        with a_desk(database_url, team=team, origin=origin, more=more, ask_again=ask_again) as desk:
            server = uvicorn.Server(uvicorn.Config(desk.app, log_config=None, ws="none", lifespan="off"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
            thread.start()
            try:
                yield desk
            finally:
                server.should_exit = True
                thread.join()


def sign(desk: Desk, draft_id: str, who: Account | None = None) -> None:
    """Decide of everything that is left as somebody would who finds nothing wrong, and sign it. who: the editor."""
    who, acts = who or desk.account("editor"), desk.deps.desk
    while left := acts.open(who, draft_id).left:
        settle_point(acts, who, left[0], number=acts.open(who, left[0].draft_id).draft.head)
    acts.act(who, draft_id, Approve(number=acts.open(who, draft_id).draft.head))
