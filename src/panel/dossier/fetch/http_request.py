"""One request on one connection to an address that was checked.

httpcore2 is the HTTP layer under the SDKs' own client: it writes a request, reads a reply, and does nothing else. It
follows no redirect, keeps no cookie, sends no login, decodes no body and reads no proxy setting or .netrc, because all
of that lives in the client above it, which isn't used. It opens connections through a backend we pass, so pinning is
one method: `Pinned.connect_tcp` gets the host name and dials a checked address in its place, while the certificate,
SNI and Host header keep the name. A custom resolver in aiohttp would do the same for names, but aiohttp skips it for
addresses written as numbers, and its session adds cookies, decoding and redirects, each of which would have to be
turned off and stay off.
"""
# ruff: noqa: ASYNC109  httpcore2's interface passes timeouts as arguments

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore2

from panel.dossier.fetch.decompress import ACCEPTED
from panel.dossier.fetch.dns import Names
from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.policy import FetchPolicy
from panel.dossier.fetch.url import FetchTarget

MOST_ADDRESSES = 3  # of one name, tried in turn
FRAMING = 131_072  # bytes on a connection beside the body: status, headers, chunk sizes
ACCEPT = "text/html,application/xhtml+xml,text/plain;q=0.9,text/*;q=0.8,application/json;q=0.7,application/xml;q=0.7"


@dataclass(frozen=True)
class HttpReply:
    """A reply whose body is still to come."""

    target: FetchTarget
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case
    response: httpcore2.Response

    def all(self, name: str) -> list[str]:
        return [value.strip() for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        """The header's value; "" when it is missing or given twice with different values."""
        values = set(self.all(name))
        return values.pop() if len(values) == 1 else ""

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body as sent, still compressed."""
        async with aclosing(self.response.aiter_stream()) as stream:
            async for chunk in stream:
                yield chunk


class HttpWire:
    """Opens connections. `backend` is what dials an address; tests pass one that writes down whom it was asked for."""

    def __init__(
        self, rules: FetchPolicy, names: Names, *, backend: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._rules = rules
        self._names = names
        self._backend = backend or httpcore2.AnyIOBackend()
        self._tls = tls

    @asynccontextmanager
    async def open(self, target: FetchTarget, headers: Mapping[str, str]) -> AsyncIterator[HttpReply]:
        """The reply to a GET. Raises Refused and Unreachable, also for trouble while the body is read inside."""
        addresses = await self._names.addresses(target)
        with _translated(target, self._rules):
            connection = self._connection(target, addresses)
            try:
                response = await connection.handle_async_request(self._request(target, headers))
                async with aclosing(response):
                    yield _reply(target, response, self._rules)
            finally:
                await connection.aclose()

    def _connection(self, target: FetchTarget, addresses: Sequence[str]) -> httpcore2.AsyncHTTPConnection:
        """Never reused: what one page's server left in it can't meet the next page's request."""
        if target.scheme == "https" and self._tls is None:
            self._tls = httpcore2.default_ssl_context()
        return httpcore2.AsyncHTTPConnection(
            httpcore2.Origin(target.scheme.encode(), target.host.encode(), target.port),
            ssl_context=self._tls,
            network_backend=Pinned(target, addresses, self._backend, self._rules),
        )

    def _request(self, target: FetchTarget, headers: Mapping[str, str]) -> httpcore2.Request:
        every = {
            "Host": target.host_header,
            "User-Agent": self._rules.user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": ACCEPTED,
            "Connection": "close",
            **headers,
        }
        waits = {"connect": self._rules.connect_s, "read": self._rules.idle_s, "write": self._rules.idle_s}
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        return httpcore2.Request("GET", url, headers=list(every.items()), extensions={"timeout": waits})


class Pinned(httpcore2.AsyncNetworkBackend):
    """Dials the checked addresses of one target, whatever it is asked for; never a name."""

    def __init__(
        self, target: FetchTarget, addresses: Sequence[str], inner: httpcore2.AsyncNetworkBackend, rules: FetchPolicy
    ) -> None:
        self._target = target
        self._addresses = addresses
        self._inner = inner
        self._rules = rules

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:  # fmt: skip
        assert (host, port) == (self._target.host, self._target.port)
        trouble: Exception | None = None
        for address in self._addresses[:MOST_ADDRESSES]:
            try:
                stream = await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as err:
                trouble = err
            else:
                return Metered(stream, self._target, self._rules)
        assert trouble is not None
        raise trouble

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise AssertionError("pages are not read from sockets on this machine")


class Metered(httpcore2.AsyncNetworkStream):
    """A connection that counts every byte it brings: endless headers, framing and interim replies included."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream, target: FetchTarget, rules: FetchPolicy) -> None:
        self._inner = inner
        self._target = target
        self._rules = rules
        self._left = rules.most_bytes + FRAMING

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        got = await self._inner.read(max_bytes, timeout)
        self._left -= len(got)
        if self._left < 0:
            raise too_long(self._target, self._rules)
        return got

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        return Metered(await self._inner.start_tls(ssl_context, server_hostname, timeout), self._target, self._rules)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def too_long(target: FetchTarget, rules: FetchPolicy) -> FetchRefused:
    return FetchRefused(target.url, f"it sends more than {rules.most_bytes:,} bytes", rule="bytes")


def _long_headers(target: FetchTarget, rules: FetchPolicy) -> FetchRefused:
    return FetchRefused(target.url, f"its headers are longer than {rules.most_header_bytes:,} bytes", rule="headers")


def _reply(target: FetchTarget, response: httpcore2.Response, rules: FetchPolicy) -> HttpReply:
    if sum(len(name) + len(value) + 4 for name, value in response.headers) > rules.most_header_bytes:
        raise _long_headers(target, rules)
    headers = tuple((name.decode("latin-1").lower(), _text(value)) for name, value in response.headers)
    return HttpReply(target, response.status, headers, response)


def _text(value: bytes) -> str:
    """Header bytes as text: UTF-8 where it is, as redirects to addresses with accents send it."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


@contextmanager
def _translated(target: FetchTarget, rules: FetchPolicy) -> Iterator[None]:
    """httpcore2's errors as ours."""
    try:
        yield
    except httpcore2.ConnectTimeout as err:
        raise Unreachable(target.url, f"it did not pick up within {rules.connect_s:g} s") from err
    except httpcore2.TimeoutException as err:
        raise Unreachable(target.url, f"it sent nothing for {rules.idle_s:g} s") from err
    except httpcore2.ConnectError as err:
        if isinstance(err.__cause__, ssl.SSLError):
            raise Unreachable(target.url, "its certificate or encryption is not in order", hint="") from err
        raise Unreachable(target.url, "it could not be connected to", again=True) from err
    except httpcore2.NetworkError as err:
        raise Unreachable(target.url, "the connection broke off", again=True) from err
    except httpcore2.RemoteProtocolError as err:
        if "Receive buffer too long" in str(err):  # h11 gives up on a header block this side of 100 kB
            raise _long_headers(target, rules) from err
        if "without sending" in str(err) or "peer closed" in str(err):
            raise Unreachable(target.url, "the connection broke off", again=True) from err
        raise Unreachable(target.url, "it does not answer in proper HTTP", hint="") from err
