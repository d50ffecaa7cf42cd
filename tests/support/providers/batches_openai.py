"""OpenAI's files and batches, built and checked with its SDK's own types."""

import json
from typing import Any

from aiohttp import web
from tests.support.providers.batches import BY_PATH, Batches, Row, Sent, in_lines
from tests.support.providers.batches_http import download, drop, guarded, invalid, raw_refusal
from tests.support.providers.types_of import problems

DAY_S = 24 * 3600
LINE_KEYS = {"custom_id", "method", "url", "body"}
MOST_REQUESTS, MOST_BYTES = 50_000, 200_000_000
WHOLE = {
    "invalid": {"code": "mismatched_model", "message": "This file has requests for several models.", "line": 2, "param": "body.model"},
    "queue_full": {"code": "token_limit_exceeded", "message": "Enqueued token limit reached. Please try again once some in_progress batches have been completed.", "line": None, "param": None},
    "no_credit": {"code": "billing_hard_limit_reached", "message": "Billing hard limit has been reached.", "line": None, "param": None},
}  # fmt: skip


class OpenAIRoutes:
    """`/v1/files` and `/v1/batches`."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches

    def add_to(self, app: web.Application) -> None:
        add = app.router.add_route
        for method, path, handler in (
            ("POST", "/v1/files", self.upload),
            ("GET", "/v1/files/{file_id}/content", self.content),
            ("POST", "/v1/batches", self.create),
            ("GET", "/v1/batches", self.list),
            ("GET", "/v1/batches/{batch_id}", self.retrieve),
            ("POST", "/v1/batches/{batch_id}/cancel", self.cancel),
        ):
            add(method, path, guarded(self.batches, handler))

    async def upload(self, request: web.Request) -> web.StreamResponse:
        purpose, content, name = "", b"", ""
        async for part in await request.multipart():
            if getattr(part, "name", "") == "file":
                content, name = bytes(await part.read()), part.filename or ""  # type: ignore[union-attr]
            elif getattr(part, "name", "") == "purpose":
                purpose = (await part.read()).decode()  # type: ignore[union-attr]
        if purpose != "batch" or not name.endswith(".jsonl") or len(content) > MOST_BYTES:
            raise invalid("A batch wants a .jsonl file of at most 200 MB with purpose batch.")
        file_id = f"file-{len(self.batches.files) + 1}"
        self.batches.files[file_id] = content
        self.batches.fake.stats.uploads += 1
        if self.batches.next_fate().lost == "upload":
            self.batches.used_fate()
            return drop(request)
        return web.json_response(_file(file_id, len(content), name))

    async def create(self, request: web.Request) -> web.StreamResponse:
        from openai.types import BatchCreateParams

        body = await request.json()
        if wrong := problems(body, BatchCreateParams):
            raise invalid("; ".join(wrong[:3]))
        content = self.batches.files.get(body["input_file_id"])
        if content is None:
            raise invalid(f"No such file: {body['input_file_id']}")
        fate = self.batches.used_fate()
        requests, errors = _read(content, body["endpoint"])
        if fate.whole:
            errors = [WHOLE[fate.whole]]
        sent = self.batches.start(
            Sent(
                batch_id=f"batch_{len(self.batches.sent) + 1}",
                dialect=BY_PATH[body["endpoint"]],
                requests=[] if errors else requests,
                fate=fate,
                total=0 if errors else len(requests),
                metadata=body.get("metadata"),
                input_file_id=body["input_file_id"],
                errors=errors,
            )
        )
        if fate.lost == "create":
            return drop(request)
        if fate.lost == "create_500":
            raise raw_refusal("down")
        return web.json_response(_batch(sent))

    async def list(self, request: web.Request) -> web.StreamResponse:
        shown = self.batches.listed()
        after, limit = request.query.get("after"), int(request.query.get("limit", 20))
        if not 1 <= limit <= 100:
            raise invalid("limit is between 1 and 100")
        start = next((i + 1 for i, sent in enumerate(shown) if sent.batch_id == after), 0)
        page = shown[start : start + limit]
        return web.json_response(
            {
                "object": "list",
                "data": [_batch(sent) for sent in page],
                "first_id": page[0].batch_id if page else None,
                "last_id": page[-1].batch_id if page else None,
                "has_more": start + limit < len(shown),
            }
        )

    async def retrieve(self, request: web.Request) -> web.StreamResponse:
        sent = self._sent(request)
        sent.look()
        return web.json_response(_batch(sent))

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        sent = self._sent(request)
        if sent.state == "ended":
            raise invalid(f"Cannot cancel a batch with status '{_status(sent)}'.", 409)
        self.batches.cancel(sent)
        return web.json_response(_batch(sent))

    async def content(self, request: web.Request) -> web.StreamResponse:
        kind, _, batch_id = request.match_info["file_id"].partition("-of-")
        sent = self.batches.sent.get(batch_id)
        if sent is None or sent.state != "ended" or sent.fate.archived:
            raise invalid("No such File object", 404)
        rows = [row for row in sent.all_rows() if (row.outcome == "succeeded") == (kind == "output")]
        return await download(request, sent, rows, in_lines([_line(row) for row in rows], torn=sent.fate.torn))

    def _sent(self, request: web.Request) -> Sent:
        sent = self.batches.sent.get(request.match_info["batch_id"])
        if sent is None or sent.dialect.provider != "openai":
            raise invalid("No such batch", 404)
        return sent


def _read(content: bytes, endpoint: str) -> tuple[list[tuple[str, bytes]], list[dict[str, Any]]]:
    """The requests of an input file, and what is wrong with it by line."""
    requests: list[tuple[str, bytes]] = []
    errors: list[dict[str, Any]] = []
    ids, models = set[str](), set[str]()
    for number, text in enumerate(content.splitlines(), 1):
        line = json.loads(text)
        custom_id = str(line.get("custom_id"))
        wrong = set(line) != LINE_KEYS or line["method"] != "POST" or line["url"] != endpoint
        wrong = wrong or custom_id in ids or not 1 <= len(custom_id) <= 64
        if wrong:
            errors.append({"code": "invalid_line", "message": "This line is not valid.", "line": number, "param": None})
            continue
        ids.add(custom_id)
        models.add(str(line["body"].get("model")))
        raw = json.dumps(line["body"], ensure_ascii=False, separators=(",", ":")).encode()
        requests.append((custom_id, raw))
    if len(models) > 1 or len(requests) > MOST_REQUESTS:
        errors.append(WHOLE["invalid"])
    return requests, errors


def _status(sent: Sent) -> str:
    if sent.state == "working":
        return "validating" if sent.looks < 2 else "in_progress"
    if sent.state == "cancelling":
        return "cancelling"
    if sent.errors:
        return "failed"
    return "cancelled" if sent.cancelled_at else "expired" if sent.requests else "completed"


def _batch(sent: Sent) -> dict[str, Any]:
    from openai.types import Batch

    counts, ended, at = sent.counts(), sent.state == "ended" and not sent.errors, int(sent.created_at)
    failed = counts["errored"] + counts["expired"] + counts["cancelled"]
    made = Batch.model_validate(
        {
            "id": sent.batch_id,
            "object": "batch",
            "endpoint": sent.dialect.path,
            "completion_window": "24h",
            "created_at": at,
            "expires_at": at + DAY_S,
            "input_file_id": sent.input_file_id,
            "status": _status(sent),
            "metadata": sent.metadata,
            "errors": {"object": "list", "data": sent.errors} if sent.errors and sent.state == "ended" else None,
            "output_file_id": f"output-of-{sent.batch_id}" if ended and counts["succeeded"] else None,
            "error_file_id": f"error-of-{sent.batch_id}" if ended and failed else None,
            "request_counts": {"total": sent.total, "completed": counts["succeeded"], "failed": counts["errored"]},
        },
        strict=True,
    )
    return made.model_dump(mode="json")


def _file(file_id: str, size: int, name: str) -> dict[str, Any]:
    from openai.types import FileObject

    made = FileObject.model_validate(
        {
            "id": file_id,
            "object": "file",
            "bytes": size,
            "created_at": 0,
            "filename": name,
            "purpose": "batch",
            "status": "processed",
        },
        strict=True,
    )
    return made.model_dump(mode="json")


def _line(row: Row) -> dict[str, Any]:
    """A line of an output or error file. The SDK has no type for it; the shape is that of OpenAI's batch guide."""
    line: dict[str, Any] = {
        "id": f"batch_req_{row.custom_id}",
        "custom_id": row.custom_id,
        "response": None,
        "error": None,
    }
    if row.outcome in ("expired", "cancelled"):
        message = "This request could not be executed before the completion window expired."
        return {**line, "error": {"code": f"batch_{row.outcome}", "message": message}}
    body = row.reply if row.outcome == "succeeded" else {"error": row.reply}
    return {**line, "response": {"status_code": row.status, "request_id": f"req_{row.custom_id}", "body": body}}
