"""Reading with a browser as a person asks for it: `--browser`, `gather` in panel.toml, and what is said without one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.browser import needs_chromium
from tests.support.command import run_here
from tests.support.web import Site, web_in_thread

from panel.dossier.fetch import browser
from panel.dossier.fetch.browser import browser_command
from panel.dossier.gather.snapshots import Snapshots
from panel.errors import Mistake
from panel.store.files import replace_file

SHELL = """<!doctype html><html lang="en"><head><title>Acme</title></head><body><div id="root"></div><script>
root.innerHTML = "<h1>Acme</h1><p>Acme sorts the notes on your own machine by what they are about, and asks no server.</p>"
</script></body></html>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with web_in_thread() as served:
        served.put("/made-by-script", SHELL)
        served.put("/plain", "<title>Acme</title><h1>Acme</h1><p>Acme keeps three copies of each of your folders.</p>")
        yield served


@pytest.fixture
def without_chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "CHROMIUM", ())


def show(site: Site, path: str, at: Path, *words: str) -> object:
    said = run_here("dossier", "show", site.url(path), "--json", *words, at=at, PANEL_TEST_LOOPBACK=site.host_port)
    assert said.code == 0, said.err
    return json.loads(said.out)["coverage"].get("rendered")


class TestWithChromium:
    pytestmark = [*needs_chromium, pytest.mark.long]

    def test_a_page_made_by_script_is_read_without_being_asked_to(self, site: Site, tmp_path: Path) -> None:
        pytest.importorskip("playwright.async_api", reason="playwright is not installed")
        said = run_here("dossier", "show", site.url("/made-by-script"), at=tmp_path, PANEL_TEST_LOOPBACK=site.host_port)
        assert "Acme sorts the notes on your own machine" in said.out
        assert "Read with a browser:\n  S1" in said.out
        picture = Snapshots(tmp_path / "runs" / "snapshots", write=replace_file).picture(site.url("/made-by-script"))
        assert picture.startswith(b"\xff\xd8\xff")

    def test_any_page_is_read_with_a_browser_where_that_is_asked_for(self, site: Site, tmp_path: Path) -> None:
        pytest.importorskip("playwright.async_api", reason="playwright is not installed")
        assert show(site, "/plain", tmp_path) is None
        assert show(site, "/plain", tmp_path, "--browser") == ["S1"]
        (tmp_path / "panel.toml").write_text('gather = "browser"\n')
        assert show(site, "/plain", tmp_path) == ["S1"]
        assert site.paths().count("/plain") == 2  # the snapshot of the browser's page was read the third time


@pytest.mark.usefixtures("without_chromium")
class TestWithoutChromium:
    def test_a_page_made_by_script_is_one_sentence(self, site: Site, tmp_path: Path) -> None:
        said = run_here("review", site.url("/made-by-script"), at=tmp_path, PANEL_TEST_LOOPBACK=site.host_port)
        assert said.code == 2
        assert "shows its text only where its scripts run, and no Chromium was found." in said.complaint
        assert "panel new NAME" in said.complaint

    def test_a_browser_that_was_asked_for_is_missed_before_a_page_is(self, site: Site, tmp_path: Path) -> None:
        where = {"at": tmp_path, "PANEL_TEST_LOOPBACK": site.host_port}
        said = run_here("dossier", "show", site.url("/plain"), "--browser", **where)
        assert (said.code, site.paths()) == (2, [])
        assert "Pages can't be read with a browser: no Chromium was found." in said.err
        (tmp_path / "panel.toml").write_text('gather = "browser"\n')
        assert run_here("dossier", "show", site.url("/plain"), **where).code == 2
        assert site.paths() == []

    def test_doctor_says_that_there_is_none_and_when_that_matters(self, tmp_path: Path) -> None:
        def finding() -> dict[str, str]:
            findings = run_here("doctor", "--json", at=tmp_path).data["findings"]
            return next(found for found in findings if found["what"] == "browser")

        assert finding()["state"] == "note"
        assert finding()["says"] == "pages made by scripts can't be read: no Chromium was found"
        (tmp_path / "panel.toml").write_text('gather = "browser"\n')
        assert finding()["state"] == "bad"


def test_a_launch_file_needs_no_browser(tmp_path: Path) -> None:
    said = run_here("dossier", "show", "acme.yaml", "--browser", at=tmp_path)
    assert said.code == 2
    assert "--browser is for addresses" in said.err


def test_without_the_extra_the_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Mistake, match="the extra `browser` is not installed"):
        browser_command()


def test_a_chromium_of_panel_toml_that_is_not_there_is_named() -> None:
    pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    with pytest.raises(Mistake, match="there is no Chromium at '/nowhere/chromium'"):
        browser_command("/nowhere/chromium")


def test_as_root_a_browser_runs_as_nobody_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    monkeypatch.setattr(browser, "_nobody", lambda: (65534, 65534))
    monkeypatch.setattr(browser.shutil, "which", lambda name: f"/usr/bin/{name}")
    command = browser_command()
    assert command[:4] == ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    assert command[-1] == "/usr/bin/chromium"
    monkeypatch.setattr(browser.shutil, "which", lambda name: "" if name == "setpriv" else f"/usr/bin/{name}")
    with pytest.raises(Mistake, match="as root it needs `setpriv` and a user `nobody` to run it as"):
        browser_command()


def test_no_switch_of_ours_weakens_the_browser() -> None:
    switches = (*browser.FLAGS, *browser.NO_NETWORK)
    assert [switch for switch in switches if browser.UNSAFE.match(switch)] == []
    assert browser.UNSAFE.match("--no-sandbox")
    assert browser.UNSAFE.match("--disable-seccomp-filter-sandbox")
