"""The desk as one ASGI application: routers within, errors to pages, the guard around all of it."""

from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from panel.version import __version__
from panel.web.access import roles_of
from panel.web.deps import Deps
from panel.web.error_pages import RESPONSES, ErrorBody, handle_errors
from panel.web.guard import Guard
from panel.web.routes import ROUTERS

MOST_BODY_BYTES = 1_000_000  # a whole draft is some 30 kB


class DeskApp(FastAPI):
    """FastAPI with the guard outside of everything, so that a 500 and a 413 carry its headers, too."""

    def build_middleware_stack(self) -> ASGIApp:
        deps: Deps = self.state.deps
        return Guard(super().build_middleware_stack(), origin=deps.origin, hosts=deps.hosts)

    def openapi(self) -> dict[str, Any]:
        """With the shape of errors, which no route names as its own."""
        if not self.openapi_schema:
            schema = super().openapi()
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            problem = ErrorBody.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs") | {"Problem": problem}
        return self.openapi_schema or {}


def build_app(deps: Deps, routers: tuple[APIRouter, ...] = ROUTERS) -> DeskApp:
    """The application. Raises TypeError for a route that does not say which role it needs."""
    app = DeskApp(
        title="panel desk", version=__version__, openapi_url=None, docs_url=None, redoc_url=None,
        redirect_slashes=False, max_body_size=MOST_BODY_BYTES, responses=RESPONSES,
    )  # fmt: skip
    app.state.deps = deps
    for router in routers:
        app.include_router(router)
    handle_errors(app)
    app.state.paths = frozenset(route.path for route in roles_of(app))
    return app
