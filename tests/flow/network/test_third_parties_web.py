"""Third parties asked over real connections to loopback: names, certificates, robots.txt and rate limits as in earnest."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from tests.support.pages import LANTERN, PAGES
from tests.support.web.internet import Internet
from tests.support.web.server import Site, web

from panel.dossier.fetch.client import Fetcher
from panel.dossier.fetch.policy import FetchPolicy
from panel.dossier.gather.live_dossier import build_live_dossier
from panel.dossier.gather.snapshots import Snapshots
from panel.records import Dossier, Stamp, ThirdParty
from panel.store.files import replace_file

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTS = ("lantern.dev", "github.com", "api.github.com", "hn.algolia.com")
KINDS: tuple[ThirdParty, ...] = ("discussion", "issues", "releases")
ISSUE = {
    "title": "Index is lost",
    "body": "Twice.",
    "comments": 3,
    "reactions": {"total_count": 9},
    "user": {"login": "x"},
}
COMMENT = {"id": 2, "author": "kim_1", "text": "<p>Works on my notes.", "children": []}


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def site(authority: trustme.CA) -> AsyncIterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    async with web(tls=context) as served:
        for url, name in LANTERN.items():
            kind = "text/plain" if name.endswith(".txt") else "text/html"
            served.put("/" + url.split("/", 3)[3] if url.count("/") > 2 else "/", (PAGES / name).read_bytes(), kind)
        hit = {"objectID": "1", "url": "https://lantern.dev", "num_comments": 1, "author": "kim_1"}
        put(served, "/api/v1/search", {"hits": [hit]})
        put(served, "/api/v1/items/1", {"id": 1, "author": "pat_2", "title": "Show HN: Lantern", "children": [COMMENT]})
        put(served, "/search/issues", {"items": [ISSUE]})
        put(served, "/repos/lantern-labs/lantern/releases", [{"tag_name": "1.4.0", "body": "Faster."}])
        yield served


def put(site: Site, path: str, said: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
    site.put(path, json.dumps(said), "application/json; charset=utf-8", status=status, headers=headers)


def make_fetcher(site: Site, authority: trustme.CA) -> Fetcher:
    async def no_wait(seconds: float) -> None:
        return None

    internet, trusted = Internet(site), ssl.create_default_context()
    authority.configure_trust(trusted)
    given = {"resolve": internet.resolve, "backend": internet.backend, "sleep": no_wait, "tls": trusted}
    return Fetcher(FetchPolicy(timeout_s=5.0), now=lambda: NOW, **given)  # type: ignore[arg-type]


async def build(fetcher: Fetcher, folder: Path) -> Dossier:
    snapshots, made = Snapshots(folder, write=replace_file), Stamp(created_at=NOW, version="0")
    return await build_live_dossier(
        "https://lantern.dev", fetch=fetcher.get, snapshots=snapshots, made=made, today=NOW.date(), third_parties=KINDS
    )


def kinds(dossier: Dossier) -> list[str]:
    return [source.kind for source in dossier.sources[7:]]


async def test_third_parties_are_read_through_the_one_door(site: Site, authority: trustme.CA, tmp_path: Path) -> None:
    dossier = await build(make_fetcher(site, authority), tmp_path)
    assert kinds(dossier) == ["discussion", "issues", "changelog"]
    assert dossier.coverage.unread == ()
    assert {"GET"} == {asked.method for asked in site.asked}
    assert site.paths().count("/robots.txt") == len(HOSTS)


async def test_a_used_up_limit_is_said_and_nothing_more_is_asked(
    site: Site, authority: trustme.CA, tmp_path: Path
) -> None:
    fetcher = make_fetcher(site, authority)
    left = {
        "X-RateLimit-Limit": "10",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(NOW.timestamp()) + 300),
    }
    put(site, "/search/issues", {"items": [ISSUE]}, headers=left)
    assert "issues" in kinds(await build(fetcher, tmp_path / "first"))
    second = await build(fetcher, tmp_path / "second")
    assert kinds(second) == ["discussion", "changelog"]
    assert second.coverage.unread == (
        "Issues not read: Could not read https://api.github.com/search/issues?...: "
        "its server takes no more requests until 12:05 UTC.",
    )
    assert sum(path.startswith("/search/issues") for path in site.paths()) == 1


async def test_a_limit_met_at_once_costs_one_sentence(site: Site, authority: trustme.CA, tmp_path: Path) -> None:
    put(site, "/repos/lantern-labs/lantern/releases", {"message": "limit"}, status=429, headers={"Retry-After": "60"})
    dossier = await build(make_fetcher(site, authority), tmp_path)
    assert kinds(dossier) == ["discussion", "issues"]
    assert "takes no more requests until 12:01 UTC" in dossier.coverage.unread[0]


async def test_a_third_partys_robots_file_is_obeyed(site: Site, authority: trustme.CA, tmp_path: Path) -> None:
    site.robots = "User-agent: *\nDisallow: /search/\n"
    dossier = await build(make_fetcher(site, authority), tmp_path)
    assert kinds(dossier) == ["discussion", "changelog"]
    assert "its robots.txt asks us not to read it" in dossier.coverage.unread[0]
