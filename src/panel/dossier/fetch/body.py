"""A reply's body, through the caps: type, bytes as sent, bytes inflated."""

import re
from contextlib import aclosing

from panel.dossier.fetch.decompress import INFLATERS, Broken, Inflater
from panel.dossier.fetch.fetch_errors import FetchRefused, Unreachable
from panel.dossier.fetch.http_request import HttpReply, too_long
from panel.dossier.fetch.policy import FetchPolicy

MOST_CHUNKS = 50_000  # each costs about 11 microseconds to read, whatever its size: half a second in all
TYPE = re.compile(r"([a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80})\s*(?:;|$)")
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([a-z0-9_.:-]{1,40})", re.IGNORECASE)
_TEXT = "xhtml+xml xml json ld+json toml yaml x-yaml markdown"
_FEED = "rss+xml atom+xml rdf+xml feed+json csv x-ndjson ndjson jsonl x-jsonlines octet-stream vnd.ms-excel"
TEXT_TYPES = frozenset(f"application/{kind}" for kind in _TEXT.split())
FEED_TYPES = frozenset(f"application/{kind}" for kind in _FEED.split())  # besides, and only where a feed was asked for
BINARY_STARTS = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"\x7fELF", b"\x00asm")
WIDE_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # UTF-16 and UTF-32: zero bytes are text there
WIDE = re.compile(r"(utf|ucs)[-_]?(16|32|2|4)", re.IGNORECASE)


def media_type(reply: HttpReply) -> str:
    """`text/html`, lower case, without parameters; "" when there is none or several."""
    found = TYPE.match(reply.one("content-type").lower())
    return found[1] if found else ""


def charset(reply: HttpReply) -> str:
    """As the header names it, lower case; "" when it does not."""
    found = CHARSET.search(reply.one("content-type"))
    return found[1].lower() if found else ""


def refuse_type(reply: HttpReply, *, as_feed: bool = False) -> None:
    """Raises Refused for anything but text: we have no use for it, and its parsers are where the holes are.

    as_feed: feeds and tables are read, too.
    """
    kind = media_type(reply)
    if not kind:
        raise FetchRefused(reply.target.url, "it does not say what type it is", rule="media_type")
    if not kind.startswith("text/") and kind not in (TEXT_TYPES | FEED_TYPES if as_feed else TEXT_TYPES):
        raise FetchRefused(reply.target.url, f"it is {kind}, and only text is read", rule="media_type")


async def read_body(reply: HttpReply, rules: FetchPolicy) -> bytes:
    """The whole body, decompressed. Raises Refused over a cap, Unreachable when it is damaged."""
    declared = reply.one("content-length")
    if declared.isdigit() and (len(declared) > 15 or int(declared) > rules.most_bytes):
        raise too_long(reply.target, rules)
    inflater, sent, crumbs, body = _inflater(reply), 0, 0, bytearray()
    try:
        async with aclosing(reply.chunks()) as chunks:
            async for chunk in chunks:
                sent, crumbs = sent + len(chunk), crumbs + 1
                if sent > rules.most_bytes:
                    raise too_long(reply.target, rules)
                if crumbs > MOST_CHUNKS:
                    why = f"it sends more than {MOST_CHUNKS:,} tiny pieces"
                    raise FetchRefused(reply.target.url, why, rule="bytes")
                _inflate(reply, inflater, chunk, body, rules)
        if sent:
            inflater.finish()
    except Broken as err:
        raise Unreachable(reply.target.url, f"its compressed text is damaged ({err})") from err
    return bytes(body)


def _inflate(reply: HttpReply, inflater: Inflater, chunk: bytes, body: bytearray, rules: FetchPolicy) -> None:
    for piece in inflater.feed(chunk):
        body += piece
        if len(body) > rules.most_inflated:
            why = f"it unpacks to more than {rules.most_inflated:,} bytes"
            raise FetchRefused(reply.target.url, why, rule="inflated")


async def read_start(reply: HttpReply, most: int) -> bytes:
    """The first `most` bytes of a body, decompressed; the rest is never read. For robots.txt."""
    inflater, body = _inflater(reply), bytearray()
    try:
        async with aclosing(reply.chunks()) as chunks:
            async for chunk in chunks:
                for piece in inflater.feed(chunk):
                    body += piece
                    if len(body) >= most:
                        return bytes(body[:most])
    except Broken as err:
        raise Unreachable(reply.target.url, f"its compressed text is damaged ({err})") from err
    return bytes(body)


def refuse_binary(reply: HttpReply, body: bytes) -> None:
    """Raises Refused for bytes that call themselves text and are none."""
    wide = body.startswith(WIDE_STARTS) or WIDE.match(charset(reply))
    if body.startswith(BINARY_STARTS) or (not wide and b"\x00" in body[:1024]):
        raise FetchRefused(reply.target.url, f"it calls itself {media_type(reply)} but is not text", rule="media_type")


def _inflater(reply: HttpReply) -> Inflater:
    encoding = ",".join(reply.all("content-encoding")).lower()
    if "," in encoding:
        raise FetchRefused(reply.target.url, "it is compressed more than once", rule="encoding")
    make = INFLATERS.get(encoding)
    if make is None:
        raise FetchRefused(reply.target.url, f"its compression {encoding[:40]!a} is unknown", rule="encoding")
    return make()
