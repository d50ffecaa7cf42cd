"""Anthropic's Message Batches, built and checked with its SDK's own types."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from tests.support.providers.batches import BY_PATH, Batches, Row, Sent, in_lines
from tests.support.providers.batches_http import Refused, download, drop, guarded, invalid, raw_refusal

PATH = "/v1/messages/batches"
CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
MOST_REQUESTS, MOST_BYTES = 100_000, 256_000_000
OUTCOMES = {"cancelled": "canceled"}
WHOLE = {"invalid": "unprocessable", "queue_full": "busy_bare", "no_credit": "no_credit"}
ERRORS = {"insufficient_quota": "rate_limit_error"}  # OpenAI's words for which Anthropic has its own


class AnthropicRoutes:
    """`/v1/messages/batches`."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches

    def add_to(self, app: web.Application) -> None:
        add = app.router.add_route
        for method, path, handler in (
            ("POST", PATH, self.create),
            ("GET", PATH, self.list),
            ("GET", PATH + "/{batch_id}", self.retrieve),
            ("POST", PATH + "/{batch_id}/cancel", self.cancel),
            ("GET", PATH + "/{batch_id}/results", self.results),
        ):
            add(method, path, guarded(self.batches, handler))

    async def create(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        if len(raw) > MOST_BYTES:
            raise Refused(413, {"type": "request_too_large", "message": "Request too large"})
        fate = self.batches.used_fate()
        requests = _read(json.loads(raw))
        if fate.whole:
            raise raw_refusal(WHOLE[fate.whole])
        sent = self.batches.start(
            Sent(
                batch_id=f"msgbatch_{len(self.batches.sent) + 1}",
                dialect=BY_PATH["/v1/messages"],
                requests=requests,
                fate=fate,
                total=len(requests),
            )
        )
        if fate.lost == "create":
            return drop(request)
        if fate.lost == "create_500":
            raise raw_refusal("down")
        return web.json_response(self._batch(sent))

    async def list(self, request: web.Request) -> web.StreamResponse:
        shown = self.batches.listed()
        after, limit = request.query.get("after_id"), int(request.query.get("limit", 20))
        start = next((i + 1 for i, sent in enumerate(shown) if sent.batch_id == after), 0)
        page = shown[start : start + limit]
        return web.json_response(
            {
                "data": [self._batch(sent) for sent in page],
                "first_id": page[0].batch_id if page else None,
                "last_id": page[-1].batch_id if page else None,
                "has_more": start + limit < len(shown),
            }
        )

    async def retrieve(self, request: web.Request) -> web.StreamResponse:
        sent = self._sent(request)
        sent.look()
        return web.json_response(self._batch(sent))

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        sent = self._sent(request)
        if sent.state == "ended":
            raise invalid("This batch has ended.")
        self.batches.cancel(sent)
        return web.json_response(self._batch(sent))

    async def results(self, request: web.Request) -> web.StreamResponse:
        sent = self._sent(request)
        if sent.state != "ended" or sent.fate.archived:
            raise invalid("No results", 404)
        rows = sent.all_rows()
        checked = self.batches.fake.validate > 0
        return await download(
            request, sent, rows, in_lines([_line(row, checked=checked) for row in rows], torn=sent.fate.torn)
        )

    def _sent(self, request: web.Request) -> Sent:
        sent = self.batches.sent.get(request.match_info["batch_id"])
        if sent is None or sent.dialect.provider != "anthropic":
            raise invalid("No such batch", 404)
        return sent

    def _batch(self, sent: Sent) -> dict[str, Any]:
        from anthropic.types.messages import MessageBatch

        made_at, ended = datetime.fromtimestamp(sent.created_at, UTC), sent.state == "ended"
        counts = sent.counts()
        if not ended:  # counted as processing until the whole batch has ended
            counts = {**dict.fromkeys(counts, 0), "processing": sent.total}
        counts["canceled"] = counts.pop("cancelled")
        cancelled_at = datetime.fromtimestamp(sent.cancelled_at, UTC) if sent.cancelled_at else None
        made = MessageBatch.model_validate(
            {
                "id": sent.batch_id,
                "type": "message_batch",
                "created_at": made_at,
                "expires_at": made_at + timedelta(hours=24),
                "ended_at": datetime.now(UTC) if ended else None,
                "archived_at": datetime.now(UTC) if ended and sent.fate.archived else None,
                "cancel_initiated_at": cancelled_at,
                "processing_status": {"working": "in_progress", "cancelling": "canceling"}.get(sent.state, "ended"),
                "request_counts": counts,
                "results_url": f"{self.batches.fake.address}{PATH}/{sent.batch_id}/results" if ended else None,
            },
            strict=True,
        )
        return made.model_dump(mode="json")


def _read(body: dict[str, Any]) -> list[tuple[str, bytes]]:
    if set(body) != {"requests"} or not 1 <= len(body["requests"]) <= MOST_REQUESTS:
        raise invalid("requests: 1 to 100,000 of them and nothing else")
    made: list[tuple[str, bytes]] = []
    seen: set[str] = set()
    for request in body["requests"]:
        custom_id = request.get("custom_id")
        if set(request) != {"custom_id", "params"} or not CUSTOM_ID.fullmatch(str(custom_id)) or custom_id in seen:
            raise invalid(f"requests: custom_id {custom_id!r} is missing, malformed or there twice")
        seen.add(custom_id)
        made.append((custom_id, json.dumps(request["params"], ensure_ascii=False, separators=(",", ":")).encode()))
    return made


def _line(row: Row, *, checked: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"type": OUTCOMES.get(row.outcome, row.outcome)}
    if row.outcome == "succeeded":
        result["message"] = row.reply
    if row.outcome == "errored":
        kind = ERRORS.get(str(row.reply["type"]), row.reply["type"])
        error = {"type": kind, "message": row.reply["message"]}
        result["error"] = {"type": "error", "error": error, "request_id": f"req_{row.custom_id}"}
    line = {"custom_id": row.custom_id, "result": result}
    if not checked:
        return line
    from anthropic.types.messages import MessageBatchIndividualResponse

    whole: dict[str, Any] = MessageBatchIndividualResponse.model_validate(line, strict=True).model_dump(mode="json")
    return whole
