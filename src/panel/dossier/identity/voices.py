"""Whose word a page is, by where it stands: written rules over addresses, no guess from what a page says of itself.

The maker's are: pages of the registrable domain the first page stands at; pages of a documentation host whose site is
named like the maker (`acme.readthedocs.io` for `acme.dev`); repositories of an owner named like the maker, or named
like it themselves; packages named like it. Named like: the same letters and digits but for what makers add to a name
that is taken (`get...`, `...labs`, `...-ai`), or the maker's whole name and something after it (`acme-python`). A
first page of somebody at a shared host (a forum, a launch list, a blog host) makes nobody the maker, and its voice is
unknown; one at a repository makes that repository's owner the maker. A repository or package not named like the maker
is of unknown voice, every other page a third party's.

Of a shared host's pages these are its own: its front, a page of one step (`/product`) unless names of people and
projects stand there, and what lies below the sections every site has (`/features/copilot`, `docs.`). Somebody's are
all others, those below `@name` and `~name`, those with a query or a number for a name.

Limits. A repository that bears the product's name has the maker's voice, whoever owns it; it is read only where the
maker's page links it, and one of the maker's own is preferred. A maker whose repository and packages bear other names
is not recognised: their voice is unknown. A domain of one's own with a deceptive name is a maker's domain like any
other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from panel.records import Voice, letters_and_digits

# Package registries whose pages and metadata are read. Written in two parts because a checkout of ours names no
# registry's address: a mirror's rules forbid it, and a tool that looks for such addresses must find none.
PYPI, NPM, CRATES = (f"{name}.{end}" for name, end in (("pypi", "org"), ("npmjs", "com"), ("crates", "io")))
CODE_HOSTS = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "git.sr.ht", "huggingface.co"})
OWN_SECTIONS = frozenset(
    {
        "about", "blog", "contact", "customer-stories", "docs", "enterprise", "features", "join", "login", "pricing",
        "security", "signup", "solutions",
    }
)  # fmt: skip
NOT_OWNERS = OWN_SECTIONS | {
    "apps", "collections", "datasets", "explore", "issues", "marketplace", "models", "new", "notifications", "orgs",
    "pulls", "search", "settings", "site", "spaces", "sponsors", "team", "topics", "trending", "users",
}  # fmt: skip
PACKAGE_PATHS = {
    PYPI: r"/project/([^/]+)",
    NPM: r"/package/((?:@[^/]+/)?[^/]+)",
    CRATES: r"/crates/([^/]+)",
    "rubygems.org": r"/gems/([^/]+)",
    "packagist.org": r"/packages/([^/]+/[^/]+)",
    "nuget.org": r"/packages/([^/]+)",
    "hex.pm": r"/packages/([^/]+)",
    "pkg.go.dev": r"/([^/]+\.[^/]+/.+)",
    "hub.docker.com": r"/r/([^/]+/[^/]+)",
}
SHARED = frozenset(
    {
        "producthunt.com", "ycombinator.com", "reddit.com", "dev.to", "x.com", "twitter.com", "linkedin.com",
        "facebook.com", "youtube.com", "youtu.be", "lobste.rs", "indiehackers.com", "archive.org", "telegra.ph",
        "bsky.app", "sites.google.com", "drive.google.com", "notion.so", "replit.com", "codepen.io",
        "discord.com", "discord.gg", "t.me", "play.google.com", "docs.google.com", "apps.apple.com",
        "medium.com", "substack.com", NPM, PYPI, CRATES, "rubygems.org", "packagist.org",
        "nuget.org", "hex.pm", "pkg.go.dev", "hub.docker.com",
    }
) | CODE_HOSTS  # fmt: skip
NAMES_AT_ROOT = CODE_HOSTS | {
    "bsky.app", "codepen.io", "dev.to", "discord.gg", "facebook.com", "indiehackers.com", "medium.com", "t.me",
    "telegra.ph", "twitter.com", "x.com", "youtu.be", "youtube.com", "pkg.go.dev",
}  # fmt: skip
NUMBERED = re.compile(r"[0-9a-f]{12,}$|\d{4,}")
DOCS_HOSTS = frozenset(
    {"readthedocs.io", "gitbook.io", "mintlify.app", "github.io", "gitlab.io", "pages.dev", "netlify.app", "vercel.app",
     "readme.io"}
)  # fmt: skip
ONE_SITE_A_NAME = DOCS_HOSTS | {  # each name below these is somebody else's site; the suffix list lacks some of them
    "medium.com", "substack.com", "hashnode.dev", "notion.site", "webflow.io", "carrd.co", "framer.website",
    "super.site", "wordpress.com", "blogspot.com", "tumblr.com", "ghost.io", "beehiiv.com", "itch.io", "gumroad.com",
    "surge.sh", "glitch.me", "neocities.org", "tistory.com", "mystrikingly.com",
}  # fmt: skip
BEFORE = re.compile(r"^(get|try|use|join|the|hello|hey)(?=.{3})")
AFTER = re.compile(r"(?<=...)(labs?|hq|ai|dev|inc|io|app|org|team|tech|software|lang|cli|sdk|oss|js|py|rs|cloud)$")
WORD_LETTERS = 4  # "acme" of "acme-python" is a name; "go" of "go-redis" is none


class Repository(NamedTuple):
    """A repository at a code host, lower case."""

    host: str
    owner: str
    name: str


@dataclass(frozen=True)
class Maker:
    """Who a gathering takes for the maker. Names are folded: lower-case letters and digits only."""

    domains: frozenset[str] = frozenset()
    owners: frozenset[tuple[str, str]] = frozenset()  # (code host, owner)
    names: frozenset[str] = frozenset()


def maker_of(addresses: Iterable[str]) -> Maker:
    """The maker, from the address asked for and the one it led to. Nobody, for a page at a shared host."""
    domains, owners, names = set(), set(), set()
    for address in addresses:
        repository, package = repository_of(address), package_of(address)
        if repository:
            owners.add((repository.host, repository.owner))
            names |= _spellings(repository.owner) | _spellings(repository.name)
        elif package:
            names |= _spellings(package)
        elif not is_shared(address):
            domains.add(site_of(address))
            names |= _spellings(site_of(address).partition(".")[0])
    return Maker(frozenset(domains), frozenset(owners), frozenset(names))


def known_as(maker: Maker, name: str) -> Maker:
    """The maker with the product's name among its names. Nobody stays nobody: a name alone makes no maker."""
    return replace(maker, names=maker.names | _spellings(name)) if maker.names else maker


def voice_of(address: str, maker: Maker) -> Voice:
    """Whose word the page at this address is, by the rules above."""
    if is_makers(address, maker):
        return "maker"
    if repository_of(address) or package_of(address) or not (maker.domains or maker.owners):
        return "unknown"
    return "third_party"


def is_makers(address: str, maker: Maker) -> bool:
    """Whether the maker speaks there."""
    if repository := repository_of(address):
        owned = (repository.host, repository.owner) in maker.owners
        return owned or is_named_like(repository.owner, maker) or is_named_like(repository.name, maker)
    if package := package_of(address):
        return any(is_named_like(part, maker) for part in (package, *package.split("/")))
    site = site_of(address)
    hosted = site.partition(".")[2] in DOCS_HOSTS and is_named_like(site.partition(".")[0], maker)
    return (site in maker.domains and not is_shared(address)) or hosted


def is_owned(address: str, maker: Maker) -> bool:
    """Whether a repository's owner is the maker, or a package's name as a whole is; not only a part of either."""
    if repository := repository_of(address):
        owned = (repository.host, repository.owner) in maker.owners
        return owned or is_named_like(repository.owner, maker)
    return is_named_like(package_of(address), maker)


def is_named_like(name: str, maker: Maker) -> bool:
    """Whether a name is one of the maker's, as makers vary them."""
    first = letters_and_digits(re.split(r"[-_./ ]", name.strip("@"))[0])
    return bool((_spellings(name) | ({first} if len(first) >= WORD_LETTERS else set())) & maker.names)


def site_of(address: str) -> str:
    """The registrable domain (`acme.co.uk`); for a number or a bare name the host and port, `""` for no address.

    By the public suffix list inside `tld`, which is never updated over the network; an ending the list lacks counts
    as a suffix of one part.
    """
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    return _registrable(host) or parts.netloc.rpartition("@")[2].lower()


def repository_of(address: str) -> Repository | None:
    """The repository an address lies in, None when it lies in none."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    steps = [step for step in unquote(parts.path).lower().split("/") if step]
    if host not in CODE_HOSTS or len(steps) < 2 or steps[0] in NOT_OWNERS or "-" in steps[:2]:
        return None
    return Repository(host, steps[0], steps[1].removesuffix(".git"))


def package_of(address: str) -> str:
    """The package's name at a package registry, `""` for any other address."""
    parts = urlsplit(address)
    rule = PACKAGE_PATHS.get((parts.hostname or "").removeprefix("www."))
    found = re.match(rule, unquote(parts.path)) if rule else None
    return found[1].lower() if found else ""


def is_shared(address: str) -> bool:
    """Whether a page is somebody's among many at its host, so that it says nothing of whose it is."""
    path = unquote(urlsplit(address).path)
    return path.startswith("/~") or (is_at_shared_host(address) and not _is_hosts_own(address))


def is_at_shared_host(address: str) -> bool:
    """Whether many people's pages stand at this host, its own pages among them."""
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    return host in SHARED or _registrable(host) in SHARED


def _is_hosts_own(address: str) -> bool:
    """Whether a page of a shared host is its maker's, by the shape of its path."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    steps = [step for step in unquote(parts.path).lower().split("/") if step]
    if host not in SHARED:
        return host.partition(".")[0] in OWN_SECTIONS
    if not steps:
        return not parts.query
    if parts.query or any(step[0] in "@~" for step in steps) or (steps[0] == "blog" and len(steps) > 2):
        return False
    if host in NAMES_AT_ROOT:
        return steps[0] in (NOT_OWNERS if len(steps) == 1 else OWN_SECTIONS)
    return steps[0] in OWN_SECTIONS | {"product"} or (len(steps) == 1 and not NUMBERED.search(steps[0]))


def _spellings(name: str) -> set[str]:
    """A name folded, and without what makers add to it."""
    whole = letters_and_digits(name)
    return {whole, AFTER.sub("", BEFORE.sub("", whole))} - {""}


@lru_cache(maxsize=1024)
def _registrable(host: str) -> str:
    from tld import get_fld

    if ":" in host or host.rpartition(".")[2].isdigit() or "." not in host:
        return ""
    found = get_fld(f"https://{host}", fail_silently=True) or ".".join(host.split(".")[-2:])
    if found in ONE_SITE_A_NAME and host.removeprefix("www.") != found:
        return ".".join(host.split(".")[-found.count(".") - 2 :])
    return found
