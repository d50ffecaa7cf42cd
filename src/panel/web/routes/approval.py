"""The record of an approval, as one download: JSON to be checked, or Markdown to be read."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from panel.desk import approval_as_markdown, read_approval_file
from panel.errors import NotFound
from panel.web.access import AsWriter
from panel.web.deps import DraftId, Given

router = APIRouter(prefix="/drafts")
SHAPES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": {"type": "object"}}, "text/markdown": {"schema": {"type": "string"}}}
    }
}


@router.get("/{draft_id}/approval-file", response_class=Response, responses=SHAPES)
def approval_file(
    deps: Given,
    me: AsWriter,
    draft_id: DraftId,
    as_: Annotated[Literal["json", "markdown"], Query(alias="as")] = "json",
) -> Response:
    """The file of the newest approval. 404 for a draft nobody ever approved."""
    if not deps.desk.history(me, draft_id).approvals:
        raise NotFound("Nobody has approved this draft.", hint="There is a file once somebody signs it.")
    found = read_approval_file(deps.desk, me, draft_id)
    name = f"approval-{draft_id}-{found['approval_id']}"
    if as_ == "markdown":
        return _download(approval_as_markdown(found), "text/markdown; charset=utf-8", f"{name}.md")
    return _download(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "application/json", f"{name}.json")


def _download(text: str, kind: str, name: str) -> Response:
    return Response(text.encode(), media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
