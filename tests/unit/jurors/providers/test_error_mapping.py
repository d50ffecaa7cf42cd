"""Other people's errors become ours, in one clear sentence that holds no key."""

from typing import Any

import httpx2
import openai
import pytest
from tests.support.answers import provider, spec

from panel.errors import Mistake, ProviderBusy, ProviderError, ProviderRefused
from panel.jurors.providers.error_mapping import of_status, translate_error

REQUEST = httpx2.Request("POST", "https://api.openai.com/v1/responses")
KEY = spec().api_key


def raised(cause: Exception) -> Exception:
    """The SDK's connection error around a transport's."""
    wrapper = openai.APITimeoutError(REQUEST) if isinstance(cause, httpx2.TimeoutException) else None
    error = wrapper or openai.APIConnectionError(request=REQUEST)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "maybe_paid"),
    [
        (raised(httpx2.ReadTimeout("slow")), True),
        (raised(httpx2.ConnectTimeout("slow")), False),
        (raised(httpx2.ConnectError("no route")), False),
        (raised(httpx2.ReadError("reset")), True),
        (httpx2.RemoteProtocolError("peer closed connection without sending complete message body"), True),
        (ConnectionResetError("reset"), True),
        (httpx2.DecodingError("bad gzip"), True),
    ],
)
def test_a_broken_connection_is_busy_whoever_raises_it(error: Exception, maybe_paid: bool) -> None:
    """Statement 28: some transport errors pass the SDKs unwrapped."""
    told = translate_error(error, spec())
    assert isinstance(told, ProviderBusy) and told.maybe_paid is maybe_paid


@pytest.mark.parametrize(
    ("status", "took_s", "paid"),
    [
        (408, 0.1, True), (504, 0.1, True), (524, 0.1, True), (504, 300.0, True), (500, 30.0, True), (502, 30.0, True),
        (503, 30.0, True), (500, 0.2, False), (502, 0.2, False), (503, 0.2, False), (429, 60.0, False),
        (409, 60.0, False), (529, 60.0, False),
    ],
)  # fmt: skip
def test_a_status_after_work_may_be_paid_and_one_before_is_not(status: int, took_s: float, paid: bool) -> None:
    told = of_status(status, None, {}, spec(), took_s=took_s)
    assert isinstance(told, ProviderBusy) and told.maybe_paid is paid


@pytest.mark.parametrize(("status", "stops"), [(407, True), (403, True), (503, False), (0, False)])
@pytest.mark.parametrize("library", ["aiohttp", "httpx"])
def test_what_a_proxy_refuses_was_not_sent_and_names_the_proxy(status: int, stops: bool, library: str) -> None:
    """Typed from both libraries: aiohttp's error holds the status, httpx's text begins with it."""
    if library == "httpx":
        cause: Exception = httpx2.ProxyError(f"{status} Refused" if status else "[Errno 111] Connection refused")
    else:
        made: Any = type("ClientHttpProxyError" if status else "ClientProxyConnectionError", (OSError,), {})
        cause = made("refused")
        cause.status = status or None  # type: ignore[attr-defined]
    told = translate_error(raised(cause), spec())
    assert "proxy" in str(told) and "nothing was sent" in str(told) and "NO_PROXY" in told.hint
    if stops:
        assert isinstance(told, ProviderRefused) and told.stops_model
    else:
        assert isinstance(told, ProviderBusy) and not told.maybe_paid and told.once_more


@pytest.mark.parametrize(
    "code",
    [
        "cmek_key_disabled", "cmek_key_network_blocked", "organization_type_not_supported", "organization_on_hold",
        "organization_not_enrolled_in_beta", "workspace_policy_violation", "external_key_validation_failed",
        "parent_organization_required",
    ],
)  # fmt: skip
def test_an_account_that_may_not_ask_stops_its_model(code: str) -> None:
    """Codes of HTTP 400 as Anthropic's SDK names them: whoever asks next gets the same."""
    error = {"type": "invalid_request_error", "message": "No.", "details": {"error_code": code}}
    told = of_status(400, {"error": error}, {}, spec("messages"))
    assert isinstance(told, ProviderRefused) and told.stops_model


@pytest.mark.parametrize("code", ["request_body_timeout", "unsupported_charset", "tool_name_conflict", ""])
def test_a_refused_body_stops_nobody_else(code: str) -> None:
    error = {"type": "invalid_request_error", "message": "No.", "details": {"error_code": code}}
    told = of_status(400, {"error": error}, {}, spec("messages"))
    assert isinstance(told, ProviderRefused) and not told.stops_model


def test_nothing_listening_on_this_machine_is_not_waited_for() -> None:
    told = translate_error(raised(httpx2.ConnectError("refused")), spec("chat", base_url="http://127.0.0.1:1/v1"))
    assert isinstance(told, ProviderRefused) and told.stops_model and "http://127.0.0.1:1/v1" in str(told)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 429, 500, 529])
@pytest.mark.parametrize("api", ["responses", "messages"])
def test_no_sentence_holds_a_key(status: int, api: str) -> None:
    asked = spec(api)
    body = {"error": {"message": f"Wrong key {KEY} or sk-ant-abc123456 or sk-a***wxyz, Bearer {KEY}"}}
    told = of_status(status, body, {}, asked)
    said = f"{told} {told.hint} {told!r}"
    assert KEY not in said and "sk-" not in said and asked.name in said


@pytest.mark.parametrize(("api", "variable"), [("responses", "OPENAI_API_KEY"), ("messages", "ANTHROPIC_API_KEY")])
def test_a_bad_key_is_told_by_its_variable(api: str, variable: str) -> None:
    assert variable in str(of_status(401, None, {}, spec(api)))


def test_a_refused_body_is_told_in_the_servers_words() -> None:
    told = of_status(400, {"error": {"message": "Unknown field\n'surprise'"}}, {}, spec())
    assert "Unknown field 'surprise'" in str(told) and isinstance(told, ProviderRefused) and not told.stops_model


@pytest.mark.parametrize(
    "error",
    [
        {"code": "context_length_exceeded", "message": "Too many tokens."},
        {"type": "exceed_context_size_error", "message": "request (7707 tokens) exceeds the available context size"},
        {"error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}},
    ],
)
def test_a_dossier_that_is_too_long_is_told_with_the_setting_that_trims_it(error: object) -> None:
    """Statement 32."""
    told = of_status(400, error, {}, spec())
    assert "longer than" in str(told) and "context_tokens" in told.hint


@pytest.mark.parametrize("body", [None, "text", 3, [], {}, {"error": "text"}, {"error": {"message": None}}])
@pytest.mark.parametrize("status", [400, 429, 500])
def test_any_error_body_is_survived(status: int, body: object) -> None:
    assert isinstance(of_status(status, body, {}, spec()), ProviderError)


@pytest.mark.parametrize("key", ["sk-with\nnewline", " sk-blank", "sk-ümlaut", "sk-\x00"])
def test_a_key_no_header_can_carry_is_a_mistake_before_anything_is_sent(key: str) -> None:
    with pytest.raises(Mistake, match="OPENAI_API_KEY") as caught:
        provider("responses", api_key=key)
    assert key.strip() not in str(caught.value)
