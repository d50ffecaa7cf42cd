from .app import build_app as build_app
from .deps import Deps as Deps
from .deps import OneTimeLink as OneTimeLink
from .server import bind as bind
from .server import serve as serve
