"""The fetcher against a small web of ordinary and hostile routes, over real sockets."""

import asyncio
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpcore2
import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.web import Answer, Internet, Site, web, web_in_thread
from tests.support.web.hostile import BROKEN, CHARSETS, ENCODINGS, REDIRECTS, TYPES
from tests.support.web.internet import PUBLIC

from panel.dossier.fetch.client import Fetcher
from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.policy import AGENT, FetchPolicy
from panel.errors import Mistake, PanelError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUICK_S = 15.0  # no hostile route may hold us longer, on however busy a machine; usual is well under a second
ROOT = Path(__file__).resolve().parents[3]


class Waits:
    """Waiting for politeness, without waiting."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with web() as running:
        yield running


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every address a socket was told to connect to."""
    seen: list[tuple[str, int]] = []
    inner = socket.socket.connect

    def connect(sock: socket.socket, address: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            seen.append(address[:2])
        inner(sock, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


def local_fetcher(site: Site, **rules: Any) -> Fetcher:
    """As with the test switch on: the site's own host and port, and nothing else on this machine."""
    rules = {"timeout_s": 0.6, "idle_s": 0.25, **rules}
    return Fetcher(FetchPolicy(allow_loopback=site.host_port, **rules), now=lambda: NOON, sleep=Waits().sleep)


def public_fetcher(internet: Internet, **more: Any) -> Fetcher:
    """As in earnest: no switch, public names, whose addresses lead to the site."""
    fields: dict[str, Any] = {"now": lambda: NOON, "sleep": Waits().sleep, **more}
    rules = fields.pop("rules", FetchPolicy(timeout_s=2.0))
    return Fetcher(rules, resolve=internet.resolve, backend=internet.backend, **fields)


async def trouble(fetcher: Fetcher, url: str) -> FetchRefused | Unreachable:
    """The error a fetch ends in, checked to be one plain sentence that came soon."""
    began = time.monotonic()
    with pytest.raises((FetchRefused, Unreachable)) as caught:
        await fetcher.get(url)
    assert time.monotonic() - began < QUICK_S
    said = str(caught.value)
    assert said.isprintable()
    assert said.isascii()
    assert said.endswith(".")
    assert said.startswith(("Refused http", "Refused \\", "Could not read http", "Refused ")), said
    assert len(said) < 450
    return caught.value


# Ordinary pages


async def test_a_page_comes_with_its_type_bytes_and_time(site: Site) -> None:
    page = await local_fetcher(site).get(site.url("/pages/ordinary.html"))
    assert (page.status, page.media_type, page.fetched_at) == (200, "text/html", NOON)
    assert b"<h1>Lantern</h1>" in page.body
    assert page.etag


@pytest.mark.parametrize("how", ["gzip", "deflate", "raw-deflate", "br", "zstd"])
async def test_a_compressed_page_comes_unpacked(site: Site, how: str) -> None:
    page = await local_fetcher(site).get(site.url(f"/compressed/{how}"))
    assert page.body.endswith(b"<p>More of it.</p>")
    assert len(page.body) > 300_000


async def test_redirects_are_followed_and_told(site: Site) -> None:
    page = await local_fetcher(site).get(site.url("/hops/5"))
    assert (page.url, page.final_url) == (site.url("/hops/5"), site.url("/"))


async def test_one_redirect_more_than_the_limit_is_refused(site: Site) -> None:
    refused = await trouble(local_fetcher(site), site.url("/hops/6"))
    assert "takes more than 5 redirects" in str(refused)


@pytest.mark.parametrize("status", [400, 403, 404, 410, 500, 503])
async def test_an_error_page_keeps_its_status_and_brings_no_body(site: Site, status: int) -> None:
    page = await local_fetcher(site).get(site.url(f"/status/{status}"))
    assert (page.status, page.body) == (status, b"")


@pytest.mark.parametrize("route", ["/tagged", "/dated", "/pages/ordinary.html"])
async def test_a_page_that_did_not_change_is_not_sent_again(site: Site, route: str) -> None:
    times = iter([NOON, NOON + timedelta(days=1)])
    fetcher = Fetcher(FetchPolicy(allow_loopback=site.host_port), now=lambda: next(times), sleep=Waits().sleep)
    first = await fetcher.get(site.url(route))
    again = await fetcher.get(site.url(route), known=first)
    assert again == first.model_copy(update={"fetched_at": NOON + timedelta(days=1)})
    assert {"if-none-match", "if-modified-since"} & set(site.asked[-1].headers)


async def test_validators_go_back_only_to_the_address_they_came_from(site: Site) -> None:
    fetcher = local_fetcher(site)
    known = await fetcher.get(site.url("/tagged"))
    await fetcher.get(site.url("/"), known=known)
    assert "if-none-match" not in site.asked[-1].headers


async def test_a_validator_that_could_carry_a_header_is_not_sent(site: Site) -> None:
    fetcher = local_fetcher(site)
    known = (await fetcher.get(site.url("/tagged"))).model_copy(update={"etag": '"a"\r\nX-Evil: 1'})
    assert (await fetcher.get(site.url("/tagged"), known=known)).status == 200
    assert "x-evil" not in site.asked[-1].headers


# Whom we connect to


@pytest.mark.parametrize("name", REDIRECTS)
async def test_a_hostile_redirect_is_refused_and_nothing_leaves_for_it(
    site: Site, name: str, connects: list[tuple[str, int]]
) -> None:
    internet = Internet(site)
    refused = await trouble(public_fetcher(internet), f"http://start.example/redirect-to/{name}")
    assert isinstance(refused, FetchRefused)
    assert {address for address, _ in internet.dialled} == {PUBLIC[0]}
    assert set(internet.asked) == {"start.example"}
    assert set(connects) == {(site.host, site.port)}


@pytest.mark.parametrize("name", REDIRECTS)
async def test_the_test_switch_opens_no_other_door(site: Site, name: str, connects: list[tuple[str, int]]) -> None:
    refused = await trouble(local_fetcher(site), site.url(f"/redirect-to/{name}"))
    assert isinstance(refused, FetchRefused)
    assert set(connects) == {(site.host, site.port)}


@pytest.mark.parametrize("url", [url for url in REDIRECTS.values() if not url.startswith(("/", "\\"))])
async def test_a_hostile_address_is_refused_when_typed(site: Site, url: str, connects: list[tuple[str, int]]) -> None:
    internet = Internet(site)
    refused = await trouble(public_fetcher(internet), url)
    assert isinstance(refused, Mistake)
    assert internet.dialled == internet.asked == connects == []


async def test_the_other_port_of_an_admitted_machine_is_refused(site: Site, connects: list[tuple[str, int]]) -> None:
    assert "port" in str(await trouble(local_fetcher(site), site.url("/redirect-elsewhere")))
    assert (site.host, site.other_port) not in connects


async def test_without_the_switch_the_local_site_is_refused(site: Site, connects: list[tuple[str, int]]) -> None:
    fetcher = Fetcher(FetchPolicy(), now=lambda: NOON)
    assert "port" in str(await trouble(fetcher, site.url("/")))
    assert "it is a loopback address" in str(await trouble(fetcher, "http://127.0.0.1/"))
    assert connects == []


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["127.0.0.1", "93.184.215.14"],
        ["2606:4700::1", "::ffff:10.0.0.1"],
        ["fe80::1%eth0"],
        ["169.254.169.254"],
        ["64:ff9b::a9fe:a9fe"],
        ["not-an-address"],
    ],
)
async def test_a_name_with_one_bad_address_is_refused_whole(site: Site, answers: list[str]) -> None:
    internet = Internet(site, {"two-faced.example": [answers]})
    refused = await trouble(public_fetcher(internet), "http://two-faced.example/")
    assert isinstance(refused, FetchRefused)
    assert refused.rule == "address"
    assert internet.dialled == []


async def test_a_name_that_changes_its_mind_is_not_asked_again(site: Site) -> None:
    internet = Internet(site, {"rebinding.example": [["93.184.215.14"], ["127.0.0.1"]]})
    fetcher = public_fetcher(internet)
    for path in ("/", "/hops/3", "/tagged"):
        await fetcher.get(f"http://rebinding.example{path}")
    assert internet.asked == ["rebinding.example"]
    assert {address for address, _ in internet.dialled} == {"93.184.215.14"}


async def test_a_later_fetcher_judges_the_new_answer(site: Site) -> None:
    internet = Internet(site, {"rebinding.example": [["93.184.215.14"], ["127.0.0.1"]]})
    await public_fetcher(internet).get("http://rebinding.example/")
    dials = len(internet.dialled)
    refused = await trouble(public_fetcher(internet), "http://rebinding.example/")
    assert "leads to 127.0.0.1, a loopback address" in str(refused)
    assert len(internet.dialled) == dials


async def test_a_connection_asks_no_resolver_but_ours(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError("somebody asked the system's resolver")

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    monkeypatch.setattr(socket, "gethostbyname", asked)
    assert (await local_fetcher(site).get(site.url("/"))).status == 200


@given(addresses=st.lists(st.ip_addresses().map(str), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_name_never_leads_to_an_address_that_is_not_global(addresses: list[str]) -> None:
    async def check() -> None:
        internet = Internet(Site(port=9), {"any.example": [addresses]})
        internet.backend._real = _Unplugged()  # type: ignore[assignment]
        with pytest.raises((FetchRefused, Unreachable)):
            await public_fetcher(internet).get("http://any.example/")
        if not all(ip_address(address).is_global for address in addresses):
            assert internet.dialled == []
        assert {address for address, _ in internet.dialled} <= {str(ip_address(address)) for address in addresses}

    asyncio.run(check())


class _Unplugged:
    async def connect_tcp(self, *_: object, **__: object) -> None:
        raise httpcore2.ConnectError("unplugged")


async def test_a_second_address_is_dialled_when_the_first_does_not_pick_up(site: Site) -> None:
    class FirstIsDead(httpcore2.AsyncNetworkBackend):
        async def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore2.AsyncNetworkStream:
            if host == PUBLIC[1]:
                internet.dialled.append((host, port))
                raise httpcore2.ConnectError("no route")
            return await internet.backend.connect_tcp(host, port)

    internet = Internet(site, {"two.example": [[PUBLIC[1], PUBLIC[0]]]})
    fetcher = Fetcher(
        FetchPolicy(), now=lambda: NOON, resolve=internet.resolve, sleep=Waits().sleep, backend=FirstIsDead()
    )
    assert (await fetcher.get("http://two.example/")).status == 200
    assert internet.dialled[:2] == [(PUBLIC[1], 80), (PUBLIC[0], 80)]


async def test_an_unknown_name_is_trouble_and_not_a_refusal(site: Site) -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    fetcher = Fetcher(FetchPolicy(), now=lambda: NOON, resolve=unknown)
    said = await trouble(fetcher, "http://nowhere.example/")
    assert isinstance(said, Unreachable)
    assert said.exit_code == 3
    assert "its name is unknown" in str(said)


# TLS keeps the name while the connection goes to the address


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def client_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def server_context(authority: trustme.CA, name: str, seen: list[str | None] | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    context.sni_callback = lambda _sock, sni, _context: seen.append(sni) if seen is not None else None
    return context


async def test_certificate_sni_and_host_keep_the_name_of_a_pinned_connection(authority: trustme.CA) -> None:
    seen: list[str | None] = []
    async with web(tls=server_context(authority, "acme.example", seen)) as site:
        internet = Internet(site)
        page = await public_fetcher(internet, tls=client_context(authority)).get("https://acme.example/")
        assert page.final_url == "https://acme.example/"
        assert set(seen) == {"acme.example"}
        assert {asked.headers["host"] for asked in site.asked} == {"acme.example"}
        assert set(internet.dialled) == {(PUBLIC[0], 443)}


async def test_a_certificate_for_another_name_is_trouble(authority: trustme.CA) -> None:
    async with web(tls=server_context(authority, "other.example")) as site:
        fetcher = public_fetcher(Internet(site), tls=client_context(authority))
        assert "certificate" in str(await trouble(fetcher, "https://acme.example/"))
        assert site.asked == []


async def test_a_certificate_nobody_vouches_for_is_trouble(authority: trustme.CA) -> None:
    async with web(tls=server_context(authority, "acme.example")) as site:
        assert "certificate" in str(await trouble(public_fetcher(Internet(site)), "https://acme.example/"))
        assert site.asked == []


async def test_a_redirect_from_https_to_http_is_refused_before_it_leaves(authority: trustme.CA) -> None:
    async with web(tls=server_context(authority, "acme.example")) as site:
        fetcher = public_fetcher(Internet(site), tls=client_context(authority))
        refused = await trouble(fetcher, "https://acme.example/redirect?to=http://acme.example/")
        assert "from https to http" in str(refused)
        assert [asked.path for asked in site.asked if asked.path == "/"] == []


# What goes along


async def test_no_cookie_login_or_referer_is_ever_sent(site: Site) -> None:
    internet = Internet(site)
    fetcher = public_fetcher(internet)
    for url in ("http://a.example/cookies", "http://a.example/cookies/again", "http://a.example/redirect?to=http://b.example/", "http://a.example/login", "http://a.example/login"):  # fmt: skip
        await fetcher.get(url)
    sent = {name for asked in site.asked for name in asked.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding", "connection"}


async def test_we_say_who_we_are(site: Site) -> None:
    await local_fetcher(site).get(site.url("/"))
    assert {asked.headers["user-agent"].split("/")[0] for asked in site.asked} == {AGENT}
    assert "(+https://" in site.asked[0].headers["user-agent"]


async def test_proxies_and_netrc_of_the_environment_are_not_used(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, connects: list[tuple[str, int]]
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, site.elsewhere)
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {site.host} login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    await local_fetcher(site).get(site.url("/login"))
    assert set(connects) == {(site.host, site.port)}
    assert all("authorization" not in asked.headers for asked in site.asked)


# How much and how long


@pytest.mark.parametrize("what", ["/drip", "/drip/head", "/silent", "/silent/body"])
async def test_a_server_that_takes_its_time_is_left(site: Site, what: str) -> None:
    said = await trouble(local_fetcher(site), site.url(what))
    assert isinstance(said, Unreachable)
    assert "took longer" in str(said) or "sent nothing" in str(said)


async def test_slow_hops_share_one_clock(site: Site) -> None:
    """Each hop takes 0.1 s, five of them more than the page has."""
    assert "took longer than 0.3 s" in str(await trouble(local_fetcher(site, timeout_s=0.3), site.url("/late/5")))


@pytest.mark.parametrize("what", ["body", "chunks", "headers", "interim", "line", "trailers", "extension"])
async def test_what_never_ends_is_left(site: Site, what: str) -> None:
    await trouble(local_fetcher(site), site.url(f"/endless/{what}"))


async def test_interim_replies_count_as_bytes_too(site: Site) -> None:
    fetcher = local_fetcher(site, most_bytes=10_000, timeout_s=10.0, idle_s=5.0)
    assert "it sends more than 10,000 bytes" in str(await trouble(fetcher, site.url("/endless/interim")))


async def test_a_body_in_crumbs_is_refused_long_before_its_size_is(site: Site) -> None:
    fetcher = local_fetcher(site, timeout_s=10.0, idle_s=5.0)
    assert "more than 50,000 tiny pieces" in str(await trouble(fetcher, site.url("/endless/chunks")))


@pytest.mark.parametrize("length", ["", "1001"])
async def test_the_byte_cap_is_exact_whether_or_not_the_length_is_told(site: Site, length: str) -> None:
    url = site.put("/long", b"a" * 1001, headers={"Content-Length": length})
    assert len((await local_fetcher(site, most_bytes=1001).get(url)).body) == 1001
    assert "it sends more than 1,000 bytes" in str(await trouble(local_fetcher(site, most_bytes=1000), url))


@pytest.mark.parametrize("what", ["/headers/many", "/headers/long"])
async def test_huge_headers_are_refused(site: Site, what: str) -> None:
    assert "its headers are longer than" in str(await trouble(local_fetcher(site), site.url(what)))


@pytest.mark.parametrize("what", ["declared", "undeclared"])
async def test_fifty_megabytes_of_html_are_refused(site: Site, what: str) -> None:
    assert "it sends more than 5,000,000 bytes" in str(await trouble(local_fetcher(site), site.url(f"/fifty/{what}")))


@pytest.mark.parametrize("how", ["gzip", "deflate", "br", "zstd"])
async def test_a_bomb_is_refused_at_the_cap(site: Site, how: str) -> None:
    fetcher = local_fetcher(site, timeout_s=3.0, idle_s=3.0)  # the server needs a moment to build it
    assert "unpacks to more than 10,000,000 bytes" in str(await trouble(fetcher, site.url(f"/bomb/{how}")))


@pytest.mark.parametrize("name", ENCODINGS)
async def test_an_odd_compression_is_refused_or_trouble(site: Site, name: str) -> None:
    said = await trouble(local_fetcher(site), site.url(f"/encoding/{name}"))
    assert "compress" in str(said)


@pytest.mark.parametrize("name", TYPES)
async def test_what_is_not_text_is_refused(site: Site, name: str) -> None:
    refused = await trouble(local_fetcher(site), site.url(f"/type/{name}"))
    assert isinstance(refused, FetchRefused)
    assert refused.rule == "media_type"


@pytest.mark.parametrize("name", CHARSETS)
async def test_an_odd_charset_is_brought_as_it_is(site: Site, name: str) -> None:
    page = await local_fetcher(site).get(site.url(f"/charset/{name}"))
    assert page.body == CHARSETS[name][1]
    assert len(page.charset) <= 40
    assert page.charset.isprintable()


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_http_is_trouble_and_never_half_a_page(site: Site, name: str) -> None:
    said = await trouble(local_fetcher(site), site.url(f"/broken/{name}"))
    assert isinstance(said, PanelError)


async def test_two_redirects_at_once_are_refused(site: Site) -> None:
    assert "several addresses" in str(await trouble(local_fetcher(site), site.url("/two-locations")))


@pytest.mark.parametrize(("what", "requests"), [("/loop/a", 3), ("/endless-redirects", 7)])
async def test_redirects_without_end_are_refused(site: Site, what: str, requests: int) -> None:
    refused = await trouble(local_fetcher(site), site.url(what))
    assert isinstance(refused, FetchRefused)
    assert refused.rule == "redirect"
    assert len(site.asked) == requests


async def test_a_connection_that_broke_off_is_tried_once_more(site: Site) -> None:
    await trouble(local_fetcher(site), site.url("/broken/nothing"))
    assert site.paths() == ["/robots.txt", "/broken/nothing", "/broken/nothing"]


@pytest.mark.parametrize("what", ["/drip", "/type/png", "/status/503", "/broken/bad-chunk"])
async def test_nothing_else_is_tried_again(site: Site, what: str) -> None:
    try:
        await local_fetcher(site).get(site.url(what))
    except PanelError as err:
        assert str(err)
    assert site.paths() == ["/robots.txt", what]


# robots.txt over the wire


async def test_robots_txt_is_asked_first_and_once(site: Site) -> None:
    fetcher = local_fetcher(site)
    for path in ("/", "/tagged", "/hops/1"):
        await fetcher.get(site.url(path))
    assert site.paths() == ["/robots.txt", "/", "/tagged", "/hops/1", "/"]


async def test_pages_asked_for_together_ask_robots_txt_once(site: Site) -> None:
    fetcher = local_fetcher(site)
    await asyncio.gather(*(fetcher.get(site.url(path)) for path in ("/", "/tagged", "/dated")))
    assert sorted(site.paths()) == ["/", "/dated", "/robots.txt", "/tagged"]


async def test_a_redirect_into_what_robots_txt_forbids_is_refused(site: Site) -> None:
    site.robots = "User-agent: *\nDisallow: /tagged"
    refused = await trouble(local_fetcher(site), site.url("/redirect?to=/tagged"))
    assert "its robots.txt asks us not to read it" in str(refused)
    assert "/tagged" not in site.paths()


async def test_a_way_around_robots_txt_in_dots_is_refused(site: Site) -> None:
    site.robots = "User-agent: *\nDisallow: /tagged"
    for path in ("/./tagged", "/a/../tagged", "/a/%2e%2E/tagged", "/%74agged"):
        assert "robots.txt asks us not" in str(await trouble(local_fetcher(site), site.url(path)))
    assert set(site.paths()) == {"/robots.txt"}


async def test_a_robots_txt_that_redirects_inside_forbids_everything(site: Site) -> None:
    internet = Internet(site)
    for location in ("http://169.254.169.254/robots.txt", "http://localhost/", "file:///etc/passwd"):
        site.robots = Answer(status=302, headers={"Location": location})
        refused = await trouble(public_fetcher(internet), "http://acme.example/")
        assert "its robots.txt can't be read" in str(refused)
    assert {address for address, _ in internet.dialled} == {PUBLIC[0]}


@pytest.mark.parametrize(
    "robots", [b"\xff\xfe\x00\x01" * 1000, b"User-agent: *\nAllow: /\n" * 40_000, b"\x00" * 1_000_000]
)
async def test_a_strange_or_huge_robots_txt_is_read_as_far_as_it_goes(site: Site, robots: bytes) -> None:
    site.robots = robots
    assert (await local_fetcher(site).get(site.url("/"))).status == 200


async def test_requests_to_one_host_keep_the_pace_its_robots_txt_asks_for(site: Site) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 4"
    waits = Waits()
    fetcher = Fetcher(FetchPolicy(allow_loopback=site.host_port), now=lambda: NOON, sleep=waits.sleep)
    await fetcher.get(site.url("/"))
    await fetcher.get(site.url("/tagged"))
    assert [round(wait_s) for wait_s in waits.slept] == [1, 5]  # after robots.txt; then 4 more behind the page


# Memory, in a process of its own

MEASURE = """
import asyncio, re, sys
from datetime import UTC, datetime
from panel.dossier.fetch.client import Fetcher
from panel.dossier.fetch.policy import FetchPolicy
from panel.dossier.fetch.fetch_errors import FetchRefused

async def no_wait(seconds): ...

def kilobytes(what):  # ru_maxrss would carry the memory of whoever started this process
    return int(re.search(what + r":\\s+(\\d+) kB", open("/proc/self/status").read())[1])

async def main(host_port, most_inflated, paths):
    rules = FetchPolicy(allow_loopback=host_port, timeout_s=30.0, idle_s=30.0, most_inflated=most_inflated)
    fetcher = Fetcher(rules, now=lambda: datetime.now(UTC), sleep=no_wait)
    await fetcher.get(f"http://{host_port}/")
    before = kilobytes("VmRSS")
    for path in paths:
        try:
            await fetcher.get(f"http://{host_port}{path}")
        except FetchRefused as err:
            print(err.rule)
    print((kilobytes("VmHWM") - before) // 1024)

asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
"""
HEAVY = (
    "/bomb/gzip",
    "/bomb/deflate",
    "/bomb/br",
    "/bomb/zstd",
    "/fifty/undeclared",
    "/endless/body",
    "/endless/headers",
)


@pytest.fixture(scope="module")
def running_site() -> Iterator[Site]:
    with web_in_thread() as site:
        yield site


def measure(site: Site, most_inflated: int, *paths: str) -> tuple[list[str], int]:
    """The rules that refused these paths, and the most memory it took, in megabytes over an ordinary page."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, site.host_port, str(most_inflated), *paths],
        capture_output=True, text=True, timeout=60, check=True, cwd=ROOT,
    )  # fmt: skip
    *refused, megabytes = run.stdout.split()
    return refused, int(megabytes)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_bombs_and_endless_bodies_stay_within_a_few_megabytes(running_site: Site) -> None:
    refused, megabytes = measure(running_site, 10_000_000, *HEAVY)
    assert refused == ["inflated"] * 4 + ["bytes"] * 2 + ["headers"]
    assert megabytes < 60  # with limits of 5 and 10


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_the_measure_of_memory_sees_a_cap_that_is_too_high(running_site: Site) -> None:
    refused, megabytes = measure(running_site, 200_000_000, "/bomb/zstd")
    assert refused == ["inflated"]
    assert megabytes > 150
