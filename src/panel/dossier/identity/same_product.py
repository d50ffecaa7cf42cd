"""Which launches are of one product: releases and aliases meet, two products of one maker don't. Pure.

A launch gives keys of three sorts, and another launch with one of them may be of its product:
  repo:github.com/acme/lamp            a repository of the maker's, a folder in it kept (`.../packages/bulb`)
  site:acme.dev/lamp                   the homepage's whole address, its query too, in one spelling
  name:acmelamp                        the name folded: letters and digits, without release numbers and the like
and a fourth that is proof, `text:...`, where a name and a text are all there is.

Two launches are surely of one product when
1. they have one repository (or package) in common. In folders of it (`packages/bulb`, the tag `bulb-v1.2`): if they
   share a folder, or one is in a folder, the other is not, and the names are equal. Otherwise unless the names and the
   addresses both differ (a repository that holds several products, two pages in one repository); or
2. they stand at one address, whatever the names (renamed); at a site's front page only if the names are equal; or
3. the names are equal, not both have homes (a repository, a package, a site of their own), and one page showed both, or
   neither has any address and the texts are equal.

Everything weaker is no proof: a name, also at one site, a section, a subdomain, a redirect. Launches that share a key
and are different by this rule may be one: a person is asked. What the person settled counts from then on: where
products were merged, one name at one site is enough.

Limits. A product that moved to another page and shares no repository is offered to a person. `Studio 54` loses its
number like a release; a size (`24B`, `4o`) stays and parts. Only repositories that are the maker's word count.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from panel.dossier.identity.address import is_tracking
from panel.dossier.identity.voices import is_shared, package_of, repository_of, site_of
from panel.records import Launch, letters_and_digits, sha256_of, slugify

FOLDER = re.compile(r"/[^/]+/[^/]+/(?:-/)?(?:tree|blob|src)/(?:branch/|tag/)?[^/]+/([^/]+/[^/]+|[^/.]+$)")
TAG_PAGE = re.compile(r"/[^/]+/[^/]+/(?:releases/tag|-/(?:releases|tags)|src/tag|refs)/(.+)")
VERSION_PAGE = re.compile(r"/(?:project|package|crates|gems|packages)/.+/(v?\d[^/]*)")
TAG = re.compile(
    r"(?P<package>.*?)(?:^|[-_/@ ])(?P<release>\d{4}-\d\d-\d\d.*|v\d[^/@]*|\d+[._]\d[^/@]*|\d+)", re.IGNORECASE
)
RELEASE = re.compile(
    r"v(er(sion)?)?\.?|v?\d+([._]\d+)*([._]?((a|b)\d+|(rc|alpha|beta|preview|dev)\.?\d*))?|(rc|alpha|beta|preview)\.?\d*|nightly|"
    r"release|ga|lts",
    re.IGNORECASE,
)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
VERSION_WORD = re.compile(r"^(version|ver|release|v)[\s._]*(?=\d)", re.IGNORECASE)
WORD = re.compile(r"[\s\u2010-\u2015_/:|()\[\],-]+")
WEB_ENDING = re.compile(r"(?<=\w\w)\.(ai|app|com|dev|io|net|org|sh|so|co|xyz)$", re.IGNORECASE)


class Home(NamedTuple):
    """A repository or package, and the folder in it that is the product's own ("" for the whole)."""

    root: str
    folder: str


class Tag(NamedTuple):
    """What the page of one release says in its address."""

    package: str  # of several in the repository; "" for the repository's own
    release: str


def product_key(launch: Launch) -> tuple[str, ...]:
    """The keys a product may be found by, the surest first; the name's is always there and always last."""
    keys = [f"repo:{home.root}/{home.folder}".rstrip("/") for home in sorted(_homes(launch))]
    site, name = address_key(launch.homepage), folded_name(launch.name, launch.release)
    keys += [f"site:{site}"] if site else []
    keys += [] if keys or _pages(launch) or not _texts(launch) else [f"text:{sha256_of(repr((name, _texts(launch))))}"]
    return (*keys, f"name:{name}")


def same_product(one: Launch, other: Launch, *, is_settled: bool = False) -> bool:
    """Whether two launches are surely of one product, by the rules above. Which comes first makes no difference.

    is_settled: a person joined products that one of these is of.
    """
    return bool(proof_of(one, other, is_settled=is_settled))


def proof_of(one: Launch, other: Launch, *, is_settled: bool = False) -> str:
    """What two launches of one product have in common that proves it, in words; "" for nothing."""
    named_alike = folded_name(one.name, one.release) == folded_name(other.name, other.release)
    at, there = address_key(one.homepage), address_key(other.homepage)
    homes, theirs = _homes(one), _homes(other)
    if shared := {home.root for home in homes} & {home.root for home in theirs}:
        folders, their_folders = _folders(homes, shared), _folders(theirs, shared)
        in_one = any(_is_one(folder, their) for folder in folders for their in their_folders)
        is_apart = (at and there and at != there) or _inner_page(one.homepage) != _inner_page(other.homepage)
        is_same = in_one if folders and their_folders else named_alike or not (folders or their_folders or is_apart)
        return "one repository or package" if is_same else ""
    if at and at == there:
        return "one address" if named_alike or at != site_of(one.homepage) else ""
    if (homes or at) and (theirs or there):
        is_one_site = bool(at and there) and site_of(one.homepage) == site_of(other.homepage)
        return "one name at one site, as a person settled" if is_settled and named_alike and is_one_site else ""
    mine, pages = _pages(one), _pages(other)
    if named_alike and not mine.isdisjoint(pages):
        return "one name and one page that showed both"
    is_one_text = not (mine or pages) and bool(_texts(one)) and _texts(one) == _texts(other)
    return "one name and one text" if named_alike and is_one_text else ""


def address_key(address: str) -> str:
    """The address of a site of its own in one spelling, with its query; "" for one at a shared host, or none."""
    return "" if not address or is_shared(address) else _spelling(address)


def tag_of(address: str) -> Tag | None:
    """What the page of a release names: `lamp-core-v1.2.0` in a repository `lamp` is its package lamp-core, v1.2.0.

    None for any other page.
    """
    path = unquote(urlsplit(address).path).rstrip("/")
    repository, package = repository_of(address), package_of(address)
    page = (TAG_PAGE if repository else VERSION_PAGE).fullmatch(path)
    if not page or not (repository or (package and not path.lower().endswith(package))):
        return None
    found = TAG.fullmatch(page[1]) if repository else None
    package, release = (found["package"], found["release"]) if found else ("", page[1])
    words = all(RELEASE.fullmatch(word) for word in WORD.split(package))
    last = letters_and_digits(package.rpartition("/")[2])
    is_whole = words or (repository and letters_and_digits(repository.name).startswith(last))
    return Tag("" if is_whole else package, release)


def folded_name(name: str, release: str = "") -> str:
    """`Lamp v2.1 beta`, `LAMP 3` and `lamp.dev` are all `lamp`. Never empty: a name that is all numbers stays whole.

    The first word stays even when it looks like a release (`1Password`, `365 Notes`); so does a number inside a word.
    """
    name = _without_end(name, release)
    kept = [word for n, word in enumerate(_words(name)) if n == 0 or not RELEASE.fullmatch(word)]
    return letters_and_digits("".join(kept)) or letters_and_digits(name) or name.strip().casefold()


def named_release(name: str, release: str = "") -> str:
    """The release given apart, else what `folded_name` leaves out of the name, but for a day."""
    return release or " ".join(word for word in _words(DAY.sub("", name))[1:] if RELEASE.fullmatch(word))


def folded_release(launch: Launch) -> str:
    """What tells launches of one product apart: `v2.1`, `2.1` and the end of `Lamp 2.1` are all `2-1`; "" for none."""
    text = VERSION_WORD.sub("", named_release(launch.name, launch.release).strip())
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
        within, tag = FOLDER.match(unquote(parts.path)), tag_of(address)
        yield Home("/".join(repository), within[1].lower() if within else tag.package.lower() if tag else "")
    elif package := package_of(address):
        yield Home(f"{(parts.hostname or '').removeprefix('www.')}/{package.partition('@v')[0]}", "")


def _folders(homes: frozenset[Home], roots: set[str]) -> list[Home]:
    return [home for home in homes if home.root in roots and home.folder]


def _is_one(folder: Home, their: Home) -> bool:
    """Whether two folders are one; `packages/bulb` is where the tag `bulb-v1.2` comes from."""
    deep, flat = sorted((folder.folder, their.folder), key=lambda path: -path.count("/"))
    same = deep == flat or ("/" not in flat and deep.rpartition("/")[2] == flat)
    return folder.root == their.root and same


def _inner_page(address: str) -> str:
    """A page in a repository that is not its front: an issue, a file."""
    is_inner = repository_of(address) and urlsplit(address).path.strip("/").count("/") > 1
    return _spelling(address) if is_inner else ""


def _pages(launch: Launch) -> frozenset[str]:
    """Where it stands and where it was seen."""
    return frozenset(map(_spelling, filter(None, (launch.homepage, *(seen.url for seen in launch.seen_at)))))


def _texts(launch: Launch) -> tuple[str, ...]:
    return tuple(source.text for source in launch.sources if source.text)


def _spelling(address: str) -> str:
    parts = urlsplit(address)
    path = re.sub(r"(/index\.\w{3,4})?/*$", "", unquote(parts.path))
    query = "&".join(part for part in parts.query.split("&") if not is_tracking(part.partition("=")[0]))
    return f"{parts.netloc.lower().removeprefix('www.')}{path}{'?' * bool(query)}{query}"
