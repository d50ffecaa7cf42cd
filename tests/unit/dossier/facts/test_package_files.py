import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.dossier.facts.package_files import read_metadata

PYPROJECT = """
[project]
name = "lumen_kit"
version = "1.9.3"
description = "Typed configuration"
license = "MIT"
authors = [{name = "Ida Sommer", email = "i@lumen.example"}]
[project.urls]
"Source Code" = "https://github.com/lumen-example/lumenkit.git"
"""
CARGO = '[package]\nname = "tallyho"\nversion = "0.14.2"\nlicense = "MIT OR Apache-2.0"\nauthors = ["Marta Kowal <m@x.example>"]\n'
NPM = json.dumps({"name": "@skein/core", "version": "4.0.1", "license": "ISC", "author": "A. B. <a@x.example>",
                  "repository": {"type": "git", "url": "git+https://github.com/skein-example/skein.git"}})  # fmt: skip


def told(text: str, url: str) -> dict[str, str]:
    return {stated.kind: stated.value for stated in read_metadata(text, url=url)}


def test_a_pyproject_file_is_read() -> None:
    assert told(PYPROJECT, "https://x.example/raw/main/pyproject.toml") == {
        "name": "lumen_kit", "package": "pkg:pypi/lumen-kit", "tagline": "Typed configuration", "version": "1.9.3",
        "licence": "MIT", "publisher": "Ida Sommer", "repository": "https://github.com/lumen-example/lumenkit",
    }  # fmt: skip


def test_a_cargo_file_is_read() -> None:
    found = told(CARGO, "https://x.example/Cargo.toml")
    assert (found["package"], found["licence"], found["publisher"]) == (
        "pkg:cargo/tallyho",
        "MIT OR Apache-2.0",
        "Marta Kowal",
    )


def test_a_package_json_is_read() -> None:
    found = told(NPM, "https://x.example/package.json")
    assert found["package"] == "pkg:npm/%40skein/core"
    assert found["repository"] == "https://github.com/skein-example/skein"


def test_registries_data_is_known_by_its_shape() -> None:
    pypi = {"info": {"name": "lumenkit", "version": "1.9.3", "license": "", "classifiers": ["License :: OSI Approved :: MIT License"]},
            "urls": [{"upload_time_iso_8601": "2026-08-17T09:31:02Z"}]}  # fmt: skip
    npm = {"name": "skein", "dist-tags": {"latest": "4.0.1"}, "versions": {"4.0.1": {"license": "ISC"}},
           "time": {"4.0.1": "2026-11-20T16:02:11Z"}}  # fmt: skip
    crate = {
        "crate": {"name": "tallyho", "max_stable_version": "0.14.2"},
        "versions": [{"license": "MIT", "created_at": "2026-10-05T19:44:00Z"}],
    }
    for data, licence, day in ((pypi, "MIT", "2026-08-17"), (npm, "ISC", "2026-11-20"), (crate, "MIT", "2026-10-05")):
        found = told(json.dumps(data), "https://registry.example/api/x")
        assert (found["licence"], found["published"]) == (licence, day)


@pytest.mark.parametrize(
    "text", ["", "{", "[project", "[]", '{"name": 1}', "[project]\nname = 3\nlicense = []", "a=" + "[" * 50_000]
)
@pytest.mark.parametrize("name", ["pyproject.toml", "Cargo.toml", "package.json", "data"])
def test_broken_files_give_nothing(text: str, name: str) -> None:
    assert read_metadata(text, url=f"https://x.example/{name}") == []


@given(st.dictionaries(st.sampled_from(["name", "version", "license", "author", "repository", "info", "crate", "dist-tags", "time", "versions"]),
                       st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "latest", "url", "classifiers", "authors"]), inner, max_size=3), max_leaves=9)))  # fmt: skip
def test_any_json_is_read_without_an_error(data: dict[str, object]) -> None:
    for name in ("package.json", "api"):
        assert isinstance(read_metadata(json.dumps(data), url=f"https://x.example/{name}"), list)


@pytest.mark.parametrize("part", ["a.", '"a".', "a . ", "[a]\n", "[[a]]\n", "a={a=", "a=["])
def test_no_toml_takes_minutes(part: str) -> None:
    """One dotted key of 800 kB took the standard library's reader four minutes."""
    started = time.process_time()
    for size in (190_000, 800_000):
        read_metadata((part * size)[:size], url="https://x.example/pyproject.toml")
    assert time.process_time() - started < 2
