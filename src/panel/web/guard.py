"""What stands before every route and on every answer: the Host, the site a form comes from, and headers.

**Host.** Another site's name may be made to lead to 127.0.0.1 (DNS rebinding); the browser then takes that site for
ours and sends it our answers. It still sends the name it was told, so that any Host but our own gets 421 and nothing
runs.

**Cross-site requests.** A browser adds our cookie to what another site makes it send. SameSite=Lax keeps it from forms
of other sites, but not from another port of this host, which is the same "site". So an unsafe method (anything but GET,
HEAD, OPTIONS) has to show that it comes from our own pages: by `Sec-Fetch-Site` (same-origin, or none: typed by the
person), which no script can set and every browser since 2023 sends to https and to this machine; where that is missing
by `Origin`; where that is missing too, by the origin of `Referer`. With none of them it is refused: it is no browser,
and programs have the terminal. A token in each form would add nothing to that, and be one more secret in pages. This is
what Go's `http.CrossOriginProtection` does, but for Referer and for requests that show nothing, which it lets pass;
source: Filippo Valsorda, "Cross-Site Request Forgery", 2025.

**Headers.** No script, style, image, form or frame but our own, nothing inline; no Referer leaves; no page is kept in a
cache, where the next person at this machine could go back to it.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex, nofollow",
}
NO_STORE = "no-store"


class Guard:
    """The outermost application. hosts: Host headers that are answered; origin: what a same-site request shows."""

    def __init__(self, app: ASGIApp, *, origin: str, hosts: tuple[str, ...] = ()) -> None:
        self._app = app
        usual = ":443" if urlsplit(origin).scheme == "https" else ":80"  # browsers leave it out
        self._hosts = frozenset(name.removesuffix(usual) for name in (urlsplit(origin).netloc, *hosts))
        self._origins = frozenset(f"{urlsplit(origin).scheme}://{host}" for host in self._hosts)
        self._headers = HEADERS | ({"strict-transport-security": "max-age=31536000"} if origin[:6] == "https:" else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})  # we have no such thing

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message))
            await send(message)

        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            refused = PlainTextResponse("This desk does not answer to that name.\n", 421)
            return await refused(scope, receive, send_with_headers)
        if scope["method"] not in SAFE_METHODS and not self._is_same_origin(headers):
            refused = PlainTextResponse("Refused: this did not come from a page of the desk. Reload the page.\n", 403)
            return await refused(scope, receive, send_with_headers)
        return await self._app(scope, receive, send_with_headers)

    def _is_same_origin(self, headers: Headers) -> bool:
        if site := headers.get("sec-fetch-site"):
            return site in ("same-origin", "none")
        if origin := headers.get("origin"):
            return origin.lower() in self._origins
        referer = urlsplit(headers.get("referer", ""))
        return f"{referer.scheme}://{referer.netloc}".lower() in self._origins

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("cache-control", NO_STORE)
