"""An address read strictly: one meaning, or none.

Two parsers that read one text differently are how filters are passed. So nothing is guessed: what is not plainly
`http(s)://name[:port]/path` is refused, and from here on only the parts read here are used, never the text again.
"""

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urljoin

import idna

from panel.dossier.fetch.fetch_errors import FetchRefused
from panel.dossier.fetch.policy import FetchPolicy

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
PARTS = re.compile(r"[a-z]+://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
HOST_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a host whose last part looks like this is meant as an IPv4 address
QUAD = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.|$)){4}")
INSIDE = frozenset(
    ["localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion",
     "invalid", "alt"]
)  # fmt: skip
HINT = "Write it as https://example.com/page."
UNSEEN = frozenset(["Cc", "Cf", "Co", "Cs", "Zl", "Zp"])  # Unicode categories: controls, directions, zero width, ...
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class FetchTarget:
    """One hop: where to connect, what to ask for, by the name the certificate must carry."""

    scheme: str  # http or https
    host: str  # lower case, ASCII; an IPv6 literal without brackets
    port: int
    path: str  # with query; begins with /; percent-encoded ASCII
    is_literal: bool  # the host is an IP address
    admitted: bool  # by the test switch: the one loopback host and port

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host_header}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def read_target(url: str, rules: FetchPolicy) -> FetchTarget:
    """The hop an address names. Raises Refused for an address that is none, or that a rule forbids as written."""
    if len(url) > rules.most_url:
        raise FetchRefused(url, f"its address is longer than {rules.most_url:,} characters", rule="address_form")
    _refuse_unseen(url)
    url = url.strip()
    scheme, parts = SCHEME.match(url), PARTS.fullmatch(url)
    if scheme and scheme[1].lower() not in DEFAULT_PORTS:
        raise FetchRefused(url, "only http and https are fetched", rule="scheme", hint=HINT)
    if not scheme or not parts:
        raise FetchRefused(url, "it is not a web address", rule="address_form", hint=HINT)
    authority, path, query = parts.groups(default="")
    return _target(url, scheme[1].lower(), authority, path, query, rules)


def follow(target: FetchTarget, locations: list[str], rules: FetchPolicy) -> FetchTarget:
    """The hop a redirect names, relative to the one that sent it. Raises Refused."""
    if len(locations) != 1:
        raise FetchRefused(target.url, "it redirects to several addresses at once", rule="redirect")
    location = locations[0]
    _refuse_unseen(location)  # before urljoin, which drops tabs and line ends
    try:  # a whole address is read as it stands: joined, "http:///a" and "http:a" would come out as something else
        joined = location if SCHEME.match(location) else urljoin(target.url, location)
    except ValueError as err:
        raise FetchRefused(location, "it is not a web address", rule="address_form") from err
    following = read_target(joined, rules)
    if target.scheme == "https" and following.scheme == "http":
        raise FetchRefused(following.url, "a redirect from https to http is not followed", rule="downgrade")
    return following


def _target(url: str, scheme: str, authority: str, path: str, query: str, rules: FetchPolicy) -> FetchTarget:
    if "@" in authority:
        raise FetchRefused(url, "its address carries a name or password", rule="credentials", hint="Leave them out.")
    host, port, is_literal = _host_port(url, authority, DEFAULT_PORTS[scheme])
    written = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    admitted = written == rules.allow_loopback
    if not admitted:
        _refuse_port(url, port, rules)
        if not is_literal:
            _refuse_inside_name(url, host)
    return FetchTarget(scheme, host, port, _plain(path, query), is_literal, admitted)


def _refuse_unseen(url: str) -> None:
    if "\\" in url or any(unicodedata.category(c) in UNSEEN for c in url):
        raise FetchRefused(url, "its address holds a control character or a backslash", rule="address_form")


def _host_port(url: str, authority: str, default: int) -> tuple[str, int, bool]:
    found = HOST_PORT.fullmatch(authority)
    if not found or not found[1]:
        raise FetchRefused(url, "its host name can't be read", rule="host_form")
    port = int(found[2] or default)
    if not 0 < port < 65536:
        raise FetchRefused(url, f"port {port} does not exist", rule="port")
    if found[1].startswith("["):
        return _v6(url, found[1][1:-1]), port, True
    host = _ascii(url, found[1])
    if not NUMBER.fullmatch(host.rpartition(".")[2]):
        return host, port, False
    if not QUAD.fullmatch(host):
        raise FetchRefused(url, "its host is a number written in an unusual way", rule="notation")
    return str(IPv4Address(host)), port, True


def _v6(url: str, text: str) -> str:
    if "%" in text:
        raise FetchRefused(url, "its host is an address with a zone", rule="notation")
    try:
        return IPv6Address(text).compressed
    except AddressValueError as err:
        raise FetchRefused(url, "its host name can't be read", rule="host_form") from err


def _ascii(url: str, host: str) -> str:
    """A host name as it goes on the wire. Look-alike digits and dots become plain first, so that they are checked."""
    if len(host) > 253 or "%" in host:
        raise FetchRefused(url, "its host name can't be read", rule="host_form")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except UnicodeError as err:
            raise FetchRefused(url, "its host name can't be read", rule="host_form") from err
    host = host.lower().removesuffix(".")
    if not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise FetchRefused(url, "its host name can't be read", rule="host_form")
    return host


def _refuse_port(url: str, port: int, rules: FetchPolicy) -> None:
    if port not in rules.ports:
        allowed = " and ".join(str(port) for port in sorted(rules.ports))
        raise FetchRefused(url, f"port {port} is not fetched, only {allowed}", rule="port")


def _refuse_inside_name(url: str, host: str) -> None:
    name, _, last = host.rpartition(".")
    if last in INSIDE or not name:
        raise FetchRefused(url, f"{host!r} names a machine inside a network, not a public site", rule="inside_name")


def _plain(path: str, query: str) -> str:
    """Path and query percent-encoded, dot segments resolved, so that robots.txt is asked for what is really fetched."""
    kept: list[str] = []
    segments = re.sub("%2e", ".", path, flags=re.IGNORECASE).split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return quote("/" + "/".join(kept), safe="/%:@!$&'()*+,;=~-._") + quote(query, safe="?/%:@!$&'()*+,;=~-._[]")
