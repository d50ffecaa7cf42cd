"""A batch on its way out: checked and written to a temporary file, so that 200 MB are never held in memory."""

import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import IO

from panel.jurors.batch_api.protocol import CUSTOM_ID, BatchRequest

CHUNK_BYTES = 256 * 1024


def as_json(value: object) -> bytes:
    """As an ordinary call writes its body. Raises ValueError for what JSON or UTF-8 can't carry."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True)
class Shape:
    """How a provider wants its requests written, and how much of it at once."""

    line: Callable[[BatchRequest], dict[str, object]]
    most_requests: int
    most_bytes: int
    opening: bytes = b""
    between: bytes = b"\n"
    closing: bytes = b""

    def encode(self, request: BatchRequest) -> bytes:
        return as_json(self.line(request))


@dataclass(frozen=True)
class Spooled:
    """A checked batch, ready to send. Close it: the file goes with it."""

    file: IO[bytes]
    size: int  # bytes
    requests: int

    async def chunks(self) -> AsyncIterator[bytes]:
        self.file.seek(0)
        while chunk := self.file.read(CHUNK_BYTES):
            yield chunk


def spool(requests: Iterable[BatchRequest], shape: Shape) -> Spooled:
    """Write them in this shape. Blocks: call it in a thread.

    Raises ValueError as `BatchApi.submit` says; nothing has been sent then, and the file is gone.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  handed on; closed here when a check fails
    try:
        return Spooled(file, *_write(requests, shape, file))
    except BaseException:
        file.close()
        raise


def _write(requests: Iterable[BatchRequest], shape: Shape, file: IO[bytes]) -> tuple[int, int]:
    """Bytes and requests written."""
    seen: set[str] = set()
    size = file.write(shape.opening)
    for request in requests:
        _check_id(request.custom_id, seen)
        size += file.write((shape.between if seen else b"") + shape.encode(request))
        seen.add(request.custom_id)
        if len(seen) > shape.most_requests:
            raise ValueError(f"more than {shape.most_requests} requests in one batch")
        if size + len(shape.closing) > shape.most_bytes:
            raise ValueError(f"more than {shape.most_bytes} bytes in one batch, at request {len(seen)}")
    if not seen:
        raise ValueError("a batch without requests")
    size += file.write(shape.closing)
    file.flush()
    return size, len(seen)


def _check_id(custom_id: str, seen: set[str]) -> None:
    if not CUSTOM_ID.fullmatch(custom_id):
        raise ValueError(f"no custom id: {custom_id!r}; 1 to 64 of A-Z, a-z, 0-9, _ and -")
    if custom_id in seen:
        raise ValueError(f"custom id {custom_id!r} is in the batch twice")
