"""Names to addresses, once, with every answer checked: which are the public internet, by our own table.

The standard library's `is_global` moves between Python releases (3.11.7 lacks ranges 3.13 has) and answers another
question: IANA calls multicast, NAT64 and 6to4 "globally reachable", yet each can carry a request to a machine next to
ours. So for IPv4 every special range is listed and the rest is public; for IPv6 only 2000::/3 is public, and the
special ranges inside it are listed. Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, RFC 6890, RFC 9637.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.url import FetchTarget

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # host, port -> addresses, best first; OSError when unknown


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """What the machine's own resolver answers."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


class Names:
    """Checked addresses by host, kept for the fetcher's life: a name that changes its mind is not asked again."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._known: dict[tuple[str, bool], tuple[str, ...]] = {}

    async def addresses(self, target: FetchTarget) -> tuple[str, ...]:
        """Addresses it is safe to connect to, best first.

        One address that is not public spoils the whole answer: a name with a foot inside is not a public site.
        Raises Refused for it, Unreachable when the name is unknown.
        """
        key = (target.host, target.admitted)
        if key not in self._known:
            answers = [target.host] if target.is_literal else await self._ask(target)
            self._known[key] = tuple(checked(target, answer) for answer in answers)
        return self._known[key]

    async def _ask(self, target: FetchTarget) -> Sequence[str]:
        try:
            answers = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError) as err:
            raise Unreachable(target.url, "its name is unknown", hint="Check the spelling.") from err
        if not answers:
            raise Unreachable(target.url, "its name has no address", hint="Check the spelling.")
        return answers


def checked(target: FetchTarget, answer: str) -> str:
    """The address, if it is one this target may be reached at. Raises Refused."""
    try:
        address = ip_address(answer)
        why = why_special(address)
    except ValueError as err:
        raise FetchRefused(target.url, "its name leads to something that is no address", rule="address") from err
    if target.admitted and address.is_loopback:
        return str(address)
    if why:
        what = f"it is {why}" if target.is_literal else f"its name leads to {address}, {why}"
        raise FetchRefused(target.url, f"{what}, and only public addresses are fetched", rule="address")
    return str(address)


IPAddress = IPv4Address | IPv6Address


_RANGES = {
    "169.254.169.254/32": "a cloud metadata address",
    "169.254.170.2/32": "a cloud metadata address",  # container credentials
    "100.100.100.200/32": "a cloud metadata address",
    "192.0.0.192/32": "a cloud metadata address",
    "168.63.129.16/32": "a cloud metadata address",  # looks public; only Azure's own host answers there
    "fd00:ec2::254/128": "a cloud metadata address",
    "fd20:ce::254/128": "a cloud metadata address",
    "0.0.0.0/8": "an address of this network",
    "10.0.0.0/8": "a private address",
    "100.64.0.0/10": "an address shared inside a carrier's network",
    "127.0.0.0/8": "a loopback address",
    "169.254.0.0/16": "a link-local address",
    "172.16.0.0/12": "a private address",
    "192.0.0.0/24": "an address kept for protocols",
    "192.0.2.0/24": "a documentation address",
    "192.31.196.0/24": "an address kept for protocols",
    "192.52.193.0/24": "an address kept for protocols",
    "192.88.99.0/24": "a 6to4 relay address",
    "192.168.0.0/16": "a private address",
    "192.175.48.0/24": "an address kept for protocols",
    "198.18.0.0/15": "a benchmarking address",
    "198.51.100.0/24": "a documentation address",
    "203.0.113.0/24": "a documentation address",
    "224.0.0.0/4": "a multicast address",
    "255.255.255.255/32": "the broadcast address",
    "240.0.0.0/4": "a reserved address",
    "::/128": "the unspecified address",
    "::1/128": "a loopback address",
    "::ffff:0:0/96": "an IPv4 address written inside an IPv6 one",
    "::ffff:0:0:0/96": "an IPv4 address written inside an IPv6 one",
    "::/96": "an IPv4 address written inside an IPv6 one",
    "64:ff9b::/96": "a NAT64 address",
    "64:ff9b:1::/48": "a NAT64 address",
    "100::/64": "a discard address",
    "100:0:0:1::/64": "a discard address",
    "2001::/32": "a Teredo address",
    "2001:2::/48": "a benchmarking address",
    "2001::/23": "an address kept for protocols",
    "2001:db8::/32": "a documentation address",
    "2002::/16": "a 6to4 address",
    "2620:4f:8000::/48": "an address kept for protocols",
    "3ffe::/16": "a reserved address",
    "3fff::/20": "a documentation address",
    "5f00::/16": "an address kept for protocols",
    "fc00::/7": "a private address",
    "fe80::/10": "a link-local address",
    "fec0::/10": "a private address",
    "ff00::/8": "a multicast address",
}
SPECIAL = tuple((ip_network(network), what) for network, what in _RANGES.items())
PUBLIC_V6 = IPv6Network("2000::/3")  # all that was ever handed out
ISATAP = (0x00005EFE, 0x02005EFE)  # an interface id that tunnels to the IPv4 address in its last 32 bits


def why_special(ip: str | IPAddress) -> str:
    """What makes an address special ("a loopback address"), "" for a public one.

    Raises ValueError for text that is no address. An address with a zone (`fe80::1%eth0`) is never public.
    """
    address = ip_address(ip) if isinstance(ip, str) else ip
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "an address with a zone"
    for network, what in SPECIAL:
        if address.version == network.version and address in network:
            return what
    if isinstance(address, IPv6Address):
        if address not in PUBLIC_V6:
            return "a reserved address"
        if (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
            return "a tunnel address"
    return ""
