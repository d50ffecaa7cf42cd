"""Which launches are of one product: releases and aliases meet, two products of one maker don't. Pure.

A launch gives keys of three sorts:
  repo:github.com/acme/lamp            a repository of the maker's, a folder in it kept (`.../packages/bulb`)
  site:acme.dev/lamp                   the homepage: its site, and the first step of its path that can name a product
  name:acmelamp                        the name folded: letters and digits, without release numbers and the like

Two launches are of one product when the first of these that speaks says so:
1. They have one repository (or package) in common. In folders of it (`packages/bulb`): same if they share a folder,
   different if they don't; one in a folder and one not: same if the names are equal. Otherwise same, unless the names
   and the sites both differ (a repository that holds several products).
2. Both have sites, of different registrable domains: different, however alike the names.
3. They share a site that names the product (a path, or a subdomain of its own): same, whatever the names (renamed).
4. Otherwise (one domain, or an address missing): same if the names are equal, else different.

Limits. A product that moved to another domain and shares no repository is taken for another one; so is one renamed on
a bare domain without a repository. `Studio 54` loses its number like a release; a size (`24B`, `4o`) stays and parts.
A homepage at a shared host (a blog, a launch list) says nothing, and products without addresses meet by name alone.
Only repositories that are the maker's word count. An editor decides where the rule fails.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from panel.dossier.voices import is_shared, package_of, repository_of, site_of
from panel.records import Launch, slugify
from panel.records.differing import fold

PASSED_OVER = re.compile(  # steps of a path before the one that names a product
    r"index|home|products?|tools?|apps?|[a-z]{2}(-[a-z]{2})?|v?\d[\d.]*", re.IGNORECASE
)
SECTIONS = re.compile(  # steps after which a path names an article or a page, never a product
    r"blog|news|posts?|press|docs?|documentation|pricing|plans?|changelog|releases?|download|about|features?|launch|"
    r"start|get-?started|announcing.*|introducing.*",
    re.IGNORECASE,
)
NOT_NAMES = frozenset({"www", "docs", "doc", "app", "blog", "get", "try", "my", "dashboard", "console", "help", "api"})
WORKSPACE = re.compile(
    r"/(?:-/)?(?:tree|src)/(?:branch/)?[^/]+/((?:packages|apps|crates|libs|modules|plugins|extensions|services|cmd)/[^/]+)"
)
RELEASE = re.compile(
    r"v(er(sion)?)?\.?|v?\d+([._]\d+)*([._]?((a|b)\d+|(rc|alpha|beta|preview|dev)\.?\d*))?|(rc|alpha|beta|preview)\.?\d*|nightly|"
    r"release|ga|lts",
    re.IGNORECASE,
)
VERSION_WORD = re.compile(r"^(version|ver|release|v)[\s._]*(?=\d)", re.IGNORECASE)
WORD = re.compile(r"[\s\u2010-\u2015_/:|()\[\],-]+")
WEB_ENDING = re.compile(r"(?<=\w\w)\.(ai|app|com|dev|io|net|org|sh|so|co|xyz)$", re.IGNORECASE)


class Home(NamedTuple):
    """A repository or package, and the folder in it that is the product's own ("" for the whole)."""

    root: str
    folder: str


def product_key(launch: Launch) -> tuple[str, ...]:
    """The keys a product may be found by, the surest first; the name's is always there and always last."""
    repositories = [f"repo:{home.root}/{home.folder}".rstrip("/") for home in sorted(_homes(launch))]
    site = _site(launch.homepage)
    return (*repositories, *([f"site:{site}"] if site else []), f"name:{folded_name(launch.name, launch.release)}")


def same_product(one: Launch, other: Launch) -> bool:
    """Whether two launches are of one product, by the rules above. Which comes first makes no difference."""
    named_alike = folded_name(one.name, one.release) == folded_name(other.name, other.release)
    site, their_site = _site(one.homepage), _site(other.homepage)
    homes, theirs = _homes(one), _homes(other)
    shared = {home.root for home in homes} & {home.root for home in theirs}
    if shared:
        folders, their_folders = _folders(homes, shared), _folders(theirs, shared)
        if folders and their_folders:
            return bool(folders & their_folders)
        apart = bool(folders or their_folders) or (site and their_site and site != their_site)
        return named_alike or not apart
    if site and their_site and site_of(one.homepage) != site_of(other.homepage):
        return False
    if site and site == their_site and site != site_of(one.homepage):
        return True
    return named_alike


def folded_name(name: str, release: str = "") -> str:
    """`Lamp v2.1 beta`, `LAMP 3` and `lamp.dev` are all `lamp`. Never empty: a name that is all numbers stays whole.

    The first word stays even when it looks like a release (`1Password`, `365 Notes`); so does a number inside a word.
    """
    name = _without_end(name, release)
    kept = [word for n, word in enumerate(_words(name)) if n == 0 or not RELEASE.fullmatch(word)]
    return fold("".join(kept)) or fold(name) or name.strip().casefold()


def folded_release(launch: Launch) -> str:
    """What tells launches of one product apart: `v2.1`, `2.1` and the end of `Lamp 2.1` are all `2-1`; "" for none."""
    named = launch.release or " ".join(word for word in _words(launch.name)[1:] if RELEASE.fullmatch(word))
    text = VERSION_WORD.sub("", named.strip())
    return slugify(text) if text else ""


def plain_name(launch: Launch) -> str:
    """The name as it is written, without its release: what a product is called. Never empty."""
    first, *rest = re.split(f"({WORD.pattern})", _without_end(launch.name, launch.release).strip())
    kept = [gap + word for gap, word in zip(rest[::2], rest[1::2], strict=True) if not RELEASE.fullmatch(word)]
    plain = "".join([first, *kept])
    if plain.count("(") != plain.count(")") or plain.count("[") != plain.count("]"):  # its release stood in brackets
        plain = re.sub(r"[()\[\]]", "", plain)
    return plain.strip(" -_/:|,") or launch.name


def _without_end(name: str, release: str) -> str:
    """The name without a release given apart that it ends with."""
    if release and name.casefold().endswith(release.casefold()) and len(release) < len(name):
        return name[: -len(release)]
    return name


def _words(name: str) -> list[str]:
    return [word for word in WORD.split(WEB_ENDING.sub("", name.strip())) if word]


def _homes(launch: Launch) -> frozenset[Home]:
    """Repositories and packages the maker speaks from: the homepage, and the maker's sources."""
    addresses = [launch.homepage, *(source.url for source in launch.sources if source.voice == "maker")]
    return frozenset(home for address in addresses for home in _home(address))


def _home(address: str) -> Iterator[Home]:
    parts = urlsplit(address)
    if repository := repository_of(address):
        within = WORKSPACE.search(unquote(parts.path))
        yield Home("/".join(repository), within[1].lower() if within else "")
    elif package := package_of(address):
        yield Home(f"{(parts.hostname or '').removeprefix('www.')}/{package}", "")


def _folders(homes: frozenset[Home], roots: set[str]) -> set[Home]:
    return {home for home in homes if home.root in roots and home.folder}


def _site(homepage: str) -> str:
    """Where the product lives: site, a subdomain and a path step that can name it. "" for a shared host or none."""
    if not homepage or is_shared(homepage):
        return ""
    site, host = site_of(homepage), urlsplit(homepage).hostname or ""
    names = [part for part in host.removesuffix(site).rstrip(".").split(".") if part and part not in NOT_NAMES]
    whole = ".".join([*names, site]) if host.endswith(site) else site
    for step in (step for step in unquote(urlsplit(homepage).path).split("/") if step):
        if SECTIONS.fullmatch(step):
            break
        if not PASSED_OVER.fullmatch(step):
            return f"{whole}/{folded_name(step.partition('.')[0] or step)}"
    return whole
