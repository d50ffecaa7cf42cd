from pathlib import Path

import pytest

from panel import version
from panel.errors import Mistake, StoreError
from panel.workspace.folder import find_workspace, lay_out_workspace, packaged_files


def test_without_a_workspace_our_copies_are_used_and_runs_go_here(tmp_path: Path) -> None:
    found = find_workspace(tmp_path)
    assert (found.packaged, found.root, found.config_text) == (True, tmp_path, "")
    assert "developer" in " ".join(found.personas)
    assert "system.j2" in found.prompts
    assert found.categories


def test_the_nearest_folder_upward_with_a_panel_toml_is_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").write_text("# outer")
    inner = tmp_path / "a"
    (inner / "b").mkdir(parents=True)
    (inner / "panel.toml").write_text("# inner")
    found = find_workspace(inner / "b")
    assert (found.root, found.config_text, found.packaged) == (inner, "# inner", False)


def test_a_file_dropped_into_personas_joins_and_ours_don_t(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").touch()
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "security.yaml").write_text("title: Security")
    (tmp_path / "personas" / ".hidden.yaml").write_text("x")
    found = find_workspace(tmp_path)
    assert found.personas == {"security": "title: Security"}
    assert "system.j2" in found.prompts


def test_laying_out_gives_a_workspace_that_reads_like_ours(tmp_path: Path) -> None:
    written = lay_out_workspace(tmp_path / "new")
    assert tmp_path / "new" / "panel.toml" in written
    laid, ours = find_workspace(tmp_path / "new"), find_workspace(tmp_path)
    assert (laid.personas, laid.prompts, laid.categories) == (ours.personas, ours.prompts, ours.categories)


def test_laying_out_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").write_text("# mine")
    assert tmp_path / "panel.toml" not in lay_out_workspace(tmp_path)
    assert (tmp_path / "panel.toml").read_text() == "# mine"
    assert lay_out_workspace(tmp_path) == []


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "personas").write_text("")
    with pytest.raises(StoreError, match=r"personas.*a file stands where a folder should"):
        lay_out_workspace(tmp_path)


def test_a_persona_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "panel.toml").touch()
    (tmp_path / "personas").mkdir()
    (tmp_path / "personas" / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Mistake, match=r"odd\.yaml.*UTF-8"):
        find_workspace(tmp_path)


def test_copies_inside_the_package_come_before_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "panel"
    for folder in (package / "data" / "personas", package / "data" / "prompts"):
        folder.mkdir(parents=True)
    monkeypatch.setattr(version, "__file__", str(package / "__init__.py"))
    assert packaged_files() == package / "data"


def test_an_installation_without_copies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "__file__", str(tmp_path / "a" / "b" / "panel" / "__init__.py"))
    with pytest.raises(Mistake, match="lacks its personas"):
        packaged_files()
