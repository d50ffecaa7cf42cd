"""A real browser, for pages that scripts make and for what of a page is truly visible. Optional: the extra `browser`.

Chromium runs in its own sandbox, with a profile that is thrown away, and has no network. A request of the page is
answered through the debugger's pipe with what the fetcher brings (its address rules, dials, sizes, robots.txt and
pace), or refused: every byte comes through `client.py`. What would go past the pipe (WebSocket, WebRTC, preconnects)
meets two walls, each of which holds alone: Chromium's own switches (names resolve nowhere, its proxy is a port that we
hold and where nobody listens, no UDP), and on Linux, where it lets us, a network namespace with nothing in it.

Scripts, styles and, for the picture, images come from anywhere public; documents and data from the page's own site.
"""

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from panel.dossier.fetch.body import media_type, read_body
from panel.dossier.fetch.client import Fetcher
from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.http_request import HttpReply
from panel.dossier.fetch.url import FetchTarget
from panel.dossier.identity.voices import site_of
from panel.errors import Mistake, PanelError
from panel.records import Page, sha256_of

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Request, Route

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--remote-debugging-pipe", "--enable-automation", "--no-first-run", "--no-default-browser-check",
    "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-breakpad", "--mute-audio",
    "--disable-component-update", "--disable-background-networking", "--disable-sync", "--hide-scrollbars",
    "--password-store=basic", "--use-mock-keychain", "--js-flags=--max-old-space-size=512", "--block-new-web-contents",
)  # fmt: skip
NO_NETWORK = (
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-bypass-list=<-loopback>", "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # the name of today; the next is that of older Chromiums
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-features=MediaRouter,Translate,WebRtcHideLocalIpsWithMdns",  # mDNS is UDP, too
)  # fmt: skip
ONLINE = "Object.defineProperty(Navigator.prototype, 'onLine', {get: () => true})"  # pages say "you are offline" else
UNSAFE = re.compile(r"--(no|disable)-[a-z-]*sandbox|--single-process|--no-zygote|--disable-web-security")
READ = Path(__file__).with_name("visible_html.js")
SCREEN = {"width": 1200, "height": 800}  # CSS pixels
ASSETS = frozenset(
    {f"application/{kind}" for kind in ("javascript", "x-javascript", "ecmascript", "manifest+json", "wasm")}
    | {f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "avif", "svg+xml")}
)
HTML = ("text/html", "application/xhtml+xml")
OF_ANYWHERE = ("script", "stylesheet", "image")
OF_OWN_SITE = ("document", "xhr", "fetch")
MOST_AT_ONCE = 2  # browsers; each takes about 400 MB
MOST_REQUESTS = 60
MOST_IMAGES = 12  # of these
MOST_BYTES = 15_000_000  # of all bodies
MOST_S = 60.0  # for the whole page; requests to one host leave a second apart
REST_S = 20.0  # for the page to come to rest
QUIET_S = 1.0  # without a request: at rest
POLL_S = 0.1
PICTURE_S = 10.0  # for the images of the picture
MOST_PICTURE = 500_000  # bytes
HINT = (
    "Install the extra `browser` and Chromium, or save the page and review a launch file: `panel new NAME` writes one."
)


class Rendered(NamedTuple):
    """A page as a browser showed it."""

    page: Page  # its HTML without scripts and styles; what no reader sees is in elements marked `hidden`
    picture: bytes  # the first screen, 1200 x 800, JPEG; b"" when there is none


class Browser:
    """Renders pages, a fresh browser and profile for each. program: Chromium's path or name, "" to look for it."""

    def __init__(self, fetcher: Fetcher, *, program: str = "", most_s: float = MOST_S) -> None:
        self._fetcher = _AssetFetcher(fetcher)
        self._program = program
        self._most_s = most_s
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    def why_not(self) -> str:
        """What is missing here, as the end of a sentence; "" when a browser can be started."""
        try:
            browser_command(self._program)
        except Mistake as err:
            return str(err).rstrip(".")
        return ""

    async def render(self, page: Page) -> Rendered:
        """The page, its scripts run, scrolled once to its end. Raises Mistake without a browser, Unreachable."""
        from playwright.async_api import Error

        command = browser_command(self._program)
        async with self._places:
            try:
                async with asyncio.timeout(self._most_s) as clock, _opened(command) as chromium:
                    visit = _Visit(page, self._fetcher)
                    shown = await visit.read(chromium)
                    clock.reschedule(asyncio.get_running_loop().time() + 2 * PICTURE_S)  # never at the text's cost
                    return Rendered(shown, await visit.picture())
            except TimeoutError as err:
                why = f"its scripts did not come to rest within {self._most_s:g} s"
                raise Unreachable(page.final_url, why, hint="") from err
            except Error as err:
                raise Unreachable(page.final_url, f"the browser gave it up ({_first_line(err)})", hint="") from err


def browser_command(program: str = "") -> list[str]:
    """How Chromium is started here, by its path; as root, as the user `nobody`: its sandbox refuses root.

    Raises Mistake, in one sentence, for what is missing.
    """
    if importlib.util.find_spec("playwright") is None:
        raise Mistake("the extra `browser` is not installed", hint=HINT)
    chromium = next(filter(None, map(shutil.which, (program,) if program else CHROMIUM)), None)
    if chromium is None:
        raise Mistake(f"there is no Chromium at {program!r}" if program else "no Chromium was found", hint=HINT)
    if not _is_root():
        return [chromium]
    setpriv = shutil.which("setpriv")
    if not setpriv or _nobody() is None:
        raise Mistake("as root it needs `setpriv` and a user `nobody` to run it as", hint="Run as another user.")
    user, group = _nobody() or (0, 0)
    return [setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups", "--inh-caps=-all", chromium]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _nobody() -> tuple[int, int] | None:
    import pwd

    with contextlib.suppress(KeyError):
        found = pwd.getpwnam("nobody")
        return (found.pw_uid, found.pw_gid) if found.pw_uid else None
    return None


@asynccontextmanager
async def _opened(command: list[str]) -> AsyncIterator[Any]:
    """A browser in its sandbox, with no variable of ours and no network; gone with its profile afterwards."""
    from playwright.async_api import Error, async_playwright

    with _home() as home, _silent_port() as port:
        walls = (*NO_NETWORK, f"--proxy-server=http://127.0.0.1:{port}")
        whole = [
            *command[:-1],
            *_namespace(*command[:-1]),
            command[-1],
            *FLAGS,
            *walls,
            f"--user-data-dir={home}/profile",
        ]
        async with async_playwright() as playwright:
            try:
                chromium = await playwright.chromium.launch(
                    executable_path=whole[0], args=whole[1:], ignore_default_args=True, chromium_sandbox=True,
                    env={"HOME": home, "TMPDIR": home, "PATH": os.defpath, "LANG": "C.UTF-8"},
                    handle_sigint=False, handle_sigterm=False, handle_sighup=False,
                )  # fmt: skip
            except Error as err:
                told = "Chromium does not start here in its own sandbox, and is not started without."
                raise Mistake(told, hint="Allow user namespaces, or run elsewhere.") from err
            await _refuse_unsafe(chromium)
            yield chromium
            await chromium.close()


@contextmanager
def _home() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="panel-browser-", ignore_cleanup_errors=True) as home:
        if _is_root():
            os.chown(home, *(_nobody() or (0, 0)))
        yield home


@contextmanager
def _silent_port() -> Iterator[int]:
    """A port that is ours and where nobody listens: whoever connects is refused."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@cache
def _namespace(*as_user: str) -> tuple[str, ...]:
    """What starts a program, as this user, where there is no network; () where the machine does not let us."""
    command = ("unshare", "--user", "--map-current-user", "--net")
    program = shutil.which(command[0])
    if program is None:
        return ()
    trial = [*as_user, program, *command[1:], "true"]
    with contextlib.suppress(subprocess.TimeoutExpired):
        if subprocess.run(trial, capture_output=True, timeout=10).returncode == 0:  # noqa: S603  takes 5 ms, once
            return (program, *command[1:])
    return ()


async def _refuse_unsafe(chromium: Any) -> None:
    """Raises Mistake for a browser that the machine's own settings started without its sandbox."""
    session = await chromium.new_browser_cdp_session()
    arguments = (await session.send("Browser.getBrowserCommandLine"))["arguments"]
    if unsafe := next(filter(UNSAFE.match, arguments), ""):
        raise Mistake(f"Chromium is set up here with {unsafe!r}, and is not used so.", hint="Take that setting away.")


class _AssetFetcher(Fetcher):
    """A fetcher's rules, names, paces and robots.txt files, with scripts and images admitted beside text."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.__dict__.update(fetcher.__dict__)
        self.now = fetcher._now

    async def _page(self, url: str, known: Page | None, as_feed: bool, reply: HttpReply) -> Page | FetchTarget:
        kind = media_type(reply)
        if reply.status != 200 or kind not in ASSETS:
            return await super()._page(url, known, as_feed, reply)
        body = await read_body(reply, self._rules)
        return Page(
            url=url, final_url=reply.target.url, status=200, media_type=kind, body=body, fetched_at=self._now(),
            sha256=sha256_of(body),
        )  # fmt: skip


class _Visit:
    """One page open in a browser, and what it may still ask for."""

    def __init__(self, page: Page, fetcher: _AssetFetcher) -> None:
        self._page = page
        self._fetcher = fetcher
        self._site = site_of(page.final_url)
        self._is_open = False
        self._busy = 0  # requests under way
        self._requests = MOST_REQUESTS
        self._images = MOST_IMAGES
        self._bytes = MOST_BYTES
        self._text_is_read = asyncio.Event()

    async def read(self, chromium: Any) -> Page:
        context = await chromium.new_context(
            viewport=SCREEN, service_workers="block", accept_downloads=False, reduced_motion="reduce"
        )
        await context.route("**/*", self._answer)
        await context.add_init_script(ONLINE)
        tab = await context.new_page()
        self._frame = tab.main_frame
        await tab.goto(self._page.final_url, wait_until="commit", timeout=0)
        self._session = await context.new_cdp_session(tab)
        await self._rest(REST_S)
        await _ask(self._session, "scroll")
        await self._rest(REST_S)
        html = await _ask(self._session, "read")
        if html is None:
            raise FetchRefused(self._page.final_url, "its text is longer than 5,000,000 characters", rule="bytes")
        return self._as_page(str(html))

    async def picture(self) -> bytes:
        """Of the first screen, with the images that come in time; b"" where it can't be taken."""
        from playwright.async_api import Error

        self._text_is_read.set()
        with contextlib.suppress(TimeoutError, PanelError, Error):
            async with asyncio.timeout(PICTURE_S * 1.5):
                await _ask(self._session, "top")
                await self._rest(PICTURE_S)
                return await _photograph(self._session)
        return b""

    def _as_page(self, html: str) -> Page:
        body = html.encode("utf-8", "replace")
        return Page(
            url=self._page.url, final_url=self._page.final_url, status=200, media_type="text/html", charset="utf-8",
            body=body, fetched_at=self._fetcher.now(), sha256=sha256_of(body), rendered=True,
        )  # fmt: skip

    async def _rest(self, most_s: float) -> None:
        """Until nothing was asked for during `QUIET_S`, at most so long."""
        quiet_s, left_s = 0.0, most_s
        while quiet_s < QUIET_S and left_s > 0:
            await asyncio.sleep(POLL_S)
            quiet_s, left_s = 0.0 if self._busy else quiet_s + POLL_S, left_s - POLL_S

    async def _answer(self, route: "Route") -> None:
        from playwright.async_api import Error

        request = route.request
        if request.resource_type == "image":
            await self._text_is_read.wait()
        with contextlib.suppress(Error):  # the page went on without it
            try:
                page = await self._bring(request)
            except PanelError:
                await route.abort("aborted")  # of a navigation, too: the page stays as it is
            else:
                await route.fulfill(status=page.status, headers=_headers(request, page), body=page.body)

    async def _bring(self, request: "Request") -> Page:
        """What the fetcher brings for a request. Raises PanelError for what is refused."""
        url, kind = request.url, request.resource_type
        own = kind in OF_OWN_SITE and site_of(url) == self._site
        if request.method != "GET" or not (own or kind in OF_ANYWHERE) or self._is_elsewhere(request):
            raise FetchRefused(url, "a page may not ask for that", rule="browser")
        if kind == "document" and not self._is_open:
            self._is_open = True
            return self._page
        self._requests -= 1
        self._images -= kind == "image"
        if self._requests < 0 or self._images < 0 or self._bytes < 0:
            raise FetchRefused(url, "the page asked for enough", rule="browser")
        self._busy += 1  # what is refused without asking keeps no page from coming to rest
        try:
            page = await self._fetcher.get(url)
        finally:
            self._busy -= 1
        self._bytes -= len(page.body)
        if kind == "document" and page.media_type not in HTML:
            raise FetchRefused(url, "it is no page", rule="media_type")
        return page

    def _is_elsewhere(self, request: "Request") -> bool:
        """A document for another frame than the page's own, or another window."""
        from playwright.async_api import Error

        try:
            return request.is_navigation_request() and request.frame != self._frame
        except Error:  # a window that is not open yet
            return self._is_open


async def _ask(session: "CDPSession", what: str) -> object:
    """One function of `visible_html.js`, called beside the page's own scripts. Raises Unreachable."""
    tree = await session.send("Page.getFrameTree")
    frame = tree["frameTree"]["frame"]
    world = await session.send("Page.createIsolatedWorld", {"frameId": frame["id"]})
    call = f"({READ.read_text(encoding='utf-8')}).{what}()"
    asked = {"expression": call, "contextId": world["executionContextId"], "awaitPromise": True, "returnByValue": True}
    reply = await session.send("Runtime.evaluate", asked)
    if "exceptionDetails" in reply:
        raise Unreachable(frame["url"], "the browser could not read what it shows", hint="")
    return reply["result"].get("value")


async def _photograph(session: "CDPSession") -> bytes:
    import base64

    for quality in (80, 50, 20):
        shot = await session.send("Page.captureScreenshot", {"format": "jpeg", "quality": quality})
        picture = base64.b64decode(shot["data"])
        if len(picture) <= MOST_PICTURE:
            return picture
    return b""


def _headers(request: "Request", page: Page) -> dict[str, str]:
    """All is public and asked for without cookies, so any script of the page may read it."""
    charset = f"; charset={page.charset}" if page.charset else ""
    origin = request.headers.get("origin", "*")
    allowed = {"access-control-allow-origin": origin, "access-control-allow-credentials": "true"}
    return {"content-type": page.media_type + charset, **allowed}


def _first_line(err: Exception) -> str:
    return ascii(str(err).partition("\n")[0][:120])[1:-1]
