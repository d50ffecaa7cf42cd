"""What the app serves of itself: its style and scripts to everybody, its OpenAPI description to admins."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from panel.errors import NotFound
from panel.web.access import AsAdmin, anybody
from panel.web.respond import TYPES, assets

router = APIRouter(include_in_schema=False)
A_YEAR = "public, max-age=31536000, immutable"


@router.get("/static/{generation}/{name}", dependencies=[anybody])
async def static(generation: str, name: str) -> Response:
    ours = assets()
    if generation != ours.generation or name not in ours.contents:
        raise NotFound("There is no such file.", hint="Reload the page.")
    kind = TYPES[name[name.rfind(".") :]]
    return Response(ours.contents[name], media_type=kind, headers={"cache-control": A_YEAR})


@router.get("/openapi.json")
async def openapi(request: Request, me: AsAdmin) -> JSONResponse:
    return JSONResponse(request.app.openapi())
