"""Bodies decompressed by hand, in bounded pieces.

A client's own decoder gives the whole output of each piece it was sent: 64 kB of brotli can be 40 GB. Here every call
asks for at most PIECE bytes, and the caller stops at its cap.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

NONSENSE = "its bytes make no sense"
PIECE = 64 * 1024
ZSTD_WINDOW_LOG = 23  # 8 MB, the most RFC 9659 lets a web server ask for


class Broken(Exception):
    """The compressed bytes are damaged, cut short, or followed by others."""


class Inflater(Protocol):
    """Bytes as sent in, plain bytes out, never more than about PIECE at a time."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Best given at most about PIECE: zlib copies what it has not yet read for each piece it gives."""

    def finish(self) -> None:
        """Raises Broken when the stream has not ended."""


class Identity:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        return


class Zlib:
    """gzip and deflate. Deflate comes with or without its wrapper; the first two bytes tell."""

    def __init__(self, wbits: int | None) -> None:
        self._wbits = wbits  # None: deflate, to be told by its first bytes
        self._start = b""
        self._stream = None if wbits is None else zlib.decompressobj(wbits)

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._start += data
            if len(self._start) < 2:
                return
            data, self._start = self._start, b""
            self._stream = zlib.decompressobj(_deflate_wbits(data))
        try:
            piece = b""
            while data or len(piece) == PIECE:  # a full piece: zlib may hold more that it was not asked for
                if self._stream.eof and data:
                    raise Broken("more bytes follow the end")
                piece = self._stream.decompress(data, PIECE)
                yield piece
                data = self._stream.unconsumed_tail or self._stream.unused_data
        except zlib.error as err:
            raise Broken(NONSENSE) from err

    def finish(self) -> None:
        if self._stream is None or not self._stream.eof:
            raise Broken("cut short")


class Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._stream.process(data, output_buffer_limit=PIECE)
            while piece or not self._stream.can_accept_more_data():
                yield piece
                piece = self._stream.process(b"", output_buffer_limit=PIECE)
        except brotli.error as err:
            raise Broken(NONSENSE) from err

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise Broken("cut short")


class Zstd:
    def __init__(self) -> None:
        self._stream = ZstdDecompressor(options={DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            if self._stream.eof:
                raise Broken("more bytes follow the end")
            yield self._stream.decompress(data, PIECE)
            while not self._stream.needs_input and not self._stream.eof:
                yield self._stream.decompress(b"", PIECE)
            if self._stream.unused_data:
                raise Broken("more bytes follow the end")
        except ZstdError as err:
            raise Broken(NONSENSE) from err

    def finish(self) -> None:
        if not self._stream.eof:
            raise Broken("cut short")


INFLATERS: dict[str, Callable[[], Inflater]] = {
    "": Identity,
    "identity": Identity,
    "gzip": lambda: Zlib(zlib.MAX_WBITS | 16),
    "x-gzip": lambda: Zlib(zlib.MAX_WBITS | 16),
    "deflate": lambda: Zlib(None),
    "br": Brotli,
    "zstd": Zstd,
}
ACCEPTED = "gzip, deflate, br, zstd"


def _deflate_wbits(start: bytes) -> int:
    """With the zlib wrapper (RFC 1950: method 8, and a checksum over both bytes) or without."""
    wrapped = start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
