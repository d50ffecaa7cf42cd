"""AsyncOpenAI as we use it: no retries, our timeouts, our address. Also what speaks to every compatible server."""

from urllib.parse import urlsplit

from panel.jurors.base import ModelSpec
from panel.jurors.translate import OWN_ADDRESSES
from panel.jurors.wire import CONNECT_TIMEOUT_S, Client, http_client


def openai_client(spec: ModelSpec) -> Client:
    """A client for this spec. The address is always given: the SDK would else read OPENAI_BASE_URL by itself."""
    import httpx2
    import openai

    timeout = httpx2.Timeout(spec.timeout_s, connect=CONNECT_TIMEOUT_S)
    sdk = openai.AsyncOpenAI(
        api_key=spec.api_key or "none",
        base_url=spec.base_url or OWN_ADDRESSES["openai"],
        max_retries=0,
        timeout=timeout,
        http_client=http_client(openai, spec, timeout),
    )
    return Client(sdk, httpx2.Response)


def at_openai(spec: ModelSpec) -> bool:
    """Whether this is OpenAI's own API: a compatible server may refuse fields it does not know."""
    host = urlsplit(spec.base_url or OWN_ADDRESSES["openai"]).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")
