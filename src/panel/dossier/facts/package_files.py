"""Package metadata: pyproject.toml, Cargo.toml, package.json, registries' JSON. Broken files give nothing."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from panel.dossier.facts.licences import PROPRIETARY, licence_of_label
from panel.dossier.facts.stated import StatedFact, address_of, day_of, line, package_url, version_of
from panel.records import FactKind

MOST_CHARACTERS = 1_000_000
MOST_TOML = 200_000  # characters
DOTTED = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){20}""")
Table = Mapping[str, Any]


def read_metadata(text: str, *, url: str) -> list[StatedFact]:
    """Facts of a package metadata file, known by its name, or by its shape for registries' JSON; [] for any other."""
    name = urlsplit(url).path.rstrip("/").rpartition("/")[2].lower()
    if name.endswith(".toml"):
        reader = {"pyproject.toml": _pyproject, "cargo.toml": _cargo}.get(name)
        return list(_known(reader(_toml(text)), name)) if reader else []
    if name == "package.json":
        return list(_known(_package_json(_json(text)), name))
    if text.lstrip()[:1] != "{":
        return []
    return list(_known(_registry(_json(text)), "registry data"))


def _known(found: Iterator[tuple[FactKind, str]], read_from: str) -> Iterator[StatedFact]:
    for kind, value in found:
        if value:
            yield StatedFact(kind, value, read_from, value)


def _pyproject(data: Table) -> Iterator[tuple[FactKind, str]]:
    project = _table(data, "project") or _table(_table(data, "tool"), "poetry")
    said = project.get("license")
    yield "name", line(project.get("name"))
    yield "package", package_url("pypi", line(project.get("name")))
    yield "tagline", line(project.get("description"))
    yield "version", version_of(line(project.get("version")))
    licence = licence_of_label(said.get("text") if isinstance(said, dict) else said)
    yield "licence", licence or _classified(project.get("classifiers"))
    yield "publisher", _first_author(project.get("authors"))
    urls = project.get("urls")
    named = {str(k).lower(): v for k, v in urls.items()} if isinstance(urls, dict) else {}
    keys = ("repository", "source", "source code", "github", "code")
    given = (*(named.get(key) for key in keys), project.get("repository"))
    yield "repository", next((address for said in given if (address := address_of(line(said)))), "")


def _cargo(data: Table) -> Iterator[tuple[FactKind, str]]:
    package = _table(data, "package")
    yield "name", line(package.get("name"))
    yield "package", package_url("cargo", line(package.get("name")))
    yield "tagline", line(package.get("description"))
    yield "version", version_of(line(package.get("version")))
    yield "licence", licence_of_label(package.get("license"))
    yield "publisher", _first_author(package.get("authors"))
    yield "repository", address_of(line(package.get("repository")))


def _package_json(data: Table) -> Iterator[tuple[FactKind, str]]:
    said, source = data.get("license"), data.get("repository")
    said = said.get("type") if isinstance(said, dict) else said
    yield "name", line(data.get("name"))
    yield "package", package_url("npm", line(data.get("name"))) if not data.get("private") else ""
    yield "tagline", line(data.get("description"))
    yield "version", version_of(line(data.get("version")))
    yield "licence", PROPRIETARY if said == "UNLICENSED" else licence_of_label(said)
    yield "publisher", _first_author([data.get("author")])
    yield "repository", address_of(line(source.get("url") if isinstance(source, dict) else source))


def _registry(data: Table) -> Iterator[tuple[FactKind, str]]:
    """The JSON that the Python, npm and Rust registries give, told apart by its keys."""
    info, crate, tags = _table(data, "info"), _table(data, "crate"), _table(data, "dist-tags")
    shapes: list[tuple[Table, Callable[[Table], Iterator[tuple[FactKind, str]]]]] = [(info, _pypi), (crate, _crates)]
    for table, reader in shapes:
        if table.get("name"):
            yield from reader(data)
            return
    if tags.get("latest"):
        latest = line(tags.get("latest"))
        newest = _table(_table(data, "versions"), latest)
        yield from _package_json({**data, **newest, "version": latest})
        yield "published", day_of(line(_table(data, "time").get(latest)))


def _pypi(data: Table) -> Iterator[tuple[FactKind, str]]:
    info = _table(data, "info")
    classified = _classified(info.get("classifiers"))
    yield from _pyproject({"project": {
        "name": info.get("name"), "version": info.get("version"), "description": info.get("summary"),
        "license": info.get("license_expression") or _short(info.get("license")) or classified,
        "authors": [{"name": info.get("author")}], "urls": info.get("project_urls"),
    }})  # fmt: skip
    files = data.get("urls")
    if isinstance(files, list) and files and isinstance(files[0], dict):
        yield "published", day_of(line(files[0].get("upload_time_iso_8601") or files[0].get("upload_time")))


def _crates(data: Table) -> Iterator[tuple[FactKind, str]]:
    crate, versions = _table(data, "crate"), data.get("versions")
    newest = versions[0] if isinstance(versions, list) and versions and isinstance(versions[0], dict) else {}
    yield from _cargo({"package": {
        "name": crate.get("name"), "description": crate.get("description"), "repository": crate.get("repository"),
        "version": crate.get("max_stable_version") or crate.get("max_version"), "license": newest.get("license"),
    }})  # fmt: skip
    yield "published", day_of(line(newest.get("created_at")))


def _short(said: object) -> str:
    """A licence field that names one; older packages put the whole text there."""
    return said if isinstance(said, str) and len(said) < 100 else ""


def _classified(classifiers: object) -> str:
    """A licence classifier's licence: `License :: OSI Approved :: MIT License`."""
    given = classifiers if isinstance(classifiers, list) else []
    said = [c.rpartition("::")[2] for c in given[:100] if isinstance(c, str) and c.startswith("License ::")]
    return next((value for text in said if (value := licence_of_label(text))), "")


def _first_author(authors: object) -> str:
    for author in authors[:1] if isinstance(authors, list) else []:
        name = author.get("name") if isinstance(author, dict) else author
        return re.split(r"\s*[<(]", line(name))[0][:60]
    return ""


def _table(data: object, key: str) -> Table:
    inner = data.get(key) if isinstance(data, Mapping) else None
    return inner if isinstance(inner, dict) else {}


def _toml(text: str) -> Table:
    """The tables; none for a file no package has: tomllib takes minutes for one long dotted key."""
    if len(text) > MOST_TOML or DOTTED.search(text):
        return {}
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _json(text: str) -> Table:
    try:
        found = json.loads(text[:MOST_CHARACTERS])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
