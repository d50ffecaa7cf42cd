"""One HTTP request through an official SDK, as leanly as the SDK allows.

The SDKs' typed methods transform every request and parse every reply into models we don't use; their documented
low-level `client.post(..., content=..., cast_to=Response)` does neither and keeps their addressing, authentication and
errors. Measured on a 25 KB body, openai 3.54, 20 in flight: 4.0 ms of CPU a call for `.parse`, 2.1 for
`with_raw_response`, 1.2 for this. `max_retries` is 0 and timeouts are ours: retries have one owner, `retry.py`.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from panel.errors import Mistake, PanelError, ProviderBusy, ProviderRefused
from panel.jurors.provider import Body, ModelSpec, RawReply, is_loopback
from panel.jurors.providers.error_mapping import (
    KEY_VARIABLES,
    limits_of,
    model_address,
    of_error_object,
    plain,
    translate_error,
)

CONNECT_TIMEOUT_S = 10.0
READ_BY_CLIENTS = ("HTTP_PROXY", "HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
ROOM_TOKENS = 4000  # that `timeout_s` is for: 120 s for these is 33 tokens a second, and models run at 40 to 200
ROOM_FIELDS = ("max_tokens", "max_completion_tokens", "max_output_tokens")  # each dialect has one
REQUEST_ID_HEADERS = ("x-request-id", "request-id")


@dataclass(frozen=True)
class Client:
    """An SDK's asynchronous client and the transport's response class."""

    sdk: Any  # AsyncOpenAI or AsyncAnthropic: their `post` and `close` have one shape
    response: type[Any]
    timeout: type[Any]


def make_client(spec: ModelSpec) -> Client:
    """An SDK's client for this spec, which sends what the spec holds and nothing that the SDK finds in the environment.

    Both SDKs put headers of `..._CUSTOM_HEADERS` on every request, OpenAI's an organisation and a project too, whatever
    address is asked, and Anthropic's may hand requests to OpenTelemetry. `docs/settings.md` lists what acts.

    Its transport is aiohttp, which both SDKs document for many calls at once. Their default looks through all its
    connections at every request: at 100 in flight that and its parser cost 2.8 ms of CPU a call against 1.3. Without
    aiohttp installed the default serves. A proxy named in the environment does not lead to this machine, so none is
    asked for a loopback address.
    """
    import httpx2

    anthropics = spec.api == "messages"
    sdk = import_module("anthropic" if anthropics else "openai")
    timeout = httpx2.Timeout(spec.timeout_s, connect=CONNECT_TIMEOUT_S)
    transport = sdk.DefaultAioHttpClient if find_spec("aiohttp") else sdk.DefaultAsyncHttpxClient
    # A redirect would take a question, and maybe its key, to an address nobody named.
    here = is_loopback(spec.base_url)
    trusted = httpx2.create_ssl_context(trust_env=not here or spec.base_url.startswith("https:"))
    http = transport(trust_env=not here, verify=trusted, timeout=timeout, follow_redirects=False)
    common = {"base_url": model_address(spec), "max_retries": 0, "timeout": timeout, "http_client": http}
    key = spec.api_key or "none"
    if anthropics:
        made = sdk.AsyncAnthropic(api_key=key, open_telemetry=False, **common)
    else:
        made = sdk.AsyncOpenAI(api_key=key, **common)
        made.organization = made.project = made.admin_api_key = None
    made._custom_headers = {}  # there is no public way; a test holds what arrives at a server against what should
    return Client(made, httpx2.Response, httpx2.Timeout)


def _room_field(body: Body) -> str:
    return next(name for name in ROOM_FIELDS if name in body)


def _room(body: Body) -> int:
    return int(body[_room_field(body)])


class Transport:
    """Sends bodies for one model. The SDK is imported at the first send: replaying a ledger needs none."""

    def __init__(self, spec: ModelSpec) -> None:
        """Raises Mistake for a key that no HTTP header can carry."""
        if not (spec.api_key.isascii() and spec.api_key.isprintable()) or spec.api_key != spec.api_key.strip():
            variable = KEY_VARIABLES.get(spec.provider, "The key")
            raise Mistake(f"{variable} holds a blank, a line end or a letter no key has.", hint="Paste the key again.")
        self.spec = spec
        self._client: Client | None = None
        self._making = asyncio.Lock()

    async def post(self, path: str, body: Body) -> RawReply:
        """One request. Raises ProviderBusy or ProviderRefused; a reply that is not JSON counts as busy."""
        client = self._client or await self._made()
        began = time.perf_counter()
        async with self._asking(body, client) as options:
            response = await client.sdk.post(path, cast_to=client.response, content=json_bytes(body), options=options)
        return self._reply(self._text(response), response.headers, began)

    @asynccontextmanager
    async def _asking(self, body: Body, client: Client) -> AsyncIterator[dict[str, Any]]:
        """Around one request: the SDK's options for it, an end in time, and whatever is raised as an error of ours.

        A call with more room takes longer, and one that is given up may be paid: its time grows with its room.
        """
        began, timeout_s = time.perf_counter(), self.spec.timeout_s * max(1.0, _room(body) / ROOM_TOKENS)
        try:
            async with asyncio.timeout(timeout_s):  # the SDK's own starts again with every packet
                yield {"timeout": client.timeout(timeout_s, connect=CONNECT_TIMEOUT_S)}
        except PanelError:
            raise
        except Exception as err:
            told = translate_error(err, replace(self.spec, timeout_s=timeout_s), took_s=time.perf_counter() - began)
            # The cause may quote the key (a header that can't be written, a server that repeats it): not chained then.
            raise told from (None if isinstance(told, ProviderRefused) else err)

    def _reply(self, text: str, headers: Any, began: float) -> RawReply:
        self._refuse_unreadable(text, headers.get("content-type", ""))
        return RawReply(
            text=text, latency_s=time.perf_counter() - began,
            request_id=next((headers[h] for h in REQUEST_ID_HEADERS if h in headers), ""), headers=limits_of(headers),
        )  # fmt: skip

    async def close(self) -> None:
        if self._client is not None:
            await self._client.sdk.close()
            self._client = None

    async def _made(self) -> Client:
        """The client, made once. Off the event loop: importing an SDK takes 0.6 to 1.6 s."""
        async with self._making:
            if self._client is None:
                try:
                    self._client = await asyncio.to_thread(make_client, self.spec)
                except Exception as err:
                    raise ProviderRefused(
                        f"{model_address(self.spec)} can't be asked, no client can be made: "
                        f"{plain(str(err), self.spec)}.",
                        stops_model=True,
                        hint="Check the base URL and the variables " + ", ".join(READ_BY_CLIENTS) + ".",
                    ) from err
        return self._client

    def _text(self, response: Any) -> str:
        try:
            text: str = response.content.decode("utf-8")
        except UnicodeDecodeError as err:
            raise ProviderBusy(f"{self.spec.name} sent a reply that is not UTF-8 text.", maybe_paid=True) from err
        return text

    def _refuse_unreadable(self, text: str, content_type: str) -> None:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as err:
            if "html" in content_type:
                raise ProviderRefused(
                    f"{model_address(self.spec)} answers with a web page, not with a model's API.",
                    stops_model=True,
                    hint="Check the base URL; for OpenAI-compatible servers it ends in /v1.",
                ) from err
            raise ProviderBusy(f"{self.spec.name} sent a reply that breaks off half-way.", maybe_paid=True) from err
        if isinstance(found, dict) and found.get("error"):
            answering = any(found.get(name) for name in ("choices", "output", "content"))
            told = of_error_object(found["error"], self.spec, answering=answering)
            if told:
                raise told


class OverHttp(Transport):
    """One model at one path of an API: what the dialects have in common."""

    path: str

    @property
    def endpoint(self) -> str:
        return model_address(self.spec)

    def more_room_body(self, body: Body, *, max_output_tokens: int) -> Body:
        return {**body, _room_field(body): max_output_tokens}

    def room(self, body: Body) -> int:
        return _room(body)

    async def send(self, body: Body) -> RawReply:
        return await self.post(self.path, body)


def json_bytes(body: Body) -> bytes:
    """The body as it goes over the wire. pydantic's writer takes 20 us for 29 kB where `json` takes 160 (measured).

    Raises UnicodeEncodeError, as `json` does and the writer doesn't, for a text that is no Unicode.
    """
    try:
        return to_json(body)
    except PydanticSerializationError:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
