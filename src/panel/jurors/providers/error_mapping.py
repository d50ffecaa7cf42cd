"""What SDKs, transports and servers raise -> our own errors, each one clear sentence.

Both SDKs raise one class a status and wrap the transport's errors, but not all of them: a stream that breaks half-way,
a header that can't be written and a TLS failure come out raw. No sentence holds a key: a server's own words are shown
only where they are about the request, and with anything that looks like a key taken out.

What became of a request                                               may it be paid?   how often it leaves at most
429, 529, 409; a 5xx at once; an address that can't be reached         no                6
408, 504, 524; a 5xx after seconds; no or half an answer, a timeout    yes               2
a proxy that leads nobody there (5xx)                                  no                2
a proxy that lets us nowhere; any other status                         no                1

Counted in `retry.py`, by the kind of failure.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from panel.errors import ProviderBusy, ProviderError, ProviderRefused
from panel.jurors.provider import ModelSpec, is_loopback
from panel.jurors.providers.json_fields import error_of
from panel.jurors.rate_limits.rate_headers import length_s, number

KEY_VARIABLES = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
OWN_ADDRESSES = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
BUSY = frozenset({408, 409, 429})  # and every 5xx, Anthropic's 529 among them
GAVE_UP = frozenset({408, 504, 524})  # told by whoever waited for a model that works, and is paid for it
TURNED_AWAY = frozenset({409, 429, 529})  # before any work, however long the queue was
WORKED_S = 2.0  # a server that fails sooner has not worked on a question that takes a model many seconds
CODES = {  # words of a code -> the status it stands for where none tells
    429: re.compile(r"rate.?limit|throttl|too.?many", re.I),
    529: re.compile(r"overload|capacity", re.I),
    500: re.compile(r"server.?error|api_error|timeout|unavailable|internal", re.I),
}
# An account without money, by its code. A rate limit's message speaks of billing too, so that a code goes before words,
# and words are those that say nothing else.
SPENT = re.compile(
    r"insufficient.?(?:user.?)?(?:quota|balance|credit|fund)|exceeded.?current.?quota|budget.?exceeded|payment.?required"
    r"|spend(?:ing)?.?limit|credit.?(?:limit|balance)|hard.?limit|on.?hold|billing",
    re.I,
)
SPENT_WORDS = re.compile(
    r"insufficient[ _](?:quota|balance|credit|fund)|credit balance is too low|out of credits|credits are depleted"
    r"|used all available credits|monthly spending limit|spend limit|hard limit has been reached"
    r"|reached your specified api usage limits|budget has been exceeded|account is not active",
    re.I,
)
ACCOUNT = re.compile(r"organization|workspace|account|cmek|external_key", re.I)  # of a code about whoever asks
TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:size|window|length)|prompt is too long", re.I
)
SECRET = re.compile(r"\b(?:sk|rk|pk|key)-[\w*.-]{6,}|\bBearer\s+\S+", re.I)
MESSAGE_CHARACTERS = 300
# By name: the classes of aiohttp and anyio are only there once imported. The SDKs' bridges call a connection that broke
# after sending a ConnectTimeout or a ConnectError, as if nothing had been sent: so what aiohttp said goes first.
CUT_OFF = frozenset({"ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError", "ConnectionResetError"})
PROXYS = frozenset({"ClientHttpProxyError", "ClientProxyConnectionError", "ProxyError"})
UNWRITABLE = frozenset({"LocalProtocolError", "InvalidURL", "UnsupportedProtocol", "UnicodeError"})
NEVER_SENT = frozenset({
    "ConnectError", "ConnectTimeout", "PoolTimeout", "ConnectionTimeoutError", "ClientConnectorError",
})  # fmt: skip
BROKEN_OFF = frozenset({
    "HTTPError", "StreamError", "OSError", "EOFError", "APIConnectionError", "EndOfStream", "BrokenResourceError",
    "ClosedResourceError", "ClientError",
})  # fmt: skip


def model_address(spec: ModelSpec) -> str:
    return spec.base_url or OWN_ADDRESSES.get(spec.provider, spec.provider)


def translate_error(err: Exception, spec: ModelSpec, *, took_s: float = 0.0) -> ProviderError:
    """The error of ours that an SDK's or a transport's error stands for. took_s: from the request to the error."""
    status = getattr(err, "status_code", None)
    response = getattr(err, "response", None)
    if isinstance(status, int) and response is not None:
        return of_status(status, getattr(err, "body", None), response.headers, spec, took_s=took_s)
    return _of_transport(err, spec)


def of_status(
    status: int, body: object, headers: Mapping[str, str], spec: ModelSpec, *, took_s: float = 0.0
) -> ProviderError:
    """The error an HTTP status stands for. body: the reply's JSON, or its text, or None."""
    if status == 407:
        return _kept_in(status, spec)
    error = error_of(body)
    codes, message = codes_of(error), str(error.get("message") or "")
    said = plain(message, spec)
    if status == 402 or (status < 500 and _is_spent(status, codes, message)):
        return ProviderRefused(
            f"{spec.provider} stops {spec.name}: the account is out of credit or at its spend cap. {said}".strip(),
            stops_model=True,
            hint="Top up the account or raise its cap, then run `panel resume`; what was answered is kept.",
        )
    if status in BUSY or status >= 500:
        what = "is at its request limit" if status == 429 else "is overloaded or failing"
        told = f"{spec.name} {what} (HTTP {status})."
        wait_s = retry_after_s(headers)
        wait_s = _delay_s(error) if wait_s is None else wait_s
        return ProviderBusy(
            told, retry_after_s=wait_s, status=status, limits=limits_of(headers), maybe_paid=may_be_paid(status, took_s)
        )
    too_long = TOO_LONG.search(f"{codes} {message}") is not None
    return _refusal(status, said, too_long=too_long, of_account=ACCOUNT.search(codes) is not None, spec=spec)


def may_be_paid(status: int, took_s: float) -> bool:
    """Whether the provider may bill a request that failed with this status after so many seconds."""
    return status in GAVE_UP or (status >= 500 and status not in TURNED_AWAY and took_s >= WORKED_S)


def _is_spent(status: int, codes: str, message: str) -> bool:
    if SPENT.search(codes):
        return True
    by_words = (status in BUSY or status in (400, 403)) and not CODES[429].search(codes)
    return by_words and SPENT_WORDS.search(message) is not None


def _refusal(status: int, said: str, *, too_long: bool, of_account: bool, spec: ModelSpec) -> ProviderRefused:
    variable, address = KEY_VARIABLES.get(spec.provider, "its key"), model_address(spec)
    of_all = {  # what holds for every request to this model: a sentence, and what to do
        401: (f"{spec.provider} does not accept the key in {variable} (HTTP 401, asked for {spec.name}).",
              f"Set {variable} to a key that is valid at {address}."),
        403: (f"The key in {variable} may not use {spec.name} (HTTP 403). {said}",
              "Choose another --model, or allow this one in the provider's console."),
        404: (f"{address} knows no model {spec.model!r} (HTTP 404, asked for {spec.name}). {said}",
              "Check the model's name and the base URL; for OpenAI-compatible servers the URL ends in /v1."),
    }  # fmt: skip
    if status in of_all:
        told, hint = of_all[status]
        return ProviderRefused(told.strip(), stops_model=True, hint=hint)
    if too_long:
        return ProviderRefused(
            f"The dossier is longer than {spec.name} can read: {said}",
            hint="Set `context_tokens` for this model in panel.toml: longer dossiers are then trimmed, with a receipt.",
        )
    return ProviderRefused(
        f"{spec.name} refuses the request (HTTP {status}): {said or 'no reason given'}", stops_model=of_account
    )


def of_error_object(error: object, spec: ModelSpec, *, answering: bool = True) -> ProviderError | None:
    """A server's error inside a reply with HTTP 200; None when its code says nothing and the reading should.

    answering: it may have begun its answer, and be paid for it.
    """
    found = error_of(error)
    codes = codes_of(found)
    status = status_of(codes)
    if SPENT.search(codes) or (status and status < 500 and status not in BUSY):
        return of_status(status or 402, found, {}, spec)
    if not status:
        return None
    code = codes.split()[0]
    maybe_paid = answering or status not in TURNED_AWAY
    return ProviderBusy(f"{spec.name} failed while answering ({code}).", maybe_paid=maybe_paid, status=status)


def status_of(codes: str) -> int:
    """The HTTP status that an error's codes stand for; 0 when they name none."""
    numbers = (int(code) for code in codes.split() if code.isascii() and code.isdigit() and len(code) == 3)
    named = (status for status, words in CODES.items() if words.search(codes))
    return next((n for n in numbers if 400 <= n < 600), 0) or next(named, 0)


def codes_of(error: Mapping[str, Any]) -> str:
    """Every word an error has for its cause, told by `error_of`; blanks between them."""
    details = error.get("details")
    listed = details if isinstance(details, list) else [details]
    inner = [detail.get(name) for detail in listed if isinstance(detail, dict) for name in ("error_code", "reason")]
    every = (error.get("code"), error.get("type"), error.get("status"), *inner)
    return " ".join(str(code) for code in every if isinstance(code, str | int) and code)


def _delay_s(error: Mapping[str, Any]) -> float | None:
    """Seconds that Google's error details ask for ("26s"); None when there are none."""
    details = error.get("details")
    asked = [d.get("retryDelay") for d in details if isinstance(d, dict)] if isinstance(details, list) else []
    return next((length_s(text) for text in asked if isinstance(text, str)), None)


def limits_of(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The headers that tell of limits, in lower case."""
    return tuple((n, v) for n, v in headers.items() if "ratelimit" in n or n == "retry-after")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks us to wait; None when it does not say, or not in a way that makes sense.

    Reads `retry-after-ms`, then `Retry-After` in seconds or as an HTTP date. A date counts from the server's own `Date`
    header where there is one, so that our clock need not be right.
    """
    asked = headers.get("retry-after", "")
    for text, scale in ((headers.get("retry-after-ms", ""), 1000.0), (asked, 1.0)):
        if (seconds := number(text)) is not None:
            return seconds / scale
    until = _date(asked)
    if until is None:
        return length_s(asked)
    return max(0.0, (until - (_date(headers.get("date")) or datetime.now(UTC))).total_seconds())


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _of_transport(err: Exception, spec: ModelSpec) -> ProviderError:
    causes = list(_causes(err))
    names = {type(cause).__name__ for cause in causes}
    kinds = {base.__name__ for cause in causes for base in type(cause).__mro__}
    if names & CUT_OFF:
        return _broken(spec)
    if kinds & PROXYS:
        return _kept_in(next(filter(None, map(_proxys_status, causes)), 0), spec)
    if "SSLCertVerificationError" in kinds:
        why = next(filter(None, (getattr(cause, "verify_message", "") for cause in causes)), "it can't be verified")
        return ProviderRefused(
            f"The certificate of {model_address(spec)} is not trusted: {why}.",
            stops_model=True,
            hint="If an authority of your own signed it, name that authority's file in SSL_CERT_FILE.",
        )
    if kinds & {"ConnectError", "ConnectionRefusedError"} and is_loopback(spec.base_url):
        return ProviderRefused(
            f"Nothing listens at {spec.base_url}, where {spec.name} is asked.",
            stops_model=True,
            hint="Start the server, or correct the base URL.",
        )
    if kinds & UNWRITABLE:
        variable = KEY_VARIABLES.get(spec.provider, "the key")
        return ProviderRefused(
            f"The request to {model_address(spec)} can't be written: its address or {variable} has a character or form "
            "that HTTP does not allow.",
            stops_model=True,
        )
    if kinds & NEVER_SENT:
        return ProviderBusy(f"{model_address(spec)} can't be reached.")
    if kinds & {"TimeoutException", "TimeoutError"}:
        return ProviderBusy(f"{spec.name} did not answer within {spec.timeout_s:g} s.", maybe_paid=True)
    if kinds & BROKEN_OFF:
        return _broken(spec)
    said = plain(f"{type(err).__name__} {err}", spec)  # never its repr: aiohttp's hold the request's headers
    return ProviderBusy(f"{spec.name} can't be asked: {said}.", maybe_paid=True)


def _kept_in(status: int, spec: ModelSpec) -> ProviderError:
    """What a proxy's refusal stands for: nothing left. status: its answer to CONNECT; 0 when it can't be reached."""
    said = f"answers HTTP {status}" if status else "can't be reached"
    told = f"The proxy on the way to {model_address(spec)} {said}: nothing was sent."
    hint = "Check HTTPS_PROXY and HTTP_PROXY, or name the address in NO_PROXY."
    if 400 <= status < 500:
        return ProviderRefused(told, stops_model=True, hint=hint)
    return ProviderBusy(told, once_more=True, hint=hint)


def _proxys_status(err: BaseException) -> int:
    """The status in an error about a proxy: aiohttp's has it, httpx's begins with it."""
    told = getattr(err, "status", None) or str(err)[:3]
    return int(told) if str(told).isdigit() else 0


def _broken(spec: ModelSpec) -> ProviderBusy:
    return ProviderBusy(
        f"The connection to {model_address(spec)} broke before {spec.name} had answered.", maybe_paid=True
    )


def _causes(err: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, outermost first."""
    seen: BaseException | None = err
    while seen is not None:
        yield seen
        seen = seen.__cause__


def plain(text: str, spec: ModelSpec) -> str:
    """One short line of a stranger's words, without anything that looks like a key."""
    if spec.api_key:
        text = text.replace(spec.api_key, "(key)")
    text = " ".join(SECRET.sub("(key)", text).split())
    return text if len(text) <= MESSAGE_CHARACTERS else text[:MESSAGE_CHARACTERS] + "..."
