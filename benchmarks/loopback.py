"""A stand-in provider for measuring clients: one fixed reply a path after a fixed wait, in a process of its own.

It validates nothing (the fakes do that) so that it costs little beside what is measured.
`python benchmarks/loopback.py LATENCY_S < replies.json` (path -> body) prints its port. `GET /window` gives the
seconds from the first request to the last answer since it was last asked.
"""

import asyncio
import json
import sys
import time

HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\ncontent-length: {}\r\n\r\n"
PREFIX = b"content-length:"


class Window:
    """When the first request came and the last answer went, seconds of a monotonic clock."""

    first = last = 0.0

    def take(self) -> float:
        seconds, self.first, self.last = self.last - self.first, 0.0, 0.0
        return seconds


WINDOW = Window()


class Answering(asyncio.Protocol):
    """One connection. Requests come one after another; each is answered `latency_s` after its last byte."""

    def __init__(self, replies: dict[bytes, bytes], latency_s: float) -> None:
        self.replies, self.latency_s = replies, latency_s
        self.buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = transport.write  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            heads = self.buffer[:end].lower().split(b"\r\n")
            length = next((int(h[len(PREFIX) :]) for h in heads if h.startswith(PREFIX)), 0)
            if len(self.buffer) < end + 4 + length:
                return
            path = bytes(self.buffer.split(b" ", 2)[1])
            del self.buffer[: end + 4 + length]
            if path == b"/window":
                seconds = f"{WINDOW.take():.4f}".encode()
                self.write(HEAD.format(len(seconds)).encode() + seconds)
            else:
                WINDOW.first = WINDOW.first or time.perf_counter()
                asyncio.get_running_loop().call_later(self.latency_s, self.answer, path)

    def answer(self, path: bytes) -> None:
        WINDOW.last = time.perf_counter()
        self.write(self.replies[path])


async def serve(given: bytes, latency_s: float) -> None:
    bodies = {path.encode(): body.encode() for path, body in json.loads(given).items()}
    replies = {path: HEAD.format(len(body)).encode() + body for path, body in bodies.items()}
    server = await asyncio.get_running_loop().create_server(
        lambda: Answering(replies, latency_s), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(sys.stdin.buffer.read(), float(sys.argv[1])))
