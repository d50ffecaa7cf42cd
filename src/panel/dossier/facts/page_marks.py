"""What a page states in marks of its own: licence links and tags, a changelog's newest heading, a repository's release,
registries' pages, links to its repository, commands that install it. Of running text only the licence is read.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from panel.dossier.facts.licences import URL, licence_of_label, licence_said, licence_tags
from panel.dossier.facts.stated import DOTTED, ISO, StatedFact, address_of, day_of, line, package_url, version_of
from panel.dossier.identity.address import joined
from panel.dossier.identity.voices import CRATES, NPM, PYPI, package_of, repository_of
from panel.dossier.page.visible_lines import VisibleLine, text_of
from panel.records import letters_and_digits

CHANGELOG = re.compile(
    r"\b(?:changelog|changes|release[- ]?notes|releases?|what[’']?s[- ]new|history)\b", re.IGNORECASE
)
_ADD = r"\s+(?:-\S+\s+)*"
_PIP = r"(?:pip3? install|uv (?:add|tool install|pip install)|pipx install|poetry add)"
INSTALLS = (
    ("pypi", re.compile(rf"{_PIP}{_ADD}[\"']?([A-Za-z0-9][\w.-]*)")),
    ("npm", re.compile(rf"(?:npm (?:i|install)|npx|(?:yarn|p?npm|bun) add){_ADD}((?:@[\w.-]+/)?[A-Za-z0-9][\w.-]*)")),
    ("cargo", re.compile(rf"cargo (?:install|add){_ADD}([A-Za-z0-9][\w-]*)")),
)
REGISTRIES = {PYPI: "pypi", NPM: "npm", CRATES: "cargo"}
ABOUT_LICENCE = re.compile(r"licen[cs]e|lizenz|spdx|proprietary|closed.source|(?:under the|open source under)", re.I)
LICENCE_HEAD = re.compile(r"licen[cs]es?:?|lizenz:?|licencia:?|licenza:?", re.IGNORECASE)
LICENCE_FILE = re.compile(r"/(?:licen[cs]es?|copying|unlicense)(?:[.-][\w.-]+)?/?$", re.IGNORECASE)
MOST_SENTENCES = 400
MOST_HREF = 500


def read_marks(tree: Any, lines: Sequence[VisibleLine], *, url: str, names: frozenset[str]) -> list[StatedFact]:
    """What marks, links and commands say. names: folded spellings of the product's name."""
    titles = (line.text for line in lines if line.level == 1)
    is_changelog = CHANGELOG.search(urlsplit(url).path) or any(map(CHANGELOG.search, titles))
    found = [
        *_licences(lines),
        *_repository(tree, lines, url, names),
        *(_newest(lines) if is_changelog else _release(tree, url)),
    ]
    return [*found, *_registry(lines, tree, url), *_packages(tree, names)]


def _licences(lines: Sequence[VisibleLine]) -> Iterator[StatedFact]:
    """Links to a licence, what stands below a heading that says so, SPDX tags, sentences about their own subject."""
    for before, here in pairwise(lines):
        links = here.node.iter("a") if len(here.text) < 60 and here.tag != "body" else ()
        to = [line(a.get("href", "")[:MOST_HREF]) for a in links]
        is_linked = any(URL.match(address) or LICENCE_FILE.search(re.split("[?#]", address)[0]) for address in to)
        is_headed = LICENCE_HEAD.fullmatch(before.text) and len(here.text) < 60
        if (is_linked or is_headed) and (value := licence_of_label(here.text)):
            yield StatedFact("licence", value, "licence link" if is_linked else "licence heading", here.text)
    for here in lines[:MOST_SENTENCES]:
        if not ABOUT_LICENCE.search(here.text):
            continue
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ])", here.text):
            if value := licence_said(sentence):
                yield StatedFact("licence", value, "licence sentence", here.text)
                break
        for value, tag in licence_tags(here.text):
            yield StatedFact("licence", value, "SPDX tag", tag)


def _repository(tree: Any, lines: Sequence[VisibleLine], url: str, names: frozenset[str]) -> Iterator[StatedFact]:
    """The one repository that links lead to which are named like the product, or stand alone and name nothing else.

    A link within a sentence says what the product is built on; so does one that names the repository it leads to.
    """
    alone = {here.text for here in lines} | {part for here in lines if here.chrome for part in here.parts}
    found: dict[str, str] = {}
    for link in list(tree.iter("a"))[:2_000]:
        address = joined(url, link.get("href", ""))
        known = repository_of(address)
        if not known:
            continue
        said = text_of(link)
        listed = package_of(url) and f"{known.owner}/{known.name}" in said.lower()
        folded = letters_and_digits(said)
        other = any(letters_and_digits(name) in folded for name in (known.owner, known.name))
        if listed or letters_and_digits(known.name) in names or (folded and said in alone and not other):
            steps = urlsplit(address).path.strip("/").split("/")
            found.setdefault(address_of(joined(address, "/" + "/".join(steps[:2]))), said)
    if len(found) == 1 and not repository_of(url):
        ((address, said),) = found.items()
        yield StatedFact("repository", address, "link", said)


def _newest(lines: Sequence[VisibleLine]) -> Iterator[StatedFact]:
    """The first release a changelog lists: its version and its day."""
    for at, here in enumerate(lines):
        version = version_of(ISO.sub(" ", DOTTED.sub(" ", here.text))) if here.level and len(here.text) < 100 else ""
        if version:
            yield StatedFact("version", version, "changelog", here.text)
            after = lines[at + 1].text if at + 1 < len(lines) and len(lines[at + 1].text) < 60 else ""
            if day := day_of(here.text) or day_of(after):
                yield StatedFact("published", day, "changelog", here.text)
            return


def _release(tree: Any, url: str) -> Iterator[StatedFact]:
    """The one release that a repository's page links, with the day beside the link."""
    path = urlsplit(url).path.rstrip("/")
    found: dict[str, Any] = {}
    for link in list(tree.iter("a"))[:2_000]:
        owner, tag, version = urlsplit(joined(url, link.get("href", ""))).path.partition("/releases/tag/")
        if tag and owner == path and version_of(version):
            found.setdefault(version_of(version), link)
    if len(found) == 1:
        ((version, link),) = found.items()
        yield StatedFact("version", version, "release link", text_of(link))
        near = (time.get("datetime", "") for time in link.getparent().iter("time", "relative-time"))
        if day := next((day for text in near if (day := day_of(text))), ""):
            yield StatedFact("published", day, "release link", text_of(link))


def _registry(lines: Sequence[VisibleLine], tree: Any, url: str) -> Iterator[StatedFact]:
    """A registry's page: its package, version and day."""
    kind, package = REGISTRIES.get((urlsplit(url).hostname or "").removeprefix("www."), ""), package_of(url)
    if not kind or not package:
        return
    yield StatedFact("name", package, "address")
    yield StatedFact("package", package_url(kind, package), "address")
    title = next((here.text for here in lines if here.level == 1), "")
    if value := version_of(title):
        yield StatedFact("version", value, "registry page", title)
    times = [time.get("datetime", "") for time in tree.iter("time", "relative-time")]
    if day := next((day for time in times if (day := day_of(time))), ""):
        yield StatedFact("published", day, "registry page")


def _packages(tree: Any, names: frozenset[str]) -> Iterator[StatedFact]:
    """Packages that commands on the page install, if they are named like the product."""
    texts = [text_of(e) for e in list(tree.iter("code", "pre", "kbd"))[:400]]
    for kind, command in INSTALLS:
        for found in (found for text in texts for found in command.finditer(text)):
            name = re.sub(r"(?<=.)@[\w.^~-]+$", "", found[1]).rstrip(".-")
            if _is_named(name, names) and (value := package_url(kind, name)):
                yield StatedFact("package", value, "install command", found[0])


def _is_named(package: str, names: frozenset[str]) -> bool:
    """Whether a package is named like the product, or begins with its name: `anvil-run` of anvil."""
    whole = {letters_and_digits(package), letters_and_digits(package.rpartition("/")[2])}
    return bool(whole & names) or any(len(name) > 3 and part.startswith(name) for name in names for part in whole)
