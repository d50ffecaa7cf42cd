"""What SDKs, transports and servers raise -> our own errors, each one clear sentence.

Both SDKs raise one class a status and wrap the transport's errors, but not all of them: a stream that breaks half-way,
a header that can't be written and a TLS failure come out raw. No sentence holds a key: a server's own words are shown
only where they are about the request, and with anything that looks like a key taken out.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

from panel.errors import ProviderBusy, ProviderError, ProviderRefused
from panel.jurors.base import ModelSpec, is_loopback

KEY_VARIABLES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
OWN_ADDRESSES = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
BUSY = frozenset({408, 409, 429})  # and every 5xx, Anthropic's 529 among them
BUSY_CODES = frozenset({"server_error", "rate_limit_exceeded", "overloaded_error", "api_error", "timeout_error"})
CODE_STATUS = {"rate_limit_exceeded": 429, "overloaded_error": 529}
# Codes and, where a provider gives none, the words of its message. An account without money has several of each.
SPENT = re.compile(r"insufficient_quota|spend_limit|billing|credit balance|organization_on_hold|hard_limit", re.I)
TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:size|window|length)|prompt is too long", re.I
)
SECRET = re.compile(r"\b(?:sk|rk|pk|key)-[\w*.-]{6,}|\bBearer\s+\S+", re.I)
MESSAGE_CHARACTERS = 300
# By name: the classes of aiohttp and anyio are only there once imported. The SDKs' bridges call a connection that broke
# after sending a ConnectTimeout or a ConnectError, as if nothing had been sent: so what aiohttp said goes first.
CUT_OFF = frozenset({"ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError", "ConnectionResetError"})
NEVER_SENT = frozenset({"ConnectionTimeoutError", "ClientConnectorError", "ClientConnectorDNSError"})
UNWRAPPED = frozenset({"APIConnectionError", "EndOfStream", "BrokenResourceError", "ClosedResourceError"})


def where(spec: ModelSpec) -> str:
    """The address this model is asked at."""
    return spec.base_url or OWN_ADDRESSES.get(spec.provider, spec.provider)


def translate(err: Exception, spec: ModelSpec) -> ProviderError:
    """The error of ours that an SDK's or a transport's error stands for."""
    status = getattr(err, "status_code", None)
    response = getattr(err, "response", None)
    if isinstance(status, int) and response is not None:
        return of_status(status, getattr(err, "body", None), response.headers, spec)
    return _of_transport(err, spec)


def of_status(status: int, body: object, headers: Mapping[str, str], spec: ModelSpec) -> ProviderError:
    """The error an HTTP status stands for. body: the reply's JSON, or its text, or None."""
    said = _said(body, spec)
    codes = _codes(body)
    if status == 402 or ((status in BUSY or status == 400) and SPENT.search(f"{codes} {said}")):
        return ProviderRefused(
            f"{spec.provider} stops {spec.name}: the account is out of credit or at its spend cap. {said}".strip(),
            stops_model=True,
            hint="Top up the account or raise its cap, then run `panel resume`; what was answered is kept.",
        )
    if status in BUSY or status >= 500:
        what = "is at its request limit" if status == 429 else "is overloaded or failing"
        told = f"{spec.name} {what} (HTTP {status})."
        return ProviderBusy(told, retry_after_s=retry_after_s(headers), status=status, limits=limits_of(headers))
    return _refusal(status, said, codes, spec)


def _refusal(status: int, said: str, codes: str, spec: ModelSpec) -> ProviderRefused:
    variable = KEY_VARIABLES.get(spec.provider, "its key")
    if status == 401:
        return ProviderRefused(
            f"{spec.provider} does not accept the key in {variable} (HTTP 401, asked for {spec.name}).",
            stops_model=True,
            hint=f"Set {variable} to a key that is valid at {where(spec)}.",
        )
    if status == 403:
        return ProviderRefused(
            f"The key in {variable} may not use {spec.name} (HTTP 403).",
            stops_model=True,
            hint="Choose another --model, or allow this one in the provider's console.",
        )
    if status == 404:
        return ProviderRefused(
            f"{where(spec)} knows no model {spec.model!r} (HTTP 404, asked for {spec.name}).",
            stops_model=True,
            hint="Check the model's name and the base URL; for OpenAI-compatible servers the URL ends in /v1.",
        )
    if TOO_LONG.search(f"{codes} {said}"):
        return ProviderRefused(
            f"The dossier is longer than {spec.name} can read: {said}",
            hint="Set `context_tokens` for this model in panel.toml: longer dossiers are then trimmed, with a receipt.",
        )
    return ProviderRefused(f"{spec.name} refuses the request (HTTP {status}): {said or 'no reason given'}")


def of_error_object(error: object, spec: ModelSpec) -> ProviderBusy | None:
    """A server's error inside a reply with HTTP 200: busy when it says so, None when the reading should say what."""
    code = str(error.get("code") or error.get("type") or "") if isinstance(error, dict) else ""
    if code in BUSY_CODES or (code.isdigit() and (int(code) in BUSY or int(code) >= 500)):
        status = int(code) if code.isdigit() else CODE_STATUS.get(code, 500)
        return ProviderBusy(f"{spec.name} failed while answering ({code}).", maybe_paid=True, status=status)
    return None


def limits_of(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The headers that tell of limits, in lower case."""
    return tuple((n, v) for n, v in headers.items() if "ratelimit" in n or n == "retry-after")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks us to wait; None when it does not say, or not in a way that makes sense.

    Reads `retry-after-ms`, then `Retry-After` in seconds or as an HTTP date. A date counts from the server's own `Date`
    header where there is one, so that our clock need not be right.
    """
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = _number(headers.get(name))
        if seconds is not None:
            return max(0.0, seconds / scale)
    until = _date(headers.get("retry-after"))
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("date")) or datetime.now(UTC))).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _of_transport(err: Exception, spec: ModelSpec) -> ProviderError:
    import httpx2

    causes = list(_causes(err))
    names = {type(cause).__name__ for cause in causes}

    def among(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if names & CUT_OFF:
        return _broken(spec)
    if among(httpx2.ConnectError, ConnectionRefusedError) and is_loopback(spec.base_url):
        return ProviderRefused(
            f"Nothing listens at {spec.base_url}, where {spec.name} is asked.",
            stops_model=True,
            hint="Start the server, or correct the base URL.",
        )
    if among(httpx2.LocalProtocolError, httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError):
        variable = KEY_VARIABLES.get(spec.provider, "the key")
        return ProviderRefused(
            f"The request to {where(spec)} can't be written: its address or {variable} has a character or form that "
            "HTTP does not allow.",
            stops_model=True,
        )
    if among(httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) or names & NEVER_SENT:
        return ProviderBusy(f"{where(spec)} can't be reached.")
    if among(httpx2.TimeoutException, TimeoutError):
        return ProviderBusy(f"{spec.name} did not answer within {spec.timeout_s:g} s.", maybe_paid=True)
    if among(httpx2.HTTPError, httpx2.StreamError, OSError, EOFError) or names & UNWRAPPED:
        return _broken(spec)
    return ProviderRefused(f"{spec.name} can't be asked: {_plain(str(err), spec)}", stops_model=True)


def _broken(spec: ModelSpec) -> ProviderBusy:
    return ProviderBusy(f"The connection to {where(spec)} broke before {spec.name} had answered.", maybe_paid=True)


def _causes(err: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, outermost first."""
    seen: BaseException | None = err
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _error_object(body: object) -> dict[str, Any]:
    """The object that holds message and codes: the body itself (OpenAI's SDK unwraps it) or what is under `error`."""
    if not isinstance(body, dict):
        return {}
    inner = body.get("error")
    return inner if isinstance(inner, dict) else body


def _codes(body: object) -> str:
    error = _error_object(body)
    details = error.get("details")
    named = details.get("error_code") if isinstance(details, dict) else ""
    return f"{error.get('code') or ''} {error.get('type') or ''} {named or ''}"


def _said(body: object, spec: ModelSpec) -> str:
    message = _error_object(body).get("message") if isinstance(body, dict) else body
    return _plain(message, spec) if isinstance(message, str) else ""


def _plain(text: str, spec: ModelSpec) -> str:
    """One short line of a stranger's words, without anything that looks like a key."""
    if spec.api_key:
        text = text.replace(spec.api_key, "(key)")
    text = " ".join(SECRET.sub("(key)", text).split())
    return text if len(text) <= MESSAGE_CHARACTERS else text[:MESSAGE_CHARACTERS] + "..."
