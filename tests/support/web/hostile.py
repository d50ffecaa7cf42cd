"""Routes of a site that means ill: each tries one thing."""

import asyncio
import gzip
import zlib
from functools import cache

import brotli
from tests.support.web.server import Answer, Asked, Route, Site

try:
    from compression import zstd
except ImportError:
    from backports import zstd

MEGABYTE = bytes(1024 * 1024)
BOMB_MEGABYTES = 4000  # of zeros, when unpacked; brotli's is smaller, being slow to build
STEP_S = 0.01  # between two bytes of a slow drip
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
REDIRECTS = {  # name -> Location
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata-v6": "http://[fd00:ec2::254]/latest/",
    "metadata-azure": "http://168.63.129.16/machine",
    "metadata-name": "http://metadata.google.internal/computeMetadata/v1/",
    "private-10": "http://10.0.0.1/",
    "private-172": "http://172.31.255.255/",
    "private-192": "http://192.168.1.1/admin",
    "loopback": "http://127.0.0.1/",
    "loopback-short": "http://127.1/",
    "loopback-hex": "http://0x7f.1/",
    "loopback-hex-whole": "http://0x7f000001/",
    "loopback-octal": "http://017700000001/",
    "loopback-octal-parts": "http://0177.0.0.01/",
    "loopback-decimal": "http://2130706433/",
    "loopback-wide": "http://１２７.０.０.１/",
    "loopback-circled": "http://①②⑦。⓪。⓪。①/",
    "loopback-escaped": "http://%31%32%37.0.0.1/",
    "loopback-dot": "http://127.0.0.1./",
    "zero": "http://0/",
    "zeros": "http://0.0.0.0/",
    "broadcast": "http://255.255.255.255/",
    "multicast": "http://224.0.0.1/",
    "carrier": "http://100.64.0.1/",
    "benchmark": "http://198.18.0.1/",
    "reserved": "http://240.0.0.1/",
    "loopback-v6": "http://[::1]/",
    "unspecified-v6": "http://[::]/",
    "mapped": "http://[::ffff:127.0.0.1]/",
    "mapped-hex": "http://[::ffff:7f00:1]/",
    "mapped-public": "http://[::ffff:8.8.8.8]/",
    "compatible": "http://[::127.0.0.1]/",
    "six-to-four": "http://[2002:7f00:1::]/",
    "teredo": "http://[2001:0:7f00:1::1]/",
    "nat64": "http://[64:ff9b::7f00:1]/",
    "nat64-local": "http://[64:ff9b:1::a00:1]/",
    "isatap": "http://[2001:4860::5efe:7f00:1]/",
    "link-local-v6": "http://[fe80::1]/",
    "zone": "http://[fe80::1%25eth0]/",
    "zone-plain": "http://[fe80::1%eth0]/",
    "unique-local": "http://[fd12:3456::1]/",
    "multicast-v6": "http://[ff02::1]/",
    "localhost": "http://localhost/",
    "localhost-dot": "http://localhost./",
    "localhost-under": "http://www.localhost/",
    "localhost-hidden": "http://loc\u00adalhost/",
    "single-label": "http://intranet/",
    "mdns": "http://printer.local/",
    "inside": "http://vault.internal/",
    "home": "http://router.home.arpa/",
    "file": "file:///etc/passwd",
    "ftp": "ftp://192.0.2.1/pub",
    "gopher": "gopher://127.0.0.1:11211/_stats",
    "data": "data:text/html,<script>alert(1)</script>",
    "javascript": "javascript:alert(1)",
    "unix": "unix:///var/run/docker.sock",
    "blob": "blob:https://acme.example/1",
    "ssh-port": "http://acme.example:22/",
    "database-port": "http://acme.example:5432/",
    "high-port": "https://acme.example:8443/",
    "port-zero": "http://acme.example:0/",
    "port-huge": "http://acme.example:99999/",
    "password": "http://admin:hunter2@acme.example/",
    "user-looks-like-host": "http://acme.example@127.0.0.1/",
    "empty-user": "http://@acme.example/",
    "backslash": "http://acme.example\\@127.0.0.1/",
    "backslashes": "\\\\127.0.0.1\\share",
    "tab": "http://127.0.0.1\t.acme.example/",
    "no-host": "http:///etc/passwd",
    "space-in-host": "http://127.0.0.1 .acme.example/",
    "comma-hosts": "http://acme.example,127.0.0.1/",
    "long": "http://acme.example/" + "a" * 5000,
    "own-loop": "/redirect-to/own-loop",
    "robots-inside": "//127.0.0.1/robots.txt",
}  # fmt: skip


async def redirect_to(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    return Answer(status=302, headers={"Location": REDIRECTS[asked.path.rpartition("/")[2]]})


async def redirect_elsewhere(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """To this machine's other port, which the test switch does not admit."""
    return Answer(status=302, headers={"Location": f"{site.elsewhere}/"})


async def two_locations(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 302 Said\r\nLocation: /\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n")


async def loop_a(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    return Answer(status=302, headers={"Location": "/loop/b" if asked.path == "/loop/a" else "/loop/a"})


async def endless_redirects(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    return Answer(status=302, headers={"Location": f"/endless-redirects?n={len(site.asked)}"})


async def drip(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A byte now and then: never idle, never done. /drip/head does it before the headers end."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: " if asked.path.endswith("/head") else HTML + b"\r\n<p>")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(STEP_S)


async def late(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """/late/5: five redirects, each a tenth of a second late."""
    left = int(asked.path.rpartition("/")[2])
    await asyncio.sleep(10 * STEP_S)
    return Answer(status=302, headers={"Location": f"/late/{left - 1}" if left > 1 else "/"})


async def silent(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> None:
    """/silent says nothing at all; /silent/body stops after the headers."""
    if asked.path.endswith("/body"):
        writer.write(HTML + b"Content-Length: 100\r\n\r\n<p>")
    await asyncio.sleep(3600)


async def endless(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> None:
    """/endless/body, /endless/chunks, /endless/headers, /endless/interim, /endless/line: more, for ever."""
    what = asked.path.rpartition("/")[2]
    start, more = {
        "body": (HTML + b"\r\n", b"<p>More.</p>" * 4096),
        "chunks": (HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 4096),
        "headers": (HTML, b"X-More: " + b"a" * 1000 + b"\r\n"),
        "interim": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100),
        "line": (b"HTTP/1.1 200 ", b"O" * 4096),
        "trailers": (HTML + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", b"X-More: " + b"a" * 1000 + b"\r\n"),
        "extension": (HTML + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 4096),
    }[what]
    writer.write(start)
    while True:
        writer.write(more)
        await writer.drain()


async def huge_headers(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """/headers/many: a thousand small ones; /headers/long: one of 60 kB."""
    if asked.path.endswith("/long"):
        return Answer(b"<p>", headers={"X-Long": "a" * 60_000})
    return Answer(b"<p>", headers={f"X-{n}": "a" * 50 for n in range(1000)})


async def fifty_megabytes(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> None:
    """/fifty/declared says so first; /fifty/undeclared does not."""
    declared = b"Content-Length: 50000000\r\n" if asked.path.endswith("/declared") else b""
    writer.write(HTML + declared + b"\r\n")
    for _ in range(1000):
        writer.write(b"<p>a</p>\n" * 5555 + b"     ")
        await writer.drain()


@cache
def bomb(how: str) -> bytes:
    """One compressed megabyte, said over and over: a body within the limits that unpacks to 4 GB (brotli: 256 MB)."""
    if how == "br":
        stream = brotli.Compressor(quality=5)
        return b"".join(stream.process(MEGABYTE) for _ in range(256)) + stream.finish()
    if how == "zstd":
        frame = zstd.ZstdCompressor()
        first, more = (frame.compress(MEGABYTE, frame.FLUSH_BLOCK) for _ in range(2))
        return first + more * BOMB_MEGABYTES
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31 if how == "gzip" else 15)
    first, more = (deflate.compress(MEGABYTE) + deflate.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + more * BOMB_MEGABYTES


def wide_zstd() -> bytes:
    """A frame that asks its reader for a window of 128 MB."""
    frame = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    return frame.compress(b"<p>") + frame.flush()


async def bombs(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    """/bomb/gzip, /bomb/deflate, /bomb/br, /bomb/zstd"""
    how = asked.path.rpartition("/")[2]
    return Answer(await asyncio.to_thread(bomb, how), headers={"Content-Encoding": how})


ENCODINGS = {  # name -> Content-Encoding, body
    "nested": ("gzip, gzip", gzip.compress(gzip.compress(b"<p>"))),
    "mixed": ("br, gzip", gzip.compress(brotli.compress(b"<p>"))),
    "unknown": ("compress", b"\x1f\x9d\x90"),
    "strange": ("<script>alert(1)</script>", b"<p>"),
    "not-gzip": ("gzip", b"<p>plain</p>"),
    "not-br": ("br", b"\xff" * 50),
    "not-zstd": ("zstd", b"<p>plain</p>"),
    "not-deflate": ("deflate", b"\xff\xff\xff\xff\xff"),
    "cut-gzip": ("gzip", gzip.compress(b"<p>a longer text</p>")[:-9]),
    "cut-br": ("br", brotli.compress(b"<p>a longer text</p>")[:-2]),
    "cut-zstd": ("zstd", zstd.compress(b"<p>a longer text</p>")[:-2]),
    "cut-deflate": ("deflate", zlib.compress(b"<p>a longer text</p>")[:-6]),
    "more-gzip": ("gzip", gzip.compress(b"<p>") + b"more"),
    "more-zstd": ("zstd", zstd.compress(b"<p>") + b"more"),
    "wide-zstd": ("zstd", wide_zstd()),
}


async def encodings(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    encoding, body = ENCODINGS[asked.path.rpartition("/")[2]]
    return Answer(body, headers={"Content-Encoding": encoding})


TYPES = {  # name -> Content-Type, body
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "pdf": ("application/pdf", b"%PDF-1.7"),
    "zip": ("application/zip", b"PK\x03\x04"),
    "octets": ("application/octet-stream", b"<p>"),
    "script": ("application/javascript", b"alert(1)"),
    "svg": ("image/svg+xml", b"<svg/>"),
    "none": ("", b"<p>"),
    "nonsense": ("html", b"<p>"),
    "png-as-html": ("text/html", b"\x89PNG\r\n\x1a\n\x00\x00"),
    "pdf-as-text": ("text/plain", b"%PDF-1.7 ..."),
    "zeros-as-html": ("text/html", b"<p>\x00\x00\x00</p>"),
    "gzip-as-html": ("text/html", gzip.compress(b"<p>")),
}


async def types(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    media_type, body = TYPES[asked.path.rpartition("/")[2]]
    return Answer(body, media_type)


CHARSETS = {  # name -> Content-Type, body; all of them are brought, and read further on
    "wrong": ("text/html; charset=latin-1", "<p>naïve</p>".encode()),
    "unknown": ("text/html; charset=x-klingon", b"<p>"),
    "broken-utf8": ("text/html; charset=utf-8", b"<p>\xff\xfe\xc3(\xed\xa0\x80</p>"),
    "utf16": ("text/html; charset=utf-16", "<p>wide</p>".encode("utf-16")),
    "utf16-unsaid": ("text/html", "<p>wide</p>".encode("utf-16")),
    "utf7": ("text/html; charset=utf-7", b"+ADw-script+AD4-"),
    "injected": ('text/html; charset="utf-8\'><script>"', b"<p>"),
    "long": ("text/html; charset=" + "a" * 5000, b"<p>"),
}


async def charsets(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> Answer:
    media_type, body = CHARSETS[asked.path.rpartition("/")[2]]
    return Answer(body, media_type)


BROKEN = {  # name -> everything the server sends before it hangs up
    "nothing": b"",
    "half-head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "short-body": HTML + b"Content-Length: 1000\r\n\r\n<p>",
    "cut-chunk": HTML + b"Transfer-Encoding: chunked\r\n\r\n100\r\n<p>",
    "no-last-chunk": HTML + b"Transfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n",
    "bad-chunk": HTML + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<p>\r\n0\r\n\r\n",
    "negative-length": HTML + b"Content-Length: -1\r\n\r\n<p>",
    "two-lengths": HTML + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n<p>a",
    "unknown-transfer": HTML + b"Transfer-Encoding: gzip\r\n\r\n<p>",
    "not-http": b"SSH-2.0-OpenSSH_9.9\r\n",
    "zero-in-header": b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\n\r\n",
    "status-letters": b"HTTP/1.1 OK OK\r\n\r\n",
    "odd-304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
}


async def broken(site: Site, asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(BROKEN[asked.path.rpartition("/")[2]])
    await writer.drain()


HOSTILE: dict[str, Route] = {
    "/redirect-to/*": redirect_to,
    "/redirect-elsewhere": redirect_elsewhere,
    "/two-locations": two_locations,
    "/loop/a": loop_a,
    "/loop/b": loop_a,
    "/endless-redirects": endless_redirects,
    "/drip": drip,
    "/drip/head": drip,
    "/late/*": late,
    "/silent": silent,
    "/silent/body": silent,
    "/endless/*": endless,
    "/headers/*": huge_headers,
    "/fifty/*": fifty_megabytes,
    "/bomb/*": bombs,
    "/encoding/*": encodings,
    "/type/*": types,
    "/charset/*": charsets,
    "/broken/*": broken,
}
