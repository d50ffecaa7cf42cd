"""Names to addresses, once, with every answer checked."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.ip_ranges import why_special
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
