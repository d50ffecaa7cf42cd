"""How long a request may take. Time passes in a loop's head only."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from tests.support.answers import ANSWER, question, raw, spec
from tests.support.clock import in_virtual_time

from panel.errors import ProviderBusy
from panel.jurors.dialects import open_provider
from panel.jurors.providers.transport import Client

apis = pytest.mark.parametrize("api", ["responses", "chat", "messages"])


class SlowSdk:
    """An SDK's client whose server writes 40 tokens a second, and uses all the room it is given."""

    def __init__(self, api: str) -> None:
        self.reply, self.read_timeouts = raw(api, json.dumps(ANSWER)).encode(), list[float]()

    async def post(self, path: str, *, content: bytes, options: dict[str, Any], **_: Any) -> httpx2.Response:
        body = json.loads(content)
        self.read_timeouts.append(options["timeout"].read)
        await asyncio.sleep(
            (body.get("max_output_tokens") or body.get("max_completion_tokens") or body["max_tokens"]) / 40
        )
        return httpx2.Response(200, content=self.reply, headers={"content-type": "application/json"})


def asked_of(api: str, sdk: SlowSdk, room: int, **changes: Any) -> str:
    async def ask() -> str:
        provider: Any = open_provider(spec(api, **changes))
        provider._client = Client(sdk, httpx2.Response, httpx2.Timeout)
        body = provider.more_room_body(provider.first_body(question()), max_output_tokens=room)
        reply = await provider.send(body)
        return str(provider.read(reply.text).ending)

    return in_virtual_time(ask())


@apis
@pytest.mark.parametrize("room", [1000, 4000, 8000, 16_000])
def test_a_slow_answer_is_waited_for_whatever_room_it_has(api: str, room: int) -> None:
    """Each needs more than the 120 s of the first try, but for the two first."""
    sdk = SlowSdk(api)
    assert asked_of(api, sdk, room) == "complete"
    assert sdk.read_timeouts == [max(120.0, 120.0 * room / 4000)], "the transport's own timeout would end it"


@apis
def test_a_request_is_given_up_after_its_time_and_may_be_paid(api: str) -> None:
    with pytest.raises(ProviderBusy, match="did not answer within 100 s") as caught:
        asked_of(api, SlowSdk(api), 8000, timeout_s=50.0)
    assert caught.value.maybe_paid
