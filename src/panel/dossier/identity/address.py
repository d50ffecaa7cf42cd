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
HOST = re.compile(  # a comma or a colon in it makes it a list, or an id like `tag:acme.dev,2026:1`
    r"([^\s/@:,;<>\"'()\[\]{}|\\^`]+\.[^\s/@.:,;<>\"'()\[\]{}|\\^`]+|localhost|\[[0-9a-f:]+\])(:\d{1,5})?",
    re.IGNORECASE,
)
BARE = re.compile(
    r"(.*\.([^\W\d_]{2,}|xn--[a-z0-9-]+)|\d+\.\d+\.\d+\.\d+|localhost|\[.*\])(:\d+)?", re.IGNORECASE
)  # no `v1.2`
EMBEDDED = re.compile(r"https?://(?:(?!,https?:)[^\s<>\"'`|\\^{}])+", re.IGNORECASE)
APART = re.compile(r"[\s,;|<>]+")
MOST_CELL = 2_000  # characters looked at


def tidy_address(address: str) -> str:
    """The address with a scheme, its host in lower case, no tracking, no session, no fragment; "" stays "".

    Tidying twice changes nothing. Raises ValueError for what is no http(s) address.
    """
    address = address.strip()
    if not address:
        return ""
    if not SCHEME.match(address) or HOST.fullmatch(address.split("/")[0]):
        address = "https://" + address.removeprefix("//")
        if not BARE.fullmatch(re.split(r"[/?#]", address[8:])[0]):
            raise ValueError("not a web address")
    parts = urlsplit(address)
    if parts.scheme.lower() not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        raise ValueError("not a web address")
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not is_tracking(k, v)]
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


def address_in(cell: str) -> str:
    """The first web address in a cell as people fill it in, tidied; "" for none.

    `acme.dev`, `[Acme](https://acme.dev)`, `=HYPERLINK("https://acme.dev";"Acme")` and `acme.dev, acme.com` hold one;
    `N/A` and `tag:acme.dev,2026:1` don't.
    """
    cell = cell.strip()[:MOST_CELL]
    found = (_closed(match[0]) for match in EMBEDDED.finditer(cell))
    for one in (cell, *found, *APART.split(cell)):
        try:
            if address := tidy_address(one.rstrip(".,;:!?")):
                return address
        except ValueError:
            continue
    return ""


def _closed(address: str) -> str:
    """Without what follows a bracket that the address closes and did not open."""
    depth = 0
    for at, sign in enumerate(address):
        depth += (sign in "([") - (sign in ")]")
        if depth < 0:
            return address[:at]
    return address


def is_tracking(key: str, value: str = "rss") -> bool:
    """Whether a part of a query only says how a reader came. value: left out where a branch's name is none."""
    return bool(VOLATILE.fullmatch(key) or (key.lower() in REFERRERS and REFERRED.fullmatch(value)))
