"""The desk on a socket: bound by us, so that a port in use is a sentence and the link names the port we got."""

import contextlib
import logging
import socket

import uvicorn
from starlette.types import ASGIApp

from panel.errors import Mistake

PATIENCE_S = 3  # for requests in flight when it is told to stop


def bind_socket(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises Mistake when the address can't be had.

    It listens at once: whoever opens the link before the server runs waits a moment instead of failing.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
    except OSError as err:
        sock.close()
        why = (err.strerror or str(err)).lower()
        raise Mistake(f"Port {port} on {host!r} can't be had: {why}.", hint="Choose another: --port 0.") from err
    return sock


def serve(app: ASGIApp, sock: socket.socket, *, proxies: tuple[str, ...] = ()) -> None:
    """Serve until Ctrl-C or SIGTERM; requests in flight are finished first.

    proxies: addresses whose X-Forwarded-For is believed; none: nobody's.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws="none", lifespan="off", server_header=False,
        proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies), timeout_graceful_shutdown=PATIENCE_S,
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises the signal again once it has closed
        uvicorn.Server(config).run(sockets=[sock])
