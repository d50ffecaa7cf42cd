from .app import build_app as build_app
from .deps import Deps as Deps, OneTimeLink as OneTimeLink
from .server import bind_socket as bind_socket, serve as serve
