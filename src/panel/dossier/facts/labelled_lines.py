"""What a page says in labelled lines: `License: MIT`, `Last updated: 3 November 2026`, a changelog's newest heading.

Only short lines with a known label, links with a known name, and commands that install something named like the page
are read; running text is not, but for what it says of its own licence.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from panel.dossier.facts.licences import URL, licence_of_label, licence_said, licence_tags
from panel.dossier.facts.stated import (
    DAY_FIRST,
    DOTTED,
    ISO,
    MONTH_FIRST,
    StatedFact,
    address_of,
    day_of,
    line,
    package_url,
    version_of,
)
from panel.dossier.identity.address import joined
from panel.dossier.identity.voices import CRATES, NPM, PYPI, package_of, repository_of
from panel.dossier.page.visible_lines import VisibleLine, text_of
from panel.records import FactKind, first_money, letters_and_digits

FROM = "labelled text"
LABELS: tuple[tuple[FactKind, str], ...] = (
    ("licence", r"licen[cs]es?|lizenz|software licen[cs]e"),
    ("version", r"(?:(?:latest|current|stable|newest|software|aktuelle) )?version|latest release|version actuelle"),
    ("published", r"released|release date|published|last publish(?:ed)?|veröffentlicht(?: am)?|publié le|date"),
    (
        "updated",
        r"(?:page )?(?:last )?updated?(?: on)?|last (?:updated?|modified|reviewed)(?: on)?|stand|"
        r"aktualisiert(?: am)?|mis(?:e)? à jour(?: le)?|dernière mise à jour",
    ),
    (
        "publisher",
        r"author|publisher|vendor|made by|maintainer|developer|company|hersteller|anbieter|éditeur|herausgeber",
    ),
)
LABEL_OF = re.compile("|".join(f"(?P<{kind}>(?:{words}))" for kind, words in LABELS), re.IGNORECASE)
LABELLED = re.compile(rf"(?:{LABEL_OF.pattern})\s*[:–—]\s*(?P<value>.+)", re.IGNORECASE)
DATED = re.compile(rf"(?P<label>{LABELS[3][1]}|{LABELS[2][1]})\s*:?\s+(?P<value>.{{6,40}})", re.IGNORECASE)
COMPANY = (
    r"(?:Inc\.?|LLC|Ltd\.?|Limited|GmbH|AG|UG|B\.V\.|BV|SAS|SARL|S\.A\.|SA|AB|Oy|ApS|A/S|AS|S\.r\.l\.|"
    r"S\.L\.|S\.L|Pty Ltd|PBC|Corp\.?|Corporation|e\.V\.)"
)
NAMED_COMPANY = re.compile(
    rf"((?:[A-ZÀ-Þ][\w&'’.-]*\s+(?:(?:[A-ZÀ-Þ][\w&'’.-]*|&|and|und|et|"
    rf"of)\s+){{0,3}})?[A-ZÀ-Þ][\w&'’.-]*,?\s+{COMPANY})(?![\w])"
)
WITH_COMPANY = re.compile(
    r"©|\bcopyright\b|\b(?:made|built|operated|run|written|sold|developed|published|provided) (?:and \w+ )?by\b|"
    r"\b(?:product|software|service|trademark) (?:of|from|by)\b|\bédité par\b|\bist ein (?:produkt|dienst) de[rs]\b|"
    r"\b(?:un produit|édité) (?:de|par)\b|\b(?:éditeur|anbieter|hersteller|impressum)\b",
    re.IGNORECASE,
)
RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©)?\s*(?:\d{4}(?:\s*[–-]\s*(?:\d{4}|present))?,?)?\s*(?P<name>[^.·|"
    r"©\d][^·|©\d]{1,60}?)\s*(?:\d{4}.*|[.·|].*|all rights.*|made with.*)?$",
    re.IGNORECASE,
)
RELEASE = re.compile(
    r"\b(?:changelog|release notes|releases?|what[’']s new|versions?|änderungen|nouveautés|history)\b", re.IGNORECASE
)
RELEASE_PATH = re.compile(r"/(?:changelog|changes|releases?|release-notes|whats-new|history|news)\b", re.IGNORECASE)
_HOSTS = r"github|gitlab|codeberg|sourcehut|bitbucket"
SOURCE_WORDS = re.compile(
    rf"(?:(?:view|see|browse|get|star|fork|find|go to|read|voir|the|our|its?|us|this|project|on|auf|sur) )*(?:{_HOSTS}|"
    rf"(?:open[- ])?source(?:[- ]code)?|repo(?:sitory)?|git|stars?|quell(?:code|text)|code(?: source)?|dépôt|"
    rf"código fuente)(?: (?:on|at|auf|bei|sur|en|{_HOSTS}|source|code|repo(?:sitory)?|ansehen|stars?|[\d.,]+k?))*\W*",
    re.IGNORECASE,
)
_ADD = r"\s+(?:-\S+\s+)*"
_PIP = r"(?:pip3? install|uv (?:add|tool install|pip install)|pipx install|poetry add)"
INSTALLS = (
    ("pypi", re.compile(rf"{_PIP}{_ADD}[\"']?([A-Za-z0-9][\w.-]*)")),
    ("npm", re.compile(rf"(?:npm (?:i|install)|npx|(?:yarn|p?npm|bun) add){_ADD}((?:@[\w.-]+/)?[A-Za-z0-9][\w.-]*)")),
    ("cargo", re.compile(rf"cargo (?:install|add){_ADD}([A-Za-z0-9][\w-]*)")),
)
REGISTRIES = {PYPI: "pypi", NPM: "npm", CRATES: "cargo"}
DOWNLOAD = re.compile(
    r"\b([A-Za-z][\w-]{1,40}?)[-_]v?(\d+(?:\.\d+){1,3})[\w.-]*?\.(?:tar\.\w+|tgz|zip|dmg|exe|msi|deb|rpm|"
    r"whl|AppImage)\b"
)
CURRENT = re.compile(
    r"\b(?:(?:current|latest|newest|stable) (?:stable )?(?:release|version)(?: is|:)|"
    r"this is(?: version)?) v?(\d+(?:\.\d+){1,3})(?![\d])",
    re.IGNORECASE,
)
RELEASED_ON = re.compile(r"\b(?:was|were) (?:first )?(?:released|published) on\b", re.IGNORECASE)
ABOUT_LICENCE = re.compile(r"licen[cs]e|lizenz|spdx|proprietary|closed.source|(?:under the|open source under)", re.I)
MOST_SENTENCES = 400
MOST_HREF = 500


def read_labels(
    tree: Any, lines: Sequence[VisibleLine], *, url: str, names: frozenset[str], is_listing: bool
) -> list[StatedFact]:
    """What labelled lines, links and commands say. names: folded spellings of the product's name. is_listing: the
    page is a code host's or registry's, whose footer names the host."""
    titles = (line.text for line in lines if line.level == 1)
    changelog = RELEASE_PATH.search(urlsplit(url).path) or any(map(RELEASE.search, titles))
    found = [*_labelled(lines), *_licences(lines), *_repository(tree, url, names)]
    found += _newest(lines) if changelog else _released(lines, names)
    found += [] if is_listing else _makers(lines, names)
    found += [*_registry(lines, tree, url), *_packages(tree, lines, url, names)]
    return found


def _labelled(lines: Sequence[VisibleLine]) -> Iterator[StatedFact]:
    """`Label: value` in a line, or a label line (a heading, a term, a cell of its own) and the line after it."""
    for at, here in enumerate(lines):
        if len(here.text) > 160:
            continue
        if found := LABELLED.fullmatch(here.text):
            kind = next(kind for kind, _ in LABELS if found[kind])
            yield from _value(kind, found["value"], here.text)
        elif (label := LABEL_OF.fullmatch(here.text.rstrip(":"))) and at + 1 < len(lines) and not lines[at + 1].level:
            kind = next(kind for kind, _ in LABELS if label[kind])
            yield from _value(kind, _spoken(lines[at + 1]), lines[at + 1].text)
        elif len(here.text.split()) <= 16 and (dated := DATED.search(here.text)):
            updated = re.fullmatch(LABELS[3][1], dated["label"], re.IGNORECASE)
            if day := _day_at_start(dated["value"]):
                yield StatedFact("updated" if updated else "published", day, FROM, here.text)


def _value(kind: FactKind, value: str, words: str) -> Iterator[StatedFact]:
    if kind == "licence":
        value = licence_of_label(value)
    elif kind == "version":
        value = version_of(value) if re.match(r"v?\d", value.strip()) else ""
    elif kind in ("published", "updated"):
        value = day_of(value)
    else:
        value = _person(value)
    if value:
        yield StatedFact(kind, value, FROM, words)


def _person(text: str) -> str:
    """A maker's name as a label gives it, without place and address."""
    plain = NAMED_COMPANY.search(text)
    name = _company(plain[1]) if plain else re.split(r"[,(<|]", text)[0]
    name = name if plain else name.strip(" .,")
    return name if 2 <= len(name.strip()) <= 60 and not first_money(name) and len(name.split()) <= 6 else ""


def _spoken(here: VisibleLine) -> str:
    """A line's text, with the day a <time> in it gives exactly."""
    own = (e for e in here.node.iter("time", "relative-time") if text_of(e) in here.text)
    times = [e.get("datetime", "") for e in own]
    return next((f"{day}" for time in times if (day := day_of(time))), here.text)


def _day_at_start(text: str) -> str:
    found = (pattern.search(text) for pattern in (ISO, DAY_FIRST, MONTH_FIRST, DOTTED))
    return day_of(text) if any(day and day.start() <= 3 for day in found) else ""


def _licences(lines: Sequence[VisibleLine]) -> Iterator[StatedFact]:
    """What sentences say of their own subject's licence, and SPDX tags."""
    for here in lines:
        links = here.node.iter("a") if len(here.text) < 60 and here.tag != "body" else ()
        to = [line(a.get("href", "")[:MOST_HREF]) for a in links]
        if any(URL.match(address) for address in to) and (value := licence_of_label(here.text)):
            yield StatedFact("licence", value, "licence link", here.text)
    for here in lines[:MOST_SENTENCES]:
        if not ABOUT_LICENCE.search(here.text):
            continue
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ])", here.text):
            if value := licence_said(sentence):
                yield StatedFact("licence", value, "licence sentence", here.text)
                break
        for value, tag in licence_tags(here.text):
            yield StatedFact("licence", value, "SPDX tag", tag)


def _makers(lines: Sequence[VisibleLine], names: frozenset[str]) -> Iterator[StatedFact]:
    """The company a footer, a copyright line or a sentence about the maker names."""
    for here in lines:
        if len(here.text) > 300 or here.chrome in ("nav", "header") or here.level:
            continue
        company = NAMED_COMPANY.search(here.text)
        folded = letters_and_digits(company[1]) if company and len(here.text) < 120 else ""
        own = any(len(name) > 2 and folded.startswith(name) for name in names)
        if company and (own or WITH_COMPANY.search(here.text[: company.start()]) or here.chrome == "footer"):
            yield StatedFact("publisher", _company(company[1]), FROM, here.text)
        elif rights := RIGHTS.search(here.text):
            name = rights["name"].strip(" ,.-–")
            other = re.search(r"\b(?:licen[cs]e|notice|by|reserved|owner)\b", name, re.IGNORECASE)
            if 1 <= len(name.split()) <= 5 and name[:1].isupper() and not other:
                yield StatedFact("publisher", name, "copyright line", here.text)


def _company(found: str) -> str:
    """A company's name without the full stop of its sentence: `Inc.` keeps its own, `B.V.` too, `Ltd` has none."""
    name = line(found).strip()
    if re.search(r"\bInc\.?$", name):
        return name.rstrip(".") + "."
    return name if re.search(r"\w\.\w\.$", name) else name.rstrip(".")


def _repository(tree: Any, url: str, names: frozenset[str]) -> Iterator[StatedFact]:
    """The one repository that links called "GitHub", "Source" or "Repository" lead to."""
    found: dict[str, str] = {}
    for link in list(tree.iter("a"))[:2_000]:
        said = text_of(link) or line(link.get("title") or link.get("aria-label"))
        address = joined(url, link.get("href", ""))
        known = repository_of(address)
        if not known or len(said) > 80:
            continue
        titled = any(SOURCE_WORDS.fullmatch(words) for words in (said, line(link.get("title"))))
        listed = package_of(url) and f"{known.owner}/{known.name}" in said.lower()  # a registry spells the address out
        if titled or listed or letters_and_digits(known.name) in names:
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


def _released(lines: Sequence[VisibleLine], names: frozenset[str]) -> Iterator[StatedFact]:
    """A version beside the product's name or the word "version" in a short line, or in the latest release's link."""
    for here in lines:
        words = here.text.split()
        if found := CURRENT.search(here.text):
            yield StatedFact("version", version_of(found[1]), FROM, here.text)
            if day := _day_at_start(here.text[found.end() :]):
                yield StatedFact("published", day, FROM, here.text)
        if (found := RELEASED_ON.search(here.text)) and (day := _day_at_start(here.text[found.end() :])):
            yield StatedFact("published", day, FROM, here.text)
        if (file := DOWNLOAD.search(here.text)) and letters_and_digits(file[1]) in names:
            yield StatedFact("version", file[2], "file name", file[0])
        if len(words) > 12 or first_money(here.text):
            continue
        for before, word in zip(["", *words], words, strict=False):
            if not (value := version_of(word)) or not re.match(r"v?\d", word):
                continue
            if letters_and_digits(before) in names or re.fullmatch(r"version", before, re.IGNORECASE):
                yield StatedFact("version", value, FROM, here.text)
                break
        if re.search(r"\blatest\b", here.text, re.IGNORECASE) and (value := version_of(here.text)) and len(words) <= 8:
            yield StatedFact("version", value, FROM, here.text)
            if day := day_of(_spoken(here)):
                yield StatedFact("published", day, FROM, here.text)


def _is_named(package: str, names: frozenset[str]) -> bool:
    """Whether a package is named like the product, or begins with its name: `anvil-run` of anvil."""
    whole = {letters_and_digits(package), letters_and_digits(package.rpartition("/")[2])}
    return bool(whole & names) or any(len(name) > 3 and part.startswith(name) for name in names for part in whole)


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


def _packages(tree: Any, lines: Sequence[VisibleLine], url: str, names: frozenset[str]) -> Iterator[StatedFact]:
    """Packages that commands on the page install, if they are named like the product."""
    texts = [text_of(e) for e in list(tree.iter("code", "pre", "kbd"))[:400]]
    for kind, command in INSTALLS:
        for text in texts:
            for found in command.finditer(text):
                name = re.sub(r"(?<=.)@[\w.^~-]+$", "", found[1]).rstrip(".-")
                if _is_named(name, names) and (value := package_url(kind, name)):
                    yield StatedFact("package", value, "install command", found[0])
