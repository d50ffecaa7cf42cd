"""A page that means ill, in a real Chromium: what it asks for past the fetcher never arrives, and it always ends.

The oracle is a set of listeners that write down who knocked: the same web server on a port the fetcher may not reach,
a plain TCP port, and a UDP port.
"""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from tests.support.browser import needs_chromium
from tests.support.web.internet import Internet
from tests.support.web.server import Answer, Asked, Site, web

from panel.dossier.fetch import browser
from panel.dossier.fetch.browser import Browser, Rendered, browser_command
from panel.dossier.fetch.client import Fetcher
from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.policy import FetchPolicy

pytest.importorskip("playwright.async_api", reason="playwright is not installed")
pytestmark = [*needs_chromium, pytest.mark.long]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD = '<!doctype html><html lang="en"><head><title>Acme</title></head><body><p>Words that stand.</p>'


def own_address() -> str:
    """This machine's address outside of loopback, where it has one: WebRTC asks no STUN server over loopback."""
    told = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    return next((address for address in told if "." in address), "127.0.0.1")


@dataclass
class Listeners:
    """Ports of this machine that no page may reach, and who knocked."""

    tcp: int = 0
    udp: int = 0
    knocks: list[str] = field(default_factory=list)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[str], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._heard("udp")


@pytest.fixture
async def listeners() -> AsyncIterator[Listeners]:
    found = Listeners()

    def knocked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.knocks.append("tcp")
        writer.close()

    server = await asyncio.start_server(knocked, "0.0.0.0", 0)
    found.tcp = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Udp(found.knocks.append), local_addr=("0.0.0.0", 0)
    )
    found.udp = transport.get_extra_info("sockname")[1]
    yield found
    transport.close()
    server.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with web() as served:
        yield served


async def render(site: Site, html: str, *, most_s: float = 60.0) -> Rendered:
    site.put("/hostile", HEAD + html)
    fetcher = Fetcher(FetchPolicy(allow_loopback=site.host_port, pace_s=0), now=lambda: NOW)
    page = await fetcher.get(site.url("/hostile"))
    return await Browser(fetcher, most_s=most_s).render(page)


OTHERS = """
<link rel="preconnect" href="http://127.0.0.1:TPORT/"><link rel="dns-prefetch" href="http://127.0.0.1:TPORT/">
<link rel="prefetch" href="http://127.0.0.1:TPORT/prefetched"><link rel="prerender" href="http://127.0.0.1:TPORT/drawn">
<link rel="stylesheet" href="http://127.0.0.1:TPORT/style.css"><link rel="preload" as="font" href="http://127.0.0.1:TPORT/f.woff2">
<script type="speculationrules">{"prerender": [{"urls": ["/drawn-ahead"]}], "prefetch": [{"urls": ["http://127.0.0.1:TPORT/ahead"]}]}</script>
<iframe src="http://127.0.0.1:TPORT/frame"></iframe><iframe src="/own-frame"></iframe>
<iframe srcdoc="<img src='http://127.0.0.1:TPORT/in-frame'><script>fetch('http://127.0.0.1:TPORT/by-frame')</script>"></iframe>
<iframe src="file:///etc/passwd"></iframe><object data="http://127.0.0.1:TPORT/object"></object>
<embed src="http://127.0.0.1:TPORT/embed"><video src="http://127.0.0.1:TPORT/video" autoplay></video>
<img src="http://127.0.0.1:TPORT/pixel"><script src="http://127.0.0.1:TPORT/script.js"></script>
<a id="save" href="/own-download" download>save</a><a id="ping" href="#here" ping="http://127.0.0.1:TPORT/ping">ping</a>
<form id="form" method="post" action="/own-post"><input name="a" value="b"></form>
<p id="done"></p>
<script>
  const tried = [], attempt = (name, act) => { try { const left = act(); tried.push(name); left?.catch?.(() => 0); } catch (e) { tried.push(name); } };
  const base = "http://127.0.0.1:TPORT";
  attempt("get", () => fetch(base + "/get", {mode: "no-cors"}));
  attempt("post", () => fetch("/own-post", {method: "POST", body: "a"}));
  attempt("put", () => fetch("/own-put", {method: "PUT", body: "a"}));
  attempt("elsewhere", () => fetch("http://localhost:TPORT/name", {mode: "no-cors"}));
  attempt("six", () => fetch("http://[::1]:TPORT/six", {mode: "no-cors"}));
  attempt("redirected", () => fetch("/redirected"));
  attempt("inside", () => fetch("http://169.254.169.254/latest/meta-data/", {mode: "no-cors"}));
  attempt("xhr", () => { const x = new XMLHttpRequest(); x.open("POST", "/own-xhr"); x.send("a"); });
  attempt("beacon", () => navigator.sendBeacon("/own-beacon", "a"));
  attempt("socket", () => new WebSocket("ws://127.0.0.1:TPORT/socket"));
  attempt("own socket", () => new WebSocket("ws://" + location.host + "/own-socket"));
  attempt("events", () => new EventSource(base + "/events"));
  attempt("transport", () => new WebTransport("https://127.0.0.1:UPORT/transport"));
  attempt("keepalive", () => fetch(base + "/keepalive", {mode: "no-cors", keepalive: true}));
  attempt("service worker", () => navigator.serviceWorker.register("/own-worker.js"));
  attempt("worker", () => new Worker(URL.createObjectURL(new Blob([`fetch('${base}/worker', {mode: 'no-cors'}); new WebSocket('ws://127.0.0.1:TPORT/')`]))));
  attempt("shared worker", () => new SharedWorker(URL.createObjectURL(new Blob([`fetch('${base}/shared', {mode: 'no-cors'})`]))));
  attempt("rtc", () => { const peer = new RTCPeerConnection({iceServers: [{urls: "stun:OWN:UPORT"}, {urls: "turn:127.0.0.1:TPORT?transport=tcp", username: "a", credential: "b"}]});
    peer.createDataChannel("a"); peer.createOffer().then((offer) => peer.setLocalDescription(offer)); });
  attempt("window", () => open(base + "/window"));
  attempt("own window", () => open("/own-window"));
  attempt("download", () => save.click());
  attempt("ping", () => ping.click());
  attempt("form", () => form.submit());
  attempt("leave", () => { location.href = base + "/left"; });
  attempt("file", () => { location.href = "file:///etc/passwd"; });
  attempt("chrome", () => { location.href = "chrome://version"; });
  attempt("view", () => fetch("file:///etc/passwd"));
  attempt("notify", () => Notification.requestPermission());
  attempt("place", () => navigator.geolocation.getCurrentPosition((p) => fetch("/own-place?" + p)));
  attempt("camera", () => navigator.mediaDevices.getUserMedia({video: true}));
  attempt("print", () => print());
  attempt("alert", () => alert("stop"));
  attempt("confirm", () => confirm("stop") && fetch("/own-confirmed"));
  attempt("prompt", () => prompt("stop", "a") && fetch("/own-prompted"));
  addEventListener("beforeunload", (event) => event.preventDefault());
  done.textContent = "Tried " + tried.length + " ways.";
</script>"""


async def redirected(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    return Answer(status=302, headers={"Location": f"{site.elsewhere}/after-redirect"})


@pytest.fixture(params=["both", "switches", "namespace"])
def wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What keeps a browser off the network: both walls, and each of them alone."""
    if request.param == "switches":
        monkeypatch.setattr(browser, "_namespace", lambda *as_user: ())
    if request.param == "namespace":
        if not browser._namespace(*browser_command()[:-1]):
            pytest.skip("this machine makes no network namespaces for us")
        monkeypatch.setattr(browser, "NO_NETWORK", ())
    return str(request.param)


async def test_nothing_a_page_asks_for_goes_past_the_fetcher(site: Site, listeners: Listeners, wall: str) -> None:
    site.routes["/redirected"] = redirected
    html = (
        OTHERS.replace("TPORT", str(listeners.tcp)).replace("UPORT", str(listeners.udp)).replace("OWN", own_address())
    )
    body = (await render(site, html)).page.body.decode()
    assert "Words that stand." in body
    assert f"Tried {OTHERS.count('attempt(')} ways." in body  # a script that broke off would try less
    assert listeners.knocks == []
    assert "/after-redirect" not in site.paths()
    assert {asked.method for asked in site.asked} == {"GET"}
    assert [path for path in site.paths() if path.startswith("/own-")] == []
    assert all(asked.headers["user-agent"].startswith("review-panel/") for asked in site.asked)
    assert "root:" not in body


CALL = """<p id="said"></p><script>
  const peer = new RTCPeerConnection({iceServers: [{urls: "stun:OWN:UPORT"}, {urls: "turn:OWN:TPORT?transport=tcp", username: "a", credential: "b"}]});
  peer.createDataChannel("a");
  peer.createOffer().then((offer) => { said.append("Offered."); return peer.setLocalDescription(offer); }).catch((e) => said.append(e));
  fetch("/slow");
</script>"""


async def slow(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """Keeps a page from coming to rest until WebRTC has looked around."""
    await asyncio.sleep(4)
    return Answer()


async def test_webrtc_reaches_nobody(site: Site, listeners: Listeners, wall: str) -> None:
    site.routes["/slow"] = slow
    ports = CALL.replace("TPORT", str(listeners.tcp)).replace("UPORT", str(listeners.udp))
    rendered = await render(site, ports.replace("OWN", own_address()))
    assert b"Offered." in rendered.page.body
    assert listeners.knocks == []


async def test_the_listeners_hear_who_knocks(site: Site, listeners: Listeners) -> None:
    """The oracle itself: without this, silence would prove nothing."""
    _, writer = await asyncio.open_connection("127.0.0.1", listeners.tcp)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.sendto(b"a", ("127.0.0.1", listeners.udp))
    await asyncio.sleep(0.2)
    writer.close()
    assert sorted(listeners.knocks) == ["tcp", "udp"]


async def test_a_script_that_never_ends_costs_its_page_and_a_bounded_time(site: Site) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(Unreachable, match="its scripts did not come to rest within 6 s"):
        await render(site, "<script>setTimeout(() => { while (true); }, 0)</script>", most_s=6.0)
    assert loop.time() - began < 20


async def test_a_page_that_asks_without_end_is_answered_so_often_and_read(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "MOST_REQUESTS", 10)
    site.put("/more", "{}", "application/json")
    script = "const go = (n) => fetch('/more?' + n).finally(() => go(n + 1)); for (let i = 0; i < 4; i++) go(i * 1e6);"
    rendered = await render(site, f"<script>{script}</script>")
    assert b"Words that stand." in rendered.page.body
    assert len([path for path in site.paths() if path.startswith("/more")]) == 10


async def test_what_a_page_brings_in_all_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "MOST_BYTES", 250_000)
    site.put("/big", "a" * 100_000, "text/plain")
    script = "(async () => { for (let i = 0; i < 9; i++) await fetch('/big?' + i).catch(() => 0) })()"
    await render(site, f"<script>{script}</script>")
    assert len([path for path in site.paths() if path.startswith("/big")]) == 3


async def test_a_document_beyond_the_bound_is_refused_in_a_sentence(site: Site) -> None:
    html = "<script>for (let i = 0; i < 60; i++) document.body.append('words '.repeat(20000))</script>"
    with pytest.raises(FetchRefused, match="its text is longer than 5,000,000 characters"):
        await render(site, html)


async def test_a_tree_without_a_bottom_is_read_to_a_depth(site: Site) -> None:
    html = "<script>let at = document.body; for (let i = 0; i < 1500; i++) at = at.appendChild(document.createElement('div')); at.append('deep')</script>"
    assert b"Words that stand." in (await render(site, html)).page.body


async def test_a_page_that_fills_its_memory_is_a_sentence(site: Site) -> None:
    html = "<script>const all = []; for (;;) all.push(new Array(1e6).fill(all.length + 0.5))</script>"
    with pytest.raises(Unreachable):
        await render(site, html, most_s=12.0)


async def test_a_page_that_leaves_for_its_own_site_is_read_there(site: Site) -> None:
    site.put("/en", "<!doctype html><p>The page in English.</p>")
    rendered = await render(site, "<script>location.replace('/en')</script>")
    assert b"The page in English." in rendered.page.body


async def test_another_site_gives_scripts_and_styles_but_no_data(site: Site) -> None:
    other = "http://cdn.elsewhere.example"
    script = f"for (const at of ['{other}/data.json', '/own.json', 'http://api.acme.example/api.json']) fetch(at)"
    site.put("/", f"{HEAD}<script src='{other}/asset.js'></script><script>{script}</script>")
    site.put("/asset.js", "document.body.append('Came from elsewhere.')", "text/javascript")
    internet = Internet(site)
    fetcher = Fetcher(FetchPolicy(pace_s=0), now=lambda: NOW, resolve=internet.resolve, backend=internet.backend)
    rendered = await Browser(fetcher).render(await fetcher.get("http://acme.example/"))
    assert b"Came from elsewhere." in rendered.page.body
    asked = [path for path in site.paths() if path.endswith((".js", ".json"))]
    assert sorted(asked) == ["/api.json", "/asset.js", "/own.json"]


async def test_robots_txt_binds_a_page_in_the_browser_too(site: Site) -> None:
    site.robots = "User-agent: *\nDisallow: /closed/\n"
    site.put("/closed/app.js", "document.body.append('Closed.')", "text/javascript")
    rendered = await render(site, "<script src='/closed/app.js'></script>")
    assert b"Closed." not in rendered.page.body
    assert "/closed/app.js" not in site.paths()
