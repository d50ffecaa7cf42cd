"""robots.txt, asked once per site and obeyed: RFC 9309, read by Protego.

The standard library's parser takes the first rule that matches and knows no wildcards, so it reads most of today's
files differently from how they were meant. Protego (Scrapy's) follows the RFC and matches without regular expressions.

A file that can't be had because the server fails (5xx, 429, a redirect we refuse) forbids everything; one that is
simply not there (other 4xx) forbids nothing. Where the connection itself fails, so does the page: that is said instead.
"""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protego import Protego

from panel.dossier.fetch.fetch_errors import FetchRefused
from panel.dossier.fetch.policy import AGENT, FetchPolicy
from panel.dossier.fetch.url import FetchTarget

MOST_BYTES = 512 * 1024  # RFC 9309 asks for at least 500 KiB; what follows is not read
# "name/1.0" is meant for "name", as other readers take it.
VERSIONED = re.compile(r"^([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]+)/[^\r\n#]*", re.IGNORECASE | re.MULTILINE)
MOST_WORK = 1_000_000  # copies of a rule; half a second for Protego


@dataclass(frozen=True)
class Manners:
    """What one site asks of us."""

    allows: Callable[[str], bool] = lambda url: False
    delay_s: float = 0.0
    why_not: str = "its robots.txt asks us not to read it"


Read = Callable[[FetchTarget], Awaitable[tuple[int, bytes]]]  # the file's status and first bytes, redirects followed


class Robots:
    """The manners of every site met, kept for the fetcher's life."""

    def __init__(self, rules: FetchPolicy, read: Read) -> None:
        self._rules = rules
        self._read = read
        self._known: dict[str, Manners] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def ask(self, target: FetchTarget) -> float:
        """Seconds to keep between requests to this site. Raises Refused where it says no, and what `read` raises."""
        async with self._asking.setdefault(target.origin, asyncio.Lock()):
            if target.origin not in self._known:
                self._known[target.origin] = await self._look(target)
        manners = self._known[target.origin]
        if not manners.allows(target.url):
            hint = "Paste the text into a launch file instead."
            raise FetchRefused(target.url, manners.why_not, rule="robots", hint=hint)
        return max(self._rules.pace_s, min(manners.delay_s, self._rules.most_crawl_delay_s))

    async def _look(self, target: FetchTarget) -> Manners:
        try:
            status, body = await self._read(target)
        except FetchRefused as err:
            return Manners(why_not=f"its robots.txt can't be read ({err.why}), which counts as a no")
        if 200 <= status < 300:
            return read_manners(body)
        if 400 <= status < 500 and status != 429:
            return Manners(lambda url: True)
        return Manners(why_not=f"its robots.txt answers {status}, which counts as a no")


def read_manners(body: bytes) -> Manners:
    """What a robots.txt file asks of us. Any bytes are a file; lines that make no sense count for nothing."""
    text = body.decode("utf-8", errors="replace").removeprefix("\ufeff").replace("\x00", "")
    text = VERSIONED.sub(r"\1", text)
    lines = text.splitlines()
    if _work(lines) > MOST_WORK:
        return Manners(why_not="its robots.txt is too tangled to read, which counts as a no")
    file = Protego.parse(text)
    rate = file.request_rate(AGENT)
    delays = [file.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0]
    return Manners(lambda url: file.can_fetch(url, AGENT), max((d for d in delays if math.isfinite(d)), default=0.0))


def _work(lines: list[str]) -> int:
    """Rules Protego will copy: each one to each agent of its group. Never counted too low: a group ends late here."""
    agents, work, in_rules = 0, 0, False
    for line in (line.partition("#")[0].strip().lower() for line in lines):
        if line.startswith("user"):
            agents = 1 if in_rules else agents + 1
            in_rules = False
        elif line.startswith(("allow", "disallow")) and ":" in line:
            in_rules = True
        work += agents
    return work
