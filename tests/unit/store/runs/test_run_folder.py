import json
import os
from pathlib import Path

import pytest
from tests.support.records import a_run

from panel.errors import Mistake, StoreError
from panel.store import RunFolder, verify_folder
from panel.store import files as files_module


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path, a_run())


def test_a_new_folder_holds_a_started_manifest(folder: RunFolder) -> None:
    assert folder.manifest() == a_run()


def test_a_finished_folder_lists_every_file_and_verifies(folder: RunFolder) -> None:
    folder.write("review.json", "{}")
    folder.write("opinions/acme/developer.json", b"[]")
    run = folder.finish(a_run())
    assert run.state == "finished"
    assert [entry.path for entry in run.files] == ["opinions/acme/developer.json", "review.json"]
    assert verify_folder(folder.path) == []


def test_a_copied_folder_verifies_where_it_went(folder: RunFolder, tmp_path: Path) -> None:
    folder.write("review.json", "{}")
    folder.finish(a_run())
    moved = folder.path.rename(tmp_path / "elsewhere")
    assert verify_folder(moved) == []


def test_verify_names_what_is_missing_changed_or_extra(folder: RunFolder) -> None:
    for name in ("a.json", "b.json"):
        folder.write(name, name)
    folder.finish(a_run())
    (folder.path / "a.json").unlink()
    (folder.path / "b.json").write_text("other")
    (folder.path / "c.json").write_text("new")
    assert folder.verify() == ["a.json is missing.", "b.json was changed.", "c.json is not in the manifest."]


def test_an_unfinished_folder_does_not_verify(folder: RunFolder) -> None:
    assert folder.verify() == ["The run is not finished: its state is 'started'."]


def test_what_a_killed_write_left_is_no_file_of_the_run(folder: RunFolder) -> None:
    (folder.path / ".review.json.abc.new").write_text("half")
    assert folder.finish(a_run()).files == ()


def test_the_manifest_is_the_last_file_written(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    real = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, to: (written.append(Path(to).name), real(self, to))[1])
    folder.write("review.json", "{}")
    folder.finish(a_run())
    assert written == ["review.json", "manifest.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("review.json", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module.os, "fsync", full)
    with pytest.raises(StoreError, match=r"review\.json.*disk is full"):
        folder.write("review.json", "new")
    assert sorted(os.listdir(folder.path)) == ["manifest.json", "review.json"]
    assert folder.read("review.json") == "old"


def test_a_launch_is_flushed_before_any_file_of_it_is_replaced(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files to the disk, then names, then the folder; its seal after all of them."""
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        done.append("flush " + Path(f"/proc/self/fd/{handle}").readlink().name.strip(".").partition(".json")[0])
        sync(handle)

    monkeypatch.setattr(files_module.os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append(f"name {Path(to).stem}"), replace(self, to))[1])
    folder.write_sealed("launches/acme", {"review.json": "{}", "opinions.json": "[]"})
    whole = ["flush review", "flush opinions", "name review", "name opinions", "flush acme"]
    assert done == [*whole, "flush files", "name files", "flush acme"]


def test_a_launch_that_fails_half_way_leaves_no_seal_and_no_half_file(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module.os, "fsync", full)
    with pytest.raises(StoreError, match=r"b\.json.*disk is full"):
        folder.write_sealed("launches/acme", {"a.json": "{}", "b.json": "{}", "c.json": "{}"})
    assert os.listdir(folder.path / "launches/acme") == []


def test_text_that_is_no_unicode_survives(folder: RunFolder) -> None:
    folder.write("raw.json", "half a pair: \ud83d")
    assert folder.read("raw.json") == "half a pair: \ud83d"


def test_a_path_out_of_the_folder_is_refused(folder: RunFolder) -> None:
    with pytest.raises(Mistake):
        folder.write("../stolen", "")


def test_a_run_there_is_none_of_is_named(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no run folder"):
        RunFolder.open(tmp_path, "run-9")


def test_a_run_folder_is_never_made_twice(folder: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="exists already"):
        RunFolder.create(tmp_path, a_run())


def test_a_damaged_manifest_is_named(folder: RunFolder) -> None:
    (folder.path / "manifest.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(StoreError, match=r"manifest\.json"):
        folder.manifest()


def test_a_missing_file_is_named(folder: RunFolder) -> None:
    with pytest.raises(StoreError, match=r"review\.json.*missing"):
        folder.read("review.json")
