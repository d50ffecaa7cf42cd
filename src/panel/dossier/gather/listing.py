"""From a page about a product to the product's own: a listing is never the product.

A listing is a page at a host where many people's announcements stand (a launch list, a forum, a directory, an app
store), or a page somebody says is one (a blog's launch post). On it the homepage is, in this order:
1. what JSON-LD says of the product: `url`, then `sameAs`;
2. of the links that lead away, the one with most points:
     6  its text is a name for it ("Website", "Visit site", "Homepage", "Try it", "Get it"), or is its own host
     4  its class, `itemprop` or `data-test` says so
     3  its text is the product's name, when the caller knows that
     3  it stands in a heading; 2 anywhere else, 0 in an aside
     -8 in the footer, the navigation, a comment, or among related or sponsored things
     -4 marked `rel="ugc"`
     -2 for each step of its path beyond the first
   The first of equal ones, with at least one point.
A link leads away when its host is neither the listing's own site, nor a social network, a shared host's, a shop of
badges, fonts or analytics, nor another listing. A repository or package counts, at one point less. A link through the
listing's own redirector (`/r/...`, `/out?url=...`) is taken for where it says it leads, or returned as it is: whoever
fetches it learns. UTM and the like are dropped, and `ref`, `via` and `source` too: there they name the listing.

`follow_listing` reads the page, and asks what it links to where it leads. The fetcher's rules hold for both requests:
addresses, robots.txt, pace, bytes. A listing that asks robots to stay away is not read, and its launch is skipped with
that reason.
"""

import asyncio
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from panel.dossier.charset import decode_page
from panel.dossier.clean_text import one_line
from panel.dossier.facts.json_ld import PRODUCTS, json_ld_of, types_of
from panel.dossier.fetch.fetch_errors import shown
from panel.dossier.gather.page_source import Fetch
from panel.dossier.identity.address import joined, tidy_address
from panel.dossier.identity.same_product import tag_of
from panel.dossier.identity.voices import is_at_shared_host, is_shared, package_of, repository_of, site_of
from panel.dossier.page.html_tree import json_ld_scripts, parse_html
from panel.errors import Mistake
from panel.records import Announcement, letters_and_digits

LISTINGS = frozenset(
    {
        "alternativeto.net", "betalist.com", "betapage.co", "devhunt.org", "fazier.com", "futurepedia.io",
        "futuretools.io", "launchingnext.com", "microlaunch.net", "peerlist.io", "producthunt.com", "saashub.com",
        "sideprojectors.com", "theresanaiforthat.com", "tinylaunch.com", "toolify.ai", "uneed.best", "ycombinator.com",
    }
)  # fmt: skip
NOBODYS = frozenset(  # hosts linked from everywhere that are no product's home
    {
        "archive.org", "buymeacoffee.com", "calendly.com", "cloudflare.com", "creativecommons.org", "discord.com",
        "discord.gg", "doubleclick.net", "eepurl.com", "facebook.com", "feedburner.com", "fonts.googleapis.com",
        "google.com", "googletagmanager.com", "gravatar.com", "gstatic.com", "instagram.com", "intercom.io",
        "ko-fi.com", "list-manage.com", "loom.com", "mastodon.social", "patreon.com", "pinterest.com", "schema.org",
        "slack.com", "snapchat.com", "telegram.org", "threads.net", "tiktok.com", "trustpilot.com", "typeform.com",
        "unsplash.com", "vimeo.com", "w3.org", "wa.me", "whatsapp.com", "wikipedia.org", "zendesk.com",
    }
)  # fmt: skip
CALLED = re.compile(
    r"(?:visit|go to|open|view|see|try|get|launch|check out)?\s*"
    r"(?:the |our |its |my |product |project |official |live )*"
    r"(?:web ?site|home ?page|site|demo|app|product|project page)|visit|try it(?: (?:out|now|free))?|get it(?: now)?|"
    r"zur website|site web|sitio web",
    re.IGNORECASE,
)
MARKED = re.compile(
    r"(?:^|[-_ ])(?:website|homepage|visit|outbound|product-?(?:link|url)|external)(?:$|[-_ ])", re.IGNORECASE
)
REDIRECTOR = re.compile(r"/(?:r|out|go|visit|redirect|outbound|link|goto|away|exit)(?:/|$|\.)", re.IGNORECASE)
TARGET = ("url", "u", "target", "to", "dest", "destination", "redirect", "redirect_url", "link", "q")
ON_A_LISTING = frozenset({"ref", "via", "source", "referrer", "aff", "affiliate", "partner"})
RELEASE_PAGE = re.compile(r"/(?:-/)?(?:releases|tags?|commits?|blob|src|compare|packages)(?:/|$)", re.IGNORECASE)
OTHERS = re.compile(  # yclinks: the foot of Hacker News
    r"yclinks|comment|reply|footer|navbar|related|similar|alternatives|sponsor|promo|\bads?\b", re.IGNORECASE
)
MOST_CHARACTERS = 2_000_000
MOST_LINKS = 2_000
MOST_UP = 12  # elements looked at above a link
LEAST = 1  # a lone repository; a page two steps into a site has 0
MOST_HOPS = 2  # redirectors a listing may hide its link behind, beside the redirects the fetcher follows itself


class Outbound(NamedTuple):
    """A link that leads away from the listing, and how much it looks like the product's."""

    url: str
    score: int


def is_listing(address: str) -> bool:
    """Whether the address is a page at a host of many people's announcements, and no repository or package."""
    if repository_of(address) or package_of(address):
        return False
    return is_shared(address) or site_of(address) in LISTINGS


def product_address(address: str) -> str:
    """The address, or its repository's front page when it is a release's page there, but for a package's in it."""
    repository, tag = repository_of(address), tag_of(address)
    parts = urlsplit(address)
    if not repository or (tag and tag.package) or not RELEASE_PAGE.match(parts.path, _after_two(parts.path)):
        return address
    return urlunsplit((parts.scheme, parts.netloc, parts.path[: _after_two(parts.path)], "", ""))


def find_homepage(page_html: str, listing_url: str, *, name: str = "") -> str:
    """The product's own address by the rules above, or a redirector's that leads to it; "" when the page names none.

    name: the product's, when it is known. Hostile pages give at worst a wrong address, which is then fetched under the
    same rules as any.
    """
    tree = parse_html(page_html[:MOST_CHARACTERS], remove_comments=True, remove_pis=True)
    if tree is None:
        return ""
    if stated := next((address for address in _stated(tree) if _leads_away(address, listing_url)), ""):
        return _without_listing(stated)
    best = max(_outbound(tree, listing_url, name), key=lambda link: link.score, default=None)
    return best.url if best and best.score >= LEAST else ""


def is_redirector(address: str, listing_url: str) -> bool:
    """Whether the address is at the listing's own site and sends readers on."""
    return site_of(address) == site_of(listing_url) and bool(REDIRECTOR.search(urlsplit(address).path))


def leads_home(address: str, listing_url: str) -> bool:
    """Whether an address a listing led to is a product's own: not the listing's, a network's or another listing's."""
    return bool(address) and _leads_away(address, listing_url)


def tidy_homepage(address: str) -> str:
    """A product's address without what the listing added to it. Raises ValueError for what is none."""
    return _without_listing(tidy_address(address))


def _stated(tree: Any) -> Iterator[str]:
    """Addresses JSON-LD gives the product: its url, then what it is the same as."""
    nodes = [node for node in json_ld_of(json_ld_scripts(tree)) if types_of(node) & PRODUCTS]
    for key in ("url", "sameAs"):
        for node in nodes:
            value = node.get(key)
            for text in value[:20] if isinstance(value, list) else [value]:
                if isinstance(text, str) and (address := joined("", text)):
                    yield address


def _outbound(tree: Any, listing_url: str, name: str) -> Iterator[Outbound]:
    base = next((joined(listing_url, href) for href in tree.xpath("//base/@href")[:1]), "") or listing_url
    wanted, seen = letters_and_digits(name), set[str]()
    for _, element in zip(range(MOST_LINKS), tree.iter("a"), strict=False):
        address = _led_to(joined(base, element.get("href", "")), listing_url)
        if not address or address in seen:
            continue
        direct = _leads_away(address, listing_url)
        if direct or is_redirector(address, listing_url):
            url = _without_listing(address) if direct else address
            yield Outbound(url, _score(element, url, wanted, direct=direct))


def _score(element: Any, url: str, wanted: str, *, direct: bool) -> int:
    text = one_line("".join(element.itertext())[:300] or element.get("aria-label", "") or element.get("title", ""))
    plain = text.strip(" \t→›»>↗⧉.:!|[]()").lower()
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    shown = re.sub(r"^https?://(www\.)?", "", plain).partition("/")[0]
    score = 6 if CALLED.fullmatch(plain) or (direct and shown in (host, site_of(url))) else 0
    marks = " ".join(element.get(key, "") for key in ("class", "itemprop", "data-test", "id", "rel"))[:300]
    score += 4 if MARKED.search(marks) else 0
    score += 3 if wanted and letters_and_digits(plain) == wanted else 0
    score += _place(element)
    steps = len([step for step in urlsplit(url).path.split("/") if step]) if direct else 1
    repository = bool(repository_of(url) or package_of(url))
    return score - 2 * max(0, steps - (2 if repository else 1)) - repository - (4 if "ugc" in marks.split() else 0)


def _place(element: Any) -> int:
    """Points for where a link stands: 2, so that a page's lone link is found; more in its heading, less aside."""
    points = 2
    for _, above in zip(range(MOST_UP), element.iterancestors(), strict=False):
        if above.tag in ("body", "html"):
            break
        marks = f"{above.get('class', '')} {above.get('id', '')}"[:300]
        if above.tag in ("footer", "nav") or OTHERS.search(marks):
            return -8
        if above.tag in ("h1", "h2"):
            points = 3
        elif above.tag == "aside" or "sidebar" in marks.lower():
            points = 0
    return points


def _led_to(address: str, listing_url: str) -> str:
    """Where a redirector's own address says it leads, else the address."""
    parts = urlsplit(address)
    if not address or site_of(address) != site_of(listing_url):
        return address
    for key, value in parse_qsl(parts.query)[:20]:
        if key.lower() in TARGET and value.startswith(("http://", "https://")) and (inner := joined("", value)):
            return inner
    return address


def _leads_away(address: str, listing_url: str) -> bool:
    site = site_of(address)
    if repository_of(address) or package_of(address):
        return True
    if not site or site == site_of(listing_url) or is_listing(address) or is_at_shared_host(address):
        return False
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    return site not in NOBODYS and host not in NOBODYS


def _without_listing(address: str) -> str:
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(key, value) for key, value in query if key.lower() not in ON_A_LISTING]
    path = "" if parts.path == "/" and not kept else parts.path
    return product_address(urlunsplit((parts.scheme, parts.netloc, path, urlencode(kept), "")))


def _after_two(path: str) -> int:
    """Where a path's second step ends."""
    found = re.match(r"/[^/]+/[^/]+", unquote(path) if "%" not in path else path)
    return found.end() if found else len(path)


async def follow_listing(said: Announcement, *, fetch: Fetch) -> Announcement:
    """The announcement with the product's own address.

    One that has it, or is a launch file, comes back as it is and nothing is fetched. Raises Mistake where the listing
    names no homepage or can't be used, and what `fetch` raises; the message is the reason to skip the row with.
    """
    if said.launch_file or (said.homepage and not is_listing(said.homepage)):
        return said
    listing = said.listing or said.homepage
    if not listing:
        raise Mistake("It names no address to read.", hint="Add its homepage.")
    address = await homepage_behind(listing, fetch=fetch, name=said.name)
    return said.model_copy(update={"homepage": address, "listing": listing})


async def homepage_behind(listing: str, *, fetch: Fetch, name: str = "") -> str:
    """The product's address a listing names. Raises Mistake, and what `fetch` raises."""
    address, page = listing, await fetch(listing)
    for _ in range(MOST_HOPS):
        if leads_home(page.final_url, listing) and not is_redirector(page.final_url, listing):
            return tidy_homepage(page.final_url)
        if not HTTPStatus.OK <= page.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Mistake(f"Its listing {shown(address)} answers {page.status}.")
        address = await asyncio.to_thread(find_homepage, decode_page(page), page.final_url, name=name)
        if not address:
            raise Mistake(f"Its listing {shown(listing)} names no homepage of the product.", hint="Add its homepage.")
        if not is_redirector(address, listing):
            return address
        page = await fetch(address)
    if leads_home(page.final_url, listing):
        return tidy_homepage(page.final_url)
    raise Mistake(f"Its listing {shown(listing)} leads from redirect to redirect.", hint="Add its homepage.")
