"""Addresses instead of files, from outside: refused without the test switch, reviewed with it, cached and compared."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.command import fake_server, run_here
from tests.support.web.server import Site, web_in_thread

PRICED = "/pages/products/kestrel.html"
ORDINARY = "/pages/ordinary.html"
HOSTILE = "/pages/hostile/comments.html"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with web_in_thread() as served:
        yield served


def test_an_address_on_this_machine_is_refused_in_one_sentence(site: Site, tmp_path: Path) -> None:
    said = run_here("review", site.url(ORDINARY), at=tmp_path)
    assert said.code == 2
    assert "Refused" in said.err and len(said.err.strip().splitlines()) == 1
    assert not site.paths(), "a refused address was asked for"


def test_a_dossier_shows_what_was_read_what_is_hidden_and_what_is_missing(site: Site, tmp_path: Path) -> None:
    said = run_here("dossier", "show", site.url(HOSTILE), at=tmp_path, PANEL_TEST_LOOPBACK=site.host_port)
    assert said.code == 0, said.err
    visible, _, hidden = said.out.partition("Hidden on these pages, in no prompt:")
    assert "[S1.1]" in visible
    assert "comment" in hidden
    assert "No source for:" in said.out


def test_a_review_of_an_address_reads_the_live_page(site: Site, tmp_path: Path) -> None:
    with fake_server() as fake:
        where = {"OPENAI_BASE_URL": f"{fake.address}/v1", "ANTHROPIC_BASE_URL": fake.address}
        said = run_here(
            "compare", site.url(PRICED), site.url(ORDINARY), "--json", at=tmp_path,
            PANEL_TEST_LOOPBACK=site.host_port, OPENAI_API_KEY="fake", ANTHROPIC_API_KEY="fake", **where,
        )  # fmt: skip
    assert said.code == 0, said.err
    found = json.loads(said.out)["comparison"]
    sources = [s for side in ("review_a", "review_b") for s in found[side]["dossier"]["sources"]]
    assert {s["voice"] for s in sources} == {"maker"}
    facts = [f for side in ("review_a", "review_b") for f in found[side]["dossier"]["facts"]]
    assert ("plan", "Team of five: 199 USD once") in {(f["kind"], f["value"]) for f in facts}


def test_a_second_look_asks_nothing_and_a_refresh_conditionally(site: Site, tmp_path: Path) -> None:
    def look(verb: str) -> str:
        said = run_here("dossier", verb, site.url(ORDINARY), "--json", at=tmp_path, PANEL_TEST_LOOPBACK=site.host_port)
        assert said.code == 0, said.err
        return str(json.loads(said.out)["dossier_hash"])

    first = look("show")
    asked = len(site.asked)
    assert look("show") == first
    assert len(site.asked) == asked
    assert look("refresh") == first
    assert len(site.asked) > asked


def test_a_diff_shows_what_changed(site: Site, tmp_path: Path) -> None:
    page = "<html><body><main><p>Acme copies folders between two machines and keeps {} copies of each.</p></main></body></html>"
    for copies in ("three", "four"):
        site.put("/changing", page.format(copies), "text/html")
        run_here("dossier", "refresh", site.url("/changing"), at=tmp_path, PANEL_TEST_LOOPBACK=site.host_port)
    said = run_here("dossier", "diff", site.url("/changing"), at=tmp_path)
    assert said.code == 0, said.err
    assert "-" in said.out and "three" in said.out and "four" in said.out
    assert run_here("dossier", "diff", "https://never.example/", at=tmp_path).code == 2


def test_as_of_and_an_address_do_not_go_together(site: Site, tmp_path: Path) -> None:
    assert run_here("review", site.url(ORDINARY), "--as-of", "2026-01-01", at=tmp_path).code == 2


def test_a_page_kept_with_the_test_switch_on_is_refused_without_it(site: Site, tmp_path: Path) -> None:
    """It stands in the snapshots for a week; a dossier of it was once built without asking any rule."""
    assert run_here("dossier", "show", site.url(ORDINARY), at=tmp_path, PANEL_TEST_LOOPBACK=site.host_port).code == 0
    said = run_here("dossier", "show", site.url(ORDINARY), at=tmp_path)
    assert said.code == 2
    assert "Refused" in said.err
