"""Public names and addresses that lead to the local site, with every question and every dial written down."""
# ruff: noqa: ASYNC109  httpcore2's interface passes timeouts as arguments

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpcore2
from tests.support.web.server import Site

PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")


class Internet:
    """answers: host -> what its name resolves to, one list per time it is asked (the last one stays).

    A host that isn't listed answers one public address. Dialling any address reaches the site's server; `dialled`
    keeps the addresses in order.
    """

    def __init__(self, site: Site, answers: Mapping[str, Sequence[Sequence[str]]] | None = None) -> None:
        self._site = site
        self._answers = {host: list(rounds) for host, rounds in (answers or {}).items()}
        self.asked: list[str] = []
        self.dialled: list[tuple[str, int]] = []
        self.backend = _Backend(self)

    @property
    def site(self) -> Site:
        return self._site

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        rounds = self._answers.get(host, [PUBLIC[:1]])
        return rounds.pop(0) if len(rounds) > 1 else rounds[0]


class _Backend(httpcore2.AsyncNetworkBackend):
    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self._real = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self._internet.dialled.append((host, port))
        site = self._internet.site
        return await self._real.connect_tcp(site.host, site.tls_port if port == 443 else site.port, timeout=timeout)
