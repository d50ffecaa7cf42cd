"""Whose address a base URL is. Dialect, price, family, fields and cache marks all ask here, so that none disagrees."""

from urllib.parse import urlsplit

OWN_HOSTS = {"openai": "api.openai.com", "anthropic": "api.anthropic.com"}


def owner_of(provider: str, base_url: str) -> str:
    """The provider whose own API stands at this address, regional ones (`eu.api.openai.com`) included; else its host.

    base_url: "" is the address of `provider` itself. Azure's and every gateway's address is its own, whoever made the
    models there.
    """
    host = urlsplit(base_url).hostname
    if is_regional(base_url):
        return "openai"
    return next((name for name, own in OWN_HOSTS.items() if host == own), host) or provider


def is_own(provider: str, base_url: str) -> bool:
    """Whether this is the provider's own API, which takes every field of it and bills by its price list."""
    return owner_of(provider, base_url) == provider


def is_regional(base_url: str) -> bool:
    """One of OpenAI's addresses that keep data in a region. Models since gpt-5.4 cost a tenth more there."""
    return (urlsplit(base_url).hostname or "").endswith("." + OWN_HOSTS["openai"])
