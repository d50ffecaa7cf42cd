"""Web addresses without what changes from visit to visit, so that neither prompt nor hash depends on it."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

VOLATILE = re.compile(
    r"utm_.*|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|"
    r"vero_id|_ga|_gl|ref_src|ref_url|spm|jsessionid|phpsessid|aspsessionid.*|session_?id|sid",
    re.IGNORECASE,
)
REFERRERS = frozenset({"ref", "referrer", "referer", "via"})
REFERRED = re.compile(  # a `ref` that says where a reader came from; `ref=main` names a branch and stays
    r"(www\.)?[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|org|net|io|co|dev|ai|app|news|best|so)|product-?_?hunt|ph|hacker-?_?news|hn|"
    r"show-?_?hn|reddit|twitter|x|linkedin|betalist|newsletter|rss|feed",
    re.IGNORECASE,
)
SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
MOST_ADDRESS = 1_000  # characters of a link
HOST = re.compile(r"[^\s/@]+\.[^\s/@.]+|localhost(:\d+)?|\[[0-9a-f:]+\](:\d+)?", re.IGNORECASE)


def tidy_address(address: str) -> str:
    """The address with a scheme, its host in lower case, no tracking, no session, no fragment; "" stays "".

    Tidying twice changes nothing. Raises ValueError for what is no http(s) address.
    """
    address = address.strip()
    if not address:
        return ""
    if not SCHEME.match(address) or HOST.fullmatch(address.split("/")[0]):
        address = "https://" + address.removeprefix("//")
    parts = urlsplit(address)
    if parts.scheme.lower() not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        raise ValueError("not a web address")
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(k, v)]
    path = quote(SESSION_PATH.sub("", parts.path), safe="/%:@!$&'()*+,;=~-._")
    path = "" if path == "/" and not kept else path
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, urlencode(kept), ""))


def joined(base: str, href: str) -> str:
    """The tidy address a page's link leads to; "" for what is no page's: mail, scripts, placeholders, broken ones."""
    href = href.strip()
    if not href or len(href) > MOST_ADDRESS:
        return ""
    try:
        whole = urljoin(base, href)
        return tidy_address(whole) if urlsplit(whole).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _is_tracking(key: str, value: str) -> bool:
    return bool(VOLATILE.fullmatch(key) or (key.lower() in REFERRERS and REFERRED.fullmatch(value)))
