"""The server: reads a request, writes it down, hands the connection to a route."""

import asyncio
import contextlib
import hashlib
import mimetypes
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

LEFT = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError)
PAGES = Path(__file__).parent / "pages"
TEXT_TYPES = {".md": "text/markdown", ".toml": "application/toml", ".yaml": "application/yaml", "": "text/plain"}


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names in lower case."""

    method: str
    path: str  # with query
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """An ordinary reply; a route that needs other bytes writes them itself."""

    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Route = Callable[["Site", Asked, asyncio.StreamWriter], Awaitable[Answer | None]]


@dataclass
class Site:
    """A running server and what it was asked."""

    host: str = "127.0.0.1"
    port: int = 0
    other_port: int = 0
    tls_port: int = 0  # where https names lead, when `web(tls=...)` was given a server's context
    robots: "str | bytes | int | Answer | None" = None
    asked: list[Asked] = field(default_factory=list)
    pages: dict[str, Answer] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def host_port(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def elsewhere(self) -> str:
        """The same server on a second port."""
        return f"http://{self.host}:{self.other_port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host_port}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def put(
        self, path: str, body: str | bytes, media_type: str = "text/html; charset=utf-8", *, status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        """A page of the test's own; gives its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Answer(data, media_type, status, headers or {})
        return self.url(path)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request. A client that leaves early is what half the routes are for."""
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        try:
            with contextlib.suppress(*LEFT):
                await self._answer(_asked(await reader.readuntil(b"\r\n\r\n")), writer)
        finally:
            writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.asked.append(asked)
        answer = await self._find(asked, writer)
        if answer is not None:
            writer.write(_bytes(answer, with_body=asked.method != "HEAD"))
            await writer.drain()

    async def _find(self, asked: Asked, writer: asyncio.StreamWriter) -> Answer | None:
        path = unquote(asked.path.partition("?")[0])
        if path == "/robots.txt":
            return _robots(self.robots)
        if asked.path in self.pages or path in self.pages:
            return self.pages.get(asked.path) or self.pages[path]
        if path.startswith("/pages/"):
            return _file(path.removeprefix("/pages/"), asked)
        route = self.routes.get(path) or self.routes.get(path.rpartition("/")[0] + "/*")
        return await route(self, asked, writer) if route else Answer(b"Not here", "text/plain", 404)


def _asked(head: bytes) -> Asked:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ")
    return Asked(method, path, {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)})


def _robots(said: str | bytes | int | Answer | None) -> Answer:
    if isinstance(said, Answer):
        return said
    if said is None or isinstance(said, int):
        return Answer(b"", "text/plain", 404 if said is None else said)
    return Answer(said.encode() if isinstance(said, str) else said, "text/plain")


def _file(name: str, asked: Asked) -> Answer:
    """A file of pages/, with an ETag; asked again with it, the answer is 304."""
    path = (PAGES / name).resolve()
    if not path.is_relative_to(PAGES) or not path.is_file():
        return Answer(b"Not here", "text/plain", 404)
    body = path.read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if asked.headers.get("if-none-match") == etag:
        return Answer(status=304, headers={"ETag": etag})
    guessed = TEXT_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Answer(body, guessed, headers={"ETag": etag})


def _bytes(answer: Answer, *, with_body: bool) -> bytes:
    headers = {
        "Content-Type": answer.media_type,
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
        **answer.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    return f"HTTP/1.1 {answer.status} Said\r\n{head}\r\n".encode() + (answer.body if with_body else b"")


@asynccontextmanager
async def web(*, tls: ssl.SSLContext | None = None, robots: str | bytes | int | None = None) -> AsyncIterator[Site]:
    """The site on two loopback ports of the system's choosing, and on a third behind TLS."""
    from tests.support.web.hostile import HOSTILE
    from tests.support.web.ordinary import ORDINARY

    site = Site(routes={**ORDINARY, **HOSTILE}, robots=robots)
    contexts = [None, None, tls] if tls else [None, None]
    servers = [await asyncio.start_server(site.serve, site.host, 0, ssl=context) for context in contexts]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    site.port, site.other_port, site.tls_port = (*ports, 0)[:3]
    try:
        yield site
    finally:
        for server in servers:
            server.close()
        for task in site.serving:  # routes that never end by themselves end here
            task.cancel()
        await asyncio.gather(*site.serving, return_exceptions=True)


@contextmanager
def web_in_thread(*, robots: str | bytes | int | None = None) -> Iterator[Site]:
    """The site in a thread of its own, for tests that start programs and wait for them."""
    ready, sites, stop = threading.Event(), list[Site](), list[Callable[[], object]]()

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        async with web(robots=robots) as site:
            sites.append(site)
            stop.append(lambda: loop.call_soon_threadsafe(over.set))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the test web did not start")
    try:
        yield sites[0]
    finally:
        stop[0]()
        thread.join(10)
