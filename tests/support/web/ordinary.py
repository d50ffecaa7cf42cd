"""Routes of a site that means well."""

import asyncio
import gzip
import zlib
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import brotli
from tests.support.web.server import Answer, Asked, Route, Site

try:
    from compression import zstd
except ImportError:
    from backports import zstd

PAGE = """<!doctype html><html lang="en"><head><title>Lantern</title></head>
<body><h1>Lantern</h1><p>Lantern keeps a directory in step with a server.</p></body></html>"""
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw-deflate": lambda body: zlib.compress(body)[2:-4],
    "br": brotli.compress,
    "zstd": zstd.compress,
}


async def home(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    return Answer(PAGE.encode())


async def compressed(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """/compressed/gzip and the others; a large page, so that it takes many pieces."""
    how = asked.path.rpartition("/")[2]
    body = PAGE.encode() + b"<p>More of it.</p>" * 20_000
    return Answer(COMPRESS[how](body), headers={"Content-Encoding": how.removeprefix("raw-")})


async def redirect(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """/redirect?to=...&status=302"""
    query = parse_qs(urlsplit(asked.path).query)
    return Answer(status=int(query.get("status", ["302"])[0]), headers={"Location": query["to"][0]})


async def hops(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """/hops/3 takes three redirects to the home page."""
    left = int(asked.path.rpartition("/")[2])
    return Answer(status=301, headers={"Location": f"/hops/{left - 1}" if left > 1 else "/"})


async def cookies(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """Sets cookies and sends the visitor round once more; the request log shows whether they came back."""
    kept = {"Set-Cookie": "session=do-not-keep; Path=/", "Location": "/cookies/again"}
    return Answer(status=302, headers=kept) if asked.path == "/cookies" else Answer(PAGE.encode(), headers=kept)


async def login(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    return Answer(b"Who are you?", "text/plain", 401, {"WWW-Authenticate": 'Basic realm="inside"'})


async def dated(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """A page with Last-Modified and no ETag."""
    day = "Mon, 02 Nov 2026 10:00:00 GMT"
    if asked.headers.get("if-modified-since") == day:
        return Answer(status=304)
    return Answer(PAGE.encode(), headers={"Last-Modified": day})


async def tagged(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    tag = '"v1"'
    if asked.headers.get("if-none-match") == tag:
        return Answer(status=304, headers={"ETag": tag})
    return Answer(PAGE.encode(), headers={"ETag": tag})


async def status(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """/status/503"""
    return Answer(b"Said so", "text/plain", int(asked.path.rpartition("/")[2]))


ORDINARY: dict[str, Route] = {
    "/": home,
    "/compressed/*": compressed,
    "/redirect": redirect,
    "/hops/*": hops,
    "/cookies": cookies,
    "/cookies/again": cookies,
    "/login": login,
    "/dated": dated,
    "/tagged": tagged,
    "/status/*": status,
}
