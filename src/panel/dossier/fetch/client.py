"""The one door to the web: `get` brings a page, or says in one sentence why not."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar

import httpcore2

from panel.dossier.fetch.body import charset, media_type, read_body, read_start, refuse_binary, refuse_type
from panel.dossier.fetch.dns import Names, Resolve, checked, system_resolve
from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.http_request import HttpReply, HttpWire
from panel.dossier.fetch.policy import FetchPolicy, Pacing, Sleep
from panel.dossier.fetch.robots import MOST_BYTES, Robots
from panel.dossier.fetch.server_limits import ServerLimits
from panel.dossier.fetch.url import FetchTarget, follow, read_target
from panel.records import Page, sha256_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})
VALIDATOR = re.compile(r"[\x20-\x7e]{1,200}")  # an ETag or a date that is safe to send back
Met = TypeVar("Met")
Use = Callable[[HttpReply], Awaitable[Met]]
ACCEPT_FEED = (
    "application/rss+xml,application/atom+xml,application/feed+json,text/csv,application/x-ndjson;q=0.9,"
    "application/xml;q=0.8,application/json;q=0.8,text/*;q=0.5"
)
TRIES = 2  # one more after a connection that failed; never after a timeout or an answer


class Fetcher:
    """Brings pages under one set of rules. Names, robots.txt files and paces are kept for its life: make one per run.

    now: UTC. resolve: host and port to addresses. sleep: waits for politeness. backend, tls: for tests, what dials
    and what certificates are trusted.
    """

    def __init__(
        self, rules: FetchPolicy, *, now: Callable[[], datetime], resolve: Resolve = system_resolve,
        sleep: Sleep = asyncio.sleep, backend: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._rules = rules
        self._now = now
        self._pacing = Pacing(sleep=sleep)
        self._limits = ServerLimits(now)
        self._names = Names(resolve)
        self._wire = HttpWire(rules, self._names, backend=backend, tls=tls)
        self._robots = Robots(rules, self._read_robots)

    async def get(self, url: str, *, known: Page | None = None, as_feed: bool = False) -> Page:
        """The page at `url`, redirects followed, whatever its status; an error's body is left empty.

        known: the page as we have it; the server may say that it still holds, and then it comes back with a new time.
        as_feed: a feed or a table is asked for, and its media types are let in.
        Raises Refused for what a rule forbids, here or where a redirect leads; Unreachable for trouble on the way, and
        where the server's own headers leave us no more requests for now.
        """
        try:
            return await self._walk(url, known, as_feed)
        except FetchRefused as err:
            raise err.after(url) from err

    def admit(self, url: str) -> None:
        """Raises Refused for an address that no rule lets through as it is written; asks nobody.

        For pages kept from an earlier day: they may have come under other rules.
        """
        target = read_target(url, self._rules)
        if target.is_literal:
            checked(target, target.host)

    async def _walk(self, url: str, known: Page | None, as_feed: bool) -> Page:
        target, seen, clock = read_target(url, self._rules), set[str](), _Clock(self._rules.timeout_s)
        for _ in range(self._rules.most_redirects + 1):
            if target.url in seen:
                raise FetchRefused(target.url, "its redirects lead in a circle", rule="redirect")
            seen.add(target.url)
            self._limits.check(target)
            async with clock.running(target):
                await self._names.addresses(target)  # before robots.txt is asked for: nothing leaves for a bad address
            apart_s = await self._robots.ask(target)
            headers = {**_conditions(target, known), **({"Accept": ACCEPT_FEED} if as_feed else {})}
            met = await self._ask(target, apart_s, clock, headers, partial(self._page, url, known, as_feed))
            if isinstance(met, Page):
                return met
            target = met
        raise FetchRefused(target.url, f"it takes more than {self._rules.most_redirects} redirects", rule="redirect")

    async def _ask(
        self, target: FetchTarget, apart_s: float, clock: "_Clock", headers: Mapping[str, str], use: Use[Met]
    ) -> Met:
        """What `use` makes of the reply; tried once more when the connection fails."""
        for left in reversed(range(TRIES)):
            await self._pacing.wait(target.host, apart_s)
            try:
                async with clock.running(target), self._wire.open(target, headers) as reply:
                    return await use(reply)
            except Unreachable as err:
                if not (err.again and left):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _page(self, url: str, known: Page | None, as_feed: bool, reply: HttpReply) -> Page | FetchTarget:
        self._limits.note(reply)
        if reply.status in REDIRECTS and reply.all("location"):
            return follow(reply.target, reply.all("location"), self._rules)
        if reply.status == 304:
            return self._still(reply, url, known)
        body = b""
        if 200 <= reply.status < 300:
            refuse_type(reply, as_feed=as_feed)
            body = await read_body(reply, self._rules)
            refuse_binary(reply, body)
        return Page(
            url=url, final_url=reply.target.url, status=reply.status, media_type=media_type(reply),
            charset=charset(reply), body=body, fetched_at=self._now(), etag=_validator(reply, "etag"),
            last_modified=_validator(reply, "last-modified"), sha256=sha256_of(body),
        )  # fmt: skip

    def _still(self, reply: HttpReply, url: str, known: Page | None) -> Page:
        if known is None or not _conditions(reply.target, known):
            raise Unreachable(reply.target.url, "it says nothing changed, though nobody asked", hint="")
        return known.model_copy(update={"url": url, "fetched_at": self._now()})

    async def _read_robots(self, target: FetchTarget) -> tuple[int, bytes]:
        """A site's robots.txt: status and first bytes. Redirects are followed under the same rules."""
        clock, robots = _Clock(self._rules.timeout_s), read_target(f"{target.origin}/robots.txt", self._rules)
        for _ in range(self._rules.most_redirects + 1):
            met = await self._ask(robots, self._rules.pace_s, clock, {}, self._robots_file)
            if not isinstance(met, FetchTarget):
                return met
            robots = met
        raise FetchRefused(robots.url, f"it takes more than {self._rules.most_redirects} redirects", rule="redirect")

    async def _robots_file(self, reply: HttpReply) -> tuple[int, bytes] | FetchTarget:
        if reply.status in REDIRECTS and reply.all("location"):
            return follow(reply.target, reply.all("location"), self._rules)
        return reply.status, await read_start(reply, MOST_BYTES) if reply.status < 300 else b""


class _Clock:
    """The time one page may take over all its hops, running only while a server is being waited for."""

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._left_s = most_s

    @asynccontextmanager
    async def running(self, target: FetchTarget) -> AsyncIterator[None]:
        """Raises Unreachable inside when the time is over."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(max(self._left_s, 0.0)):
                yield
        except TimeoutError as err:
            raise Unreachable(target.url, f"it took longer than {self._most_s:g} s") from err
        finally:
            self._left_s -= loop.time() - began


def _conditions(target: FetchTarget, known: Page | None) -> Mapping[str, str]:
    """Validators go back only to the very address they came from: a server elsewhere has no use for them."""
    if known is None or known.status != 200 or known.final_url != target.url:
        return {}
    named = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in named.items() if VALIDATOR.fullmatch(value)}


def _validator(reply: HttpReply, name: str) -> str:
    value = reply.one(name)
    return value if VALIDATOR.fullmatch(value) else ""
