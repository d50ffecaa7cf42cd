"""AsyncOpenAI as we use it: no retries, our timeouts, our address. Also what speaks to every compatible server."""

from urllib.parse import urlsplit

from panel.jurors.provider import ModelSpec
from panel.jurors.providers.error_mapping import OWN_ADDRESSES
from panel.jurors.providers.transport import Client, make_client


def openai_client(spec: ModelSpec) -> Client:
    import openai

    return make_client(openai, openai.AsyncOpenAI, spec)


def at_openai(spec: ModelSpec) -> bool:
    """Whether this is OpenAI's own API: a compatible server may refuse fields it does not know."""
    host = urlsplit(spec.base_url or OWN_ADDRESSES["openai"]).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")
